use scimkit_filter::{BoundFilter, Candidate, Known};
use scimkit_schema::{Name, ResourceId};

use crate::{Key, Selection, Sort, StoreError, Stored, sort::Position};

/// Which resources are wanted, and which part of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Query {
    /// The resource types, by name. Unless sorted, results come in this order, each type in the order of ids.
    pub types: Vec<Name>,
    /// What the resources must match.
    pub filter: Option<BoundFilter>,
    /// The order of the results.
    pub sort: Option<Sort>,
    /// Where the page begins.
    pub from: Start,
    /// How many resources the page may hold.
    pub limit: usize,
    /// Whether the number of all matches is wanted.
    pub total: Total,
    /// How many resources may be looked at; past it the query fails with [`StoreError::TooMuch`].
    pub budget: usize,
}

/// Where a page begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Start {
    /// Behind this many matches; 0 is the first page.
    Index(u64),
    /// Behind the place that [`Page::next`] named.
    After(Box<[u8]>),
    /// As far before the place that [`Page::previous`] named as the page is long.
    Before(Box<[u8]>),
}

/// Whether the number of all matches is wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Total {
    /// It is, exactly.
    Exact,
    /// It is not.
    Skip,
}

/// One page of what a query selects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The resources.
    pub items: Vec<Stored>,
    /// How many match in all, if that was wanted.
    pub total: Option<u64>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Box<[u8]>>,
    /// Where the page before ends; none on the first one. What stood there may be gone by the time it is read.
    pub previous: Option<Box<[u8]>>,
}

impl Query {
    /// The first 100 resources of these types, with the exact total, looking at no more than a million.
    #[must_use]
    pub fn new(types: impl IntoIterator<Item = Name>) -> Self {
        Self {
            types: types.into_iter().collect(),
            filter: None,
            sort: None,
            from: Start::Index(0),
            limit: 100,
            total: Total::Exact,
            budget: 1_000_000,
        }
    }

    /// This, for what `filter` matches.
    #[must_use]
    pub fn with_filter(mut self, filter: BoundFilter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// This, in the order of `sort`.
    #[must_use]
    pub fn with_sort(mut self, sort: Sort) -> Self {
        self.sort = Some(sort);
        self
    }

    /// This, for the page of at most `limit` resources that begins at `from`.
    #[must_use]
    pub fn with_page(mut self, from: Start, limit: usize) -> Self {
        self.from = from;
        self.limit = limit;
        self
    }

    /// This, with or without the number of all matches.
    #[must_use]
    pub const fn with_total(mut self, total: Total) -> Self {
        self.total = total;
        self
    }

    /// This, looking at no more than `budget` resources.
    #[must_use]
    pub const fn with_budget(mut self, budget: usize) -> Self {
        self.budget = budget;
        self
    }

    /// Does the whole query over resources that already match its filter, for stores without an index. Unless they are to be sorted here,
    /// they come in the query's order, and the iterator is not run past what the page and the total need.
    ///
    /// # Errors
    /// The first error of `matching`; [`StoreError::Other`] when the page begins at a place that this function did not name.
    pub fn select(
        &self,
        matching: impl IntoIterator<Item = Result<Stored, StoreError>>,
    ) -> Result<Page, StoreError> {
        let mut selection = Selection::new(self)?;
        for stored in matching {
            if selection.take(stored?).is_break() {
                break;
            }
        }
        Ok(selection.finish())
    }

    pub(crate) fn position(&self, stored: &Stored) -> Position {
        let rank = self.rank(&stored.key.type_name).unwrap_or(usize::MAX);
        match &self.sort {
            Some(sort) => sort.position(stored, rank),
            None => Position::unsorted(rank, stored.key.id.as_str()),
        }
    }

    fn rank(&self, type_name: &str) -> Option<usize> {
        self.types.iter().position(|name| name == type_name)
    }

    pub(crate) fn read_place(&self, place: &[u8]) -> Result<Position, StoreError> {
        let read = match &self.sort {
            Some(sort) => sort.read_place(place, |name| self.rank(name)),
            None => read_place(place).and_then(|key| {
                Some(Position::unsorted(
                    self.rank(&key.type_name)?,
                    key.id.as_str(),
                ))
            }),
        };
        read.ok_or_else(|| StoreError::other("the page begins at an unknown place"))
    }
}

/// The place of a resource in a query that is not sorted, as [`Page::next`] names it.
#[must_use]
pub fn write_place(key: &Key) -> Box<[u8]> {
    format!("{}/{}", key.type_name, key.id).into_bytes().into()
}

/// Reads what [`write_place`] wrote.
#[must_use]
pub fn read_place(place: &[u8]) -> Option<Key> {
    let (type_name, id) = std::str::from_utf8(place).ok()?.split_once('/')?;
    Some(Key::new(type_name.into(), ResourceId::new(id).ok()?))
}

impl Stored {
    /// What a filter is matched against, with what the store found in the membership relation.
    #[must_use]
    pub fn candidate<'a>(&'a self, related: &'a [scimkit_filter::Related]) -> Candidate<'a> {
        Candidate {
            document: &self.document,
            known: Some(Known {
                id: &self.key.id,
                type_name: &self.key.type_name,
                created: &self.created,
                modified: &self.modified,
                version: &self.version,
            }),
            related,
        }
    }
}
