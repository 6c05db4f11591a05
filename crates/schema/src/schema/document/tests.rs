use super::*;

fn refused(text: &str) -> String {
    Schema::from_json(text).unwrap_err().to_string()
}

fn attributes(list: &str) -> String {
    refused(&format!(r#"{{"id":"urn:x:y","attributes":[{list}]}}"#))
}

#[test]
fn a_bad_definition_names_the_place() {
    let subs = |list: &str| {
        attributes(&format!(
            r#"{{"name":"a"}},{{"name":"b","type":"complex","subAttributes":[{{"name":"c"}},{list}]}}"#
        ))
    };
    insta::assert_snapshot!(
        [
            refused("[]"),
            refused("{"),
            refused("{}"),
            refused(r#"{"id":7}"#),
            refused(r#"{"id":"plain"}"#),
            refused(r#"{"id":"urn:x:y","id":"urn:x:z"}"#),
            refused(r#"{"id":"urn:x:y","name":[]}"#),
            refused(r#"{"id":"urn:x:y","attributes":{}}"#),
            attributes("7"),
            attributes("{}"),
            attributes(r#"{"name":""}"#),
            attributes(r#"{"name":"9a"}"#),
            attributes(r#"{"name":"a"},{"name":"b"},{"name":"A"}"#),
            attributes(r#"{"name":"a","type":"text"}"#),
            attributes(r#"{"name":"a","type":"strin"}"#),
            attributes(r#"{"name":"a","mutability":"read"}"#),
            attributes(r#"{"name":"a","returned":"sometimes"}"#),
            attributes(r#"{"name":"a","uniqueness":true}"#),
            attributes(r#"{"name":"a","uniqueness":"tenant"}"#),
            attributes(r#"{"name":"a","required":"yes"}"#),
            attributes(r#"{"name":"a","multiValued":1}"#),
            attributes(r#"{"name":"a","caseExact":"no"}"#),
            attributes(r#"{"name":"a","canonicalValues":["x",1]}"#),
            attributes(r#"{"name":"a","referenceTypes":["User"]}"#),
            attributes(r#"{"name":"a","type":"complex"}"#),
            attributes(r#"{"name":"a","type":"complex","subAttributes":[]}"#),
            attributes(r#"{"name":"a","subAttributes":[{"name":"b"}]}"#),
            subs(r#"{"name":"C"}"#),
            subs(r#"{"name":"d","type":"text"}"#),
            subs(r#"{"name":"d","type":"complex","subAttributes":[{"name":"e"}]}"#),
        ]
        .join("\n"),
        @r#"
        expected a JSON object, found an array
        not valid JSON: EOF while parsing an object at line 1 column 1
        `id`: a value is required
        `id`: expected a string, found an integer
        `id`: `plain` is no URI; write one such as `urn:example:scim:schemas:2.0:Thing`
        `id`: this name stands twice in one object
        `name`: expected a string, found an array
        `attributes`: expected an array, found an object
        `attributes[0]`: expected an object, found an integer
        `attributes[0].name`: a value is required
        `attributes[0].name`: a value is required
        `attributes[0].name`: `9a` cannot be a name: that is a letter, then letters, digits, `-`, `_` or `$`
        `attributes[2].name`: `A` is the name of `attributes[0]` already
        `attributes[0].type`: `text` is none of `string`, `boolean`, `decimal`, `integer`, `dateTime`, `binary`, `reference`, `complex`
        `attributes[0].type`: `strin` is none of `string`, `boolean`, `decimal`, `integer`, `dateTime`, `binary`, `reference`, `complex`, did you mean `string`?
        `attributes[0].mutability`: `read` is none of `readOnly`, `readWrite`, `immutable`, `writeOnly`
        `attributes[0].returned`: `sometimes` is none of `always`, `never`, `default`, `request`
        `attributes[0].uniqueness`: expected a string, found a boolean
        `attributes[0].uniqueness`: `tenant` is none of `none`, `server`, `global`, `Enterprise`, `Manufacturer`
        `attributes[0].required`: expected true or false, found a string
        `attributes[0].multiValued`: expected true or false, found an integer
        `attributes[0].caseExact`: expected true or false, found a string
        `attributes[0].canonicalValues[1]`: expected a string, found an integer
        `attributes[0].referenceTypes`: only an attribute whose type is `reference` has reference types
        `attributes[0].subAttributes`: the complex attribute `a` needs at least one sub-attribute
        `attributes[0].subAttributes`: the complex attribute `a` needs at least one sub-attribute
        `attributes[0].subAttributes`: only an attribute whose type is `complex` has sub-attributes
        `attributes[1].subAttributes[1].name`: `C` is the name of `attributes[1].subAttributes[0]` already
        `attributes[1].subAttributes[1].type`: `text` is none of `string`, `boolean`, `decimal`, `integer`, `dateTime`, `binary`, `reference`, `complex`
        `attributes[1].subAttributes[1].type`: a complex attribute cannot hold another one
        "#
    );
}

#[test]
fn a_built_schema_is_checked_as_a_read_one() {
    let simple = |name: &str| Attribute::new(name, AttributeType::String);
    let new = |attribute: Attribute| {
        Schema::new("urn:x:y", "x", [simple("first"), attribute])
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(
        [
            Schema::new("plain", "x", []).unwrap_err().to_string(),
            new(simple("a b")),
            new(simple("FIRST")),
            new(simple("a").with_reference_types(["User"])),
            new(Attribute::complex("a", [])),
            new(Attribute::complex("a", [Attribute::complex("b", [simple("c")])])),
        ]
        .join("\n"),
        @r#"
        `id`: `plain` is no URI; write one such as `urn:example:scim:schemas:2.0:Thing`
        `attributes[1].name`: `a b` cannot be a name: that is a letter, then letters, digits, `-`, `_` or `$`
        `attributes[1].name`: `FIRST` is the name of `attributes[0]` already
        `attributes[1].referenceTypes`: only an attribute whose type is `reference` has reference types
        `attributes[1].subAttributes`: the complex attribute `a` needs at least one sub-attribute
        `attributes[1].subAttributes[0].type`: a complex attribute cannot hold another one
        "#
    );
}

#[test]
fn the_parts_of_several_values_keep_their_meaning() {
    let part = |part: &str| {
        format!(
            r#"{{"name":"a","type":"complex","multiValued":true,"subAttributes":[{{"name":"x"}},{part}]}}"#
        )
    };
    insta::assert_snapshot!(
        [
            r#"{"name":"primary","type":"string"}"#,
            r#"{"name":"Primary"}"#,
            r#"{"name":"type","type":"integer"}"#,
            r#"{"name":"display","type":"boolean"}"#,
            r#"{"name":"$ref","type":"string"}"#,
            r#"{"name":"primary","type":"boolean","multiValued":true}"#,
            r#"{"name":"value","type":"string","multiValued":true}"#,
        ]
        .map(|wrong| attributes(&part(wrong)))
        .join("\n"),
        @r"
        `attributes[0].subAttributes[1].type`: in an attribute of several values, `primary` is of type `boolean`
        `attributes[0].subAttributes[1].type`: in an attribute of several values, `primary` is of type `boolean`
        `attributes[0].subAttributes[1].type`: in an attribute of several values, `type` is of type `string`
        `attributes[0].subAttributes[1].type`: in an attribute of several values, `display` is of type `string`
        `attributes[0].subAttributes[1].type`: in an attribute of several values, `$ref` is of type `reference`
        `attributes[0].subAttributes[1].multiValued`: in an attribute of several values, `primary` is one value
        `attributes[0].subAttributes[1].multiValued`: in an attribute of several values, `value` is one value
        "
    );
    let right = |list: &str| {
        Schema::from_json(&format!(r#"{{"id":"urn:x:y","attributes":[{list}]}}"#)).unwrap();
    };
    for value in ["string", "reference", "binary", "integer", "dateTime"] {
        right(&part(&format!(r#"{{"name":"value","type":"{value}"}}"#)));
    }
    right(&part(
        r#"{"name":"type"},{"name":"primary","type":"boolean"},{"name":"display"},{"name":"$ref","type":"reference"}"#,
    ));
    right(r#"{"name":"a","type":"complex","subAttributes":[{"name":"type","type":"integer"}]}"#);
}

/// The corrected documents of RFC 7643 §8.7 and the test schemas.
const PUBLISHED: [&str; 8] = [
    "User",
    "Group",
    "EnterpriseUser",
    "ServiceProviderConfig",
    "ResourceType",
    "Schema",
    "test-Widget",
    "test-WidgetAudit",
];

/// Whether `there` says everything that `here` says.
fn assert_kept(here: &serde_json::Value, there: &serde_json::Value, place: &str) {
    use serde_json::Value::{Array, Object};
    match (here, there) {
        (Object(here), Object(there)) => {
            for (name, value) in here.iter().filter(|(name, _)| *name != "meta") {
                let kept = there.get(name).unwrap_or(&serde_json::Value::Null);
                assert_kept(value, kept, &format!("{place}.{name}"));
            }
        }
        (Array(none), serde_json::Value::Null) if none.is_empty() => {}
        (Array(here), Array(there)) => {
            assert_eq!(here.len(), there.len(), "{place}");
            for (index, (here, there)) in here.iter().zip(there).enumerate() {
                assert_kept(here, there, &format!("{place}[{index}]"));
            }
        }
        _ => assert_eq!(here, there, "{place}"),
    }
}

#[test]
fn the_published_schemas_read_and_print_without_loss() {
    for name in PUBLISHED {
        let path = format!(
            "{}/../../fixtures/schemas/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).unwrap();
        let schema = Schema::from_json(&text).unwrap();
        let printed = schema.to_json();
        assert_eq!(Schema::from_json(&printed).unwrap(), schema, "{name}");
        let parse = |text: &str| serde_json::from_str(text).unwrap();
        assert_kept(&parse(&text), &parse(&printed), name);
    }
}

#[test]
fn only_the_schema_of_schemas_nests_attributes_deeper() {
    let nested = |id: &str| {
        format!(
            r#"{{"id":"{id}","attributes":[{{"name":"a","type":"complex","subAttributes":[
                {{"name":"b","type":"complex","subAttributes":[{{"name":"c"}}]}}]}}]}}"#
        )
    };
    assert!(Schema::from_json(&nested(SCHEMA)).is_ok());
    assert!(Schema::from_json(&nested("urn:x:y")).is_err());
}

#[test]
fn member_names_ignore_case_and_null_is_absence() {
    let text =
        r#"{"ID":"urn:x:y","Attributes":[{"NAME":"a","multivalued":true,"type":null}],"meta":{}}"#;
    let schema = Schema::from_json(text).unwrap();
    let attribute = schema.attribute("a").unwrap();
    assert!(attribute.is_multi_valued());
    assert_eq!(attribute.attribute_type(), AttributeType::String);
}

#[test]
fn words_ignore_case_and_print_as_the_rfc_spells_them() {
    let text = r#"{"id":"urn:x:y","attributes":[
        {"name":"a","type":"Reference","referenceTypes":"User","mutability":"READONLY","returned":"Always","uniqueness":"Server"},
        {"name":"b","type":"datetime","uniqueness":"manufacturer"}]}"#;
    let schema = Schema::from_json(text).unwrap();
    let a = schema.attribute("a").unwrap();
    assert_eq!(a.attribute_type(), AttributeType::Reference);
    assert_eq!(a.reference_types().collect::<Vec<_>>(), ["User"]);
    assert_eq!(a.mutability(), Mutability::ReadOnly);
    assert_eq!(a.returned(), Returned::Always);
    assert_eq!(a.uniqueness(), Uniqueness::Server);
    let printed = schema.to_json();
    assert!(printed.contains(r#""type":"dateTime""#) && printed.contains(r#""Manufacturer""#));
    assert!(printed.contains(r#""referenceTypes":["User"]"#));
}

#[test]
fn the_schemas_of_a_service_print_and_read_back() {
    for schema in crate::core::service_schemas() {
        assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), **schema);
    }
}
