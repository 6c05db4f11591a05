//! Microsoft Graph's `synchronizationSchema`: the JSON in which Entra exports and imports mappings.
//!
//! Everything may be missing or null, and what this version does not know is kept, so a schema that was read is written back
//! with the same content. Only the words of enumerations are brought into Microsoft's spelling.

mod check;
mod directory;
mod member;
mod rebuild;
mod rule;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::Map;

pub use self::check::Problem;
pub use self::directory::{
    AttributeDefinition, DirectoryDefinition, ObjectDefinition, ReferencedObject,
};
pub use self::member::Member;
pub use self::rule::{
    AttributeMapping, AttributeMappingSource, ContainerFilter, Filter, FilterClause, FilterGroup,
    FilterOperand, GroupFilter, ObjectMapping, Parameter, SynchronizationRule,
};
pub use self::words::{
    AttributeFlowType, AttributeType, Discoverabilities, Discoverability, FlowBehavior, FlowType,
    FlowTypes, MappingSourceType, Mutability,
};
use crate::error::{Error, ErrorKind};

/// The members of an object that have no field here.
pub type Extra = Map<String, serde_json::Value>;

/// An object of the schema: every member may be absent or null, unknown ones are kept.
macro_rules! record {
    ($(#[$docs:meta])* $name:ident { $($(#[$field_docs:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$docs])*
        #[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$field_docs])*
                #[serde(default, skip_serializing_if = "Member::is_absent")]
                pub $field: Member<$type>,
            )+
            /// The members that have no field here.
            #[serde(flatten)]
            pub extra: Extra,
        }
    };
}
use record;

record! {
    /// A whole synchronization schema: rules, and the directories that they connect.
    ///
    /// ```
    /// use scimkit_mapping::schema::SynchronizationSchema;
    ///
    /// let schema = SynchronizationSchema::from_json(r#"{ "id": "contoso", "synchronizationRules": null, "color": 7 }"#)?;
    /// assert_eq!(schema.id.as_str(), "contoso");
    /// assert!(schema.to_json().contains("color"));
    /// # Ok::<(), scimkit_mapping::Error>(())
    /// ```
    SynchronizationSchema {
        /// An opaque id.
        id: String,
        /// An opaque version.
        version: String,
        /// The rules.
        synchronization_rules: Vec<SynchronizationRule>,
        /// The directories.
        directories: Vec<DirectoryDefinition>,
        /// Keys and values of the service.
        metadata: Vec<StringPair>,
    }
}

record! {
    /// A key and its value.
    StringPair {
        /// The key.
        key: String,
        /// The value, which may be JSON in a text and is never looked into.
        value: String,
    }
}

impl SynchronizationSchema {
    /// Reads a schema.
    ///
    /// # Errors
    /// [`Error`] if the text is not JSON, or a known member has another JSON type than Graph documents.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(|error| {
            let problem = error.to_string().into();
            Error::new(ErrorKind::Json { problem })
        })
    }

    /// Writes the schema as indented JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Text keys and no foreign `Serialize`: writing to memory cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The object definition `object` of the directory `directory`.
    #[must_use]
    pub fn object(&self, directory: &str, object: &str) -> Option<&ObjectDefinition> {
        let directories = self.directories.as_slice().iter();
        let directory = directories.filter(|definition| definition.name.as_str() == directory);
        let mut objects = directory.flat_map(|definition| definition.objects.as_slice());
        objects.find(|definition| definition.name.as_str() == object)
    }
}

impl ObjectDefinition {
    /// The attribute `name`; names compare exactly.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&AttributeDefinition> {
        let mut attributes = self.attributes.as_slice().iter();
        attributes.find(|attribute| attribute.name.as_str() == name)
    }
}

#[cfg(test)]
mod shapes;
#[cfg(test)]
mod tests;
