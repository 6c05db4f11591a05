#![doc = include_str!("../README.md")]

mod ask;
mod connection;
mod database;
mod error;
mod indexes;
mod migrate;
mod operation;
mod readers;
mod state;
mod store;
mod tokens;
mod writer;

#[cfg(any(test, feature = "counted"))]
#[doc(hidden)]
pub use ask::counted;
pub use database::SqliteDatabase;
pub use error::{Error, ErrorKind};
pub use state::SqliteState;
pub use store::SqliteStore;
