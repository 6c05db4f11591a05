//! Checks of [`Store::write`], [`Store::get`] and [`Store::events`].

use std::sync::Arc;

use super::{at, create, delete, draft, group, group_key, put, user, user_key};
use crate::{Action, EventQuery, Expect, Key, Store, StoreError, Written};
use scimkit_schema::Version;

pub async fn creates_and_reads_back(store: &impl Store) {
    let key = user_key(1);
    assert_eq!(store.get(&key).await.unwrap(), None);
    let written = create(store, &key, user("mira@x")).await;
    assert!(written.changed);
    let stored = store
        .get(&written_key(&key, &written))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(*stored.document, user("mira@x"));
    assert_eq!(
        (stored.version, stored.created, stored.modified),
        (written.version, at(0), at(0))
    );
}

fn written_key(key: &Key, written: &Written) -> Key {
    Key::new(key.type_name.clone(), written.id.clone())
}

pub async fn refuses_what_is_not_expected(store: &impl Store) {
    let key = user_key(1);
    let gone = store.write(put(&key, Expect::Exists, user("a"), 1)).await;
    assert!(matches!(gone, Err(StoreError::Gone)), "{gone:?}");
    let gone = store
        .write(put(
            &key,
            Expect::Version(Version::from_number(1)),
            user("a"),
            1,
        ))
        .await;
    assert!(matches!(gone, Err(StoreError::Gone)), "{gone:?}");
    let gone = store.write(delete(&key)).await;
    assert!(matches!(gone, Err(StoreError::Gone)), "{gone:?}");
    let first = create(store, &key, user("a")).await.version;
    let stale = store.write(put(&key, Expect::Absent, user("b"), 1)).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    store
        .write(put(&key, Expect::Version(first.clone()), user("b"), 1))
        .await
        .unwrap();
    let stale = store
        .write(put(&key, Expect::Version(first.clone()), user("c"), 2))
        .await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    assert_eq!(*store.get(&key).await.unwrap().unwrap().document, user("b"));
    // The same of a write that brings the document that it expects. The value that it lets go is somebody else's by now.
    let brings = |key: &Key, version: &Version, name| {
        let write = put(key, Expect::Version(version.clone()), user(name), 2);
        write.with_before(Arc::new(user("a")))
    };
    let other = user_key(2);
    create(store, &other, user("a")).await;
    for name in ["c", "b", "a"] {
        let stale = store.write(brings(&key, &first, name)).await;
        assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    }
    let gone = store.write(brings(&user_key(3), &first, "c")).await;
    assert!(matches!(gone, Err(StoreError::Gone)), "{gone:?}");
    let taken = store.write(put(&user_key(3), Expect::Absent, user("a"), 2));
    assert!(matches!(taken.await, Err(StoreError::Taken { .. })));
    let taken = store.write(brings(&other, &first, "b")).await;
    assert!(matches!(taken, Err(StoreError::Taken { .. })), "{taken:?}");
    let written = store.write(brings(&other, &first, "c")).await.unwrap();
    let stored = store.get(&other).await.unwrap().unwrap();
    assert_eq!(stored.version, written.version);
    assert!(written.stored.is_none_or(|told| told == stored));
    create(store, &user_key(3), user("a")).await;
}

pub async fn keeps_unique_values(store: &impl Store) {
    create(store, &user_key(1), user("Mira@X")).await;
    create(store, &user_key(2), user("other@x")).await;
    create(store, &group_key(1), group("Straße")).await;
    for write in [
        put(&user_key(3), Expect::Absent, user("mira@x"), 1),
        put(&user_key(2), Expect::Exists, user("MIRA@x"), 1),
        put(&group_key(2), Expect::Absent, group("STRASSE"), 1),
    ] {
        let taken = store.write(write).await;
        assert!(
            matches!(&taken, Err(StoreError::Taken { path }) if &**path == "userName" || &**path == "displayName"),
            "{taken:?}"
        );
    }
    assert_eq!(store.get(&user_key(3)).await.unwrap(), None);
    assert_eq!(
        *store.get(&user_key(2)).await.unwrap().unwrap().document,
        user("other@x")
    );
    store
        .write(put(&user_key(1), Expect::Exists, user("mira@x"), 1))
        .await
        .unwrap();
    store
        .write(put(&user_key(1), Expect::Exists, user("renamed@x"), 2))
        .await
        .unwrap();
    create(store, &user_key(4), user("mira@x")).await;
    store.write(delete(&user_key(4))).await.unwrap();
    create(store, &user_key(5), user("mira@x")).await;
}

pub async fn replaces_and_counts_versions(store: &impl Store) {
    let key = user_key(1);
    let first = create(store, &key, user("a")).await;
    let second = store
        .write(put(&key, Expect::Exists, user("b"), 5))
        .await
        .unwrap();
    assert_ne!(first.version, second.version);
    let stored = store.get(&key).await.unwrap().unwrap();
    assert_eq!(
        (stored.version, stored.created, stored.modified),
        (second.version, at(0), at(5))
    );
}

pub async fn changes_nothing_without_a_change(store: &impl Store) {
    let key = user_key(1);
    let first = create(store, &key, user("a")).await;
    let again = store
        .write(put(&key, Expect::Exists, user("a"), 5))
        .await
        .unwrap();
    assert!(!again.changed);
    assert_eq!(again.version, first.version);
    assert_eq!(store.get(&key).await.unwrap().unwrap().modified, at(0));
    assert_eq!(
        store
            .events(&EventQuery::after(0).with_limit(10))
            .await
            .unwrap()
            .len(),
        1
    );
}

