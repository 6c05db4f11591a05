//! The SQLite store behaves as the memory store does, on a file and in memory, and keeps what it acknowledged.

#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a helper is a failed test"
)]

mod concurrency;
mod crash;
mod differential;
mod files;
mod operation;
mod plans;
mod reopening;
mod samples;

mod on_a_file {
    use crate::samples::{file_database, first_tenant};

    scimkit_store::conformance! { make: || first_tenant(&file_database()), block_on: pollster::block_on }
    scimkit_store::token_conformance! { make: file_database, block_on: pollster::block_on }
    scimkit_store::state_conformance! { make: || file_database().state("engine"), block_on: pollster::block_on }
}

mod in_memory {
    use crate::samples::{first_tenant, memory_database};

    scimkit_store::conformance! { make: || first_tenant(&memory_database()), block_on: pollster::block_on }
    scimkit_store::token_conformance! { make: memory_database, block_on: pollster::block_on }
    scimkit_store::state_conformance! { make: || memory_database().state("engine"), block_on: pollster::block_on }
}
