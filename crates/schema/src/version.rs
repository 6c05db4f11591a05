use std::{fmt, str::FromStr};

/// The version of a resource, on the wire a weak entity tag
/// ([RFC 7644 §3.14](https://www.rfc-editor.org/rfc/rfc7644#section-3.14)).
///
/// Versions come from the store, never from hashing a body, and compare weakly: `W/"3"` and `"3"` name the same version.
///
/// ```
/// use scimkit_schema::Version;
///
/// let version = Version::from_number(3);
/// assert_eq!(version.to_string(), r#"W/"3""#);
/// assert_eq!(r#""3""#.parse(), Ok(version));
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version(Box<str>);

impl Version {
    /// The version that a counting store calls `number`.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        Self(number.to_string().into())
    }

    /// The number that [`Version::from_number`] was given, if this is such a version.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// The opaque text between the quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    /// Reads one entity tag, weak or strong ([RFC 9110 §8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let invalid =
            || InvalidVersion(text.chars().take(40).flat_map(char::escape_debug).collect());
        let quoted = text.strip_prefix("W/").unwrap_or(text);
        let opaque = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or_else(invalid)?;
        if opaque.contains(|c: char| c == '"' || c == ' ' || c.is_control()) {
            return Err(invalid());
        }
        Ok(Self(opaque.into()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/\"{}\"", self.0)
    }
}

/// A text that is no entity tag.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is no entity tag: write it like W/\"3\"")]
pub struct InvalidVersion(Box<str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_weak_and_strong_alike_and_refuses_the_rest() {
        assert_eq!(r#"W/"a1""#.parse::<Version>(), r#""a1""#.parse());
        for text in ["", "3", "\"", "\"3", "w/\"3\"", "\"a\"b\"", "\"a b\""] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
