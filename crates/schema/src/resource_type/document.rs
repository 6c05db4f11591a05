//! The resource type document of [RFC 7643 §8.6](https://www.rfc-editor.org/rfc/rfc7643#section-8.6).

use std::sync::Arc;

use crate::{
    Error, ResourceType, Schema,
    definition::{Definition, definition, parse, shown},
    nearest,
};

impl ResourceType {
    /// Reads the JSON of a `/ResourceTypes` entry; `schemas` are the ones it may name.
    ///
    /// # Errors
    /// What [`json::parse`](crate::json::parse) refuses; [`ErrorKind::Required`](crate::ErrorKind::Required) without a `name`, an
    /// `endpoint` or a `schema`, [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for a value of another kind, and
    /// [`ErrorKind::Definition`](crate::ErrorKind::Definition) when it names a schema that is not among `schemas`, or one twice.
    ///
    /// ```
    /// use scimkit_schema::{ResourceType, core};
    ///
    /// let schemas = [core::user_type().schema().clone()];
    /// let text = r#"{"name": "Guest", "endpoint": "/Guests", "schema": "urn:ietf:params:scim:schemas:core:2.0:User"}"#;
    /// let guest = ResourceType::from_json(text, &schemas)?;
    /// assert_eq!(guest.endpoint(), "/Guests");
    /// # Ok::<(), scimkit_schema::Error>(())
    /// ```
    pub fn from_json(text: &str, schemas: &[Arc<Schema>]) -> Result<Self, Error> {
        Self::from_definition(&Definition::new(&parse(text)?, String::new()), schemas)
    }

    /// Reads one object of a document. The paths of errors are those of the document.
    pub(crate) fn from_definition(
        document: &Definition<'_>,
        schemas: &[Arc<Schema>],
    ) -> Result<Self, Error> {
        let name = document.required_text("name")?;
        let endpoint = document.required_text("endpoint")?;
        let path = endpoint.trim_matches('/');
        if path.is_empty() || path.contains(['?', '#']) || path.contains(char::is_whitespace) {
            let what = format!(
                "`{}` is no endpoint; write the path below the base URL, such as `/Users`",
                shown(endpoint)
            );
            return Err(definition(document.place("endpoint"), what));
        }
        let mut resource_type = Self::new(name, endpoint, named_schema(document, schemas)?)
            .with_description(document.text("description")?.unwrap_or_default());
        for extension in document.objects("schemaExtensions")? {
            let schema = named_schema(&extension, schemas)?;
            let urn = schema.id();
            if resource_type.schema().id() == urn || resource_type.extension(urn).is_some() {
                let what = format!("the type has the schema `{urn}` already");
                return Err(definition(extension.place("schema"), what));
            }
            let required = extension.boolean("required")?.unwrap_or_default();
            resource_type = resource_type.with_extension(schema, required);
        }
        Ok(resource_type)
    }
}

/// The schema that the member `schema` names.
fn named_schema(document: &Definition<'_>, schemas: &[Arc<Schema>]) -> Result<Arc<Schema>, Error> {
    let id = document.required_text("schema")?;
    let known = schemas.iter().find(|schema| schema.id().matches(id));
    known.cloned().ok_or_else(|| {
        let names = schemas.iter().map(|schema| schema.id().as_str());
        let meant = nearest(id, names).map_or("; load it first".to_owned(), |urn| {
            format!(", did you mean `{urn}`?")
        });
        let short: String = id.chars().take(80).flat_map(char::escape_debug).collect();
        let what = format!("there is no schema `{short}`{meant}");
        definition(document.place("schema"), what)
    })
}

#[cfg(test)]
mod tests;
