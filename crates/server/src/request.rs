use bytes::Bytes;
use http::{
    HeaderMap, Request, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, IF_MATCH, IF_NONE_MATCH},
};
use scimkit_protocol::media_type;
use scimkit_schema::{Complex, JsonLimits, ScimType, Version, json};

use crate::problem::Problem;

/// The object in the body of a POST, PUT or PATCH.
///
/// # Errors
/// 413 past `limit` bytes, 415 for another media type or an encoded body, 400 for what is no JSON object.
pub(crate) fn body(request: &Request<Bytes>, limit: usize) -> Result<Complex, Problem> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if request.body().len() > limit {
        return Err(Problem::too_large(limit));
    }
    if header(CONTENT_TYPE).is_some_and(|content_type| !media_type::is_json(content_type)) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON: send it as `application/scim+json`",
        ));
    }
    if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must not be compressed",
        ));
    }
    if request.body().is_empty() {
        return Err(Problem::bad_request(
            ScimType::InvalidSyntax,
            "the body is empty: it must be a JSON object",
        ));
    }
    Ok(json::parse_object(request.body(), JsonLimits::default())?)
}

/// What `If-Match` or `If-None-Match` asks for ([RFC 7644 §3.14](https://www.rfc-editor.org/rfc/rfc7644#section-3.14)).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Condition {
    /// There is no such header.
    None,
    /// `*`: whatever version there is.
    Any,
    /// One of these versions.
    OneOf(Vec<Version>),
}

impl Condition {
    pub(crate) fn if_match(headers: &HeaderMap) -> Result<Self, Problem> {
        Self::read(headers, IF_MATCH.as_str())
    }

    pub(crate) fn if_none_match(headers: &HeaderMap) -> Result<Self, Problem> {
        Self::read(headers, IF_NONE_MATCH.as_str())
    }

    /// Whether `version` is among those named; never when there is no header.
    pub(crate) fn names(&self, version: &Version) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(version),
        }
    }

    fn read(headers: &HeaderMap, name: &str) -> Result<Self, Problem> {
        let mut versions = Vec::new();
        for value in headers.get_all(name) {
            let wrong = |detail: String| {
                Problem::bad_request(ScimType::InvalidValue, format!("`{name}`: {detail}"))
            };
            let text = value
                .to_str()
                .map_err(|_| wrong("the header is not readable".into()))?;
            for tag in text.split(',').map(str::trim) {
                if tag == "*" {
                    return Ok(Self::Any);
                }
                versions.push(
                    tag.parse()
                        .map_err(|error: scimkit_schema::InvalidVersion| {
                            wrong(error.to_string())
                        })?,
                );
            }
        }
        Ok(if versions.is_empty() {
            Self::None
        } else {
            Self::OneOf(versions)
        })
    }
}

/// Where the service is, as the client of this request sees it: the scheme and host of the request, and the base path.
pub(crate) fn base_url(request: &Request<Bytes>, base_path: &str) -> String {
    let scheme = request.uri().scheme_str().unwrap_or("http");
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.or(authority).unwrap_or("localhost");
    format!("{scheme}://{host}{base_path}")
}
