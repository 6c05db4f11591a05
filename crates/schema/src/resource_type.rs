use std::sync::Arc;

use crate::{Attribute, Complex, Name, Resource, Schema, core};

mod document;

/// A kind of resource: an endpoint, a schema, extensions
/// ([RFC 7643 §6](https://www.rfc-editor.org/rfc/rfc7643#section-6)).
///
/// It finds the definition of every attribute its resources may have, common ones (`id`, `externalId`, `schemas`, `meta`) included.
///
/// ```
/// use scimkit_schema::{ResourceType, core};
///
/// let user = core::user_type();
/// let found = user.find(None, "USERNAME").unwrap();
/// assert_eq!(found.attribute.name(), "userName");
/// let found = user.find(Some(core::ENTERPRISE_USER), "department").unwrap();
/// assert_eq!(found.extension.unwrap().id(), core::ENTERPRISE_USER);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceType {
    name: Name,
    endpoint: Box<str>,
    description: Box<str>,
    schema: Arc<Schema>,
    extensions: Vec<Extension>,
    membership: Option<Membership>,
}

/// A schema that adds attributes to a resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    /// The schema.
    pub schema: Arc<Schema>,
    /// Whether every resource must carry it.
    pub required: bool,
}

/// The end of the membership relation that a resource type stands at.
///
/// The attribute is never stored with the document: its values are rows of a relation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Membership {
    /// The resources have members, in the attribute `members`.
    Group,
    /// The resources are members; the groups they are in show in the readOnly attribute `groups`.
    Member,
}

/// An attribute definition and the extension that it is from.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The definition.
    pub attribute: &'a Attribute,
    /// The extension it belongs to; none for common and core attributes.
    pub extension: Option<&'a Schema>,
}

impl ResourceType {
    /// A resource type without extensions. `endpoint` is the path below the base URL, such as `/Users`.
    ///
    /// ```
    /// use scimkit_schema::{Attribute, AttributeType, ResourceType, Schema};
    ///
    /// let serial = Attribute::new("serial", AttributeType::String).with_required(true);
    /// let badge = Schema::new("urn:example:scim:schemas:core:2.0:Badge", "Badge", [serial])?;
    /// let badge = ResourceType::new("Badge", "Badges", badge);
    /// assert_eq!(badge.endpoint(), "/Badges");
    /// # Ok::<(), scimkit_schema::Error>(())
    /// ```
    #[must_use]
    pub fn new(name: &str, endpoint: &str, schema: impl Into<Arc<Schema>>) -> Self {
        Self {
            name: Name::from(name),
            endpoint: format!("/{}", endpoint.trim_matches('/')).into(),
            description: Box::default(),
            schema: schema.into(),
            extensions: Vec::new(),
            membership: None,
        }
    }

    /// Says in words what the type is for.
    #[must_use]
    pub fn with_description(mut self, description: &str) -> Self {
        self.description = description.into();
        self
    }

    /// Adds an extension.
    #[must_use]
    pub fn with_extension(mut self, schema: impl Into<Arc<Schema>>, required: bool) -> Self {
        self.extensions.push(Extension {
            schema: schema.into(),
            required,
        });
        self
    }

    /// Adds an extension, in place of the one that has the same schema.
    pub(crate) fn extend(&mut self, added: Extension) {
        let urn = added.schema.id();
        match self
            .extensions
            .iter_mut()
            .find(|known| known.schema.id() == urn)
        {
            Some(known) => *known = added,
            None => self.extensions.push(added),
        }
    }

    /// Puts the type at one end of the membership relation.
    #[must_use]
    pub const fn with_membership(mut self, membership: Membership) -> Self {
        self.membership = Some(membership);
        self
    }

    /// Replaces the definition of the core attribute of the same name, e.g. to declare it unique. Unknown names change nothing.
    #[must_use]
    pub fn with_attribute(mut self, attribute: Attribute) -> Self {
        Arc::make_mut(&mut self.schema).replace(attribute);
        self
    }

    /// The name, such as `User`.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The path below the base URL, such as `/Users`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What the type is for.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The main schema.
    #[must_use]
    pub const fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The extensions, in the declared order.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// The end of the membership relation that the type stands at.
    #[must_use]
    pub const fn membership(&self) -> Option<Membership> {
        self.membership
    }

