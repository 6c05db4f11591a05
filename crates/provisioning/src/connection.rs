use std::fmt;

use scimkit_client::{BaseUrl, Client, Credential, OAuthClient, Token, Transport};
use scimkit_mapping::MappingSet;
use scimkit_schema::{Clock, DateTime, IdSource, SchemaSet};
use serde::{Deserialize, Serialize};

use crate::{
    SecretError, SecretReference, SecretSource,
    fingerprint::fingerprint,
    probe::{ProbeError, probe},
};

/// Where the target is and how to get in, not tested yet.
///
/// Only [`test`](Self::test) makes a [`TestedConnection`] of it, and only that can be saved.
#[derive(Clone)]
pub struct Connection<T> {
    base: BaseUrl,
    secret: SecretReference,
    oauth: Option<OAuthClient>,
    transport: T,
}

/// A connection that passed the test with exactly these values. Any edit makes it a [`Connection`] again.
#[derive(Clone)]
pub struct TestedConnection<T> {
    connection: Connection<T>,
    credential: Credential,
    evidence: Evidence,
}

/// What a test proved: this address took this token at that time. It holds no secret.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    base_url: Box<str>,
    token_fingerprint: Box<str>,
    #[serde(with = "crate::text")]
    tested_at: DateTime,
}

impl<T> Connection<T> {
    /// A connection to the service at `base`, with the token that `secret` points to.
    #[must_use]
    pub const fn new(base: BaseUrl, secret: SecretReference, transport: T) -> Self {
        Self {
            base,
            secret,
            oauth: None,
            transport,
        }
    }

    /// This, with access tokens that this client gets for its secret, which is what the reference points to then.
    #[must_use]
    pub fn with_oauth_client(self, client: OAuthClient) -> Self {
        Self {
            oauth: Some(client),
            ..self
        }
    }

    /// Where the service is.
    #[must_use]
    pub const fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Where the token is kept, or the secret of the OAuth client.
    #[must_use]
    pub const fn secret(&self) -> &SecretReference {
        &self.secret
    }

    /// This, to another address.
    #[must_use]
    pub fn with_base(self, base: BaseUrl) -> Self {
        Self { base, ..self }
    }

    /// This, with the token that is kept elsewhere.
    #[must_use]
    pub fn with_secret(self, secret: SecretReference) -> Self {
        Self { secret, ..self }
    }
}

impl<T: Transport + Clone> Connection<T> {
    /// Asks the target for somebody who cannot exist, by the matching attribute of `mappings`. Nothing is created or changed.
    ///
    /// # Errors
    /// [`TestError`], whose message says what to change.
    pub async fn test(
        &self,
        secrets: &impl SecretSource,
        mappings: &MappingSet,
        clock: &dyn Clock,
        ids: &dyn IdSource,
    ) -> Result<TestedConnection<T>, TestError> {
        let token = secrets.resolve(&self.secret).await.map_err(Reason::from)?;
        let fingerprint = self.fingerprint(&token);
        let credential = self.credential(token);
        let client = Client::new(
            self.base.clone(),
            credential.clone(),
            self.transport.clone(),
        );
        probe(&client, mappings, &SchemaSet::core(), ids)
            .await
            .map_err(Reason::from)?;
        let evidence = Evidence {
            base_url: self.base.to_string().into(),
            token_fingerprint: fingerprint.into(),
            tested_at: clock.now(),
        };
        Ok(TestedConnection {
            connection: self.clone(),
            credential,
            evidence,
        })
    }

    /// Makes a tested connection without a new test, if `evidence` is about exactly this address and this token.
    ///
    /// # Errors
    /// [`Untested`], which says what has changed since the test.
    pub async fn with_evidence(
        &self,
        evidence: Option<&Evidence>,
        secrets: &impl SecretSource,
    ) -> Result<TestedConnection<T>, Untested> {
        let evidence = evidence.ok_or(Untested::Never)?;
        let now = self.base.to_string();
        if *evidence.base_url != *now {
            return Err(Untested::OtherAddress {
                tested: evidence.base_url.clone(),
                now: now.into(),
            });
        }
        let token = secrets.resolve(&self.secret).await?;
        if *evidence.token_fingerprint != *self.fingerprint(&token) {
            let reference = self.secret.clone();
            return Err(match &self.oauth {
                Some(_) => Untested::OtherClient { reference },
                None => Untested::OtherToken { reference },
            });
        }
        Ok(TestedConnection {
            connection: self.clone(),
            credential: self.credential(token),
            evidence: evidence.clone(),
        })
    }

