use std::sync::Arc;

use http::StatusCode;
use scimkit_filter::{BoundFilter, Filter, Limits as FilterLimits};
use scimkit_protocol::{ListQuery, ListResponse, Projection, SortOrder};
use scimkit_schema::{Resource, ResourceId, ResourceType, ScimType};
use scimkit_store::{Direction, Page, Query, Sort, Start, Store, Total};

use crate::{
    Authenticator, SigningKey,
    answer::Answer,
    cursor::{Cursor, Subject},
    exchange::Exchange,
    problem::Problem,
    project::Wanted,
    request::Conditions,
};

impl<A: Authenticator> Exchange<'_, A> {
    /// GET of one resource ([RFC 7644 §3.4.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.1)).
    pub(crate) async fn read(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
        projection: &Projection,
        conditions: &Conditions,
    ) -> Result<Answer, Problem> {
        let stored = self.stored(resource_type, id).await?;
        conditions.check_match(&stored.version)?;
        let answer = if conditions.if_none_match.names(&stored.version) {
            Answer::empty(StatusCode::NOT_MODIFIED)
        } else {
            let resource = self
                .render(resource_type, &stored, Wanted::of(projection))
                .await?;
            Answer::new(StatusCode::OK, resource.to_string())
        };
        Ok(answer
            .with_version(stored.version)
            .with_location(self.location(resource_type, id.as_str())))
    }

    /// A query over one type or several ([RFC 7644 §3.4.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2)).
    pub(crate) async fn list(
        &self,
        types: &[Arc<ResourceType>],
        asked: &ListQuery,
    ) -> Result<Answer, Problem> {
        let (start, shown) = self.paging(types, asked)?;
        let limit = self.page_size(shown.count.or(asked.count));
        let total = match shown.total {
            Some(_) => Total::Skip,
            None => Total::Exact,
        };
        let mut query = Query::new(types.iter().map(|known| known.name().clone()))
            .with_page(start, limit)
            .with_total(total)
            .with_budget(self.service.limits.query_budget);
        if let Some(text) = &asked.filter {
            query = query.with_filter(self.bind(types, text)?);
        }
        if let Some(by) = &asked.sort_by {
            query = query.with_sort(Sort::bind(by, direction(asked.sort_order), types)?);
        }
        let page = self.store().query(&query).await?;
        let total = shown.total.or(page.total);
        let next = page.next.clone().filter(|_| limit > 0);
        let resources = self.page(types, page, &asked.projection).await?;
        let response = if let Some(start_index) = shown.start_index {
            let total = total.unwrap_or(resources.len() as u64);
            ListResponse::new(total, start_index, resources)
        } else {
            let next = next.map(|place| self.next_cursor(types, asked, total, place));
            ListResponse::under_cursor(total, next.transpose()?, resources)
        };
        Ok(Answer::new(StatusCode::OK, response.to_json()))
    }

    /// Where the page begins.
    ///
    /// # Errors
    /// 400 for a cursor or count that does not fit.
    fn paging(
        &self,
        types: &[Arc<ResourceType>],
        asked: &ListQuery,
    ) -> Result<(Start, Paging), Problem> {
        let Some(text) = asked.cursor.as_deref() else {
            let start_index = asked.start_index.unwrap_or(1);
            let paging = Paging {
                start_index: Some(start_index),
                ..Paging::default()
            };
            return Ok((Start::Index(start_index - 1), paging));
        };
        let key = self.cursor_key()?;
        if text.is_empty() {
            return Ok((Start::Index(0), Paging::default()));
        }
        let subject = Subject::new(self.access.tenant.as_deref(), types, asked);
        let cursor = Cursor::read(text, key, &subject, &self.service.clock.now())?;
        cursor.check_count(asked.count)?;
        let paging = Paging {
            start_index: None,
            count: cursor.count,
            total: Some(cursor.total),
        };
        Ok((Start::After(cursor.place), paging))
    }

    fn next_cursor(
        &self,
        types: &[Arc<ResourceType>],
        asked: &ListQuery,
        total: Option<u64>,
        place: Box<[u8]>,
    ) -> Result<Box<str>, Problem> {
        let lifetime = i64::from(self.service.limits.cursor_seconds);
        let cursor = Cursor {
            expires: self.service.clock.now().plus_seconds(lifetime),
            count: asked.count,
            total: total.unwrap_or_default(),
            place,
        };
        let subject = Subject::new(self.access.tenant.as_deref(), types, asked);
        Ok(cursor.write(self.cursor_key()?, &subject).into())
    }

    fn cursor_key(&self) -> Result<&SigningKey, Problem> {
        self.service.signing_key.as_ref().ok_or_else(|| {
            let detail = "this service has no cursors: page with `startIndex`";
            Problem::bad_request(ScimType::InvalidCursor, detail)
        })
    }

    /// The resources of a page as an answer shows them.
    async fn page(
        &self,
        types: &[Arc<ResourceType>],
        page: Page,
        projection: &Projection,
    ) -> Result<Vec<Resource>, Problem> {
        let mut size = 0_usize;
        let mut resources = Vec::with_capacity(page.items.len());
        for stored in &page.items {
            let known = types
                .iter()
                .find(|known| *known.name() == stored.key.type_name);
            let Some(known) = known else { continue };
            let resource = self.render(known, stored, Wanted::of(projection)).await?;
            size += resource.to_string().len();
            if size > self.service.limits.response {
                let detail =
                    "the page would be too large: ask for fewer resources, or exclude `members`";
                return Err(Problem::bad_request(ScimType::TooMany, detail));
            }
            resources.push(resource);
        }
        Ok(resources)
    }

    /// How many resources the page may hold: what is asked for, within the limits.
    fn page_size(&self, count: Option<u64>) -> usize {
        let limits = &self.service.limits;
        let count = count.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        count.unwrap_or(limits.default_page).min(limits.page)
    }

    fn bind(&self, types: &[Arc<ResourceType>], text: &str) -> Result<BoundFilter, Problem> {
        let compat = self.compat();
        let filter = Filter::parse(text, FilterLimits::default(), compat)?.value;
        Ok(BoundFilter::bind(&filter, types, compat)?)
    }
}

/// What is known of a page before it is read.
#[derive(Default)]
struct Paging {
    /// The place of the first resource; none under a cursor.
    start_index: Option<u64>,
    /// What an earlier request of the same query said about the size of pages.
    count: Option<u64>,
    /// How many matched when the first page was read.
    total: Option<u64>,
}

const fn direction(order: SortOrder) -> Direction {
    match order {
        SortOrder::Ascending => Direction::Ascending,
        SortOrder::Descending => Direction::Descending,
    }
}
