use http::{Method, StatusCode};
use scimkit_protocol::ErrorResponse;
use scimkit_schema::ScimType;
use scimkit_store::{SortError, StoreError};

use crate::Denied;

/// A request that ends in an error: the one place that decides which status an error has.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) scim_type: Option<ScimType>,
    pub(crate) detail: String,
    /// The methods to name in `Allow`, for 405.
    pub(crate) allow: &'static [Method],
    /// The seconds to name in `Retry-After`.
    pub(crate) retry_after: Option<u32>,
    /// What to say in `WWW-Authenticate` ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
    pub(crate) challenge: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            detail: detail.into(),
            allow: &[],
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
            challenge: None,
        }
    }

    pub(crate) fn bad_request(scim_type: ScimType, detail: impl Into<String>) -> Self {
        let status = match scim_type {
            ScimType::Uniqueness => StatusCode::CONFLICT,
            ScimType::Sensitive => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            scim_type: Some(scim_type),
            ..Self::new(status, detail)
        }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no {what} here"))
    }

    /// A body that is larger than `limit`, which the service calls by this name.
    pub(crate) fn too_large(name: &str, limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the {name} is larger than {limit} bytes: send less at once"),
        )
    }

    pub(crate) fn precondition_failed(detail: &str) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, detail)
    }

    /// A write with a credential that may only read.
    pub(crate) fn insufficient_scope() -> Self {
        Self {
            challenge: Some(r#"Bearer realm="scim", error="insufficient_scope""#),
            ..Self::new(
                StatusCode::FORBIDDEN,
                "the token may only read: use one with the right to write",
            )
        }
    }

    pub(crate) fn method_not_allowed(allow: &'static [Method]) -> Self {
        Self {
            allow,
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "the method does not fit this address",
            )
        }
    }

    pub(crate) fn to_body(&self) -> ErrorResponse {
        let body = ErrorResponse::new(self.status.as_u16(), self.detail.as_str());
        match &self.scim_type {
            Some(scim_type) => body.with_scim_type(scim_type.clone()),
            None => body,
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let status = match denied {
            Denied::Missing | Denied::Invalid => StatusCode::UNAUTHORIZED,
            Denied::Ambiguous => StatusCode::BAD_REQUEST,
            Denied::Forbidden(_) => StatusCode::FORBIDDEN,
            Denied::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Denied::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut problem = Self::new(status, denied.to_string());
        problem.challenge = match denied {
            Denied::Missing => Some(r#"Bearer realm="scim""#),
            Denied::Invalid => Some(r#"Bearer realm="scim", error="invalid_token""#),
            Denied::Ambiguous => Some(r#"Bearer realm="scim", error="invalid_request""#),
            _ => None,
        };
        if let Denied::TooMany { retry_after, .. } = denied {
            problem.retry_after = Some(retry_after.get());
        }
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::Gone => Self::not_found("such resource"),
            StoreError::Stale => Self::precondition_failed(
                "the resource has changed since it was read: read it again and repeat the change",
            ),
            StoreError::Taken { .. } => Self::bad_request(
                ScimType::Uniqueness,
                format!("{detail}: choose another, or change the resource that has it"),
            ),
            StoreError::NoSuchMember(_) => Self::bad_request(ScimType::InvalidValue, detail),
            StoreError::TooLong { .. } | StoreError::TooMuch { .. } => {
                Self::bad_request(ScimType::TooMany, detail)
            }
            StoreError::Unsupported(_) => Self::new(StatusCode::NOT_IMPLEMENTED, detail),
            StoreError::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the service is busy: try again later",
            ),
            // The cause is for the operator's log, not for the client.
            failure => {
                let cause = std::error::Error::source(&failure).map(tracing::field::display);
                tracing::error!(cause, "{failure}");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the service could not reach its storage",
                )
            }
        }
    }
}

impl From<scimkit_schema::Error> for Problem {
    fn from(error: scimkit_schema::Error) -> Self {
        Self::bad_request(error.scim_type(), error.to_string())
    }
}

impl From<scimkit_protocol::Error> for Problem {
    fn from(error: scimkit_protocol::Error) -> Self {
        Self::bad_request(error.scim_type(), error.to_string())
    }
}

impl From<scimkit_filter::Error> for Problem {
    fn from(error: scimkit_filter::Error) -> Self {
        Self::bad_request(
            ScimType::InvalidFilter,
            format!("the filter cannot be read: {error}"),
        )
    }
}

impl From<scimkit_filter::BindError> for Problem {
    fn from(error: scimkit_filter::BindError) -> Self {
        Self::bad_request(
            ScimType::InvalidFilter,
            format!("the filter does not fit: {error}"),
        )
    }
}

impl From<SortError> for Problem {
    fn from(error: SortError) -> Self {
        let detail = format!("`sortBy` does not fit: {error}");
        Self::bad_request(ScimType::InvalidValue, detail)
    }
}

impl From<scimkit_patch::Error> for Problem {
    fn from(error: scimkit_patch::Error) -> Self {
        Self::bad_request(error.scim_type(), error.to_string())
    }
}
