#![doc = include_str!("../README.md")]

mod accept;
mod access;
mod answer;
mod base_url;
mod bearer;
mod blocking;
mod bulk;
mod changes;
mod commit;
mod credentials;
mod cursor;
mod discovery;
mod either;
mod exchange;
mod limits;
mod list;
mod members;
mod oauth;
mod paging;
mod password_hasher;
mod principals;
mod problem;
mod profile;
mod project;
mod rate_limit;
mod render;
mod request;
mod route;
mod secrets;
mod sensitive;
mod service;
mod signing_key;
mod token;
mod trace;
mod write;
mod write_hook;
mod write_policy;

pub use access::{Access, Authenticator, Denied};
pub use bearer::BearerTokens;
pub use blocking::block_on;
pub use credentials::{IssueError, IssuedToken, TokenInfo};
pub use limits::Limits;
pub use oauth::{Assertions, ClientCredentials};
pub use password_hasher::{PasswordHasher, PasswordRefused};
pub use principals::{
    Principal, PrincipalCounts, PrincipalKind, PrincipalPage, PrincipalQuery, Principals, Resolved,
    Standing,
};
pub use profile::{MembersShown, PatchAnswer, Profile, UserGroups};
pub use rate_limit::RateLimited;
pub use service::{Admission, Service};
pub use signing_key::SigningKey;
pub use token::{InvalidToken, SecretToken};
pub use write_hook::{Committed, Told, WriteHook};
pub use write_policy::{Change, Decision, WritePolicy};

pub use bytes;
pub use http;
