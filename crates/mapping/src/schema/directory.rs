//! The part of the schema that describes the two directories.

use serde::{Deserialize, Serialize};

use super::{AttributeType, Discoverabilities, Extra, Member, Mutability, StringPair, record};

record! {
    /// A directory: the object types that it has.
    DirectoryDefinition {
        /// An id.
        id: String,
        /// A unique name, which rules refer to.
        name: String,
        /// Whether nothing can be written to it.
        read_only: bool,
        /// An opaque version.
        version: String,
        /// When it was last asked what it has, as ISO 8601.
        discovery_date_time: String,
        /// What it can be asked about itself.
        discoverabilities: Discoverabilities,
        /// The object types.
        objects: Vec<ObjectDefinition>,
    }
}

record! {
    /// A type of object: the attributes that it has.
    ObjectDefinition {
        /// The name, which object mappings refer to: `User`, or a schema URN.
        name: String,
        /// What can be done with such objects.
        supported_apis: Vec<String>,
        /// The attributes.
        attributes: Vec<AttributeDefinition>,
        /// Keys and values of the service, such as `PropertyNameAccountEnabled`.
        metadata: Vec<StringPair>,
    }
}

record! {
    /// An attribute.
    AttributeDefinition {
        /// The name, unique in its object; for SCIM targets a whole path.
        name: String,
        /// The type.
        r#type: AttributeType,
        /// Whether this is the key of the object.
        anchor: bool,
        /// Whether an object cannot be without it.
        required: bool,
        /// Whether it has several values.
        multivalued: bool,
        /// Whether values compare case-sensitively.
        case_exact: bool,
        /// Whether nulls clear the target.
        flow_null_values: bool,
        /// Whether it can be written.
        mutability: Mutability,
        /// The value of a required attribute that has none.
        default_value: String,
        /// What a reference can point to.
        referenced_objects: Vec<ReferencedObject>,
        /// How it is read from an API that is not SCIM.
        api_expressions: Vec<StringPair>,
        /// Keys and values of the service.
        metadata: Vec<StringPair>,
    }
}

record! {
    /// What a reference can point to.
    ReferencedObject {
        /// The name of an object definition.
        referenced_object_name: String,
        /// The attribute of it that is referred to.
        referenced_property: String,
    }
}
