use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use scimkit_filter::Related;
use scimkit_protocol::{ListQuery, Projection};
use scimkit_schema::{Compat, ResourceId, ResourceType};
use scimkit_store::{Key, Relation, Store, Stored};

use crate::{
    Access, Authenticator, Service,
    answer::Answer,
    problem::Problem,
    project::Wanted,
    render::FIRST,
    request::{self, Conditions},
    route::Route,
    write::Done,
};

/// One request that was let in: what it may reach, and where the service is for its client.
#[derive(Debug)]
pub(crate) struct Exchange<'a, A: Authenticator> {
    pub(crate) service: &'a Service<A>,
    pub(crate) access: Access<A::Store>,
    pub(crate) base: String,
}

impl<A: Authenticator> Exchange<'_, A> {
    /// Does what the request asks of its address. Which methods fit the address is known by now.
    pub(crate) async fn perform(
        &self,
        route: &Route,
        request: &Request<Bytes>,
        body_limit: usize,
    ) -> Result<Answer, Problem> {
        let method = request.method();
        if method == Method::OPTIONS {
            return Ok(Answer::options(route.methods()));
        }
        let query = request.uri().query().unwrap_or_default();
        if route.is_discovery() {
            return self.discover(route, query);
        }
        let query = ListQuery::parse(query)?;
        let body = || request::body(request, route.body_name(), body_limit);
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match route {
            Route::Root if reads => {
                self.check_uri(&query)?;
                self.list(self.service.schemas.types(), &query).await
            }
            Route::Type(known) if reads => {
                self.check_uri(&query)?;
                self.list(std::slice::from_ref(known), &query).await
            }
            Route::Search(known) => {
                let body = body()?;
                let query = ListQuery::from_search_request(&body, self.compat())?;
                let types = known.as_ref().map(std::slice::from_ref);
                self.list(types.unwrap_or(self.service.schemas.types()), &query)
                    .await
            }
            Route::Type(known) => {
                let id = self.service.ids.next_id();
                let done = self.create(known, body()?, id).await?;
                let wanted = Wanted::of(&query.projection).after(&done.paths);
                let shown = self.written(known, &done, wanted).await?;
                Ok(shown.with_status(StatusCode::CREATED))
            }
            Route::Resource(known, id) => {
                let conditions = Conditions::read(request.headers())?;
                match method.as_str() {
                    "PUT" => {
                        let done = self
                            .replace(known, id, &body()?, &conditions, Some(&query.projection))
                            .await?;
                        let wanted = Wanted::of(&query.projection).after(&done.paths);
                        self.written(known, &done, wanted).await
                    }
                    "PATCH" => {
                        let shown = self.patch_shows(known, &query.projection);
                        let shown = shown.then_some(&query.projection);
                        let done = self.patch(known, id, body()?, &conditions, shown).await?;
                        self.patched(known, &done, &query.projection).await
                    }
                    "DELETE" => {
                        self.delete(known, id, &conditions).await?;
                        Ok(Answer::empty(StatusCode::NO_CONTENT))
                    }
                    _ => self.read(known, id, &query.projection, &conditions).await,
                }
            }
            Route::Bulk => self.bulk(body()?, request.body().len()).await,
            _ => Err(Problem::not_found("such address")),
        }
    }

    pub(crate) fn store(&self) -> &impl Store {
        &self.access.store
    }

    pub(crate) fn compat(&self) -> Compat {
        self.service.profile.compat
    }

    pub(crate) fn location(&self, resource_type: &ResourceType, id: &str) -> String {
        format!(
            "{}{}/{}",
            self.base,
            resource_type.endpoint(),
            percent_encoding::utf8_percent_encode(id, SEGMENT)
        )
    }

    pub(crate) async fn stored(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
    ) -> Result<Stored, Problem> {
        let key = Key::new(resource_type.name().clone(), id.clone());
        let stored = self.store().get(&key).await?;
        stored.ok_or_else(|| nothing(resource_type))
    }

    /// The same, with its first groups if an answer with this projection shows them.
    pub(crate) async fn stored_with_groups(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        shown: Option<&Projection>,
    ) -> Result<(Stored, Option<Vec<Related>>), Problem> {
        let of = shown.and_then(|shown| self.relation(resource_type, id, shown));
        if !matches!(of, Some((_, Relation::GroupsOf(_)))) {
            return Ok((self.stored(resource_type, id).await?, None));
        }
        let key = Key::new(resource_type.name().clone(), id.clone());
        // In a box, so that the future of a request stays small.
        let found = Box::pin(self.store().get_with_groups(&key, FIRST)).await?;
        let (stored, groups) = found.ok_or_else(|| nothing(resource_type))?;
        Ok((stored, Some(groups)))
    }

    /// A resource as a write left it, as the answer to the request for it.
    pub(crate) async fn written(
        &self,
        resource_type: &Arc<ResourceType>,
        done: &Done,
        wanted: Wanted<'_>,
    ) -> Result<Answer, Problem> {
        let id = &done.written.id;
        let (stored, groups) = if let Some(stored) = &done.written.stored {
            (stored.clone(), done.related.clone())
        } else {
            let shown = Some(wanted.projection);
            self.stored_with_groups(resource_type, id, shown).await?
        };
        // In a box, so that the future of a request stays small.
        let text = Box::pin(self.render_text(resource_type, &stored, wanted, groups));
        Ok(Answer::new(StatusCode::OK, text.await?)
            .with_version(stored.version)
            .with_location(self.location(resource_type, id.as_str())))
    }
}

fn nothing(resource_type: &ResourceType) -> Problem {
    Problem::not_found(&format!("{} of this id", resource_type.name()))
}

/// What must be encoded in a path segment.
const SEGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@');
