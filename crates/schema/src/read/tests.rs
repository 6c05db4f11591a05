use super::*;
use crate::{AttributeType, JsonLimits, Mutability, core, json};

fn body(text: &str) -> Complex {
    json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap()
}

fn create(text: &str, compat: Compat) -> Result<Accepted, Error> {
    core::user_type().read(body(text), Purpose::Create, compat)
}

fn refused(text: &str) -> String {
    create(text, Compat::strict()).unwrap_err().to_string()
}

const STRICT: &str = r#""schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]"#;

#[test]
fn every_message_names_place_and_mend() {
    let user = |rest: &str| refused(&format!("{{{STRICT},{rest}}}"));
    insta::assert_snapshot!(
        [
            user(r#""active":true"#),
            user(r#""userName":"""#),
            user(r#""userName":5"#),
            user(r#""userName":"a","active":"True""#),
            user(r#""userName":"a","emails":{"value":"x"}"#),
            user(r#""userName":"a","emails":["x"]"#),
            user(r#""userName":"a","emails":[{"value":"x","primary":true},{"value":"y","primary":true}]"#),
            user(r#""userName":"a","emials":[]"#),
            user(r#""userName":"a","name":{"given":"x"}"#),
            user(r#""userName":"a","x509Certificates":[{"value":"§"}]"#),
            user(r#""userName":"a","profileUrl":"harborline.example/mira""#),
            user(r#""userName":"a","photos":[{"value":""}]"#),
            user(r#""userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"u2","$ref":"my boss"}}"#),
            user(r#""userName":"a","urn:ietf:params:scim:schemas:core:2.0:User":{}"#),
            user(r#""userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":"u2"}"#),
            refused(r#"{"userName":"a"}"#),
            refused(r#"{"schemas":["urn:x:y"],"userName":"a"}"#),
            refused(r#"{"schemas":[1],"userName":"a"}"#),
            refused(r#"{"schemas":"urn:ietf:params:scim:schemas:core:2.0:User","userName":"a"}"#),
            refused(r#"{"schemas":{},"userName":"a"}"#),
        ]
        .join("\n"),
        @r"
    `userName`: a value is required
    `userName`: a value is required
    `userName`: expected a string, found an integer
    `active`: expected true or false, found a string
    `emails`: expected an array, found an object
    `emails[0]`: expected an object, found a string
    `emails`: only one value may be primary
    `emials`: the schema has no such attribute, did you mean `emails`?
    `name.given`: the schema has no such attribute
    `x509Certificates[0].value`: not base64
    `profileUrl`: not a URI such as `https://people.harborline.example/mira`
    `photos[0].value`: not a URI such as `https://people.harborline.example/mira`
    `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.$ref`: not a URI such as `https://tenant.example/v2/Users/7` or `Users/7`
    `urn:ietf:params:scim:schemas:core:2.0:User`: attributes of the core schema stand beside `schemas`, not below its URN
    `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager`: expected an object, found a string
    `schemas`: it must name `urn:ietf:params:scim:schemas:core:2.0:User`
    `schemas`: `urn:x:y` is no schema of User
    `schemas`: expected an array of URNs, found an integer
    `schemas`: expected an array of URNs, found a string
    `schemas`: expected an array of URNs, found an object
    "
    );
}

#[test]
fn a_plain_value_in_place_of_an_object_is_of_the_type_of_its_value() {
    let wrong = create(
        r#"{"userName":"a","x509Certificates":["§"]}"#,
        Compat::lenient(),
    );
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "`x509Certificates[0].value`: not base64"
    );
    let right = create(
        r#"{"userName":"a","x509Certificates":["TWlyYQ=="],"emails":["a@x"]}"#,
        Compat::lenient(),
    )
    .unwrap();
    assert!(right.bent.allows(Rule::BareStringMember));
    let text = right.resource.to_string();
    assert!(
        text.contains(r#""x509Certificates":[{"value":"TWlyYQ=="}]"#),
        "{text}"
    );
}

#[test]
fn lenient_reading_reports_what_it_bent() {
    let accepted = create(
        r#"{"userName":"a","active":"false","shoeSize":43,"title":null,"roles":[],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"Department":"R","manager":"u2"}}"#,
        Compat::lenient(),
    )
    .unwrap();
    assert_eq!(
        accepted.resource.to_string(),
        concat!(
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"#,
            r#""userName":"a","active":false,"#,
            r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R","manager":{"value":"u2"}}}"#
        )
    );
    assert_eq!(
        accepted.bent.rules().collect::<Vec<_>>(),
        [
            Rule::StringBoolean,
            Rule::ScalarManager,
            Rule::UnknownAttributeIgnored,
            Rule::LooseSchemas
        ]
    );
    assert_eq!(accepted.ignored, ["shoeSize".into()]);
}

#[test]
fn one_urn_in_place_of_the_list_of_schemas_is_a_rule() {
    let text = r#"{"schemas":"urn:ietf:params:scim:schemas:core:2.0:User","userName":"a"}"#;
    let accepted = create(text, Compat::entra()).unwrap();
    assert_eq!(
        accepted.resource.schemas().collect::<Vec<_>>(),
        [core::USER]
    );
    assert!(accepted.bent.allows(Rule::LooseSchemas));
}

#[test]
fn a_reference_that_is_no_uri_is_kept_by_a_rule() {
    let text = r#"{"userName":"a","profileUrl":"harborline.example/mira","photos":[{"value":"my face.png"}]}"#;
    for compat in [Compat::lenient(), Compat::entra(), Compat::okta()] {
        let accepted = create(text, compat).unwrap();
        assert!(accepted.resource.to_string().contains("my face.png"));
        assert!(accepted.bent.allows(Rule::LooseReference));
    }
}

#[test]
fn read_only_attributes_of_a_body_are_left_out() {
    let text = format!(
        r#"{{{STRICT},"id":"7","meta":{{"version":"x"}},"groups":[{{"value":"g"}}],"userName":"a"}}"#
    );
    let resource = create(&text, Compat::strict()).unwrap().resource;
    assert_eq!(
        resource
            .attributes()
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["schemas", "userName", "active"]
    );
}

#[test]
fn one_attribute_under_two_spellings_is_refused() {
    let fields = Complex::new().with("userName", "a").with("USERNAME", "b");
    let error = core::user_type()
        .read(fields, Purpose::Create, Compat::lenient())
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::DuplicateName);
}

#[test]
fn adopting_an_answer_loses_nothing() {
    let answer = Resource::from(body(
        r#"{"meta":{"created":"2026-01-05T08:00:00Z"},"USERNAME":"a","id":"1","odd":{"x":1},"active":"maybe",
            "name":{"givenName":"G","odd":1}}"#,
    ));
    let adopted = core::user_type().adopt(answer);
    assert_eq!(
        adopted.to_string(),
        r#"{"id":"1","userName":"a","name":{"givenName":"G","odd":1},"active":"maybe","odd":{"x":1},"meta":{"created":"2026-01-05T08:00:00Z"}}"#
    );
    let created = adopted
        .get("meta")
        .and_then(Value::as_complex)
        .and_then(|meta| meta.get("created"));
    assert!(created.and_then(Value::as_date_time).is_some());
}

#[test]
fn every_type_of_the_test_schema_is_enforced() {
    let path = format!(
        "{}/../../fixtures/schemas/test-Widget.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema = Schema::from_json(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut reader = ValueReader::new(Compat::strict(), ReadOnly::Ignored);
    for attribute in schema
        .attributes()
        .iter()
        .filter(|attribute| !attribute.is_multi_valued())
    {
        if attribute.mutability() == Mutability::ReadOnly {
            continue;
        }
        let wrong = if attribute.attribute_type() == AttributeType::Boolean {
            Value::from(1)
        } else {
            Value::from(true)
        };
        assert!(
            reader.attribute(attribute, wrong, "x").is_err(),
            "{}",
            attribute.name()
        );
    }
}

#[test]
fn an_extension_has_states_and_defaults_too() {
    let flag = |name: &str| Attribute::new(name, AttributeType::Boolean);
    let badge = Schema::new(
        "urn:example:badge",
        "Badge",
        [flag("valid").with_default(Value::from(true)), flag("shown")],
    );
    let users = core::user_type().with_extension(badge.unwrap(), false);
    let read = |rest: &str| {
        let text = format!(r#"{{"userName":"a"{rest}}}"#);
        let accepted = users.read(body(&text), Purpose::Create, Compat::lenient());
        accepted
            .map(|accepted| accepted.resource.extension("urn:example:badge").cloned())
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        read(""),
        Ok(None),
        "an extension that is not used stays away"
    );
    let filled = Complex::new().with("valid", true).with("shown", false);
    let read_back = read(r#","urn:example:badge":{"shown":false}"#).unwrap();
    assert_eq!(
        read_back.map(|values| Value::from(values).to_string()),
        Some(Value::from(filled).to_string())
    );
    assert_eq!(
        read(r#","urn:example:badge":{"valid":null}"#),
        Err("`urn:example:badge:valid`: a state needs a value: say which, or leave it out".into())
    );
}
