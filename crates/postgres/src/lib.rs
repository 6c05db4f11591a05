#![doc = include_str!("../README.md")]

mod database;
mod error;
mod migrate;
mod queue;
mod retry;
mod session;
mod state;
mod store;
mod tokens;
mod transaction;

pub use database::{PostgresDatabase, PostgresOptions};
pub use error::{Error, ErrorKind};
pub use state::PostgresState;
pub use store::PostgresStore;
