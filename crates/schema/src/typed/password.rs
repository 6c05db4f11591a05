use std::fmt;

use super::field::Typed;
use crate::Value;

/// A clear text password to set, which debug output does not show.
///
/// ```
/// use scimkit_schema::typed::Password;
///
/// let password = Password::new("tr0ut-in-the-quay");
/// assert_eq!(password.as_str(), "tr0ut-in-the-quay");
/// assert_eq!(format!("{password:?}"), "Password(…)");
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Password(String);

impl Password {
    /// Takes any text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The clear text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Typed for Password {
    fn from_value(value: Value) -> Result<Self, Value> {
        String::from_value(value).map(Self)
    }

    fn into_value(self) -> Value {
        self.0.into_value()
    }
}
