use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime as Instant, Utc};
use scimkit_schema::DateTime;

/// A value of a source object or of an expression.
///
/// Microsoft's engine works on texts; the other variants keep what is known about one until it is asked for as text.
///
/// ```
/// use scimkit_mapping::Value;
///
/// assert_eq!(Value::from(true).as_text().as_deref(), Some("True"));
/// assert_eq!(Value::Null.as_text(), None);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// The attribute is absent.
    #[default]
    Null,
    /// The attribute is left out of this export altogether, even if the mapping has a default value. Only
    /// `IgnoreFlowIfNullOrEmpty` gives this; every function takes it as [`Value::Null`].
    NoFlow,
    /// `True` or `False`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// An instant; its text is in UTC and month first, as in `7/2/2021 3:33:38 PM`.
    DateTime(Box<DateTime>),
    /// Bytes; their text is Base64.
    Binary(Vec<u8>),
    /// A text.
    String(String),
    /// The id of another source object.
    Reference(String),
    /// A value with parts, such as an application role; its text is that of its `value`.
    Complex(BTreeMap<String, Self>),
    /// The values of a multi-valued attribute, in their order.
    Multi(Vec<Self>),
    /// Values in the order in which they are to be tried: the first that the target does not have yet is the value. Only
    /// `SelectUniqueValue` gives this, and who provisions asks the target.
    Candidates(Vec<Self>),
}

impl Value {
    /// The value as the one text that it is on the way to the target; none for no value and for several.
    ///
    /// A list with one value counts as that value.
    #[must_use]
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null | Self::NoFlow | Self::Candidates(_) => None,
            Self::Boolean(true) => Some(TRUE.into()),
            Self::Boolean(false) => Some(FALSE.into()),
            Self::Integer(number) => Some(number.to_string().into()),
            Self::DateTime(instant) => Some(date_text(instant).into()),
            Self::Binary(bytes) => Some(BASE64_STANDARD.encode(bytes).into()),
            Self::String(text) | Self::Reference(text) => Some(text.into()),
            Self::Complex(parts) => parts.get("value")?.as_text(),
            Self::Multi(values) => match values.as_slice() {
                [value] => value.as_text(),
                _ => None,
            },
        }
    }

    /// Whether there is no value: absent, or a list without values. An empty text is a value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null | Self::NoFlow => true,
            Self::Multi(values) | Self::Candidates(values) => values.is_empty(),
            _ => false,
        }
    }

    /// Whether there is no value or only an empty text.
    #[must_use]
    pub fn is_null_or_empty(&self) -> bool {
        self.is_null() || self.as_text().is_some_and(|text| text.is_empty())
    }

    /// The values of a list, or the one value, or nothing.
    #[must_use]
    pub fn values(&self) -> &[Self] {
        match self {
            Self::Null | Self::NoFlow => &[],
            Self::Multi(values) | Self::Candidates(values) => values,
            _ => std::slice::from_ref(self),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Vec<Self>> for Value {
    fn from(values: Vec<Self>) -> Self {
        Self::Multi(values)
    }
}

impl From<DateTime> for Value {
    fn from(instant: DateTime) -> Self {
        Self::DateTime(instant.into())
    }
}

/// None is [`Value::Null`].
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// How Microsoft's engine writes an instant: in UTC, month first, no fractions of seconds.
fn date_text(instant: &DateTime) -> String {
    let instant = Instant::<Utc>::from_timestamp_micros(instant.unix_micros());
    let instant = instant.unwrap_or_default();
    instant.format("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}

/// How Microsoft's engine writes a boolean that holds.
pub(crate) const TRUE: &str = "True";
/// How Microsoft's engine writes a boolean that does not hold.
pub(crate) const FALSE: &str = "False";
