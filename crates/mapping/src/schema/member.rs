use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A member of a JSON object: not there, `null`, or with a value.
///
/// Graph's own answers write nulls, hand-written schemas leave members out, and a schema that was only read is written back
/// as it was; so the two kinds of nothing are told apart here, and nowhere else.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Member<T> {
    /// The object has no such member.
    #[default]
    Absent,
    /// The member is `null`.
    Null,
    /// The member has a value.
    Present(T),
}

impl<T> Member<T> {
    /// The value, if there is one.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Present(value) => Some(value),
        }
    }

    /// The value to change, if there is one.
    pub const fn as_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Present(value) => Some(value),
        }
    }

    pub(super) const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T: Clone + Default> Member<T> {
    /// The value, or the default of its type.
    pub fn or_default(&self) -> T {
        self.as_ref().cloned().unwrap_or_default()
    }
}

impl<T> Member<Vec<T>> {
    /// The values; none if the member is not there.
    pub fn as_slice(&self) -> &[T] {
        self.as_ref().map_or(&[], Vec::as_slice)
    }
}

impl Member<String> {
    /// The text; empty if the member is not there, since schemas use both for "nothing".
    pub fn as_str(&self) -> &str {
        self.as_ref().map_or("", String::as_str)
    }
}

impl<T> From<T> for Member<T> {
    fn from(value: T) -> Self {
        Self::Present(value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Present))
    }
}

impl<T: Serialize> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(serializer)
    }
}
