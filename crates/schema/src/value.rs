use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Complex, DateTime};

/// One value of an attribute ([RFC 7643 §2.3](https://www.rfc-editor.org/rfc/rfc7643#section-2.3)).
///
/// References and binary values are text here; the schema tells them apart. Look inside with [`Value::view`] or one of the
/// `as_…` methods.
///
/// ```
/// use scimkit_schema::{Value, View};
///
/// let value = Value::from("Mira");
/// assert_eq!(value.as_str(), Some("Mira"));
/// assert!(matches!(value.view(), View::String("Mira")));
/// assert_eq!(value.to_string(), r#""Mira""#);
/// ```
#[derive(Clone, PartialEq)]
pub struct Value(Repr);

#[derive(Clone, PartialEq)]
enum Repr {
    Null,
    Boolean(bool),
    Integer(i64),
    Decimal(f64),
    String(Box<str>),
    // Boxed: few values are instants, and every value would be as large.
    DateTime(Box<DateTime>),
    Complex(Complex),
    List(Vec<Value>),
}

/// A borrowed look into a [`Value`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum View<'a> {
    /// No value; the same as being absent ([RFC 7643 §2.5](https://www.rfc-editor.org/rfc/rfc7643#section-2.5)).
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; finite, and below 2^63 in magnitude.
    Decimal(f64),
    /// Text, a reference, or binary data in base64.
    String(&'a str),
    /// An instant.
    DateTime(&'a DateTime),
    /// Sub-attributes with their values.
    Complex(&'a Complex),
    /// The values of a multi-valued attribute.
    List(&'a [Value]),
}

impl Value {
    /// No value.
    pub const NULL: Self = Self(Repr::Null);

    /// A decimal. What is not finite becomes no value, since JSON cannot write it.
    #[must_use]
    pub fn decimal(number: f64) -> Self {
        if number.is_finite() {
            Self(Repr::Decimal(number))
        } else {
            Self::NULL
        }
    }

    /// What is inside, borrowed.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        match &self.0 {
            Repr::Null => View::Null,
            Repr::Boolean(value) => View::Boolean(*value),
            Repr::Integer(value) => View::Integer(*value),
            Repr::Decimal(value) => View::Decimal(*value),
            Repr::String(value) => View::String(value),
            Repr::DateTime(value) => View::DateTime(value),
            Repr::Complex(value) => View::Complex(value),
            Repr::List(values) => View::List(values),
        }
    }

    /// The text, if this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Repr::String(text) = &self.0 {
            Some(text)
        } else {
            None
        }
    }

    /// The boolean, if this is one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        if let Repr::Boolean(value) = self.0 {
            Some(value)
        } else {
            None
        }
    }

    /// The whole number, if this is one.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i64> {
        if let Repr::Integer(value) = self.0 {
            Some(value)
        } else {
            None
        }
    }

    /// The instant, if this is one.
    #[must_use]
    pub const fn as_date_time(&self) -> Option<&DateTime> {
        if let Repr::DateTime(value) = &self.0 {
            Some(value)
        } else {
            None
        }
    }

    /// The sub-attributes, if this is complex.
    #[must_use]
    pub const fn as_complex(&self) -> Option<&Complex> {
        if let Repr::Complex(value) = &self.0 {
            Some(value)
        } else {
            None
        }
    }

    /// The sub-attributes to change, if this is complex.
    pub const fn as_complex_mut(&mut self) -> Option<&mut Complex> {
        if let Repr::Complex(value) = &mut self.0 {
            Some(value)
        } else {
            None
        }
    }

    /// The values, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Repr::List(values) = &self.0 {
            Some(values)
        } else {
            None
        }
    }

    /// The values to change, if this is a list.
    pub const fn as_list_mut(&mut self) -> Option<&mut Vec<Self>> {
        if let Repr::List(values) = &mut self.0 {
            Some(values)
        } else {
            None
        }
    }

    /// The values of a list, or the one value, or none for no value.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        match &self.0 {
            Repr::Null => &[],
            Repr::List(values) => values,
            _ => std::slice::from_ref(self),
        }
    }

    /// Takes the sub-attributes out, if this is complex.
    ///
    /// # Errors
    /// The value itself, if it is anything else.
    pub fn into_complex(self) -> Result<Complex, Self> {
        if let Repr::Complex(value) = self.0 {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// Takes the values out, if this is a list.
    ///
    /// # Errors
    /// The value itself, if it is anything else.
    pub fn into_list(self) -> Result<Vec<Self>, Self> {
        if let Repr::List(values) = self.0 {
            Ok(values)
        } else {
            Err(self)
        }
    }

    /// Whether the attribute counts as unassigned: null or an empty list
    /// ([RFC 7643 §2.5](https://www.rfc-editor.org/rfc/rfc7643#section-2.5)).
    #[must_use]
    pub fn is_unassigned(&self) -> bool {
        match &self.0 {
            Repr::Null => true,
            Repr::List(values) => values.is_empty(),
            _ => false,
        }
    }

    /// What kind of JSON value this is, for messages: `a string`, `an object`, …
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.0 {
            Repr::Null => "null",
            Repr::Boolean(_) => "a boolean",
            Repr::Integer(_) => "an integer",
            Repr::Decimal(_) => "a decimal number",
            Repr::String(_) | Repr::DateTime(_) => "a string",
            Repr::Complex(_) => "an object",
            Repr::List(_) => "an array",
        }
    }
}

/// No value.
impl Default for Value {
    fn default() -> Self {
        Self::NULL
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Repr::String(text.into()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Repr::String(text.into()))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(Repr::Boolean(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(Repr::Integer(value))
    }
}

impl From<DateTime> for Value {
    fn from(value: DateTime) -> Self {
        Self(Repr::DateTime(Box::new(value)))
    }
}

impl From<Complex> for Value {
    fn from(value: Complex) -> Self {
        Self(Repr::Complex(value))
    }
}

impl From<Vec<Self>> for Value {
    fn from(values: Vec<Self>) -> Self {
        Self(Repr::List(values))
    }
}

impl FromIterator<Self> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(values: I) -> Self {
        Self(Repr::List(values.into_iter().collect()))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Null => serializer.serialize_unit(),
            Repr::Boolean(value) => serializer.serialize_bool(*value),
            Repr::Integer(value) => serializer.serialize_i64(*value),
            Repr::Decimal(value) => serializer.serialize_f64(*value),
            Repr::String(value) => serializer.serialize_str(value),
            Repr::DateTime(value) => serializer.collect_str(value),
            Repr::Complex(value) => value.serialize(serializer),
            Repr::List(values) => values.serialize(serializer),
        }
    }
}

/// As JSON.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
