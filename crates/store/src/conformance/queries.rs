//! Checks of [`Store::query`].

use std::slice;

use super::{create, found, query, staff, user, user_key};
use crate::{Start, Store, StoreError, Total};

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
