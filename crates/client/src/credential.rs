use crate::{AccessTokens, Error, Token, Transport};

/// How a [`Client`](crate::Client) shows who it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credential {
    /// With access tokens that a token endpoint gives it.
    AccessTokens(AccessTokens),
    /// With one token that the service issued.
    Token(Token),
}

impl Credential {
    /// What a request is to carry, fetched over `transport` if need be.
    ///
    /// # Errors
    /// [`Error`] when there is no access token.
    pub async fn token(&self, transport: &impl Transport) -> Result<Token, Error> {
        match self {
            Self::AccessTokens(tokens) => tokens.token(transport).await,
            Self::Token(token) => Ok(token.clone()),
        }
    }

    /// What a request is to carry after `refused` was not taken; none if there is nothing else.
    ///
    /// # Errors
    /// [`Error`] when there is no access token.
    pub async fn renewed(
        &self,
        refused: &Token,
        transport: &impl Transport,
    ) -> Result<Option<Token>, Error> {
        match self {
            Self::AccessTokens(tokens) => tokens.renewed(refused, transport).await.map(Some),
            Self::Token(_) => Ok(None),
        }
    }
}

impl From<AccessTokens> for Credential {
    fn from(tokens: AccessTokens) -> Self {
        Self::AccessTokens(tokens)
    }
}

impl From<Token> for Credential {
    fn from(token: Token) -> Self {
        Self::Token(token)
    }
}
