//! Evaluating a bound filter allocates nothing. A program of its own: no other thread may be counted.

use std::{alloc::System, slice};

use scimkit_filter::{BoundFilter, Candidate, Filter};
use scimkit_schema::{Compat, Complex, Resource, SchemaSet, Value, core};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let set = SchemaSet::core();
    let users = set.by_name("User").expect("users are core");
    let email = Complex::new()
        .with("value", "Mira@Harborline.example")
        .with("type", "work");
    let user = Resource::new(core::USER)
        .with("userName", "Mira@Harborline.example")
        .with("title", "Harbour Pilot")
        .with("active", true)
        .with("emails", vec![Value::from(email)]);
    for text in [
        r#"userName eq "mira@harborline.example""#,
        r#"userName co "LINE.EX""#,
        r#"userName sw "MIRA" and userName ew ".EXAMPLE""#,
        r#"userName ge "m" and userName lt "n""#,
        "title pr and nickName eq null",
        "active eq true and not (active ne true)",
        r#"emails[type eq "WORK" and value co "@harborline"]"#,
        r#"emails.type eq "work" or emails.value eq "none""#,
    ] {
        let filter: Filter = text.parse().expect("a filter");
        let bound =
            BoundFilter::bind(&filter, slice::from_ref(users), Compat::strict()).expect("it fits");
        let region = Region::new(COUNTED);
        let matches = bound.matches(&Candidate::from(&user));
        let allocations = region.change().allocations;
        assert!(matches, "{text}");
        assert_eq!(allocations, 0, "{text}");
    }
    println!("no filter allocates");
}
