//! The PostgreSQL store behaves as the memory store does, with many processes at once, and keeps what it acknowledged.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what goes wrong in a helper is a failed test"
)]

mod concurrency;
#[path = "../../../sqlite/tests/it/differential.rs"]
mod differential;
mod lost_answers;
mod members;
mod migrations;
mod plans;
mod proxy;
mod restarts;
mod round_trips;
mod samples;
mod server;
mod wall;

mod conformance {
    use crate::samples::{new_database, new_tenant};

    scimkit_store::conformance! { make: new_tenant, block_on: pollster::block_on }
    scimkit_store::token_conformance! { make: new_database, block_on: pollster::block_on }
    scimkit_store::state_conformance! { make: || new_database().state("engine"), block_on: pollster::block_on }
}
