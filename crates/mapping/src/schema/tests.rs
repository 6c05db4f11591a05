use super::*;
use serde_json::{Value, json};

fn read_and_write(json: &Value) -> Value {
    let schema = SynchronizationSchema::from_json(&json.to_string()).unwrap();
    serde_json::from_str(&schema.to_json()).unwrap()
}

#[test]
fn the_shipped_templates_round_trip() {
    for text in [
        include_str!("../../templates/generic-scim.schema.json"),
        include_str!("../../templates/netskope-user-authentication.schema.json"),
    ] {
        let json: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read_and_write(&json), json);
        let schema = SynchronizationSchema::from_json(text).unwrap();
        assert_eq!(schema.synchronization_rules.as_slice().len(), 1);
        assert_eq!(schema.directories.as_slice().len(), 2);
    }
}

#[test]
fn missing_null_and_unknown_members_stay_as_they_are() {
    let json = json!({
        "id": null,
        "@odata.context": "https://graph.example/$metadata",
        "synchronizationRules": [{
            "containerFilter": null,
            "groupFilter": { "includedGroups": ["a"] },
            "objectMappings": [{
                "scope": { "groups": [{ "clauses": [
                    { "sourceOperandName": "country", "operatorName": "IS NOT NULL", "targetOperand": null },
                    { "sourceOperandName": "city", "operatorName": "EQUALS", "targetOperand": { "values": ["Oslo"] } },
                ] }], "new": [1, null] },
                "attributeMappings": [
                    { "targetAttributeName": "title", "source": null, "defaultValue": "" },
                    { "targetAttributeName": "locale", "source": { "type": "Constant", "expression": "\"en\"" } },
                    { "targetAttributeName": "x", "exportMissingReferences": true, "flowType": "Someday" },
                ],
            }],
        }],
        "directories": null,
    });
    assert_eq!(read_and_write(&json), json);
}

#[test]
fn words_are_read_in_any_case_and_written_canonically() {
    let json = json!({ "directories": [{ "objects": [{ "attributes": [
        { "name": "a", "type": "string", "mutability": "READWRITE" },
        { "name": "b", "type": "Json" },
    ] }] }] });
    let schema = SynchronizationSchema::from_json(&json.to_string()).unwrap();
    let attributes = schema.directories.as_slice()[0].objects.as_slice()[0]
        .attributes
        .as_slice();
    assert_eq!(attributes[0].r#type, AttributeType::String.into());
    assert_eq!(attributes[1].r#type.or_default().as_str(), "Json");
    let written = read_and_write(&json);
    assert_eq!(
        written.pointer("/directories/0/objects/0/attributes/0/type"),
        Some(&json!("String"))
    );
    assert_eq!(
        written.pointer("/directories/0/objects/0/attributes/0/mutability"),
        Some(&json!("ReadWrite"))
    );
}

#[test]
fn flow_types_are_read_with_and_without_blanks() {
    let flow_types = FlowTypes::new("Add, update");
    assert!(flow_types.contains(&FlowType::Update));
    assert!(!flow_types.contains(&FlowType::Delete));
    assert_eq!(flow_types.to_string(), "Add, update");
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    let error = SynchronizationSchema::from_json("{ \"id\": 7 }").unwrap_err();
    insta::assert_snapshot!(error, @"not a synchronization schema: invalid type: integer `7`, expected a string at line 1 column 9");
}
