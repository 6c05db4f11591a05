use std::{fmt, sync::Arc};

use http::{HeaderName, header::AUTHORIZATION, request::Parts};
use scimkit_schema::{Clock, DateTime, Random};
use scimkit_store::{Scope, StoreError, TenantId, Tenants, Tokens};

use crate::{
    Access, Authenticator, Denied, IssueError, IssuedToken, SecretToken, TokenInfo,
    credentials::Credentials, token::Kind,
};

/// Static bearer tokens ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)): named, hashed, expiring, revocable, with last use.
///
/// One value lets requests into one tenant; tokens of other tenants open nothing here.
#[derive(Clone)]
pub struct BearerTokens<T, K> {
    credentials: Credentials<K>,
    tenants: T,
    other_header: Option<HeaderName>,
}

impl<T: Tenants, K: Tokens> BearerTokens<T, K> {
    /// The tokens of one tenant.
    #[must_use]
    pub fn new(tenant: TenantId, tenants: T, tokens: K, clock: Arc<dyn Clock>) -> Self {
        Self {
            credentials: Credentials::new(tenant, tokens, clock, Kind::Bearer),
            tenants,
            other_header: None,
        }
    }

    /// Also accepts the bare token in another header, as `Netskope-Api-Token` has it.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName) -> Self {
        self.other_header = Some(name);
        self
    }

    /// Makes a token for the client called `name`.
    ///
    /// # Errors
    /// [`IssueError::Nameless`] for an empty or blank name, [`IssueError::Expired`] for an expiry that has passed, and
    /// what the token store fails with.
    pub async fn issue(
        &self,
        name: &str,
        scope: Scope,
        expires: Option<DateTime>,
        random: &dyn Random,
    ) -> Result<IssuedToken, IssueError> {
        self.credentials.issue(name, scope, expires, random).await
    }

    /// Lets a secret that was made elsewhere work as a token: a client that already has one need not be set up anew.
    ///
    /// # Errors
    /// As [`BearerTokens::issue`].
    pub async fn adopt(
        &self,
        secret: SecretToken,
        name: &str,
        scope: Scope,
        expires: Option<DateTime>,
    ) -> Result<IssuedToken, IssueError> {
        self.credentials.adopt(secret, name, scope, expires).await
    }

    /// Makes another token with the name and scope of the one that `lookup` names, which goes on working for `overlap` seconds at the most:
    /// until then both are valid, so that no cycle of the client fails in between.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the tenant has no such token that works, and as [`BearerTokens::issue`].
    pub async fn rotate(
        &self,
        lookup: &str,
        expires: Option<DateTime>,
        overlap: u32,
        random: &dyn Random,
    ) -> Result<IssuedToken, IssueError> {
        let made = self.credentials.rotate(lookup, expires, overlap, random);
        made.await
    }

    /// The tenant's tokens, in the order in which they were made.
    ///
    /// # Errors
    /// What the token store fails with.
    pub async fn list(&self) -> Result<Vec<TokenInfo>, StoreError> {
        self.credentials.list().await
    }

    /// Revokes a token: the very next request with it is refused.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the tenant has no such token, and what the token store fails with.
    pub async fn revoke(&self, lookup: &str) -> Result<(), StoreError> {
        self.credentials.revoke(lookup).await
    }

    fn presented<'a>(&self, head: &'a Parts) -> Result<&'a str, Denied> {
        let other = self.other_header.as_ref();
        let Some(value) = other.and_then(|name| head.headers.get(name)) else {
            return bearer(head);
        };
        let token = value.to_str().map_err(|_| Denied::Missing)?.trim();
        (!token.is_empty()).then_some(token).ok_or(Denied::Missing)
    }
}

/// What a request presents as `Authorization: Bearer …`; never empty.
///
/// # Errors
/// [`Denied::Missing`] when it presents none, [`Denied::Ambiguous`] when it presents several credentials.
pub(crate) fn bearer(head: &Parts) -> Result<&str, Denied> {
    let mut values = head.headers.get_all(AUTHORIZATION).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    if values.next().is_some() {
        return Err(Denied::Ambiguous);
    }
    value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or(Denied::Missing)
}

impl<T: Tenants, K: Tokens> Authenticator for BearerTokens<T, K> {
    type Store = T::Store;

    async fn authenticate(&self, head: &Parts) -> Result<Access<T::Store>, Denied> {
        let secret = SecretToken::adopt(self.presented(head)?).map_err(|_| Denied::Invalid)?;
        let row = self.credentials.valid(&secret).await?;
        self.credentials.open(row, &self.tenants).await
    }
}

impl<T, K> fmt::Debug for BearerTokens<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerTokens")
            .field("tenant", &self.credentials.tenant)
            .finish_non_exhaustive()
    }
}
