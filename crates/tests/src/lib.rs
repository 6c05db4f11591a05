//! What the tests that cross floors stand on: a tenant on a real socket, an engine that provisions into it, and small directories.
//!
//! The tests themselves are in `tests/`; `bin/` holds the two processes that the crash tests kill.
#![cfg_attr(doctest, doc = include_str!("../../../README.md"))]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a failed test may panic"
)]

mod counting;
mod death;
mod directory;
mod engine;
mod fault;
mod tenant;

pub use counting::{Counting, Sent};
pub use death::die;
pub use directory::Company;
pub use engine::{Journey, TestEngine};
pub use fault::Fault;
pub use tenant::{TestTenant, fixture};
