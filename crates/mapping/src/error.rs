use std::fmt;

use crate::expression::Arity;

/// Why an expression, a synchronization schema or a mapping could not be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    offset: Option<usize>,
    source: Option<Box<Self>>,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            offset: None,
            source: None,
        }
    }

    pub(crate) const fn at(kind: ErrorKind, offset: usize) -> Self {
        Self {
            kind,
            offset: Some(offset),
            source: None,
        }
    }

    /// This error as the reason why the mapping of `target` does not work.
    pub(crate) fn in_mapping_of(self, target: &str) -> Self {
        Self {
            kind: ErrorKind::Mapping {
                target: target.into(),
            },
            offset: None,
            source: Some(self.into()),
        }
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Where in the text of the expression, in bytes from its start.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        self.offset
            .map_or(Ok(()), |offset| write!(f, " (at byte {offset})"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

/// What was wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
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
    /// A function is the source of a mapping, but its text is missing.
    #[error(
        "the expression is missing: `parameters` alone does not say where empty arguments stand"
    )]
    MissingExpression,
    /// The service provider assigns this attribute.
    #[error("the service provider assigns `{target}`; it cannot be a target")]
    ReadOnlyTarget {
        /// The attribute.
        target: Box<str>,
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
    /// There is no function of this name.
    #[error("there is no function `{name}`{}", did_you_mean(*.nearest))]
    UnknownFunction {
        /// The name.
        name: Box<str>,
        /// The function whose name is nearest to it, if one is near.
        nearest: Option<&'static str>,
    },
    /// No resource type of the target has this schema.
    #[error("no resource type of the target has the schema `{urn}`")]
    UnknownResourceType {
        /// The URN of the schema.
        urn: Box<str>,
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
                    expression.evaluate(&object, &Context::default().with_step_limit(8))
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
        Append("ab", "cdefghijkl") => evaluation took more than 8 steps
        "#);
    }
}
