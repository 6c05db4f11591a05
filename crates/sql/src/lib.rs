#![doc = include_str!("../README.md")]

pub mod codec;
mod error;
mod indexed;
mod last_used;
mod planner;
pub mod postgres;
mod search;
pub mod statements;
pub mod tables;
mod value_key;

pub use error::Error;
pub use indexed::{Entry, Indexed, coverage};
pub use last_used::LastUsed;
pub use planner::{Lookup, Plan};
pub use search::{Behind, Search};
pub use tables::Dialect;
pub use value_key::ValueKey;
