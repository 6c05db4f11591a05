use std::{error::Error as StdError, fmt, sync::Arc};

use http::StatusCode;
use scimkit_protocol::ErrorResponse;

use crate::{Body, TransportError, TransportErrorKind};

/// A call that failed: which one, why, and what the server said.
///
/// The message says what happened and what to do about it. It never holds the token or the query of the request.
#[derive(Clone, Debug)]
pub struct Error(Arc<Failure>);

#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) request: Box<str>,
    pub(crate) base: Box<str>,
    pub(crate) kind: ErrorKind,
    pub(crate) status: Option<StatusCode>,
    pub(crate) body: Option<Body>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) source: Option<TransportError>,
    pub(crate) scene: Scene,
}

/// Which of the two services the failure is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Scene {
    /// The SCIM service.
    Call,
    /// The token endpoint, before the call was sent; with why it gave no token, if it answered that.
    TokenEndpoint(Box<str>),
}

/// Why a call failed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// HTTP cannot express the request, and nothing was sent.
    Unsendable(Box<str>),
    /// There is no complete answer.
    Transport(TransportErrorKind),
    /// The server points elsewhere; nothing was sent there.
    Redirect {
        /// Where to, without query.
        to: Box<str>,
    },
    /// 401: the server does not accept the token; or a token endpoint gives none for the client's id and secret.
    Unauthorized,
    /// 403: the token opens the door but not this room.
    Forbidden,
    /// 404: no such resource; or no such address, when the answer is no SCIM error ([`Error::scim`]) but that of something in front.
    NotFound,
    /// 409: another resource, or another writer, is in the way.
    Conflict,
    /// 412: the resource has changed meanwhile.
    PreconditionFailed,
    /// 429: too many requests.
    TooManyRequests,
    /// Any other status that is no success.
    Status,
    /// A success whose body is not the SCIM message that it should be, such as a sign-in page.
    NotScim {
        /// What was wrong with it.
        reason: Box<str>,
    },
    /// A resource was created, but the answer has no `id` for it.
    NoId,
    /// The answer to a bulk request says nothing of this operation.
    Untold,
}

impl Error {
    /// The method and the path below the base URL, such as `POST /Users`; that of the token endpoint when it was not got past.
    #[must_use]
    pub fn request(&self) -> &str {
        &self.0.request
    }

    /// Why the call failed.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// What the server said, unless it was nothing.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        self.0.body.as_ref()
    }

    /// What the server said, if it was a SCIM error.
    #[must_use]
    pub fn scim(&self) -> Option<&ErrorResponse> {
        match self.body() {
            Some(Body::Scim(error)) => Some(error),
            _ => None,
        }
    }

    /// How many seconds the server asks to wait, however many: as it said them, or up to the date that it named, if the answer has a `Date`
    /// to count from.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.0.retry_after
    }

    /// Whether the server may have done what it was asked for, although the call failed. Repeating such a call blindly could do it twice.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        if self.0.scene != Scene::Call {
            return false;
        }
        match self.kind() {
            ErrorKind::Transport(kind) => !matches!(
                kind,
                TransportErrorKind::Dns | TransportErrorKind::Connect | TransportErrorKind::Tls
            ),
            ErrorKind::Status => self.0.status.is_some_and(|status| status.is_server_error()),
            ErrorKind::NotScim { .. } | ErrorKind::NoId | ErrorKind::Untold => true,
            _ => false,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self(Arc::new(failure))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = &*self.0;
        write!(f, "`{}`: ", failure.request)?;
        failure.write_cause(f)?;
        match &failure.body {
            // a success may hold other people's data, and a web page says nothing more
            _ if matches!(failure.kind, ErrorKind::NotScim { .. } | ErrorKind::NoId) => Ok(()),
            Some(body @ Body::Scim(_)) => write!(f, "; the server says: {body}"),
            Some(body) => write!(f, "; it answers `{body}`"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_ref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl Failure {
    fn write_cause(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = &self.base;
        if let (Scene::TokenEndpoint(why), ErrorKind::Unauthorized) = (&self.scene, &self.kind) {
            return write!(
                f,
                "the token endpoint gives no access token ({why}): are client id and secret right, still valid, and made for this tenant?"
            );
        }
        match &self.kind {
            ErrorKind::Unsendable(reason) => write!(f, "the request cannot be sent: {reason}"),
            ErrorKind::Transport(kind) => write_transport(f, *kind, base),
            ErrorKind::Redirect { to } => write!(
                f,
                "the address answers with a redirect to `{to}`, which is not followed: is `{base}` the SCIM base URL?"
            ),
            ErrorKind::Unauthorized => f.write_str(
                "the server does not accept the token (401): is it complete, still valid, and made for this tenant?",
            ),
            ErrorKind::Forbidden => f.write_str(
                "the token is not allowed to do this (403): give it the right to read and write users and groups",
            ),
            ErrorKind::NotFound if self.is_answered_by_scim() => {
                f.write_str("there is no such resource or endpoint (404)")
            }
            ErrorKind::NotFound => write!(
                f,
                "nothing is served at this address (404): is `{base}` the SCIM base URL?"
            ),
            ErrorKind::Conflict => f.write_str("another resource is in the way (409)"),
            ErrorKind::PreconditionFailed => {
                f.write_str("the resource has changed meanwhile (412): read it again")
            }
            ErrorKind::TooManyRequests => match self.retry_after {
                Some(seconds) => write!(f, "too many requests (429): wait {seconds} s"),
                None => f.write_str("too many requests (429): wait, then go on more slowly"),
            },
            ErrorKind::Status => match self.status {
                Some(status) if status.is_server_error() => {
                    write!(f, "the server has trouble ({status}): try again later")
                }
                Some(status) => write!(f, "the server refuses this ({status})"),
                None => f.write_str("the server refuses this"),
            },
            ErrorKind::NotScim { reason } => write!(
                f,
                "the address answers with {reason} instead of SCIM: is `{base}` the SCIM base URL?"
            ),
            ErrorKind::NoId => f.write_str(
                "the server created the resource but gave it no `id`: look for it there before trying again",
            ),
            ErrorKind::Untold => f.write_str(
                "the answer to the bulk request says nothing of it: look for it there before trying again",
            ),
        }
    }

    const fn is_answered_by_scim(&self) -> bool {
        matches!(self.body, Some(Body::Scim(_)))
    }
}

fn write_transport(
    f: &mut fmt::Formatter<'_>,
    kind: TransportErrorKind,
    base: &str,
) -> fmt::Result {
    match kind {
        TransportErrorKind::Body => {
            write!(
                f,
                "the answer of `{base}` broke off, or is no HTTP: try again later, and if it stays so, check the port"
            )
        }
        TransportErrorKind::Connect => write!(
            f,
            "no connection to `{base}`: does the server run, are host and port right, does a firewall stand between?"
        ),
        TransportErrorKind::Dns => write!(
            f,
            "the host of `{base}` is not known: is the name spelled right?"
        ),
        TransportErrorKind::Timeout => {
            write!(f, "no answer from `{base}` in time: try again later")
        }
        TransportErrorKind::Tls => write!(
            f,
            "no safe connection to `{base}`: is its certificate valid, made for this host, and from an authority that is trusted here?"
        ),
        TransportErrorKind::TooLarge { limit } => write!(
            f,
            "the answer of `{base}` is larger than {limit} bytes: ask for less in one page, or raise the limit"
        ),
        TransportErrorKind::Other => write!(f, "the request to `{base}` could not be carried"),
    }
}
