use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, request::Parts};
use scimkit_protocol::{ListResponse, ServiceProviderConfig, discovery};
use scimkit_schema::{Clock, IdSource, Resource, ResourceType, SchemaSet};
use scimkit_store::{Scope, Store};

use crate::{
    Access, Authenticator, Profile,
    answer::{Answer, encode_problem},
    block_on,
    problem::Problem,
    request::base_url,
    route::Route,
};

/// A SCIM service provider: `http::Request` in, `http::Response` out
/// ([RFC 7644](https://www.rfc-editor.org/rfc/rfc7644)).
///
/// It opens no socket and starts no thread; mount it in any HTTP server.
#[derive(Clone)]
pub struct Service<A> {
    pub(crate) authenticator: A,
    pub(crate) schemas: Arc<SchemaSet>,
    pub(crate) profile: Profile,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    base_path: Box<str>,
    public_url: Option<Box<str>>,
}

/// How much one request may ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a request body; 1 MiB.
    pub body: usize,
    /// Bytes of a request body for a type that has members; 16 MiB.
    pub group_body: usize,
    /// Resources on a page when the client does not say; 100.
    pub default_page: usize,
    /// Resources on a page at the most; 1,000.
    pub page: usize,
    /// Resources that one query may look at; 1,000,000.
    pub query_budget: usize,
    /// Bytes of a response, past which a query fails with `tooMany`; 64 MiB.
    pub response: usize,
    /// Operations in one PATCH; 1,000.
    pub patch_operations: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            group_body: 16 << 20,
            default_page: 100,
            page: 1_000,
            query_budget: 1_000_000,
            response: 64 << 20,
            patch_operations: 1_000,
        }
    }
}

impl Limits {
    /// The bytes that a body for this type may have.
    pub(crate) fn body_of(&self, resource_type: &ResourceType) -> usize {
        if resource_type.relation_attribute() == Some("members") {
            self.group_body
        } else {
            self.body
        }
    }
}

impl<A: Authenticator> Service<A> {
    /// A service of the profile `lenient` at the root path.
    #[must_use]
    pub fn new(
        authenticator: A,
        schemas: Arc<SchemaSet>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self {
            authenticator,
            schemas,
            profile: Profile::default(),
            limits: Limits::default(),
            clock,
            ids,
            base_path: Box::default(),
            public_url: None,
        }
    }

    /// Reads and answers as `profile` says.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Lets requests ask for no more than this.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Answers below `path`, such as `/scim/v2`.
    #[must_use]
    pub fn with_base_path(mut self, path: &str) -> Self {
        let trimmed = path.trim_matches('/');
        self.base_path = if trimmed.is_empty() {
            Box::default()
        } else {
            format!("/{trimmed}").into()
        };
        self
    }

    /// Says where clients reach the service, base path included. Without it, locations follow the `Host` of each request.
    #[must_use]
    pub fn with_public_url(mut self, url: &str) -> Self {
        self.public_url = Some(url.trim_end_matches('/').into());
        self
    }

    /// The path below which the service answers; empty for the root.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// The resource types of the service.
    #[must_use]
    pub const fn schemas(&self) -> &Arc<SchemaSet> {
        &self.schemas
    }

