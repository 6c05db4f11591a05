//! Checks of [`Store::query`].

use std::slice;

use scimkit_schema::{Complex, Value};

use super::{at, create, found, group, group_key, query, schemas, staff, user, user_key};
use crate::{Direction, Key, Query, Sort, Start, Store, StoreError, Total};

pub async fn pages_by_index(store: &impl Store) {
    let (users, _) = staff(store, 7).await;
    for (first, limit, expected) in [
        (0_usize, 3_usize, 3_usize),
        (3, 3, 3),
        (6, 3, 1),
        (7, 3, 0),
        (0, 0, 0),
        (0, 100, 7),
    ] {
        let page = store
            .query(&query("User", "").with_page(Start::Index(first as u64), limit))
            .await
            .unwrap();
        let keys: Vec<_> = page.items.iter().map(|stored| &stored.key).collect();
        assert_eq!(
            keys,
            users.iter().skip(first).take(limit).collect::<Vec<_>>(),
            "{first} {limit}"
        );
        assert_eq!((page.items.len(), page.total), (expected, Some(7)));
    }
    let page = store
        .query(&query("User", "").with_total(Total::Skip))
        .await
        .unwrap();
    assert_eq!(page.total, None);
}

pub async fn pages_by_place(store: &impl Store) {
    let (users, _) = staff(store, 7).await;
    let mut from = Start::Index(0);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let page = store
            .query(&query("User", "").with_page(from, 2).with_total(Total::Skip))
            .await
            .unwrap();
        seen.extend(page.items.into_iter().map(|stored| stored.key));
        match page.next {
            Some(place) => from = Start::After(place),
            None => break,
        }
    }
    assert_eq!(seen, users);
    let nowhere = query("User", "").with_page(Start::After(Box::from(&b"nowhere"[..])), 2);
    assert!(store.query(&nowhere).await.is_err());
}

pub async fn finds_by_filter(store: &impl Store) {
    let (users, _) = staff(store, 5).await;
    create(store, &user_key(9), user("Ægir@x").with("title", "Pilot")).await;
    let [first, second, ..] = users.as_slice() else {
        panic!("the users of this check")
    };
    assert_eq!(
        found(store, "User", "userName eq \"USER-1@X\"").await,
        slice::from_ref(first)
    );
    assert_eq!(found(store, "User", "userName eq \"user-1\"").await, []);
    assert_eq!(
        found(store, "User", "userName eq \"ægir@x\"").await,
        [user_key(9)]
    );
    assert_eq!(found(store, "User", "title pr").await, [user_key(9)]);
    assert_eq!(
        found(
            store,
            "User",
            "userName sw \"user\" and not (userName eq \"user-1@x\")"
        )
        .await
        .len(),
        4
    );
    assert_eq!(
        found(
            store,
            "User",
            "userName eq \"user-2@x\" or userName eq \"user-1@x\""
        )
        .await,
        [first.clone(), second.clone()]
    );
    assert_eq!(
        found(store, "Group", "displayName eq \"STAFF\"")
            .await
            .len(),
        1
    );
    let page = store
        .query(&query("User", "userName sw \"user\"").with_page(Start::Index(1), 2))
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(5)));
}

pub async fn finds_by_what_the_store_knows(store: &impl Store) {
    let (users, _) = staff(store, 2).await;
    let [first, second] = users.as_slice() else {
        panic!("the users of this check")
    };
    assert_eq!(
        found(store, "User", &format!("id eq \"{}\"", second.id)).await,
        slice::from_ref(second)
    );
    assert_eq!(found(store, "User", "id eq \"nobody\"").await, []);
    assert_eq!(
        found(
            store,
            "User",
            "meta.lastModified gt \"2020-01-01T00:00:00Z\""
        )
        .await,
        [first.clone(), second.clone()]
    );
    assert_eq!(
        found(store, "User", "meta.created lt \"2020-01-01T00:00:00Z\"").await,
        []
    );
    assert_eq!(
        found(store, "User", "meta.resourceType eq \"User\"")
            .await
            .len(),
        2
    );
}

fn sort(types: &[&str], by: &str, direction: Direction) -> Query {
    let schemas = schemas();
    let types: Vec<_> = types
        .iter()
        .map(|name| schemas.by_name(name).unwrap().clone())
        .collect();
    let sort = Sort::bind(&by.parse().unwrap(), direction, &types).unwrap();
    Query::new(types.iter().map(|known| known.name().clone())).with_sort(sort)
}

/// Goes to the end in pages of `limit` and back again.
async fn walk(store: &impl Store, query: &Query, limit: usize) -> Vec<Vec<Key>> {
    let mut from = Start::Index(0);
    let mut pages = Vec::new();
    let mut last = None;
    while pages.len() < 20 {
        let asked = query.clone().with_total(Total::Skip);
        let page = store.query(&asked.with_page(from, limit)).await.unwrap();
        assert_eq!(page.previous.is_some(), !pages.is_empty());
        pages.push(page.items.into_iter().map(|stored| stored.key).collect());
        last = page.previous;
        match page.next {
            Some(place) => from = Start::After(place),
            None => break,
        }
    }
    for expected in pages.iter().rev().skip(1) {
        let before = Start::Before(last.unwrap());
        let page = query.clone().with_page(before, limit);
        let page = store.query(&page).await.unwrap();
        let keys: Vec<_> = page.items.into_iter().map(|stored| stored.key).collect();
        assert_eq!(keys, *expected);
        assert!(page.next.is_some());
        last = page.previous;
    }
    assert_eq!(last, None, "nothing is before the first page");
    pages
}

