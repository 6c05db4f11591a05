use std::{collections::BTreeSet, sync::Arc};

use rusqlite::Connection;
use scimkit_filter::BoundFilter;
use scimkit_schema::{Name, SchemaSet};
use scimkit_sql::{Behind, Lookup, Plan, statements};
use scimkit_store::{Answer, Key, Page, Query, StoreError, Stored};

use super::{
    membership,
    rows::{self, id},
    scan::Scan,
};
use crate::{
    ask::{Ask, limit},
    error::from_driver,
};

/// A planned query of one tenant.
pub(super) struct Search {
    tid: i64,
    schemas: Arc<SchemaSet>,
    planned: scimkit_sql::Search,
}

type Candidates<'a> = Box<dyn Iterator<Item = Answer<Stored>> + 'a>;

impl Search {
    pub(super) fn new(tid: i64, schemas: Arc<SchemaSet>, query: Query) -> Self {
        let planned = scimkit_sql::Search::new(query, &schemas);
        Self {
            tid,
            schemas,
            planned,
        }
    }

    /// Whether a few steps in an index answer it.
    pub(super) fn is_small(&self) -> bool {
        self.planned.is_small()
    }

    /// Runs it on one state of the database.
    pub(super) fn run(&self, connection: &Connection) -> Answer<Page> {
        let snapshot = connection
            .unchecked_transaction()
            .map_err(|error| StoreError::from(from_driver(error)))?;
        if self.planned.is_plain() {
            return self.everything(&snapshot);
        }
        self.looked_through(&snapshot)
    }

    /// Looks at the candidates of each type in turn and asks the filter, if there is one, about every one.
    fn looked_through(&self, connection: &Connection) -> Answer<Page> {
        let query = &self.planned.query;
        let filter = query.filter.as_ref();
        let need = filter.map(BoundFilter::needs);
        let mut looked_at = 0_usize;
        let first = self.planned.first()?;
        let matching = self.candidates(connection, &first).filter_map(|stored| {
            let matches = stored.and_then(|stored| {
                looked_at += 1;
                if looked_at > query.budget {
                    let budget = query.budget;
                    return Err(StoreError::TooMuch { budget });
                }
                let (Some(filter), Some(need)) = (filter, &need) else {
                    return Ok(Some(stored));
                };
                let membership = self
                    .schemas
                    .by_name(&stored.key.type_name)
                    .and_then(|known| known.membership());
                let related =
                    membership::needed(connection, self.tid, &stored.key.id, membership, need)?;
                Ok(filter
                    .matches(&stored.candidate(&related))
                    .then_some(stored))
            });
            matches.transpose()
        });
        query.select(matching)
    }

    fn candidates<'a>(&'a self, connection: &'a Connection, first: &'a Behind) -> Candidates<'a> {
        let types = self.planned.types_behind(first);
        Box::new(
            types.flat_map(move |(name, plan, after)| -> Candidates<'a> {
                match plan {
                    Plan::Scan => Box::new(self.scan(connection, name, after)),
                    Plan::LookUp(lookups) => match self.look_up(connection, name, lookups) {
                        Ok(keys) => Box::new(keys.into_iter().filter_map(move |key| {
                            rows::resource(connection, self.tid, &self.schemas, &key).transpose()
                        })),
                        Err(error) => Box::new(std::iter::once(Err(error))),
                    },
                }
            }),
        )
    }

    /// The keys that any of the look-ups finds, in order; enough of them to see that the budget is spent.
    fn look_up(
        &self,
        connection: &Connection,
        type_name: &Name,
        lookups: &[Lookup],
    ) -> Answer<BTreeSet<Key>> {
        let (tid, name, most) = (
            self.tid,
            type_name.as_str(),
            limit(self.planned.query.budget.saturating_add(1)),
        );
        let read = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        let mut found = BTreeSet::new();
        for lookup in lookups {
            let ids = match lookup {
                Lookup::Id(id) => vec![id.to_string()],
                Lookup::Unique { path, key } => connection.many(
                    statements::BY_UNIQUE,
                    (tid, name, &**path, key.as_bytes(), most),
                    read,
                )?,
                Lookup::Value { path, key } => connection.many(
                    statements::BY_VALUE,
                    (tid, name, &**path, key.as_bytes(), most),
                    read,
                )?,
                Lookup::ExternalId(key) => connection.many(
                    statements::BY_EXTERNAL_ID,
                    (tid, name, key.as_bytes(), most),
                    read,
                )?,
                Lookup::GroupsOf(member) => {
                    connection.many(statements::GROUP_IDS_OF, (tid, member.as_str(), most), read)?
                }
                Lookup::MembersOf(group) => {
                    connection.many(statements::MEMBER_IDS_OF, (tid, group.as_str(), most), read)?
                }
            };
            for text in ids {
                found.insert(Key::new(type_name.clone(), id(&text)?));
            }
        }
        Ok(found)
    }

    /// Finds the page by its place in the index.
    fn everything(&self, connection: &Connection) -> Answer<Page> {
        let count = |name: &Name| {
            let counted = connection.one(statements::COUNT, (self.tid, name.as_str()), |row| {
                row.get::<_, i64>(0)
            })?;
            Ok(counted.unwrap_or(0).unsigned_abs())
        };
        let types = self.planned.query.types.iter();
        let counts = types.map(count).collect::<Answer<Vec<u64>>>()?;
        let mut first = self.planned.first_of_everything(&counts)?;
        self.skip(connection, &mut first)?;
        let rest = self.planned.rest();
        let behind = self.planned.types_behind(&first);
        let found = behind.flat_map(|(name, _, after)| {
            self.scan(connection, name, after)
                .about(rest.limit.saturating_add(1))
        });
        let mut page = rest.select(found)?;
        self.planned.complete(&mut page, &counts);
        Ok(page)
    }

    /// Finds the id that a place is behind, if it is a number.
    fn skip(&self, connection: &Connection, behind: &mut Behind) -> Answer<()> {
        let name = self.planned.query.types.get(behind.rank);
        if let (Some(name), Some(skip)) = (name, behind.skip.checked_sub(1)) {
            let with = (
                self.tid,
                name.as_str(),
                i64::try_from(skip).unwrap_or(i64::MAX),
            );
            let id = connection.one(statements::ID_AT, with, |row| row.get::<_, String>(0))?;
            behind.id = id.unwrap_or_default().into();
        }
        Ok(())
    }

    fn scan<'a>(&'a self, connection: &'a Connection, name: &'a Name, after: &str) -> Scan<'a> {
        Scan::new(connection, self.tid, &self.schemas, name).after(after)
    }
}
