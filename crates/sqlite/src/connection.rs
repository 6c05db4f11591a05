use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::error::{Error, from_driver};

/// Where a database is. Every connection to the same place sees the same database.
#[derive(Clone, Debug)]
pub(crate) enum Location {
    File(PathBuf),
    /// The name of a memory that the connections of this process share.
    Memory(String),
}

impl Location {
    /// A relative path is anchored, so that none is taken for one of SQLite's special names.
    pub(crate) fn file(path: &Path) -> Self {
        Self::File(Path::new(".").join(path))
    }

    pub(crate) fn memory() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::Memory(format!(
            "file:/scimkit-{}?vfs=memdb",
            NEXT.fetch_add(1, Ordering::Relaxed)
        ))
    }

    /// Opens the one connection that writes.
    pub(crate) fn open_writer(&self) -> Result<Connection, Error> {
        self.open(&[
            // A memory has no log to write ahead to; SQLite then keeps its own mode.
            ("journal_mode", "WAL"),
            ("synchronous", "FULL"),
            ("foreign_keys", "ON"),
            ("temp_store", "MEMORY"),
            ("cache_size", "-32768"),
        ])
    }

    /// Opens a connection that only reads.
    pub(crate) fn open_reader(&self) -> Result<Connection, Error> {
        self.open(&[("query_only", "ON"), ("temp_store", "MEMORY")])
    }

    fn open(&self, pragmas: &[(&str, &str)]) -> Result<Connection, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = match self {
            Self::File(path) => Connection::open_with_flags(path, flags),
            Self::Memory(name) => {
                Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_URI)
            }
        };
        let connection = opened.map_err(from_driver)?;
        connection.busy_timeout(BUSY).map_err(from_driver)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Otherwise statements are planned anew for other values, although the plans are made to hold for all.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(from_driver)?;
        for (name, value) in pragmas {
            connection
                .pragma_update(None, name, value)
                .map_err(from_driver)?;
        }
        Ok(connection)
    }
}

/// How long a connection waits for another process that holds the file.
const BUSY: Duration = Duration::from_secs(5);

/// How many prepared statements a connection keeps: more than there are.
const STATEMENTS: usize = 64;
