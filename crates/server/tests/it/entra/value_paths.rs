//! The quirks of paths with a filter, and of extensions that a customer made.

use std::sync::Arc;

use scimkit_schema::{Schema, SchemaSet, core};
use scimkit_server::Profile;
use serde_json::json;

use super::{ada, create, get, patch, under_both};
use crate::tenant::Tenant;

/// Quirk 6: a filter in a path that finds nothing makes the element, and finds it from then on.
#[test]
fn q06_a_path_whose_filter_finds_nothing_makes_the_element() {
    under_both(|tenant| {
        let path = ada(tenant);
        let replace = |value: &str| {
            let operation = format!(
                r#"[{{"op":"Replace","path":"emails[type eq \"work\"].value","value":"{value}"}}]"#
            );
            patch(tenant, &path, &operation)["emails"].clone()
        };
        assert_eq!(
            replace("ada@contoso.example"),
            json!([{"value": "ada@contoso.example", "type": "work"}])
        );
        assert_eq!(
            replace("ada.l@contoso.example"),
            json!([{"value": "ada.l@contoso.example", "type": "work"}])
        );
        let after = patch(
            tenant,
            &path,
            r#"[
            {"op":"Add","path":"addresses[type eq \"work\"].formatted","value":"Room 9"},
            {"op":"Add","path":"addresses[type eq \"work\"].locality","value":"London"},
            {"op":"Add","path":"phoneNumbers[type eq \"fax\"].value","value":"+44 20 7946 0999"}]"#,
        );
        assert_eq!(
            after["addresses"],
            json!([{"formatted": "Room 9", "locality": "London", "type": "work"}])
        );
        assert_eq!(
            after["phoneNumbers"],
            json!([{"value": "+44 20 7946 0999", "type": "fax"}])
        );
    });
}

/// Quirk 12: the boolean in the filter of a path is text; a role may be JSON in a string.
#[test]
fn q12_roles_are_filtered_by_text_and_hold_json_text() {
    under_both(|tenant| {
        let path = ada(tenant);
        let one = |operations: &str| patch(tenant, &path, operations)["roles"].clone();
        let made = one(
            r#"[{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Admin"},
            {"op":"Add","path":"roles[primary eq \"True\"].display","value":"Administrator"},
            {"op":"Add","path":"roles[primary eq \"True\"].type","value":"WindowsAzureActiveDirectoryRole"}]"#,
        );
        assert_eq!(
            made,
            json!([{"value": "Admin", "display": "Administrator", "type": "WindowsAzureActiveDirectoryRole", "primary": true}])
        );
        let changed =
            one(r#"[{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"Reader"}]"#);
        assert_eq!(
            (changed[0]["value"].as_str(), changed[1].is_null()),
            (Some("Reader"), true)
        );
        let text = r#"{"id":"6c1f","value":"Admin","displayName":"Admin"}"#;
        let added = one(&format!(
            r#"[{{"op":"Add","path":"roles","value":[{{"value":{}}}]}}]"#,
            json!(text)
        ));
        assert_eq!(added[1], json!({"value": text}));
        let replaced = one(
            r#"[{"op":"replace","path":"roles","value":[{"primary":false,"type":"app","display":"Owner","value":"Owner"}]}]"#,
        );
        assert_eq!(
            replaced,
            json!([{"value": "Owner", "display": "Owner", "type": "app", "primary": false}])
        );
    });
}

/// Quirk 14: `primary` as text and the filter's own key, below a filtered path.
#[test]
fn q14_parts_of_a_filtered_element_are_set_one_by_one() {
    under_both(|tenant| {
        let path = ada(tenant);
        let after = patch(
            tenant,
            &path,
            r#"[
            {"op":"Add","path":"emails[type eq \"work\"].primary","value":"true"},
            {"op":"Add","path":"emails[type eq \"work\"].type","value":"work"},
            {"op":"Add","path":"emails[type eq \"work\"].value","value":"ada@contoso.example"}]"#,
        );
        assert_eq!(
            after["emails"],
            json!([{"value": "ada@contoso.example", "type": "work", "primary": true}])
        );
        let version = after["meta"]["version"].clone();
        let same = patch(
            tenant,
            &path,
            r#"[{"op":"Add","path":"emails[type eq \"work\"].type","value":"work"}]"#,
        );
        assert_eq!(same["meta"]["version"], version);
    });
}

/// Quirk 28: a boolean literal in the filter of a path below the URN of an extension.
#[test]
fn q28_a_value_path_behind_a_urn_takes_a_boolean() {
    let extension = r#"{"id":"urn:ietf:params:scim:schemas:extension:Harborline:2.0:User","name":"Harborline","attributes":[
        {"name":"contacts","type":"complex","multiValued":true,"subAttributes":[{"name":"value"},{"name":"primary","type":"boolean"}]}]}"#;
    let extension = Schema::from_json(extension).unwrap();
    for profile in [Profile::default(), Profile::entra()] {
        let user = core::user_type().with_extension(Arc::new(extension.clone()), false);
        let schemas = SchemaSet::new([user, core::group_type()]).unwrap();
        let tenant = Tenant::with_schemas("harborline", profile, schemas);
        let path = ada(&tenant);
        let set = |value: &str| {
            let operation = format!(
                r#"[{{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:Harborline:2.0:User:contacts[primary eq true].value","value":"{value}"}}]"#
            );
            patch(&tenant, &path, &operation)["urn:ietf:params:scim:schemas:extension:Harborline:2.0:User"].clone()
        };
        assert_eq!(
            set("pier 4"),
            json!({"contacts": [{"value": "pier 4", "primary": true}]})
        );
        assert_eq!(
            set("pier 5"),
            json!({"contacts": [{"value": "pier 5", "primary": true}]})
        );
    }
}

/// A mapping's own attribute: a simple text below the URN that the customer chose, even where the create body named no such schema.
#[test]
fn custom_extensions_need_not_be_declared_in_schemas() {
    let extension = r#"{"id":"urn:ietf:params:scim:schemas:extension:Harborline:2.0:User","name":"Harborline","attributes":[{"name":"berth"}]}"#;
    for profile in [Profile::default(), Profile::entra()] {
        let user = core::user_type().with_extension(Schema::from_json(extension).unwrap(), false);
        let schemas = SchemaSet::new([user, core::group_type()]).unwrap();
        let tenant = Tenant::with_schemas("harborline", profile, schemas);
        let path = create(
            &tenant,
            "/Users",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@contoso.example",
            "urn:ietf:params:scim:schemas:extension:Harborline:2.0:User":{"berth":"B-12"}}"#,
        );
        let read = get(&tenant, &path).body;
        assert_eq!(
            read["schemas"][1],
            "urn:ietf:params:scim:schemas:extension:Harborline:2.0:User"
        );
        let after = patch(
            &tenant,
            &path,
            r#"[{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:Harborline:2.0:User:berth","value":"B-13"}]"#,
        );
        assert_eq!(
            after["urn:ietf:params:scim:schemas:extension:Harborline:2.0:User"]["berth"],
            "B-13"
        );
    }
}
