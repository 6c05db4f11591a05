use super::Expression;
use crate::{Error, Value};

/// One evaluation, part by part: what an expression gave, and what the calls, comparisons and attributes inside of it gave.
///
/// ```
/// use scimkit_mapping::{Compiled, Context, SourceObject};
///
/// let alias: Compiled = r#"ToLower(Append([givenName], "1"))"#.parse()?;
/// let mira = SourceObject::new("User").with("givenName", "Mira");
///
/// let trace = alias.explain(&mira, &Context::default());
/// assert_eq!(trace.value, Ok("mira1".into()));
/// assert_eq!(trace.parts[0].text, r#"Append([givenName], "1")"#);
/// assert_eq!(trace.parts[0].value, Ok("Mira1".into()));
/// assert_eq!(trace.parts[0].parts[0].text, "[givenName]");
/// # Ok::<(), scimkit_mapping::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Trace {
    /// The canonical text of the expression, or of this part of it.
    pub text: String,
    /// What it gave.
    pub value: Result<Value, Error>,
    /// The parts in the order in which they were evaluated. Constants, and what was not evaluated, such as the branch that
    /// was not taken, are left out.
    pub parts: Vec<Self>,
}

/// A trace without texts: while an expression runs, a part only knows its place.
#[derive(Debug)]
pub(super) struct Record {
    /// Which argument of the call around it, or which side of the comparison.
    pub(super) position: usize,
    pub(super) value: Result<Value, Error>,
    pub(super) parts: Vec<Self>,
}

impl Trace {
    pub(super) fn new(
        expression: &Expression,
        value: Result<Value, Error>,
        parts: Vec<Record>,
    ) -> Self {
        let mut trace = Self {
            text: expression.to_string(),
            value,
            parts: Vec::with_capacity(parts.len()),
        };
        for part in parts {
            if let Some(expression) = operand(expression, part.position) {
                let part = Self::new(expression, part.value, part.parts);
                trace.parts.push(part);
            }
        }
        trace
    }
}

fn operand(expression: &Expression, position: usize) -> Option<&Expression> {
    match expression {
        Expression::Call(call) => call.arguments().get(position),
        Expression::Comparison(comparison) if position == 0 => Some(&comparison.left),
        Expression::Comparison(comparison) => Some(&comparison.right),
        _ => None,
    }
}
