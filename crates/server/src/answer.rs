use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use scimkit_schema::Version;

use crate::problem::Problem;

/// What a request came to, before it is bytes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<String>,
    pub(crate) version: Option<Version>,
    pub(crate) location: Option<String>,
    /// The methods to name in `Allow`, for OPTIONS.
    pub(crate) allow: &'static [Method],
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: impl Into<String>) -> Self {
        Self {
            body: Some(body.into()),
            ..Self::empty(status)
        }
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            body: None,
            version: None,
            location: None,
            allow: &[],
        }
    }

    /// What an address allows.
    pub(crate) fn options(allow: &'static [Method]) -> Self {
        Self {
            allow,
            ..Self::empty(StatusCode::NO_CONTENT)
        }
    }

    pub(crate) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with_version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    pub(crate) fn with_location(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    pub(crate) fn encode(self, media_type: &'static str) -> Response<Bytes> {
        let mut response = encode(self.status, self.body, media_type);
        let headers = response.headers_mut();
        insert_allow(headers, self.allow);
        if let Some(value) = self
            .version
            .and_then(|version| HeaderValue::try_from(version.to_string()).ok())
        {
            headers.insert(ETAG, value);
        }
        if let Some(value) = self
            .location
            .and_then(|location| HeaderValue::try_from(location).ok())
        {
            headers.insert(LOCATION, value);
        }
        response
    }
}

/// An error as a response.
pub(crate) fn encode_problem(problem: &Problem, media_type: &'static str) -> Response<Bytes> {
    let mut response = encode(
        problem.status,
        Some(problem.to_body().to_json()),
        media_type,
    );
    let headers = response.headers_mut();
    if let Some(challenge) = problem.challenge {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    insert_allow(headers, problem.allow);
    response
}

fn insert_allow(headers: &mut HeaderMap, methods: &[Method]) {
    let allowed: Vec<_> = methods.iter().map(Method::as_str).collect();
    if let Some(value) = HeaderValue::try_from(allowed.join(", "))
        .ok()
        .filter(|_| !allowed.is_empty())
    {
        headers.insert(ALLOW, value);
    }
}

fn encode(status: StatusCode, body: Option<String>, media_type: &'static str) -> Response<Bytes> {
    let has_body = body.is_some();
    let mut response = Response::new(body.map(Bytes::from).unwrap_or_default());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if has_body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