    /// Answers a request. Nothing fails: what goes wrong is a SCIM error response.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        match self.admit(&head).await {
            Ok(admission) => self.answer(admission, head, body).await,
            Err(refusal) => refusal,
        }
    }

    /// Answers a request on the calling thread; see [`block_on`] for the stores it is right for.
    #[must_use]
    pub fn handle_blocking(&self, request: Request<Bytes>) -> Response<Bytes> {
        block_on(self.handle(request))
    }

    /// Decides, before any of its body is read, whether a request is let in: who asks, for what, and how much they may send. A server in front
    /// reads no body of a request that is not.
    ///
    /// # Errors
    /// The response to a request that is refused.
    pub async fn admit(&self, head: &Parts) -> Result<Admission<A::Store>, Response<Bytes>> {
        self.admitted(head)
            .await
            .map_err(|problem| self.refuse(&problem, head))
    }

    /// Answers a request that was let in.
    pub async fn answer(
        &self,
        admission: Admission<A::Store>,
        head: Parts,
        body: Bytes,
    ) -> Response<Bytes> {
        let head_only = head.method == Method::HEAD;
        let mut response = match self
            .perform(admission, Request::from_parts(head, body))
            .await
        {
            Ok(answer) => answer.encode(),
            Err(problem) => encode_problem(&problem, self.profile.error_media_type),
        };
        if head_only {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    /// The response to a body that a server in front did not read to its end because it passes [`Admission::body_limit`].
    #[must_use]
    pub fn refuse_oversize_body(&self, limit: usize) -> Response<Bytes> {
        encode_problem(&Problem::too_large(limit), self.profile.error_media_type)
    }

    /// The response to a body that could not be read to its end.
    #[must_use]
    pub fn refuse_broken_body(&self) -> Response<Bytes> {
        let problem = Problem::new(
            StatusCode::BAD_REQUEST,
            "the body ended before it was complete: send it again",
        );
        encode_problem(&problem, self.profile.error_media_type)
    }

    fn refuse(&self, problem: &Problem, head: &Parts) -> Response<Bytes> {
        let mut response = encode_problem(problem, self.profile.error_media_type);
        if head.method == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    async fn admitted(&self, head: &Parts) -> Result<Admission<A::Store>, Problem> {
        let access = self.authenticator.authenticate(head).await?;
        let route = Route::parse(head.uri.path(), &self.base_path, &self.schemas)?;
        if !route.methods().contains(&head.method) {
            return Err(Problem::method_not_allowed(route.methods()));
        }
        let reads = head.method == Method::GET || head.method == Method::HEAD;
        if !reads && access.scope == Scope::Read {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "the token may only read: use one with the right to write",
            ));
        }
        let body_limit = match &route {
            Route::Type(resource_type) | Route::Resource(resource_type, _) => {
                self.limits.body_of(resource_type)
            }
            _ => self.limits.body,
        };
        Ok(Admission {
            access,
            route,
            body_limit,
        })
    }

    async fn perform(
        &self,
        admission: Admission<A::Store>,
        request: Request<Bytes>,
    ) -> Result<Answer, Problem> {
        let Admission { access, route, .. } = admission;
        let base = self
            .public_url
            .as_deref()
            .map_or_else(|| base_url(&request, &self.base_path), str::to_owned);
        let exchange = Exchange {
            service: self,
            access,
            base,
            request,
        };
        let reads = matches!(*exchange.request.method(), Method::GET | Method::HEAD);
        match &route {
            Route::ServiceProviderConfig => Ok(exchange.service_provider_config()),
            Route::ResourceTypes(name) => exchange.resource_types(name.as_deref()),
            Route::Schemas(id) => exchange.schema_documents(id.as_deref()),
            Route::Type(resource_type) if reads => exchange.list(resource_type).await,
            Route::Type(resource_type) => exchange.create(resource_type).await,
            Route::Resource(resource_type, id) => match exchange.request.method().as_str() {
                "PUT" => exchange.replace(resource_type, id).await,
                "PATCH" => exchange.patch(resource_type, id).await,
                "DELETE" => exchange.delete(resource_type, id).await,
                _ => exchange.read(resource_type, id).await,
            },
        }
    }
}

/// A request that was let in, before its body is read.
#[derive(Debug)]
pub struct Admission<S> {
    access: Access<S>,
    route: Route,
    body_limit: usize,
}

impl<S> Admission<S> {
    /// How many bytes the body may have.
    #[must_use]
    pub const fn body_limit(&self) -> usize {
        self.body_limit
    }
}

impl<A> fmt::Debug for Service<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("profile", &self.profile.name)
            .field("base_path", &self.base_path)
            .finish_non_exhaustive()
    }
}

/// One request that was let in: what it asks, and what it may reach.
#[derive(Debug)]
pub(crate) struct Exchange<'a, A: Authenticator> {
    pub(crate) service: &'a Service<A>,
    pub(crate) access: Access<A::Store>,
    pub(crate) base: String,
    pub(crate) request: Request<Bytes>,
}

impl<A: Authenticator> Exchange<'_, A> {
    pub(crate) fn store(&self) -> &impl Store {
        &self.access.store
    }

    pub(crate) fn location(&self, resource_type: &ResourceType, id: &str) -> String {
        format!(
            "{}{}/{}",
            self.base,
            resource_type.endpoint(),
            percent_encoding::utf8_percent_encode(id, SEGMENT)
        )
    }

    fn service_provider_config(&self) -> Answer {
        let limit = |limit: usize| Some(limit as u64);
        let config = ServiceProviderConfig::default()
            .with_patch()
            .with_filter(limit(self.service.limits.page))
            .with_etag();
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

    fn schema_documents(&self, id: Option<&str>) -> Result<Answer, Problem> {
        let schemas = self.service.schemas.schemas();
        let documents =
            schemas.map(|known| (known.id().as_str(), discovery::schema(known, &self.base)));
        documents_answer(documents.collect(), id, "schema")
    }
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

/// What must be encoded in a path segment.
const SEGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@');
