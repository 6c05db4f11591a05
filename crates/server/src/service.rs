use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode, header::CONTENT_LENGTH, request::Parts,
};
use scimkit_schema::{Clock, IdSource, SchemaSet};
use scimkit_store::Scope;
use tracing::{Instrument, Span};

use crate::{
    Access, Authenticator, Limits, PasswordHasher, Profile, SigningKey, WriteHook, WritePolicy,
    accept,
    answer::{Answer, encode_problem},
    base_url::Base,
    block_on,
    exchange::Exchange,
    problem::Problem,
    route::Route,
    trace,
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
    pub(crate) signing_key: Option<SigningKey>,
    pub(crate) password_hasher: Option<Arc<dyn PasswordHasher>>,
    pub(crate) sensitive: Vec<Box<str>>,
    pub(crate) write_policy: Option<Arc<dyn WritePolicy>>,
    pub(crate) write_hook: Option<Arc<dyn WriteHook>>,
    base: Base,
    /// How many requests were numbered.
    numbers: Arc<AtomicU64>,
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
            signing_key: None,
            password_hasher: None,
            sensitive: Vec::new(),
            write_policy: None,
            write_hook: None,
            base: Base::default(),
            numbers: Arc::default(),
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
        self.base = Base::Fixed(url.trim_end_matches('/').into());
        self
    }

    /// Gives out cursors, signed with this key. Without it clients can page by `startIndex` only.
    #[must_use]
    pub fn with_signing_key(mut self, key: SigningKey) -> Self {
        self.signing_key = Some(key);
        self
    }

    /// Keeps passwords, as hashes. Without it they are accepted and dropped.
    #[must_use]
    pub fn with_password_hasher(mut self, hasher: Arc<dyn PasswordHasher>) -> Self {
        self.password_hasher = Some(hasher);
        self
    }

    /// Lets `policy` have the last word on every write.
    #[must_use]
    pub fn with_write_policy(mut self, policy: Arc<dyn WritePolicy>) -> Self {
        self.write_policy = Some(policy);
        self
    }

    /// Tells `hook` of every effective write, after its commit.
    #[must_use]
    pub fn with_write_hook(mut self, hook: Arc<dyn WriteHook>) -> Self {
        self.write_hook = Some(hook);
        self
    }

    /// Keeps the values of these attributes out of the event log, and refuses filters on them in addresses, which logs and proxies keep;
    /// in the body of a search they are welcome.
    #[must_use]
    pub fn with_sensitive_attributes<'a>(
        mut self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.sensitive = names.into_iter().map(Into::into).collect();
        self
    }

    /// Lets locations follow what a proxy in front says about scheme and host, in `Forwarded` or `X-Forwarded-Proto` and
    /// `X-Forwarded-Host`. Only right behind a proxy that sets these headers itself: anybody else could send them too.
    #[must_use]
    pub fn with_forwarded_headers(mut self) -> Self {
        self.base = Base::Forwarded;
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
        let span = trace::span(head, &self.numbers);
        match self.admitted(head, &span).instrument(span.clone()).await {
            Ok(admission) => Ok(admission),
            Err(problem) => {
                trace::answered(&span, problem.status);
                Err(self.refuse(&problem, head))
            }
        }
    }

    /// Answers a request that was let in.
    pub async fn answer(
        &self,
        admission: Admission<A::Store>,
        head: Parts,
        body: Bytes,
    ) -> Response<Bytes> {
        let span = admission.span.clone();
        // In a box: whoever awaits a response has a small future.
        let done = Box::pin(self.answered(admission, head, body));
        let response = done.instrument(span.clone()).await;
        trace::answered(&span, response.status());
        response
    }

    async fn answered(
        &self,
        admission: Admission<A::Store>,
        head: Parts,
        body: Bytes,
    ) -> Response<Bytes> {
        let is_head = head.method == Method::HEAD;
        let request = Request::from_parts(head, body);
        let media_type = accept::media_type(request.headers(), self.profile.obeys_accept);
        let response = match media_type {
            Ok(media_type) => {
                let done = self.perform(admission, &request).await;
                done.map(|answer| answer.encode(media_type))
            }
            Err(problem) => Err(problem),
        };
        let response = response
            .unwrap_or_else(|problem| encode_problem(&problem, self.profile.error_media_type));
        if is_head {
            without_body(response)
        } else {
            response
        }
    }

    /// The response to a body that a server in front did not read to its end because it passes [`Admission::body_limit`].
    #[must_use]
    pub fn refuse_oversize_body(&self, admission: &Admission<A::Store>) -> Response<Bytes> {
        let problem = Problem::too_large(admission.body_name(), admission.body_limit);
        trace::answered(&admission.span, problem.status);
        encode_problem(&problem, self.profile.error_media_type)
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
        let response = encode_problem(problem, self.profile.error_media_type);
        if head.method == Method::HEAD {
            without_body(response)
        } else {
            response
        }
    }

    async fn admitted(&self, head: &Parts, span: &Span) -> Result<Admission<A::Store>, Problem> {
        let access = self.authenticator.authenticate(head).await?;
        let route = Route::parse(head.uri.path(), &self.base_path, &self.schemas)?;
        let route = route.settled(access.subject.as_ref(), &self.schemas)?;
        trace::admitted(span, &access, &route);
        if !route.methods().contains(&head.method) {
            return Err(Problem::method_not_allowed(route.methods()));
        }
        if access.scope == Scope::Read && !route.is_read_by(&head.method) {
            return Err(Problem::insufficient_scope());
        }
        let body_limit = match &route {
            Route::Type(resource_type) | Route::Resource(resource_type, _) => {
                self.limits.body_of(resource_type)
            }
            Route::Bulk => self.limits.bulk_body,
            _ => self.limits.body,
        };
        Ok(Admission {
            access,
            route,
            body_limit,
            span: span.clone(),
        })
    }

    async fn perform(
        &self,
        admission: Admission<A::Store>,
        request: &Request<Bytes>,
    ) -> Result<Answer, Problem> {
        let base = self
            .base
            .of(request.uri(), request.headers(), &self.base_path);
        let Admission {
            access,
            route,
            body_limit,
            ..
        } = admission;
        let exchange = Exchange {
            service: self,
            access,
            base,
        };
        exchange.perform(&route, request, body_limit).await
    }
}

/// What HEAD is answered with: what GET would be, without its body.
fn without_body(mut response: Response<Bytes>) -> Response<Bytes> {
    let body = std::mem::take(response.body_mut());
    let length = HeaderValue::from(body.len());
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}

/// A request that was let in, before its body is read.
#[derive(Debug)]
pub struct Admission<S> {
    access: Access<S>,
    route: Route,
    body_limit: usize,
    span: Span,
}

impl<S> Admission<S> {
    /// How many bytes the body may have.
    #[must_use]
    pub const fn body_limit(&self) -> usize {
        self.body_limit
    }

    /// What the body is called where its limit is told.
    fn body_name(&self) -> &'static str {
        self.route.body_name()
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
