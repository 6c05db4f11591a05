//! Parsing five representative filters, beside the other crates that parse SCIM filters; and matching a bound one.

use std::{hint::black_box, slice};

use criterion::{Criterion, criterion_group};
use scimkit_filter::{BoundFilter, Candidate, Filter};
use scimkit_schema::{Compat, Resource, SchemaSet, core};

const FILTERS: [&str; 5] = [
    r#"userName eq "mira@harborline.example""#,
    r#"title pr and userType eq "Employee""#,
    r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
    r#"emails[type eq "work" and value co "@example.com"]"#,
    r#"meta.lastModified gt "2026-01-05T08:00:00Z" and not (active eq false)"#,
];

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse five filters");
    group.bench_function("scimkit", |bencher| {
        bencher.iter(|| {
            FILTERS.map(|text| black_box(text).parse::<Filter>().expect("scimkit parses"))
        });
    });
    group.bench_function("scim_proto", |bencher| {
        bencher.iter(|| {
            FILTERS.map(|text| {
                black_box(text)
                    .parse::<scim_proto::filter::ScimFilter>()
                    .expect("scim_proto parses")
            })
        });
    });
    group.bench_function("scim_v2", |bencher| {
        bencher.iter(|| {
            FILTERS.map(|text| {
                black_box(text)
                    .parse::<scim_v2::filter::Filter>()
                    .expect("scim_v2 parses")
            })
        });
    });
    group.finish();
}

fn matches(criterion: &mut Criterion) {
    let set = SchemaSet::core();
    let users = set.by_name("User").expect("users are core");
    let crowd: Vec<Resource> = (0..10_000)
        .map(|number| {
            Resource::new(core::USER)
                .with("userName", format!("user-{number}@harborline.example"))
                .with("active", true)
        })
        .collect();
    let mut group = criterion.benchmark_group("match 10,000 users");
    for (name, text) in [
        ("eq", r#"userName eq "USER-77@harborline.example""#),
        ("co", r#"userName co "77@""#),
        ("bool", "active eq false"),
    ] {
        let filter: Filter = text.parse().expect("a filter");
        let bound =
            BoundFilter::bind(&filter, slice::from_ref(users), Compat::strict()).expect("it fits");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                crowd
                    .iter()
                    .filter(|user| bound.matches(&Candidate::from(black_box(*user))))
                    .count()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parse, matches);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    scimkit_benches::print_ratios("parse five filters", &["scimkit", "scim_proto", "scim_v2"]);
}
