use std::sync::Arc;

use scimkit_filter::{BoundFilter, Filter};
use scimkit_schema::{Compat, SchemaSet};
use scimkit_store::Direction;

use super::*;

#[test]
fn plans_are_told_in_words() {
    let schemas = SchemaSet::core();
    let indexes = Arc::new(Indexes::new(Arc::new(schemas.clone())));
    let explain = |types: &[&str], filter: &str, by: &str, total: Total| {
        let known: Vec<_> = types
            .iter()
            .map(|name| schemas.by_name(name).unwrap().clone())
            .collect();
        let mut query = Query::new(types.iter().map(|name| Name::from(*name))).with_total(total);
        if !filter.is_empty() {
            let filter: Filter = filter.parse().unwrap();
            query =
                query.with_filter(BoundFilter::bind(&filter, &known, Compat::strict()).unwrap());
        }
        if !by.is_empty() {
            let sort = Sort::bind(&by.parse().unwrap(), Direction::Ascending, &known);
            query = query.with_sort(sort.unwrap());
        }
        Search::new(1, indexes.clone(), query).explain()
    };
    let (exact, skip) = (Total::Exact, Total::Skip);
    for (types, filter, by, total, expected) in [
        (
            &["User"][..],
            "",
            "",
            exact,
            "User: read in the order of id until the page is full",
        ),
        (
            &["User"],
            "",
            "meta.lastModified",
            exact,
            "User: read in the order of meta.lastModified until the page is full",
        ),
        (
            &["User"],
            "active eq true",
            "userName",
            skip,
            "User: read in the order of userName, check the filter until the page is full",
        ),
        (
            &["User"],
            "active eq true",
            "userName",
            exact,
            "User: read all, check the filter, sort",
        ),
        (&["User"], "", "emails.value", exact, "User: read all, sort"),
        (
            &["User"],
            "externalId eq \"a\"",
            "userName",
            skip,
            "User: look up externalId, then check the filter, sort",
        ),
        (
            &["User", "Group"],
            "userName eq \"a\"",
            "",
            exact,
            "User: look up unique userName, then check the filter; Group: nothing can match",
        ),
    ] {
        assert_eq!(explain(types, filter, by, total), expected);
    }
}
