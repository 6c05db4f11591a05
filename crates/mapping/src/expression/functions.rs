//! The table of functions: one row each, in a file for each topic.

mod choice;
mod list;
mod test;
mod text;

use std::fmt;

use super::evaluate::Arguments;
use crate::{Error, Value};

/// A function of the expression language.
pub struct Function {
    name: &'static str,
    arity: Arity,
    body: Body,
}

type Body = fn(&mut Arguments<'_, '_>) -> Result<Value, Error>;

impl Function {
    const fn new(name: &'static str, arity: Arity, body: Body) -> Self {
        Self { name, arity, body }
    }

    /// The name; names are case-sensitive.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How many arguments it takes.
    #[must_use]
    pub const fn arity(&self) -> Arity {
        self.arity
    }

    pub(super) fn call(&self, arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
        (self.body)(arguments)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// How many arguments a function takes, empty ones included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Arity {
    least: usize,
    most: Option<usize>,
    even: bool,
}

impl Arity {
    const fn exactly(count: usize) -> Self {
        Self::between(count, count)
    }

    const fn between(least: usize, most: usize) -> Self {
        Self {
            least,
            most: Some(most),
            even: false,
        }
    }

    const fn at_least(least: usize) -> Self {
        Self {
            least,
            most: None,
            even: false,
        }
    }

    const fn even(least: usize) -> Self {
        Self {
            least,
            most: None,
            even: true,
        }
    }

    /// Whether `count` arguments fit.
    #[must_use]
    pub const fn allows(self, count: usize) -> bool {
        let too_many = match self.most {
            Some(most) => count > most,
            None => false,
        };
        count >= self.least && !too_many && !(self.even && count % 2 == 1)
    }
}

/// In words, as in `2 arguments` or `at least 1 argument`.
impl fmt::Display for Arity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most, even } = *self;
        match most {
            Some(most) if most == least => write!(f, "{least}")?,
            Some(most) => write!(f, "{least} to {most}")?,
            None if even => write!(f, "an even number of at least {least}")?,
            None => write!(f, "at least {least}")?,
        }
        f.write_str(if most.unwrap_or(least) == 1 {
            " argument"
        } else {
            " arguments"
        })
    }
}

/// All functions.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    [
        choice::FUNCTIONS,
        list::FUNCTIONS,
        test::FUNCTIONS,
        text::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

pub(super) fn find(name: &str) -> Option<&'static Function> {
    functions().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = functions().map(Function::name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
