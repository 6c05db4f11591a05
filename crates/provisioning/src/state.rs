//! Typed rows of one application over a [`StateStore`].

use std::sync::Arc;

use scimkit_store::{Edit, StateStore, StoreError};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

/// The rows of one application.
///
/// A key is `provisioning`, the application, the room and the parts, each closed by a zero byte, which none of them holds. So two applications
/// never meet, and the rows of a room lie side by side in the order of their parts.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    prefix: Arc<[u8]>,
}

impl Rows {
    pub(crate) fn of(application: &str) -> Self {
        Self {
            prefix: joined(b"", &["provisioning", application]).into(),
        }
    }

    fn key(&self, room: &str, parts: &[&str]) -> Box<[u8]> {
        let room = joined(&self.prefix, &[room]);
        joined(&room, parts).into()
    }

    /// The row at exactly these parts.
    pub(crate) async fn read<V: DeserializeOwned>(
        &self,
        store: &impl StateStore,
        room: &str,
        parts: &[&str],
    ) -> Result<Option<V>, StoreError> {
        let key = self.key(room, parts);
        let mut after = key.to_vec();
        after.push(0);
        match store.scan(&key, &after, 1).await?.into_iter().next() {
            None => Ok(None),
            Some((_, value)) => decode(room, &value).map(Some),
        }
    }

    /// All rows of a room with the parts of their keys.
    pub(crate) async fn read_all<V: DeserializeOwned>(
        &self,
        store: &impl StateStore,
        room: &str,
    ) -> Result<Vec<(Vec<Box<str>>, V)>, StoreError> {
        let mut rows = Vec::new();
        let mut from = self.key(room, &[]);
        let to = end_of(&from);
        loop {
            let page = store.scan(&from, &to, PAGE).await?;
            let is_last = page.len() < PAGE;
            if let Some((key, _)) = page.last() {
                from = after(key);
            }
            for (key, value) in page {
                rows.push((self.parts(room, &key), decode(room, &value)?));
            }
            if is_last {
                return Ok(rows);
            }
        }
    }

    /// At most `limit` rows of a room whose single part is greater than `part`.
    pub(crate) async fn read_after<V: DeserializeOwned>(
        &self,
        store: &impl StateStore,
        room: &str,
        part: &str,
        limit: usize,
    ) -> Result<Vec<(Vec<Box<str>>, V)>, StoreError> {
        let from = after(&self.key(room, &[part]));
        let to = end_of(&self.key(room, &[]));
        let page = store.scan(&from, &to, limit).await?;
        let rows = page
            .into_iter()
            .map(|(key, value)| Ok((self.parts(room, &key), decode(room, &value)?)));
        rows.collect()
    }

    fn parts(&self, room: &str, key: &[u8]) -> Vec<Box<str>> {
        let parts = key.get(self.key(room, &[]).len()..).unwrap_or_default();
        let parts = parts
            .strip_suffix(b"\0")
            .unwrap_or(parts)
            .split(|byte| *byte == 0);
        parts
            .map(|part| String::from_utf8_lossy(part).into())
            .collect()
    }
}

/// Edits that are committed together.
#[derive(Debug)]
pub(crate) struct Batch {
    rows: Rows,
    edits: Vec<Edit>,
}

impl Batch {
    pub(crate) fn new(rows: &Rows) -> Self {
        Self {
            rows: rows.clone(),
            edits: Vec::new(),
        }
    }

    /// # Errors
    /// [`StoreError`] when the value cannot be written as JSON.
    pub(crate) fn put(
        &mut self,
        room: &str,
        parts: &[&str],
        value: &impl Serialize,
    ) -> Result<(), StoreError> {
        let value = serde_json::to_vec(value).map_err(StoreError::other)?;
        self.edits
            .push((self.rows.key(room, parts), Some(value.into())));
        Ok(())
    }

