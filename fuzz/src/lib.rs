//! The laws that fuzzing looks for a breach of. Each target is one line calling one of these; `tests/replay.rs` calls them with every
//! file of `corpus/` on the stable toolchain.

mod membership;
mod naive;
mod pair;
mod request;

use std::{
    slice,
    sync::{Arc, LazyLock},
};

pub use self::request::request;

use arbitrary::Unstructured;
use scimkit_filter::{BoundFilter, Filter, Limits, Path};
use scimkit_patch::{MemberChange, PatchOp, apply, diff};
use scimkit_protocol::ListQuery;
use scimkit_schema::{
    Clock, Compat, DateTime, JsonLimits, Name, Purpose, Random, Resource, ResourceType, Rule,
    Schema, SchemaSet, Value, core, json,
};

/// A target: a name and its law.
pub type Law = (&'static str, fn(&[u8]));

/// Every law under the name of its target.
pub const LAWS: &[Law] = &[
    ("filter", filter),
    ("evaluate", evaluate),
    ("evaluate_pair", evaluate_pair),
    ("membership", membership),
    ("path", path),
    ("resource_body", resource_body),
    ("patch_body", patch_body),
    ("query_string", query_string),
    ("expression", expression),
    ("request", request),
];

/// A filter that parses prints as one that parses to the same; what is strict is lenient; binding and matching never panic.
pub fn filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let limits = Limits::default();
    let strict = Filter::parse(text, limits, Compat::strict());
    let lenient = Filter::parse(text, limits, Compat::lenient());
    if let Err(error) = &lenient {
        assert!(error.offset() <= text.len());
        let _ = error.caret(text);
    }
    if let Ok(parsed) = &strict {
        assert!(parsed.bent.is_empty());
        assert_eq!(
            lenient.as_ref().map(|parsed| &parsed.value),
            Ok(&parsed.value),
            "strict is lenient: {text}"
        );
    }
    let Ok(parsed) = lenient else { return };
    let printed = parsed.value.to_string();
    let generous = Limits::default()
        .with_bytes(usize::MAX)
        .with_nodes(usize::MAX);
    let again = Filter::parse(&printed, generous, Compat::strict()).map(|parsed| parsed.value);
    assert_eq!(
        again.as_ref(),
        Ok(&parsed.value),
        "{text} printed as {printed}"
    );
    let set = SchemaSet::core();
    for resource_type in set.types() {
        if let Ok(bound) = BoundFilter::bind(
            &parsed.value,
            slice::from_ref(resource_type),
            Compat::lenient(),
        ) {
            let _ = bound.matches(&(&sample()).into());
            let _ = bound.needs();
        }
    }
}

/// A bound filter agrees with a naive evaluator. The input is a filter, a line feed, and a resource.
pub fn evaluate(bytes: &[u8]) {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (text, body) = bytes.split_at(end);
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Ok(filter) = text.parse::<Filter>() else {
        return;
    };
    let Ok(body) = json::parse_object(body, JsonLimits::default()) else {
        return;
    };
    for resource_type in types() {
        let Ok(accepted) = resource_type.read(body.clone(), Purpose::Create, Compat::lenient())
        else {
            continue;
        };
        agree(&filter, &accepted.resource, resource_type);
    }
}

/// A bound filter agrees with a naive evaluator about a resource that the schema made up.
pub fn evaluate_pair(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    let Ok(resource_type) = bytes.choose(types()) else {
        return;
    };
    let Ok(pair) = pair::Pair::new(&mut bytes, resource_type) else {
        return;
    };
    let filter: Filter = pair.filter.parse().expect("a filter of the grammar");
    let body = pair.body.to_string();
    let body = json::parse_object(body.as_bytes(), JsonLimits::default()).expect("an object");
    agree(&filter, &resource_type.adopt(body.into()), resource_type);
}

fn agree(filter: &Filter, resource: &Resource, resource_type: &Arc<ResourceType>) {
    let Ok(bound) = BoundFilter::bind(filter, slice::from_ref(resource_type), Compat::strict())
    else {
        return;
    };
    let plain: serde_json::Value = serde_json::from_str(&resource.to_string()).expect("JSON");
    let expected = naive::matches(filter, &plain, resource_type);
    assert_eq!(
        bound.matches(&resource.into()),
        expected,
        "{filter} on {plain}"
    );
}

