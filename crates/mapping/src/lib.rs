#![doc = include_str!("../README.md")]

mod error;
pub mod expression;
pub mod schema;
mod source;
mod value;

pub use self::error::{Error, ErrorKind};
pub use self::expression::{Compiled, Context};
pub use self::schema::SynchronizationSchema;
pub use self::source::SourceObject;
pub use self::value::Value;
