//! A state that keeps its changes to itself.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use scimkit_store::{Edit, Entry, StateStore, StoreError};

/// What is written goes into memory and hides what the base holds; the base is only read.
#[derive(Debug)]
pub(crate) struct Draft<'b, S> {
    base: &'b S,
    edits: Mutex<Edits>,
}

/// Keys with their new values, or none where they were removed.
type Edits = BTreeMap<Box<[u8]>, Option<Box<[u8]>>>;

impl<'b, S> Draft<'b, S> {
    pub(crate) fn over(base: &'b S) -> Self {
        Self {
            base,
            edits: Mutex::default(),
        }
    }

    /// What was written with `from <= key < to`.
    fn edits(&self, from: &[u8], to: &[u8]) -> Vec<Edit> {
        if from >= to {
            return Vec::new();
        }
        let edits = self.edits.lock().unwrap_or_else(PoisonError::into_inner);
        let range = edits.range::<[u8], _>((
            std::ops::Bound::Included(from),
            std::ops::Bound::Excluded(to),
        ));
        range
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}

impl<S: StateStore> StateStore for Draft<'_, S> {
    async fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, StoreError> {
        let mut found = Vec::new();
        let mut from = from.to_vec();
        while found.len() < limit {
            let page = self.base.scan(&from, to, limit).await?;
            let is_last = page.len() < limit;
            let end = match page.last() {
                Some((key, _)) if !is_last => after(key),
                _ => to.to_vec(),
            };
            let mut rows: BTreeMap<_, _> = page
                .into_iter()
                .map(|(key, value)| (key, Some(value)))
                .collect();
            rows.extend(self.edits(&from, &end));
            let left = rows
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?)));
            found.extend(left);
            if is_last {
                break;
            }
            from = end;
        }
        found.truncate(limit);
        Ok(found)
    }

    async fn commit(&self, edits: Vec<Edit>) -> Result<(), StoreError> {
        let mut kept = self.edits.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(edits);
        Ok(())
    }
}

/// The first key behind this one.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use proptest::prelude::*;
    use scimkit_store::MemoryState;

    use super::*;

    fn edits() -> impl Strategy<Value = Vec<Edit>> {
        let key = proptest::collection::vec(0..4_u8, 0..3).prop_map(Into::into);
        let value = proptest::option::of(any::<u8>().prop_map(|byte| [byte].into()));
        proptest::collection::vec((key, value), 0..12)
    }

    proptest! {
        #[test]
        fn a_draft_reads_as_if_it_were_the_base(
            base in edits(), later in edits(), limit in 0..6_usize, from in 0..4_u8, to in 0..5_u8,
        ) {
            let (kept, copy) = (MemoryState::new(), MemoryState::new());
            for store in [&kept, &copy] {
                block_on(store.commit(base.clone())).unwrap();
            }
            let draft = Draft::over(&kept);
            block_on(draft.commit(later.clone())).unwrap();
            block_on(copy.commit(later)).unwrap();
            let scan = |limit| (block_on(draft.scan(&[from], &[to], limit)).unwrap(), block_on(copy.scan(&[from], &[to], limit)).unwrap());
            prop_assume!(from <= to);
            let (drafted, expected) = scan(limit);
            prop_assert_eq!(drafted, expected);
            let (drafted, expected) = scan(usize::MAX);
            prop_assert_eq!(drafted, expected);
        }
    }
}
