use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use scimkit::schema::{ResourceType, Schema, SchemaSet};
use serde_json::Value;

/// The resource types that a program knows: the core ones, and those of schema files.
#[derive(Clone, Debug)]
pub struct KnownTypes {
    schemas: Vec<Arc<Schema>>,
    types: Vec<Arc<ResourceType>>,
}

impl KnownTypes {
    /// The core types and those of `files`, each of which holds a schema or a resource type as `/Schemas` and `/ResourceTypes` show
    /// them, or a list of such. A schema that no resource type names is one of its own.
    ///
    /// # Errors
    /// The file, and what is wrong with it.
    pub fn load(files: &[PathBuf]) -> Result<Self, Box<dyn Error>> {
        let core = SchemaSet::core();
        let mut schemas: Vec<_> = core.schemas().cloned().collect();
        let mut types = core.types().to_vec();
        let mut later = Vec::new();
        for file in files {
            let text = read_file(file)?;
            let wrong = |what: &dyn ToString| format!("`{}`: {}", file.display(), what.to_string());
            let document: Value = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
            for document in documents(document) {
                if document.get("attributes").is_some() {
                    let schema = Schema::from_json(&document.to_string());
                    let schema = Arc::new(schema.map_err(|error| wrong(&error))?);
                    schemas.retain(|known| !known.id().matches(schema.id()));
                    schemas.push(schema);
                } else if document.get("endpoint").is_some() {
                    later.push((file, document));
                } else {
                    let what = "neither a schema, which has `attributes`, nor a resource type, which has an `endpoint`";
                    return Err(wrong(&what).into());
                }
            }
        }
        for (file, document) in later {
            let added = ResourceType::from_json(&document.to_string(), &schemas)
                .map_err(|error| format!("`{}`: {error}", file.display()))?;
            types.retain(|known| known.name() != added.name());
            types.push(Arc::new(added));
        }
        let is_used = |schema: &Schema| {
            types.iter().any(|known| {
                known.schema().id() == schema.id() || known.extension(schema.id()).is_some()
            })
        };
        let alone: Vec<_> = schemas.iter().filter(|schema| !is_used(schema)).collect();
        let alone = alone.into_iter().map(|schema| {
            let name = schema.name();
            Arc::new(ResourceType::new(name, name, Arc::clone(schema)))
        });
        let alone: Vec<_> = alone.collect();
        types.extend(alone);
        Ok(Self { schemas, types })
    }

    /// The types.
    #[must_use]
    pub fn types(&self) -> &[Arc<ResourceType>] {
        &self.types
    }

    /// The type whose main schema is the first possible one of `urns`.
    ///
    /// # Errors
    /// When there is none.
    pub fn of<'u>(
        &self,
        urns: impl IntoIterator<Item = &'u str>,
    ) -> Result<Arc<ResourceType>, String> {
        let urns: Vec<_> = urns.into_iter().collect();
        let main = |urn: &&str| {
            self.types
                .iter()
                .find(|known| known.schema().id().matches(urn))
        };
        urns.iter().find_map(main).cloned().ok_or_else(|| match urns.as_slice() {
            [] => "`schemas` is missing; it says what kind of resource this is".to_owned(),
            _ => "no resource type has one of these `schemas`; name the files of its schemas with --schema".to_owned(),
        })
    }

    /// The type whose main schema is the first of `urns`, with the others as its only extensions.
    ///
    /// # Errors
    /// The URN that no known schema has.
    pub fn in_force(&self, urns: &[String]) -> Result<Arc<ResourceType>, String> {
        let known = self.of(urns.iter().map(String::as_str).take(1))?;
        let mut exact =
            ResourceType::new(known.name(), known.endpoint(), Arc::clone(known.schema()));
        if let Some(membership) = known.membership() {
            exact = exact.with_membership(membership);
        }
        for urn in urns.iter().skip(1) {
            let schema = self.schemas.iter().find(|schema| schema.id().matches(urn));
            let schema =
                schema.ok_or("one of `schemas` is not known; name its file with --schema")?;
            let required = known.extension(urn).is_some_and(|known| known.required);
            exact = exact.with_extension(Arc::clone(schema), required);
        }
        Ok(Arc::new(exact))
    }
}

/// The bytes of a file.
///
/// # Errors
/// The name of the file, and why it cannot be read.
pub fn read_file(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))
}

fn documents(document: Value) -> Vec<Value> {
    match document {
        Value::Array(list) => list,
        Value::Object(mut one) => match one.remove("Resources") {
            Some(Value::Array(list)) => list,
            _ => vec![one.into()],
        },
        other => vec![other],
    }
}