pub async fn pages_back_and_forth(store: &impl Store) {
    staff(store, 7).await;
    for query in [
        query("User", ""),
        query("User", "userName sw \"user\""),
        sort(&["User", "Group"], "displayName", Direction::Ascending),
        sort(&["User"], "userName", Direction::Descending),
        Query::new(["Group".into(), "User".into()]),
    ] {
        let all = keys(store, &query).await;
        for limit in [1, 2, 3, 8] {
            assert_eq!(walk(store, &query, limit).await.concat(), all, "{limit}");
        }
    }
}

async fn keys(store: &impl Store, query: &Query) -> Vec<Key> {
    let page = store.query(query).await.unwrap();
    page.items.into_iter().map(|stored| stored.key).collect()
}

pub async fn sorts_by_an_attribute(store: &impl Store) {
    let email = |value: &str, primary: bool| {
        Complex::new()
            .with("value", value)
            .with("primary", primary)
            .into()
    };
    let several: Vec<Value> = vec![email("z@x", false), email("a@x", true)];
    let documents = [
        user("b@x").with("title", "Pilot").with("emails", several),
        user("C@x").with("emails", vec![email("m@x", false)]),
        user("a@x").with("title", "captain"),
    ];
    for (number, document) in (1..).zip(documents) {
        create(store, &user_key(number), document).await;
    }
    let [b, c, a] = [user_key(1), user_key(2), user_key(3)];
    for (by, direction, expected) in [
        ("userName", Direction::Ascending, [&a, &b, &c]),
        ("USERNAME", Direction::Descending, [&c, &b, &a]),
        ("title", Direction::Ascending, [&a, &b, &c]),
        ("title", Direction::Descending, [&c, &b, &a]),
        ("emails", Direction::Ascending, [&b, &c, &a]),
        ("emails.value", Direction::Ascending, [&b, &c, &a]),
        ("nickName", Direction::Descending, [&b, &c, &a]),
    ] {
        let found = keys(store, &sort(&["User"], by, direction)).await;
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            expected,
            "{by} {direction:?}"
        );
    }
}

pub async fn sorts_by_what_the_store_knows(store: &impl Store) {
    let (users, staff) = staff(store, 2).await;
    let [first, second] = users.as_slice() else {
        panic!("the users of this check")
    };
    let mut touch = super::put(first, crate::Expect::Exists, user("z@x"), 300);
    touch.event.at = at(300);
    store.write(touch).await.unwrap();
    let by = |by, direction| sort(&["User", "Group"], by, direction);
    let modified = by("meta.lastModified", Direction::Descending);
    assert_eq!(keys(store, &modified).await.first(), Some(first));
    let ids = keys(store, &by("id", Direction::Descending)).await;
    assert_eq!(ids, [staff.clone(), second.clone(), first.clone()]);
    create(store, &group_key(2), group("alpha")).await;
    let names = keys(store, &by("displayName", Direction::Ascending)).await;
    assert_eq!(names, [group_key(2), staff, first.clone(), second.clone()]);
}

pub async fn pages_through_sorted_results(store: &impl Store) {
    for number in 1..=7_u32 {
        let title = if number % 2 == 0 { "Pilot" } else { "pilot" };
        let mut document = user(&format!("user-{}@x", 9 - number));
        if number > 2 {
            document = document.with("title", title);
        }
        create(store, &user_key(number), document).await;
    }
    for (by, direction) in [
        ("userName", Direction::Ascending),
        ("title", Direction::Ascending),
        ("title", Direction::Descending),
        ("meta.created", Direction::Ascending),
    ] {
        let all = keys(store, &sort(&["User"], by, direction)).await;
        assert_eq!(all.len(), 7);
        let mut from = Start::Index(0);
        let mut seen = Vec::new();
        for round in 0..4_u64 {
            let by_index = sort(&["User"], by, direction).with_page(Start::Index(round * 2), 2);
            let query = sort(&["User"], by, direction).with_page(from, 2);
            let page = store.query(&query).await.unwrap();
            assert_eq!(page.total, Some(7));
            assert_eq!(page.items, store.query(&by_index).await.unwrap().items);
            seen.extend(page.items.into_iter().map(|stored| stored.key));
            match page.next {
                Some(place) => from = Start::After(place),
                None => break,
            }
        }
        assert_eq!(seen, all, "{by} {direction:?}");
    }
    let nowhere = Start::After(Box::from(&b"User/nowhere"[..]));
    let nowhere = sort(&["User"], "title", Direction::Ascending).with_page(nowhere, 2);
    assert!(store.query(&nowhere).await.is_err());
}

pub async fn sorts_within_its_budget(store: &impl Store) {
    staff(store, 5).await;
    let by_title = || sort(&["User"], "title", Direction::Ascending);
    let refused = store.query(&by_title().with_budget(3)).await;
    assert!(
        matches!(refused, Err(StoreError::TooMuch { budget: 3 })),
        "{refused:?}"
    );
    assert_eq!(keys(store, &by_title().with_budget(5)).await.len(), 5);
}

pub async fn keeps_to_its_budget(store: &impl Store) {
    staff(store, 5).await;
    let narrow = query("User", "title pr").with_budget(3);
    let refused = store.query(&narrow).await;
    assert!(
        matches!(refused, Err(StoreError::TooMuch { budget: 3 })),
        "{refused:?}"
    );
    assert!(
        store
            .query(&query("User", "title pr").with_budget(5))
            .await
            .is_ok()
    );
}