/// The change that a PATCH makes to a group's members, applied to them, gives what rewriting the list after every operation gives.
pub fn membership(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    let Ok(story) = bytes.arbitrary::<membership::Story>() else {
        return;
    };
    let body = story.body().to_string();
    let body = json::parse_object(body.as_bytes(), JsonLimits::default()).expect("an object");
    let compat = Compat::entra();
    let read = PatchOp::read(body, compat).expect("a message");
    let before = Resource::new(core::GROUP).with("displayName", "Crew");
    let applied = apply(&before, &read.patch, &core::group_type(), compat).expect("it applies");
    let mut after: Vec<_> = story.before.iter().map(ToString::to_string).collect();
    match applied.members {
        MemberChange::None => {}
        MemberChange::Delta { add, remove } => {
            assert!(!add.iter().any(|id| remove.contains(id)), "{story:?}");
            after.retain(|id| !remove.iter().any(|gone| gone.as_str() == id));
            after.extend(add.iter().map(ToString::to_string));
        }
        MemberChange::Exactly(ids) => after = ids.iter().map(ToString::to_string).collect(),
    }
    after.sort_unstable();
    after.dedup();
    assert_eq!(after, story.after(), "{story:?}");
    let document = applied.document.unwrap_or(before);
    assert_eq!(document.text("displayName"), Some(story.name()));
}

/// Users, groups, and a type that has every kind of attribute.
fn types() -> &'static [Arc<ResourceType>] {
    static TYPES: LazyLock<Vec<Arc<ResourceType>>> = LazyLock::new(all_types);
    &TYPES
}

fn all_types() -> Vec<Arc<ResourceType>> {
    const WIDGET: [&str; 2] = [
        include_str!("../../fixtures/schemas/test-Widget.json"),
        include_str!("../../fixtures/schemas/test-WidgetAudit.json"),
    ];
    let schemas = WIDGET.map(|text| Arc::new(Schema::from_json(text).expect("a schema")));
    let widget = include_str!("../../fixtures/schemas/test-Widget-resourcetype.json");
    let widget = ResourceType::from_json(widget, &schemas).expect("a resource type");
    vec![
        Arc::new(core::user_type()),
        Arc::new(core::group_type()),
        Arc::new(widget),
    ]
}

/// A path that parses prints as one that parses to the same.
pub fn path(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(parsed) = Path::parse(text, Limits::default(), Compat::lenient()) else {
        return;
    };
    let generous = Limits::default()
        .with_bytes(usize::MAX)
        .with_nodes(usize::MAX);
    let printed = parsed.value.to_string();
    let again = Path::parse(&printed, generous, Compat::strict()).map(|parsed| parsed.value);
    assert_eq!(
        again.as_ref(),
        Ok(&parsed.value),
        "{text} printed as {printed}"
    );
}

/// A body that is accepted prints as one that is accepted, strictly and unchanged; what is strict is lenient, with the same result.
pub fn resource_body(bytes: &[u8]) {
    let Ok(body) = json::parse_object(bytes, JsonLimits::default()) else {
        return;
    };
    for resource_type in types() {
        let strict = resource_type.read(body.clone(), Purpose::Create, Compat::strict());
        let lenient = resource_type.read(body.clone(), Purpose::Create, Compat::lenient());
        if let Ok(strict) = &strict {
            assert_eq!(
                lenient.as_ref().map(|read| &read.resource),
                Ok(&strict.resource)
            );
        }
        let Ok(accepted) = lenient else { continue };
        let printed = accepted.resource.to_string();
        let read = json::parse_object(printed.as_bytes(), JsonLimits::default())
            .expect("what is printed is JSON");
        let again = resource_type
            .read(read, Purpose::Create, strict_but_kept())
            .expect("what was accepted is valid");
        assert_eq!(again.resource.to_string(), printed);
    }
}

/// Strict, but for the one rule that keeps what it lets in as it came.
fn strict_but_kept() -> Compat {
    Compat::strict().with(Rule::LooseReference)
}

