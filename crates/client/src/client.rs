use std::fmt;

use http::Method;
use scimkit_patch::PatchOp;
use scimkit_protocol::{ListQuery, ListResponse, Projection, ServiceProviderConfig};
use scimkit_schema::{Resource, ResourceId, ResourceType, Value};

use crate::{
    BaseUrl, Credential, Error, ErrorKind, PatchDialect, Token, Transport, TransportError,
    TransportErrorKind,
    answer::{Answer, Context},
    request::Call,
};

/// A SCIM service, seen from the sending end.
///
/// Every call is one request, besides those for access tokens. What comes back is in the schema's spelling ([`ResourceType::adopt`]) and otherwise as the server
/// sent it: nothing is checked against the question, hidden or filled in. Nothing is sent twice, except what an access token was too old for, and
/// no redirect is followed.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use scimkit_client::{Client, ErrorKind, Token};
/// use scimkit_protocol::ListQuery;
/// use scimkit_schema::core;
///
/// # pollster::block_on(async {
/// let sign_in_page = async |_: Request<Bytes>| Ok(Response::new(Bytes::from("<html>Sign in</html>")));
/// let base = "https://portal.harborline.example".parse()?;
/// let client = Client::new(base, Token::new("hl_9f2c77")?, sign_in_page);
///
/// let error = client.list(&core::user_type(), &ListQuery::default()).await.unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::NotScim { .. }));
/// assert_eq!(
///     error.to_string(),
///     "`GET /Users`: the address answers with a web page instead of SCIM: is `https://portal.harborline.example` the SCIM base URL?",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Client<T> {
    base: BaseUrl,
    credential: Credential,
    transport: T,
    body_limit: usize,
    dialect: PatchDialect,
}

impl<T: Transport> Client<T> {
    /// The largest body of an answer that is read unless [`with_body_limit`](Self::with_body_limit) says otherwise: 16 MiB.
    pub const BODY_LIMIT: usize = 16 << 20;

    /// The service at `base`, reached over `transport` with a [`Token`] or with [`AccessTokens`](crate::AccessTokens).
    #[must_use]
    pub fn new(base: BaseUrl, credential: impl Into<Credential>, transport: T) -> Self {
        Self {
            base,
            credential: credential.into(),
            transport,
            body_limit: Self::BODY_LIMIT,
            dialect: PatchDialect::Rfc,
        }
    }

    /// This, refusing answers whose body has more than `bytes` bytes. The transport may have a limit of its own.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// This, with PATCH bodies in other words than the RFC's.
    #[must_use]
    pub const fn with_dialect(mut self, dialect: PatchDialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The same client over another transport, made of this one's.
    #[must_use]
    pub fn over<'c, U>(&'c self, wrap: impl FnOnce(&'c T) -> U) -> Client<U> {
        Client {
            base: self.base.clone(),
            credential: self.credential.clone(),
            transport: wrap(&self.transport),
            body_limit: self.body_limit,
            dialect: self.dialect,
        }
    }

    /// Where the service is.
    #[must_use]
    pub const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Asks for a page of resources ([RFC 7644 §3.4.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2)).
    ///
    /// The page is what the server made of the question: it may be longer than asked, start elsewhere, lie about its total, or hold
    /// what the filter does not match. Whoever relies on any of that checks it.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn list(
        &self,
        resource_type: &ResourceType,
        query: &ListQuery,
    ) -> Result<ListResponse, Error> {
        let mut list = self
            .send(Call {
                query: query.to_string(),
                ..Call::new(Method::GET, resource_type.endpoint())
            })
            .await?
            .list()?;
        list.resources = list
            .resources
            .into_iter()
            .map(|resource| resource_type.adopt(resource))
            .collect();
        Ok(list)
    }

