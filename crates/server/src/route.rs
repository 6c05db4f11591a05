use std::{borrow::Cow, sync::Arc};

use http::{Method, StatusCode};
use scimkit_schema::{ResourceId, ResourceType, SchemaSet, ScimType};
use scimkit_store::Key;

use crate::problem::Problem;

/// What an address below the base path names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Route {
    /// The base itself: resources of every type.
    Root,
    ServiceProviderConfig,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
    Type(Arc<ResourceType>),
    Resource(Arc<ResourceType>, ResourceId),
    /// `.search` below a type, or below the base.
    Search(Option<Arc<ResourceType>>),
    Bulk,
    Me,
}

impl Route {
    /// Reads a path. Each segment is percent-decoded once; doubled and trailing slashes do not count; the names of endpoints ignore case.
    ///
    /// # Errors
    /// 404 for what is not below `base_path` or names nothing, 400 `invalidVers` for another version of the protocol
    /// ([RFC 7644 §3.13](https://www.rfc-editor.org/rfc/rfc7644#section-3.13)).
    pub(crate) fn parse(path: &str, base_path: &str, schemas: &SchemaSet) -> Result<Self, Problem> {
        let segments = segments(path).ok_or_else(|| Problem::not_found("such address"))?;
        let base = self::segments(base_path).unwrap_or_default();
        let nothing = || {
            if names_other_version(&segments, &base) {
                let detail = "this service speaks version 2 of SCIM: correct the base URL";
                return Problem::bad_request(ScimType::InvalidVers, detail);
            }
            Problem::not_found("such address")
        };
        let below = segments.strip_prefix(base.as_slice()).ok_or_else(nothing)?;
        let Some((first, rest)) = below.split_first() else {
            return Ok(Self::Root);
        };
        let one = || match rest {
            [] => Ok(None),
            [name] => Ok(Some(&**name)),
            _ => Err(nothing()),
        };
        if let Some(resource_type) = schemas.by_endpoint(first) {
            return match one()? {
                None => Ok(Self::Type(resource_type.clone())),
                Some(search) if search.eq_ignore_ascii_case(".search") => {
                    Ok(Self::Search(Some(resource_type.clone())))
                }
                Some(id) => {
                    let id =
                        ResourceId::new(id).map_err(|_| Problem::not_found("such resource"))?;
                    Ok(Self::Resource(resource_type.clone(), id))
                }
            };
        }
        match first.to_ascii_lowercase().as_str() {
            "serviceproviderconfig" if rest.is_empty() => Ok(Self::ServiceProviderConfig),
            "resourcetypes" => Ok(Self::ResourceTypes(one()?.map(Into::into))),
            "schemas" => Ok(Self::Schemas(one()?.map(Into::into))),
            ".search" if rest.is_empty() => Ok(Self::Search(None)),
            "bulk" if rest.is_empty() => Ok(Self::Bulk),
            "me" if rest.is_empty() => Ok(Self::Me),
            _ => Err(nothing()),
        }
    }

    /// This, with the resource of who asks in place of [`Route::Me`]
    /// ([RFC 7644 §3.11](https://www.rfc-editor.org/rfc/rfc7644#section-3.11)).
    ///
    /// # Errors
    /// 501 when the credential is no person's.
    pub(crate) fn settled(
        self,
        subject: Option<&Key>,
        schemas: &SchemaSet,
    ) -> Result<Self, Problem> {
        if self != Self::Me {
            return Ok(self);
        }
        let nobody = || {
            let detail = "the token stands for no person: `/Me` is not supported for it";
            Problem::new(StatusCode::NOT_IMPLEMENTED, detail)
        };
        let subject = subject.ok_or_else(nobody)?;
        let resource_type = schemas.by_name(&subject.type_name).ok_or_else(nobody)?;
        Ok(Self::Resource(resource_type.clone(), subject.id.clone()))
    }

    /// The methods that fit the address.
    pub(crate) fn methods(&self) -> &'static [Method] {
        const READ: &[Method] = &[Method::GET, Method::HEAD, Method::OPTIONS];
        const POST: &[Method] = &[Method::POST, Method::OPTIONS];
        const TYPE: &[Method] = &[Method::GET, Method::HEAD, Method::POST, Method::OPTIONS];
        const RESOURCE: &[Method] = &[
            Method::GET,
            Method::HEAD,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ];
        match self {
            Self::Root
            | Self::ServiceProviderConfig
            | Self::ResourceTypes(_)
            | Self::Schemas(_) => READ,
            Self::Search(_) | Self::Bulk => POST,
            Self::Type(_) => TYPE,
            Self::Resource(..) | Self::Me => RESOURCE,
        }
    }

    /// Whether the address is one of the documents that describe the service.
    pub(crate) const fn is_discovery(&self) -> bool {
        matches!(
            self,
            Self::ServiceProviderConfig | Self::ResourceTypes(_) | Self::Schemas(_)
        )
    }

    /// Whether a method changes nothing here: a search is a read that comes as POST.
    pub(crate) fn is_read_by(&self, method: &Method) -> bool {
        matches!(self, Self::Search(_))
            || matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    /// What the body is called where its limit is told.
    pub(crate) const fn body_name(&self) -> &'static str {
        match self {
            Self::Bulk => "bulk request (`maxPayloadSize`)",
            _ => "body",
        }
    }
}

