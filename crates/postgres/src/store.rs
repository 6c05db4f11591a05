mod events;
mod membership;
pub(crate) mod rows;
mod search;

use std::{fmt, sync::Arc};

use scimkit_filter::Related;
use scimkit_schema::{DateTime, ResourceId};
use scimkit_sql::{Search, statements::with_dollars as statements};
use scimkit_store::{
    Answer, Event, EventQuery, Key, Page, Query, Relation, Store, StoreError, Stored, Write,
    Written,
};

use crate::{database::Inner, queue::Queue};

/// One tenant's resources, members and events in a PostgreSQL database. Clones share them.
///
/// A write is acknowledged when the database has committed it; writes that come together share a transaction. A write whose future is
/// dropped still happens.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
    queue: Arc<Queue>,
}

impl PostgresStore {
    pub(crate) const fn new(inner: Arc<Inner>, queue: Arc<Queue>) -> Self {
        Self { inner, queue }
    }
}

impl Store for PostgresStore {
    async fn get(&self, key: &Key) -> Answer<Option<Stored>> {
        let (tid, key) = (self.queue.tid(), key.clone());
        let found = self.inner.retried(move |inner| {
            let key = key.clone();
            async move {
                let session = inner.reading(tid).await?;
                let (name, id) = (key.type_name.as_str(), key.id.as_str());
                let row = session.one(statements::RESOURCE, &[&tid, &name, &id]).await;
                let row = session.leave(row).await?;
                let stored =
                    row.map(|row| rows::stored(&row, inner.indexes.schemas(), &key.type_name));
                stored.transpose()
            }
        });
        found.await
    }

    async fn query(&self, query: &Query) -> Answer<Page> {
        let tid = self.queue.tid();
        let search = Search::new(tid, self.inner.indexes.clone(), query.clone());
        let search = Arc::new(search);
        let page = self.inner.retried(move |inner| {
            let search = search.clone();
            async move {
                let session = inner.reading(tid).await?;
                let page = search::run(&session, tid, &search).await;
                session.leave(page).await
            }
        });
        page.await
    }

    async fn write(&self, write: Write) -> Answer<Written> {
        let mut answers = self.queue.submit(&self.inner, vec![write]).await;
        answers.pop().unwrap_or(Err(StoreError::Busy))
    }

    async fn write_all(&self, writes: Vec<Write>) -> Vec<Answer<Written>> {
        self.queue.submit(&self.inner, writes).await
    }

    async fn members(
        &self,
        of: &Relation,
        after: Option<&ResourceId>,
        limit: usize,
    ) -> Answer<Vec<Related>> {
        let tid = self.queue.tid();
        let asked = Arc::new((of.clone(), after.cloned()));
        let found = self.inner.retried(move |inner| {
            let asked = asked.clone();
            async move {
                let (of, after) = &*asked;
                let session = inner.reading(tid).await?;
                let page = membership::page(&session, tid, of, after.as_ref(), limit).await;
                session.leave(page).await
            }
        });
        found.await
    }

    async fn groups_of_all(
        &self,
        members: &[ResourceId],
        limit: usize,
    ) -> Answer<Vec<Vec<Related>>> {
        let (tid, asked) = (self.queue.tid(), Arc::new(members.to_vec()));
        let found = self.inner.retried(move |inner| {
            let asked = asked.clone();
            async move {
                let session = inner.reading(tid).await?;
                let groups = membership::groups_of_all(&session, tid, &asked, limit).await;
                session.leave(groups).await
            }
        });
        found.await
    }

    async fn events(&self, query: &EventQuery) -> Answer<Vec<Event>> {
        let (tid, query) = (self.queue.tid(), Arc::new(query.clone()));
        let found = self.inner.retried(move |inner| {
            let query = query.clone();
            async move {
                let session = inner.reading(tid).await?;
                let events = events::read(&session, tid, &query).await;
                session.leave(events).await
            }
        });
        found.await
    }

    async fn forget_events(&self, before: &DateTime) -> Answer<u64> {
        let (tid, before) = (self.queue.tid(), before.unix_micros());
        let mut all = 0;
        loop {
            // Others may write in between.
            let some = self
                .inner
                .retried(move |inner| async move { events::forget(&inner, tid, before).await });
            let (gone, is_more) = some.await?;
            all += gone;
            if !is_more {
                return Ok(all);
            }
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("tid", &self.queue.tid())
            .finish_non_exhaustive()
    }
}
