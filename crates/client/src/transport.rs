use std::error::Error as StdError;

use bytes::Bytes;
use http::{Request, Response};

/// Carries one HTTP request to the server and brings the answer back.
///
/// Any `Fn(Request<Bytes>) -> impl Future` is one, so a test needs no server. An implementation
/// - gives back every answer that the server sends, whatever its status, and never follows a redirect: the token would go along;
/// - bounds the time that it waits and the size of the body that it reads;
/// - does not send a request twice: only the caller knows whether that is safe.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use scimkit_client::{Transport, TransportError};
///
/// async fn nobody_home(_: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
///     Ok(Response::new(Bytes::new()))
/// }
/// fn take(_: impl Transport) {}
/// take(nobody_home);
/// ```
pub trait Transport: Send + Sync {
    /// Sends `request`, whose URI is absolute.
    ///
    /// # Errors
    /// [`TransportError`] when there is no complete answer.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send;
}

impl<F, A> Transport for F
where
    F: Fn(Request<Bytes>) -> A + Send + Sync,
    A: Future<Output = Result<Response<Bytes>, TransportError>> + Send,
{
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send {
        self(request)
    }
}

/// Why a request brought no complete answer.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of this kind.
    #[must_use]
    pub const fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// This, with what caused it. The cause must hold neither the token nor the query of the request.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

/// What went wrong on the way.
///
/// After [`Dns`](Self::Dns), [`Connect`](Self::Connect) and [`Tls`](Self::Tls) the server has not seen the request; after any
/// other it may have, and may have done what it asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The answer broke off, or is no HTTP.
    #[error("the answer broke off, or is no HTTP")]
    Body,
    /// No connection came about.
    #[error("no connection")]
    Connect,
    /// The host has no address.
    #[error("the host name is not known")]
    Dns,
    /// Anything else.
    #[error("the request could not be carried")]
    Other,
    /// The server did not answer in time.
    #[error("no answer in time")]
    Timeout,
    /// No safe connection came about.
    #[error("no safe connection")]
    Tls,
    /// The body of the answer is too large.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The largest body that is read, in bytes.
        limit: usize,
    },
}
