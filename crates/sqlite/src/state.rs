use std::sync::Arc;

use rusqlite::Connection;
use scimkit_sql::statements;
use scimkit_store::{Answer, Edit, Entry, StateStore};

use crate::{
    ask::{Ask, limit as sql_limit},
    database::Inner,
};

/// The memory of one provisioning application in a SQLite file. Clones share it.
#[derive(Clone, Debug)]
pub struct SqliteState {
    inner: Arc<Inner>,
    space: Arc<str>,
}

impl SqliteState {
    pub(crate) fn new(inner: Arc<Inner>, space: &str) -> Self {
        Self {
            inner,
            space: space.into(),
        }
    }
}

impl StateStore for SqliteState {
    async fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Answer<Vec<Entry>> {
        let read = move |connection: &Connection, space: &str, from: &[u8], to: &[u8]| {
            connection.many(
                statements::STATE,
                (space, from, to, sql_limit(limit)),
                |row| {
                    Ok((
                        row.get::<_, Vec<u8>>(0)?.into(),
                        row.get::<_, Vec<u8>>(1)?.into(),
                    ))
                },
            )
        };
        if limit <= FEW {
            return self
                .inner
                .readers
                .here(|connection| read(connection, &self.space, from, to));
        }
        let (space, from, to) = (self.space.clone(), from.to_vec(), to.to_vec());
        self.inner
            .readers
            .aside(move |connection| read(connection, &space, &from, &to))
            .await
    }

    async fn commit(&self, edits: Vec<Edit>) -> Answer<()> {
        let space = self.space.clone();
        let done = self.inner.writer.submit(move |connection| {
            for (key, value) in &edits {
                match value {
                    Some(value) => {
                        connection.change(statements::PUT_STATE, (&*space, &**key, &**value))?
                    }
                    None => connection.change(statements::REMOVE_STATE, (&*space, &**key))?,
                };
            }
            Ok(())
        });
        done.await
    }
}

/// How many entries are read on the caller's thread.
const FEW: usize = 100;
