use std::collections::BTreeMap;

use crate::Value;

/// A user or group of the source directory, as the mappings see it.
///
/// Attribute names are flat keys and compare exactly: `passwordProfile.password` is one name, `Mail` is not `mail`.
/// `IsSoftDeleted` is an attribute like the others; whoever provisions computes and sets it.
///
/// ```
/// use scimkit_mapping::{SourceObject, Value};
///
/// let mira = SourceObject::new("User")
///     .with("userPrincipalName", "mira@harborline.example")
///     .with("IsSoftDeleted", false)
///     .with("manager", Value::Reference("77aa".into()));
/// assert_eq!(mira.attribute("IsSoftDeleted"), &Value::Boolean(false));
/// assert_eq!(mira.attribute("mail"), &Value::Null);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SourceObject {
    /// What kind of object this is: the name of an object definition, such as `User` or `Group`.
    pub object_type: String,
    /// The attributes that have a value.
    pub attributes: BTreeMap<String, Value>,
}

impl SourceObject {
    /// An object of this type without attributes.
    #[must_use]
    pub fn new(object_type: impl Into<String>) -> Self {
        Self {
            object_type: object_type.into(),
            attributes: BTreeMap::new(),
        }
    }

    /// The same object with this value for the attribute `name`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// The value of the attribute `name`; [`Value::Null`] if the object does not have it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &Value {
        self.attributes.get(name).unwrap_or(&Value::Null)
    }
}
