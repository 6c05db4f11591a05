use std::fmt;
use std::str::FromStr;

use super::evaluate::{Context, Evaluation};
use super::function::{Function, ValueKind};
use super::functions::{self, functions};
use super::pattern::Pattern;
use super::{Call, Comparison, Expression, MAX_DEPTH, Operator, Trace};
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
        let root = Node::new(&expression, &[], 0, 0)?;
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
    Call(Box<CallNode>),
    Comparison(Box<(Self, Operator, Self)>),
    Constant(Value),
    Empty,
}

#[derive(Clone, Debug)]
pub(super) struct CallNode {
    pub(super) function: &'static Function,
    pub(super) arguments: Vec<Node>,
    pub(super) offset: usize,
    /// The regular expression among the arguments, if it is constant.
    pub(super) pattern: Option<Box<Pattern>>,
}

impl Node {
    /// An operand where `words` can stand; `depth` and `offset` are those of the call around it.
    fn new(
        expression: &Expression,
        words: &[&str],
        depth: usize,
        offset: usize,
    ) -> Result<Self, Error> {
        match expression {
            Expression::Call(call) => Self::call(call, depth + 1),
            Expression::Comparison(comparison) => Self::comparison(comparison, depth, offset),
            _ => Self::leaf(expression, words, offset),
        }
    }

    pub(super) const fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_) | Self::Empty)
    }

    fn leaf(expression: &Expression, words: &[&str], offset: usize) -> Result<Self, Error> {
        Ok(match expression {
            Expression::Attribute(name) => Self::Attribute(name.clone()),
            Expression::Number(written) => Self::Constant(number(written)),
            Expression::Text(text) => Self::Constant(Value::from(&**text)),
            Expression::Word(word) if words.contains(&&**word) => {
                Self::Constant(Value::from(&**word))
            }
            Expression::Word(word) => return Err(Error::at(bare_word(word), offset)),
            _ => Self::Empty,
        })
    }

    fn comparison(comparison: &Comparison, depth: usize, offset: usize) -> Result<Self, Error> {
        let left = Self::new(&comparison.left, &[], depth, offset)?;
        let right = Self::new(&comparison.right, &[], depth, offset)?;
        let parts = (left, comparison.operator, right);
        Ok(Self::Comparison(Box::new(parts)))
    }

    fn call(call: &Call, depth: usize) -> Result<Self, Error> {
        let mut node = CallNode::without_arguments(call, depth)?;
        for (position, argument) in call.arguments().iter().enumerate() {
            let words = node.function.words(position);
            let argument = Self::new(argument, words, depth, node.offset)?;
            node.arguments.push(argument);
        }
        Ok(Self::Call(node))
    }
}

impl CallNode {
    fn without_arguments(call: &Call, depth: usize) -> Result<Box<Self>, Error> {
        let at_call = |kind| Error::at(kind, call.offset());
        if depth > MAX_DEPTH {
            return Err(at_call(ErrorKind::TooDeep { limit: MAX_DEPTH }));
        }
        let function =
            functions::find(call.name()).ok_or_else(|| at_call(unknown_function(call.name())))?;
        function.check(call, depth).map_err(at_call)?;
        let pattern = constant_pattern(function, call).map_err(at_call)?;
        Ok(Box::new(Self {
            function,
            arguments: Vec::with_capacity(call.arguments().len()),
            offset: call.offset(),
            pattern: pattern.map(Box::new),
        }))
    }
}

/// The regular expression among the arguments of `call`, if it is constant.
pub(super) fn constant_pattern(
    function: &Function,
    call: &Call,
) -> Result<Option<Pattern>, ErrorKind> {
    let mut parameters = function.parameters().iter();
    let position = parameters.position(|parameter| parameter.kind() == ValueKind::Pattern);
    let argument = position.and_then(|position| call.arguments().get(position));
    let Some(Expression::Text(text)) = argument else {
        return Ok(None);
    };
    let function = function.name();
    let pattern = Pattern::new(text).map_err(|problem| ErrorKind::BadPattern {
        function,
        problem: problem.into(),
    })?;
    Ok(Some(pattern))
}

pub(super) fn unknown_function(name: &str) -> ErrorKind {
    ErrorKind::UnknownFunction {
        name: excerpt(name),
        nearest: scimkit_schema::nearest(name, functions().map(Function::name)),
    }
}

pub(super) fn bare_word(word: &str) -> ErrorKind {
    ErrorKind::BareWord {
        word: excerpt(word),
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
