use std::fmt;

use sha2::{Digest, Sha256};

/// A value as it stands in an index: a tag for its type, then bytes in the order of values.
///
/// Never longer than 256 bytes, since some engines bound their keys. A longer value keeps its beginning and ends in a SHA-256 of the
/// whole, so equal keys mean equal values, and the order holds up to the cut.
///
/// ```
/// use scimkit_sql::ValueKey;
///
/// assert!(ValueKey::text("abel") < ValueKey::text("berta"));
/// let (one, other) = ("x".repeat(1_000), "x".repeat(1_001));
/// assert_ne!(ValueKey::text(&one), ValueKey::text(&other));
/// assert_eq!(ValueKey::text(&one).as_bytes().len(), ValueKey::MAX_BYTES);
/// ```
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
pub struct ValueKey(Box<[u8]>);

impl ValueKey {
    /// The longest key, in bytes.
    pub const MAX_BYTES: usize = 256;

    const TEXT: u8 = b's';
    const DIGEST_BYTES: usize = 32;

    /// The key of a text, which must be folded already where the attribute ignores case.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut key = Vec::with_capacity(Self::MAX_BYTES.min(text.len() + 1));
        key.push(Self::TEXT);
        if text.len() < Self::MAX_BYTES {
            key.extend(text.as_bytes());
        } else {
            key.extend(text.bytes().take(Self::MAX_BYTES - 1 - Self::DIGEST_BYTES));
            key.extend(Sha256::digest(text.as_bytes()));
        }
        Self(key.into())
    }

    /// The key as it is bound to a statement.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Without the value: a key may be a person's.
impl fmt::Debug for ValueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ValueKey({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn short_texts_keep_their_order(a in "\\PC{0,60}", b in "\\PC{0,60}") {
            prop_assert_eq!(ValueKey::text(&a).cmp(&ValueKey::text(&b)), a.cmp(&b));
        }

        #[test]
        fn long_texts_stay_bounded_and_apart(a in "[ab]{200,600}", b in "[ab]{200,600}") {
            prop_assert!(ValueKey::text(&a).as_bytes().len() <= ValueKey::MAX_BYTES);
            prop_assert_eq!(ValueKey::text(&a) == ValueKey::text(&b), a == b);
        }
    }
}
