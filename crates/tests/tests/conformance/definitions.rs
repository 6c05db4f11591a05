//! Schemas and resource types as documents: what is taken, what is refused, and what is assumed.

use std::sync::Arc;

use scimkit::schema::{
    Attribute, AttributeType, Compat, JsonLimits, Mutability, Purpose, ResourceType, Returned,
    Schema, Uniqueness, core, json,
};

fn schema(attributes: &str) -> Result<Schema, String> {
    let text =
        format!(r#"{{"id":"urn:example:thing","name":"Thing","attributes":[{attributes}]}}"#);
    Schema::from_json(&text).map_err(|error| error.to_string())
}

#[test]
fn an_attribute_has_the_defaults_of_the_rfc() {
    let schema = schema(r#"{"name":"plain"}"#).unwrap();
    let plain = schema.attribute("plain").unwrap();
    assert_eq!(plain.attribute_type(), AttributeType::String);
    assert_eq!(plain.mutability(), Mutability::ReadWrite);
    assert_eq!(plain.returned(), Returned::Default);
    assert_eq!(plain.uniqueness(), Uniqueness::None);
    assert_eq!(plain.canonical_values().count(), 0);
    assert!(!plain.is_required() && !plain.is_case_exact() && !plain.is_multi_valued());
}

#[test]
fn names_follow_the_grammar() {
    for right in ["a", "a-b_c$9", "Z"] {
        assert!(
            schema(&format!(r#"{{"name":"{right}"}}"#)).is_ok(),
            "{right}"
        );
    }
    for wrong in ["", "9lives", "a b", "_a", "a.b", "ä"] {
        assert!(
            schema(&format!(r#"{{"name":"{wrong}"}}"#)).is_err(),
            "{wrong}"
        );
    }
    let reference =
        r#"{"name":"a","type":"complex","subAttributes":[{"name":"$ref","type":"reference"}]}"#;
    assert!(schema(reference).is_ok());
}

#[test]
fn there_are_eight_types_and_no_others() {
    for known in [
        "string",
        "boolean",
        "decimal",
        "integer",
        "dateTime",
        "reference",
        "binary",
        "Binary",
    ] {
        assert!(
            schema(&format!(r#"{{"name":"a","type":"{known}"}}"#)).is_ok(),
            "{known}"
        );
    }
    for unknown in ["money", "url", "text"] {
        assert!(
            schema(&format!(r#"{{"name":"a","type":"{unknown}"}}"#)).is_err(),
            "{unknown}"
        );
    }
}

#[test]
fn complex_attributes_have_simple_sub_attributes() {
    let complex = |subs: &str| {
        schema(&format!(
            r#"{{"name":"a","type":"complex","subAttributes":[{subs}]}}"#
        ))
    };
    assert!(complex(r#"{"name":"b"}"#).is_ok());
    assert!(complex("").is_err());
    assert!(complex(r#"{"name":"b","type":"complex","subAttributes":[{"name":"c"}]}"#).is_err());
}

#[test]
fn a_schema_cannot_change_the_common_attributes() {
    let id = Attribute::new("id", AttributeType::String);
    let schema = Schema::new("urn:example:thing", "Thing", [id]).unwrap();
    let thing = ResourceType::new("Thing", "/Things", schema);
    let body = json::parse_object(
        br#"{"schemas":["urn:example:thing"],"id":"mine"}"#,
        JsonLimits::default(),
    )
    .unwrap();
    let accepted = thing.read(body, Purpose::Create, Compat::strict()).unwrap();
    assert_eq!(accepted.resource.id(), None);
    let id = thing.find(None, "id").unwrap().attribute;
    assert_eq!(
        (id.mutability(), id.returned()),
        (Mutability::ReadOnly, Returned::Always)
    );
    assert!(id.is_case_exact());
}

#[test]
fn common_attributes_have_the_characteristics_of_the_rfc() {
    let common = core::common();
    let external = common.attribute("externalId").unwrap();
    assert!(external.is_case_exact() && !external.is_required());
    assert_eq!(
        (external.mutability(), external.uniqueness()),
        (Mutability::ReadWrite, Uniqueness::None)
    );
    let meta = common.attribute("meta").unwrap();
    assert_eq!(meta.mutability(), Mutability::ReadOnly);
    for sub in meta.sub_attributes() {
        assert_eq!(
            (sub.mutability(), sub.returned()),
            (Mutability::ReadOnly, Returned::Default),
            "{}",
            sub.name()
        );
    }
    let of = |name: &str| meta.sub_attribute(name).unwrap();
    assert!(of("resourceType").is_case_exact() && of("version").is_case_exact());
    assert_eq!(of("created").attribute_type(), AttributeType::DateTime);
}

#[test]
fn the_core_schemas_have_the_errata() {
    let (user, group) = (core::user_type(), core::group_type());
    let find = |resource_type: &ResourceType, urn: Option<&str>, name: &str| {
        resource_type.find(urn, name).unwrap().attribute.clone()
    };
    let user_name = find(&user, None, "userName");
    assert!(user_name.is_required() && !user_name.is_case_exact());
    assert_eq!(user_name.uniqueness(), Uniqueness::Server);
    assert!(find(&group, None, "displayName").is_required());
    assert!(find(&user, None, "profileUrl").is_case_exact());
    let sub = |attribute: &Attribute, sub: &str| attribute.sub_attribute(sub).unwrap().clone();
    assert!(sub(&find(&user, None, "photos"), "value").is_case_exact());
    let certificates = sub(&find(&user, None, "x509Certificates"), "value");
    assert!(certificates.is_case_exact());
    assert_eq!(certificates.uniqueness(), Uniqueness::None);
    let manager = find(&user, Some(core::ENTERPRISE_USER), "manager");
    assert!(sub(&manager, "value").is_case_exact() && sub(&manager, "$ref").is_case_exact());
    assert_eq!(
        sub(&manager, "displayName").mutability(),
        Mutability::ReadOnly
    );
    let members = find(&group, None, "members");
    for name in ["value", "$ref", "type"] {
        assert_eq!(
            sub(&members, name).mutability(),
            Mutability::Immutable,
            "{name}"
        );
    }
    assert_eq!(
        find(&user, None, "groups").mutability(),
        Mutability::ReadOnly
    );
    let password = find(&user, None, "password");
    assert_eq!(
        (password.mutability(), password.returned()),
        (Mutability::WriteOnly, Returned::Never)
    );
}

#[test]
fn the_schemas_of_a_service_have_the_errata() {
    let [config, resource_type, schema] = core::service_schemas() else {
        panic!("three schemas")
    };
    let suggested = |attribute: &Attribute| {
        let kind = attribute.sub_attribute("type").unwrap();
        kind.canonical_values()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let attributes = schema.attribute("attributes").unwrap();
    assert!(suggested(attributes).contains(&"binary".to_owned()));
    let subs = attributes.sub_attribute("subAttributes").unwrap();
    assert!(suggested(subs).contains(&"binary".to_owned()));
    assert!(!suggested(subs).contains(&"complex".to_owned()));
    for several in [attributes, subs] {
        let types = several.sub_attribute("referenceTypes").unwrap();
        assert!(types.is_multi_valued());
    }
    let extensions = resource_type.attribute("schemaExtensions").unwrap();
    assert!(extensions.is_multi_valued());
    let schemes = config.attribute("authenticationSchemes").unwrap();
    let names = schemes
        .sub_attributes()
        .iter()
        .map(|sub| sub.name().as_str());
    let names: Vec<_> = names.collect();
    let wanted = [
        "type",
        "name",
        "description",
        "specUri",
        "documentationUri",
        "primary",
    ];
    assert_eq!(names, wanted);
    assert!(schemes.sub_attribute("type").unwrap().is_required());
}

#[test]
fn a_new_type_comes_from_documents_and_keeps_its_endpoint() {
    let devices = Arc::new(
        Schema::from_json(
            r#"{"id":"urn:example:2.0:EndpointApp","name":"EndpointApp","attributes":[{"name":"displayName"},{"name":"active","type":"boolean","required":true}]}"#,
        )
        .unwrap(),
    );
    let document = r#"{"name":"EndpointApp","endpoint":"/EndpointApp","schema":"urn:example:2.0:EndpointApp"}"#;
    let app = ResourceType::from_json(document, &[devices]).unwrap();
    assert_eq!(app.endpoint(), "/EndpointApp");
    let body = |rest: &str| {
        let text = format!(r#"{{"schemas":["urn:example:2.0:EndpointApp"]{rest}}}"#);
        let body = json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap();
        app.read(body, Purpose::Create, Compat::strict())
    };
    assert!(body("").is_err());
    assert!(body(r#","active":true"#).is_ok());
}
