mod apply;
mod events;
mod membership;
mod rows;
mod scan;
mod search;
#[cfg(test)]
mod tests;

use std::{fmt, future::Future, sync::Arc};

use rusqlite::Connection;
use scimkit_filter::Related;
use scimkit_schema::{DateTime, ResourceId};
use scimkit_sql::Search;
use scimkit_store::{
    Answer, Event, EventQuery, Key, Page, Query, Relation, Store, Stored, Write, Written,
};

use crate::database::Inner;

use self::apply::Apply;

pub(crate) use self::scan::Scan;

/// One tenant's resources, members and events in a SQLite file. Clones share them.
///
/// A write is acknowledged when the disk has it; writes that come together share that wait. A write whose future is dropped may
/// still happen.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
    tid: i64,
}

impl SqliteStore {
    pub(crate) const fn new(inner: Arc<Inner>, tid: i64) -> Self {
        Self { inner, tid }
    }

    fn submit(&self, write: Write) -> impl Future<Output = Answer<Written>> + Send + use<> {
        let apply = Apply {
            tid: self.tid,
            indexes: self.inner.indexes.clone(),
        };
        let work = move |connection: &Connection| apply.run(connection, &write);
        self.inner.writer.submit(work)
    }
}

impl Store for SqliteStore {
    async fn get(&self, key: &Key) -> Answer<Option<Stored>> {
        self.inner.readers.here(|connection| {
            rows::resource(connection, self.tid, self.inner.indexes.schemas(), key)
        })
    }

    async fn get_with_groups(
        &self,
        key: &Key,
        limit: usize,
    ) -> Answer<Option<(Stored, Vec<Related>)>> {
        self.inner.readers.here(|connection| {
            let schemas = self.inner.indexes.schemas();
            membership::with_groups(connection, self.tid, schemas, key, limit)
        })
    }

    async fn query(&self, query: &Query) -> Answer<Page> {
        let (tid, indexes) = (self.tid, self.inner.indexes.clone());
        let search = Search::new(tid, indexes, query.clone());
        if search.is_small() {
            let run = |connection: &Connection| search::run(connection, tid, &search);
            return self.inner.readers.here(run);
        }
        self.inner
            .readers
            .aside(move |connection| search::run(connection, tid, &search))
            .await
    }

    async fn write(&self, write: Write) -> Answer<Written> {
        self.submit(write).await
    }

    async fn write_all(&self, writes: Vec<Write>) -> Vec<Answer<Written>> {
        // Queued before the first one is waited for, they share transactions.
        let queued: Vec<_> = writes.into_iter().map(|write| self.submit(write)).collect();
        let mut done = Vec::with_capacity(queued.len());
        for written in queued {
            done.push(written.await);
        }
        done
    }

    async fn members(
        &self,
        of: &Relation,
        after: Option<&ResourceId>,
        limit: usize,
    ) -> Answer<Vec<Related>> {
        let tid = self.tid;
        if limit <= FEW {
            return self
                .inner
                .readers
                .here(|connection| membership::page(connection, tid, of, after, limit));
        }
        let (of, after) = (of.clone(), after.cloned());
        self.inner
            .readers
            .aside(move |connection| membership::page(connection, tid, &of, after.as_ref(), limit))
            .await
    }

    async fn groups_of_all(
        &self,
        members: &[ResourceId],
        limit: usize,
    ) -> Answer<Vec<Vec<Related>>> {
        let (tid, members) = (self.tid, members.to_vec());
        self.inner
            .readers
            .aside(move |connection| membership::groups_of_all(connection, tid, &members, limit))
            .await
    }

    async fn events(&self, query: &EventQuery) -> Answer<Vec<Event>> {
        let (tid, query) = (self.tid, query.clone());
        self.inner
            .readers
            .aside(move |connection| events::read(connection, tid, &query))
            .await
    }

    async fn forget_events(&self, before: &DateTime) -> Answer<u64> {
        let (tid, before) = (self.tid, before.unix_micros());
        let mut all = 0;
        loop {
            // Others may write in between.
            let some = move |connection: &Connection| events::forget(connection, tid, before);
            let (gone, is_more) = self.inner.writer.submit(some).await?;
            all += gone;
            if !is_more {
                return Ok(all);
            }
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("tid", &self.tid)
            .finish_non_exhaustive()
    }
}

/// How many members are read on the caller's thread.
const FEW: usize = 100;
