mod feed;
mod leg;

use std::{collections::BTreeSet, fmt::Write, sync::Arc};

use scimkit_schema::{Name, ResourceId};
use scimkit_store::{
    Page, Query, Selection, Sort, Start, StoreError, Total, read_place, write_place,
};

use crate::{
    Indexes, Lookup, Plan, codec,
    find::find,
    reader::{Reader, ResourceRow},
    statements,
};

use self::{
    feed::Feed,
    leg::{Leg, Order, Way},
};

/// A planned query of one tenant: what every engine does alike. It asks a [`Reader`] for rows, checks the filter on each of them, and stops
/// as soon as the page is complete.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_schema::{SchemaSet, core};
/// use scimkit_sql::{Indexes, Search};
/// use scimkit_store::{Direction, Query, Sort};
///
/// let indexes = Arc::new(Indexes::new(Arc::new(SchemaSet::core())));
/// let sort = Sort::bind(&"userName".parse()?, Direction::Ascending, &[Arc::new(core::user_type())])?;
/// let search = Search::new(1, indexes, Query::new(["User".into()]).with_sort(sort));
/// assert_eq!(search.explain(), "User: read in the order of userName until the page is full");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Search {
    tid: i64,
    indexes: Arc<Indexes>,
    query: Query,
    plans: Vec<Plan>,
}

/// Where to begin to look, in a query that is not sorted: the place of the type, and an id.
#[derive(Clone, Debug, Default)]
struct Begin {
    rank: usize,
    id: Box<str>,
}

impl Search {
    /// Plans a query.
    #[must_use]
    pub fn new(tid: i64, indexes: Arc<Indexes>, query: Query) -> Self {
        let plan = |name: &Name| match &query.filter {
            Some(filter) => Plan::new(filter, name, &indexes),
            None => Plan::Scan,
        };
        let plans = query.types.iter().map(plan).collect();
        Self {
            tid,
            indexes,
            query,
            plans,
        }
    }

