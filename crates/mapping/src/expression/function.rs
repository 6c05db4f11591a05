use std::fmt;

use super::Call;
use super::evaluate::Arguments;
use crate::Value;
use crate::error::{Error, ErrorKind};

/// A function of the expression language: a row of the table that [`functions`](super::functions) gives.
///
/// ```
/// use scimkit_mapping::expression::functions;
///
/// let mid = functions().find(|function| function.name() == "Mid").expect("it is there");
/// assert_eq!(mid.to_string(), "Mid(source, start, length)");
/// assert!(mid.arity().allows(3));
/// ```
pub struct Function {
    name: &'static str,
    parameters: &'static [Parameter],
    result: ValueKind,
    dialect: Dialect,
    summary: &'static str,
    check: Option<Check>,
    is_lazy: bool,
    body: Body,
}

pub(super) type Body = fn(&mut Arguments<'_, '_>) -> Result<Value, Error>;

/// What compilation asks about a call beyond its arity; `depth` is 1 for the outermost call.
type Check = fn(call: &Call, depth: usize) -> Result<(), ErrorKind>;

impl Function {
    /// A function of app provisioning that gives a text.
    pub(super) const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        summary: &'static str,
        body: Body,
    ) -> Self {
        Self {
            name,
            parameters,
            result: ValueKind::Text,
            dialect: Dialect::AppProvisioning,
            summary,
            check: None,
            is_lazy: false,
            body,
        }
    }

    pub(super) const fn giving(mut self, result: ValueKind) -> Self {
        self.result = result;
        self
    }

    pub(super) const fn only_in(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    pub(super) const fn checked_by(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// One that evaluates only those of its arguments that it needs.
    pub(super) const fn lazy(mut self) -> Self {
        self.is_lazy = true;
        self
    }

    pub(super) const fn is_lazy(&self) -> bool {
        self.is_lazy
    }

    /// The name; names are case-sensitive.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it takes, in order.
    #[must_use]
    pub const fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    /// The parameter that the argument at `position`, counted from 0, is for. The last ones of a function that takes any
    /// number of arguments come again and again.
    #[must_use]
    pub fn parameter(&self, position: usize) -> Option<&'static Parameter> {
        let repeated = self.parameters.iter().filter(|it| it.repeats()).count();
        let first = self.parameters.len() - repeated;
        let place = match position.checked_sub(first) {
            Some(beyond) if repeated > 0 => first + beyond % repeated,
            _ => position,
        };
        self.parameters.get(place)
    }

    /// The words that can stand at `position` without quotes.
    pub(super) fn words(&self, position: usize) -> &'static [&'static str] {
        match self.parameter(position).map(Parameter::kind) {
            Some(ValueKind::Word(words)) => words,
            _ => &[],
        }
    }

    /// How many arguments it takes.
    #[must_use]
    pub const fn arity(&self) -> Arity {
        Arity::of(self.parameters)
    }

    /// What it gives.
    #[must_use]
    pub const fn result(&self) -> ValueKind {
        self.result
    }

    /// Where it is documented.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What it does, in one line.
    #[must_use]
    pub const fn summary(&self) -> &'static str {
        self.summary
    }

    pub(super) fn check(&self, call: &Call, depth: usize) -> Result<(), ErrorKind> {
        let found = call.arguments().len();
        if !self.arity().allows(found) {
            return Err(ErrorKind::WrongArity {
                function: self.name,
                takes: self.arity(),
                found,
            });
        }
        self.check.map_or(Ok(()), |check| check(call, depth))
    }

    pub(super) const fn body(&self) -> Body {
        self.body
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The name with the parameters, as in `ToLower(source, [culture])`.
impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (position, parameter) in self.parameters.iter().enumerate() {
            let separator = if position > 0 { ", " } else { "" };
            match parameter.presence {
                Presence::Optional => write!(f, "{separator}[{}]", parameter.name)?,
                Presence::Repeated | Presence::Required => {
                    write!(f, "{separator}{}", parameter.name)?;
                }
            }
        }
        let more = self.parameters.iter().any(Parameter::repeats);
        f.write_str(if more { ", …)" } else { ")" })
    }
}

/// What a function takes at one place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Parameter {
    name: &'static str,
    kind: ValueKind,
    presence: Presence,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Presence {
    Optional,
    /// It comes at least once, and again after the last parameter.
    Repeated,
    Required,
}

impl Parameter {
    pub(super) const fn required(name: &'static str, kind: ValueKind) -> Self {
        Self {
            name,
            kind,
            presence: Presence::Required,
        }
    }

    pub(super) const fn optional(name: &'static str, kind: ValueKind) -> Self {
        Self {
            name,
            kind,
            presence: Presence::Optional,
        }
    }

    pub(super) const fn repeated(name: &'static str, kind: ValueKind) -> Self {
        Self {
            name,
            kind,
            presence: Presence::Repeated,
        }
    }

    /// The name, as Microsoft calls it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What fits here.
    #[must_use]
    pub const fn kind(&self) -> ValueKind {
        self.kind
    }

    /// Whether it can be left out.
    #[must_use]
    pub const fn is_optional(&self) -> bool {
        matches!(self.presence, Presence::Optional)
    }

    /// Whether it can come more than once.
    #[must_use]
    pub const fn repeats(&self) -> bool {
        matches!(self.presence, Presence::Repeated)
    }
}

/// What a function takes or gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ValueKind {
    /// Any value, or a condition.
    Any,
    /// Bytes, or their Base64.
    Binary,
    /// `True` or `False`.
    Boolean,
    /// An instant, or a text that says one.
    DateTime,
    /// A whole number, or its digits.
    Integer,
    /// The values of a multi-valued attribute.
    List,
    /// A regular expression.
    Pattern,
    /// The application roles of an object.
    Roles,
    /// Text.
    Text,
    /// One of these words, without quotes.
    Word(&'static [&'static str]),
}

/// In words, as in `a whole number`.
impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any value",
            Self::Binary => "bytes",
            Self::Boolean => "`True` or `False`",
            Self::DateTime => "a date",
            Self::Integer => "a whole number",
            Self::List => "a list",
            Self::Pattern => "a regular expression",
            Self::Roles => "the attribute of application roles",
            Self::Text => "a text",
            Self::Word(words) => return write!(f, "one of the words {}", words.join(", ")),
        })
    }
}

/// Where a function is documented. What an application is provisioned with may refuse functions of another list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Dialect {
    /// Microsoft's page about functions for app provisioning.
    AppProvisioning,
    /// Only the page of cloud sync, which runs on the same engine, or the list that Microsoft Graph gives of it.
    CloudSync,
}

/// How many arguments a function takes, empty ones included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Arity {
    least: usize,
    most: Option<usize>,
    even: bool,
}

impl Arity {
    const fn of(parameters: &[Parameter]) -> Self {
        let mut rest = parameters;
        let (mut least, mut repeated) = (0, 0);
        while let [parameter, others @ ..] = rest {
            least += !parameter.is_optional() as usize;
            repeated += parameter.repeats() as usize;
            rest = others;
        }
        Self {
            least,
            most: if repeated == 0 {
                Some(parameters.len())
            } else {
                None
            },
            even: repeated == 2,
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
