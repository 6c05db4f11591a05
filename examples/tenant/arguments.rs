use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, str::FromStr};

use clap::Parser;
use scimkit::server::{Profile, http::HeaderValue};

/// Runs a SCIM tenant that provisioning services and conformance tools can be pointed at.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// A file that holds the token of the client.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    pub(crate) token_file: Option<PathBuf>,
    /// The token of the client; a new one is made and shown once otherwise. Others on this machine can see it here: prefer a file or the
    /// environment.
    #[arg(long, value_name = "TOKEN", env = "SCIM_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Where resources are kept: `memory`, `sqlite:FILE`, or `postgres:URL`, which several tenants may share.
    #[arg(long, value_name = "STORE", default_value = "memory")]
    pub(crate) store: Place,
    /// How requests are read and answered: strict, lenient, entra, okta or netskope.
    #[arg(long, value_name = "NAME", default_value = "lenient", value_parser = profile)]
    pub(crate) profile: Profile,
    /// The path below which the tenant answers.
    #[arg(long, value_name = "PATH", default_value = "/scim/v2")]
    pub(crate) base_path: String,
    /// Where clients reach the tenant, base path included, if it is not where it listens.
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// The origin of a web page that may ask, such as `https://console.example`; may be given several times.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(crate) cors_origin: Vec<HeaderValue>,
    /// How many requests a second are answered in the long run, twice as many after a pause; without it, all of them.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) rate: Option<NonZeroU32>,
    /// Registers a client for OAuth 2.0 client credentials under this name, and shows its id and secret once.
    #[arg(long, value_name = "NAME")]
    pub(crate) oauth_client: Option<String>,
    /// The certificate chain in PEM; makes the tenant speak HTTPS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Listens on a public address without TLS, for instance behind a proxy that has it.
    #[arg(long)]
    pub(crate) allow_plain_http: bool,
    /// A file with schemas beyond the core ones; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Vec<PathBuf>,
    /// A file with resource types beyond the core ones; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) resource_type: Vec<PathBuf>,
}

/// Where resources are kept.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Memory,
    /// An address, as the driver reads it.
    Postgres(String),
    Sqlite(PathBuf),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "memory" => Ok(Self::Memory),
            // The address of a database starts with the word itself.
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Ok(Self::Postgres(text.to_owned()))
            }
            Some(("postgres", url)) if !url.is_empty() => Ok(Self::Postgres(url.to_owned())),
            Some(("sqlite", file)) if !file.is_empty() => Ok(Self::Sqlite(file.into())),
            _ => Err("a store is `memory`, `sqlite:FILE` or `postgres:URL`".to_owned()),
        }
    }
}

fn profile(name: &str) -> Result<Profile, String> {
    Profile::by_name(name)
        .ok_or_else(|| "the profiles are strict, lenient, entra, okta and netskope".to_owned())
}

fn origin(text: &str) -> Result<HeaderValue, String> {
    let is_origin = text.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty() && !host.is_empty() && !host.contains('/')
    });
    if !is_origin {
        return Err(
            "an origin is a scheme, a host and perhaps a port: https://console.example:8443"
                .to_owned(),
        );
    }
    HeaderValue::from_str(text).map_err(|error| error.to_string())
}
