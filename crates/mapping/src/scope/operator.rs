//! What a clause of a scoping filter asks.

use std::fmt;

/// An operator of a scoping filter, as the portal calls it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operator {
    /// All bits of the operand are set in the value.
    BitsSet,
    /// Not all bits of the operand are set in the value.
    BitsNotSet,
    /// The value ends with the operand; case counts.
    EndsWith,
    /// The value is the operand; case counts.
    Equals,
    /// Both are whole numbers, and the value is greater.
    GreaterThan,
    /// Both are whole numbers, and the value is not smaller.
    GreaterThanOrEquals,
    /// The operand stands somewhere in the value; case counts.
    Includes,
    /// The value is `False`.
    IsFalse,
    /// There is a value.
    IsNotNull,
    /// There is no value, or an empty text.
    IsNull,
    /// The value is `True`.
    IsTrue,
    /// The value is something else than the operand; case counts.
    NotEquals,
    /// The regular expression matches nowhere in the value.
    NotRegexMatch,
    /// The regular expression matches somewhere in the value.
    RegexMatch,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 14] = [
        Self::BitsSet,
        Self::BitsNotSet,
        Self::EndsWith,
        Self::Equals,
        Self::GreaterThan,
        Self::GreaterThanOrEquals,
        Self::Includes,
        Self::IsFalse,
        Self::IsNotNull,
        Self::IsNull,
        Self::IsTrue,
        Self::NotEquals,
        Self::NotRegexMatch,
        Self::RegexMatch,
    ];

    /// The operator that `name` means. Case, blanks and underscores do not count, since documents disagree about them.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let name = letters(name);
        Self::ALL
            .into_iter()
            .find(|operator| letters(operator.as_str()) == name)
    }

    /// The name in the portal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BitsSet => "&",
            Self::BitsNotSet => "!&",
            Self::EndsWith => "ENDS_WITH",
            Self::Equals => "EQUALS",
            Self::GreaterThan => "Greater_Than",
            Self::GreaterThanOrEquals => "Greater_Than_OR_EQUALS",
            Self::Includes => "Includes",
            Self::IsFalse => "IS FALSE",
            Self::IsNotNull => "IS NOT NULL",
            Self::IsNull => "IS NULL",
            Self::IsTrue => "IS TRUE",
            Self::NotEquals => "NOT EQUALS",
            Self::NotRegexMatch => "NOT REGEX MATCH",
            Self::RegexMatch => "REGEX MATCH",
        }
    }

    /// Whether it compares with nothing.
    #[must_use]
    pub const fn is_unary(self) -> bool {
        matches!(
            self,
            Self::IsFalse | Self::IsNotNull | Self::IsNull | Self::IsTrue
        )
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn letters(name: &str) -> String {
    let counts = |character: &char| !character.is_whitespace() && *character != '_';
    let letters = name.chars().filter(counts);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}
