use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use futures_util::future::try_join_all;
use scimkit_sql::{Indexes, LastUsed, postgres, statements::with_dollars as statements};
use scimkit_store::{Answer, TenantId, Tenants};
use tokio::runtime::Handle;
use tokio_postgres::{Config, NoTls};

use crate::{
    PostgresState, PostgresStore,
    error::{Error, ErrorKind, Trouble, from_driver, from_pool},
    migrate::migrate,
    queue::Queue,
    retry::Backoff,
    session::Session,
};

/// One PostgreSQL database with the tenants, tokens and states of a service. Clones share the connections; other processes may use the same
/// database at the same time.
///
/// It implements [`Tenants`] and [`Tokens`](scimkit_store::Tokens). The work is done on the tokio runtime in which it was connected; the
/// futures themselves can be waited for anywhere, and work that nobody waits for any more is still brought to its end.
///
/// ```no_run
/// use std::sync::Arc;
/// use scimkit_postgres::PostgresDatabase;
/// use scimkit_schema::SchemaSet;
/// use scimkit_store::{Query, Store, TenantId};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "postgres://scim@localhost/scim";
/// let database = PostgresDatabase::connect(url, Arc::new(SchemaSet::core())).await?;
/// let store = database.create_tenant(&TenantId::new("harborline")?).await?;
/// assert_eq!(store.query(&Query::new(["User".into()])).await?.total, Some(0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresDatabase {
    inner: Arc<Inner>,
}

/// How a database is used.
///
/// ```
/// use scimkit_postgres::PostgresOptions;
///
/// let options = PostgresOptions::default().with_connections(32);
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    connections: usize,
}

pub(crate) struct Inner {
    pub(crate) indexes: Arc<Indexes>,
    pub(crate) last_used: LastUsed,
    pub(crate) backoff: Backoff,
    /// What no other process has, and no other handle in this one.
    pub(crate) mark: String,
    pub(crate) coverage: Arc<str>,
    pool: Pool,
    runtime: Handle,
    /// The tenants that were opened. A tenant never goes, and never gets another number.
    queues: Mutex<BTreeMap<TenantId, Arc<Queue>>>,
}

impl PostgresDatabase {
    /// Connects to a database for resources of these types (an `Arc<SchemaSet>`, or [`Indexes`] that also say by which attributes resources
    /// are found), and makes its tables if they are not there. Several processes may do so at once.
    ///
    /// `url` is `postgres://user:password@host:port/database`, or key-value pairs as libpq takes them. The tables go where the search path
    /// of the user leads. If there are now other indexes than when the database was last opened, they are made anew first,
    /// and processes that still have the former ones get no further answers.
    ///
    /// # Errors
    /// [`Error`] says what is wrong and what to do about it.
    pub async fn connect(url: &str, indexes: impl Into<Indexes>) -> Result<Self, Error> {
        Self::connect_with(url, indexes, PostgresOptions::default()).await
    }

