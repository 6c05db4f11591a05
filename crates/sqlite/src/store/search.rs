use std::{
    collections::BTreeMap,
    future::{Future, ready},
    pin::pin,
    task::{Context, Poll, Waker},
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
}

impl Reads<'_> {
    fn many<T>(&self, find: &Find, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Answer<Vec<T>> {
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
