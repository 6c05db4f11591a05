use std::{fmt, str::FromStr};

use url::Url;

use crate::is_loopback;

/// The address of a token endpoint ([RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)): https, or http on this machine.
///
/// ```
/// use scimkit_client::TokenUrl;
///
/// assert!("https://login.harborline.example/oauth2/token".parse::<TokenUrl>().is_ok());
/// assert!("http://login.harborline.example/oauth2/token".parse::<TokenUrl>().is_err());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenUrl(Url);

/// An address that cannot be that of a token endpoint.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTokenUrl {
    /// It holds a user name or a password.
    #[error(
        "the address of the token endpoint holds a user name or password: leave it off, client id and secret are given apart"
    )]
    Credentials,
    /// It has a fragment.
    #[error("the address of the token endpoint has a part behind `#`: leave it off")]
    Fragment,
    /// It is no address.
    #[error(
        "this is no address ({0}): that of a token endpoint must look like `https://host/oauth2/token`"
    )]
    NotAnAddress(Box<str>),
    /// The secret would be seen.
    #[error(
        "the address of the token endpoint does not begin with `https://`, and everybody on the way would see the secret; plain http is for this machine only"
    )]
    NotHttps,
}

impl TokenUrl {
    /// The address.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for TokenUrl {
    type Err = InvalidTokenUrl;

    fn from_str(text: &str) -> Result<Self, InvalidTokenUrl> {
        let url = Url::parse(text.trim())
            .map_err(|error| InvalidTokenUrl::NotAnAddress(error.to_string().into()))?;
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
            return Err(InvalidTokenUrl::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTokenUrl::Credentials);
        }
        if url.fragment().is_some() {
            return Err(InvalidTokenUrl::Fragment);
        }
        Ok(Self(url))
    }
}

/// The address, so that it reads back.
impl fmt::Display for TokenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