    /// [`PostgresDatabase::connect`] with other options.
    ///
    /// # Errors
    /// [`Error`] says what is wrong and what to do about it.
    pub async fn connect_with(
        url: &str,
        indexes: impl Into<Indexes>,
        options: PostgresOptions,
    ) -> Result<Self, Error> {
        let runtime = Handle::try_current()
            .map_err(|error| Error::with_source(ErrorKind::NoRuntime, error))?;
        let mut config: Config = url
            .parse()
            .map_err(|error: tokio_postgres::Error| Error::with_source(ErrorKind::Url, error))?;
        if config.get_application_name().is_none() {
            config.application_name("scimkit");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        let indexes = indexes.into();
        let wanted = indexes.coverage();
        let mark = migrate(&config, &indexes, &wanted).await?;
        let inner = Inner {
            indexes: Arc::new(indexes),
            last_used: LastUsed::default(),
            backoff: Backoff::new(&mark),
            mark,
            coverage: wanted.into(),
            pool: pool(config, options.connections)?,
            runtime,
            queues: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Makes a tenant, or gives the one there is.
    ///
    /// # Errors
    /// What the storage reports.
    pub async fn create_tenant(&self, tenant: &TenantId) -> Answer<PostgresStore> {
        if let Some(store) = self.open(tenant).await? {
            return Ok(store);
        }
        let name = tenant.clone();
        let tid = self.inner.retried(move |inner| {
            let name = name.clone();
            async move {
                let session = inner.session().await?;
                // Whoever takes the number first has it; the other one tries again.
                session
                    .query(postgres::NEW_TENANT, &[&name.as_str()])
                    .await?;
                let found = session.one(statements::TENANT, &[&name.as_str()]).await?;
                let lost = || Trouble::Lost(Error::new(ErrorKind::Busy));
                found.ok_or_else(lost)?.try_get(0).map_err(from_driver)
            }
        });
        Ok(self.store(tenant, tid.await?))
    }

    /// The state of a provisioning application, apart from every other `space`.
    #[must_use]
    pub fn state(&self, space: &str) -> PostgresState {
        PostgresState::new(self.inner.clone(), space)
    }

    pub(crate) const fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    fn store(&self, tenant: &TenantId, tid: i64) -> PostgresStore {
        let mut queues = self
            .inner
            .queues
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let queue = queues
            .entry(tenant.clone())
            .or_insert_with(|| Arc::new(Queue::new(tid)));
        PostgresStore::new(self.inner.clone(), queue.clone())
    }
}

impl Tenants for PostgresDatabase {
    type Store = PostgresStore;

    async fn open(&self, tenant: &TenantId) -> Answer<Option<PostgresStore>> {
        let known = {
            let queues = self
                .inner
                .queues
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            queues.get(tenant).cloned()
        };
        if let Some(queue) = known {
            return Ok(Some(PostgresStore::new(self.inner.clone(), queue)));
        }
        let name = tenant.clone();
        let found = self.inner.retried(move |inner| {
            let name = name.clone();
            async move {
                let session = inner.session().await?;
                let found = session.one(statements::TENANT, &[&name.as_str()]).await?;
                found
                    .map(|row| row.try_get(0))
                    .transpose()
                    .map_err(from_driver)
            }
        });
        Ok(found.await?.map(|tid| self.store(tenant, tid)))
    }
}

impl Inner {
    /// Does a piece of work on the runtime, and tries again what may do better on another try.
    pub(crate) fn retried<T, Work>(
        self: &Arc<Self>,
        mut work: impl FnMut(Arc<Self>) -> Work + Send + 'static,
    ) -> impl Future<Output = Answer<T>> + Send + 'static
    where
        T: Send + 'static,
        Work: Future<Output = Result<T, Trouble>> + Send,
    {
        let inner = self.clone();
        let done = self.spawn(async move { inner.backoff.retried(|| work(inner.clone())).await });
        async move {
            done.await
                .and_then(|done| done.map_err(Trouble::into_answer))
        }
    }

    /// Starts a piece of work on the runtime, and waits for it.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Answer<T>> + Send + 'static {
        let task = self.runtime.spawn(work);
        async move {
            task.await
                .map_err(|error| Error::with_source(ErrorKind::GivenUp, error).into())
        }
    }

    /// A session in which each statement stands for itself.
    pub(crate) async fn session(&self) -> Result<Session, Trouble> {
        Ok(Session::plain(self.pool.get().await.map_err(from_pool)?))
    }

    /// A transaction that has entered no tenant yet.
    pub(crate) async fn open_transaction(&self, begin: &'static str) -> Result<Session, Trouble> {
        let connection = self.pool.get().await.map_err(from_pool)?;
        Ok(Session::of_nobody(connection, begin))
    }

    /// A transaction that reads of one tenant.
    pub(crate) async fn reading(&self, tid: i64) -> Result<Session, Trouble> {
        let connection = self.pool.get().await.map_err(from_pool)?;
        let coverage = self.coverage.clone();
        Ok(Session::of_tenant(
            connection,
            postgres::BEGIN_READ,
            tid,
            coverage,
        ))
    }
}

impl PostgresOptions {
    /// This, with at most so many connections. Each tenant that is written to keeps one busy, and so does each query.
    #[must_use]
    pub const fn with_connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }
}

/// 16 connections.
impl Default for PostgresOptions {
    fn default() -> Self {
        Self { connections: 16 }
    }
}

impl fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresDatabase").finish_non_exhaustive()
    }
}

fn pool(config: Config, connections: usize) -> Result<Pool, Error> {
    let recycling_method = RecyclingMethod::Fast;
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
    let prepare = Hook::async_fn(|connection: &mut deadpool_postgres::ClientWrapper, _| {
        Box::pin(async move {
            let all = statements::ALL.iter().chain(postgres::ALL);
            let prepared = try_join_all(all.map(|(_, sql)| connection.prepare_cached(sql)));
            prepared.await.map(drop).map_err(HookError::Backend)
        })
    });
    Pool::builder(manager)
        .max_size(connections.max(1))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .post_create(prepare)
        .build()
        .map_err(|error| Error::with_source(ErrorKind::Other, error))
}

/// How long a piece of work waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
