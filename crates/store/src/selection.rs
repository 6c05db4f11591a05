use std::{collections::BTreeMap, ops::ControlFlow};

use crate::{Answer, Page, Query, Sort, Start, Stored, Total, sort::Position, write_place};

/// A page in the making, for stores that find resources a few at a time: [`Query::select`] in steps.
///
/// ```
/// use scimkit_store::{Query, Selection};
///
/// let query = Query::new(["User".into()]);
/// let page = Selection::new(&query)?.finish();
/// assert_eq!((page.items.len(), page.total), (0, Some(0)));
/// # Ok::<(), scimkit_store::StoreError>(())
/// ```
#[derive(Debug)]
pub struct Selection<'a> {
    query: &'a Query,
    way: Way,
    /// How many resources were given so far.
    total: u64,
}

/// How a page is found among what matches. It never keeps more than stands up to its end.
#[derive(Debug)]
enum Way {
    /// What comes is in order already: the page is a stretch of it.
    InOrder {
        start: Behind,
        items: Vec<Stored>,
        is_last: bool,
    },
    /// Whatever comes first in the order of the sort.
    Sorted {
        start: Behind,
        kept: BTreeMap<Position, Stored>,
    },
    /// Whatever comes last before a place.
    Before {
        place: Position,
        kept: BTreeMap<Position, Stored>,
        is_first: bool,
    },
}

/// What a page is behind.
#[derive(Debug)]
enum Behind {
    /// This many resources.
    Count(usize),
    Place(Position),
}

impl<'a> Selection<'a> {
    /// Nothing was given yet.
    ///
    /// # Errors
    /// [`StoreError::Other`](crate::StoreError::Other) when the page begins at a place that no page named.
    pub fn new(query: &'a Query) -> Answer<Self> {
        let kept = BTreeMap::new();
        let way = match (&query.from, &query.sort) {
            (Start::Before(place), _) => Way::Before {
                place: query.read_place(place)?,
                kept,
                is_first: true,
            },
            (from, Some(_)) => Way::Sorted {
                start: Behind::of(query, from)?,
                kept,
            },
            (from, None) => Way::InOrder {
                start: Behind::of(query, from)?,
                items: Vec::new(),
                is_last: true,
            },
        };
        let total = 0;
        Ok(Self { query, way, total })
    }

    /// Takes the next resource that matches the filter of the query; breaks when no further one is needed. Unless the query sorts, they
    /// come in its order.
    pub fn take(&mut self, stored: Stored) -> ControlFlow<()> {
        let (query, nth) = (self.query, self.total);
        self.total += 1;
        match &mut self.way {
            Way::InOrder {
                start,
                items,
                is_last,
            } => {
                let is_passed = match start {
                    Behind::Count(skipped) => nth < *skipped as u64,
                    Behind::Place(place) => query.position(&stored) <= *place,
                };
                if is_passed {
                    return ControlFlow::Continue(());
                }
                if items.len() < query.limit {
                    items.push(stored);
                } else {
                    *is_last = false;
                    if query.total == Total::Skip {
                        return ControlFlow::Break(());
                    }
                }
            }
            Way::Sorted { start, kept } => {
                let position = query.position(&stored);
                let skipped = match start {
                    Behind::Count(skipped) => *skipped,
                    Behind::Place(place) if position <= *place => {
                        return ControlFlow::Continue(());
                    }
                    Behind::Place(_) => 0,
                };
                kept.insert(position, stored);
                // One more than the page shows whether it is the last.
                if kept.len() > skipped.saturating_add(query.limit).saturating_add(1) {
                    kept.pop_last();
                }
            }
            Way::Before {
                place,
                kept,
                is_first,
            } => {
                let position = query.position(&stored);
                if position < *place {
                    kept.insert(position, stored);
                    if kept.len() > query.limit {
                        kept.pop_first();
                        *is_first = false;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether the page is complete, and it is known that it is not the last one (the first one, where it ends at a place). What stands
    /// further away from the beginning of the page than everything given so far changes nothing then but the total.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match &self.way {
            Way::InOrder { is_last, .. } => !is_last,
            Way::Sorted { start, kept } => {
                kept.len() > start.skipped().saturating_add(self.query.limit)
            }
            Way::Before { is_first, .. } => !is_first,
        }
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> Page {
        let (query, total) = (self.query, self.total);
        let (items, is_first, is_last): (Vec<(Option<Position>, Stored)>, _, _) = match self.way {
            Way::InOrder {
                start,
                items,
                is_last,
            } => {
                let items = items.into_iter().map(|stored| (None, stored)).collect();
                (items, start.is_beginning(), is_last)
            }
            Way::Sorted { start, kept } => {
                let mut rest = with_positions(kept).skip(start.skipped());
                let items = rest.by_ref().take(query.limit).collect();
                (items, start.is_beginning(), rest.next().is_none())
            }
            Way::Before { kept, is_first, .. } => (with_positions(kept).collect(), is_first, false),
        };
        let place = |at: Option<&(Option<Position>, Stored)>| {
            at.map(|(position, stored)| match (&query.sort, position) {
                (Some(_), Some(position)) => Sort::write_place(position, &stored.key),
                _ => write_place(&stored.key),
            })
        };
        Page {
            total: (query.total == Total::Exact).then_some(total),
            next: place(items.last().filter(|_| !is_last)),
            previous: place(items.first().filter(|_| !is_first)),
            items: items.into_iter().map(|(_, stored)| stored).collect(),
        }
    }
}

impl Behind {
    fn of(query: &Query, from: &Start) -> Answer<Self> {
        Ok(match from {
            Start::Index(index) => Self::Count(usize::try_from(*index).unwrap_or(usize::MAX)),
            Start::After(place) | Start::Before(place) => Self::Place(query.read_place(place)?),
        })
    }

    const fn is_beginning(&self) -> bool {
        matches!(self, Self::Count(0))
    }

    const fn skipped(&self) -> usize {
        match self {
            Self::Count(skipped) => *skipped,
            Self::Place(_) => 0,
        }
    }
}

fn with_positions(
    kept: BTreeMap<Position, Stored>,
) -> impl Iterator<Item = (Option<Position>, Stored)> {
    kept.into_iter()
        .map(|(position, stored)| (Some(position), stored))
}
