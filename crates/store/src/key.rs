use std::fmt;

use scimkit_schema::{DateTime, Name, Resource, ResourceId, Version};
use std::sync::Arc;

/// What names a resource inside a tenant.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Key {
    /// The name of the resource type, such as `User`.
    pub type_name: Name,
    /// The id.
    pub id: ResourceId,
}

impl Key {
    /// The resource `id` of the type `type_name`.
    #[must_use]
    pub const fn new(type_name: Name, id: ResourceId) -> Self {
        Self { type_name, id }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.type_name, self.id)
    }
}

/// A resource as it was read. The document is shared, never copied to be read.
///
/// The document holds neither `id` nor `meta` nor the attribute of a membership relation: those are what the store knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Which resource it is.
    pub key: Key,
    /// Its version.
    pub version: Version,
    /// When it was made.
    pub created: DateTime,
    /// When it last changed, members included.
    pub modified: DateTime,
    /// What the client gave.
    pub document: Arc<Resource>,
}

/// What people call a resource: its `displayName`, else its `userName`.
#[must_use]
pub fn display_name(document: &Resource) -> Option<&str> {
    document
        .text("displayName")
        .or_else(|| document.text("userName"))
}
