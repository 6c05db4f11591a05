use std::fmt;

/// An expression as it is written, or a part of one.
///
/// Printing gives the canonical text, with a comma and a space between arguments; parsing that gives an equal
/// expression. Parse one with [`str::parse`]; [`Compiled`](crate::Compiled) evaluates it.
///
/// ```
/// use scimkit_mapping::expression::Expression;
///
/// let switch: Expression = r#"Switch([IsSoftDeleted],,"False","True")"#.parse()?;
/// assert_eq!(switch.to_string(), r#"Switch([IsSoftDeleted], , "False", "True")"#);
/// # Ok::<(), scimkit_mapping::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Expression {
    /// `[name]`: the value of a source attribute.
    Attribute(Box<str>),
    /// `Name(…)`: a function.
    Call(Call),
    /// `left = right`: a comparison, only inside the arguments of a call.
    Comparison(Box<Comparison>),
    /// Nothing between two commas: an argument that was left out, which is not the text `""`.
    Empty,
    /// A whole number as it was written, in decimal or as `&H` and hexadecimal digits; only as an argument.
    Number(Box<str>),
    /// `"text"`, without the quotes and escapes.
    Text(Box<str>),
    /// A word without quotes, such as `vbTextCompare`; only as an argument.
    Word(Box<str>),
}

/// A function with its arguments.
///
/// Two calls are equal if they say the same, wherever they stand.
#[derive(Clone, Debug)]
pub struct Call {
    name: Box<str>,
    arguments: Vec<Expression>,
    offset: usize,
}

impl Call {
    /// A call of `name`, which stands at byte `offset`.
    ///
    /// One empty argument is the same as none: both are written `Name()`.
    pub(super) fn new(name: &str, mut arguments: Vec<Expression>, offset: usize) -> Self {
        if matches!(arguments.as_slice(), [Expression::Empty]) {
            arguments.clear();
        }
        Self {
            name: name.into(),
            arguments,
            offset,
        }
    }

    /// The name of the function, which may not exist.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The arguments in their order.
    #[must_use]
    pub fn arguments(&self) -> &[Expression] {
        &self.arguments
    }

    /// Where the name stands in the text that was parsed, in bytes.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.arguments == other.arguments
    }
}

impl Eq for Call {}

/// Two operands and what is asked about them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The left operand.
    pub left: Expression,
    /// What is asked.
    pub operator: Operator,
    /// The right operand.
    pub right: Expression,
}

/// How two operands are compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `<>`
    NotEqual,
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::NotEqual => "<>",
        })
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "[{name}]"),
            Self::Call(call) => call.fmt(f),
            Self::Comparison(comparison) => comparison.fmt(f),
            Self::Empty => Ok(()),
            Self::Number(written) | Self::Word(written) => f.write_str(written),
            Self::Text(text) => write_literal(f, text),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (position, argument) in self.arguments.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            argument.fmt(f)?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.operator, self.right)
    }
}

fn write_literal(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write;

    f.write_char('"')?;
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char('"')
}
