use std::sync::Arc;

use http::StatusCode;
use scimkit_filter::{BoundFilter, Filter, Limits as FilterLimits};
use scimkit_protocol::{ListQuery, ListResponse};
use scimkit_schema::{ResourceId, ResourceType, ScimType};
use scimkit_store::{Key, Query, Start, Store, Stored};

use crate::{
    Authenticator, answer::Answer, problem::Problem, request::Condition, service::Exchange,
};

impl<A: Authenticator> Exchange<'_, A> {
    /// GET of one resource ([RFC 7644 §3.4.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.1)).
    pub(crate) async fn read(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
    ) -> Result<Answer, Problem> {
        let projection = self.query()?.projection;
        let stored = self.stored(resource_type, id).await?;
        if Condition::if_none_match(self.request.headers())?.names(&stored.version) {
            return Ok(Answer::empty(StatusCode::NOT_MODIFIED).with_version(stored.version));
        }
        let resource = self.render(resource_type, &stored, &projection).await?;
        Ok(Answer::new(StatusCode::OK, resource.to_string()).with_version(stored.version))
    }

    /// GET of a collection ([RFC 7644 §3.4.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2)).
    pub(crate) async fn list(&self, resource_type: &Arc<ResourceType>) -> Result<Answer, Problem> {
        let asked = self.query()?;
        let limits = &self.service.limits;
        let count = asked.count.and_then(|count| usize::try_from(count).ok());
        let limit = count.unwrap_or(limits.default_page).min(limits.page);
        let start_index = asked.start_index.unwrap_or(1);
        let mut query = Query::new([resource_type.name().clone()])
            .with_page(Start::Index(start_index - 1), limit)
            .with_budget(limits.query_budget);
        if let Some(text) = &asked.filter {
            query = query.with_filter(self.bind(resource_type, text)?);
        }
        let page = self.store().query(&query).await?;
        let mut size = 0_usize;
        let mut resources = Vec::with_capacity(page.items.len());
        for stored in &page.items {
            let resource = self
                .render(resource_type, stored, &asked.projection)
                .await?;
            size += resource.to_string().len();
            if size > limits.response {
                let detail =
                    "the page would be too large: ask for fewer resources, or exclude `members`";
                return Err(Problem::bad_request(ScimType::TooMany, detail));
            }
            resources.push(resource);
        }
        let total = page.total.unwrap_or(resources.len() as u64);
        Ok(Answer::new(
            StatusCode::OK,
            ListResponse::new(total, start_index, resources).to_json(),
        ))
    }

    pub(crate) fn query(&self) -> Result<ListQuery, Problem> {
        Ok(ListQuery::parse(
            self.request.uri().query().unwrap_or_default(),
        )?)
    }

    pub(crate) async fn stored(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
    ) -> Result<Stored, Problem> {
        let key = Key::new(resource_type.name().clone(), id.clone());
        let stored = self.store().get(&key).await?;
        stored.ok_or_else(|| Problem::not_found(&format!("{} of this id", resource_type.name())))
    }

    fn bind(&self, resource_type: &Arc<ResourceType>, text: &str) -> Result<BoundFilter, Problem> {
        let compat = self.service.profile.compat;
        let filter = Filter::parse(text, FilterLimits::default(), compat)?.value;
        Ok(BoundFilter::bind(
            &filter,
            std::slice::from_ref(resource_type),
            compat,
        )?)
    }
}