    /// Reads a resource ([RFC 7644 §3.4.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.1)).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn get(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        projection: &Projection,
    ) -> Result<Resource, Error> {
        let query = ListQuery::default().with_projection(projection.clone());
        self.send(Call {
            id: Some(id.as_str()),
            query: query.to_string(),
            ..Call::new(Method::GET, resource_type.endpoint())
        })
        .await?
        .resource(resource_type)
    }

    /// Creates a resource and gives back what the server made of it, always with an `id`
    /// ([RFC 7644 §3.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.3)).
    ///
    /// # Errors
    /// [`Error`]; [`NoId`](crate::ErrorKind::NoId) when the answer has no `id`. After [`Error::may_have_happened`] look before trying again.
    pub async fn create(
        &self,
        resource_type: &ResourceType,
        resource: &Resource,
    ) -> Result<Resource, Error> {
        self.send(Call {
            body: Some(resource.to_string().into()),
            ..Call::new(Method::POST, resource_type.endpoint())
        })
        .await?
        .created(resource_type)
    }

    /// Replaces a resource ([RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)).
    ///
    /// # Errors
    /// [`Error`]; [`NotScim`](crate::ErrorKind::NotScim) also when the answer is empty, which the RFC does not allow here.
    pub async fn replace(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        resource: &Resource,
    ) -> Result<Resource, Error> {
        self.send(Call {
            id: Some(id.as_str()),
            body: Some(resource.to_string().into()),
            ..Call::new(Method::PUT, resource_type.endpoint())
        })
        .await?
        .resource(resource_type)
    }

    /// Changes parts of a resource ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)). The result is the resource
    /// afterwards, or none when the server answers without a body.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn patch(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        patch: &PatchOp,
    ) -> Result<Option<Resource>, Error> {
        let body = self.dialect.encode(patch, resource_type, None);
        self.send_patch(resource_type, id, body).await
    }

    /// As [`patch`](Self::patch), for a resource that was just read: Entra's dialects say more about it then
    /// ([`PatchDialect::encode`]).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn update(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        present: &Resource,
        patch: &PatchOp,
    ) -> Result<Option<Resource>, Error> {
        let body = self.dialect.encode(patch, resource_type, Some(present));
        self.send_patch(resource_type, id, body).await
    }

    async fn send_patch(
        &self,
        resource_type: &ResourceType,
        id: &ResourceId,
        body: Value,
    ) -> Result<Option<Resource>, Error> {
        let answer = self
            .send(Call {
                id: Some(id.as_str()),
                body: Some(body.to_string().into()),
                ..Call::new(Method::PATCH, resource_type.endpoint())
            })
            .await?;
        if answer.is_empty() {
            return Ok(None);
        }
        answer.resource(resource_type).map(Some)
    }

    /// Deletes a resource ([RFC 7644 §3.6](https://www.rfc-editor.org/rfc/rfc7644#section-3.6)). Any body of a success is passed over,
    /// unless it is a web page.
    ///
    /// # Errors
    /// [`Error`]; [`NotFound`](crate::ErrorKind::NotFound) when it is not there, which may suit the caller.
    pub async fn delete(&self, resource_type: &ResourceType, id: &ResourceId) -> Result<(), Error> {
        self.send(Call {
            id: Some(id.as_str()),
            ..Call::new(Method::DELETE, resource_type.endpoint())
        })
        .await?
        .nothing()
    }

    /// Asks what the server can do ([RFC 7644 §4](https://www.rfc-editor.org/rfc/rfc7644#section-4)).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn service_provider_config(&self) -> Result<ServiceProviderConfig, Error> {
        self.send(Call::new(Method::GET, "/ServiceProviderConfig"))
            .await?
            .config()
    }

    /// Asks for the schemas that the server knows, as it sent them ([RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7)).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn schemas(&self) -> Result<ListResponse, Error> {
        self.send(Call::new(Method::GET, "/Schemas")).await?.list()
    }

    /// Asks for the resource types that the server serves, as it sent them
    /// ([RFC 7643 §6](https://www.rfc-editor.org/rfc/rfc7643#section-6)).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn resource_types(&self) -> Result<ListResponse, Error> {
        self.send(Call::new(Method::GET, "/ResourceTypes"))
            .await?
            .list()
    }

    /// Sends a call; once more with a new access token, if the service does not take the one that was kept.
    pub(crate) async fn send<'a>(&'a self, call: Call<'a>) -> Result<Answer<'a>, Error> {
        let token = self.credential.token(&self.transport).await?;
        match self.send_with(&call, token.clone()).await {
            Err(error) if *error.kind() == ErrorKind::Unauthorized => {
                match self.credential.renewed(&token, &self.transport).await? {
                    Some(token) => self.send_with(&call, token).await,
                    None => Err(error),
                }
            }
            answer => answer,
        }
    }

    async fn send_with(&self, call: &Call<'_>, token: Token) -> Result<Answer<'_>, Error> {
        let request = call.request(&self.base, &token);
        let context = Context {
            request: call.name(),
            base: &self.base,
            token,
        };
        let request = match request {
            Ok(request) => request,
            Err(unsendable) => return Err(context.unsendable(unsendable)),
        };
        match self.transport.send(request).await {
            Ok(response) if response.body().len() > self.body_limit => {
                let limit = self.body_limit;
                let too_large = TransportErrorKind::TooLarge { limit };
                Err(context.transport(TransportError::new(too_large)))
            }
            Ok(response) => Answer::new(context, response),
            Err(error) => Err(context.transport(error)),
        }
    }
}

/// Without the transport, so that a client over a closure has it too.
impl<T> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base)
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
