//! Schema sets from files.

use std::sync::Arc;

use crate::{
    Attribute, Error, ErrorKind, JsonLimits, ResourceType, Schema, SchemaSet, Value,
    core::{RESOURCE_TYPE, SCHEMA},
    definition::{Definition, definition, objects},
    json,
};

impl SchemaSet {
    /// The resource types of these documents, and no others: see [`SchemaSet::with_documents`].
    ///
    /// # Errors
    /// As [`SchemaSet::with_documents`].
    pub fn from_documents<N: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, Error> {
        Self { types: Vec::new() }.with_documents(files)
    }

    /// This set and the resource types of these documents, each given as its file name and its text.
    ///
    /// A document is a schema, a resource type, an array of them, or a `ListResponse` of them, in any order: what `/Schemas` and
    /// `/ResourceTypes` of another service answer can be loaded as it is. A schema that is here already may come again with the same
    /// attributes; a resource type that is here already, with the same endpoint and schema, gets the extensions of the document. A
    /// schema that no resource type names is checked and left out.
    ///
    /// # Errors
    /// [`ErrorKind::Document`], which names the file, around what [`Schema::from_json`], [`ResourceType::from_json`] and
    /// [`SchemaSet::new`] refuse.
    ///
    /// ```
    /// use scimkit_schema::SchemaSet;
    ///
    /// let badge = r#"{
    ///     "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    ///     "id": "urn:example:scim:schemas:core:2.0:Badge",
    ///     "name": "Badge",
    ///     "attributes": [{ "name": "serial", "type": "string", "required": true }]
    /// }"#;
    /// let badges = r#"{
    ///     "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    ///     "name": "Badge", "endpoint": "/Badges", "schema": "urn:example:scim:schemas:core:2.0:Badge"
    /// }"#;
    /// let set = SchemaSet::core().with_documents([("badges.json", badges), ("badge.json", badge)])?;
    /// assert_eq!(set.by_endpoint("/Badges").unwrap().name(), "Badge");
    ///
    /// let error = SchemaSet::core().with_documents([("badges.json", badges)]).unwrap_err();
    /// assert!(error.to_string().starts_with("`badges.json`: `schema`: there is no schema"));
    /// # Ok::<(), scimkit_schema::Error>(())
    /// ```
    pub fn with_documents<N: AsRef<str>, T: AsRef<str>>(
        mut self,
        files: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, Error> {
        let mut parsed = Vec::new();
        for (name, text) in files {
            let root = json::parse(text.as_ref().as_bytes(), JsonLimits::default());
            let root = root.map_err(|error| in_file(name.as_ref(), error))?;
            parsed.push((name, root));
        }
        let mut schemas: Vec<_> = self.schemas().cloned().collect();
        let mut types = Vec::new();
        for (name, root) in &parsed {
            let wrong = |error| in_file(name.as_ref(), error);
            for document in documents(root).map_err(wrong)? {
                match Kind::of(&document).map_err(wrong)? {
                    Kind::Schema => add_schema(&mut schemas, &document).map_err(wrong)?,
                    Kind::ResourceType => types.push((name.as_ref(), document)),
                }
            }
        }
        for (name, document) in types {
            let added = ResourceType::from_definition(&document, &schemas);
            let added = added.map_err(|error| in_file(name, error))?;
            self.add(added).map_err(|error| in_file(name, error))?;
        }
        Ok(self)
    }

    /// Adds a type. One that is the same but for its extensions takes the place of the one that is here.
    fn add(&mut self, added: ResourceType) -> Result<(), Error> {
        let same = |known: &ResourceType| {
            known.name().matches(added.name())
                && known.endpoint().eq_ignore_ascii_case(added.endpoint())
                && known.schema() == added.schema()
        };
        let Some(index) = self.types.iter().position(|known| same(known)) else {
            self.check(&added)?;
            self.types.push(Arc::new(added));
            return Ok(());
        };
        if let Some(known) = self.types.get_mut(index) {
            let known = Arc::make_mut(known);
            for extension in added.extensions() {
                known.extend(extension.clone());
            }
        }
        Ok(())
    }
}

/// What a document describes.
enum Kind {
    Schema,
    ResourceType,
}

impl Kind {
    /// By the URN in `schemas`; documents without one, as in the RFC's own examples, by the member that only one of the two has.
    fn of(document: &Definition<'_>) -> Result<Self, Error> {
        let urns = document.texts("schemas")?;
        let names = |urn: &str| urns.iter().any(|known| known.eq_ignore_ascii_case(urn));
        let bare = urns.is_empty();
        if names(SCHEMA) || bare && document.value("attributes").is_some() {
            Ok(Self::Schema)
        } else if names(RESOURCE_TYPE) || bare && document.value("endpoint").is_some() {
            Ok(Self::ResourceType)
        } else {
            let what = format!(
                "neither a schema nor a resource type: it must name `{SCHEMA}` or `{RESOURCE_TYPE}`"
            );
            Err(definition(document.place("schemas"), what))
        }
    }
}

/// The documents in a file.
fn documents(root: &Value) -> Result<Vec<Definition<'_>>, Error> {
    if let Some(list) = root.as_list() {
        return objects(list, "");
    }
    let Some(fields) = root.as_complex() else {
        let found = root.kind();
        return Err(Error::new(ErrorKind::NotAnObject { found }, ""));
    };
    let document = Definition::new(fields, String::new());
    if document.value("Resources").is_some() {
        return document.objects("Resources");
    }
    let is_list = document
        .texts("schemas")?
        .iter()
        .any(|urn| urn.eq_ignore_ascii_case(LIST_RESPONSE));
    Ok(if is_list { Vec::new() } else { vec![document] })
}

fn add_schema(schemas: &mut Vec<Arc<Schema>>, document: &Definition<'_>) -> Result<(), Error> {
    let schema = Schema::from_definition(document)?;
    match schemas.iter().find(|known| known.id().matches(schema.id())) {
        None => schemas.push(schema.into()),
        Some(known) if alike(known.attributes(), schema.attributes()) => {}
        Some(known) => {
            let what = format!(
                "another schema with other attributes is `{}` already",
                known.id()
            );
            return Err(definition(document.place("id"), what));
        }
    }
    Ok(())
}

/// Whether the attributes are the same but for descriptions, defaults and order.
// The recursion goes as deep as attributes do.
fn alike(a: &[Attribute], b: &[Attribute]) -> bool {
    let twin = |x: &Attribute| b.iter().find(|y| x.name() == y.name());
    a.len() == b.len()
        && a.iter().all(|x| {
            twin(x).is_some_and(|y| x.is_like(y) && alike(x.sub_attributes(), y.sub_attributes()))
        })
}

fn in_file(file: &str, error: Error) -> Error {
    let kind = ErrorKind::Document {
        file: file.into(),
        error: Box::new(error),
    };
    Error::new(kind, "")
}

const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

#[cfg(test)]
mod tests;
