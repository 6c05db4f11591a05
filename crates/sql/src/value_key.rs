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

    const MISSING: u8 = b'-';
    const TEXT: u8 = b's';
    const DIGEST_BYTES: usize = 32;
    /// How much of a long text is in its key.
    const HEAD_BYTES: usize = Self::MAX_BYTES - 1 - Self::DIGEST_BYTES;

    /// The key of a text, which must be folded already where the attribute ignores case.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let mut key = Vec::with_capacity(Self::MAX_BYTES.min(text.len() + 1));
        key.push(Self::TEXT);
        if text.len() < Self::MAX_BYTES {
            key.extend(text.as_bytes());
        } else {
            key.extend(text.bytes().take(Self::HEAD_BYTES));
            key.extend(Sha256::digest(text.as_bytes()));
        }
        Self(key.into())
    }

    /// Stands where a resource has no value. It is before every text.
    #[must_use]
    pub fn missing() -> Self {
        Self([Self::MISSING].into())
    }

    /// The key as it is bound to a statement.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Keys from one up to, but not including, another.
#[derive(Clone, Eq, PartialEq)]
pub struct KeyRange {
    /// The first key.
    pub from: Box<[u8]>,
    /// The key to stop before.
    pub to: Box<[u8]>,
}

impl KeyRange {
    /// The keys of all texts that begin so, and perhaps of a few others that are longer than a key.
    #[must_use]
    pub fn starting_with(text: &str) -> Self {
        let from = head(text);
        let to = successor(&from);
        Self { from, to }
    }

    /// The keys of all texts that are not less.
    #[must_use]
    pub fn not_below(text: &str) -> Self {
        let from = head(text);
        Self {
            from,
            ..Self::texts()
        }
    }

    /// The keys of all texts that are not greater, and perhaps of a few others that are longer than a key.
    #[must_use]
    pub fn not_above(text: &str) -> Self {
        let last = head(text);
        let to = if text.len() < ValueKey::HEAD_BYTES {
            after(&last)
        } else {
            successor(&last)
        };
        let from = head("");
        Self { from, to }
    }

    /// The keys of all texts that are not empty.
    #[must_use]
    pub fn texts() -> Self {
        Self {
            from: after(&[ValueKey::TEXT]),
            to: successor(&[ValueKey::TEXT]),
        }
    }

    /// The one key that stands for no value.
    #[must_use]
    pub fn missing() -> Self {
        Self {
            from: [ValueKey::MISSING].into(),
            to: after(&[ValueKey::MISSING]),
        }
    }

    /// The keys in both.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            from: self.from.max(other.from.clone()),
            to: self.to.min(other.to.clone()),
        }
    }
}

/// Without the values.
impl fmt::Debug for KeyRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRange")
    }
}

/// The beginning of the key of a text: no greater than the key of any text that is not less.
pub(crate) fn head(text: &str) -> Box<[u8]> {
    let head = text.bytes().take(ValueKey::HEAD_BYTES);
    std::iter::once(ValueKey::TEXT).chain(head).collect()
}

/// The least key that is greater.
pub(crate) fn after(key: &[u8]) -> Box<[u8]> {
    key.iter().copied().chain([0]).collect()
}

/// The least key that is greater than all that begin so. Keys of texts have no byte that could not be counted up.
pub(crate) fn successor(key: &[u8]) -> Box<[u8]> {
    let mut key = key.to_vec();
    if let Some(last) = key.last_mut() {
        *last = last.saturating_add(1);
    }
    key.into()
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
        fn ranges_miss_nothing(a in "[ab\u{10ffff}é]{0,5}|[ab]{218,226}|a{254,260}", b in "[ab\u{10ffff}é]{0,5}|[ab]{218,226}|a{254,260}") {
            let key = ValueKey::text(&a);
            let holds = |range: KeyRange| range.from.as_ref() <= key.as_bytes() && key.as_bytes() < range.to.as_ref();
            prop_assert!(a < b || holds(KeyRange::not_below(&b)));
            prop_assert!(a > b || holds(KeyRange::not_above(&b)));
            prop_assert!(!a.starts_with(&*b) || holds(KeyRange::starting_with(&b)));
            prop_assert_eq!(holds(KeyRange::texts()), !a.is_empty());
            prop_assert!(!holds(KeyRange::missing()));
            // What is short is exact, too.
            if a.len() < 200 && b.len() < 200 {
                prop_assert_eq!(holds(KeyRange::not_above(&b)), a <= b);
                prop_assert_eq!(holds(KeyRange::starting_with(&b)), a.starts_with(&*b));
            }
        }

        #[test]
        fn long_texts_stay_bounded_and_apart(a in "[ab]{200,600}", b in "[ab]{200,600}") {
            prop_assert!(ValueKey::text(&a).as_bytes().len() <= ValueKey::MAX_BYTES);
            prop_assert_eq!(ValueKey::text(&a) == ValueKey::text(&b), a == b);
        }
    }
}
