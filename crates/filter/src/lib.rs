#![doc = include_str!("../README.md")]

mod attribute_path;
mod bind;
mod bind_error;
mod bound;
mod bound_filter;
mod candidate;
mod comparison;
mod error;
mod evaluate;
mod filter;
mod limits;
mod membership_need;
mod parser;
mod path;
mod sexpr;
mod visitor;

pub use attribute_path::AttributePath;
pub use bind_error::{BindError, BindErrorKind};
pub use bound::{Bound, Operand, Place, Target};
pub use bound_filter::{BoundFilter, ElementFilter};
pub use candidate::{Candidate, Known, Related};
pub use comparison::{CompareOp, Literal};
pub use error::{Error, ErrorKind};
pub use filter::Filter;
pub use limits::{Limits, Parsed};
pub use membership_need::MembershipNeed;
pub use path::Path;
pub use visitor::Visitor;