    pub(crate) fn remove(&mut self, room: &str, parts: &[&str]) {
        self.edits.push((self.rows.key(room, parts), None));
    }

    /// Removes every row of a room.
    pub(crate) async fn clear(
        &mut self,
        room: &str,
        store: &impl StateStore,
    ) -> Result<(), StoreError> {
        for (parts, _) in self.rows.read_all::<IgnoredAny>(store, room).await? {
            let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
            self.remove(room, &parts);
        }
        Ok(())
    }

    pub(crate) async fn commit(self, store: &impl StateStore) -> Result<(), StoreError> {
        if self.edits.is_empty() {
            return Ok(());
        }
        store.commit(self.edits).await
    }
}

fn joined(prefix: &[u8], parts: &[&str]) -> Vec<u8> {
    let mut key = prefix.to_vec();
    for part in parts {
        key.extend_from_slice(part.as_bytes());
        key.push(0);
    }
    key
}

/// The first key behind every key that begins with `prefix`, whose last byte is zero.
fn end_of(prefix: &[u8]) -> Box<[u8]> {
    let mut end = prefix.to_vec();
    if let Some(last) = end.last_mut() {
        *last = 1;
    }
    end.into()
}

fn after(key: &[u8]) -> Box<[u8]> {
    let mut next = key.to_vec();
    next.push(0);
    next.into()
}

fn decode<V: DeserializeOwned>(room: &str, value: &[u8]) -> Result<V, StoreError> {
    serde_json::from_slice(value)
        .map_err(|error| StoreError::other(format!("a `{room}` row cannot be read: {error}")))
}

/// How many rows are read at once.
const PAGE: usize = 1_000;

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use scimkit_store::MemoryState;

    use super::*;

    fn put(store: &MemoryState, application: &str, room: &str, parts: &[&str], value: u32) {
        let rows = Rows::of(application);
        let mut batch = Batch::new(&rows);
        batch.put(room, parts, &value).unwrap();
        block_on(batch.commit(store)).unwrap();
    }

    #[test]
    fn applications_and_rooms_do_not_meet() {
        let store = MemoryState::new();
        put(&store, "a", "link", &["1"], 1);
        put(&store, "a", "links", &["1"], 2);
        put(&store, "ab", "link", &["1"], 3);
        put(&store, "a", "link", &["1", "2"], 4);
        let rows = Rows::of("a");
        let found = block_on(rows.read_all::<u32>(&store, "link")).unwrap();
        assert_eq!(
            found,
            [(vec!["1".into()], 1), (vec!["1".into(), "2".into()], 4)]
        );
        assert_eq!(
            block_on(rows.read::<u32>(&store, "link", &["1"])).unwrap(),
            Some(1)
        );
        assert_eq!(
            block_on(rows.read::<u32>(&store, "link", &["9"])).unwrap(),
            None
        );
    }

    #[test]
    fn many_rows_come_in_pages() {
        let store = MemoryState::new();
        for number in 0..2_500_u32 {
            put(&store, "a", "log", &[&format!("{number:020}")], number);
        }
        let rows = Rows::of("a");
        let all = block_on(rows.read_all::<u32>(&store, "log")).unwrap();
        assert!(all.iter().map(|(_, value)| *value).eq(0..2_500));
        let some =
            block_on(rows.read_after::<u32>(&store, "log", &format!("{:020}", 7), 3)).unwrap();
        assert!(some.iter().map(|(_, value)| *value).eq(8..11));
    }

    #[test]
    fn a_row_that_cannot_be_read_says_which() {
        let store = MemoryState::new();
        put(&store, "a", "link", &["1"], 1);
        let error = block_on(Rows::of("a").read::<String>(&store, "link", &["1"])).unwrap_err();
        let StoreError::Other(cause) = error else {
            panic!("{error}")
        };
        assert!(
            cause.to_string().starts_with("a `link` row cannot be read"),
            "{cause}"
        );
    }
}
