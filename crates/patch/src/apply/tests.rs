use insta::assert_snapshot;
use proptest::prelude::*;
use scimkit_schema::{
    Compat, JsonLimits, Resource, ResourceId, ResourceType, Rule, Value, core, json,
};

use super::{Applied, MemberChange, apply};
use crate::{
    Error, ErrorKind, OpKind, PatchOp,
    sample::{normal, user},
};

#[test]
fn shape_comes_before_paths_and_paths_before_values() {
    assert_snapshot!(message(r#"[{"op":"replace"},{"op":"remove"},{"op":"Set"}]"#), @"invalidSyntax: operation 3: `op` must be `add`, `remove` or `replace`, in lower case");
    assert_snapshot!(message(r#"[{"op":"replace","value":5},{"op":"remove"}]"#), @"noTarget: operation 2 (`remove`): `remove` needs a `path` that says what to remove");
    assert_snapshot!(message(r#"[{"op":"replace","value":5},{"op":"remove","path":"shoeSize"}]"#), @"invalidPath: operation 2 (`remove` `shoeSize`): the schema has no such attribute");
    assert_snapshot!(message(r#"[{"op":"replace","value":5},{"op":"remove","path":"title"}]"#), @"invalidValue: operation 1 (`replace`): without a `path` the `value` must be an object of attributes");
}

#[test]
fn messages_say_what_to_change() {
    assert_snapshot!(messages(&[
        r"[]",
        r"{}",
        r"[5]",
        r#"[{"op":"add","name":"addMember"}]"#,
        r#"[{"op":"add","path":5}]"#,
        r#"[{"op":"add","path":"emails[type eq \"secret\"","value":1}]"#,
        r#"[{"op":"add","path":"usrName","value":"x"}]"#,
        r#"[{"op":"add","path":"urn:example:none:title","value":"x"}]"#,
        r#"[{"op":"add","path":"emails.value","value":"x"}]"#,
        r#"[{"op":"add","path":"name[givenName eq \"x\"]","value":"x"}]"#,
        r#"[{"op":"add","path":"emails.value[type eq \"x\"]","value":"x"}]"#,
        r#"[{"op":"replace","path":"emails[type eq \"secret\"].value","value":"x"}]"#,
        r#"[{"op":"replace","value":{"name.givenName":"x"}}]"#,
        r#"[{"op":"replace","value":{"shoeSize":"x"}}]"#,
        r#"[{"op":"replace","path":"name","value":{"givnName":"x"}}]"#,
        r#"[{"op":"add","path":"emails","value":[{"valu":"x"}]}]"#,
        r#"[{"op":"add","path":"title"}]"#,
        r#"[{"op":"remove","path":"title","value":"x"}]"#,
        r#"[{"op":"replace","path":"active","value":"no"}]"#,
        r#"[{"op":"replace","path":"active","value":null}]"#,
        r#"[{"op":"replace","path":"name","value":{"givenName":5}}]"#,
        r#"[{"op":"add","path":"emails","value":[{"value":"a"},{"value":5}]}]"#,
        r#"[{"op":"replace","path":"id","value":"x"}]"#,
        r#"[{"op":"remove","path":"userName"}]"#,
        r#"[{"op":"replace","path":"userName","value":""}]"#,
        r#"[{"op":"add","path":"schemas","value":"urn:example:none"}]"#,
        r#"[{"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":5}}]"#,
    ]), @r##"
invalidSyntax: `Operations` must hold at least one operation
invalidSyntax: `Operations` must be an array, found an object
invalidSyntax: operation 1: an operation must be an object, found an integer
invalidSyntax: operation 1: `name` is no member of an operation; it has `op`, `path` and `value`
invalidSyntax: operation 1: `path` must be a string, found an integer
invalidPath: operation 1 (`add` `emails[…`): the filter of the path has no closing `]`
invalidPath: operation 1 (`add` `usrName`): the schema has no such attribute, did you mean `userName`?
invalidPath: operation 1 (`add` `urn:example:none:title`): the resource type has no schema with this URN; a colon separates the URN from the attribute
invalidPath: operation 1 (`add` `emails.value`): `emails` has several values; select one with a filter, such as `emails[type eq "work"].value`
invalidPath: operation 1 (`add` `name[…]`): `name` has one value, so it takes no filter
invalidPath: operation 1 (`add` `emails.value[…]`): the filter stands behind the attribute, before the sub-attribute
noTarget: operation 1 (`replace` `emails[…].value`): the filter selects no value; add the value to the attribute without a filter
invalidPath: operation 1 (`replace` `name.givenName`): a key of the `value` must be the name of an attribute; put a path into `path`
invalidPath: operation 1 (`replace` `shoeSize`): the schema has no such attribute
invalidPath: operation 1 (`replace` `name.givnName`): the schema has no such attribute, did you mean `givenName`?
invalidPath: operation 1 (`add` `emails`): `[0].valu`: the schema has no such attribute, did you mean `value`?
invalidValue: operation 1 (`add` `title`): `add` and `replace` need a `value`
invalidValue: operation 1 (`remove` `title`): `remove` takes no `value`; say what to remove with a filter in the path, such as `emails[type eq "work"]`
invalidValue: operation 1 (`replace` `active`): expected true or false, found a string
invalidValue: operation 1 (`replace` `active`): the state must be true or false; use `remove` to unassign it
invalidValue: operation 1 (`replace` `name.givenName`): expected a string, found an integer
invalidValue: operation 1 (`add` `emails`): `[1].value`: expected a string, found an integer
mutability: operation 1 (`replace` `id`): the attribute is readOnly and cannot be changed
mutability: operation 1 (`remove` `userName`): the attribute is required and cannot be unassigned; replace its value
invalidValue: operation 1 (`replace` `userName`): a required attribute cannot be empty
invalidValue: operation 1 (`add` `schemas`): `schemas` may only name the schemas of the resource type
invalidValue: operation 1 (`add` `…im:schemas:extension:enterprise:2.0:User`): the `value` of an extension must be an object of its attributes
"##);
}

#[test]
fn errors_know_their_place() {
    let body = r#"[{"op":"remove","path":"title"},{"op":"replace","path":"emails[typ eq \"secret\"].value","value":"x"}]"#;
    let error = patched(&mira(), body, Compat::strict(), &core::user_type()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Filter(_)), "{error}");
    assert_eq!(error.operation(), Some(1));
    assert_eq!(error.op(), Some(OpKind::Replace));
    assert_eq!(error.path(), Some("emails[…].value"));
    assert!(!error.to_string().contains("secret"));
}

#[test]
fn members_change_as_a_relation() {
    let change = |operations: &str| change_of(operations, Compat::strict()).unwrap().members;
    let delta = |add: &[&str], remove: &[&str]| MemberChange::Delta {
        add: ids(add),
        remove: ids(remove),
    };
    assert_eq!(
        change(r#"[{"op":"replace","path":"displayName","value":"x"}]"#),
        MemberChange::None
    );
    assert_eq!(
        change(
            r#"[{"op":"add","path":"members","value":[{"value":"b"},{"value":"a"},{"value":"b"}]}]"#
        ),
        delta(&["a", "b"], &[])
    );
    assert_eq!(
        change(
            r#"[{"op":"remove","path":"members[value eq \"a\" or VALUE eq \"b\"]"},{"op":"add","value":{"members":[{"value":"b"}]}}]"#
        ),
        delta(&["b"], &["a"])
    );
    assert_eq!(
        change(
            r#"[{"op":"add","path":"members","value":{"value":"a"}},{"op":"remove","path":"members[value eq \"a\"]"}]"#
        ),
        delta(&[], &["a"]),
        "who was a member before must go"
    );
    assert_eq!(
        change(r#"[{"op":"remove","path":"members"}]"#),
        MemberChange::Exactly(vec![])
    );
    assert_eq!(
        change(
            r#"[{"op":"replace","path":"members","value":[{"value":"b"},{"value":"a"}]},{"op":"remove","path":"members[value eq \"b\"]"}]"#
        ),
        MemberChange::Exactly(ids(&["a"]))
    );
}

#[test]
fn wrong_members_are_refused() {
    let refused = |operations: &str| {
        let error = change_of(operations, Compat::lenient()).unwrap_err();
        format!("{}: {error}", error.scim_type())
    };
    assert_snapshot!(
        [
            r#"[{"op":"remove","path":"members[display eq \"Mira\"]"}]"#,
            r#"[{"op":"add","path":"members","value":[{"display":"Mira"}]}]"#,
            r#"[{"op":"remove","path":"members","value":[]}]"#,
            r#"[{"op":"add","path":"members[value eq \"a\"].display","value":"x"}]"#,
        ]
        .map(refused)
        .join("\n"),
        @r##"
invalidPath: operation 1 (`remove` `members[…]`): members are selected by id only: `members[value eq "…"]`, several joined by `or`
invalidValue: operation 1 (`add` `members`): every member needs a `value` that is the id of a resource
invalidValue: operation 1 (`remove` `members`): the `value` names no member; leave it out to remove all members
mutability: operation 1 (`add` `members[…].display`): the attribute is immutable and cannot be changed
"##
    );
}

#[test]
fn what_was_bent_and_left_out_is_reported() {
    let body = r#"[{"op":"replace","value":{"shoeSize":42,"title":"Pilot","name":{"shade":"x","givenName":"Mi"}}}]"#;
    let applied = patched(&mira(), body, Compat::lenient(), &core::user_type()).unwrap();
    assert_eq!(applied.ignored, ["shoeSize".into(), "name.shade".into()]);
    assert!(applied.bent.allows(Rule::UnknownAttributeIgnored));
    assert_eq!(applied.paths, ["name.givenName".into(), "title".into()]);
}

#[test]
fn an_extension_goes_as_a_whole() {
    let urn = core::ENTERPRISE_USER;
    let add = format!(
        r#"[{{"op":"add","path":"{urn}","value":{{"department":"Dock","manager":{{"value":"u-1"}}}}}}]"#
    );
    let applied = patched(&mira(), &add, Compat::strict(), &core::user_type()).unwrap();
    let after = applied.document.unwrap();
    assert!(after.schemas().any(|known| known == urn));
    assert_eq!(
        applied.paths,
        [
            "schemas".into(),
            format!("{urn}:department").into(),
            format!("{urn}:manager.value").into()
        ]
    );
    let remove = format!(r#"[{{"op":"replace","value":{{"{urn}":null}}}}]"#);
    let applied = patched(&after, &remove, Compat::strict(), &core::user_type()).unwrap();
    assert_eq!(applied.document.unwrap().extension(urn), None);
}

proptest! {
    /// A rule never changes the meaning of what is right without it, except that an empty text is a value only in the strict reading.
    #[test]
    fn what_is_right_strictly_means_the_same_leniently(before in user(), operations in operations()) {
        let Ok(strict) = patched(&before, &operations, Compat::strict(), &core::user_type()) else {
            return Ok(());
        };
        let lenient = patched(&before, &operations, Compat::lenient(), &core::user_type()).unwrap();
        prop_assert_eq!(strict.document, lenient.document);
        prop_assert_eq!(lenient.bent, Compat::strict());
    }

    /// One operation, applied again, finds its work done or its target gone.
    #[test]
    fn an_operation_is_idempotent(before in user(), operation in operation()) {
        let operations = format!("[{operation}]");
        let Ok(first) = patched(&before, &operations, Compat::strict(), &core::user_type()) else {
            return Ok(());
        };
        let after = first.document.unwrap_or(before);
        if let Ok(second) = patched(&after, &operations, Compat::strict(), &core::user_type()) {
            let again = second.document.unwrap_or_else(|| after.clone());
            prop_assert_eq!(normal(&again), normal(&after));
        }
    }

    #[test]
    fn nothing_lenient_panics_or_breaks_the_schema(before in user(), operations in operations()) {
        if let Ok(applied) = patched(&before, &operations, Compat::lenient(), &core::user_type()) {
            let after = applied.document.unwrap_or(before);
            prop_assert!(core::user_type().check_required(&after).is_ok());
            for mails in after.get("emails").iter().map(|list| list.elements()) {
                prop_assert!(scimkit_schema::check_primary(mails, "emails").is_ok());
            }
        }
    }
}

fn operations() -> impl Strategy<Value = String> {
    prop::collection::vec(operation(), 1..4).prop_map(|list| format!("[{}]", list.join(",")))
}

fn operation() -> impl Strategy<Value = String> {
    let paths = [
        "",
        "title",
        "active",
        "name",
        "name.givenName",
        "emails",
        "emails[type eq \\\"work\\\"]",
        "emails[type eq \\\"work\\\"].value",
        "emails[primary eq true].display",
        "emails[not (type eq \\\"work\\\")]",
        "emails[value co \\\"a\\\"].primary",
        "userName",
        "id",
        "groups",
        "emails.type",
        "manager",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ];
    let values = [
        "null",
        "true",
        "\"x\"",
        "5",
        "[]",
        "[\"x\"]",
        r#"{"value":"a","type":"work"}"#,
        r#"[{"value":"b","primary":true}]"#,
        r#"{"givenName":"x"}"#,
        r#"{"title":"x","emails":[{"value":"c"}]}"#,
        r#"{"name":{"familyName":null}}"#,
        r#"{"name.givenName":"x"}"#,
        r#"{"department":"x"}"#,
    ];
    let op = prop::sample::select(vec!["add", "remove", "replace", "Replace"]);
    let path = prop::sample::select(paths.to_vec());
    let value = prop::option::of(prop::sample::select(values.to_vec()));
    (op, path, value).prop_map(|(op, path, value)| {
        let path = if path.is_empty() {
            String::new()
        } else {
            format!(r#","path":"{path}""#)
        };
        let value = value
            .map(|value| format!(r#","value":{value}"#))
            .unwrap_or_default();
        format!(r#"{{"op":"{op}"{path}{value}}}"#)
    })
}

fn patched(
    before: &Resource,
    operations: &str,
    compat: Compat,
    resource_type: &ResourceType,
) -> Result<Applied, Error> {
    let body = format!(
        r#"{{"schemas":["{}"],"Operations":{operations}}}"#,
        PatchOp::SCHEMA
    );
    let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
    let read = PatchOp::read(body, compat)?;
    let mut applied = apply(before, &read.patch, resource_type, compat)?;
    applied.bent = applied.bent.union(read.bent);
    Ok(applied)
}

fn change_of(operations: &str, compat: Compat) -> Result<Applied, Error> {
    let group = Resource::new(core::GROUP).with("displayName", "Crew");
    patched(&group, operations, compat, &core::group_type())
}

fn message(operations: &str) -> String {
    let error = patched(&mira(), operations, Compat::strict(), &core::user_type()).unwrap_err();
    format!("{}: {error}", error.scim_type())
}

fn messages(bodies: &[&str]) -> String {
    bodies
        .iter()
        .map(|body| message(body))
        .collect::<Vec<_>>()
        .join("\n")
}

fn mira() -> Resource {
    Resource::new(core::USER)
        .with("userName", "mira")
        .with("active", true)
        .with(
            "emails",
            vec![Value::from(
                scimkit_schema::Complex::new()
                    .with("value", "a")
                    .with("type", "work"),
            )],
        )
}

fn ids(texts: &[&str]) -> Vec<ResourceId> {
    texts
        .iter()
        .map(|text| ResourceId::new(text).unwrap())
        .collect()
}
