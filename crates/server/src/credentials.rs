use std::sync::Arc;

use scimkit_schema::{Clock, DateTime, Random};
use scimkit_store::{Scope, StoreError, TenantId, Tenants, TokenRow, Tokens};
use subtle::ConstantTimeEq;

use crate::{Access, Denied, SecretToken, token::Kind};

/// The secrets of one kind that one tenant gave: made, listed, rotated, revoked and checked in one way, whatever they are for.
#[derive(Clone)]
pub(crate) struct Credentials<K> {
    pub(crate) tenant: TenantId,
    pub(crate) clock: Arc<dyn Clock>,
    rows: K,
    kind: Kind,
}

/// A secret that was just made. It is here and nowhere else.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// The secret, to be shown once.
    pub secret: SecretToken,
    /// What lists show of it from now on.
    pub info: TokenInfo,
}

/// A token, or the secret of a client, as lists show it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// The public part, which names it; the id of a client.
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

impl<K: Tokens> Credentials<K> {
    pub(crate) fn new(tenant: TenantId, rows: K, clock: Arc<dyn Clock>, kind: Kind) -> Self {
        Self {
            tenant,
            clock,
            rows,
            kind,
        }
    }

    pub(crate) async fn issue(
        &self,
        name: &str,
        scope: Scope,
        expires: Option<DateTime>,
        random: &dyn Random,
    ) -> Result<IssuedToken, IssueError> {
        let secret = SecretToken::generate_for(self.kind, random);
        self.adopt(secret, name, scope, expires).await
    }

    pub(crate) async fn adopt(
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
        self.rows.put(row).await?;
        Ok(IssuedToken { secret, info })
    }

    /// Another secret with the name and scope of this one, which goes on for `overlap` seconds at the most.
    pub(crate) async fn rotate(
        &self,
        lookup: &str,
        expires: Option<DateTime>,
        overlap: u32,
        random: &dyn Random,
    ) -> Result<IssuedToken, IssueError> {
        let now = self.clock.now();
        let old = self.row(lookup).await?.filter(|row| is_alive(row, &now));
        let old = old.ok_or(StoreError::Gone)?;
        let issued = self.issue(&old.name, old.scope, expires, random).await?;
        let end = now.plus_seconds(overlap.into());
        let end = old
            .expires
            .clone()
            .map_or(end.clone(), |end_before| end_before.min(end));
        let ending = TokenRow {
            expires: Some(end),
            ..old
        };
        self.rows.put(ending).await?;
        Ok(issued)
    }

    pub(crate) async fn list(&self) -> Result<Vec<TokenInfo>, StoreError> {
        let rows = self.rows.list(&self.tenant).await?.into_iter();
        let rows = rows.filter(|row| Kind::of(&row.lookup) == self.kind);
        Ok(rows.map(TokenInfo::from).collect())
    }

    pub(crate) async fn revoke(&self, lookup: &str) -> Result<(), StoreError> {
        let row = self.row(lookup).await?.ok_or(StoreError::Gone)?;
        let revoked = row.revoked.clone().or_else(|| Some(self.clock.now()));
        self.rows.put(TokenRow { revoked, ..row }).await
    }

    /// The row of a secret that works now. A miss costs the same comparison as a hit.
    pub(crate) async fn valid(&self, presented: &SecretToken) -> Result<TokenRow, Denied> {
        let row = self.row(presented.lookup()).await;
        let row = row.map_err(Denied::Unavailable)?;
        let kept = row.as_ref().map_or([0; 32], |row| row.hash);
        let equal: bool = kept.ct_eq(&presented.hash()).into();
        let now = self.clock.now();
        row.filter(|row| equal && is_alive(row, &now))
            .ok_or(Denied::Invalid)
    }

    /// The row that has this public part, if it works now; for what was derived from its secret.
    pub(crate) async fn alive(&self, lookup: &str) -> Result<TokenRow, Denied> {
        let row = self.row(lookup).await.map_err(Denied::Unavailable)?;
        let now = self.clock.now();
        row.filter(|row| is_alive(row, &now)).ok_or(Denied::Invalid)
    }

    /// What the client of a row may reach; the row's last use is now.
    pub(crate) async fn open<T: Tenants>(
        &self,
        row: TokenRow,
        tenants: &T,
    ) -> Result<Access<T::Store>, Denied> {
        let store = tenants.open(&row.tenant).await;
        let store = store.map_err(Denied::Unavailable)?.ok_or(Denied::Invalid)?;
        self.touch(&row.lookup).await?;
        Ok(Access::new(store, row.name, row.scope).with_tenant(row.tenant.as_str()))
    }

    /// Notes that a secret was used just now.
    pub(crate) async fn touch(&self, lookup: &str) -> Result<(), Denied> {
        let touched = self.rows.touch(lookup, self.clock.now()).await;
        touched.map_err(Denied::Unavailable)
    }

    async fn row(&self, lookup: &str) -> Result<Option<TokenRow>, StoreError> {
        let row = self.rows.find(lookup).await?;
        Ok(row.filter(|row| row.tenant == self.tenant && Kind::of(&row.lookup) == self.kind))
    }
}

fn is_alive(row: &TokenRow, now: &DateTime) -> bool {
    row.revoked.is_none() && row.expires.as_ref().is_none_or(|expires| expires > now)
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
