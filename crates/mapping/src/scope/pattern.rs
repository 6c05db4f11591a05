//! Regular expressions of clauses.

use crate::error::{Error, ErrorKind};

/// A regular expression that may take only so long.
///
/// It is looked for anywhere in the value, as .NET's `IsMatch` does; whoever means the whole value writes `^` and `$`.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    operator: &'static str,
    regex: fancy_regex::Regex,
}

impl Pattern {
    pub(super) fn new(operator: &'static str, pattern: &str) -> Result<Self, Error> {
        let regex = fancy_regex::RegexBuilder::new(pattern)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build();
        match regex {
            Ok(regex) => Ok(Self { operator, regex }),
            Err(error) => Err(Error::new(ErrorKind::Evaluation {
                function: operator,
                problem: format!("cannot read its regular expression: {error}").into(),
            })),
        }
    }

    pub(super) fn is_found_in(&self, text: &str) -> Result<bool, Error> {
        self.regex.is_match(text).map_err(|_| {
            Error::new(ErrorKind::Evaluation {
                function: self.operator,
                problem: "takes too long on this value: make its regular expression simpler".into(),
            })
        })
    }
}

/// How often a match may go back before it is given up.
const BACKTRACK_LIMIT: usize = 100_000;
