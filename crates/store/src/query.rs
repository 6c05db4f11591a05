use scimkit_filter::{BoundFilter, Candidate, Known};
use scimkit_schema::Name;

use std::collections::BTreeMap;

use crate::{Key, Sort, StoreError, Stored};

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
        if let Some(sort) = &self.sort {
            return self.select_sorted(sort, matching);
        }
        let after = match &self.from {
            Start::Index(_) => None,
            Start::After(place) => Some(
                self.read_place(place)
                    .ok_or_else(|| StoreError::other("the page begins at an unknown place"))?,
            ),
        };
        let skipped = if let Start::Index(index) = self.from {
            index
        } else {
            0
        };
        let mut page = Page::default();
        let mut total = 0_u64;
        for stored in matching {
            let stored = stored?;
            total += 1;
            let passed = match &after {
                Some(after) => self.order(&stored.key) <= *after,
                None => total <= skipped,
            };
            if passed {
                continue;
            }
            if page.items.len() < self.limit {
                page.items.push(stored);
            } else {
                page.next = page.items.last().map(|last| write_place(&last.key));
                if self.total == Total::Skip {
                    break;
                }
            }
        }
        page.total = (self.total == Total::Exact).then_some(total);
        Ok(page)
    }

    /// Keeps no more of the resources than stand before the end of the page.
    fn select_sorted(
        &self,
        sort: &Sort,
        matching: impl IntoIterator<Item = Result<Stored, StoreError>>,
    ) -> Result<Page, StoreError> {
        let (after, skipped) = match &self.from {
            Start::Index(index) => (None, usize::try_from(*index).unwrap_or(usize::MAX)),
            Start::After(place) => {
                let after = sort.read_place(place, |name| self.rank(name));
                let unknown = || StoreError::other("the page begins at an unknown place");
                (Some(after.ok_or_else(unknown)?), 0)
            }
        };
        let most = skipped.saturating_add(self.limit).saturating_add(1);
        let mut total = 0_u64;
        let mut kept = BTreeMap::new();
        for stored in matching {
            let stored = stored?;
            total += 1;
            let rank = self.rank(&stored.key.type_name).unwrap_or(usize::MAX);
            let position = sort.position(&stored, rank);
            if after.as_ref().is_some_and(|after| position <= *after) {
                continue;
            }
            kept.insert(position, stored);
            if kept.len() > most {
                kept.pop_last();
            }
        }
        let mut rest = kept.into_iter().skip(skipped);
        let page: Vec<_> = rest.by_ref().take(self.limit).collect();
        let last = page.last().filter(|_| rest.next().is_some());
        let next = last.map(|(position, stored)| Sort::write_place(position, &stored.key));
        Ok(Page {
            items: page.into_iter().map(|(_, stored)| stored).collect(),
            total: (self.total == Total::Exact).then_some(total),
            next,
        })
    }

    fn order(&self, key: &Key) -> (usize, String) {
        let rank = self.rank(&key.type_name).unwrap_or(usize::MAX);
        (rank, key.id.to_string())
    }

    fn rank(&self, type_name: &str) -> Option<usize> {
        self.types.iter().position(|name| name == type_name)
    }

    fn read_place(&self, place: &[u8]) -> Option<(usize, String)> {
        let (type_name, id) = std::str::from_utf8(place).ok()?.split_once('/')?;
        Some((self.rank(type_name)?, id.to_owned()))
    }
}

/// The place behind a resource, as [`Page::next`] names it.
#[must_use]
pub fn write_place(key: &Key) -> Box<[u8]> {
    format!("{}/{}", key.type_name, key.id).into_bytes().into()
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
