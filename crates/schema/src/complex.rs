use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{Name, Value};

/// Attributes with their values: the body of a resource, of an extension, or of a complex attribute
/// ([RFC 7643 §2.3.8](https://www.rfc-editor.org/rfc/rfc7643#section-2.3.8)).
///
/// A name stands at most once. The order is the order of insertion until
/// [`ResourceType::arrange`](crate::ResourceType::arrange) puts the schema's order.
///
/// ```
/// use scimkit_schema::{Complex, Value};
///
/// let name = Complex::new().with("givenName", "Mira").with("familyName", "Okafor");
/// assert_eq!(name.text("givenName"), Some("Mira"));
/// assert_eq!(Value::from(name).to_string(), r#"{"givenName":"Mira","familyName":"Okafor"}"#);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Complex {
    fields: Vec<(Name, Value)>,
}

impl Complex {
    /// No attributes yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// The value of `name`, spelled exactly.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The value of `name` to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.fields
            .iter_mut()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The text of `name`, if it has one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Gives `name` a value and returns the one it had.
    pub fn insert(&mut self, name: Name, value: Value) -> Option<Value> {
        if let Some(present) = self.get_mut(&name) {
            return Some(std::mem::replace(present, value));
        }
        self.fields.push((name, value));
        None
    }

    /// This, with a value for `name`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.insert(Name::from(name), value.into());
        self
    }

    /// Takes `name` out and returns the value it had.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let index = self.fields.iter().position(|(known, _)| known == name)?;
        Some(self.fields.remove(index).1)
    }

    /// The attributes in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Value)> {
        self.fields.iter().map(|(name, value)| (name, value))
    }

    /// How many attributes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Puts the attributes into the order of `rank`, those of equal rank as they stand.
    pub(crate) fn sort_by_rank<K: Ord>(&mut self, rank: impl Fn(&Name) -> K) {
        if !self.fields.is_sorted_by_key(|(name, _)| rank(name)) {
            self.fields.sort_by_cached_key(|(name, _)| rank(name));
        }
    }

    /// Adds without looking whether the name is there; the caller knows that it is not.
    pub(crate) fn push_new(&mut self, name: Name, value: Value) {
        self.fields.push((name, value));
    }

    /// Makes room for `more` attributes.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.fields.reserve(more);
    }

    /// No attributes yet, and room for some.
    pub(crate) fn with_capacity(fields: usize) -> Self {
        Self {
            fields: Vec::with_capacity(fields),
        }
    }

    pub(crate) fn from_distinct(fields: Vec<(Name, Value)>) -> Self {
        Self { fields }
    }
}

/// Equal when the same names have equal values; the order does not count.
impl PartialEq for Complex {
    fn eq(&self, other: &Self) -> bool {
        // The order is the same as a rule: then no name is searched for.
        let there = |index: usize, name: &Name| match other.fields.get(index) {
            Some((known, value)) if known == name => Some(value),
            _ => other.get(name),
        };
        let mut fields = self.iter().enumerate();
        self.len() == other.len()
            && fields.all(|(index, (name, value))| there(index, name) == Some(value))
    }
}

impl IntoIterator for Complex {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.fields.into_iter()
    }
}

impl FromIterator<(Name, Value)> for Complex {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(fields: I) -> Self {
        let mut complex = Self::new();
        for (name, value) in fields {
            complex.insert(name, value);
        }
        complex
    }
}

impl Serialize for Complex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name.as_str(), value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_and_order_does_not_count() {
        let mut a = Complex::new().with("x", "1").with("y", true);
        assert_eq!(
            a.insert(Name::from("x"), Value::from("2")),
            Some(Value::from("1"))
        );
        assert_eq!(a, Complex::new().with("y", true).with("x", "2"));
        assert_ne!(a, Complex::new().with("x", "2"));
        assert_eq!(a.remove("x"), Some(Value::from("2")));
        assert_eq!(a.len(), 1);
    }
}
