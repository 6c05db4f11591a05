use rusqlite::{Connection, OptionalExtension, Params, Row};
use scimkit_store::{Answer, StoreError};

use crate::error::from_driver;

/// Runs prepared statements and answers with the store's errors.
pub(crate) trait Ask {
    /// The one row there is, if there is one.
    fn one<T>(
        &self,
        sql: &'static str,
        with: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Answer<Option<T>>;

    /// Every row.
    fn many<T>(
        &self,
        sql: &'static str,
        with: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Answer<Vec<T>>;

    /// Changes rows, and says how many.
    fn change(&self, sql: &'static str, with: impl Params) -> Answer<usize>;
}

impl Ask for Connection {
    fn one<T>(
        &self,
        sql: &'static str,
        with: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Answer<Option<T>> {
        #[cfg(any(test, feature = "counted"))]
        counted::note(self);
        let row = self
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(with, read).optional());
        row.map_err(store_error)
    }

    fn many<T>(
        &self,
        sql: &'static str,
        with: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Answer<Vec<T>> {
        #[cfg(any(test, feature = "counted"))]
        counted::note(self);
        let rows = self
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(with, read)?.collect());
        rows.map_err(store_error)
    }

    fn change(&self, sql: &'static str, with: impl Params) -> Answer<usize> {
        #[cfg(any(test, feature = "counted"))]
        counted::note(self);
        let changed = self
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(with));
        changed.map_err(store_error)
    }
}

/// A limit as SQL takes it.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn store_error(error: rusqlite::Error) -> StoreError {
    from_driver(error).into()
}

/// How many statements a database was sent, in tests.
#[cfg(any(test, feature = "counted"))]
pub mod counted {
    use std::{
        collections::BTreeMap,
        sync::{Mutex, PoisonError},
    };

    use rusqlite::Connection;

    static COUNTS: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

    pub(super) fn note(connection: &Connection) {
        let path = connection.path().unwrap_or_default().to_owned();
        *COUNTS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(path)
            .or_default() += 1;
    }

    /// How many since the last time.
    pub fn take(path: &str) -> usize {
        COUNTS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(path)
            .unwrap_or(0)
    }
}
