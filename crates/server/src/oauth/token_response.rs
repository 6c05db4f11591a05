use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE},
};
use scimkit_store::Scope;
use serde_json::{Value, json};

use crate::Denied;

/// Why the token endpoint gives no token ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    NotPost,
    InvalidRequest(&'static str),
    InvalidClient,
    UnsupportedGrantType,
    Unavailable,
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unavailable(_) => Self::Unavailable,
            _ => Self::InvalidClient,
        }
    }
}

impl Refusal {
    pub(super) fn encode(self) -> Response<Bytes> {
        let (status, error, description) = match self {
            Self::NotPost => (
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "ask for tokens with POST",
            ),
            Self::InvalidRequest(what) => (StatusCode::BAD_REQUEST, "invalid_request", what),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "the client is not known here, or its secret is wrong, expired or revoked: enter both again, or register it anew",
            ),
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "use `client_credentials`",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "the client could not be checked: try again later",
            ),
        };
        let mut response = encode(
            status,
            &json!({ "error": error, "error_description": description }),
        );
        let headers = response.headers_mut();
        match self {
            Self::NotPost => headers.insert(ALLOW, HeaderValue::from_static("POST")),
            Self::InvalidClient => headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"scim\""),
            ),
            Self::Unavailable => headers.insert(RETRY_AFTER, HeaderValue::from_static("1")),
            Self::InvalidRequest(_) | Self::UnsupportedGrantType => None,
        };
        response
    }
}

/// The response with a new access token ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
pub(super) fn granted(token: &str, seconds: u32, scope: Scope) -> Response<Bytes> {
    let scope = match scope {
        Scope::Read => "read",
        Scope::ReadWrite => "read write",
    };
    encode(
        StatusCode::OK,
        &json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": scope }),
    )
}

fn encode(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let fixed = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
        (PRAGMA, "no-cache"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
