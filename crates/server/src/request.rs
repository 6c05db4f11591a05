use bytes::Bytes;
use http::{
    HeaderMap, Request, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH},
};
use scimkit_protocol::media_type;
use scimkit_schema::{Complex, InvalidVersion, JsonLimits, ScimType, Version, json};

use crate::problem::Problem;

/// The object in the body of a POST, PUT or PATCH.
///
/// # Errors
/// 413 past `limit` bytes, 415 for another media type or an encoded body, 400 for what is no JSON object.
pub(crate) fn body(request: &Request<Bytes>, name: &str, limit: usize) -> Result<Complex, Problem> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if request.body().len() > limit {
        return Err(Problem::too_large(name, limit));
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

/// The conditions of a request ([RFC 7644 §3.14](https://www.rfc-editor.org/rfc/rfc7644#section-3.14)).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Conditions {
    pub(crate) if_match: Condition,
    pub(crate) if_none_match: Condition,
}

impl Conditions {
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        Ok(Self {
            if_match: Condition::read(headers, IF_MATCH.as_str())?,
            if_none_match: Condition::read(headers, IF_NONE_MATCH.as_str())?,
        })
    }

    /// The condition that the resource has this version, if one is given.
    pub(crate) fn of_version(tag: Option<&str>) -> Result<Self, Problem> {
        let wrong = |error: InvalidVersion| {
            Problem::bad_request(ScimType::InvalidValue, format!("`version`: {error}"))
        };
        let if_match = match tag {
            Some(tag) => Condition::OneOf(vec![tag.parse().map_err(wrong)?]),
            None => Condition::None,
        };
        Ok(Self {
            if_match,
            if_none_match: Condition::None,
        })
    }

    /// # Errors
    /// 412 when `If-Match` names only other versions.
    pub(crate) fn check_match(&self, version: &Version) -> Result<(), Problem> {
        if self.if_match == Condition::None || self.if_match.names(version) {
            Ok(())
        } else {
            Err(Problem::precondition_failed(
                "`If-Match` does not name the version that the resource has: read it again and repeat the change",
            ))
        }
    }

    /// # Errors
    /// 412 when the conditions forbid a write to a resource of this version.
    pub(crate) fn check_write(&self, version: &Version) -> Result<(), Problem> {
        self.check_match(version)?;
        if self.if_none_match.names(version) {
            return Err(Problem::precondition_failed(
                "`If-None-Match` names the version that the resource has: leave it out to change the resource",
            ));
        }
        Ok(())
    }
}

/// What `If-Match` or `If-None-Match` asks for. Tags are compared weakly: a version is one of the resource, not of the bytes that show it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Condition {
    /// There is no such header.
    #[default]
    None,
    /// `*`: whatever version there is.
    Any,
    /// One of these versions.
    OneOf(Vec<Version>),
}

impl Condition {
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
                        .map_err(|error: InvalidVersion| wrong(error.to_string()))?,
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
