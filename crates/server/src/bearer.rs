use std::sync::Arc;

use http::{HeaderName, header::AUTHORIZATION, request::Parts};
use scimkit_schema::{Clock, DateTime, Random};
use scimkit_store::{Scope, StoreError, TenantId, Tenants, TokenRow, Tokens};
use subtle::ConstantTimeEq;

use crate::{Access, Authenticator, Denied, SecretToken};

/// Static bearer tokens ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)): named, hashed, expiring, revocable, with last use.
///
/// One value lets requests into one tenant; tokens of other tenants open nothing here.
#[derive(Clone)]
pub struct BearerTokens<T, K> {
    tenant: TenantId,
    tenants: T,
    tokens: K,
    clock: Arc<dyn Clock>,
    other_header: Option<HeaderName>,
}

/// A token that was just made. Its secret is here and nowhere else.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// The token, to be shown once.
    pub secret: SecretToken,
    /// What lists show of it from now on.
    pub info: TokenInfo,
}

/// A token as lists show it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenInfo {
    /// The public part of the token, which names it.
    pub lookup: Box<str>,
    /// The client that it was made for.
    pub name: Box<str>,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created: DateTime,
    /// When it stops working; none for never.
    pub expires: Option<DateTime>,
    /// When it was revoked; none while it is not.
    pub revoked: Option<DateTime>,
    /// When it was last used, in full resolution; lists usually show minutes.
    pub last_used: Option<DateTime>,
}

impl<T: Tenants, K: Tokens> BearerTokens<T, K> {
    /// The tokens of one tenant.
    #[must_use]
    pub fn new(tenant: TenantId, tenants: T, tokens: K, clock: Arc<dyn Clock>) -> Self {
        Self {
            tenant,
            tenants,
            tokens,
            clock,
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
        self.adopt(SecretToken::generate(random), name, scope, expires)
            .await
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
        let created = self.clock.now();
        if name.trim().is_empty() {
            return Err(IssueError::Nameless);
        }
        if expires.as_ref().is_some_and(|expires| *expires <= created) {
            return Err(IssueError::Expired);
        }
        let row = TokenRow {
            lookup: secret.lookup().into(),
            tenant: self.tenant.clone(),
            name: name.trim().into(),
            hash: secret.hash(),
            scope,
            created,
            expires,
            revoked: None,
            last_used: None,
        };
        let info = row.clone().into();
        self.tokens.put(row).await?;
        Ok(IssuedToken { secret, info })
    }

    /// The tenant's tokens, in the order in which they were made.
    ///
    /// # Errors
    /// What the token store fails with.
    pub async fn list(&self) -> Result<Vec<TokenInfo>, StoreError> {
        Ok(self
            .tokens
            .list(&self.tenant)
            .await?
            .into_iter()
            .map(TokenInfo::from)
            .collect())
    }

    /// Revokes a token: the very next request with it is refused.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when the tenant has no such token, and what the token store fails with.
    pub async fn revoke(&self, lookup: &str) -> Result<(), StoreError> {
        let row = self
            .tokens
            .find(lookup)
            .await?
            .filter(|row| row.tenant == self.tenant)
            .ok_or(StoreError::Gone)?;
        let revoked = row.revoked.clone().or_else(|| Some(self.clock.now()));
        self.tokens.put(TokenRow { revoked, ..row }).await
    }

    fn presented<'a>(&self, head: &'a Parts) -> Option<&'a str> {
        if let Some(value) = self
            .other_header
            .as_ref()
            .and_then(|name| head.headers.get(name))
        {
            return value.to_str().ok().map(str::trim);
        }
        let (scheme, token) = head
            .headers
            .get(AUTHORIZATION)?
            .to_str()
            .ok()?
            .split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    async fn valid(&self, presented: &SecretToken) -> Result<TokenRow, Denied> {
        let row = self
            .tokens
            .find(presented.lookup())
            .await
            .map_err(Denied::Unavailable)?;
        // A miss costs the same comparison as a hit.
        let kept = row.as_ref().map_or([0; 32], |row| row.hash);
        let equal: bool = kept.ct_eq(&presented.hash()).into();
        let now = self.clock.now();
        row.filter(|_| equal)
            .filter(|row| row.tenant == self.tenant && row.revoked.is_none())
            .filter(|row| row.expires.as_ref().is_none_or(|expires| *expires > now))
            .ok_or(Denied::Invalid)
    }
}

impl<T: Tenants, K: Tokens> Authenticator for BearerTokens<T, K> {
    type Store = T::Store;

    async fn authenticate(&self, head: &Parts) -> Result<Access<T::Store>, Denied> {
        let presented = self
            .presented(head)
            .filter(|token| !token.is_empty())
            .ok_or(Denied::Missing)?;
        let secret = SecretToken::adopt(presented).map_err(|_| Denied::Invalid)?;
        let row = self.valid(&secret).await?;
        let store = self
            .tenants
            .open(&row.tenant)
            .await
            .map_err(Denied::Unavailable)?
            .ok_or(Denied::Invalid)?;
        self.tokens
            .touch(&row.lookup, self.clock.now())
            .await
            .map_err(Denied::Unavailable)?;
        Ok(Access::new(store, row.name, row.scope).with_tenant(row.tenant.as_str()))
    }
}

impl<T, K> std::fmt::Debug for BearerTokens<T, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BearerTokens")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl From<TokenRow> for TokenInfo {
    fn from(row: TokenRow) -> Self {
        Self {
            lookup: row.lookup,
            name: row.name,
            scope: row.scope,
            created: row.created,
            expires: row.expires,
            revoked: row.revoked,
            last_used: row.last_used,
        }
    }
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The name is empty.
    #[error("a token needs a name: that of the client it is for, such as `Azure AD`")]
    Nameless,
    /// The expiry has passed already.
    #[error("the token would have expired already: choose a later time")]
    Expired,
    /// The token store failed.
    #[error("the token could not be kept")]
    Store(#[from] StoreError),
}
