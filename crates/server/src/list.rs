use std::{collections::BTreeMap, sync::Arc};

use http::StatusCode;
use scimkit_filter::{BoundFilter, Filter, Limits as FilterLimits};
use scimkit_protocol::{ListQuery, Projection, SortOrder};
use scimkit_schema::{Resource, ResourceId, ResourceType, ScimType};
use scimkit_store::{Direction, Query, Sort, Store, Stored};

use crate::{
    Authenticator, answer::Answer, exchange::Exchange, paging::Around, problem::Problem,
    project::Wanted, request::Conditions,
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
        let (stored, groups) = self
            .stored_with_groups(resource_type, id, Some(projection))
            .await?;
        conditions.check_match(&stored.version)?;
        let answer = if conditions.if_none_match.names(&stored.version) {
            Answer::empty(StatusCode::NOT_MODIFIED)
        } else {
            let wanted = Wanted::of(projection);
            let text = Box::pin(self.render_text(resource_type, &stored, wanted, groups)).await?;
            Answer::new(StatusCode::OK, text)
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
        let paging = self.paging(types, asked)?;
        let size = paging.size(limits.default_page, limits.page);
        let mut query = Query::new(types.iter().map(|known| known.name().clone()))
            .with_page(paging.start.clone(), size)
            .with_total(paging.counting())
            .with_budget(limits.query_budget);
        if let Some(text) = &asked.filter {
            query = query.with_filter(self.bind(types, text)?);
        }
        if let Some(by) = &asked.sort_by {
            query = query.with_sort(Sort::bind(by, direction(asked.sort_order), types)?);
        }
        let page = self.store().query(&query).await?;
        let around = Around {
            total: page.total,
            next: page.next,
            previous: page.previous,
        };
        let resources = self.page(types, &page.items, &asked.projection).await?;
        let response = self.paged(types, asked, &paging, around, resources)?;
        Ok(Answer::new(StatusCode::OK, response.to_json()))
    }

    /// The resources of a page as an answer shows them.
    async fn page(
        &self,
        types: &[Arc<ResourceType>],
        page: &[Stored],
        projection: &Projection,
    ) -> Result<Vec<Resource>, Problem> {
        let mut size = 0_usize;
        let mut resources = Vec::with_capacity(page.len());
        let typed = page.iter().filter_map(|stored| {
            let known = types
                .iter()
                .find(|known| *known.name() == stored.key.type_name);
            Some((known?, stored))
        });
        let typed: Vec<_> = typed.collect();
        let mut groups = BTreeMap::new();
        for (at, (known, stored)) in typed.iter().enumerate() {
            if at % AHEAD == 0 {
                let next = typed.iter().skip(at).take(AHEAD);
                groups = Box::pin(self.first_groups(next, projection)).await?;
            }
            let groups = groups.remove(&stored.key.id);
            let wanted = Wanted::of(projection);
            // In boxes, so that the future of a request stays small.
            let resource = Box::pin(self.render(known, stored, wanted, groups)).await?;
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

    fn bind(&self, types: &[Arc<ResourceType>], text: &str) -> Result<BoundFilter, Problem> {
        let compat = self.compat();
        let filter = Filter::parse(text, FilterLimits::default(), compat)?.value;
        Ok(BoundFilter::bind(&filter, types, compat)?)
    }
}

/// For how many users of a page the groups are read at once.
const AHEAD: usize = 250;

const fn direction(order: SortOrder) -> Direction {
    match order {
        SortOrder::Ascending => Direction::Ascending,
        SortOrder::Descending => Direction::Descending,
    }
}
