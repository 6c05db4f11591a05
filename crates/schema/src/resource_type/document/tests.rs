use super::*;
use crate::{SchemaSet, core};

fn schemas() -> Vec<Arc<Schema>> {
    SchemaSet::core().schemas().cloned().collect()
}

fn refused(text: &str) -> String {
    ResourceType::from_json(text, &schemas())
        .unwrap_err()
        .to_string()
}

#[test]
fn every_message_names_the_place_and_the_mend() {
    let user = core::USER;
    let typed = |rest: &str| {
        refused(&format!(
            r#"{{"name":"X","endpoint":"/X","schema":"{user}","schemaExtensions":{rest}}}"#
        ))
    };
    insta::assert_snapshot!(
        [
            refused("{}"),
            refused(r#"{"name":"X"}"#),
            refused(r#"{"name":"X","endpoint":"/X"}"#),
            refused(r#"{"name":"X","endpoint":"/a b","schema":"x"}"#),
            refused(r#"{"name":"X","endpoint":"/","schema":"x"}"#),
            refused(r#"{"name":"X","endpoint":"/X","schema":"urn:ietf:params:scim:schemas:core:2.0:Usr"}"#),
            refused(r#"{"name":"X","endpoint":"/X","schema":"urn:x:y"}"#),
            typed("{}"),
            typed("[{}]"),
            typed(r#"[{"schema":"urn:x:y"}]"#),
            typed(&format!(r#"[{{"schema":"{user}"}}]"#)),
            typed(&format!(r#"[{{"schema":"{}","required":"yes"}}]"#, core::ENTERPRISE_USER)),
        ]
        .join("\n"),
        @r#"
        `name`: a value is required
        `endpoint`: a value is required
        `schema`: a value is required
        `endpoint`: `/a b` is no endpoint; write the path below the base URL, such as `/Users`
        `endpoint`: `/` is no endpoint; write the path below the base URL, such as `/Users`
        `schema`: there is no schema `urn:ietf:params:scim:schemas:core:2.0:Usr`, did you mean `urn:ietf:params:scim:schemas:core:2.0:User`?
        `schema`: there is no schema `urn:x:y`; load it first
        `schemaExtensions`: expected an array, found an object
        `schemaExtensions[0].schema`: a value is required
        `schemaExtensions[0].schema`: there is no schema `urn:x:y`; load it first
        `schemaExtensions[0].schema`: the type has the schema `urn:ietf:params:scim:schemas:core:2.0:User` already
        `schemaExtensions[0].required`: expected true or false, found a string
        "#
    );
}
