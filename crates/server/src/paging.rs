use std::sync::Arc;

use scimkit_protocol::{ListQuery, ListResponse};
use scimkit_schema::{Resource, ResourceType, ScimType};
use scimkit_store::{Start, Total};

use crate::{
    Authenticator, SigningKey,
    cursor::{Cursor, Subject},
    exchange::Exchange,
    problem::Problem,
};

/// Which page a query is about, before it is read.
pub(crate) struct Paging {
    /// Where the page begins, for the store.
    pub(crate) start: Start,
    /// The place of its first resource; none under a cursor.
    start_index: Option<u64>,
    /// What this or an earlier request of the query says about the size of pages.
    count: Option<u64>,
    /// How many matched when the first page was read.
    total: Option<u64>,
}

/// What surrounds a page that was read.
pub(crate) struct Around {
    pub(crate) total: Option<u64>,
    pub(crate) next: Option<Box<[u8]>>,
    pub(crate) previous: Option<Box<[u8]>>,
}

impl Paging {
    /// How many resources the page may hold: what is asked for, or `default`, but no more than `most`.
    pub(crate) fn size(&self, default: usize, most: usize) -> usize {
        let count = self
            .count
            .map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        count.unwrap_or(default).min(most)
    }

    /// Whether the store has to count: once for each walk through the pages.
    pub(crate) const fn counting(&self) -> Total {
        match self.total {
            Some(_) => Total::Skip,
            None => Total::Exact,
        }
    }
}

impl<A: Authenticator> Exchange<'_, A> {
    /// Which page is asked for.
    ///
    /// # Errors
    /// 400 for a cursor or count that does not fit.
    pub(crate) fn paging(
        &self,
        types: &[Arc<ResourceType>],
        asked: &ListQuery,
    ) -> Result<Paging, Problem> {
        let first = Paging {
            start: Start::Index(0),
            start_index: None,
            count: asked.count,
            total: None,
        };
        let Some(text) = asked.cursor.as_deref() else {
            let start_index = asked.start_index.unwrap_or(1);
            return Ok(Paging {
                start: Start::Index(start_index.saturating_sub(1)),
                start_index: Some(start_index),
                ..first
            });
        };
        let key = self.cursor_key()?;
        if text.is_empty() {
            return Ok(first);
        }
        let subject = Subject::new(self.access.tenant.as_deref(), types, asked);
        let cursor = Cursor::read(text, key, &subject, &self.service.clock.now())?;
        cursor.check_count(asked.count)?;
        Ok(Paging {
            start: cursor.start,
            start_index: None,
            count: cursor.count,
            total: Some(cursor.total),
        })
    }

    /// A page as the client gets it, with the cursors that lead on and back if it came by one.
    pub(crate) fn paged(
        &self,
        types: &[Arc<ResourceType>],
        asked: &ListQuery,
        paging: &Paging,
        around: Around,
        resources: Vec<Resource>,
    ) -> Result<ListResponse, Problem> {
        let total = paging.total.or(around.total);
        let known = total.unwrap_or(resources.len() as u64);
        if let Some(start_index) = paging.start_index {
            return Ok(ListResponse::new(known, start_index, resources));
        }
        let key = self.cursor_key()?;
        let subject = Subject::new(self.access.tenant.as_deref(), types, asked);
        let lifetime = i64::from(self.service.limits.cursor_seconds);
        let cursor = |start| {
            let cursor = Cursor {
                expires: self.service.clock.now().plus_seconds(lifetime),
                count: paging.count,
                total: known,
                start,
            };
            cursor.write(key, &subject).into()
        };
        let next = around.next.map(Start::After).map(cursor);
        let mut response = ListResponse::under_cursor(total, next, resources);
        response.previous_cursor = around.previous.map(Start::Before).map(cursor);
        Ok(response)
    }

    pub(crate) fn cursor_key(&self) -> Result<&SigningKey, Problem> {
        self.service.signing_key.as_ref().ok_or_else(|| {
            let detail = "this service has no cursors: page with `startIndex`";
            Problem::bad_request(ScimType::InvalidCursor, detail)
        })
    }
}
