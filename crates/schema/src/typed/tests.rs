use proptest::prelude::*;

use super::*;
use crate::{DateTime, JsonLimits, Name, ResourceType, Value, core, json};

fn fixture(name: &str) -> Resource {
    let path = format!(
        "{}/../../fixtures/rfc7643/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    Resource::from_json(&std::fs::read(path).unwrap(), JsonLimits::default()).unwrap()
}

/// Every attribute of the RFC's examples has a field, and comes back in its place.
#[test]
fn the_rfc_examples_are_users_and_groups() {
    for name in ["user-minimal", "user-full", "user-enterprise"] {
        let resource = core::user_type().adopt(fixture(name));
        let user = User::from(resource.clone());
        assert!(user.extra.is_empty(), "{name}: {:?}", user.extra);
        let parts = user.emails.iter().map(|part| &part.extra);
        assert!(
            parts
                .chain(user.meta.iter().map(|meta| &meta.extra))
                .all(Complex::is_empty)
        );
        assert!(
            user.meta
                .as_ref()
                .is_some_and(|meta| meta.created.is_some())
        );
        assert_eq!(Resource::from(user).to_string(), fixture(name).to_string());
    }
    let group = Group::from(core::group_type().adopt(fixture("group")));
    assert!(group.extra.is_empty());
    assert_eq!(group.members.len(), 2);
    assert_eq!(
        Resource::from(group).to_string(),
        fixture("group").to_string()
    );
}

#[test]
fn every_attribute_of_the_schemas_has_a_field() {
    fn names(schema: &[crate::Attribute]) -> Complex {
        schema
            .iter()
            .map(|attribute| {
                let value = match attribute.attribute_type() {
                    crate::AttributeType::Boolean => true.into(),
                    crate::AttributeType::Complex => names(attribute.sub_attributes()).into(),
                    crate::AttributeType::DateTime => DateTime::from_unix_micros(0).into(),
                    _ => "x".into(),
                };
                let value = if attribute.is_multi_valued() {
                    vec![value].into()
                } else {
                    value
                };
                (attribute.name().clone(), value)
            })
            .collect()
    }
    let full = |resource_type: &ResourceType| {
        let mut all = names(core::common().attributes());
        for (name, value) in names(resource_type.schema().attributes()) {
            all.insert(name, value);
        }
        for extension in resource_type.extensions() {
            let values = names(extension.schema.attributes());
            all.insert(extension.schema.id().clone(), values.into());
        }
        Resource::from(all)
    };
    let user = User::from(full(&core::user_type()));
    let group = Group::from(full(&core::group_type()));
    // Whatever had no field would show in one of the `extra`s.
    for shown in [format!("{user:?}"), format!("{group:?}")] {
        let extras = shown.matches("extra: ").count();
        assert_eq!(
            shown.matches("extra: Complex { fields: [] }").count(),
            extras
        );
        assert!(!shown.contains("None"), "{shown}");
    }
}

#[test]
fn what_fits_no_field_survives_at_its_level() {
    let text = concat!(
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":7,"name":{"givenName":["a"],"familyName":"b"},"#,
        r#""emails":[{"value":"x","odd":1},"bare"],"roles":[],"title":null,"shoe":{"size":43},"active":"True"}"#
    );
    let resource = Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap();
    let user = User::from(resource.clone());
    assert_eq!(user.user_name, None);
    assert_eq!(
        user.name
            .as_ref()
            .and_then(|name| name.family_name.as_deref()),
        Some("b")
    );
    assert!(user.emails.is_empty());
    assert_eq!(Resource::from(user.clone()), resource);

    let odd = Complex::new()
        .with("odd", 1)
        .with("type", 7)
        .with("value", "x");
    let printed = Value::from(Complex::from(MultiValued::from(odd))).to_string();
    assert_eq!(printed, r#"{"value":"x","type":7,"odd":1}"#);

    let named = User {
        user_name: Some("mira".into()),
        ..user
    };
    assert_eq!(Resource::from(named).text("userName"), Some("mira"));
}

#[test]
fn a_password_is_not_in_debug_output() {
    let user = User {
        password: Some(Password::new("tr0ut")),
        ..User::new("mira")
    };
    assert!(!format!("{user:?}").contains("tr0ut"));
    assert_eq!(Resource::from(user).text("password"), Some("tr0ut"));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::NULL),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(Value::decimal),
        "[a-zé]{0,4}".prop_map(Value::from),
        any::<i32>().prop_map(|micros| DateTime::from_unix_micros(micros.into()).into()),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..5)
                .prop_map(|fields| Value::from(fields.into_iter().collect::<Complex>())),
        ]
    })
}

/// Names that have a field somewhere, and some that have none.
fn name() -> impl Strategy<Value = Name> {
    let user = core::user_type();
    let group = core::group_type();
    let mut known: Vec<Name> = Vec::new();
    for attribute in [core::common(), user.schema(), group.schema()]
        .into_iter()
        .flat_map(crate::Schema::attributes)
    {
        known.push(attribute.name().clone());
        known.extend(
            attribute
                .sub_attributes()
                .iter()
                .map(|sub| sub.name().clone()),
        );
    }
    known.push(Name::from(core::ENTERPRISE_USER));
    known.extend(["department", "manager", "USERNAME", "odd", "urn:x:y"].map(Name::from));
    prop::sample::select(known)
}

fn fields() -> impl Strategy<Value = Complex> {
    prop::collection::vec((name(), value()), 0..12).prop_map(|fields| fields.into_iter().collect())
}

proptest! {
    #[test]
    fn a_user_loses_nothing(mut fields in fields()) {
        fields.insert(Name::from("schemas"), vec![core::ENTERPRISE_USER.into(), core::USER.into()].into());
        let resource = Resource::from(fields);
        prop_assert_eq!(Resource::from(User::from(resource.clone())), resource);
    }

    #[test]
    fn a_group_loses_nothing(mut fields in fields()) {
        fields.insert(Name::from("schemas"), vec!["urn:x:y".into(), core::GROUP.into()].into());
        let resource = Resource::from(fields);
        prop_assert_eq!(Resource::from(Group::from(resource.clone())), resource);
    }

    /// Only `schemas` may gain something, and only once.
    #[test]
    fn a_user_without_schemas_gets_them(fields in fields()) {
        let once = Resource::from(User::from(Resource::from(fields.clone())));
        for (name, value) in fields.iter().filter(|(name, _)| *name != "schemas") {
            prop_assert_eq!(once.get(name), Some(value));
        }
        let twice = Resource::from(User::from(once.clone()));
        prop_assert_eq!(twice.to_string(), once.to_string());
    }

    /// What a typed user prints reads back as the same user.
    #[test]
    fn print_and_read_agree(fields in fields()) {
        let resource = Resource::from(User::from(Resource::from(fields)));
        let text = resource.to_string();
        // Names that differ only in case cannot stand together in JSON.
        if let Ok(read) = json::parse_object(text.as_bytes(), JsonLimits::default()) {
            prop_assert_eq!(Resource::from(User::from(Resource::from(read))).to_string(), text);
        }
    }
}
