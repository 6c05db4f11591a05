//! What a token endpoint answers ([RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5)).

use bytes::Bytes;
use http::{Response, StatusCode};
use scimkit_schema::{Complex, JsonLimits, Value, json};

use super::TokenUrl;
use crate::{
    Error, ErrorKind, Token, TransportError,
    body::one_line,
    error::{Failure, Scene},
    retry_after::retry_after,
};

/// A token, and for how many seconds it works if that is known.
pub(super) struct Granted {
    pub(super) token: Token,
    pub(super) seconds: Option<i64>,
}

pub(super) fn read(
    url: &TokenUrl,
    secret: &Token,
    response: Result<Response<Bytes>, TransportError>,
) -> Result<Granted, Error> {
    let response = match response {
        Ok(response) => response,
        Err(error) => {
            return Err(Failure {
                kind: ErrorKind::Transport(error.kind()),
                source: Some(error),
                ..failure(url)
            }
            .into());
        }
    };
    let status = response.status();
    let body = json::parse_object(response.body(), JsonLimits::default()).ok();
    if status.is_success() {
        return granted(body.as_ref()).map_err(|why| refusal(url, secret, status, why));
    }
    let kind = match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::TooManyRequests,
        status if status.is_server_error() => ErrorKind::Status,
        _ => {
            return Err(refusal(
                url,
                secret,
                status,
                &refused(status, body.as_ref()),
            ));
        }
    };
    let retry_after = retry_after(response.headers());
    Err(Failure {
        kind,
        status: Some(status),
        retry_after,
        ..failure(url)
    }
    .into())
}

pub(super) fn unsendable(url: &TokenUrl, error: &http::Error) -> Error {
    let kind = ErrorKind::Unsendable(error.to_string().into());
    Failure {
        kind,
        ..failure(url)
    }
    .into()
}

fn granted(body: Option<&Complex>) -> Result<Granted, &'static str> {
    let body = body.ok_or("it answers with something else than JSON")?;
    let token = body
        .text("access_token")
        .ok_or("its answer has no `access_token`")?;
    let is_bearer = body
        .text("token_type")
        .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    if !is_bearer {
        return Err("its `token_type` is not `Bearer`");
    }
    let seconds = body
        .get("expires_in")
        .and_then(|value| match value.as_str() {
            Some(text) => text.trim().parse().ok(),
            None => Value::as_integer(value),
        });
    Ok(Granted {
        token: Token::new(token)
            .map_err(|_| "its `access_token` holds characters that no token has")?,
        seconds: seconds.map(|seconds: i64| seconds.clamp(0, LONGEST)),
    })
}

fn refused(status: StatusCode, body: Option<&Complex>) -> String {
    let text = |name| body.and_then(|body| body.text(name));
    match (text("error"), text("error_description")) {
        (Some(error), Some(description)) => format!("`{error}`: {description}"),
        (Some(error), None) => format!("`{error}`"),
        _ if status.is_redirection() => format!("a redirect, {}", status.as_u16()),
        _ => status.to_string(),
    }
}

fn refusal(url: &TokenUrl, secret: &Token, status: StatusCode, why: &str) -> Error {
    let why = one_line(why, 200).replace(secret.expose(), "[secret]");
    Failure {
        kind: ErrorKind::Unauthorized,
        status: Some(status),
        scene: Scene::TokenEndpoint(why.into()),
        ..failure(url)
    }
    .into()
}

fn failure(url: &TokenUrl) -> Failure {
    let mut base = url.url().clone();
    base.set_query(None);
    Failure {
        request: format!("POST {}", base.path()).into(),
        base: base.as_str().into(),
        kind: ErrorKind::Status,
        status: None,
        body: None,
        retry_after: None,
        source: None,
        scene: Scene::TokenEndpoint(Box::default()),
    }
}

/// No token is taken to work for longer than a year.
const LONGEST: i64 = 365 * 24 * 3_600;
