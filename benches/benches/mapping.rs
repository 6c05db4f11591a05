//! Mapping one user, beside reading the same object as plain JSON; and what each row and each object costs as there are more of them.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group};
use scimkit_mapping::{
    AttributeMapping, Context, MappingSet, ObjectMapping, Occasion, SourceObject,
};
use scimkit_schema::{SchemaSet, core};

/// A person with a value for every source attribute of the templates.
const PERSON: &str = r#"{"userPrincipalName":"mira@harborline.example","mail":"mira.okafor@harborline.example","mailNickname":"mira",
    "displayName":"Mira Okafor","givenName":"Mira","surname":"Okafor","jobTitle":"Pilot","department":"Harbour","city":"Rotterdam",
    "state":"Zuid-Holland","postalCode":"3011 AA","country":"NL","streetAddress":"1 Quay","physicalDeliveryOfficeName":"East",
    "preferredLanguage":"nl-NL","telephoneNumber":"+31 10 555 0100","mobile":"+31 6 5550 0101","facsimileTelephoneNumber":"+31 10 555 0102",
    "employeeId":"HL0001","manager":"77aa"}"#;

fn person() -> SourceObject {
    let fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(PERSON).expect("JSON");
    let source = SourceObject::new("User").with("IsSoftDeleted", false);
    fields.iter().fold(source, |source, (name, value)| {
        source.with(name, value.as_str().unwrap_or_default())
    })
}

fn map(criterion: &mut Criterion) {
    let (source, schemas, context) = (person(), SchemaSet::core(), Context::default());
    let mut group = criterion.benchmark_group("map one user");
    group.bench_function("serde_json", |bencher| {
        bencher
            .iter(|| serde_json::from_str::<serde_json::Value>(black_box(PERSON)).expect("JSON"));
    });
    for (name, set) in [
        ("netskope", MappingSet::netskope_user_authentication()),
        ("generic", MappingSet::generic_scim()),
    ] {
        let users = set.of("User").expect("users are mapped");
        let resource_type = users.resource_type(&schemas).expect("a core type");
        let map = |source: &SourceObject| users.apply(source, resource_type, &context);
        let present = map(&source).expect("it maps").resource;
        group.bench_function(name, |bencher| {
            bencher.iter(|| map(black_box(&source)).expect("it maps"));
        });
        group.bench_function(format!("{name}, onto"), |bencher| {
            bencher.iter(|| {
                users
                    .apply_onto(
                        black_box(&present),
                        black_box(&source),
                        resource_type,
                        &context,
                    )
                    .expect("it maps")
            });
        });
        group.bench_function(format!("{name}, explained"), |bencher| {
            bencher.iter(|| {
                let source = black_box(&source);
                users.explain(source, resource_type, Occasion::Creation, &context)
            });
        });
    }
    group.finish();
}

/// Prints what a row costs in mappings of 20, 200 and 2,000 rows, and an object among 10, 100 and 1,000.
fn linear() {
    let (source, users, context) = (person(), core::user_type(), Context::default());
    let sources = ["[mail]", "[surname]", r#"Append([givenName], "x")"#];
    let targets = [
        "title",
        "nickName",
        "displayName",
        "locale",
        "name.givenName",
    ];
    let mapping = |rows: usize| {
        let rows = (0..rows).map(|row| {
            let (target, source) = (targets[row % targets.len()], sources[row % sources.len()]);
            AttributeMapping::new(target, source).expect("a mapping")
        });
        let empty = ObjectMapping::new("Users", "User", core::USER);
        rows.fold(empty, ObjectMapping::with_attribute)
    };
    let print = |what: &str, costs: Vec<u128>| {
        let costs = costs.iter().map(|cost| format!("{cost:>10}"));
        println!("{what:<28}{}", costs.collect::<String>());
    };
    println!("\n{:<28}{:>10}{:>10}{:>10}", "ns", "1x", "10x", "100x");
    let rows = [20, 200, 2_000].map(|rows| {
        let mapping = mapping(rows);
        let took = least(|| mapping.apply(&source, &users, &context).is_ok());
        took.as_nanos() / rows as u128
    });
    print("per row", rows.to_vec());
    let generic = MappingSet::generic_scim();
    let generic = generic.of("User").expect("users are mapped");
    let objects = [10, 100, 1_000].map(|objects| {
        let sources = vec![source.clone(); objects];
        let map = |source| generic.apply(source, &users, &context).is_ok();
        let took = least(|| sources.iter().all(map));
        took.as_nanos() / objects as u128
    });
    print("per object, generic", objects.to_vec());
}

/// The least time of some runs.
fn least(run: impl Fn() -> bool) -> Duration {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let runs = if is_test { 1 } else { 50 };
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        assert!(black_box(run()), "it maps");
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

criterion_group!(benches, map);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    scimkit_benches::print_ratios(
        "map one user",
        &[
            "serde_json",
            "netskope",
            "netskope, onto",
            "netskope, explained",
            "generic",
            "generic, onto",
            "generic, explained",
        ],
    );
    linear();
}
