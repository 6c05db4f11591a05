//! One condition of a scoping filter, ready to be asked.

use std::fmt;

use super::Operator;
use crate::Value;
use crate::error::{Error, ErrorKind, excerpt};
use crate::expression::pattern::Pattern;
use crate::schema;

/// One condition on a source attribute.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) attribute: Box<str>,
    /// The operator as it was written.
    name: Box<str>,
    operands: Vec<Box<str>>,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Bits { mask: i64, set: bool },
    EndsWith,
    Equals { same: bool },
    Greater { than: i64, or_equal: bool },
    Includes,
    Is(bool),
    Null(bool),
    Regex { pattern: Pattern, found: bool },
}

impl Clause {
    pub(super) fn new(clause: &schema::FilterClause) -> Result<Self, Error> {
        let name = clause.operator_name.as_str();
        let operator = Operator::of(name).ok_or_else(|| {
            let known = Operator::ALL.into_iter().map(Operator::as_str);
            Error::new(ErrorKind::UnknownOperator {
                operator: excerpt(name),
                nearest: scimkit_schema::nearest(name, known),
            })
        })?;
        let attribute = clause.source_operand_name.as_str();
        if attribute.is_empty() {
            return Err(Error::new(ErrorKind::MissingOperand {
                side: "left",
                operator: operator.as_str(),
            }));
        }
        let operands = match clause.target_operand.as_ref() {
            Some(operand) if !operator.is_unary() => operand.values.as_slice(),
            _ => &[],
        };
        Ok(Self {
            attribute: attribute.into(),
            name: name.into(),
            operands: operands.iter().map(|text| text.as_str().into()).collect(),
            test: Test::new(operator, operands)?,
        })
    }

    /// Whether the condition holds. Null and an empty text fail every condition but `IS NULL`. Of several values, one has to do, or
    /// all of them for an operator that says *not*.
    pub(super) fn holds(&self, value: &Value) -> Result<bool, Error> {
        if let Test::Null(wanted) = self.test {
            return Ok(value.is_null_or_empty() == wanted);
        }
        if value.is_null_or_empty() {
            return Ok(false);
        }
        for value in value.values() {
            let text = value.as_text().unwrap_or_default();
            let ignores_case = matches!(value, Value::Boolean(_));
            if self.holds_for(&text, ignores_case)? != self.test.is_negative() {
                return Ok(!self.test.is_negative());
            }
        }
        Ok(self.test.is_negative())
    }

    fn holds_for(&self, text: &str, ignores_case: bool) -> Result<bool, Error> {
        let mut operands = self.operands.iter();
        Ok(match &self.test {
            Test::Bits { mask, set } => text
                .parse::<i64>()
                .is_ok_and(|number| (number & mask == *mask) == *set),
            Test::EndsWith => operands.any(|operand| text.ends_with(&**operand)),
            Test::Equals { same } => {
                let is_one = operands.any(|operand| {
                    **operand == *text || ignores_case && operand.eq_ignore_ascii_case(text)
                });
                is_one == *same
            }
            Test::Greater { than, or_equal } => text
                .parse::<i64>()
                .is_ok_and(|number| number > *than || *or_equal && number == *than),
            Test::Includes => operands.any(|operand| text.contains(&**operand)),
            Test::Is(wanted) => text.eq_ignore_ascii_case(if *wanted { "true" } else { "false" }),
            Test::Null(_) => false,
            Test::Regex { pattern, found } => {
                // anywhere in the value, as .NET's `IsMatch`
                let captures = pattern.captures(text, 0).map_err(|problem| {
                    Error::new(ErrorKind::Evaluation {
                        function: if *found { MATCH } else { NO_MATCH },
                        problem: problem.into(),
                    })
                });
                captures?.is_some() == *found
            }
        })
    }
}

impl Test {
    fn new(operator: Operator, operands: &[String]) -> Result<Self, Error> {
        if operands.is_empty() && !operator.is_unary() {
            return Err(Error::new(ErrorKind::MissingOperand {
                side: "right",
                operator: operator.as_str(),
            }));
        }
        let number = || one_number(operator, operands);
        let regex = |found| {
            let [pattern] = operands else {
                return Err(wrong(operator, "one regular expression"));
            };
            let pattern = Pattern::new(pattern).map_err(|problem| {
                Error::new(ErrorKind::BadPattern {
                    function: operator.as_str(),
                    problem: problem.into(),
                })
            });
            Ok(Self::Regex {
                pattern: pattern?,
                found,
            })
        };
        Ok(match operator {
            Operator::BitsSet => Self::Bits {
                mask: number()?,
                set: true,
            },
            Operator::BitsNotSet => Self::Bits {
                mask: number()?,
                set: false,
            },
            Operator::EndsWith => Self::EndsWith,
            Operator::Equals => Self::Equals { same: true },
            Operator::GreaterThan => Self::Greater {
                than: number()?,
                or_equal: false,
            },
            Operator::GreaterThanOrEquals => Self::Greater {
                than: number()?,
                or_equal: true,
            },
            Operator::Includes => Self::Includes,
            Operator::IsFalse => Self::Is(false),
            Operator::IsNotNull => Self::Null(false),
            Operator::IsNull => Self::Null(true),
            Operator::IsTrue => Self::Is(true),
            Operator::NotEquals => Self::Equals { same: false },
            Operator::NotRegexMatch => regex(false)?,
            Operator::RegexMatch => regex(true)?,
        })
    }

    const fn is_negative(&self) -> bool {
        matches!(
            self,
            Self::Bits { set: false, .. }
                | Self::Equals { same: false }
                | Self::Regex { found: false, .. }
        )
    }
}

fn one_number(operator: Operator, operands: &[String]) -> Result<i64, Error> {
    match operands {
        [text] => text.trim().parse().ok(),
        _ => None,
    }
    .ok_or_else(|| wrong(operator, "one whole number"))
}

fn wrong(operator: Operator, expected: &'static str) -> Error {
    Error::new(ErrorKind::WrongOperand {
        operator: operator.as_str(),
        expected,
    })
}

const MATCH: &str = Operator::RegexMatch.as_str();
const NO_MATCH: &str = Operator::NotRegexMatch.as_str();

/// As in the file: `country EQUALS "NO"`.
impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.attribute, self.name)?;
        for (position, operand) in self.operands.iter().enumerate() {
            let before = if position == 0 { " " } else { ", " };
            write!(f, "{before}\"{}\"", excerpt(operand))?;
        }
        Ok(())
    }
}
