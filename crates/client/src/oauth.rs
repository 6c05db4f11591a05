//! OAuth 2.0 client credentials, from the client's end.

mod answer;
mod token_url;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use scimkit_schema::{Clock, DateTime};
use url::form_urlencoded::{Serializer, byte_serialize};

use self::answer::Granted;
pub use self::token_url::{InvalidTokenUrl, TokenUrl};
use crate::{Error, Token, Transport};

/// A client that a token endpoint knows, without its secret: what may be stored and shown.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_client::{Client, OAuthClient, Token};
/// # use scimkit_schema::{Clock, DateTime};
/// # struct Noon;
/// # impl Clock for Noon { fn now(&self) -> DateTime { DateTime::from_unix_micros(0) } }
/// # let transport = async |_: http::Request<bytes::Bytes>| Ok(http::Response::new(bytes::Bytes::new()));
///
/// let azure = OAuthClient::new("https://login.harborline.example/oauth2/token".parse()?, "cust-42", Arc::new(Noon)).with_scope("scim");
/// let access_tokens = azure.with_secret(Token::new("s3cret")?);
/// let client = Client::new("https://tenant.harborline.example/scim/v2".parse()?, access_tokens, transport);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct OAuthClient {
    url: TokenUrl,
    id: Box<str>,
    scope: Option<Box<str>>,
    secret_place: SecretPlace,
    clock: Arc<dyn Clock>,
}

/// Where a request for a token carries the client's secret
/// ([RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SecretPlace {
    /// In the form, as Entra sends it.
    #[default]
    Body,
    /// In an `Authorization: Basic` header.
    Header,
}

impl OAuthClient {
    /// The client `id` of the token endpoint at `url`. The clock tells when a token is old.
    #[must_use]
    pub fn new(url: TokenUrl, id: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            url,
            id: id.into(),
            scope: None,
            secret_place: SecretPlace::Body,
            clock,
        }
    }

    /// This, asking for a scope.
    #[must_use]
    pub fn with_scope(mut self, scope: &str) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// This, with the secret elsewhere in the request.
    #[must_use]
    pub const fn with_secret_place(mut self, place: SecretPlace) -> Self {
        self.secret_place = place;
        self
    }

    /// Where tokens are asked for.
    #[must_use]
    pub const fn url(&self) -> &TokenUrl {
        &self.url
    }

    /// What the endpoint knows the client by.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The scope that is asked for.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The access tokens that the endpoint gives to whoever has `secret`.
    #[must_use]
    pub fn with_secret(&self, secret: Token) -> AccessTokens {
        AccessTokens {
            client: self.clone(),
            secret,
            kept: Arc::default(),
        }
    }

    fn request(&self, secret: &Token) -> Result<Request<Bytes>, http::Error> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.url.url().as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match self.secret_place {
            SecretPlace::Body => {
                form.append_pair("client_id", &self.id);
                form.append_pair("client_secret", secret.expose());
            }
            SecretPlace::Header => {
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encoded(&self.id), encoded(secret.expose()));
                let mut basic = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))?;
                basic.set_sensitive(true);
                request = request.header(header::AUTHORIZATION, basic);
            }
        }
        if let Some(scope) = &self.scope {
            form.append_pair("scope", scope);
        }
        request.body(form.finish().into())
    }
}

/// Access tokens, fetched when they are needed, kept, and renewed before they end. Clones share them.
#[derive(Clone)]
pub struct AccessTokens {
    client: OAuthClient,
    secret: Token,
    kept: Arc<Mutex<Option<Kept>>>,
}

#[derive(Clone)]
struct Kept {
    token: Token,
    /// When it is to be renewed; none if the endpoint did not say how long it works.
    renew_at: Option<DateTime>,
}

impl AccessTokens {
    /// A token that works for a while yet, fetched over `transport` if there is none.
    ///
    /// # Errors
    /// [`Error`]: of the kind [`Unauthorized`](crate::ErrorKind::Unauthorized) when the endpoint gives none.
    pub async fn token(&self, transport: &impl Transport) -> Result<Token, Error> {
        match self.kept() {
            Some(Kept { token, renew_at }) if self.is_fresh(renew_at.as_ref()) => Ok(token),
            _ => self.fetch(transport).await,
        }
    }

    /// A token in place of `refused`, which the service does not take any more.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub async fn renewed(
        &self,
        refused: &Token,
        transport: &impl Transport,
    ) -> Result<Token, Error> {
        match self.kept() {
            // another call was faster
            Some(Kept { token, .. }) if token != *refused => Ok(token),
            _ => self.fetch(transport).await,
        }
    }

    /// Whose tokens these are.
    #[must_use]
    pub const fn client(&self) -> &OAuthClient {
        &self.client
    }

    /// Asks for a token, and keeps it. Two calls at once may ask twice, which costs a request and nothing else.
    async fn fetch(&self, transport: &impl Transport) -> Result<Token, Error> {
        let request = self.client.request(&self.secret);
        let request = request.map_err(|error| answer::unsendable(&self.client.url, &error))?;
        let response = transport.send(request).await;
        let Granted { token, seconds } = answer::read(&self.client.url, &self.secret, response)?;
        let renew_at = seconds.map(|seconds| {
            let early = (seconds / 10).min(MOST_EARLY);
            self.client.clock.now().plus_seconds(seconds - early)
        });
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept {
            token: token.clone(),
            renew_at,
        });
        Ok(token)
    }

    fn kept(&self) -> Option<Kept> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    fn is_fresh(&self, renew_at: Option<&DateTime>) -> bool {
        renew_at.is_none_or(|renew_at| self.client.clock.now() < *renew_at)
    }
}

/// Without the clock.
impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("url", &self.url.to_string())
            .field("id", &self.id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Without the secret and the token.
impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens")
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}

/// How many seconds before its end a token is renewed at the most; a tenth of its life otherwise.
const MOST_EARLY: i64 = 300;

#[cfg(test)]
mod tests;
