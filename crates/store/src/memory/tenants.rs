use std::{
    collections::BTreeMap,
    future::{Future, ready},
    sync::{Arc, Mutex, PoisonError},
};

use scimkit_schema::SchemaSet;

use crate::{Answer, MemoryStore, TenantId, Tenants};

/// Several tenants in memory, each with a [`MemoryStore`] of its own. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryTenants {
    tenants: Arc<Mutex<BTreeMap<TenantId, MemoryStore>>>,
}

impl MemoryTenants {
    /// No tenants yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a tenant with these resource types, or gives the one there is.
    #[must_use]
    pub fn create(&self, tenant: TenantId, schemas: Arc<SchemaSet>) -> MemoryStore {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants
            .entry(tenant)
            .or_insert_with(|| MemoryStore::new(schemas))
            .clone()
    }
}

impl Tenants for MemoryTenants {
    type Store = MemoryStore;

    fn open(&self, tenant: &TenantId) -> impl Future<Output = Answer<Option<MemoryStore>>> + Send {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        ready(Ok(tenants.get(tenant).cloned()))
    }
}