    /// The attribute whose values are rows of the membership relation: `members`, `groups`, or none.
    #[must_use]
    pub const fn relation_attribute(&self) -> Option<&'static str> {
        match self.membership {
            Some(Membership::Group) => Some("members"),
            Some(Membership::Member) => Some("groups"),
            None => None,
        }
    }

    /// The extension `urn`, in any letter case.
    #[must_use]
    pub fn extension(&self, urn: &str) -> Option<&Extension> {
        self.extensions
            .iter()
            .find(|extension| extension.schema.id().matches(urn))
    }

    /// The attribute `name` in any letter case.
    ///
    /// With a `urn` it is looked up in that schema only. Without, the common attributes come first, then the core schema, then the
    /// extensions in the declared order.
    #[must_use]
    pub fn find(&self, urn: Option<&str>, name: &str) -> Option<Found<'_>> {
        let in_core = || {
            let attribute = core::common()
                .attribute(name)
                .or_else(|| self.schema.attribute(name))?;
            Some(Found {
                attribute,
                extension: None,
            })
        };
        match urn {
            None => in_core().or_else(|| {
                self.extensions
                    .iter()
                    .find_map(|extension| found_in(extension, name))
            }),
            Some(urn) if self.schema.id().matches(urn) => in_core(),
            Some(urn) => self
                .extension(urn)
                .and_then(|extension| found_in(extension, name)),
        }
    }

    /// Every attribute name that [`ResourceType::find`] knows without a URN.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        let schemas = [core::common(), &self.schema].into_iter();
        schemas
            .chain(self.extensions.iter().map(|extension| &*extension.schema))
            .flat_map(Schema::attributes)
            .map(|attribute| attribute.name().as_str())
    }

    /// Puts the attributes of a resource into the fixed order: `schemas`, `id`, `externalId`, the schema's order, extensions, what the
    /// type does not know, `meta`.
    pub fn arrange(&self, resource: &mut Resource) {
        resource
            .attributes_mut()
            .sort_by_rank(|name| self.rank(name));
    }

    /// Where an attribute stands among the others in the order of [`ResourceType::arrange`].
    #[must_use]
    pub fn rank(&self, name: &Name) -> usize {
        const FIRST: [&str; 3] = ["schemas", "id", "externalId"];
        const UNKNOWN: usize = usize::MAX - 1;
        if let Some(rank) = FIRST.iter().position(|first| name == first) {
            return rank;
        }
        if name == "meta" {
            return usize::MAX;
        }
        let core = self.schema.attributes();
        if let Some(position) = core.iter().position(|attribute| attribute.name() == name) {
            return FIRST.len() + position;
        }
        let extension = self
            .extensions
            .iter()
            .position(|extension| extension.schema.id() == name);
        extension.map_or(UNKNOWN, |position| FIRST.len() + core.len() + position)
    }
}

impl Found<'_> {
    /// How the attribute is written in a path: its name, or its extension's URN, a colon, and its name.
    #[must_use]
    pub fn path(&self) -> String {
        match self.extension {
            Some(schema) => format!("{}:{}", schema.id(), self.attribute.name()),
            None => self.attribute.name().to_string(),
        }
    }
}

fn found_in<'a>(extension: &'a Extension, name: &str) -> Option<Found<'a>> {
    let attribute = extension.schema.attribute(name)?;
    Some(Found {
        attribute,
        extension: Some(&extension.schema),
    })
}

impl Attribute {
    /// Puts the sub-attributes of a value into the schema's order.
    pub(crate) fn arrange(&self, value: &mut Complex) {
        arrange(self.sub_attributes(), value);
    }
}

impl Schema {
    /// Puts the attributes of an extension into the schema's order.
    pub(crate) fn arrange(&self, values: &mut Complex) {
        arrange(self.attributes(), values);
    }
}

/// What is not known stands last.
fn arrange(known: &[Attribute], values: &mut Complex) {
    let place = |name: &Name| known.iter().position(|attribute| attribute.name() == name);
    values.sort_by_rank(|name| place(name).unwrap_or(usize::MAX));
}
