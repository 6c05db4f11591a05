//! Ten kinds of PATCH on a user, and a new member for groups of two sizes. No other crate applies a PATCH, so the times stand alone.

use std::{collections::BTreeSet, hint::black_box};

use criterion::{Criterion, criterion_group};
use scimkit_patch::{MemberChange, PatchOp, apply};
use scimkit_schema::{Compat, JsonLimits, Purpose, Resource, ResourceId, core, json};

const USER: &[u8] = include_bytes!("user.json");

const KINDS: [(&str, &str); 10] = [
    (
        "add simple",
        r#"{"op":"add","path":"externalId","value":"204318"}"#,
    ),
    (
        "add sub-attribute",
        r#"{"op":"add","path":"name.honorificSuffix","value":"III"}"#,
    ),
    (
        "add value",
        r#"{"op":"add","path":"emails","value":[{"value":"m.okafor@harborline.example","type":"other"}]}"#,
    ),
    (
        "add without path",
        r#"{"op":"add","value":{"nickName":"Mi","name":{"middleName":"A."},"title":"Pilot"}}"#,
    ),
    (
        "replace simple",
        r#"{"op":"replace","path":"active","value":false}"#,
    ),
    (
        "replace sub-attribute",
        r#"{"op":"replace","path":"name.familyName","value":"Berg"}"#,
    ),
    (
        "replace selected",
        r#"{"op":"replace","path":"emails[type eq \"work\"].value","value":"mira.berg@harborline.example"}"#,
    ),
    (
        "replace in extension",
        r#"{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Traffic"}"#,
    ),
    ("remove simple", r#"{"op":"remove","path":"title"}"#),
    (
        "remove selected",
        r#"{"op":"remove","path":"emails[type eq \"home\"]"}"#,
    ),
];

fn patch(operation: &str) -> PatchOp {
    let body = format!(
        r#"{{"schemas":["{}"],"Operations":[{operation}]}}"#,
        PatchOp::SCHEMA
    );
    let body = json::parse_object(body.as_bytes(), JsonLimits::default()).expect("JSON");
    PatchOp::read(body, Compat::strict())
        .expect("a PATCH")
        .patch
}

fn users(criterion: &mut Criterion) {
    let users = core::user_type();
    let body = json::parse_object(USER, JsonLimits::default()).expect("JSON");
    let before = users
        .read(body, Purpose::Create, Compat::strict())
        .expect("a user")
        .resource;
    let mut group = criterion.benchmark_group("patch one user");
    for (name, operation) in KINDS {
        let patch = patch(operation);
        let applied = apply(&before, &patch, &users, Compat::strict()).expect("it applies");
        assert!(applied.document.is_some(), "{name} changes the user");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                apply(black_box(&before), &patch, &users, Compat::strict()).expect("it applies")
            });
        });
    }
    group.finish();
}

/// The members of a group are rows beside its document, so a PATCH sees none of them: it says which rows come and go.
fn groups(criterion: &mut Criterion) {
    let groups = core::group_type();
    let before = Resource::new(core::GROUP).with("displayName", "Pilots");
    let patch = patch(r#"{"op":"add","path":"members","value":[{"value":"mira"}]}"#);
    let mut group = criterion.benchmark_group("add one member");
    for size in [10, 500_000] {
        let id = |number: usize| ResourceId::new(&format!("user-{number}")).expect("an id");
        let mut rows: BTreeSet<ResourceId> = (0..size).map(id).collect();
        group.bench_function(format!("to {size}"), |bencher| {
            bencher.iter(|| {
                let applied = apply(black_box(&before), &patch, &groups, Compat::strict());
                let MemberChange::Delta { add, .. } = applied.expect("it applies").members else {
                    panic!("one member is added");
                };
                for id in add {
                    // Taken out again, so that every round adds one.
                    assert!(rows.insert(id.clone()) && rows.remove(&id));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, users, groups);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    scimkit_benches::print_ratios("patch one user", &KINDS.map(|(name, _)| name));
    scimkit_benches::print_ratios("add one member", &["to 10", "to 500000"]);
}
