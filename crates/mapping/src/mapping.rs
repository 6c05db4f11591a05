//! Mappings that are ready to run: each target attribute with its expression.

mod apply;
mod attribute;
mod describe;
mod explain;
mod mapped;
mod source_names;
mod to_schema;
pub(crate) mod write;

use std::sync::Arc;

use scimkit_schema::{ResourceType, SchemaSet};

pub use self::apply::Occasion;
use self::attribute::is_required;
pub use self::attribute::{AttributeMapping, FlowNulls};
pub use self::describe::{MappingKind, MappingRow};
pub use self::explain::{ExplainedAttribute, Explanation, Outcome};
pub use self::mapped::{Candidates, Mapped, Note, NoteReason, TargetValue, UnresolvedReference};
pub(crate) use self::source_names::source_names;
pub(crate) use self::to_schema::to_schema;
use crate::Scope;
use crate::error::{Error, ErrorKind, excerpt};
use crate::schema::{self, FlowTypes};

/// How objects of one type get into the target.
///
/// ```
/// use scimkit_mapping::{AttributeMapping, Context, ObjectMapping, SourceObject};
/// use scimkit_schema::{SchemaSet, core};
///
/// let mapping = ObjectMapping::new("Users", "User", core::USER)
///     .with_attribute(AttributeMapping::new("userName", "[userPrincipalName]")?.with_matching_priority(1))
///     .with_attribute(AttributeMapping::new("name.givenName", "[givenName]")?);
/// let mira = SourceObject::new("User").with("userPrincipalName", "mira@harborline.example");
///
/// let target = SchemaSet::core();
/// let mapped = mapping.apply(&mira, mapping.resource_type(&target)?, &Context::default())?;
/// assert_eq!(mapped.resource.text("userName"), Some("mira@harborline.example"));
/// assert_eq!(mapped.matching[0].to_filter().to_string(), r#"userName eq "mira@harborline.example""#);
/// # Ok::<(), scimkit_mapping::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ObjectMapping {
    name: Box<str>,
    source_object: Box<str>,
    target_object: Box<str>,
    enabled: bool,
    flow_types: FlowTypes,
    scope: Option<Scope>,
    attributes: Vec<AttributeMapping>,
    /// What the target requires and no mapping gives.
    unmapped: Vec<Box<str>>,
}

impl ObjectMapping {
    /// A mapping without attributes, from the source objects called `source_object` to the resource type that has the schema
    /// `target_urn`. Objects are created, updated and deleted.
    #[must_use]
    pub fn new(name: &str, source_object: &str, target_urn: &str) -> Self {
        Self {
            name: name.into(),
            source_object: source_object.into(),
            target_object: target_urn.into(),
            enabled: true,
            flow_types: FlowTypes::new("Add,Update,Delete"),
            scope: None,
            attributes: Vec::new(),
            unmapped: Vec::new(),
        }
    }

    /// The same with one more attribute.
    #[must_use]
    pub fn with_attribute(mut self, attribute: AttributeMapping) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// The same with a scoping filter.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The same with other flow types, such as `Add,Update`.
    #[must_use]
    pub fn with_flow_types(mut self, flow_types: FlowTypes) -> Self {
        self.flow_types = flow_types;
        self
    }

    /// Reads a mapping of a synchronization schema; `source` and `target` are the definitions of its objects, as far as there are.
    ///
    /// # Errors
    /// [`Error`] that names the target attribute whose path or expression cannot be used, or the clause of the scoping filter.
    pub fn from_schema(
        mapping: &schema::ObjectMapping,
        source: Option<&schema::ObjectDefinition>,
        target: Option<&schema::ObjectDefinition>,
    ) -> Result<Self, Error> {
        let definition = |name: &str| target.and_then(|object| object.attribute(name));
        let attributes = mapping
            .attribute_mappings
            .as_slice()
            .iter()
            .map(|attribute| {
                let name = attribute.target_attribute_name.as_str();
                AttributeMapping::from_schema(attribute, source, definition(name))
                    .map_err(|error| error.in_mapping_of(&excerpt(name)))
            });
        let attributes: Vec<_> = attributes.collect::<Result<_, _>>()?;
        let definitions = target
            .map(|object| object.attributes.as_slice())
            .unwrap_or_default();
        let unmapped = definitions
            .iter()
            .filter(|definition| is_required(definition))
            .map(|required| required.name.as_str());
        let unmapped = unmapped.filter(|name| {
            attributes
                .iter()
                .all(|attribute| attribute.target().as_str() != *name)
        });
        Ok(Self {
            name: mapping.name.as_str().into(),
            source_object: mapping.source_object_name.as_str().into(),
            target_object: mapping.target_object_name.as_str().into(),
            enabled: mapping.enabled.as_ref().copied().unwrap_or(true),
            flow_types: mapping.flow_types.or_default(),
            scope: mapping.scope.as_ref().map(Scope::new).transpose()?,
            unmapped: unmapped.map(Into::into).collect(),
            attributes,
        })
    }

    /// The name, such as `Provision Microsoft Entra ID Users`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the source objects, such as `User`.
    #[must_use]
    pub fn source_object(&self) -> &str {
        &self.source_object
    }

    /// The schema URN that names the type of the target objects; it may be that of an extension.
    #[must_use]
    pub fn target_object(&self) -> &str {
        &self.target_object
    }

    /// Whether objects of this type flow at all.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// What may happen to the objects.
    #[must_use]
    pub const fn flow_types(&self) -> &FlowTypes {
        &self.flow_types
    }

    /// Which objects are in scope; none for all.
    #[must_use]
    pub const fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// The attributes, in the order of the file.
    #[must_use]
    pub fn attributes(&self) -> &[AttributeMapping] {
        &self.attributes
    }

    /// The resource type of `target` that has the schema named by [`ObjectMapping::target_object`], as its main one or as an
    /// extension.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownResourceType`] if there is none.
    pub fn resource_type<'a>(&self, target: &'a SchemaSet) -> Result<&'a Arc<ResourceType>, Error> {
        let urn = &*self.target_object;
        let mut types = target.types().iter();
        types
            .find(|known| known.schema().id().matches(urn) || known.extension(urn).is_some())
            .ok_or_else(|| Error::new(ErrorKind::UnknownResourceType { urn: excerpt(urn) }))
    }
}

#[cfg(test)]
mod tests;
