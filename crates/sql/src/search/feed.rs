use std::{collections::BTreeMap, ops::ControlFlow};

use scimkit_filter::{BoundFilter, MembershipNeed, Related};
use scimkit_schema::{Name, ResourceId};
use scimkit_store::{Page, Query, Selection, StoreError, Stored, Total};

use super::{Reader, ResourceRow, Search, leg::Leg};
use crate::codec;

/// Brings candidates to a page until it is complete.
pub(super) struct Feed<'a, R> {
    search: &'a Search,
    pub(super) reader: &'a mut R,
    asked: &'a Query,
    selection: Selection<'a>,
    looked_at: usize,
    /// What the last resource of the page is equal to, in the order of an index; further ones that are equal may stand before it.
    tie: Option<Box<[u8]>>,
}

impl<'a, R: Reader> Feed<'a, R> {
    pub(super) const fn new(
        search: &'a Search,
        reader: &'a mut R,
        asked: &'a Query,
        selection: Selection<'a>,
    ) -> Self {
        Self {
            search,
            reader,
            asked,
            selection,
            looked_at: 0,
            tie: None,
        }
    }

    pub(super) fn finish(self) -> Page {
        self.selection.finish()
    }

    /// Brings what stands along an index; breaks when nothing further is needed.
    pub(super) async fn leg(
        &mut self,
        name: &Name,
        mut leg: Leg<'_>,
    ) -> Result<ControlFlow<()>, R::Error> {
        let mut stretch = self.first_stretch();
        loop {
            let find = leg.find(self.search.tid, name, stretch);
            let rows = self.reader.resources(find).await?;
            let is_last = rows.len() < stretch;
            let mut last = None;
            let flow = self.rows(name, rows, Some(&leg), &mut last).await?;
            if flow.is_break() {
                return Ok(flow);
            }
            match last.filter(|_| !is_last) {
                Some(last) => leg.move_behind(&last, &self.search.indexes),
                None => break,
            }
            stretch = STRETCH;
        }
        self.tie = None;
        Ok(self.flow())
    }

    /// Brings the resources with these ids, in this order.
    pub(super) async fn ids(
        &mut self,
        name: &Name,
        ids: &[ResourceId],
    ) -> Result<ControlFlow<()>, R::Error> {
        let mut rest = ids;
        let mut stretch = self.first_stretch();
        while !rest.is_empty() {
            let (some, others) = rest.split_at(stretch.min(rest.len()));
            let rows = self.reader.resources_of(name, some).await?;
            let mut found: BTreeMap<_, _> =
                rows.into_iter().map(|row| (row.id.clone(), row)).collect();
            let rows = some.iter().filter_map(|id| found.remove(id.as_str()));
            let flow = self.rows(name, rows.collect(), None, &mut None).await?;
            if flow.is_break() {
                return Ok(flow);
            }
            (rest, stretch) = (others, STRETCH);
        }
        Ok(self.flow())
    }

    async fn rows(
        &mut self,
        name: &Name,
        rows: Vec<ResourceRow>,
        leg: Option<&Leg<'_>>,
        last: &mut Option<Stored>,
    ) -> Result<ControlFlow<()>, R::Error> {
        let search = self.search;
        let (filter, budget) = (search.query.filter.as_ref(), search.query.budget);
        let is_limited = filter.is_some() || search.query.sort.is_some();
        let mut related = self.related(name, &rows).await?;
        for row in rows {
            self.looked_at += 1;
            if is_limited && self.looked_at > budget {
                return Err(StoreError::TooMuch { budget }.into());
            }
            let stored = row.into_stored(search.indexes.schemas(), name)?;
            if let Some(tie) = &self.tie {
                let equal = leg.and_then(|leg| leg.tie(&stored, &search.indexes));
                if equal.as_ref() != Some(tie) {
                    return Ok(ControlFlow::Break(()));
                }
            }
            *last = Some(stored.clone());
            let related = related.remove(&stored.key.id).unwrap_or_default();
            if filter.is_some_and(|filter| !filter.matches(&stored.candidate(&related))) {
                continue;
            }
            if self.selection.take(stored).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if self.tie.is_none() && self.flow().is_break() {
                let Some(leg) = leg else {
                    return Ok(ControlFlow::Break(()));
                };
                self.tie = last
                    .as_ref()
                    .and_then(|last| leg.tie(last, &search.indexes));
                if self.tie.is_none() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What the filter needs to see of the membership relation.
    async fn related(
        &mut self,
        name: &Name,
        rows: &[ResourceRow],
    ) -> Result<BTreeMap<ResourceId, Vec<Related>>, R::Error> {
        let need = self.search.query.filter.as_ref().map(BoundFilter::needs);
        let known = self.search.indexes.schemas().by_name(name);
        let side = known.and_then(|known| known.membership());
        let (Some(need), Some(side)) = (need.filter(|need| *need != MembershipNeed::Nothing), side)
        else {
            return Ok(BTreeMap::new());
        };
        let ids = rows.iter().map(|row| codec::read_id(&row.id));
        let ids = ids.collect::<Result<Vec<_>, _>>();
        let ids = ids.map_err(StoreError::other)?;
        self.reader.related(side, &ids, &need).await
    }

    /// Whether more is needed, if it stands further away from the beginning of the page than all that was brought.
    fn flow(&self) -> ControlFlow<()> {
        let is_sorted_here = self.search.query.sort.is_some() && self.search.order().is_none();
        if self.asked.total == Total::Skip && self.selection.is_full() && !is_sorted_here {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn first_stretch(&self) -> usize {
        self.search.query.limit.saturating_add(1).min(STRETCH)
    }
}

/// How many rows are in memory at once.
const STRETCH: usize = 256;
