use std::{fmt, str::FromStr};

use url::{Host, Url};

/// The address of a SCIM service, to which `/Users` and the other endpoints are appended
/// ([RFC 7644 §1.3](https://www.rfc-editor.org/rfc/rfc7644#section-1.3)).
///
/// Entra calls it the tenant URL, and takes flags for itself from its query string; they are kept apart and never sent.
///
/// ```
/// use scimkit_client::{BaseUrl, PlainHttp};
///
/// let base = BaseUrl::parse("https://tenant.harborline.example/scim/v2/?aadOptscim062020", PlainHttp::OnLoopback)?;
/// assert_eq!(base.url().as_str(), "https://tenant.harborline.example/scim/v2");
/// assert_eq!(base.flags(), [BaseUrl::AAD_OPTSCIM]);
///
/// let pasted = BaseUrl::parse("https://tenant.harborline.example/scim/v2/Users", PlainHttp::OnLoopback).unwrap_err();
/// assert_eq!(
///     pasted.to_string(),
///     "the address ends in `/Users`, which is added by itself: use `https://tenant.harborline.example/scim/v2`",
/// );
/// # Ok::<(), scimkit_client::InvalidBaseUrl>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BaseUrl {
    /// INVARIANT: http or https, with a host; no user information, query or fragment; the path ends in `/` only when it is `/`.
    url: Url,
    flags: Vec<&'static str>,
}

/// Where a base URL may be plain `http`, which shows the token to everybody on the way.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum PlainHttp {
    /// Only when the host is this machine.
    #[default]
    OnLoopback,
    /// Everywhere, for a network that encrypts by other means.
    Anywhere,
}

impl BaseUrl {
    /// The flag that asks Entra for PATCH bodies that follow the RFC.
    pub const AAD_OPTSCIM: &'static str = "aadOptscim062020";

    /// Reads an address as people paste it: white space around it and slashes at its end are left off.
    ///
    /// # Errors
    /// [`InvalidBaseUrl`], which says what to change.
    pub fn parse(text: &str, plain_http: PlainHttp) -> Result<Self, InvalidBaseUrl> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidBaseUrl::Empty);
        }
        if text.contains(char::is_whitespace) || text.contains(char::is_control) {
            return Err(InvalidBaseUrl::WhiteSpace);
        }
        let mut url = Url::parse(text).map_err(|error| match error {
            url::ParseError::RelativeUrlWithoutBase => InvalidBaseUrl::Scheme,
            other => InvalidBaseUrl::NotAnAddress(other.to_string().into()),
        })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(InvalidBaseUrl::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::Credentials);
        }
        if url.fragment().is_some() {
            return Err(InvalidBaseUrl::Fragment);
        }
        let host = url
            .host_str()
            .ok_or_else(|| InvalidBaseUrl::NotAnAddress("empty host".into()))?;
        if url.scheme() == "http" && plain_http == PlainHttp::OnLoopback && !is_loopback(&url) {
            return Err(InvalidBaseUrl::PlainHttp(shown(host, 80)));
        }
        let flags = flags(&url)?;
        url.set_query(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        if let Some((before, last)) = path.rsplit_once('/')
            && let Some(endpoint) = ENDPOINTS
                .iter()
                .find(|name| name.eq_ignore_ascii_case(last))
        {
            url.set_path(before.trim_end_matches('/'));
            let base = Self { url, flags };
            return Err(InvalidBaseUrl::Endpoint {
                endpoint,
                base: shown(&base.to_string(), 200),
            });
        }
        Ok(Self { url, flags })
    }

    /// The address without flags. Its path ends in `/` only when it is nothing else.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Entra's flags, in Microsoft's spelling.
    #[must_use]
    pub fn flags(&self) -> &[&'static str] {
        &self.flags
    }
}

/// As [`BaseUrl::parse`] with [`PlainHttp::OnLoopback`].
impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        Self::parse(text, PlainHttp::OnLoopback)
    }
}

/// The address with its flags, so that it reads back.
impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))?;
        if !self.flags.is_empty() {
            write!(f, "?{}", self.flags.join("&"))?;
        }
        Ok(())
    }
}

/// Whether a URL leads to this machine: `localhost` and names below it, 127.0.0.0/8, `[::1]`. A transport sends such a request through
/// no proxy, which would be another machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// An address that cannot be a base URL.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBaseUrl {
    /// It holds a user name or a password.
    #[error("the address holds a user name or password: leave it off, the token is given apart")]
    Credentials,
    /// There is nothing.
    #[error(
        "the base URL is empty: give the address of the SCIM service, such as `https://host/scim/v2`"
    )]
    Empty,
    /// It ends in an endpoint.
    #[error("the address ends in `/{endpoint}`, which is added by itself: use `{base}`")]
    Endpoint {
        /// The endpoint, in the RFC's spelling.
        endpoint: &'static str,
        /// The address without it.
        base: Box<str>,
    },
    /// It has a fragment.
    #[error("the address has a part behind `#`: leave it off")]
    Fragment,
    /// It cannot be read.
    #[error("this is no address ({0}): it must look like `https://host/scim/v2`")]
    NotAnAddress(Box<str>),
    /// It is plain http to another machine.
    #[error(
        "plain http to `{0}` would show the token to everybody on the way: use `https://`; plain http is for this machine only"
    )]
    PlainHttp(Box<str>),
    /// Its query holds something that is no flag.
    #[error(
        "the address has the query parameter `{0}`: leave it off, of a query only Entra's flags such as `aadOptscim062020` are understood"
    )]
    Query(Box<str>),
    /// It begins with another scheme, or none.
    #[error("the address does not begin with `https://`: it must look like `https://host/scim/v2`")]
    Scheme,
    /// There is white space in it.
    #[error("the address holds white space or a control character: paste it alone, in one line")]
    WhiteSpace,
}

fn flags(url: &Url) -> Result<Vec<&'static str>, InvalidBaseUrl> {
    let mut flags = Vec::new();
    for (name, _) in url.query_pairs() {
        let flag = FLAGS
            .iter()
            .find(|flag| flag.eq_ignore_ascii_case(&name))
            .ok_or_else(|| InvalidBaseUrl::Query(shown(&name, 40)))?;
        if !flags.contains(flag) {
            flags.push(*flag);
        }
    }
    Ok(flags)
}

fn shown(text: &str, limit: usize) -> Box<str> {
    text.chars()
        .take(limit)
        .flat_map(char::escape_debug)
        .collect()
}

const FLAGS: [&str; 3] = [
    BaseUrl::AAD_OPTSCIM,
    "AzureAdScimPatch062020",
    "AzureAdScimPatch2017",
];

const ENDPOINTS: [&str; 7] = [
    "Users",
    "Groups",
    "Me",
    "ServiceProviderConfig",
    "ResourceTypes",
    "Schemas",
    "Bulk",
];

#[cfg(test)]
mod tests;