/// A PATCH that applies strictly applies leniently, with the same result unless a rule was used; the smallest PATCH between the two states leads to the same state.
pub fn patch_body(bytes: &[u8]) {
    let Ok(body) = json::parse_object(bytes, JsonLimits::default()) else {
        return;
    };
    let set = SchemaSet::core();
    let Some(users) = set.by_name("User") else {
        return;
    };
    let before = sample();
    let run = |compat| {
        let read = PatchOp::read(body.clone(), compat).ok()?;
        apply(&before, &read.patch, users, compat).ok()
    };
    let (strict, lenient) = (run(Compat::strict()), run(Compat::lenient()));
    match (&strict, &lenient) {
        (Some(strict), Some(lenient)) if lenient.bent.is_empty() => {
            assert_eq!(lenient.document, strict.document)
        }
        (Some(_), None) => panic!("strict is lenient"),
        _ => {}
    }
    let Some(after) = lenient.and_then(|applied| applied.document) else {
        return;
    };
    let Some(smallest) = diff(&before, &after, users) else {
        return;
    };
    let reached = apply(&before, &smallest, users, strict_but_kept()).expect("a diff applies");
    let reached = reached.document.unwrap_or_else(|| before.clone());
    assert_eq!(comparable(&reached), comparable(&after), "{smallest}");
}

/// A resource without what makes no difference: the order of values, `primary` where it is false, and `schemas`, which the server keeps.
fn comparable(resource: &Resource) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| match value.as_complex() {
        None => value.to_string(),
        Some(fields) => {
            let said = |(name, value): &(&Name, &Value)| {
                let is_default = *name == "primary" && value.as_bool() == Some(false);
                !is_default && !value.is_unassigned()
            };
            let fields = fields.iter().filter(said);
            let mut fields: Vec<_> = fields
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            fields.sort();
            fields.join(", ")
        }
    };
    let fields = resource.attributes().iter();
    let fields = fields.filter(|(name, _)| *name != "schemas");
    let mut fields: Vec<_> = fields
        .map(|(name, value)| {
            let mut values: Vec<_> = value.elements().iter().map(text).collect();
            values.sort();
            (name.to_string(), values)
        })
        .filter(|(_, values)| !values.is_empty())
        .collect();
    fields.sort();
    fields
}

/// A query string that parses prints as one that parses to the same.
pub fn query_string(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(query) = ListQuery::parse(text) {
        assert_eq!(ListQuery::parse(&query.to_string()), Ok(query));
    }
}

/// An expression that parses prints as one that parses to the same; compiling and evaluating never panic, end within their budget, and give the
/// same twice.
pub fn expression(bytes: &[u8]) {
    use scimkit_mapping::{Compiled, Context, SourceObject, Value, expression::Expression};
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(parsed) = text.parse::<Expression>() else {
        return;
    };
    let printed = parsed.to_string();
    if printed.len() <= scimkit_mapping::expression::MAX_LENGTH {
        assert_eq!(
            printed.parse::<Expression>().as_ref(),
            Ok(&parsed),
            "{text} printed as {printed}"
        );
    }
    let Ok(compiled) = Compiled::new(parsed) else {
        return;
    };
    let roles = Value::Multi(vec![Value::from("Pilot"), Value::from("Trainer")]);
    let source = SourceObject::new("User")
        .with("givenName", "Mira")
        .with("mail", "mira@harborline.example")
        .with("a", "2021-08-31T07:00:00Z")
        .with("IsSoftDeleted", false)
        .with("count", 7_i64)
        .with("appRoleAssignments", roles);
    let run = || {
        let context = Context::default()
            .with_step_limit(10_000)
            .with_clock(Noon)
            .with_random(Same);
        compiled.evaluate(&source, &context)
    };
    assert_eq!(run(), run(), "{text} is not deterministic");
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(1_625_240_018_000_000)
    }
}

struct Same;

impl Random for Same {
    fn fill(&self, bytes: &mut [u8]) {
        for (byte, value) in bytes.iter_mut().zip(1..) {
            *byte = value;
        }
    }
}

/// A user with something in every kind of attribute.
fn sample() -> Resource {
    let text = br#"{
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": "mira@harborline.example", "active": true, "title": "Pilot",
        "name": { "givenName": "Mira", "familyName": "Okafor" },
        "emails": [{ "value": "mira@harborline.example", "type": "work", "primary": true }, { "value": "m@home.example", "type": "home" }],
        "roles": [{ "value": "Admin", "primary": true }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Harbor", "manager": { "value": "u-2" } }
    }"#;
    let body = json::parse_object(text, JsonLimits::default()).expect("the sample is JSON");
    let users = SchemaSet::core()
        .by_name("User")
        .expect("users are core")
        .clone();
    users
        .read(body, Purpose::Create, Compat::strict())
        .expect("the sample is valid")
        .resource
}
