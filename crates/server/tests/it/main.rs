//! The service as a client sees it, in process and on the memory store.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

mod addresses;
mod auth;
mod bad_input;
mod bulk;
mod challenges;
mod cursors;
mod dialects;
mod discovery;
mod entra;
mod errors;
mod events;
mod failures;
mod groups;
mod hostile;
mod http;
mod limits;
mod lists;
mod oauth;
mod okta;
mod passwords;
mod patches;
mod policy;
mod principals;
mod projections;
mod rate;
mod searches;
mod tenant;
mod threats;
mod traces;
mod users;
mod validator;
mod without_groups;
