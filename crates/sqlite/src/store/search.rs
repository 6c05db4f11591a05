use std::{collections::BTreeSet, sync::Arc};

use rusqlite::Connection;
use scimkit_filter::BoundFilter;
use scimkit_schema::{Name, ResourceId, SchemaSet};
use scimkit_sql::{Lookup, Plan, statements};
use scimkit_store::{Answer, Key, Page, Query, Start, StoreError, Stored, Total, write_place};

use super::{
    membership,
    rows::{self, id},
    scan::Scan,
};
use crate::{
    ask::{Ask, limit},
    error::from_driver,
};

/// A query with its plans, one for each type.
pub(super) struct Search {
    tid: i64,
    schemas: Arc<SchemaSet>,
    query: Query,
    plans: Vec<Plan>,
}

/// A place in the order of a query: the type, and the id to start behind. By default the very beginning.
#[derive(Default)]
struct Behind {
    rank: usize,
    id: String,
}

impl Behind {
    /// The id to start behind in the type at `rank`, which is not before this place.
    fn within(&self, rank: usize) -> &str {
        if rank == self.rank { &self.id } else { "" }
    }
}

type Candidates<'a> = Box<dyn Iterator<Item = Answer<Stored>> + 'a>;

impl Search {
    pub(super) fn new(tid: i64, schemas: Arc<SchemaSet>, query: Query) -> Self {
        let plan = |name: &Name| match (&query.filter, schemas.by_name(name)) {
            (Some(filter), Some(known)) => Plan::new(filter, known),
            _ => Plan::Scan,
        };
        let plans = query.types.iter().map(plan).collect();
        Self {
            tid,
            schemas,
            query,
            plans,
        }
    }

    /// Whether a few steps in an index answer it.
    pub(super) fn is_small(&self) -> bool {
        self.plans.iter().all(Plan::is_small)
    }

    /// Runs it on one state of the database.
    pub(super) fn run(&self, connection: &Connection) -> Answer<Page> {
        let snapshot = connection
            .unchecked_transaction()
            .map_err(|error| StoreError::from(from_driver(error)))?;
        let is_plain = self.query.filter.is_none() && self.query.sort.is_none();
        if is_plain && !matches!(self.query.from, Start::Before(_)) {
            return self.everything(&snapshot);
        }
        self.looked_through(&snapshot)
    }

    /// Looks at the candidates of each type in turn and asks the filter, if there is one, about every one.
    fn looked_through(&self, connection: &Connection) -> Answer<Page> {
        let filter = self.query.filter.as_ref();
        let need = filter.map(BoundFilter::needs);
        let mut looked_at = 0_usize;
        let matching = self.candidates(connection)?.filter_map(|stored| {
            let matches = stored.and_then(|stored| {
                looked_at += 1;
                if looked_at > self.query.budget {
                    return Err(StoreError::TooMuch {
                        budget: self.query.budget,
                    });
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
        self.query.select(matching)
    }

    fn candidates<'a>(&'a self, connection: &'a Connection) -> Answer<Candidates<'a>> {
        // What stands before the page need not be read, unless it is counted or not sorted yet.
        let behind = match (&self.query.from, self.query.total, &self.query.sort) {
            (Start::After(place), Total::Skip, None) => self.read_place(place)?,
            _ => Behind::default(),
        };
        let types = self
            .query
            .types
            .iter()
            .zip(&self.plans)
            .enumerate()
            .skip(behind.rank);
        Ok(Box::new(types.flat_map(
            move |(rank, (name, plan))| -> Candidates<'a> {
                match plan {
                    Plan::Scan => Box::new(self.scan(connection, name, behind.within(rank))),
                    Plan::LookUp(lookups) => match self.look_up(connection, name, lookups) {
                        Ok(keys) => Box::new(keys.into_iter().filter_map(move |key| {
                            rows::resource(connection, self.tid, &self.schemas, &key).transpose()
                        })),
                        Err(error) => Box::new(std::iter::once(Err(error))),
                    },
                }
            },
        )))
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
            limit(self.query.budget.saturating_add(1)),
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

    /// Without a filter and a sort the numbers are known, and a page that does not go back is found by its place in the index.
    fn everything(&self, connection: &Connection) -> Answer<Page> {
        let count = |name: &Name| {
            let counted = connection.one(statements::COUNT, (self.tid, name.as_str()), |row| {
                row.get::<_, i64>(0)
            })?;
            Ok(counted.unwrap_or(0).unsigned_abs())
        };
        let counts = self
            .query
            .types
            .iter()
            .map(count)
            .collect::<Answer<Vec<u64>>>()?;
        let behind = match &self.query.from {
            Start::Index(index) => self.at_index(connection, &counts, *index)?,
            Start::After(place) | Start::Before(place) => self.read_place(place)?,
        };
        let rest = self
            .query
            .types
            .iter()
            .enumerate()
            .skip(behind.rank)
            .flat_map(|(rank, name)| {
                self.scan(connection, name, behind.within(rank))
                    .about(self.query.limit.saturating_add(1))
            });
        let mut page = self
            .query
            .clone()
            .with_page(Start::Index(0), self.query.limit)
            .with_total(Total::Skip)
            .select(rest)?;
        let is_first = self.query.from == Start::Index(0);
        let first = page.items.first().filter(|_| !is_first);
        page.previous = first.map(|first| write_place(&first.key));
        page.total = (self.query.total == Total::Exact).then(|| counts.iter().sum());
        Ok(page)
    }

    fn at_index(&self, connection: &Connection, counts: &[u64], index: u64) -> Answer<Behind> {
        let mut left = index;
        for (rank, (name, count)) in self.query.types.iter().zip(counts).enumerate() {
            if left < *count {
                let last_skipped = left
                    .checked_sub(1)
                    .map(|skip| i64::try_from(skip).unwrap_or(i64::MAX));
                let id = match last_skipped {
                    Some(skip) => connection.one(
                        statements::ID_AT,
                        (self.tid, name.as_str(), skip),
                        |row| row.get(0),
                    )?,
                    None => None,
                };
                return Ok(Behind {
                    rank,
                    id: id.unwrap_or_default(),
                });
            }
            left -= count;
        }
        Ok(Behind {
            rank: self.query.types.len(),
            id: String::new(),
        })
    }

    fn read_place(&self, place: &[u8]) -> Answer<Behind> {
        let read = std::str::from_utf8(place)
            .ok()
            .and_then(|text| text.split_once('/'))
            .and_then(|(type_name, id)| {
                let rank = self.query.types.iter().position(|name| name == type_name)?;
                Some(Behind {
                    rank,
                    id: ResourceId::new(id).ok()?.to_string(),
                })
            });
        read.ok_or_else(|| StoreError::other("the page begins at an unknown place"))
    }

    fn scan<'a>(&'a self, connection: &'a Connection, name: &'a Name, after: &str) -> Scan<'a> {
        Scan::new(connection, self.tid, &self.schemas, name).after(after)
    }
}
