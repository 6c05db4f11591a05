use std::{fmt, str::FromStr};

/// The detail keyword of a SCIM error ([RFC 7644 §3.12](https://www.rfc-editor.org/rfc/rfc7644#section-3.12), table 9, and
/// RFC 9865 §4).
///
/// ```
/// use scimkit_schema::ScimType;
///
/// assert_eq!("noTarget".parse(), Ok(ScimType::NoTarget));
/// assert_eq!("odd".parse(), Ok(ScimType::Other("odd".into())));
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ScimType {
    /// The filter, or its use with these attributes, is not valid.
    InvalidFilter,
    /// The filter yields more results than the server will compute.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// The change collides with the mutability of the attribute or the state of the resource.
    Mutability,
    /// The body is not the message it should be.
    InvalidSyntax,
    /// The path of a PATCH operation is not valid.
    InvalidPath,
    /// The path of a PATCH operation selects nothing that could be changed.
    NoTarget,
    /// A value is missing or does not fit the attribute.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request would put sensitive data into the URI.
    Sensitive,
    /// The cursor is not one this server gave (RFC 9865).
    InvalidCursor,
    /// The cursor is too old (RFC 9865).
    ExpiredCursor,
    /// The count does not fit the cursor or the limits (RFC 9865).
    InvalidCount,
    /// A keyword this crate does not know; it survives as it came.
    Other(Box<str>),
}

impl ScimType {
    /// The spelling on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
            Self::Other(text) => text,
        }
    }

    const KNOWN: [Self; 13] = [
        Self::InvalidFilter,
        Self::TooMany,
        Self::Uniqueness,
        Self::Mutability,
        Self::InvalidSyntax,
        Self::InvalidPath,
        Self::NoTarget,
        Self::InvalidValue,
        Self::InvalidVers,
        Self::Sensitive,
        Self::InvalidCursor,
        Self::ExpiredCursor,
        Self::InvalidCount,
    ];
}

impl From<&str> for ScimType {
    fn from(text: &str) -> Self {
        Self::KNOWN
            .into_iter()
            .find(|known| known.as_str() == text)
            .unwrap_or_else(|| Self::Other(text.into()))
    }
}

impl FromStr for ScimType {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_reads_back_and_unknown_ones_survive() {
        for known in ScimType::KNOWN {
            assert_eq!(ScimType::from(known.as_str()), known);
        }
        assert_eq!(ScimType::from("outOfCoffee").to_string(), "outOfCoffee");
    }
}
