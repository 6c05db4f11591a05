use super::super::SynchronizationSchema;
use crate::MappingSet;
use serde_json::{Value, json};

fn problems(json: &Value) -> String {
    let schema = SynchronizationSchema::from_json(&json.to_string()).unwrap();
    let problems = schema.check();
    let lines = problems.iter().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

fn schema(mapping: Value) -> Value {
    let mut mapping = mapping;
    mapping["sourceObjectName"] = "User".into();
    mapping["targetObjectName"] = "User".into();
    json!({
        "synchronizationRules": [{ "sourceDirectoryName": "s", "targetDirectoryName": "t", "objectMappings": [mapping] }],
        "directories": [
            { "name": "s", "objects": [{ "name": "User", "attributes": [
                { "name": "mail" }, { "name": "country" },
                { "name": "manager", "referencedObjects": [{ "referencedObjectName": "User" }, { "referencedObjectName": "Robot" }] },
            ] }] },
            { "name": "t", "objects": [{ "name": "User", "attributes": [{ "name": "userName" }, { "name": "title" }] }] },
        ],
    })
}

#[test]
fn the_templates_have_no_problems() {
    for set in [
        MappingSet::generic_scim(),
        MappingSet::netskope_user_authentication(),
    ] {
        let problems = set.schema().check();
        assert!(problems.is_empty(), "{problems:#?}");
    }
}

#[test]
fn names_that_lead_nowhere_are_named_with_their_place() {
    let mapping = json!({
        "scope": { "groups": [{ "clauses": [{ "sourceOperandName": "county", "operatorName": "IS NULL" }] }] },
        "attributeMappings": [
            { "targetAttributeName": "userName", "source": { "name": "mail" }, "matchingPriority": 1 },
            { "targetAttributeName": "titel", "source": { "name": "mail" } },
            { "targetAttributeName": "title", "source": { "type": "Function", "expression": "Append([Mail], [country])" } },
            { "targetAttributeName": "title", "source": { "type": "Constant", "name": "x" } },
        ],
    });
    insta::assert_snapshot!(problems(&schema(mapping)), @r#"
    $.synchronizationRules[0].objectMappings[0].scope.groups[0].clauses[0]: the source has no attribute `county`; did you mean `country`?
    $.synchronizationRules[0].objectMappings[0].attributeMappings[1].targetAttributeName: the target has no attribute `titel`
    $.synchronizationRules[0].objectMappings[0].attributeMappings[2].source: the source has no attribute `Mail`; did you mean `mail`?
    $.synchronizationRules[0].objectMappings[0].attributeMappings[3].targetAttributeName: `title` has a mapping already
    $.directories[0].objects[0].attributes[2].referencedObjects[1]: the directory has no object `Robot`
    "#);
}

#[test]
fn what_cannot_be_used_is_named_with_its_place() {
    let mapping = json!({
        "scope": { "groups": [{ "clauses": [{ "sourceOperandName": "country", "operatorName": "EQUAL" }] }] },
        "attributeMappings": [
            { "targetAttributeName": "a b", "source": null },
            { "targetAttributeName": "userName", "source": { "expression": "Appendix([mail])" } },
            { "targetAttributeName": "title", "source": { "type": "Function" } },
        ],
    });
    insta::assert_snapshot!(problems(&schema(mapping)), @r#"
    $.synchronizationRules[0].objectMappings[0].scope.groups[0].clauses[0]: there is no operator `EQUAL`; did you mean `EQUALS`?
    $.synchronizationRules[0].objectMappings[0].attributeMappings[0].targetAttributeName: `a b` is no target: expected the end of the path, found `b` at byte 2
    $.synchronizationRules[0].objectMappings[0].attributeMappings[1].source: there is no function `Appendix`; did you mean `Append`? (at byte 0)
    $.synchronizationRules[0].objectMappings[0].attributeMappings[2].source: the expression is missing, and there is no name that says what to take instead
    $.synchronizationRules[0].objectMappings[0].attributeMappings: no attribute is for matching: give one a matching priority, or nobody can be found in the target
    $.directories[0].objects[0].attributes[2].referencedObjects[1]: the directory has no object `Robot`
    "#);
}

#[test]
fn directories_and_objects_must_be_there() {
    let mut json = schema(json!({ "enabled": false }));
    json["synchronizationRules"][0]["targetDirectoryName"] = "u".into();
    json["directories"][0]["objects"][0]["name"] = "Users".into();
    insta::assert_snapshot!(problems(&json), @r#"
    $.synchronizationRules[0].targetDirectoryName: the schema has no directory `u`; did you mean `s`?
    $.synchronizationRules[0].objectMappings[0].sourceObjectName: the directory has no object `User`; did you mean `Users`?
    $.directories[0].objects[0].attributes[2].referencedObjects[0]: the directory has no object `User`; did you mean `Users`?
    $.directories[0].objects[0].attributes[2].referencedObjects[1]: the directory has no object `Robot`
    "#);
}

#[test]
fn expressions_that_can_never_work_are_named_with_all_that_is_wrong() {
    let mut json = schema(json!({ "attributeMappings": [
        { "targetAttributeName": "userName", "matchingPriority": 1, "source": { "expression": "SelectUniqueValue([mail], [country])" } },
        { "targetAttributeName": "title", "source": { "expression": "Append(Left([mail], \"two\"), Frob([mail], Mid([mail])))" } },
        { "targetAttributeName": "nickName", "source": { "expression": "DateAdd(\"d\", 1, [enabled])" } },
    ] }));
    let source = &mut json["directories"][0]["objects"][0]["attributes"];
    source.as_array_mut().unwrap().truncate(2);
    source
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "enabled", "type": "Boolean" }));
    let target = &mut json["directories"][1]["objects"][0]["attributes"];
    target
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "nickName" }));
    insta::assert_snapshot!(problems(&json), @r#"
    $.synchronizationRules[0].objectMappings[0].attributeMappings[0].source: `userName` cannot be matched by: `SelectUniqueValue` gives several values, not one to look for
    $.synchronizationRules[0].objectMappings[0].attributeMappings[1].source: `Left` needs a whole number as argument 2, which a text cannot be (at byte 7)
    $.synchronizationRules[0].objectMappings[0].attributeMappings[1].source: there is no function `Frob` (at byte 28)
    $.synchronizationRules[0].objectMappings[0].attributeMappings[1].source: `Mid` takes 3 arguments, found 1 (at byte 41)
    $.synchronizationRules[0].objectMappings[0].attributeMappings[2].source: `DateAdd` needs a date as argument 3, which `True` or `False` cannot be (at byte 0)
    "#);
}