    /// Whether a few steps in an index answer it.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.plans.iter().all(Plan::is_small)
    }

    /// What is done for each type, in words, without values.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut text = String::new();
        for (name, plan) in self.query.types.iter().zip(&self.plans) {
            let separator = if text.is_empty() { "" } else { "; " };
            let _ = write!(text, "{separator}{name}: ");
            let filter = if self.query.filter.is_some() {
                ", check the filter"
            } else {
                ""
            };
            let _ = match (self.order(), &self.query.sort, plan) {
                (Some(order), ..) => {
                    write!(
                        text,
                        "read in the order of {order}{filter} until the page is full"
                    )
                }
                (None, Some(_), Plan::Scan) => write!(text, "read all{filter}, sort"),
                (None, Some(_), plan) => write!(text, "{plan}, sort"),
                (None, None, Plan::Scan) if filter.is_empty() => {
                    write!(text, "read in the order of id until the page is full")
                }
                (None, None, plan) => write!(text, "{plan}"),
            };
        }
        text
    }

    /// Runs it.
    ///
    /// # Errors
    /// [`StoreError::TooMuch`] past the budget, [`StoreError::Other`] when the page begins at a place that no page named, and what the
    /// reader reports.
    pub async fn run<R: Reader>(&self, reader: &mut R) -> Result<Page, R::Error> {
        let is_plain = self.query.filter.is_none();
        let is_counted = is_plain && self.query.total == Total::Exact;
        let skipped = match self.query.from {
            Start::Index(index) if is_plain && self.query.sort.is_none() && index > 0 => {
                Some(index)
            }
            _ => None,
        };
        let counts = if is_counted || skipped.is_some() {
            self.count(reader).await?
        } else {
            Vec::new()
        };
        let mut asked = self.query.clone();
        if is_plain {
            asked.total = Total::Skip;
        }
        let mut begin = None;
        if let Some(index) = skipped {
            asked.from = Start::Index(0);
            begin = Some(self.skip(reader, &counts, index).await?);
        }
        let mut page = self.find(reader, &asked, begin).await?;
        if skipped.is_some() {
            page.previous = page.items.first().map(|first| write_place(&first.key));
        }
        if is_counted {
            page.total = Some(counts.iter().sum());
        }
        Ok(page)
    }

    async fn find<R: Reader>(
        &self,
        reader: &mut R,
        asked: &Query,
        begin: Option<Begin>,
    ) -> Result<Page, R::Error> {
        let selection = Selection::new(asked)?;
        let mut feed = Feed::new(self, reader, asked, selection);
        match self.legs(asked) {
            Some((name, legs)) => {
                for leg in legs {
                    if feed.leg(name, leg).await?.is_break() {
                        break;
                    }
                }
            }
            None => self.find_by_id(&mut feed, asked, begin).await?,
        }
        Ok(feed.finish())
    }

    /// Looks at the candidates of each type in turn, in the order of ids.
    async fn find_by_id<R: Reader>(
        &self,
        feed: &mut Feed<'_, R>,
        asked: &Query,
        begin: Option<Begin>,
    ) -> Result<(), R::Error> {
        let stops = asked.total == Total::Skip && asked.sort.is_none();
        // What stands on the other side of the place need not be read, unless it is counted or not sorted yet.
        let (begin, way) = match &asked.from {
            Start::After(place) if stops => (self.begin_at(place)?, Way::Up),
            Start::Before(place) if stops => (self.begin_at(place)?, Way::Down),
            _ => (begin.unwrap_or_default(), Way::Up),
        };
        let types = self.query.types.iter().zip(&self.plans).enumerate();
        let mut types: Vec<_> = match way {
            Way::Up => types.skip(begin.rank).collect(),
            Way::Down => types.take(begin.rank.saturating_add(1)).collect(),
        };
        if way == Way::Down {
            types.reverse();
        }
        for (rank, (name, plan)) in types {
            let id = (rank == begin.rank).then_some(&*begin.id);
            let id = id.filter(|id| !id.is_empty());
            let flow = match plan {
                Plan::Scan => {
                    let leg = Leg::by_id(id.unwrap_or(way.edge()), way);
                    feed.leg(name, leg).await?
                }
                Plan::LookUp(lookups) => {
                    let mut ids = self.look_up(feed.reader, name, lookups).await?;
                    match way {
                        Way::Up => ids.retain(|found| id.is_none_or(|id| found.as_str() > id)),
                        Way::Down => ids.retain(|found| id.is_none_or(|id| found.as_str() < id)),
                    }
                    let mut ids: Vec<_> = ids.into_iter().collect();
                    if way == Way::Down {
                        ids.reverse();
                    }
                    feed.ids(name, &ids).await?
                }
            };
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The ids that any of the look-ups finds; enough of them to see that the budget is spent.
    async fn look_up<R: Reader>(
        &self,
        reader: &mut R,
        name: &Name,
        lookups: &[Lookup],
    ) -> Result<BTreeSet<ResourceId>, R::Error> {
        let most = self.query.budget.saturating_add(1);
        let mut found = BTreeSet::new();
        for lookup in lookups {
            if let Lookup::Id(id) = lookup {
                found.insert(id.clone());
            }
            let Some(find) = lookup.find(self.tid, name, most) else {
                continue;
            };
            for text in reader.ids(find).await? {
                found.insert(codec::read_id(&text).map_err(StoreError::other)?);
            }
        }
        Ok(found)
    }

    /// How many resources of each type there are.
    async fn count<R: Reader>(&self, reader: &mut R) -> Result<Vec<u64>, R::Error> {
        let mut counts = Vec::with_capacity(self.query.types.len());
        for name in &self.query.types {
            let counted = reader.number(find!(statements::COUNT, self.tid, name.as_str()));
            counts.push(counted.await?.unwrap_or(0).unsigned_abs());
        }
        Ok(counts)
    }

    /// The place behind `index` resources of all, found in the index alone.
    async fn skip<R: Reader>(
        &self,
        reader: &mut R,
        counts: &[u64],
        index: u64,
    ) -> Result<Begin, R::Error> {
        let mut left = index;
        for (rank, (name, count)) in self.query.types.iter().zip(counts).enumerate() {
            if left < *count {
                let mut id = None;
                if let Some(skip) = left.checked_sub(1) {
                    let skip = i64::try_from(skip).unwrap_or(i64::MAX);
                    let find = find!(statements::ID_AT, self.tid, name.as_str(), skip);
                    id = reader.ids(find).await?.pop();
                }
                let id = id.unwrap_or_default().into();
                return Ok(Begin { rank, id });
            }
            left -= count;
        }
        let (rank, id) = (self.query.types.len(), Box::default());
        Ok(Begin { rank, id })
    }

    fn begin_at(&self, place: &[u8]) -> Result<Begin, StoreError> {
        let read = read_place(place).and_then(|key| {
            let mut types = self.query.types.iter();
            let rank = types.position(|name| *name == key.type_name)?;
            let id = key.id.as_str().into();
            Some(Begin { rank, id })
        });
        read.ok_or_else(|| StoreError::other("the page begins at an unknown place"))
    }

    /// The order that an index has, if the page is to be found by it: resources of one type, none of which must be counted, and which
    /// no look-up finds faster.
    fn order(&self) -> Option<Order<'_>> {
        let (sort, [name], [Plan::Scan]) =
            (self.query.sort.as_ref()?, &*self.query.types, &*self.plans)
        else {
            return None;
        };
        let is_counted = self.query.total == Total::Exact && self.query.filter.is_some();
        Order::of(sort, name, &self.indexes).filter(|_| !is_counted)
    }

    fn legs(&self, asked: &Query) -> Option<(&Name, Vec<Leg<'_>>)> {
        let (order, sort, name) = (
            self.order()?,
            self.query.sort.as_ref()?,
            self.query.types.first()?,
        );
        let start = match &asked.from {
            Start::Index(_) => None,
            Start::After(place) | Start::Before(place) => Some(Sort::read(place)?),
        };
        let is_back = matches!(asked.from, Start::Before(_));
        let legs = order.legs(sort.direction(), is_back, start.as_ref())?;
        Some((name, legs))
    }
}

#[cfg(test)]
mod tests;
