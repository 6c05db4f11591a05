//! One tenant three times, in memory, in SQLite and in PostgreSQL, beside a model of it: all four must say the same. Then 64 writers at
//! once on each store, and what they were answered must come of some order of their writes.
//!
//! The tests of `crates/sqlite` and `crates/postgres` hold those stores to the memory store; here the memory store is held to something, too.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in a helper is a failed test"
)]

mod machine;
mod model;
mod question;
#[expect(
    dead_code,
    reason = "only the tests of crates/postgres stop their server"
)]
#[path = "../../../postgres/tests/it/server.rs"]
mod server;
mod tenants;
mod writers;
mod writing;
