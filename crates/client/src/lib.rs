#![doc = include_str!("../README.md")]

mod answer;
mod base_url;
mod body;
mod bulk;
mod client;
mod credential;
mod dialect;
mod error;
mod oauth;
mod request;
mod retry_after;
mod token;
mod transport;

pub use base_url::{BaseUrl, InvalidBaseUrl, PlainHttp, is_loopback};
pub use body::Body;
pub use client::Client;
pub use credential::Credential;
pub use dialect::PatchDialect;
pub use error::{Error, ErrorKind};
pub use oauth::{AccessTokens, InvalidTokenUrl, OAuthClient, SecretPlace, TokenUrl};
pub use token::{InvalidToken, Token};
pub use transport::{Transport, TransportError, TransportErrorKind};

pub use {bytes, http, url};
