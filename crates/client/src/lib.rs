#![doc = include_str!("../README.md")]

mod answer;
mod base_url;
mod body;
mod client;
mod dialect;
mod error;
mod request;
mod token;
mod transport;

pub use base_url::{BaseUrl, InvalidBaseUrl, PlainHttp, is_loopback};
pub use body::Body;
pub use client::Client;
pub use dialect::PatchDialect;
pub use error::{Error, ErrorKind};
pub use token::{InvalidToken, Token};
pub use transport::{Transport, TransportError, TransportErrorKind};

pub use {bytes, http, url};
