use std::{fmt, path::Path, sync::Arc};

use scimkit_sql::{Indexes, LastUsed, statements};
use scimkit_store::{Answer, StoreError, TenantId, Tenants};

use crate::{
    SqliteState, SqliteStore,
    ask::Ask,
    connection::Location,
    error::{Error, ErrorKind},
    migrate::migrate,
    readers::Readers,
    tokens,
    writer::Writer,
};

/// One SQLite file with the tenants, tokens and states of a service. Clones share it.
///
/// It implements [`Tenants`] and [`Tokens`](scimkit_store::Tokens). When the last handle goes, stores and states included, what was
/// queued is written and the file is closed.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_schema::SchemaSet;
/// use scimkit_sqlite::SqliteDatabase;
/// use scimkit_store::{Query, Store, TenantId};
///
/// # pollster::block_on(async {
/// let database = SqliteDatabase::in_memory(Arc::new(SchemaSet::core()))?;
/// let store = database.create_tenant(&TenantId::new("harborline")?).await?;
/// assert_eq!(store.query(&Query::new(["User".into()])).await?.total, Some(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct SqliteDatabase {
    inner: Arc<Inner>,
}

/// Fields drop in this order: the readers close before the writer, whose connection is then the last one and tidies the file.
pub(crate) struct Inner {
    pub(crate) indexes: Arc<Indexes>,
    pub(crate) readers: Readers,
    pub(crate) last_used: LastUsed,
    pub(crate) writer: Writer,
}

impl SqliteDatabase {
    /// Opens a file, or makes it, for resources of these types: an `Arc<SchemaSet>`, or [`Indexes`] that also say by which attributes
    /// resources are found.
    ///
    /// Acknowledged writes survive a crash of the machine (WAL, `synchronous=FULL`). If there are now other indexes than when the file was
    /// last opened, they are made anew first.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with the file and what to do about it.
    pub fn open(path: impl AsRef<Path>, indexes: impl Into<Indexes>) -> Result<Self, Error> {
        Self::open_at(&Location::file(path.as_ref()), indexes.into())
    }

    /// Opens an empty database in memory, which nobody else can see: for tests and examples.
    ///
    /// # Errors
    /// [`Error`] when there is not enough memory or the threads cannot start.
    pub fn in_memory(indexes: impl Into<Indexes>) -> Result<Self, Error> {
        Self::open_at(&Location::memory(), indexes.into())
    }

    fn open_at(location: &Location, indexes: Indexes) -> Result<Self, Error> {
        let indexes = indexes.with_parts();
        let connection = location.open_writer()?;
        migrate(&connection, &indexes)?;
        let readers = Readers::start(location.clone())?;
        let writer = Writer::start(connection)?;
        Ok(Self {
            inner: Arc::new(Inner {
                indexes: Arc::new(indexes),
                readers,
                last_used: LastUsed::default(),
                writer,
            }),
        })
    }

    /// Makes a tenant, or gives the one there is.
    ///
    /// # Errors
    /// What the storage reports.
    pub async fn create_tenant(&self, tenant: &TenantId) -> Answer<SqliteStore> {
        let name = tenant.clone();
        let tid = self.inner.writer.submit(move |connection| {
            connection.change(statements::CREATE_TENANT, [name.as_str()])?;
            connection.one(statements::TENANT, [name.as_str()], |row| row.get(0))
        });
        let tid = tid
            .await?
            .ok_or_else(|| StoreError::from(Error::new(ErrorKind::Damaged)))?;
        Ok(SqliteStore::new(self.inner.clone(), tid))
    }

    /// The state of a provisioning application, apart from every other `space`.
    #[must_use]
    pub fn state(&self, space: &str) -> SqliteState {
        SqliteState::new(self.inner.clone(), space)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }
}

impl Tenants for SqliteDatabase {
    type Store = SqliteStore;

    async fn open(&self, tenant: &TenantId) -> Answer<Option<SqliteStore>> {
        let found = self.inner.readers.here(|connection| {
            connection.one(statements::TENANT, [tenant.as_str()], |row| row.get(0))
        });
        Ok(found?.map(|tid| SqliteStore::new(self.inner.clone(), tid)))
    }
}

impl fmt::Debug for SqliteDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        tokens::persist(&self.writer, self.last_used.take_unwritten());
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteDatabase").finish_non_exhaustive()
    }
}
