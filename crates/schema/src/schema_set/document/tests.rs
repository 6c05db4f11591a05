use super::*;
use crate::core;

fn fixture(path: &str) -> String {
    let path = format!("{}/../../fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn refused(files: &[(&str, &str)]) -> String {
    let set = SchemaSet::core().with_documents(files.iter().copied());
    set.unwrap_err().to_string()
}

const THING: &str = r#"{"id":"urn:example:Thing","attributes":[{"name":"size","type":"integer"}]}"#;
const THINGS: &str = r#"{"name":"Thing","endpoint":"/Things","schema":"urn:example:Thing"}"#;

#[test]
fn every_message_names_the_file() {
    let other = THING.replace("integer", "string");
    let same_endpoint = THINGS.replace("/Things", "/users");
    let same_name = THINGS.replace(r#""Thing""#, r#""Group""#);
    let list = format!(r#"{{"Resources":[{THING},{{"id":"urn:x:y","attributes":[{{}}]}}]}}"#);
    insta::assert_snapshot!(
        [
            refused(&[("a.json", "{")]),
            refused(&[("a.json", "7")]),
            refused(&[("a.json", "[7]")]),
            refused(&[("a.json", "{}")]),
            refused(&[("a.json", r#"{"schemas":["urn:x:y"]}"#)]),
            refused(&[("a.json", THING), ("b.json", r#"{"id":"urn:x:y","attributes":[{"name":"a","type":"text"}]}"#)]),
            refused(&[("list.json", &list)]),
            refused(&[("a.json", THING), ("b.json", &other)]),
            refused(&[("a.json", &THING.replace("urn:example:Thing", core::USER))]),
            refused(&[("types.json", THINGS)]),
            refused(&[("a.json", THING), ("types.json", &same_endpoint)]),
            refused(&[("a.json", THING), ("types.json", &same_name)]),
        ]
        .join("\n"),
        @r#"
        `a.json`: not valid JSON: EOF while parsing an object at line 1 column 1
        `a.json`: expected a JSON object, found an integer
        `a.json`: `[0]`: expected an object, found an integer
        `a.json`: `schemas`: neither a schema nor a resource type: it must name `urn:ietf:params:scim:schemas:core:2.0:Schema` or `urn:ietf:params:scim:schemas:core:2.0:ResourceType`
        `a.json`: `schemas`: neither a schema nor a resource type: it must name `urn:ietf:params:scim:schemas:core:2.0:Schema` or `urn:ietf:params:scim:schemas:core:2.0:ResourceType`
        `b.json`: `attributes[0].type`: `text` is none of `string`, `boolean`, `decimal`, `integer`, `dateTime`, `binary`, `reference`, `complex`
        `list.json`: `Resources[1].attributes[0].name`: a value is required
        `b.json`: `id`: another schema with other attributes is `urn:example:Thing` already
        `a.json`: `id`: another schema with other attributes is `urn:ietf:params:scim:schemas:core:2.0:User` already
        `types.json`: `schema`: there is no schema `urn:example:Thing`; load it first
        `types.json`: `/users`: two resource types have this endpoint
        `types.json`: `Group`: two resource types have this name
        "#
    );
}

#[test]
fn documents_come_in_any_order_and_any_wrapping() {
    let audit = fixture("schemas/test-WidgetAudit.json");
    let widget = fixture("schemas/test-Widget.json");
    let widgets = fixture("schemas/test-Widget-resourcetype.json");
    let list = format!(
        r#"{{"schemas":["{LIST_RESPONSE}"],"totalResults":2,"Resources":[{audit},{widget}]}}"#
    );
    let empty = format!(r#"{{"schemas":["{LIST_RESPONSE}"],"totalResults":0}}"#);
    let array = format!("[{THINGS},{THING}]");
    let files = [
        ("types.json", widgets.as_str()),
        ("schemas.json", &list),
        ("none.json", &empty),
        ("things.json", &array),
    ];
    let set = SchemaSet::core().with_documents(files).unwrap();
    let names: Vec<_> = set
        .types()
        .iter()
        .map(|known| known.name().to_string())
        .collect();
    assert_eq!(names, ["User", "Group", "Widget", "Thing"]);
    let alone = SchemaSet::from_documents(files).unwrap();
    assert_eq!(alone.types(), set.types().get(2..).unwrap());
}

#[test]
fn the_core_types_may_come_again_and_bring_extensions() {
    let badge = r#"{"id":"urn:example:badge","attributes":[{"name":"badge"}]}"#;
    let user = format!(
        r#"{{"name":"User","endpoint":"/Users","schema":"{}","schemaExtensions":[
            {{"schema":"{}","required":true}},{{"schema":"urn:example:badge","required":false}}]}}"#,
        core::USER,
        core::ENTERPRISE_USER
    );
    let files = [
        ("User.json", fixture("schemas/User.json")),
        (
            "EnterpriseUser.json",
            fixture("schemas/EnterpriseUser.json"),
        ),
        ("badge.json", badge.to_owned()),
        ("types.json", user),
    ];
    let set = SchemaSet::core().with_documents(files).unwrap();
    let user = set.by_name("User").unwrap();
    let required: Vec<_> = user
        .extensions()
        .iter()
        .map(|known| known.required)
        .collect();
    assert_eq!(required, [true, false]);
    assert_eq!(user.membership(), core::user_type().membership());
    assert!(user.find(None, "badge").is_some());
    assert_eq!(set.types().len(), 2);
}
