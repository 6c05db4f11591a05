use std::fmt;

use scimkit_schema::ScimType;

use crate::CompareOp;

/// A filter or path that could not be read: what was wrong, and where.
///
/// A message never shows the right side of a comparison.
///
/// ```
/// use scimkit_filter::Filter;
///
/// let input = r#"userName is "mira""#;
/// let error = input.parse::<Filter>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "unknown operator `is`, use one of eq, ne, co, sw, ew, gt, lt, ge, le, pr at byte 9"
/// );
/// assert_eq!(error.caret(input), "userName is \"mira\"\n         ^");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{} at byte {}", .0.kind, .0.offset)]
pub struct Error(Box<Details>);

// Boxed, so that the results of the parser are no larger than what it reads.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Details {
    kind: ErrorKind,
    offset: usize,
    part: Part,
}

/// Where an error is, as far as the SCIM keyword goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    Filter,
    Path,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, offset: usize) -> Self {
        Self(Box::new(Details {
            kind,
            offset,
            part: Part::Filter,
        }))
    }

    pub(crate) fn unexpected(expected: &'static str, found: &str, offset: usize) -> Self {
        let found = shown(found);
        Self::new(ErrorKind::Unexpected { expected, found }, offset)
    }

    pub(crate) fn bad_value(problem: &'static str, offset: usize) -> Self {
        Self::new(ErrorKind::BadValue(problem), offset)
    }

    pub(crate) fn in_part(mut self, part: Part) -> Self {
        self.0.part = part;
        self
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The byte of the input at which it was noticed.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.0.offset
    }

    /// The line of the input that is wrong, and below it a line with a caret at the place.
    #[must_use]
    pub fn caret(&self, input: &str) -> String {
        let before = input.get(..self.offset()).unwrap_or(input);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = input
            .get(start..)
            .and_then(|rest| rest.split('\n').next())
            .unwrap_or_default();
        let visible: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let column = before.get(start..).unwrap_or_default().chars().count();
        format!("{visible}\n{:column$}^", "")
    }

    /// The keyword that a SCIM error carries for this: `invalidPath`, or `invalidFilter` for a filter, also inside a path
    /// ([RFC 7644 §3.12](https://www.rfc-editor.org/rfc/rfc7644#section-3.12)).
    #[must_use]
    pub const fn scim_type(&self) -> ScimType {
        match self.0.part {
            Part::Filter => ScimType::InvalidFilter,
            Part::Path => ScimType::InvalidPath,
        }
    }
}

/// What was wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something else belongs here.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What belongs here.
        expected: &'static str,
        /// What was here: at most 40 characters, escaped, in backticks; or words for what is not shown.
        found: Box<str>,
    },
    /// No comparison has this operator.
    #[error("unknown operator `{found}`, use one of {}", Operators)]
    UnknownOperator {
        /// The operator.
        found: Box<str>,
    },
    /// The right side of a comparison is no JSON literal.
    #[error("expected a JSON string, number, true, false or null, found {0}")]
    BadValue(&'static str),
    /// The text is too long.
    #[error("more than {limit} bytes")]
    TooLong {
        /// The most bytes allowed.
        limit: usize,
    },
    /// Groups and brackets are nested too deeply.
    #[error("more than {limit} nested groups")]
    TooDeep {
        /// The most open groups allowed.
        limit: usize,
    },
    /// There are too many terms.
    #[error("more than {limit} terms and operators")]
    TooManyNodes {
        /// The most terms and operators allowed.
        limit: usize,
    },
}

/// Text for a message: in backticks, escaped, at most 40 characters; the end of the input is said in words.
pub(crate) fn shown(text: &str) -> Box<str> {
    if text.is_empty() {
        return "the end".into();
    }
    if text == HIDDEN || text == NOTHING {
        return text.into();
    }
    format!("`{}`", escaped(text)).into()
}

/// At most 40 characters of `text`, unprintable ones escaped.
pub(crate) fn escaped(text: &str) -> String {
    const MOST: usize = 40;
    let mut shown = String::new();
    for c in text.chars().take(MOST) {
        match c {
            '"' | '\'' | '\\' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    if shown.chars().count() > MOST {
        shown = shown.chars().take(MOST).collect();
    }
    shown
}

/// Stands for a name that has no character.
pub(crate) const NOTHING: &str = "nothing";

/// Stands for text behind a comparison, which may be a part of the value.
pub(crate) const HIDDEN: &str = "more text";

struct Operators;

impl fmt::Display for Operators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for op in CompareOp::ALL {
            write!(f, "{op}, ")?;
        }
        f.write_str("pr")
    }
}

#[cfg(test)]
mod tests;
