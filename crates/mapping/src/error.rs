use std::fmt;

use crate::expression::{Arity, ValueKind};

/// Why an expression, a synchronization schema or a mapping could not be used.
///
/// ```
/// use scimkit_mapping::Compiled;
///
/// let written = r#"Apend([mail], ".test")"#;
/// let error = written.parse::<Compiled>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "there is no function `Apend`; did you mean `Append`? (at byte 0)"
/// );
/// assert_eq!(error.caret(written).as_deref(), Some("Apend([mail], \".test\")\n^"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error(Box<Details>);

// Boxed, so that results are no larger than values, and nested calls fit on a small stack.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Details {
    kind: ErrorKind,
    offset: Option<usize>,
    source: Option<Error>,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Details {
            kind,
            offset: None,
            source: None,
        }))
    }

    #[cold]
    pub(crate) fn at(kind: ErrorKind, offset: usize) -> Self {
        let mut error = Self::new(kind);
        error.0.offset = Some(offset);
        error
    }

    /// This error as the reason why the mapping of `target` does not work.
    pub(crate) fn in_mapping_of(self, target: &str) -> Self {
        let mut error = Self::new(ErrorKind::Mapping {
            target: target.into(),
        });
        error.0.source = Some(self);
        error
    }

    /// This error as the reason why a scoping filter does not work at `place`.
    pub(crate) fn in_scope_at(self, place: &str) -> Self {
        let mut error = Self::new(ErrorKind::Scope {
            place: place.into(),
        });
        error.0.source = Some(self);
        error
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Where in the text of the expression, in bytes from its start.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The line of `expression` that is wrong, and below it a line with a caret at the place; none if the error has no place.
    #[must_use]
    pub fn caret(&self, expression: &str) -> Option<String> {
        let before = expression.get(..self.offset()?).unwrap_or(expression);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = expression
            .get(start..)
            .and_then(|rest| rest.split('\n').next())
            .unwrap_or_default();
        let visible: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let column = before.get(start..).unwrap_or_default().chars().count();
        Some(format!("{visible}\n{:column$}^", ""))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)?;
        self.offset()
            .map_or(Ok(()), |offset| write!(f, " (at byte {offset})"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.0.source.as_ref()?;
        Some(source)
    }
}

/// What was wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A regular expression in the arguments of a function cannot be used.
    #[error("`{function}` has an unusable pattern: {problem}")]
    BadPattern {
        /// The name of the function.
        function: &'static str,
        /// What is wrong with the pattern.
        problem: Box<str>,
    },
    /// A function name or a word stands where only texts, attributes and calls can.
    #[error("`{word}` is a bare word: write a text as \"{word}\", an attribute as [{word}]")]
    BareWord {
        /// The word.
        word: Box<str>,
    },
    /// A function could not work on the values that it was given.
    #[error("`{function}` {problem}")]
    Evaluation {
        /// The name of the function.
        function: &'static str,
        /// What it could not do; reads on after the name.
        problem: Box<str>,
    },
    /// An argument can never become what the function needs there.
    #[error("`{function}` needs {wanted} as argument {position}, which {found} cannot be")]
    NeverFits {
        /// The name of the function.
        function: &'static str,
        /// Which argument, counted from 1.
        position: usize,
        /// What the function needs.
        wanted: ValueKind,
        /// What is there.
        found: ValueKind,
    },
    /// The synchronization schema is not JSON, or not of its shape.
    #[error("not a synchronization schema: {problem}")]
    Json {
        /// What the JSON reader says, with line and column.
        problem: Box<str>,
    },
    /// The mappings of this application are not to be changed.
    #[error(
        "the mappings of `{name}` are fixed, as its target relies on them; start from the generic SCIM mappings to make your own"
    )]
    Locked {
        /// The name of the mappings.
        name: Box<str>,
    },
    /// The mapping of a target attribute does not work; the source of the error says why.
    #[error("the mapping of `{target}` does not work")]
    Mapping {
        /// The target attribute.
        target: Box<str>,
    },
    /// An attribute that several values will do for cannot be matched by.
    #[error(
        "`{target}` cannot be matched by: `SelectUniqueValue` gives several values, not one to look for"
    )]
    MatchingCandidates {
        /// The target attribute.
        target: Box<str>,
    },
    /// The source of a mapping has neither a text nor a name.
    #[error("the expression is missing, and there is no name that says what to take instead")]
    MissingExpression,
    /// A clause of a scoping filter lacks one of its sides.
    #[error("`{operator}` has nothing on its {side} side")]
    MissingOperand {
        /// The operator.
        operator: &'static str,
        /// Which side: `left` or `right`.
        side: &'static str,
    },
    /// No attribute of an object mapping is for matching.
    #[error(
        "no attribute is for matching: give one a matching priority, or nobody can be found in the target"
    )]
    NoMatching,
    /// The service provider assigns this attribute.
    #[error("the service provider assigns `{target}`; it cannot be a target")]
    ReadOnlyTarget {
        /// The attribute.
        target: Box<str>,
    },
    /// Two mappings have the same target.
    #[error("`{target}` has a mapping already")]
    RepeatedTarget {
        /// The target attribute.
        target: Box<str>,
    },
    /// A scoping filter does not work; the source of the error says why.
    #[error("the scoping filter does not work at `{place}`")]
    Scope {
        /// The clause, as a path inside the filter.
        place: Box<str>,
    },
    /// Evaluation took more steps than allowed.
    #[error("evaluation took more than {limit} steps")]
    StepLimit {
        /// The limit.
        limit: usize,
    },
    /// The target of a mapping is no attribute path, or one that no value can be written to.
    #[error("`{target}` is no target: {problem}")]
    Target {
        /// The text of the target.
        target: Box<str>,
        /// What is wrong with it.
        problem: Box<str>,
    },
    /// Calls are nested deeper than the limit.
    #[error("more than {limit} nested calls")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// The text is longer than the limit.
    #[error("an expression has at most {limit} characters")]
    TooLong {
        /// The limit, in characters.
        limit: usize,
    },
    /// The text ends too early.
    #[error("expected {expected}, found the end of the expression")]
    UnexpectedEnd {
        /// What would fit.
        expected: &'static str,
    },
    /// The next token does not fit here.
    #[error("expected {expected}, found `{found}`")]
    UnexpectedToken {
        /// What would fit.
        expected: &'static str,
        /// The beginning of what stands there.
        found: Box<str>,
    },
    /// A rule names a directory that the schema does not define.
    #[error("the schema has no directory `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownDirectory {
        /// The name.
        name: Box<str>,
        /// The directory whose name is nearest to it, if one is near.
        nearest: Option<Box<str>>,
    },
    /// The source object has no such attribute.
    #[error("the source has no attribute `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownAttribute {
        /// The name.
        name: Box<str>,
        /// The attribute whose name is nearest to it, if one is near; it may differ in case only.
        nearest: Option<Box<str>>,
    },
    /// There is no function of this name.
    #[error("there is no function `{name}`{}", did_you_mean(*.nearest))]
    UnknownFunction {
        /// The name.
        name: Box<str>,
        /// The function whose name is nearest to it, if one is near.
        nearest: Option<&'static str>,
    },
    /// A directory has no such type of object.
    #[error("the directory has no object `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownObject {
        /// The name.
        name: Box<str>,
        /// The object whose name is nearest to it, if one is near.
        nearest: Option<Box<str>>,
    },
    /// A scoping filter has no such operator.
    #[error("there is no operator `{operator}`{}", did_you_mean(*.nearest))]
    UnknownOperator {
        /// The operator.
        operator: Box<str>,
        /// The operator whose name is nearest to it, if one is near.
        nearest: Option<&'static str>,
    },
    /// Microsoft's tree of an expression has an argument whose place is not known.
    #[error(
        "nobody knows where `{function}` takes its parameter `{key}`: give the expression as text"
    )]
    UnknownParameter {
        /// The name of the function.
        function: Box<str>,
        /// The name of the parameter.
        key: Box<str>,
    },
    /// No resource type of the target has this schema.
    #[error("no resource type of the target has the schema `{urn}`")]
    UnknownResourceType {
        /// The URN of the schema.
        urn: Box<str>,
    },
    /// The source has no such attribute.
    #[error("the source has no attribute `{attribute}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownSource {
        /// The attribute.
        attribute: Box<str>,
        /// The attribute whose name is nearest to it, if one is near.
        nearest: Option<Box<str>>,
    },
    /// The target has no such attribute.
    #[error("the target has no attribute `{target}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownTarget {
        /// The attribute.
        target: Box<str>,
        /// The attribute whose name is nearest to it, if one is near.
        nearest: Option<Box<str>>,
    },
    /// A text or an attribute is not closed.
    #[error("this {what} is not closed: `{closing}` is missing")]
    Unterminated {
        /// What is open.
        what: &'static str,
        /// What would close it.
        closing: char,
    },
    /// An argument can never be what its function takes there.
    #[error("`{function}` takes {expected} as `{parameter}`, found {found}")]
    WrongArgument {
        /// The name of the function.
        function: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
        /// What it takes.
        expected: ValueKind,
        /// What stands there.
        found: Box<str>,
    },
    /// A function was called with too few or too many arguments.
    #[error("`{function}` takes {takes}, found {found}")]
    WrongArity {
        /// The name of the function.
        function: &'static str,
        /// How many it takes.
        takes: Arity,
        /// How many stand there.
        found: usize,
    },
    /// The right side of a clause of a scoping filter does not fit the operator.
    #[error("`{operator}` compares with {expected}")]
    WrongOperand {
        /// The operator.
        operator: &'static str,
        /// What it compares with.
        expected: &'static str,
    },
    /// A function was called in a way that it does not have.
    #[error("`{function}` {problem}")]
    WrongCall {
        /// The name of the function.
        function: &'static str,
        /// What is wrong; reads on after the name.
        problem: &'static str,
    },
    /// A value is not of the target's type.
    #[error("`{target}` takes {expected}")]
    WrongType {
        /// The target attribute.
        target: Box<str>,
        /// What it takes.
        expected: &'static str,
    },
}

