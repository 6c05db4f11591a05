//! What is nested as deeply as may be, or as long as a large body, is handled on a small stack.

use std::thread;

use scimkit_schema::{
    Compat, ErrorKind, JsonLimits, Purpose, Resource, SchemaSet, Value, core, json,
};

/// Threads of embedders may have no more, and this is unoptimized code.
const STACK: usize = 64 * 1024;
const FLAT: usize = 100_000;

fn on_a_small_stack(what: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, what).unwrap().join().unwrap();
    });
}

/// As many levels as may be, made of these pieces.
fn nested(open: &str, close: &str) -> String {
    let levels = open.matches(['[', '{']).count();
    let times = JsonLimits::default().depth / levels;
    format!("{}1{}", open.repeat(times), close.repeat(times))
}

/// Reads, prints, copies, compares and drops.
fn handle(text: &str) {
    let value = json::parse(text.as_bytes(), JsonLimits::default()).unwrap();
    let copy = value.clone();
    assert!(copy == value);
    drop(copy);
    let printed = format!("{value:?}");
    assert_eq!(printed, text);
    assert!(json::parse(printed.as_bytes(), JsonLimits::default()) == Ok(value));
}

#[test]
fn the_deepest_nesting_of_values() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")] {
        let text = nested(open, close);
        on_a_small_stack(|| handle(&text));
        let deeper = format!("[{text}]");
        on_a_small_stack(|| {
            let error = json::parse(deeper.as_bytes(), JsonLimits::default()).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::TooDeep { .. }));
            assert!(!error.to_string().is_empty());
        });
    }
}

#[test]
fn the_deepest_body_of_a_resource() {
    let deep = nested("[", "]");
    let deep = deep.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
    for (place, is_known) in [("odd", false), ("title", true), ("emails", true)] {
        let text = format!(r#"{{"userName":"a","{place}":{deep}}}"#);
        on_a_small_stack(|| {
            let body = json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap();
            let read = core::user_type().read(body.clone(), Purpose::Create, Compat::lenient());
            assert_eq!(read.is_err(), is_known);
            let adopted = core::user_type().adopt(Resource::from(body));
            assert_eq!(adopted.to_string(), text);
        });
    }
}

#[test]
fn long_lists_and_objects() {
    let numbers: Vec<_> = (0..FLAT).map(|n| n.to_string()).collect();
    let list = format!("[{}]", numbers.join(","));
    on_a_small_stack(|| handle(&list));
    let members: Vec<_> = (0..FLAT).map(|n| format!(r#""k{n}":{n}"#)).collect();
    let object = format!("{{{}}}", members.join(","));
    on_a_small_stack(|| handle(&object));
    on_a_small_stack(|| {
        let answer = Resource::from_json(object.as_bytes(), JsonLimits::default()).unwrap();
        assert_eq!(core::user_type().adopt(answer).attributes().len(), FLAT);
    });
}

#[test]
fn a_group_with_many_members() {
    let members: Vec<_> = (0..FLAT)
        .map(|n| format!(r#"{{"value":"u{n}"}}"#))
        .collect();
    let text = format!(
        r#"{{"schemas":["{}"],"displayName":"All","members":[{}]}}"#,
        core::GROUP,
        members.join(",")
    );
    on_a_small_stack(|| {
        let body = json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap();
        let set = SchemaSet::core();
        let groups = set.by_name("Group").unwrap();
        let accepted = groups
            .read(body, Purpose::Create, Compat::strict())
            .unwrap();
        let group = accepted.resource.clone();
        assert!(group == accepted.resource);
        assert_eq!(group.to_string(), text);
        let members = group.get("members").map(Value::elements);
        assert_eq!(members.map(<[_]>::len), Some(FLAT));
    });
}
