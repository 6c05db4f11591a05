use std::future::Future;

use http::request::Parts;
use scimkit_store::{Scope, Store, StoreError};

/// Decides whom a request comes from and what it opens.
///
/// It runs before a request is routed, for every route, so that nothing can be reached around it.
pub trait Authenticator: Send + Sync {
    /// What a request that was let in works on.
    type Store: Store + Clone + 'static;

    /// Looks at everything but the body.
    ///
    /// # Errors
    /// [`Denied`], which becomes a 401 or 503.
    fn authenticate(
        &self,
        head: &Parts,
    ) -> impl Future<Output = Result<Access<Self::Store>, Denied>> + Send;
}

/// What a credential opens. A request reaches no other store than this one.
#[derive(Clone, Debug)]
pub struct Access<S> {
    /// The tenant's resources.
    pub store: S,
    /// Who asks, as the event log shows it.
    pub actor: Box<str>,
    /// What may be done.
    pub scope: Scope,
}

/// Why a request was not let in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// There is no credential.
    #[error("a token is required: send it as `Authorization: Bearer …`")]
    Missing,
    /// There is one, but it opens nothing; which part is wrong is not said.
    #[error(
        "the token is not valid here: it may be mistyped, expired or revoked; make a new one in the tenant and enter it again"
    )]
    Invalid,
    /// It could not be checked.
    #[error("the token could not be checked")]
    Unavailable(#[source] StoreError),
}
