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

/// How a resource is shown among the members of a group: its `displayName`, else its `name`, formatted or put together of its parts. A
/// `userName` is no name to show.
///
/// ```
/// use scimkit_schema::{Complex, Resource, core};
/// use scimkit_store::shown_name;
///
/// let name = Complex::new().with("givenName", "Mira").with("familyName", "Okafor");
/// let user = Resource::new(core::USER).with("userName", "mira@harborline.example").with("name", name);
/// assert_eq!(shown_name(&user).as_deref(), Some("Mira Okafor"));
/// ```
#[must_use]
pub fn shown_name(document: &Resource) -> Option<Box<str>> {
    if let Some(name) = document.text("displayName") {
        return Some(name.into());
    }
    let name = document.get("name")?.as_complex()?;
    if let Some(formatted) = name.text("formatted") {
        return Some(formatted.into());
    }
    let parts = ["givenName", "familyName"].map(|part| name.text(part));
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" ").into())
}
