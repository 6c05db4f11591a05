use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use scimkit_protocol::{BulkResponse, ERROR, ErrorResponse, ListResponse, ServiceProviderConfig};
use scimkit_schema::{JsonLimits, Resource, ResourceType};

use crate::{
    BaseUrl, Body, Error, ErrorKind, Token, TransportError,
    body::one_line,
    error::{Failure, Scene},
    request::Unsendable,
    retry_after::retry_after,
};

/// Which call of which client is under way: what every failure of it tells.
pub(crate) struct Context<'a> {
    pub(crate) request: Box<str>,
    pub(crate) base: &'a BaseUrl,
    pub(crate) token: Token,
}

/// An answer with a status of success.
pub(crate) struct Answer<'a> {
    context: Context<'a>,
    response: Response<Bytes>,
}

impl Context<'_> {
    pub(crate) fn unsendable(self, Unsendable(reason): Unsendable) -> Error {
        self.failure(ErrorKind::Unsendable(reason)).into()
    }

    pub(crate) fn transport(self, source: TransportError) -> Error {
        let kind = ErrorKind::Transport(source.kind());
        Failure {
            source: Some(source),
            ..self.failure(kind)
        }
        .into()
    }

    /// A bulk answer without a word on this call.
    pub(crate) fn untold(self) -> Error {
        self.failure(ErrorKind::Untold).into()
    }

    fn failure(self, kind: ErrorKind) -> Failure {
        Failure {
            request: self.request,
            base: self.base.url().as_str().trim_end_matches('/').into(),
            kind,
            status: None,
            body: None,
            retry_after: None,
            source: None,
            scene: Scene::Call,
        }
    }
}

impl<'a> Answer<'a> {
    /// Lets through what has a status of success.
    pub(crate) fn new(context: Context<'a>, response: Response<Bytes>) -> Result<Self, Error> {
        let answer = Self { context, response };
        let status = answer.response.status();
        if status.is_success() {
            return Ok(answer);
        }
        let kind = match redirect(status, answer.response.headers()) {
            Some(to) => ErrorKind::Redirect {
                to: to.replace(answer.context.token.expose(), "[token]").into(),
            },
            None => kind(status),
        };
        Err(answer.refuse(kind))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.response.body().iter().all(u8::is_ascii_whitespace)
    }

    /// Nothing, which no web page may stand for.
    pub(crate) fn nothing(self) -> Result<(), Error> {
        if self.is_page() {
            return Err(self.not_scim(""));
        }
        Ok(())
    }

    /// A page of resources, spelled as they came.
    pub(crate) fn list(self) -> Result<ListResponse, Error> {
        match ListResponse::from_json(self.response.body()) {
            Ok(list) => Ok(list),
            Err(error) => Err(self.not_scim(&error.to_string())),
        }
    }

    /// A resource in the schema's spelling.
    pub(crate) fn resource(self, resource_type: &ResourceType) -> Result<Resource, Error> {
        let (_, resource) = self.object(&["id", "schemas"])?;
        Ok(resource_type.adopt(resource))
    }

    /// A resource that has just been created, in the schema's spelling.
    pub(crate) fn created(self, resource_type: &ResourceType) -> Result<Resource, Error> {
        if self.is_empty() {
            return Err(self.refuse(ErrorKind::NoId));
        }
        let (answer, resource) = self.object(&["id", "schemas"])?;
        let resource = resource_type.adopt(resource);
        match resource.id() {
            Some(_) => Ok(resource),
            None => Err(answer.refuse(ErrorKind::NoId)),
        }
    }

    /// What the operations of a bulk request came to.
    pub(crate) fn bulk(self) -> Result<(Context<'a>, BulkResponse), Error> {
        match BulkResponse::from_json(self.response.body()) {
            Ok(results) => Ok((self.context, results)),
            Err(error) => Err(self.not_scim(&error.to_string())),
        }
    }

    /// What the server can do.
    pub(crate) fn config(self) -> Result<ServiceProviderConfig, Error> {
        let (answer, _) = self.object(&["schemas", "patch", "filter"])?;
        match ServiceProviderConfig::from_json(answer.response.body()) {
            Ok(config) => Ok(config),
            Err(error) => Err(answer.not_scim(&error.to_string())),
        }
    }

    /// The body as an object with at least one of `signs`, and no SCIM error.
    fn object(self, signs: &[&str]) -> Result<(Self, Resource), Error> {
        match Resource::from_json(self.response.body(), JsonLimits::default()) {
            Ok(object)
                if signs.iter().any(|name| object.get(name).is_some())
                    && !object.schemas().any(|urn| urn == ERROR) =>
            {
                Ok((self, object))
            }
            Ok(_) => {
                let why = format!("an object with neither `{}`", signs.join("` nor `"));
                Err(self.not_scim(&why))
            }
            Err(error) => Err(self.not_scim(&error.to_string())),
        }
    }

    /// The failure of an answer that claims success. Some servers put a SCIM error there.
    fn not_scim(self, why: &str) -> Error {
        let body = self.response.body();
        let status = ErrorResponse::from_json(body)
            .and_then(|error| StatusCode::from_u16(error.status).ok())
            .filter(|status| status.is_client_error() || status.is_server_error());
        if let Some(status) = status {
            return self.refuse(kind(status));
        }
        let reason = if self.is_empty() {
            "an empty body".into()
        } else if self.is_page() {
            "a web page".into()
        } else {
            format!("something else ({})", one_line(why, 120)).into()
        };
        self.refuse(ErrorKind::NotScim { reason })
    }

    fn is_page(&self) -> bool {
        self.response.body().trim_ascii_start().starts_with(b"<")
    }

    pub(crate) fn refuse(self, kind: ErrorKind) -> Error {
        let headers = self.response.headers();
        let token = self.context.token.expose();
        Failure {
            status: Some(self.response.status()),
            body: Body::read(self.response.body(), token),
            retry_after: retry_after(headers),
            ..self.context.failure(kind)
        }
        .into()
    }
}

fn kind(status: StatusCode) -> ErrorKind {
    match status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::CONFLICT => ErrorKind::Conflict,
        StatusCode::PRECONDITION_FAILED => ErrorKind::PreconditionFailed,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::TooManyRequests,
        _ => ErrorKind::Status,
    }
}

/// Where a redirect leads: without its query, which sign-in pages fill with secrets.
fn redirect(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    let location = headers
        .get(header::LOCATION)
        .filter(|_| status.is_redirection())?;
    let location = String::from_utf8_lossy(location.as_bytes());
    let address = location.split(['?', '#']).next().unwrap_or_default();
    Some(one_line(address, 120))
}
