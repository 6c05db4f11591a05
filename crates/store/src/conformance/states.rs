//! Checks of [`StateStore`].

use crate::{Edit, StateStore};

fn put(key: &str, value: &str) -> Edit {
    (key.as_bytes().into(), Some(value.as_bytes().into()))
}

async fn scan(
    state: &impl StateStore,
    from: &str,
    to: &str,
    limit: usize,
) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let found = state
        .scan(from.as_bytes(), to.as_bytes(), limit)
        .await
        .unwrap();
    found
        .iter()
        .map(|(key, value)| (text(key), text(value)))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

pub async fn scans_in_order(state: &impl StateStore) {
    state
        .commit(vec![
            put("b", "2"),
            put("a", "1"),
            put("c", "3"),
            put("b/x", "4"),
        ])
        .await
        .unwrap();
    assert_eq!(
        scan(state, "a", "c", 10).await,
        pairs(&[("a", "1"), ("b", "2"), ("b/x", "4")])
    );
    assert_eq!(
        scan(state, "a", "z", 2).await,
        pairs(&[("a", "1"), ("b", "2")])
    );
    assert_eq!(scan(state, "z", "a", 10).await, []);
}

pub async fn commits_all_edits(state: &impl StateStore) {
    state
        .commit(vec![put("a", "1"), put("b", "2")])
        .await
        .unwrap();
    state
        .commit(vec![
            put("a", "9"),
            (b"b"[..].into(), None),
            (b"nothing"[..].into(), None),
        ])
        .await
        .unwrap();
    assert_eq!(scan(state, "a", "z", 10).await, pairs(&[("a", "9")]));
    state.commit(vec![]).await.unwrap();
}
