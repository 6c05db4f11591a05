//! A tenant that can be killed: `crash_tenant FILE PORT [before|after N]`.
//!
//! With the last two arguments it kills itself in the write number N: before the transaction begins, or after it was committed and before the
//! request is answered.
#![expect(clippy::unwrap_used, reason = "the process exists to die")]

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use scimkit::{
    filter::Related,
    schema::{DateTime, ResourceId, SchemaSet},
    server::{BearerTokens, Profile, Service},
    sqlite::{SqliteDatabase, SqliteStore},
    store::{
        Answer, Event, EventQuery, Key, Page, Query, Relation, Store, Stored, TenantId, Tenants,
        Write, Written,
    },
    system::{SystemClock, UuidV7Ids},
    tower::ScimService,
};
use scimkit_tests::{TestTenant, die};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, port, death @ ..] = arguments.as_slice() else {
        return;
    };
    let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
    let database = SqliteDatabase::open(PathBuf::from(file), schemas.clone()).unwrap();
    let tenants = Dying {
        inner: database.clone(),
        death: Death::read(death),
    };
    let clock = Arc::new(SystemClock);
    let tokens = BearerTokens::new(
        TenantId::new("harborline").unwrap(),
        tenants,
        database,
        clock.clone(),
    );
    let service = Service::new(tokens, schemas, clock, Arc::new(UuidV7Ids::default()))
        .with_profile(Profile::netskope())
        .with_base_path(TestTenant::BASE_PATH);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .unwrap();
    let app = axum::Router::new().fallback_service(ScimService::new(service));
    axum::serve(listener, app).await.unwrap();
}

#[derive(Clone)]
struct Dying<S> {
    inner: S,
    death: Arc<Death>,
}

/// In which write to die, counted down to one, and on which side of the commit.
struct Death {
    writes: AtomicU32,
    committed: bool,
}

impl Death {
    fn read(arguments: &[String]) -> Arc<Self> {
        let number = arguments
            .get(1)
            .and_then(|number| number.parse().ok())
            .unwrap_or(0);
        Arc::new(Self {
            writes: AtomicU32::new(number),
            committed: arguments.first().is_some_and(|side| side == "after"),
        })
    }
}

impl Tenants for Dying<SqliteDatabase> {
    type Store = Dying<SqliteStore>;

    async fn open(&self, tenant: &TenantId) -> Answer<Option<Self::Store>> {
        let store = self.inner.open(tenant).await?;
        Ok(store.map(|inner| Dying {
            inner,
            death: self.death.clone(),
        }))
    }
}

#[deny(clippy::missing_trait_methods)]
impl Store for Dying<SqliteStore> {
    async fn get(&self, key: &Key) -> Answer<Option<Stored>> {
        self.inner.get(key).await
    }

    async fn get_with_groups(
        &self,
        key: &Key,
        limit: usize,
    ) -> Answer<Option<(Stored, Vec<Related>)>> {
        self.inner.get_with_groups(key, limit).await
    }

    async fn query(&self, query: &Query) -> Answer<Page> {
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Answer<Written> {
        let dies = self.death.writes.fetch_sub(1, Ordering::SeqCst) == 1;
        if dies && !self.death.committed {
            die();
        }
        let written = self.inner.write(write).await;
        if dies {
            die();
        }
        written
    }

    async fn write_all(&self, writes: Vec<Write>) -> Vec<Answer<Written>> {
        self.inner.write_all(writes).await
    }

    async fn members(
        &self,
        of: &Relation,
        after: Option<&ResourceId>,
        limit: usize,
    ) -> Answer<Vec<Related>> {
        self.inner.members(of, after, limit).await
    }

    async fn groups_of_all(
        &self,
        members: &[ResourceId],
        limit: usize,
    ) -> Answer<Vec<Vec<Related>>> {
        self.inner.groups_of_all(members, limit).await
    }

    async fn events(&self, query: &EventQuery) -> Answer<Vec<Event>> {
        self.inner.events(query).await
    }

    async fn forget_events(&self, before: &DateTime) -> Answer<u64> {
        self.inner.forget_events(before).await
    }
}
