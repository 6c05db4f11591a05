//! The expression language of attribute mappings: text in, value out.
//!
//! [`Expression`] is what was written; [`Compiled`] is one whose functions are known to exist, ready to
//! be evaluated any number of times.

mod ast;
mod check;
mod compile;
mod date;
mod evaluate;
mod function;
mod functions;
mod lexer;
mod parser;
pub(crate) mod pattern;
mod trace;

use std::str::FromStr;

pub use self::ast::{Call, Comparison, Expression, Operator};
pub use self::compile::Compiled;
pub use self::evaluate::Context;
pub use self::function::{Arity, Dialect, Function, Parameter, ValueKind};
pub use self::functions::functions;
pub use self::parser::{MAX_DEPTH, MAX_LENGTH};
pub use self::trace::Trace;
use crate::Error;

impl FromStr for Expression {
    type Err = Error;

    /// Reads an expression of at most [`MAX_LENGTH`] characters and [`MAX_DEPTH`] nested calls. Functions need not exist.
    ///
    /// # Errors
    /// [`Error`] with the place where the text stops making sense and what was expected there.
    fn from_str(text: &str) -> Result<Self, Error> {
        parser::parse(text)
    }
}

#[cfg(test)]
mod tests;
