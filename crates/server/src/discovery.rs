use std::sync::Arc;

use http::StatusCode;
use scimkit_protocol::{ListResponse, Pagination, ServiceProviderConfig, discovery};
use scimkit_schema::{Mutability, Resource, ResourceType, Schema, core};

use crate::{Authenticator, answer::Answer, exchange::Exchange, problem::Problem, route::Route};

impl<A: Authenticator> Exchange<'_, A> {
    /// The documents that describe the service ([RFC 7644 §4](https://www.rfc-editor.org/rfc/rfc7644#section-4)). Parameters are passed over,
    /// but for a filter: an unfiltered answer to it would mislead.
    ///
    /// # Errors
    /// 403 for a filter, 404 for a name that is not among them.
    pub(crate) fn discover(&self, route: &Route, query: &str) -> Result<Answer, Problem> {
        let is_filtered = query
            .split('&')
            .any(|pair| pair.split('=').next() == Some("filter"));
        if is_filtered {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "these documents cannot be filtered: ask for all of them, or for one by its name",
            ));
        }
        match route {
            Route::ResourceTypes(name) => self.resource_types(name.as_deref()),
            Route::Schemas(id) => self.schema_documents(id.as_deref()),
            _ => Ok(self.service_provider_config()),
        }
    }

    fn service_provider_config(&self) -> Answer {
        let limits = &self.service.limits;
        let mut pages = Pagination::by_index(limits.default_page as u64, limits.page as u64);
        if self.service.signing_key.is_some() {
            pages = pages.with_cursor(limits.cursor_seconds.into());
        }
        let config = ServiceProviderConfig::default()
            .with_patch()
            .with_filter(Some(limits.page as u64))
            .with_bulk(limits.bulk_operations as u64, limits.bulk_body as u64)
            .with_change_password(self.service.password_hasher.is_some())
            .with_sort()
            .with_etag()
            .with_pagination(pages);
        Answer::new(StatusCode::OK, config.to_resource(&self.base).to_string())
    }

    fn resource_types(&self, name: Option<&str>) -> Result<Answer, Problem> {
        let types = self.service.schemas.types().iter();
        let documents = types.map(|known| {
            (
                known.name().as_str(),
                discovery::resource_type(known, &self.base),
            )
        });
        documents_answer(documents.collect(), name, "resource type")
    }

    /// The schemas of the resource types, and those of the documents here.
    fn schema_documents(&self, id: Option<&str>) -> Result<Answer, Problem> {
        let of_types: Vec<_> = self.service.schemas.schemas().collect();
        let is_new = |own: &&Arc<Schema>| !of_types.iter().any(|known| known.id() == own.id());
        let own = core::service_schemas().iter().filter(is_new);
        let types = self.service.schemas.types();
        let of_types = of_types.iter().map(|known| {
            let served = as_served(known, types);
            (known.id().as_str(), discovery::schema(&served, &self.base))
        });
        let own = own.map(|known| (known.id().as_str(), discovery::schema(known, &self.base)));
        let documents = of_types.chain(own);
        documents_answer(documents.collect(), id, "schema")
    }
}

/// The schema as this service keeps it: the name of a member is that of the resource it stands for, whatever a client says.
fn as_served(known: &Arc<Schema>, types: &[Arc<ResourceType>]) -> Arc<Schema> {
    let group = types.iter().find(|of| of.schema().id() == known.id());
    let relation = group.and_then(|group| group.relation_attribute());
    let (Some(group), Some(members)) = (group, relation.and_then(|name| known.attribute(name)))
    else {
        return Arc::clone(known);
    };
    let parts = members.sub_attributes().iter().cloned();
    let parts = parts.map(|part| match part.name().as_str() {
        "display" => part.with_mutability(Mutability::ReadOnly),
        _ => part,
    });
    let served = members.clone().with_sub_attributes(parts);
    let group = ResourceType::clone(group).with_attribute(served);
    Arc::clone(group.schema())
}

fn documents_answer(
    documents: Vec<(&str, Resource)>,
    wanted: Option<&str>,
    what: &str,
) -> Result<Answer, Problem> {
    let Some(wanted) = wanted else {
        let documents: Vec<_> = documents
            .into_iter()
            .map(|(_, document)| document)
            .collect();
        return Ok(Answer::new(
            StatusCode::OK,
            ListResponse::new(documents.len() as u64, 1, documents).to_json(),
        ));
    };
    let found = documents
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let (_, document) = found.ok_or_else(|| Problem::not_found(&format!("such {what}")))?;
    Ok(Answer::new(StatusCode::OK, document.to_string()))
}
