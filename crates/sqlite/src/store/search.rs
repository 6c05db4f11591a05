use std::{
    collections::BTreeMap,
    future::{Future, ready},
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use rusqlite::{Connection, Row, params_from_iter, types::ToSqlOutput};
use scimkit_filter::{MembershipNeed, Related};
use scimkit_schema::{Membership, Name, ResourceId};
use scimkit_sql::{Bind, Find, Reader, ResourceRow, Search, sqlite, statements};
use scimkit_store::{Answer, Page, StoreError};

use super::{membership, rows};
use crate::{
    ask::Ask,
    error::{Error, ErrorKind, from_driver},
};

/// Runs a search on one state of the database.
pub(super) fn run(connection: &Connection, tid: i64, search: &Search) -> Answer<Page> {
    let snapshot = connection
        .unchecked_transaction()
        .map_err(|error| StoreError::from(from_driver(error)))?;
    let mut reads = Reads {
        connection: &snapshot,
        tid,
        begun: now(),
        patience: PATIENCE,
    };
    // Every answer is there at once.
    match pin!(search.run(&mut reads)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(page) => page,
        Poll::Pending => Err(Error::new(ErrorKind::GivenUp).into()),
    }
}

struct Reads<'a> {
    connection: &'a Connection,
    tid: i64,
    begun: Instant,
    /// How long all of it may take.
    patience: Duration,
}

impl Reads<'_> {
    fn check_time(&self) -> Answer<()> {
        if self.begun.elapsed() < self.patience {
            return Ok(());
        }
        let seconds = self.patience.as_secs();
        Err(StoreError::TooLong { seconds })
    }

    fn many<T>(&self, find: &Find, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Answer<Vec<T>> {
        self.check_time()?;
        let with = find.with.iter().map(|value| match value {
            Bind::Bytes(bytes) => ToSqlOutput::from(&**bytes),
            Bind::Number(number) => ToSqlOutput::from(*number),
            Bind::Text(text) => ToSqlOutput::from(&**text),
        });
        self.connection.many(find.sql, params_from_iter(with), read)
    }
}

impl Reader for Reads<'_> {
    type Error = StoreError;

    fn number(&mut self, find: Find) -> impl Future<Output = Answer<Option<i64>>> + Send {
        let found = self.many(&find, |row| row.get(0));
        ready(found.map(|rows| rows.into_iter().next()))
    }

    fn ids(&mut self, find: Find) -> impl Future<Output = Answer<Vec<String>>> + Send {
        ready(self.many(&find, |row| row.get(0)))
    }

    fn resources(&mut self, find: Find) -> impl Future<Output = Answer<Vec<ResourceRow>>> + Send {
        ready(self.many(&find, rows::read_resource))
    }

    fn resources_of(
        &mut self,
        type_name: &Name,
        ids: &[ResourceId],
    ) -> impl Future<Output = Answer<Vec<ResourceRow>>> + Send {
        if let Err(late) = self.check_time() {
            return ready(Err(late));
        }
        let (tid, name) = (self.tid, type_name.as_str());
        ready(match ids {
            [id] => {
                let with = (tid, name, id.as_str());
                self.connection
                    .many(statements::RESOURCE, with, rows::read_resource)
            }
            ids => {
                let with = (tid, name, membership::array(ids));
                self.connection
                    .many(sqlite::RESOURCES, with, rows::read_resource)
            }
        })
    }

    fn related(
        &mut self,
        side: Membership,
        of: &[ResourceId],
        need: &MembershipNeed,
    ) -> impl Future<Output = Answer<BTreeMap<ResourceId, Vec<Related>>>> + Send {
        let one = |id: &ResourceId| {
            let related = membership::needed(self.connection, self.tid, id, side, need)?;
            Ok((id.clone(), related))
        };
        ready(of.iter().map(one).collect())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a query takes is no time that anybody sees"
)]
fn now() -> Instant {
    Instant::now()
}

/// How long a query may take before it fails, so that no reader is lost to it.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use scimkit_schema::SchemaSet;
    use scimkit_sql::Indexes;
    use scimkit_store::Query;

    use super::*;

    #[test]
    fn patience_ends() {
        let connection = Connection::open_in_memory().unwrap();
        let indexes = Arc::new(Indexes::new(Arc::new(SchemaSet::core())));
        let search = Search::new(1, indexes, Query::new(["User".into()]));
        let mut reads = Reads {
            connection: &connection,
            tid: 1,
            begun: now(),
            patience: Duration::ZERO,
        };
        let found = pin!(search.run(&mut reads)).poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(
            found,
            Poll::Ready(Err(StoreError::TooLong { seconds: 0 }))
        ));
    }
}