    fn credential(&self, secret: Token) -> Credential {
        match &self.oauth {
            Some(client) => client.with_secret(secret).into(),
            None => secret.into(),
        }
    }

    /// What changes with every part of the credential, and shows none.
    fn fingerprint(&self, secret: &Token) -> String {
        match &self.oauth {
            None => fingerprint(secret.expose()),
            Some(client) => {
                let (url, id) = (client.url(), client.id());
                let scope = client.scope().unwrap_or_default();
                fingerprint(&format!("{url}\n{id}\n{scope}\n{}", secret.expose()))
            }
        }
    }
}

impl<T> TestedConnection<T> {
    /// What the test proved.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Where the service is.
    #[must_use]
    pub const fn base(&self) -> &BaseUrl {
        &self.connection.base
    }

    /// Where the token is kept, or the secret of the OAuth client.
    #[must_use]
    pub const fn secret(&self) -> &SecretReference {
        &self.connection.secret
    }

    /// An untested connection to another address.
    #[must_use]
    pub fn with_base(self, base: BaseUrl) -> Connection<T> {
        self.connection.with_base(base)
    }

    /// An untested connection with the token that is kept elsewhere.
    #[must_use]
    pub fn with_secret(self, secret: SecretReference) -> Connection<T> {
        self.connection.with_secret(secret)
    }
}

impl<T: Transport + Clone> TestedConnection<T> {
    /// A client of the tested service, with the tested token.
    #[must_use]
    pub fn client(&self) -> Client<T> {
        Client::new(
            self.connection.base.clone(),
            self.credential.clone(),
            self.connection.transport.clone(),
        )
    }
}

/// Without the transport, which may be a closure.
impl<T> fmt::Debug for Connection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("base", &self.base)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

/// Without the token.
impl<T> fmt::Debug for TestedConnection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestedConnection")
            .field("connection", &self.connection)
            .field("evidence", &self.evidence)
            .finish_non_exhaustive()
    }
}

impl Evidence {
    /// The address that was tested.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The SHA-256 of the token that was tested, or of the OAuth client with its secret, in hexadecimal digits.
    #[must_use]
    pub fn token_fingerprint(&self) -> &str {
        &self.token_fingerprint
    }

    /// When it was tested.
    #[must_use]
    pub const fn tested_at(&self) -> &DateTime {
        &self.tested_at
    }
}

/// A connection test that failed. The message says what to change.
#[derive(Debug)]
pub struct TestError(Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Probe(#[from] ProbeError),
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl TestError {
    /// The call that failed, unless it was the answer that was wrong.
    #[must_use]
    pub const fn request(&self) -> Option<&scimkit_client::Error> {
        match &self.0 {
            Reason::Probe(ProbeError::Request(error)) => Some(error),
            _ => None,
        }
    }

    /// Whether the target answered with somebody although nobody was asked for.
    #[must_use]
    pub const fn ignores_filter(&self) -> bool {
        matches!(self.0, Reason::Probe(ProbeError::IgnoresFilter { .. }))
    }
}

impl From<Reason> for TestError {
    fn from(reason: Reason) -> Self {
        Self(reason)
    }
}

impl fmt::Display for TestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for TestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// A connection that cannot be saved, since no test is about it as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Untested {
    /// There is no evidence.
    #[error("the connection was never tested: test it before saving")]
    Never,
    /// The test was about another address.
    #[error(
        "the test was about `{tested}`, but the address is now `{now}`: test it again before saving"
    )]
    OtherAddress {
        /// The address that was tested.
        tested: Box<str>,
        /// The address now.
        now: Box<str>,
    },
    /// The test was about another token.
    #[error(
        "the token that `{reference}` holds is not the one that was tested: test it again before saving"
    )]
    OtherToken {
        /// Where the token is kept, or the secret of the OAuth client.
        reference: SecretReference,
    },
    /// The test was about another OAuth client, or another secret of it.
    #[error(
        "the client, its scope, its token endpoint or the secret that `{reference}` holds is not what was tested: test it again before saving"
    )]
    OtherClient {
        /// Where the secret is kept.
        reference: SecretReference,
    },
    /// The token cannot be fetched.
    #[error(transparent)]
    Secret(#[from] SecretError),
}
