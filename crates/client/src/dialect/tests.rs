use scimkit_patch::diff;
use scimkit_schema::{JsonLimits, core};

use super::*;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn user(text: &str) -> Resource {
    let read = Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap();
    core::user_type().adopt(read)
}

/// The operations of a body, one on each line.
fn lines(body: &Value) -> String {
    let operations = body.as_complex().unwrap().get("Operations").unwrap();
    let lines = operations.elements().iter().map(Value::to_string);
    lines
        .collect::<Vec<_>>()
        .join("\n")
        .replace(ENTERPRISE, "ENT")
}

fn sent(dialect: PatchDialect, before: &str, after: &str) -> String {
    let (before, after) = (user(before), user(after));
    let patch = diff(&before, &after, &core::user_type()).unwrap();
    lines(&dialect.encode(&patch, &core::user_type(), Some(&before)))
}

fn members(dialect: PatchDialect) -> String {
    let leaves = ["u-1001", "u-2002"].map(|id| {
        let path = format!(r#"members[value eq "{id}"]"#);
        Operation::remove(path.parse().unwrap())
    });
    let joins = ["u-3003", "u-4004"].map(|id| Value::from(Complex::new().with("value", id)));
    let joins = Operation::add("members".parse().unwrap(), joins.to_vec());
    let patch = PatchOp::new(leaves.into_iter().chain([joins]));
    lines(&dialect.encode(&patch, &core::group_type(), None))
}

fn manager(dialect: PatchDialect) -> String {
    let path = || format!("{ENTERPRISE}:manager").parse().unwrap();
    let id = |text: &str| Complex::new().with("value", text);
    let set = Operation::add(path(), id("u-2002"));
    let change = Operation::replace(path(), id("u-3003"));
    let clear = Operation::remove(path());
    let each = [set, change, clear].map(|operation| {
        let patch = PatchOp::new([operation]);
        lines(&dialect.encode(&patch, &core::user_type(), None))
    });
    each.join("\n")
}

const BEFORE: &str = r#"{"id":"u-1001","userName":"ada.king@contoso.example","active":true,"externalId":"ada.king",
    "displayName":"Ada King","name":{"givenName":"Ada","familyName":"King"},
    "emails":[{"type":"work","value":"ada.king@contoso.example","primary":true}],
    "addresses":[{"type":"work","formatted":"Room 3","country":"GB"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-77"}}"#;

const AFTER: &str = r#"{"id":"u-1001","userName":"ada.king@contoso.example","active":false,"externalId":"ada.lovelace",
    "displayName":"Ada Lovelace","nickName":"Countess","name":{"givenName":"Ada","familyName":"Lovelace"},
    "emails":[{"type":"work","value":"ada.lovelace@contoso.example","primary":true}],
    "addresses":[{"type":"work","formatted":"Room 9","country":"GB"}],
    "phoneNumbers":[{"type":"fax","value":"+44 20 7946 0999"},{"type":"mobile","value":"+44 20 7946 0018","primary":true}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-78","department":"Research"}}"#;

#[test]
fn the_classic_dialect_has_one_capitalised_operation_for_each_attribute() {
    insta::assert_snapshot!(sent(PatchDialect::EntraClassic, BEFORE, AFTER), @r#"
    {"op":"Replace","path":"externalId","value":"ada.lovelace"}
    {"op":"Replace","path":"name.familyName","value":"Lovelace"}
    {"op":"Replace","path":"displayName","value":"Ada Lovelace"}
    {"op":"Add","path":"nickName","value":"Countess"}
    {"op":"Replace","path":"active","value":"False"}
    {"op":"Replace","path":"emails[type eq \"work\"].value","value":"ada.lovelace@contoso.example"}
    {"op":"Add","path":"phoneNumbers[type eq \"fax\"].value","value":"+44 20 7946 0999"}
    {"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 20 7946 0018"}
    {"op":"Add","path":"phoneNumbers[type eq \"mobile\"].primary","value":"True"}
    {"op":"Replace","path":"addresses[type eq \"work\"].formatted","value":"Room 9"}
    {"op":"Replace","path":"ENT:employeeNumber","value":"E-78"}
    {"op":"Add","path":"ENT:department","value":"Research"}
    "#);
    insta::assert_snapshot!(members(PatchDialect::EntraClassic), @r#"
    {"op":"Remove","path":"members","value":[{"$ref":null,"value":"u-1001"},{"$ref":null,"value":"u-2002"}]}
    {"op":"Add","path":"members","value":[{"$ref":null,"value":"u-3003"},{"$ref":null,"value":"u-4004"}]}
    "#);
    insta::assert_snapshot!(manager(PatchDialect::EntraClassic), @r#"
    {"op":"Add","path":"ENT:manager","value":"u-2002"}
    {"op":"Replace","path":"ENT:manager","value":"u-3003"}
    {"op":"Remove","path":"ENT:manager"}
    "#);
}

#[test]
fn the_flag_folds_plain_attributes_into_one_operation() {
    insta::assert_snapshot!(sent(PatchDialect::AadOptscim062020, BEFORE, AFTER), @r#"
    {"op":"replace","path":"emails[type eq \"work\"].value","value":"ada.lovelace@contoso.example"}
    {"op":"add","path":"phoneNumbers[type eq \"fax\"].value","value":"+44 20 7946 0999"}
    {"op":"add","path":"phoneNumbers[type eq \"mobile\"].value","value":"+44 20 7946 0018"}
    {"op":"add","path":"phoneNumbers[type eq \"mobile\"].primary","value":true}
    {"op":"replace","path":"addresses[type eq \"work\"].formatted","value":"Room 9"}
    {"op":"add","value":{"nickName":"Countess","ENT:department":"Research"}}
    {"op":"replace","value":{"externalId":"ada.lovelace","name.familyName":"Lovelace","displayName":"Ada Lovelace","active":false,"ENT:employeeNumber":"E-78"}}
    "#);
    insta::assert_snapshot!(members(PatchDialect::AadOptscim062020), @r#"
    {"op":"remove","path":"members[value eq \"u-1001\"]"}
    {"op":"remove","path":"members[value eq \"u-2002\"]"}
    {"op":"add","path":"members","value":[{"value":"u-3003"},{"value":"u-4004"}]}
    "#);
    insta::assert_snapshot!(manager(PatchDialect::AadOptscim062020), @r#"
    {"op":"add","value":{"ENT:manager":"u-2002"}}
    {"op":"replace","value":{"ENT:manager":"u-3003"}}
    {"op":"remove","path":"ENT:manager"}
    "#);
}

#[test]
fn a_lone_change_of_active_goes_by_its_path() {
    let (on, off) = (
        r#"{"userName":"ada","active":true}"#,
        r#"{"userName":"ada","active":false}"#,
    );
    insta::assert_snapshot!(
        PatchDialect::EntraClassic.encode(
            &diff(&user(on), &user(off), &core::user_type()).unwrap(), &core::user_type(), None),
        @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}"#
    );
    assert_eq!(
        sent(PatchDialect::AadOptscim062020, on, off),
        r#"{"op":"replace","path":"active","value":false}"#
    );
}

#[test]
fn a_value_that_its_type_does_not_tell_apart_is_added_as_a_whole() {
    let one = r#"{"userName":"ada","roles":[{"type":"app","value":"Reader"}]}"#;
    let two = r#"{"userName":"ada","roles":[{"type":"app","value":"Reader"},{"type":"app","value":"Admin"}]}"#;
    for dialect in [PatchDialect::EntraClassic, PatchDialect::AadOptscim062020] {
        let expected = r#""path":"roles","value":[{"value":"Admin","type":"app"}]}"#;
        let sent = sent(dialect, one, two);
        assert!(sent.contains(expected), "{sent}");
    }
}

#[test]
fn a_complex_value_that_is_replaced_stays_whole() {
    let name = Complex::new()
        .with("givenName", "Ada")
        .with("familyName", "King");
    let patch = PatchOp::new([Operation::replace("name".parse().unwrap(), name)]);
    for (dialect, op) in [
        (PatchDialect::EntraClassic, "Replace"),
        (PatchDialect::AadOptscim062020, "replace"),
    ] {
        assert_eq!(
            lines(&dialect.encode(&patch, &core::user_type(), None)),
            format!(
                r#"{{"op":"{op}","path":"name","value":{{"givenName":"Ada","familyName":"King"}}}}"#
            )
        );
    }
}

#[test]
fn the_flags_of_the_address_choose() {
    let of = |text: &str| PatchDialect::of_entra(&text.parse().unwrap());
    assert_eq!(of("https://t.example/scim"), PatchDialect::EntraClassic);
    assert_eq!(
        of("https://t.example/scim?AzureAdScimPatch2017"),
        PatchDialect::EntraClassic
    );
    assert_eq!(
        of("https://t.example/scim?aadoptscim062020"),
        PatchDialect::AadOptscim062020
    );
}

#[test]
fn a_list_that_is_replaced_is_told_by_its_types() {
    let few = r#"{"userName":"ada","phoneNumbers":[{"type":"work","value":"1"},{"type":"pager","value":"2","primary":true}]}"#;
    let many = r#"{"userName":"ada","phoneNumbers":[{"type":"work","value":"3"},{"type":"fax","value":"4"},{"type":"mobile","value":"5"}]}"#;
    insta::assert_snapshot!(sent(PatchDialect::EntraClassic, few, many), @r#"
    {"op":"Replace","path":"phoneNumbers[type eq \"work\"].value","value":"3"}
    {"op":"Add","path":"phoneNumbers[type eq \"fax\"].value","value":"4"}
    {"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"5"}
    {"op":"Remove","path":"phoneNumbers[type eq \"pager\"]"}
    "#);
}
