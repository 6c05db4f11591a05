#![doc = include_str!("../README.md")]

mod attribute_path;
mod comparison;
mod error;
mod filter;
mod limits;
mod parser;
mod path;

pub use attribute_path::AttributePath;
pub use comparison::{CompareOp, Literal};
pub use error::{Error, ErrorKind};
pub use filter::Filter;
pub use limits::{Limits, Parsed};
pub use path::Path;
