use scimkit_schema::{Name, ResourceId, SchemaSet};
use scimkit_store::{Answer, Page, Query, Start, StoreError, Total, write_place};

use crate::Plan;

/// A query with its plans, one for each type: what every engine does alike before it reads.
///
/// ```
/// use scimkit_schema::SchemaSet;
/// use scimkit_sql::Search;
/// use scimkit_store::Query;
///
/// let search = Search::new(Query::new(["User".into(), "Group".into()]), &SchemaSet::core());
/// let behind = search.at_index(&[10, 5], 12);
/// assert_eq!((search.is_plain(), behind.rank, behind.skip), (true, 1, 2));
/// ```
#[derive(Clone, Debug)]
pub struct Search {
    /// The query.
    pub query: Query,
    plans: Vec<Plan>,
}

/// A place in the order of a query that is not sorted. By default the very beginning.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Behind {
    /// The place of the type among those of the query.
    pub rank: usize,
    /// The id to start behind.
    pub id: Box<str>,
    /// How many more to skip.
    pub skip: u64,
}

impl Search {
    /// Plans a query.
    #[must_use]
    pub fn new(query: Query, schemas: &SchemaSet) -> Self {
        let plan = |name: &Name| match (&query.filter, schemas.by_name(name)) {
            (Some(filter), Some(known)) => Plan::new(filter, known),
            _ => Plan::Scan,
        };
        let plans = query.types.iter().map(plan).collect();
        Self { query, plans }
    }

    /// Whether a few steps in an index answer it.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.plans.iter().all(Plan::is_small)
    }

    /// Whether it asks for everything, in order and forwards: then the numbers are known, and a page is found by its place in the index.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let goes_back = matches!(self.query.from, Start::Before(_));
        self.query.filter.is_none() && self.query.sort.is_none() && !goes_back
    }

    /// The types from a place on, each with its plan and the id to start behind.
    pub fn types_behind<'a>(
        &'a self,
        behind: &'a Behind,
    ) -> impl Iterator<Item = (&'a Name, &'a Plan, &'a str)> {
        let types = self.query.types.iter().zip(&self.plans).enumerate();
        types.skip(behind.rank).map(|(rank, (name, plan))| {
            let id = if rank == behind.rank { &*behind.id } else { "" };
            (name, plan, id)
        })
    }

    /// Where to begin to look. What stands before the page need not be read, unless it is counted or not sorted yet.
    ///
    /// # Errors
    /// [`StoreError::Other`] when the page begins at a place that no page named.
    pub fn first(&self) -> Answer<Behind> {
        match (&self.query.from, self.query.total, &self.query.sort) {
            (Start::After(place), Total::Skip, None) => self.read_place(place),
            _ => Ok(Behind::default()),
        }
    }

    /// Where a page of everything begins, given how many resources of each type there are.
    ///
    /// # Errors
    /// [`StoreError::Other`] when the page begins at a place that no page named.
    pub fn first_of_everything(&self, counts: &[u64]) -> Answer<Behind> {
        match &self.query.from {
            Start::Index(index) => Ok(self.at_index(counts, *index)),
            Start::After(place) | Start::Before(place) => self.read_place(place),
        }
    }

    /// The place behind `index` resources, given how many of each type there are.
    #[must_use]
    pub fn at_index(&self, counts: &[u64], index: u64) -> Behind {
        let mut left = index;
        for (rank, count) in counts.iter().enumerate() {
            if left < *count {
                return Behind {
                    rank,
                    skip: left,
                    ..Behind::default()
                };
            }
            left -= count;
        }
        Behind {
            rank: self.query.types.len(),
            ..Behind::default()
        }
    }

    /// Everything behind the place where the page begins, as a query that begins there.
    #[must_use]
    pub fn rest(&self) -> Query {
        let query = self.query.clone().with_total(Total::Skip);
        query.with_page(Start::Index(0), self.query.limit)
    }

    /// Names the place before the page, and how many there are in all, in a page of [`Search::rest`].
    pub fn complete(&self, page: &mut Page, counts: &[u64]) {
        let is_first = self.query.from == Start::Index(0);
        let first = page.items.first().filter(|_| !is_first);
        page.previous = first.map(|first| write_place(&first.key));
        page.total = (self.query.total == Total::Exact).then(|| counts.iter().sum());
    }

    fn read_place(&self, place: &[u8]) -> Answer<Behind> {
        let read = std::str::from_utf8(place)
            .ok()
            .and_then(|text| text.split_once('/'))
            .and_then(|(type_name, id)| {
                let rank = self.query.types.iter().position(|name| name == type_name)?;
                let id = ResourceId::new(id).ok()?;
                Some(Behind {
                    rank,
                    id: id.as_str().into(),
                    skip: 0,
                })
            });
        read.ok_or_else(|| StoreError::other("the page begins at an unknown place"))
    }
}
