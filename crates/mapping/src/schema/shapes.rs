//! Schemas in the shapes that people publish, and every word of Graph's.

use super::*;
use crate::{Compiled, MappingSet};
use serde_json::{Value, json};

/// JSON with its members in one order and its words in Microsoft's spelling.
fn normal(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap()
}

fn shape(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/real-shapes");
    std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()
}

const SHAPES: [&str; 6] = [
    "cloud-sync",
    "directory-extension",
    "hand-written",
    "put-minimal",
    "scim-template-without-directories",
    "without-target-objects",
];

#[test]
fn each_shape_loads_and_is_written_back() {
    let mut problems = Vec::new();
    for name in SHAPES {
        let text = shape(name);
        // the one thing that writing changes: words in another case
        let before: Value = serde_json::from_str(
            &text
                .replace(r#""string""#, r#""String""#)
                .replace(r#""reference""#, r#""Reference""#),
        )
        .unwrap();
        let schema = SynchronizationSchema::from_json(&text).unwrap();
        let after: Value = serde_json::from_str(&schema.to_json()).unwrap();
        assert_eq!(normal(&after), normal(&before), "{name}");
        MappingSet::from_schema(name, schema.clone()).unwrap();
        for problem in schema.check() {
            problems.push(format!("{name}: {problem}"));
        }
    }
    insta::assert_snapshot!(problems.join("\n"), @r#"
    directory-extension: $.synchronizationRules[0].targetDirectoryName: the schema has no directory `Quayside Licences`
    directory-extension: $.synchronizationRules[0].objectMappings[0].attributeMappings: no attribute is for matching: give one a matching priority, or nobody can be found in the target
    hand-written: $.synchronizationRules[0].sourceDirectoryName: the schema has no directory `Azure Active Directory`
    hand-written: $.synchronizationRules[0].targetDirectoryName: the schema has no directory `Quayside Directory`
    hand-written: $.synchronizationRules[0].objectMappings[0].attributeMappings: no attribute is for matching: give one a matching priority, or nobody can be found in the target
    put-minimal: $.synchronizationRules[0].sourceDirectoryName: the schema has no directory `Azure Active Directory`
    put-minimal: $.synchronizationRules[0].objectMappings[0].attributeMappings: no attribute is for matching: give one a matching priority, or nobody can be found in the target
    scim-template-without-directories: $.synchronizationRules[0].sourceDirectoryName: the schema has no directory `Azure Active Directory`
    scim-template-without-directories: $.synchronizationRules[0].targetDirectoryName: the schema has no directory `QuaysideSignOn`
    scim-template-without-directories: $.synchronizationRules[0].objectMappings[0].attributeMappings: no attribute is for matching: give one a matching priority, or nobody can be found in the target
    without-target-objects: $.synchronizationRules[0].sourceDirectoryName: the schema has no directory ``
    without-target-objects: $.synchronizationRules[0].targetDirectoryName: the schema has no directory ``
    without-target-objects: $.synchronizationRules[0].objectMappings[0].attributeMappings: no attribute is for matching: give one a matching priority, or nobody can be found in the target
    "#);
}

#[test]
fn an_object_mapping_alone_loads_and_is_written_back() {
    let text = shape("object-mapping");
    let mapping: ObjectMapping = serde_json::from_str(&text).unwrap();
    let after = serde_json::to_value(&mapping).unwrap();
    let before: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(normal(&after), normal(&before));
    for attribute in mapping.attribute_mappings.as_slice() {
        let Some(source) = attribute.source.as_ref() else {
            assert!(!attribute.default_value.as_str().is_empty());
            continue;
        };
        // the tree says what the text says
        let mut tree = source.clone();
        tree.expression = Member::Null;
        let texts = [source, &tree].map(|it| it.to_expression().unwrap().to_string());
        assert_eq!(texts[0].replace("1, 6", r#""1", "6""#), texts[1]);
    }
}

#[test]
fn metadata_is_never_looked_into() {
    let text = shape("scim-template-without-directories");
    let schema = SynchronizationSchema::from_json(&text).unwrap();
    let metadata = schema.synchronization_rules.as_slice()[0]
        .metadata
        .as_slice();
    assert!(serde_json::from_str::<Value>(metadata[0].value.as_str()).is_err());
}

#[test]
fn every_word_of_graph_is_known() {
    fn words<T: for<'a> From<&'a str> + std::fmt::Debug + std::fmt::Display>(words: &[&str]) {
        for word in words {
            for spelling in [(*word).to_owned(), word.to_lowercase(), word.to_uppercase()] {
                let read = T::from(&spelling);
                assert_eq!(read.to_string(), *word);
                assert!(!format!("{read:?}").starts_with("Other"), "{word}");
            }
        }
        let unknown = T::from("unknownFutureValue");
        assert_eq!(unknown.to_string(), "unknownFutureValue");
    }
    words::<AttributeFlowType>(&[
        "Always",
        "ObjectAddOnly",
        "MultiValueAddOnly",
        "ValueAddOnly",
        "AttributeAddOnly",
    ]);
    words::<AttributeType>(&[
        "String",
        "Integer",
        "Reference",
        "Binary",
        "Boolean",
        "DateTime",
    ]);
    words::<Discoverability>(&[
        "None",
        "AttributeNames",
        "AttributeDataTypes",
        "AttributeReadOnly",
        "ReferenceAttributes",
    ]);
    words::<FlowBehavior>(&["FlowWhenChanged", "FlowAlways"]);
    words::<FlowType>(&["None", "Add", "Update", "Delete"]);
    words::<MappingSourceType>(&["Attribute", "Constant", "Function"]);
    words::<Mutability>(&["ReadWrite", "ReadOnly", "Immutable", "WriteOnly"]);
}

#[test]
fn every_member_may_be_null_or_missing() {
    for set in [
        MappingSet::generic_scim(),
        MappingSet::netskope_user_authentication(),
    ] {
        let json: Value = serde_json::from_str(&set.schema().to_json()).unwrap();
        let mut places = Vec::new();
        collect(&json, "", &mut places);
        assert!(places.len() > 500);
        // one of each kind of member is enough
        let mut seen = std::collections::BTreeSet::new();
        places.retain(|place| seen.insert(place.replace(|digit: char| digit.is_ascii_digit(), "")));
        for place in places {
            let mut changed = json.clone();
            *changed.pointer_mut(&place).unwrap() = Value::Null;
            let schema = SynchronizationSchema::from_json(&changed.to_string()).unwrap();
            let written: Value = serde_json::from_str(&schema.to_json()).unwrap();
            assert_eq!(written, changed, "{place}");
            let (parent, name) = place.rsplit_once('/').unwrap();
            if let Some(members) = changed.pointer_mut(parent).and_then(Value::as_object_mut) {
                members.remove(name);
                members.insert("aNewMember".to_owned(), json!([null, { "a": 1.5 }]));
                let schema = SynchronizationSchema::from_json(&changed.to_string()).unwrap();
                let written: Value = serde_json::from_str(&schema.to_json()).unwrap();
                assert_eq!(written, changed, "{place}");
            }
        }
    }
}

/// The JSON pointers of all members.
fn collect(json: &Value, place: &str, places: &mut Vec<String>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                let place = format!("{place}/{name}");
                collect(value, &place, places);
                places.push(place);
            }
        }
        Value::Array(values) => {
            for (position, value) in values.iter().enumerate() {
                collect(value, &format!("{place}/{position}"), places);
            }
        }
        _ => {}
    }
}

#[test]
fn every_expression_of_the_shapes_can_be_read() {
    for name in SHAPES {
        let schema = SynchronizationSchema::from_json(&shape(name)).unwrap();
        let rules = schema.synchronization_rules.as_slice().iter();
        let mappings = rules.flat_map(|rule| rule.object_mappings.as_slice());
        for attribute in mappings.flat_map(|mapping| mapping.attribute_mappings.as_slice()) {
            if let Some(source) = attribute.source.as_ref() {
                Compiled::new(source.to_expression().unwrap()).unwrap();
            }
        }
    }
}
