#![doc = include_str!("../README.md")]

mod accept;
mod access;
mod answer;
mod base_url;
mod bearer;
mod blocking;
mod credentials;
mod cursor;
mod discovery;
mod either;
mod exchange;
mod limits;
mod list;
mod members;
mod oauth;
mod principals;
mod problem;
mod profile;
mod project;
mod render;
mod request;
mod route;
mod secrets;
mod service;
mod signing_key;
mod token;
mod write;

pub use access::{Access, Authenticator, Denied};
pub use bearer::BearerTokens;
pub use blocking::block_on;
pub use credentials::{IssueError, IssuedToken, TokenInfo};
pub use limits::Limits;
pub use oauth::{Assertions, ClientCredentials};
pub use principals::{Principal, PrincipalKind, principals};
pub use profile::{MembersShown, PatchAnswer, Profile};
pub use service::{Admission, Service};
pub use signing_key::SigningKey;
pub use token::{InvalidToken, SecretToken};

pub use bytes;
pub use http;
