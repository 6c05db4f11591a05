//! Reading and checking one user of 1.5 KB, beside reading the same bytes as plain JSON, and beside the other crates that have users.
//!
//! What these check is less: scim_v2 the required attributes and the URNs, scim_proto what its structs cannot hold, which is also most
//! languages and time zones. The user is one that all of them take.

use std::hint::black_box;

use criterion::{Criterion, criterion_group};
use scim_v2::Validate;
use scimkit_schema::{Compat, JsonLimits, Purpose, core, json};

const USER: &[u8] = include_bytes!("user.json");

fn read(criterion: &mut Criterion) {
    assert!((1_450..1_600).contains(&USER.len()), "{}", USER.len());
    let users = core::user_type();
    let mut group = criterion.benchmark_group("read one user");
    group.bench_function("serde_json", |bencher| {
        bencher
            .iter(|| serde_json::from_slice::<serde_json::Value>(black_box(USER)).expect("JSON"));
    });
    group.bench_function("scimkit parse", |bencher| {
        bencher.iter(|| json::parse_object(black_box(USER), JsonLimits::default()).expect("JSON"));
    });
    group.bench_function("scimkit parse + validate", |bencher| {
        bencher.iter(|| {
            let body = json::parse_object(black_box(USER), JsonLimits::default()).expect("JSON");
            users
                .read(body, Purpose::Create, Compat::strict())
                .expect("a user")
        });
    });
    group.bench_function("scim_proto", |bencher| {
        bencher.iter(|| {
            serde_json::from_slice::<scim_proto::user::User>(black_box(USER))
                .expect("scim_proto reads")
        });
    });
    group.bench_function("scim_v2 parse + validate", |bencher| {
        bencher.iter(|| {
            let user = serde_json::from_slice::<scim_v2::models::user::User>(black_box(USER));
            let user = user.expect("scim_v2 reads");
            user.validate().expect("scim_v2 validates");
            user
        });
    });
    group.finish();
}

criterion_group!(benches, read);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    let alternatives = [
        "serde_json",
        "scimkit parse",
        "scimkit parse + validate",
        "scim_proto",
        "scim_v2 parse + validate",
    ];
    scimkit_benches::print_ratios("read one user", &alternatives);
}
