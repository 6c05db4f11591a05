use std::sync::Arc;

use scimkit_filter::Filter;
use scimkit_schema::{Compat, SchemaSet};

use super::*;

fn indexes() -> Indexes {
    let core = Indexes::new(Arc::new(SchemaSet::core())).with_parts();
    core.with("User", &"title".parse().unwrap()).unwrap()
}

fn explain(indexes: &Indexes, type_name: &str, filter: &str) -> String {
    let known = indexes.schemas().by_name(type_name).unwrap();
    let filter: Filter = filter.parse().unwrap();
    let bound = BoundFilter::bind(&filter, std::slice::from_ref(known), Compat::strict()).unwrap();
    Plan::new(&bound, type_name, indexes).explain()
}

#[test]
fn look_ups_are_found_and_the_cheapest_wins() {
    for (type_name, filter, expected) in [
        ("User", r#"id eq "1""#, "id"),
        ("User", r#"userName eq "A""#, "unique userName"),
        ("User", r#"externalId eq "A""#, "externalId"),
        (
            "User",
            r#"groups eq "1" and externalId eq "A" and id eq "7""#,
            "id",
        ),
        (
            "User",
            r#"groups.value eq "1" and active eq true"#,
            "members of a group",
        ),
        (
            "User",
            r#"userName eq "a" or id eq "7""#,
            "unique userName or id",
        ),
        (
            "User",
            r#"nickName pr and (userName eq "a" or externalId eq "b")"#,
            "unique userName or externalId",
        ),
        ("User", r#"emails eq "a@x""#, "indexed emails.value"),
        (
            "User",
            r#"emails[type eq "work" and value eq "a@x"]"#,
            "indexed emails.value",
        ),
        (
            "User",
            r#"emails[value sw "a"] and active eq true"#,
            "range of emails.value",
        ),
        ("User", r#"userName sw "a""#, "range of userName"),
        (
            "User",
            r#"userName ge "a" and userName lt "b""#,
            "range of userName",
        ),
        ("User", r#"externalId sw "a""#, "range of externalId"),
        ("User", "title pr", "range of title"),
        (
            "User",
            r#"meta.lastModified gt "2026-01-05T08:00:00Z""#,
            "range of meta.lastModified",
        ),
        ("User", r#"userName co "harbor""#, "parts of texts"),
        (
            "User",
            r#"userName ew "bor" or emails.value co "bor""#,
            "parts of texts or parts of texts",
        ),
        (
            "User",
            r#"userName sw "mira@harb" and emails co "mira@harb""#,
            "range of userName",
        ),
        ("Group", r#"displayName eq "Crew""#, "indexed displayName"),
        ("Group", r#"members eq "1""#, "groups of a member"),
        (
            "Group",
            r#"members[value eq "1" and type eq "User"]"#,
            "groups of a member",
        ),
    ] {
        assert_eq!(
            explain(&indexes(), type_name, filter),
            format!("look up {expected}, then check the filter"),
            "{filter}"
        );
    }
    let unique = Indexes::new(Arc::new(SchemaSet::core_with_unique_group_names()));
    assert_eq!(
        explain(&unique, "Group", r#"displayName eq "Crew""#),
        "look up unique displayName, then check the filter"
    );
}

#[test]
fn what_no_index_answers_is_scanned() {
    for filter in [
        "nickName pr",
        "userName pr",
        r#"not (userName eq "a")"#,
        r#"userName ne "a""#,
        r#"userName co "ab""#,
        r#"userName eq "a" or nickName pr"#,
        r#"displayName eq "a""#,
        "userName eq null",
        r#"groups.display eq "a""#,
        r#"meta.lastModified ne "2026-01-05T08:00:00Z""#,
        r#"meta.created gt "2026-01-05T08:00:00Z""#,
        r#"emails[type eq "work"]"#,
    ] {
        assert_eq!(
            explain(&indexes(), "User", filter),
            "read all, check the filter",
            "{filter}"
        );
    }
    assert_eq!(
        explain(&indexes(), "User", r#"id eq """#),
        "nothing can match"
    );
    let without = Indexes::new(Arc::new(SchemaSet::core()));
    assert_eq!(
        explain(&without, "User", r#"userName co "harbor""#),
        "read all, check the filter"
    );
}

#[test]
fn two_ends_of_one_value_are_one_range() {
    let user = indexes().schemas().by_name("User").unwrap().clone();
    let plan = |filter: &str| {
        let filter: Filter = filter.parse().unwrap();
        let bound = BoundFilter::bind(&filter, std::slice::from_ref(&user), Compat::strict());
        Plan::new(&bound.unwrap(), "User", &indexes())
    };
    let Plan::LookUp(found) = plan(r#"title ge "b" and title le "d" and title sw "b""#) else {
        panic!("a look-up")
    };
    let keys = KeyRange {
        from: b"sb"[..].into(),
        to: b"sc"[..].into(),
    };
    assert!(matches!(&*found, [Lookup::Range { keys: found, .. }] if *found == keys));
    let second = |text: &str| {
        text.parse::<scimkit_schema::DateTime>()
            .unwrap()
            .unix_micros()
    };
    let (from, to) = ("2026-01-05T08:00:00Z", "2026-01-05T09:00:00Z");
    let window = format!("meta.lastModified ge \"{from}\" and meta.lastModified lt \"{to}\"");
    let (from, to) = (second(from), second(to) + 1);
    assert_eq!(plan(&window), Plan::one(Lookup::Modified { from, to }));
    // Two addresses may each be in one of them.
    let Plan::LookUp(found) = plan(r#"emails.value ge "b" and emails.value lt "a""#) else {
        panic!("a look-up")
    };
    assert!(matches!(&*found, [Lookup::Range { keys, .. }] if keys.from < keys.to));
}
