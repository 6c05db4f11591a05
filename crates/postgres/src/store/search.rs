use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::future::join_all;
use scimkit_filter::BoundFilter;
use scimkit_schema::{Name, ResourceId, SchemaSet};
use scimkit_sql::{Behind, Lookup, Plan, postgres, statements::with_dollars as statements};
use scimkit_store::{Page, Query, Selection, StoreError, Stored};
use tokio_postgres::Row;

use super::{
    membership,
    rows::{self, column, id, limit},
};
use crate::{error::Trouble, session::Session};

/// A planned query of one tenant.
pub(super) struct Search {
    tid: i64,
    planned: scimkit_sql::Search,
}

/// The candidates of one type, read a stretch at a time.
enum Source {
    /// All of the type behind an id; none once everything was read.
    Scan {
        after: Option<Box<str>>,
        stretch: usize,
    },
    /// Those with these ids.
    Ids(VecDeque<ResourceId>),
}

impl Search {
    pub(super) fn new(tid: i64, schemas: &SchemaSet, query: Query) -> Self {
        let planned = scimkit_sql::Search::new(query, schemas);
        Self { tid, planned }
    }

    /// Runs it on one state of the database.
    pub(super) async fn run(
        &self,
        session: &Session,
        schemas: &SchemaSet,
    ) -> Result<Page, Trouble> {
        if self.planned.is_plain() {
            self.everything(session, schemas).await
        } else {
            self.looked_through(session, schemas).await
        }
    }

    /// Looks at the candidates of each type in turn and asks the filter, if there is one, about every one.
    async fn looked_through(
        &self,
        session: &Session,
        schemas: &SchemaSet,
    ) -> Result<Page, Trouble> {
        let query = &self.planned.query;
        let filter = query.filter.as_ref();
        let need = filter.map(BoundFilter::needs);
        let mut selection = Selection::new(query)?;
        let mut looked_at = 0_usize;
        let first = self.planned.first()?;
        for (name, plan, after) in self.planned.types_behind(&first) {
            let membership = schemas.by_name(name).and_then(|known| known.membership());
            let mut source = match plan {
                Plan::Scan => Source::behind(after, STRETCH),
                Plan::LookUp(lookups) => {
                    Source::Ids(self.look_up(session, name, lookups).await?.into())
                }
            };
            loop {
                let stretch = self.read(session, schemas, name, &mut source).await?;
                if stretch.is_empty() {
                    break;
                }
                let mut related = match &need {
                    Some(need) => {
                        membership::needed(session, self.tid, &stretch, membership, need).await?
                    }
                    None => BTreeMap::default(),
                };
                for stored in stretch {
                    looked_at += 1;
                    if looked_at > query.budget {
                        let budget = query.budget;
                        return Err(StoreError::TooMuch { budget }.into());
                    }
                    let related = related.remove(&stored.key.id).unwrap_or_default();
                    if filter.is_some_and(|filter| !filter.matches(&stored.candidate(&related))) {
                        continue;
                    }
                    if selection.take(stored).is_break() {
                        return Ok(selection.finish());
                    }
                }
            }
        }
        Ok(selection.finish())
    }

