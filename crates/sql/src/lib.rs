#![doc = include_str!("../README.md")]

pub mod codec;
mod error;
mod find;
mod indexed;
mod indexes;
mod last_used;
mod planner;
pub mod postgres;
mod reader;
mod search;
pub mod sqlite;
pub mod statements;
pub mod tables;
mod value_key;

pub use error::Error;
pub use find::{Bind, Find};
pub use indexed::{Entry, Indexed};
pub use indexes::Indexes;
pub use last_used::LastUsed;
pub use planner::{Lookup, Plan, Ranged};
pub use reader::{Reader, ResourceRow};
pub use search::Search;
pub use tables::Dialect;
pub use value_key::{KeyRange, ValueKey};
