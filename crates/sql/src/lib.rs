#![doc = include_str!("../README.md")]

pub mod codec;
mod error;
mod indexed;
mod planner;
pub mod statements;
pub mod tables;
mod value_key;

pub use error::Error;
pub use indexed::{Entry, Indexed, coverage};
pub use planner::{Lookup, Plan};
pub use tables::Dialect;
pub use value_key::ValueKey;