    /// Finds the page by its place in the index.
    async fn everything(&self, session: &Session, schemas: &SchemaSet) -> Result<Page, Trouble> {
        let types = &self.planned.query.types;
        let counted = join_all(types.iter().map(|name| self.count(session, name))).await;
        let counts = counted.into_iter().collect::<Result<Vec<u64>, _>>()?;
        let mut first = self.planned.first_of_everything(&counts)?;
        self.skip(session, &mut first).await?;
        let rest = self.planned.rest();
        let mut selection = Selection::new(&rest)?;
        'types: for (name, _, after) in self.planned.types_behind(&first) {
            let mut source = Source::behind(after, rest.limit.saturating_add(1).min(STRETCH));
            loop {
                let stretch = self.read(session, schemas, name, &mut source).await?;
                if stretch.is_empty() {
                    break;
                }
                for stored in stretch {
                    if selection.take(stored).is_break() {
                        break 'types;
                    }
                }
            }
        }
        let mut page = selection.finish();
        self.planned.complete(&mut page, &counts);
        Ok(page)
    }

    async fn count(&self, session: &Session, name: &Name) -> Result<u64, Trouble> {
        let row = session
            .one(statements::COUNT, &[&self.tid, &name.as_str()])
            .await?;
        let counted = row.map(|row| column::<i64>(&row, 0)).transpose()?;
        Ok(counted.unwrap_or(0).unsigned_abs())
    }

    /// Finds the id that a place is behind, if it is a number.
    async fn skip(&self, session: &Session, behind: &mut Behind) -> Result<(), Trouble> {
        let name = self.planned.query.types.get(behind.rank);
        if let (Some(name), Some(skip)) = (name, behind.skip.checked_sub(1)) {
            let skip = i64::try_from(skip).unwrap_or(i64::MAX);
            let row = session
                .one(statements::ID_AT, &[&self.tid, &name.as_str(), &skip])
                .await?;
            let id = row.map(|row| column::<Box<str>>(&row, 0)).transpose()?;
            behind.id = id.unwrap_or_default();
        }
        Ok(())
    }

    /// The next candidates of a type; none when there are no more.
    async fn read(
        &self,
        session: &Session,
        schemas: &SchemaSet,
        name: &Name,
        source: &mut Source,
    ) -> Result<Vec<Stored>, Trouble> {
        let found = match source {
            Source::Scan { after, stretch } => {
                let Some(behind) = after.take() else {
                    return Ok(Vec::new());
                };
                let with: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
                    [&self.tid, &name.as_str(), &&*behind, &limit(*stretch)];
                let found = session.query(statements::SCAN, &with).await?;
                if found.len() == *stretch {
                    *after = found.last().map(|row| column(row, 0)).transpose()?;
                }
                found
            }
            Source::Ids(left) => {
                let ids: Vec<_> = left.drain(..left.len().min(STRETCH)).collect();
                if ids.is_empty() {
                    return Ok(Vec::new());
                }
                let texts: Vec<_> = ids.iter().map(ResourceId::as_str).collect();
                session
                    .query(postgres::RESOURCES, &[&self.tid, &name.as_str(), &texts])
                    .await?
            }
        };
        found
            .iter()
            .map(|row| rows::stored(row, schemas, name))
            .collect()
    }

    /// The ids that any of the look-ups finds, in order; enough of them to see that the budget is spent.
    async fn look_up(
        &self,
        session: &Session,
        name: &Name,
        lookups: &[Lookup],
    ) -> Result<Vec<ResourceId>, Trouble> {
        let found = join_all(
            lookups
                .iter()
                .map(|lookup| self.look_up_one(session, name, lookup)),
        );
        let mut ids = BTreeSet::new();
        for found in found.await {
            ids.extend(found?);
        }
        Ok(ids.into_iter().collect())
    }

    async fn look_up_one(
        &self,
        session: &Session,
        name: &Name,
        lookup: &Lookup,
    ) -> Result<Vec<ResourceId>, Trouble> {
        let (tid, name) = (&self.tid, &name.as_str());
        let most = limit(self.planned.query.budget.saturating_add(1));
        let found: Vec<Row> = match lookup {
            Lookup::Id(id) => return Ok(vec![id.clone()]),
            Lookup::Unique { path, key } => {
                session
                    .query(
                        statements::BY_UNIQUE,
                        &[tid, name, &&**path, &key.as_bytes(), &most],
                    )
                    .await?
            }
            Lookup::Value { path, key } => {
                session
                    .query(
                        statements::BY_VALUE,
                        &[tid, name, &&**path, &key.as_bytes(), &most],
                    )
                    .await?
            }
            Lookup::ExternalId(key) => {
                session
                    .query(
                        statements::BY_EXTERNAL_ID,
                        &[tid, name, &key.as_bytes(), &most],
                    )
                    .await?
            }
            Lookup::GroupsOf(member) => {
                session
                    .query(statements::GROUP_IDS_OF, &[tid, &member.as_str(), &most])
                    .await?
            }
            Lookup::MembersOf(group) => {
                session
                    .query(statements::MEMBER_IDS_OF, &[tid, &group.as_str(), &most])
                    .await?
            }
        };
        found.iter().map(|row| id(column(row, 0)?)).collect()
    }
}

impl Source {
    fn behind(after: &str, stretch: usize) -> Self {
        let after = Some(after.into());
        Self::Scan { after, stretch }
    }
}

/// How many rows are in memory at once.
const STRETCH: usize = 256;
