//! Arbitrary resources for the laws: small alphabets, so that values often meet.

use std::sync::Arc;

use proptest::prelude::*;
use scimkit_schema::{Complex, DateTime, Name, Resource, ResourceType, Schema, Value, core};

/// The test-only resource type that has every type and characteristic.
pub(crate) fn widget_type() -> ResourceType {
    let read = |name: &str| {
        let path = format!(
            "{}/../../fixtures/schemas/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read_to_string(path).unwrap()
    };
    let schemas = ["test-Widget", "test-WidgetAudit"]
        .map(|name| Arc::new(Schema::from_json(&read(name)).unwrap()));
    ResourceType::from_json(&read("test-Widget-resourcetype"), &schemas).unwrap()
}

pub(crate) fn user() -> impl Strategy<Value = Resource> {
    let mails = || elements(element());
    let fields = (
        optional(
            "name",
            complex(vec![("givenName", string()), ("familyName", string())]),
        ),
        optional("nickName", string()),
        optional("active", boolean()),
        optional("externalId", string()),
        optional("emails", mails()),
        optional("phoneNumbers", mails()),
        optional(
            "addresses",
            elements(complex(vec![
                ("locality", string()),
                ("type", kind()),
                ("country", string()),
            ])),
        ),
        optional(
            core::ENTERPRISE_USER,
            complex(vec![
                ("department", string()),
                ("costCenter", string()),
                (
                    "manager",
                    complex(vec![("value", string()), ("$ref", link())]),
                ),
            ]),
        ),
    );
    fields.prop_map(|(a, b, c, d, e, f, g, h)| {
        let start = vec![(Name::from("userName"), Value::from("mira"))];
        resource(
            &core::user_type(),
            start
                .into_iter()
                .chain([a, b, c, d, e, f, g, h].into_iter().flatten()),
        )
    })
}

pub(crate) fn widget() -> impl Strategy<Value = Resource> {
    let part = complex(vec![
        ("qty", integer()),
        ("type", kind()),
        ("primary", boolean()),
        ("installedAt", instant()),
    ]);
    let part = (text(), part).prop_map(with_value);
    let owner = (text(), element()).prop_map(with_value);
    let fields = (
        optional(
            "origin",
            complex(vec![
                ("site", string()),
                ("line", integer()),
                ("sealed", boolean()),
            ]),
        ),
        optional("size", integer()),
        optional(
            "weight",
            (-4..4i32)
                .prop_map(|n| Value::decimal(f64::from(n) / 2.0))
                .boxed(),
        ),
        optional("builtAt", instant()),
        optional("secret", string()),
        optional("tags", list(string())),
        optional("scores", list(integer())),
        optional("parts", elements(part.boxed())),
        prop::collection::vec(owner, 1..4).prop_map(one_primary),
        optional(
            "urn:example:scim:schemas:extension:audit:2.0:Widget",
            complex(vec![
                ("reviewer", string()),
                ("level", integer()),
                ("trail", elements(element())),
            ]),
        ),
    );
    fields.prop_map(|(a, b, c, d, e, f, g, h, owners, i)| {
        let start = [
            (Name::from("code"), Value::from("A1")),
            (Name::from("owners"), owners),
        ];
        resource(
            &widget_type(),
            start
                .into_iter()
                .chain([a, b, c, d, e, f, g, h, i].into_iter().flatten()),
        )
    })
}

/// The resource as it counts: lists in one order, `primary: false` left out, without `schemas`.
pub(crate) fn normal(resource: &Resource) -> String {
    let mut fields: Vec<_> = resource
        .attributes()
        .iter()
        .filter(|(name, _)| *name != "schemas")
        .map(|(name, value)| format!("{name}={}", plain(value)))
        .collect();
    fields.sort();
    fields.join("\n")
}

fn plain(value: &Value) -> String {
    if let Some(list) = value.as_list() {
        let mut list: Vec<_> = list.iter().map(plain).collect();
        list.sort();
        return format!("{list:?}");
    }
    let Some(fields) = value.as_complex() else {
        return value.to_string();
    };
    let mut fields: Vec<_> = fields
        .iter()
        .filter(|(name, value)| !(*name == "primary" && value.as_bool() == Some(false)))
        .map(|(name, value)| format!("{name}={}", plain(value)))
        .collect();
    fields.sort();
    format!("{fields:?}")
}

type Field = Option<(Name, Value)>;

fn resource(resource_type: &ResourceType, fields: impl Iterator<Item = (Name, Value)>) -> Resource {
    let mut resource = Resource::new(resource_type.schema().id());
    for (name, value) in fields {
        if !is_nothing(&value) {
            if resource_type.extension(&name).is_some() {
                resource.add_schema(&name);
            }
            resource.attributes_mut().insert(name, value);
        }
    }
    resource_type.arrange(&mut resource);
    resource
}

fn optional(name: &'static str, value: BoxedStrategy<Value>) -> impl Strategy<Value = Field> {
    prop::option::of(value).prop_map(move |value| Some((Name::from(name), value?)))
}

fn complex(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    fields
        .into_iter()
        .map(|(name, value)| optional(name, value).boxed())
        .collect::<Vec<_>>()
        .prop_map(|fields| {
            let fields = fields.into_iter().flatten();
            let assigned = fields.filter(|(_, value)| !is_nothing(value));
            Value::from(assigned.collect::<Complex>())
        })
        .boxed()
}

fn element() -> BoxedStrategy<Value> {
    complex(vec![
        ("value", string()),
        ("type", kind()),
        ("primary", boolean()),
    ])
}

fn is_nothing(value: &Value) -> bool {
    value.is_unassigned() || value.as_complex().is_some_and(Complex::is_empty)
}

fn with_value((value, element): (&str, Value)) -> Value {
    let fields = element.into_complex().unwrap_or_default();
    fields.with("value", value).into()
}

fn elements(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(element, 0..4)
        .prop_map(one_primary)
        .boxed()
}

fn one_primary(elements: Vec<Value>) -> Value {
    let mut seen = false;
    elements
        .into_iter()
        .filter(|element| {
            element
                .as_complex()
                .is_some_and(|fields| !fields.is_empty())
        })
        .map(|mut element| {
            if let Some(fields) = element.as_complex_mut()
                && fields.get("primary") == Some(&Value::from(true))
            {
                fields.insert(Name::from("primary"), Value::from(!seen));
                seen = true;
            }
            element
        })
        .collect()
}

fn list(value: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    prop::collection::vec(value, 0..4)
        .prop_map(Value::from)
        .boxed()
}

fn text() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "A", "b", "c", "quote \" and ]", "ß"])
}

fn string() -> BoxedStrategy<Value> {
    text().prop_map(Value::from).boxed()
}

fn link() -> BoxedStrategy<Value> {
    prop::sample::select(vec![
        "Users/7",
        "../Users/7",
        "https://tenant.example/v2/Users/7",
    ])
    .prop_map(Value::from)
    .boxed()
}

fn kind() -> BoxedStrategy<Value> {
    prop::sample::select(vec!["work", "Work", "home", "other"])
        .prop_map(Value::from)
        .boxed()
}

fn boolean() -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::from).boxed()
}

fn integer() -> BoxedStrategy<Value> {
    (-2..3i64).prop_map(Value::from).boxed()
}

fn instant() -> BoxedStrategy<Value> {
    (0..3i64)
        .prop_map(|n| DateTime::from_unix_micros(n * 1_000_000).into())
        .boxed()
}
