use crate::{Compat, JsonLimits, Purpose, Resource, ResourceType, SchemaSet, Value, core, json};

fn text(name: &str) -> String {
    let path = format!(
        "{}/../../fixtures/rfc7643/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

fn read(name: &str) -> Resource {
    Resource::from_json(text(name).as_bytes(), JsonLimits::default()).unwrap()
}

/// The text without the blanks between tokens.
fn compact(text: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let kept = text.chars().filter(|c| {
        let keep = inside || !c.is_whitespace();
        inside ^= *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        keep
    });
    kept.collect()
}

/// The representations of RFC 7643 §8.1 to §8.5: not a byte changes but the blanks.
#[test]
fn representations_round_trip() {
    for name in [
        "user-minimal",
        "user-full",
        "user-enterprise",
        "group",
        "service-provider-config",
    ] {
        assert_eq!(read(name).to_string(), compact(&text(name)), "{name}");
    }
}

/// The resource types of RFC 7643 §8.6: an array, and a file of definitions as well.
#[test]
fn resource_types_round_trip() {
    let array = json::parse(text("resource-types").as_bytes(), JsonLimits::default()).unwrap();
    assert_eq!(array.to_string(), compact(&text("resource-types")));

    let set = SchemaSet::core().with_documents([("resource-types.json", text("resource-types"))]);
    let set = set.unwrap();
    let user = set.by_name("User").unwrap();
    assert!(user.extension(core::ENTERPRISE_USER).unwrap().required);
    assert_eq!(set.types().len(), 2);
}

/// Adopting gives the fixed order, whatever the order was before.
#[test]
fn representations_have_the_fixed_order() {
    for (name, resource_type) in [
        ("user-minimal", core::user_type()),
        ("user-full", core::user_type()),
        ("user-enterprise", core::user_type()),
        ("group", core::group_type()),
    ] {
        let reversed: Vec<_> = read(name).into_attributes().into_iter().collect();
        let reversed = Resource::from(reversed.into_iter().rev().collect::<crate::Complex>());
        let adopted = resource_type.adopt(reversed);
        assert_eq!(adopted.to_string(), compact(&text(name)), "{name}");
    }
}

/// What the representations hold is accepted by the strictest reader, but for what only the service provider writes.
#[test]
fn representations_are_accepted_as_new_resources() {
    let accept = |name: &str, resource_type: ResourceType| {
        let body = read(name).into_attributes();
        let accepted = resource_type.read(body, Purpose::Create, Compat::strict());
        let accepted = accepted.unwrap();
        assert!(accepted.ignored.is_empty());
        accepted.resource
    };
    let mut expected = core::user_type().adopt(read("user-enterprise"));
    for name in ["id", "groups", "meta"] {
        expected.attributes_mut().remove(name);
    }
    let extension = expected.attributes_mut().get_mut(core::ENTERPRISE_USER);
    let manager = extension
        .and_then(Value::as_complex_mut)
        .and_then(|extension| extension.get_mut("manager"))
        .and_then(Value::as_complex_mut);
    manager.unwrap().remove("displayName");
    assert_eq!(accept("user-enterprise", core::user_type()), expected);

    let group = accept("group", core::group_type());
    assert_eq!(group.get("members"), read("group").get("members"));
    accept("user-minimal", core::user_type());
    accept("user-full", core::user_type());
}
