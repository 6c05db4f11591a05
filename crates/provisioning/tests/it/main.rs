//! The engine against a small target that can misbehave.

mod bench;
mod connection;
mod cycles;
mod faults;
mod sample;
mod target;
mod types;