/// The beginning of a piece of input, fit to be shown: at most 40 characters, control characters escaped.
pub(crate) fn excerpt(text: &str) -> Box<str> {
    let shown: String = text.chars().take(40).flat_map(shown_as).collect();
    shown.into()
}

fn shown_as(character: char) -> impl Iterator<Item = char> {
    let (plain, escaped) = if character.is_control() {
        (None, Some(character.escape_default()))
    } else {
        (Some(character), None)
    };
    plain.into_iter().chain(escaped.into_iter().flatten())
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use crate::{Compiled, Context, SourceObject};

    fn messages(expressions: &[&str]) -> String {
        let object =
            SourceObject::new("User").with("three", vec!["a".into(), "b".into(), "c".into()]);
        let lines = expressions.iter().map(|text| {
            let error = text
                .parse::<Compiled>()
                .and_then(|expression| {
                    expression.evaluate(&object, &Context::default().with_step_limit(12))
                })
                .unwrap_err();
            format!("{text} => {error}\n")
        });
        lines.collect()
    }

    #[test]
    fn each_message_says_what_to_change() {
        let deep = format!("{}[a]{}", "F(".repeat(33), ")".repeat(33));
        let long = " ".repeat(10_001);
        assert!(messages(&[&deep]).ends_with("=> more than 32 nested calls (at byte 64)\n"));
        assert!(messages(&[&long]).ends_with("=> an expression has at most 10000 characters\n"));
        insta::assert_snapshot!(messages(&[
            "",
            "Append([a], \"b\"",
            "Append([a], \"b\"))",
            "Append([a], \"b)",
            "Append([a, \"b\")",
            "Append([a] = , \"b\")",
            "Append([a] ~ , \"b\")",
            "Append([], \"b\")",
            "append([a], \"b\")",
            "Swich([a], , \"b\", \"c\")",
            "Frobnicate()",
            "Append([a])",
            "Switch([a], , \"b\")",
            "Append(mail, \"b\")",
            "Item([three], 4)",
            "ToLower(Item([three], \"x\"))",
            "Append([three], \"b\")",
            "Append(\"ab\", \"cdefghijkl\")",
        ]), @r#"
         => expected a function, an [attribute] or a "text", found the end of the expression (at byte 0)
        Append([a], "b" => expected `,` or `)`, found the end of the expression (at byte 15)
        Append([a], "b")) => expected the end of the expression, found `)` (at byte 16)
        Append([a], "b) => this text is not closed: `"` is missing (at byte 12)
        Append([a, "b") => this attribute is not closed: `]` is missing (at byte 7)
        Append([a] = , "b") => expected a function, an [attribute], a "text" or a number, found `,` (at byte 13)
        Append([a] ~ , "b") => expected `,` or `)`, found `~` (at byte 11)
        Append([], "b") => expected the name of an attribute, found `[]` (at byte 7)
        append([a], "b") => there is no function `append`; did you mean `Append`? (at byte 0)
        Swich([a], , "b", "c") => there is no function `Swich`; did you mean `Switch`? (at byte 0)
        Frobnicate() => there is no function `Frobnicate` (at byte 0)
        Append([a]) => `Append` takes 2 arguments, found 1 (at byte 0)
        Switch([a], , "b") => `Switch` takes an even number of at least 4 arguments, found 3 (at byte 0)
        Append(mail, "b") => `mail` is a bare word: write a text as "mail", an attribute as [mail] (at byte 0)
        Item([three], 4) => `Item` finds no value number 4: they are numbered from 1 to 3 (at byte 0)
        ToLower(Item([three], "x")) => `Item` needs a whole number as argument 2 (at byte 8)
        Append([three], "b") => `Append` takes one value as argument 1, found 3; pick one with `Item` (at byte 0)
        Append("ab", "cdefghijkl") => evaluation took more than 12 steps
        "#);
    }
}
