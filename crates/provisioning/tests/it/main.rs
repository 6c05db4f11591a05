//! The engine against a small target that can misbehave.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the code around the tests is test code, too"
)]

mod bench;
mod connection;
mod crash;
mod cycles;
mod dry_run;
mod faults;
mod job;
mod log;
mod lost_answers;
mod mapping_rules;
mod reasons;
mod sample;
mod target;
mod types;
