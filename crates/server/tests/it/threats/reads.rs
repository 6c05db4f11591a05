//! How much one request reads.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use scimkit_filter::Related;
use scimkit_schema::{ResourceId, SchemaSet};
use scimkit_server::{
    Access, Authenticator, Denied, Service,
    bytes::Bytes,
    http::{Request, request::Parts},
};
use scimkit_store::{
    Event, EventQuery, Key, MemoryStore, Page, Query, Relation, Scope, Store, StoreError, Stored,
    Write, Written,
};

use crate::tenant::{Counting, HandClock};

/// A store that counts what is asked of it.
#[derive(Clone)]
struct Counted {
    inner: MemoryStore,
    asked: Arc<AtomicUsize>,
}

impl Counted {
    fn note(&self) -> &MemoryStore {
        self.asked.fetch_add(1, Ordering::SeqCst);
        &self.inner
    }
}

impl Store for Counted {
    async fn get(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.note().get(key).await
    }

    async fn get_with_groups(
        &self,
        key: &Key,
        limit: usize,
    ) -> Result<Option<(Stored, Vec<Related>)>, StoreError> {
        self.note().get_with_groups(key, limit).await
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreError> {
        self.note().query(query).await
    }

    async fn write(&self, write: Write) -> Result<Written, StoreError> {
        self.note().write(write).await
    }

    async fn members(
        &self,
        of: &Relation,
        after: Option<&ResourceId>,
        limit: usize,
    ) -> Result<Vec<Related>, StoreError> {
        self.note().members(of, after, limit).await
    }

    async fn groups_of_all(
        &self,
        members: &[ResourceId],
        limit: usize,
    ) -> Result<Vec<Vec<Related>>, StoreError> {
        self.note().groups_of_all(members, limit).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.note().events(query).await
    }
}

/// Lets everybody in.
struct Open(Counted);

impl Authenticator for Open {
    type Store = Counted;

    async fn authenticate(&self, _: &Parts) -> Result<Access<Counted>, Denied> {
        Ok(Access::new(self.0.clone(), "anybody", Scope::ReadWrite))
    }
}

/// keycloak#46705: a list was not paged, and each of its entries cost queries of its own. Here the page bounds both: what is read does
/// not grow with the tenant, and where no membership is wanted one query is all.
#[test]
fn what_a_list_reads_is_bounded_by_its_page() {
    let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
    let store = Counted {
        inner: MemoryStore::new(schemas.clone()),
        asked: Arc::default(),
    };
    let service = Service::new(
        Open(store.clone()),
        schemas,
        Arc::new(HandClock::default()),
        Arc::new(Counting::default()),
    );
    let send = |request: Request<Bytes>| service.handle_blocking(request);
    for number in 0..300 {
        let body = format!(r#"{{"userName":"u{number}"}}"#);
        assert_eq!(
            send(Request::post("/Users").body(Bytes::from(body)).unwrap()).status(),
            201
        );
    }
    let asked = |path: &str| {
        store.asked.store(0, Ordering::SeqCst);
        let answer = send(Request::get(path).body(Bytes::new()).unwrap());
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.body().len() < 100_000, "{path}");
        store.asked.load(Ordering::SeqCst)
    };
    assert_eq!(asked("/Users?excludedAttributes=groups"), 1);
    assert_eq!(asked("/Users?attributes=userName&count=300"), 1);
    assert_eq!(asked("/Users?filter=userName+eq+%22u7%22&attributes=id"), 1);
    assert_eq!(asked("/Users?count=10"), 2, "the page, and all its groups");
    assert_eq!(asked("/Users"), 2);
    assert_eq!(asked("/Schemas"), 0);
}
