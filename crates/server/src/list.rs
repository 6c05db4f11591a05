use std::sync::Arc;

use http::StatusCode;
use scimkit_filter::{BoundFilter, Filter, Limits as FilterLimits};
use scimkit_protocol::{ListQuery, ListResponse, Projection};
use scimkit_schema::{ResourceId, ResourceType, ScimType};
use scimkit_store::{Page, Query, Start, Store};

use crate::{
    Authenticator, answer::Answer, exchange::Exchange, problem::Problem, request::Conditions,
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
            let resource = self.render(resource_type, &stored, projection).await?;
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
        let limits = &self.service.limits;
        let start_index = asked.start_index.unwrap_or(1);
        let mut query = Query::new(types.iter().map(|known| known.name().clone()))
            .with_page(Start::Index(start_index - 1), self.page_size(asked))
            .with_budget(limits.query_budget);
        if let Some(text) = &asked.filter {
            query = query.with_filter(self.bind(types, text)?);
        }
        let page = self.store().query(&query).await?;
        let total = page.total.unwrap_or(page.items.len() as u64);
        let resources = self.page(types, page, &asked.projection).await?;
        let response = ListResponse::new(total, start_index, resources);
        Ok(Answer::new(StatusCode::OK, response.to_json()))
    }

    /// The resources of a page as an answer shows them.
    async fn page(
        &self,
        types: &[Arc<ResourceType>],
        page: Page,
        projection: &Projection,
    ) -> Result<Vec<scimkit_schema::Resource>, Problem> {
        let mut size = 0_usize;
        let mut resources = Vec::with_capacity(page.items.len());
        for stored in &page.items {
            let known = types
                .iter()
                .find(|known| *known.name() == stored.key.type_name);
            let Some(known) = known else { continue };
            let resource = self.render(known, stored, projection).await?;
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
    fn page_size(&self, asked: &ListQuery) -> usize {
        let limits = &self.service.limits;
        let count = asked
            .count
            .map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        count.unwrap_or(limits.default_page).min(limits.page)
    }

    fn bind(&self, types: &[Arc<ResourceType>], text: &str) -> Result<BoundFilter, Problem> {
        let compat = self.compat();
        let filter = Filter::parse(text, FilterLimits::default(), compat)?.value;
        Ok(BoundFilter::bind(&filter, types, compat)?)
    }
}
