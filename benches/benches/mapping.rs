//! Mapping one user, beside reading the same object as plain JSON.

use std::hint::black_box;

use criterion::{Criterion, criterion_group};
use scimkit_mapping::{MappingSet, SourceObject};
use scimkit_schema::SchemaSet;

fn map(criterion: &mut Criterion) {
    let json = r#"{"userPrincipalName":"mira@harborline.example","mail":"mira@harborline.example","mailNickname":"mira",
        "displayName":"Mira Okafor","givenName":"Mira","surname":"Okafor","jobTitle":"Pilot","department":"Harbor","city":"Oslo"}"#;
    let fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json).expect("JSON");
    let source = fields
        .iter()
        .fold(SourceObject::new("User"), |source, (name, value)| {
            source.with(name, value.as_str().unwrap_or_default())
        });
    let source = source.with("IsSoftDeleted", false);
    let schemas = SchemaSet::core();
    let mut group = criterion.benchmark_group("map one user");
    group.bench_function("serde_json", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(json)).expect("JSON"));
    });
    for (name, set) in [
        ("netskope", MappingSet::netskope_user_authentication()),
        ("generic", MappingSet::generic_scim()),
    ] {
        let users = set.of("User").expect("users are mapped");
        let resource_type = users.resource_type(&schemas).expect("a core type");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                users
                    .apply(black_box(&source), resource_type)
                    .expect("it maps")
            })
        });
    }
    group.finish();
}

criterion_group!(benches, map);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    scimkit_benches::print_ratios("map one user", &["serde_json", "netskope", "generic"]);
}
