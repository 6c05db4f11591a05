use std::{
    collections::BTreeMap,
    future::{Future, ready},
    ops::Bound,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Answer, Edit, Entry, StateStore};

/// The provisioning engine's memory, in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryState {
    entries: Arc<Mutex<Entries>>,
}

type Entries = BTreeMap<Box<[u8]>, Box<[u8]>>;

impl MemoryState {
    /// An empty memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl StateStore for MemoryState {
    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> impl Future<Output = Answer<Vec<Entry>>> + Send {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let found = if from < to {
            let range = entries.range::<[u8], _>((Bound::Included(from), Bound::Excluded(to)));
            range
                .take(limit)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        } else {
            Vec::new()
        };
        ready(Ok(found))
    }

    fn commit(&self, edits: Vec<Edit>) -> impl Future<Output = Answer<()>> + Send {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in edits {
            match value {
                Some(value) => entries.insert(key, value),
                None => entries.remove(&key),
            };
        }
        ready(Ok(()))
    }
}
