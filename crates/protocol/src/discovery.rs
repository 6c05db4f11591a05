//! The documents that describe a service: its resource types and schemas
//! ([RFC 7643 §6 and §7](https://www.rfc-editor.org/rfc/rfc7643#section-6)).

use scimkit_schema::{Complex, JsonLimits, Resource, ResourceType, Schema, Value, json};

/// The URN of a resource type document.
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

/// The `/ResourceTypes` entry of a resource type, as it is served below `base`.
#[must_use]
pub fn resource_type(resource_type: &ResourceType, base: &str) -> Resource {
    let extensions: Value = resource_type
        .extensions()
        .iter()
        .map(|extension| {
            Value::from(
                Complex::new()
                    .with("schema", extension.schema.id().as_str())
                    .with("required", extension.required),
            )
        })
        .collect();
    let name = resource_type.name().as_str();
    let mut document = Resource::new(RESOURCE_TYPE)
        .with("id", name)
        .with("name", name)
        .with("endpoint", resource_type.endpoint())
        .with("description", resource_type.description())
        .with("schema", resource_type.schema().id().as_str());
    if !extensions.is_unassigned() {
        document = document.with("schemaExtensions", extensions);
    }
    document.with(
        "meta",
        meta("ResourceType", &format!("{base}/ResourceTypes/{name}")),
    )
}

/// The `/Schemas` entry of a schema, as it is served below `base`.
#[must_use]
pub fn schema(schema: &Schema, base: &str) -> Resource {
    let document =
        json::parse_object(schema.to_json().as_bytes(), JsonLimits::default()).unwrap_or_default();
    Resource::from(document).with(
        "meta",
        meta("Schema", &format!("{base}/Schemas/{}", schema.id())),
    )
}

fn meta(resource_type: &str, location: &str) -> Complex {
    Complex::new()
        .with("resourceType", resource_type)
        .with("location", location)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::core;

    #[test]
    fn a_resource_type_reads_back_from_its_document() {
        let user = core::user_type();
        let document = resource_type(&user, "https://tenant.example/scim");
        let schemas: Vec<_> = scimkit_schema::SchemaSet::core()
            .schemas()
            .cloned()
            .collect();
        let read = ResourceType::from_json(&document.to_string(), &schemas).unwrap();
        assert_eq!(read.name(), user.name());
        assert_eq!(read.extensions(), user.extensions());
    }

    #[test]
    fn a_schema_reads_back_from_its_document() {
        let schema_document = schema(core::group_type().schema(), "https://tenant.example/scim");
        assert_eq!(
            Schema::from_json(&schema_document.to_string()).unwrap(),
            **core::group_type().schema()
        );
    }
}