/// Whether the segment that stands right before the name of an endpoint is a version other than the one that is served.
fn names_other_version(segments: &[Cow<'_, str>], base: &[Cow<'_, str>]) -> bool {
    let (before, own) = match base.split_last() {
        Some((own, before)) if is_version(own) => (before, &**own),
        _ => (base, "v2"),
    };
    let asked = segments
        .strip_prefix(before)
        .and_then(|below| below.first());
    asked.is_some_and(|asked| is_version(asked) && !asked.eq_ignore_ascii_case(own))
}

fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    number.starts_with(|first: char| first.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The decoded segments of a path; none when one of them is no UTF-8, or could be taken for more than a name.
fn segments(path: &str) -> Option<Vec<Cow<'_, str>>> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(segment)
        .collect()
}

fn segment(raw: &str) -> Option<Cow<'_, str>> {
    let decoded = percent_encoding::percent_decode_str(raw)
        .decode_utf8()
        .ok()?;
    let misleading = decoded == "."
        || decoded == ".."
        || decoded.contains(['/', '\\'])
        || decoded.contains(char::is_control);
    (!misleading).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str) -> Result<Route, StatusCode> {
        Route::parse(path, "/scim/v2", &SchemaSet::core()).map_err(|problem| problem.status)
    }

    #[test]
    fn spellings_of_one_address_are_one_route() {
        let users = parse("/scim/v2/Users");
        assert!(matches!(users, Ok(Route::Type(_))));
        for path in [
            "/scim/v2//Users",
            "/scim/v2/users/",
            "//scim//v2/USERS",
            "/scim/v2/%55sers",
        ] {
            assert_eq!(parse(path), users, "{path}");
        }
        assert!(
            matches!(parse("/scim/v2/Users/a%20b"), Ok(Route::Resource(_, id)) if id.as_str() == "a b")
        );
        assert_eq!(parse("/scim/v2/"), Ok(Route::Root));
        assert_eq!(parse("/scim/v2/.SEARCH"), Ok(Route::Search(None)));
        assert!(matches!(
            parse("/scim/v2/Users/.search"),
            Ok(Route::Search(Some(_)))
        ));
        assert!(
            matches!(parse("/scim/v2/Schemas/urn:x:y"), Ok(Route::Schemas(Some(id))) if id == "urn:x:y")
        );
    }

    #[test]
    fn what_names_nothing_is_not_found() {
        for path in [
            "/",
            "/scim",
            "/Users",
            "/scim/v2/Users/a/b",
            "/scim/v2/../Users",
            "/scim/v2/Users/%2e%2e",
            "/scim/v2/Users/a%2Fb",
            "/scim/v2/Users/%ff",
            "/scim/v2/Cats",
            "/scim/v2/Me/x",
        ] {
            assert_eq!(parse(path), Err(StatusCode::NOT_FOUND), "{path}");
        }
    }

    #[test]
    fn another_version_of_the_protocol_is_told_apart_from_nothing() {
        let fault = |path: &str, base: &str| {
            let problem = Route::parse(path, base, &SchemaSet::core()).unwrap_err();
            (problem.status.as_u16(), problem.scim_type)
        };
        for (path, base) in [
            ("/scim/v1/Users", "/scim/v2"),
            ("/scim/v3/Users/a", "/scim/v2"),
            ("/scim/V1.1/Nope", "/scim/v2"),
            ("/scim/v1/Users", "/scim"),
            ("/v3", ""),
        ] {
            assert_eq!(
                fault(path, base),
                (400, Some(ScimType::InvalidVers)),
                "{path}"
            );
        }
        for (path, base) in [
            ("/scim/Users", "/scim/v2"),
            ("/scim/vendor/Users", "/scim/v2"),
            ("/v1/Users", "/scim/v2"),
            ("/scim/v2/Users/v1/x", "/scim/v2"),
            ("/scim/v2/Users", "/scim"),
        ] {
            assert_eq!(fault(path, base), (404, None), "{path}");
        }
        assert!(Route::parse("/Users", "", &SchemaSet::core()).is_ok());
    }
}
