use std::{
    collections::BTreeMap,
    future::{Future, ready},
    sync::{Arc, Mutex, PoisonError},
};

use scimkit_schema::DateTime;

use crate::{Answer, TenantId, TokenRow, Tokens};

/// Tokens in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryTokens {
    rows: Arc<Mutex<BTreeMap<Box<str>, TokenRow>>>,
}

impl MemoryTokens {
    /// No tokens yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Tokens for MemoryTokens {
    fn find(&self, lookup: &str) -> impl Future<Output = Answer<Option<TokenRow>>> + Send {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        ready(Ok(rows.get(lookup).cloned()))
    }

    fn list(&self, tenant: &TenantId) -> impl Future<Output = Answer<Vec<TokenRow>>> + Send {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> = rows
            .values()
            .filter(|row| row.tenant == *tenant)
            .cloned()
            .collect();
        found.sort_by(|a, b| (&a.created, &a.lookup).cmp(&(&b.created, &b.lookup)));
        ready(Ok(found))
    }

    fn put(&self, mut row: TokenRow) -> impl Future<Output = Answer<()>> + Send {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let used = rows
            .get(&row.lookup)
            .and_then(|known| known.last_used.clone());
        row.last_used = row.last_used.max(used);
        rows.insert(row.lookup.clone(), row);
        ready(Ok(()))
    }

    fn touch(&self, lookup: &str, at: DateTime) -> impl Future<Output = Answer<()>> + Send {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = rows.get_mut(lookup) {
            row.last_used = row.last_used.take().max(Some(at));
        }
        ready(Ok(()))
    }
}
