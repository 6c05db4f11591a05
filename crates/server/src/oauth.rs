//! OAuth 2.0 client credentials.

mod access_token;
mod token_request;
mod token_response;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use scimkit_schema::{Clock, DateTime, Random};
use scimkit_store::{Scope, StoreError, TenantId, Tenants, Tokens};

use self::{
    access_token::AccessToken,
    token_request::{Client, TokenRequest},
    token_response::Refusal,
};
use crate::{
    Access, Authenticator, Denied, IssueError, IssuedToken, SecretToken, SigningKey, TokenInfo,
    bearer::bearer, credentials::Credentials, token::Kind,
};

/// Clients that get access tokens for their id and secret
/// ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)), and the access tokens that they then present.
///
/// The token endpoint is [`ClientCredentials::token`]: mount it beside the SCIM service. Access tokens are signed and not kept; they end with
/// their time, and at once when the client is revoked.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_schema::{SchemaSet, Clock, DateTime};
/// use scimkit_server::{ClientCredentials, SigningKey, block_on, bytes::Bytes, http::Request};
/// use scimkit_store::{MemoryTenants, MemoryTokens, Scope, TenantId};
/// # struct Noon;
/// # impl Clock for Noon { fn now(&self) -> DateTime { "2026-11-24T12:00:00Z".parse().unwrap() } }
/// # struct Counting(std::sync::atomic::AtomicU8);
/// # impl scimkit_schema::Random for Counting {
/// #     fn fill(&self, bytes: &mut [u8]) { for byte in bytes { *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) } }
/// # }
/// # let (clock, random) = (Arc::new(Noon), Counting(0.into()));
///
/// let (tenant, tenants) = (TenantId::new("harborline")?, MemoryTenants::new());
/// let _ = tenants.create(tenant.clone(), Arc::new(SchemaSet::core()));
/// let clients = ClientCredentials::new(tenant, tenants, MemoryTokens::new(), SigningKey::generate(&random), clock);
/// let azure = block_on(clients.register("Azure AD", Scope::ReadWrite, None, &random))?;
///
/// let form = format!(
///     "grant_type=client_credentials&client_id={}&client_secret={}",
///     azure.info.lookup,
///     azure.secret.expose()
/// );
/// let request = Request::post("/oauth2/token")
///     .header("content-type", "application/x-www-form-urlencoded")
///     .body(Bytes::from(form))?;
/// let response = block_on(clients.token(request));
/// assert_eq!(response.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ClientCredentials<T, K> {
    credentials: Credentials<K>,
    tenants: T,
    key: SigningKey,
    minutes: u16,
    assertions: Option<Arc<dyn Assertions>>,
}

/// Tells whose assertion a signed text is
/// ([RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)): how a client without a secret shows who it is, which Microsoft calls
/// workload identity federation.
pub trait Assertions: Send + Sync {
    /// The id of the client that the assertion proves to be, if its signature, audience, issuer and times hold at `now`.
    fn client_of(&self, assertion: &str, now: &DateTime) -> Option<Box<str>>;
}

impl<T: Tenants, K: Tokens> ClientCredentials<T, K> {
    /// The clients of one tenant; their access tokens work for 60 minutes.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        tenants: T,
        clients: K,
        key: SigningKey,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            credentials: Credentials::new(tenant, clients, clock, Kind::Client),
            tenants,
            key,
            minutes: 60,
            assertions: None,
        }
    }

    /// Makes access tokens that work for this long: from 1 minute to 360, and what is outside becomes the nearer end. Entra asks for
    /// a new one with each cycle, and wants no less than 60.
    #[must_use]
    pub fn with_minutes(mut self, minutes: u16) -> Self {
        self.minutes = minutes.clamp(1, 360);
        self
    }

    /// Also lets clients in that show a signed assertion in place of their secret.
    #[must_use]
    pub fn with_assertions(mut self, assertions: Arc<dyn Assertions>) -> Self {
        self.assertions = Some(assertions);
        self
    }

    /// Registers a client. Its id is [`TokenInfo::lookup`].
    ///
    /// # Errors
    /// [`IssueError::Nameless`] for an empty or blank name, [`IssueError::Expired`] for an expiry that has passed, and
    /// what the store fails with.
    pub async fn register(
        &self,
        name: &str,
        scope: Scope,
        expires: Option<DateTime>,
        random: &dyn Random,
    ) -> Result<IssuedToken, IssueError> {
        self.credentials.issue(name, scope, expires, random).await
    }

    /// The tenant's clients, in the order in which they were registered.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn list(&self) -> Result<Vec<TokenInfo>, StoreError> {
        self.credentials.list().await
    }

    /// Revokes a client: it gets no access tokens any more, and those that it has are refused.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the tenant has no such client, and what the store fails with.
    pub async fn revoke(&self, client_id: &str) -> Result<(), StoreError> {
        self.credentials.revoke(client_id).await
    }

    /// Answers a request to the token endpoint ([RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)).
    ///
    /// The client shows its secret in an `Authorization: Basic` header or in the body, or an assertion. Which scope it has was said when it was
    /// registered: one that it asks for changes nothing. Nothing fails: what goes wrong is an error response.
    pub async fn token(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self.grant(&request).await {
            Ok(response) => response,
            Err(refusal) => refusal.encode(),
        }
    }

    async fn grant(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
        let asked = TokenRequest::read(request)?;
        let client = match asked.client {
            Client::Secret { id, secret } => {
                let secret = SecretToken::parse_for(Kind::Client, &secret)
                    .ok()
                    .filter(|secret| secret.lookup() == id)
                    .ok_or(Refusal::InvalidClient)?;
                self.credentials.valid(&secret).await?
            }
            Client::Assertion { id, assertion } => {
                let now = self.credentials.clock.now();
                let assertions = self.assertions.as_ref().ok_or(Refusal::InvalidClient)?;
                let proven = assertions
                    .client_of(&assertion, &now)
                    .filter(|proven| id.as_deref().is_none_or(|id| id == &**proven))
                    .ok_or(Refusal::InvalidClient)?;
                self.credentials.alive(&proven).await?
            }
        };
        let seconds = u32::from(self.minutes) * 60;
        let token = AccessToken {
            tenant: self.credentials.tenant.as_str().into(),
            client: client.lookup.clone(),
            expires: self
                .credentials
                .clock
                .now()
                .plus_seconds(seconds.into())
                .to_string(),
        };
        self.credentials.touch(&client.lookup).await?;
        Ok(token_response::granted(
            &token.sign(&self.key),
            seconds,
            client.scope,
        ))
    }
}

impl<T: Tenants, K: Tokens> Authenticator for ClientCredentials<T, K> {
    type Store = T::Store;

    async fn authenticate(&self, head: &Parts) -> Result<Access<T::Store>, Denied> {
        let token = AccessToken::open(bearer(head)?, &self.key).ok_or(Denied::Invalid)?;
        let expires: DateTime = token.expires.parse().map_err(|_| Denied::Invalid)?;
        if *token.tenant != *self.credentials.tenant.as_str()
            || expires <= self.credentials.clock.now()
        {
            return Err(Denied::Invalid);
        }
        let client = self.credentials.alive(&token.client).await?;
        self.credentials.open(client, &self.tenants).await
    }
}

impl<T, K> fmt::Debug for ClientCredentials<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("tenant", &self.credentials.tenant)
            .field("minutes", &self.minutes)
            .finish_non_exhaustive()
    }
}