pub async fn deletes_for_good(store: &impl Store) {
    let key = user_key(1);
    create(store, &key, user("a")).await;
    assert!(store.write(delete(&key)).await.unwrap().changed);
    assert_eq!(store.get(&key).await.unwrap(), None);
    let again = store.write(delete(&key)).await;
    assert!(matches!(again, Err(StoreError::Gone)), "{again:?}");
}

pub async fn numbers_events_without_gaps(store: &impl Store) {
    let (one, two) = (user_key(1), user_key(2));
    create(store, &one, user("a")).await;
    let _refused = store.write(put(&two, Expect::Absent, user("A"), 1)).await;
    create(store, &two, user("b")).await;
    store
        .write(put(&one, Expect::Exists, user("c"), 5))
        .await
        .unwrap();
    store.write(delete(&two)).await.unwrap();
    let events = store
        .events(&EventQuery::after(0).with_limit(10))
        .await
        .unwrap();
    let numbered: Vec<_> = events
        .iter()
        .map(|event| (event.seq, event.key.clone(), event.draft.action))
        .collect();
    assert_eq!(
        numbered,
        [
            (1, one.clone(), Action::Create),
            (2, two.clone(), Action::Create),
            (3, one, Action::Replace),
            (4, two, Action::Delete)
        ]
    );
    let versions: Vec<_> = events
        .iter()
        .map(|event| (event.before.is_some(), event.after.is_some()))
        .collect();
    assert_eq!(
        versions,
        [(false, true), (false, true), (true, true), (true, false)]
    );
    assert_eq!(events.first().unwrap().draft, draft(Action::Create, 0));
    let rest = store
        .events(&EventQuery::after(1).with_limit(2))
        .await
        .unwrap();
    assert_eq!(
        rest.iter().map(|event| event.seq).collect::<Vec<_>>(),
        [2, 3]
    );
}

pub async fn finds_events_by_resource_actor_and_time(store: &impl Store) {
    let (one, two) = (user_key(1), user_key(2));
    create(store, &one, user("a")).await;
    create(store, &two, user("b")).await;
    let mut other = put(&one, Expect::Exists, user("c"), 50);
    other.event.actor = "other".into();
    store.write(other).await.unwrap();
    store
        .write(put(&two, Expect::Exists, user("d"), 60))
        .await
        .unwrap();
    store.write(delete(&one)).await.unwrap();
    let all = EventQuery::default;
    for (query, expected) in [
        (all(), &[1, 2, 3, 4, 5][..]),
        (all().with_resource(one.clone()), &[1, 3, 5]),
        (all().with_resource(one).with_limit(2), &[1, 3]),
        (all().with_resource(two.clone()).with_actor("other"), &[]),
        (all().with_actor("other"), &[3]),
        (all().with_actor("suite").with_limit(3), &[1, 2, 4]),
        (all().with_since(at(50)), &[3, 4, 5]),
        (all().with_since(at(50)).with_until(at(60)), &[3]),
        (all().with_until(at(50)), &[1, 2]),
        (all().with_until(at(60)).with_actor("other"), &[3]),
        (EventQuery::after(2).with_resource(two), &[4]),
        (EventQuery::after(3).with_since(at(0)), &[4, 5]),
        (EventQuery::after(9), &[]),
        (all().with_limit(0), &[]),
    ] {
        let found = store.events(&query).await.unwrap();
        let numbers: Vec<_> = found.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, expected, "{query:?}");
    }
}

/// From the beginning, up to one that is younger; those that are kept keep their numbers, and none is given twice. A store that keeps
/// everything may say so.
pub async fn forgets_the_oldest_events(store: &impl Store) {
    // The clock went back once: number 4 is older than number 3.
    for (number, second) in (0..).zip([0, 10, 30, 20, 40]) {
        let user = user(&format!("user-{number}"));
        let write = put(&user_key(number), Expect::Absent, user, second);
        store.write(write).await.unwrap();
    }
    let numbers = async |after| -> Vec<u64> {
        let query = EventQuery::after(after).with_limit(10);
        let events = store.events(&query).await.unwrap();
        events.iter().map(|event| event.seq).collect()
    };
    match store.forget_events(&at(0)).await {
        Err(StoreError::Unsupported(_)) => return,
        gone => assert_eq!(gone.unwrap(), 0),
    }
    assert_eq!(store.forget_events(&at(25)).await.unwrap(), 2);
    assert_eq!(numbers(0).await, [3, 4, 5]);
    assert_eq!(numbers(3).await, [4, 5]);
    assert_eq!(store.forget_events(&at(1_000)).await.unwrap(), 3);
    assert!(numbers(0).await.is_empty());
    create(store, &user_key(9), user("new")).await;
    assert_eq!(numbers(0).await, [6]);
}

pub async fn writes_independently(store: &impl Store) {
    let writes = vec![
        put(&user_key(1), Expect::Absent, user("a"), 1),
        put(&user_key(2), Expect::Absent, user("A"), 1),
        put(&user_key(3), Expect::Absent, user("c"), 1),
    ];
    let done: Vec<_> = store
        .write_all(writes)
        .await
        .into_iter()
        .map(|answer| answer.is_ok())
        .collect();
    assert_eq!(done, [true, false, true]);
    assert!(store.get(&user_key(3)).await.unwrap().is_some());
}
