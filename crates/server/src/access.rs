use std::{future::Future, num::NonZeroU32, sync::Arc};

use http::request::Parts;
use scimkit_store::{Key, Scope, Store, StoreError};

use crate::rate_limit::Ticket;

/// Decides whom a request comes from and what it opens.
///
/// It runs before a request is routed, for every route, so that nothing can be reached around it.
pub trait Authenticator: Send + Sync {
    /// What a request that was let in works on.
    type Store: Store + Clone + 'static;

    /// Looks at everything but the body.
    ///
    /// # Errors
    /// [`Denied`], which says which status the refusal has.
    fn authenticate(
        &self,
        head: &Parts,
    ) -> impl Future<Output = Result<Access<Self::Store>, Denied>> + Send;
}

/// What a credential opens. A request reaches no other store than this one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access<S> {
    /// The tenant's resources.
    pub store: S,
    /// Who asks, as the event log shows it.
    pub actor: Box<str>,
    /// What may be done.
    pub scope: Scope,
    /// The tenant's name, where the service has several: what was handed out to one is then not taken back from another.
    pub tenant: Option<Box<str>>,
    /// The resource that stands for who asks: what `/Me` is. Most credentials are no person's, and have none.
    pub subject: Option<Key>,
    /// What the request counts against, for as long as it is under way.
    pub(crate) ticket: Option<Arc<Ticket>>,
}

impl<S> Access<S> {
    /// What `actor` may do with `store`.
    #[must_use]
    pub fn new(store: S, actor: impl Into<Box<str>>, scope: Scope) -> Self {
        Self {
            store,
            actor: actor.into(),
            scope,
            tenant: None,
            subject: None,
            ticket: None,
        }
    }

    /// This, in the tenant of this name.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<Box<str>>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// This, for a person whom `/Me` shows.
    #[must_use]
    pub fn with_subject(mut self, subject: Key) -> Self {
        self.subject = Some(subject);
        self
    }

    pub(crate) fn with_ticket(mut self, ticket: Ticket) -> Self {
        self.ticket = Some(Arc::new(ticket));
        self
    }
}

/// Why a request was not let in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// There is no credential: 401.
    #[error("a token is required: send it as `Authorization: Bearer …`")]
    Missing,
    /// There is one, but it opens nothing; which part is wrong is not said: 401.
    #[error(
        "the token is not valid here: it may be mistyped, expired or revoked; make a new one in the tenant and enter it again"
    )]
    Invalid,
    /// There is more than one, and which of them counts would be a guess: 400.
    #[error("the request has more than one `Authorization` header: send one")]
    Ambiguous,
    /// The credential is good, but not for this, as the text says to the client: 403.
    #[error("{0}")]
    Forbidden(Box<str>),
    /// The client asks too often: 429 with `Retry-After`.
    #[error("too many requests {limit}: try again in {retry_after} seconds")]
    TooMany {
        /// Which limit it was: `per second`, or `at once`.
        limit: &'static str,
        /// After how many seconds it may ask again.
        retry_after: NonZeroU32,
    },
    /// It could not be checked: 503.
    #[error("the token could not be checked")]
    Unavailable(#[source] StoreError),
}
