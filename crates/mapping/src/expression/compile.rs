use std::fmt;
use std::str::FromStr;

use super::evaluate::{Context, Evaluation};
use super::functions::{self, Function};
use super::{Call, Expression, MAX_DEPTH, Operator, Trace};
use crate::error::{Error, ErrorKind, excerpt};
use crate::{SourceObject, Value};

/// An expression whose functions exist and get as many arguments as they take.
///
/// ```
/// use scimkit_mapping::{Compiled, Context, SourceObject};
///
/// let active: Compiled = r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#.parse()?;
/// let mira = SourceObject::new("User").with("IsSoftDeleted", false);
/// assert_eq!(active.evaluate(&mira, &Context::default())?, "True".into());
/// # Ok::<(), scimkit_mapping::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compiled {
    expression: Expression,
    root: Node,
}

impl Compiled {
    /// Resolves the functions of `expression`.
    ///
    /// # Errors
    /// [`Error`] if a function does not exist or cannot take these arguments, if a word stands where a text should, or
    /// if calls are nested deeper than [`MAX_DEPTH`].
    pub fn new(expression: Expression) -> Result<Self, Error> {
        let root = Node::new(&expression, 0, 0)?;
        Ok(Self { expression, root })
    }

    /// The expression as it was written.
    #[must_use]
    pub const fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The value of this expression for `source`.
    ///
    /// # Errors
    /// [`Error`] if a function cannot work on its values, or if the step limit of `context` is reached.
    pub fn evaluate(&self, source: &SourceObject, context: &Context) -> Result<Value, Error> {
        Evaluation::new(source, context).value(&self.root)
    }

    /// What this expression and each part of it give for `source`. An error does not hide what the other parts gave.
    #[must_use]
    pub fn explain(&self, source: &SourceObject, context: &Context) -> Trace {
        let (value, parts) = Evaluation::new(source, context).recorded(&self.root);
        Trace::new(&self.expression, value, parts)
    }
}

impl FromStr for Compiled {
    type Err = Error;

    /// Reads an expression and resolves its functions.
    ///
    /// # Errors
    /// As [`Expression::from_str`] and [`Compiled::new`].
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::new(text.parse()?)
    }
}

impl fmt::Display for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

/// Two are equal if their expressions are.
impl PartialEq for Compiled {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

impl Eq for Compiled {}

/// A part of an expression, ready to be evaluated.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Attribute(Box<str>),
    Call(CallNode),
    Comparison(Box<(Self, Operator, Self)>),
    Constant(Value),
    Empty,
}

#[derive(Clone, Debug)]
pub(super) struct CallNode {
    pub(super) function: &'static Function,
    pub(super) arguments: Vec<Node>,
    pub(super) offset: usize,
}

impl Node {
    /// `depth` and `offset` are those of the call around it.
    fn new(expression: &Expression, depth: usize, offset: usize) -> Result<Self, Error> {
        Ok(match expression {
            Expression::Attribute(name) => Self::Attribute(name.clone()),
            Expression::Call(call) => Self::Call(CallNode::new(call, depth + 1)?),
            Expression::Comparison(comparison) => Self::Comparison(Box::new((
                Self::new(&comparison.left, depth, offset)?,
                comparison.operator,
                Self::new(&comparison.right, depth, offset)?,
            ))),
            Expression::Empty => Self::Empty,
            Expression::Number(written) => Self::Constant(number(written)),
            Expression::Text(text) => Self::Constant(Value::from(&**text)),
            Expression::Word(word) => {
                let word = excerpt(word);
                return Err(Error::at(ErrorKind::BareWord { word }, offset));
            }
        })
    }
}

impl CallNode {
    fn new(call: &Call, depth: usize) -> Result<Self, Error> {
        let fail = |kind| Err(Error::at(kind, call.offset()));
        if depth > MAX_DEPTH {
            return fail(ErrorKind::TooDeep { limit: MAX_DEPTH });
        }
        let Some(function) = functions::find(call.name()) else {
            return fail(ErrorKind::UnknownFunction {
                name: excerpt(call.name()),
                nearest: scimkit_schema::nearest(
                    call.name(),
                    functions::functions().map(Function::name),
                ),
            });
        };
        let found = call.arguments().len();
        if !function.arity().allows(found) {
            return fail(ErrorKind::WrongArity {
                function: function.name(),
                takes: function.arity(),
                found,
            });
        }
        let arguments = call
            .arguments()
            .iter()
            .map(|argument| Node::new(argument, depth, call.offset()));
        Ok(Self {
            function,
            arguments: arguments.collect::<Result<_, _>>()?,
            offset: call.offset(),
        })
    }
}

/// Numbers are texts in Microsoft's tree, so one that would print differently (`007`, or beyond 64 bits) stays text.
fn number(written: &str) -> Value {
    let parsed = match written.strip_prefix("&H") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => written
            .parse::<i64>()
            .ok()
            .filter(|number| number.to_string() == written),
    };
    parsed.map_or_else(|| Value::from(written), Value::Integer)
}
