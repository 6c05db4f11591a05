use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use scimkit_filter::AttributePath;
use scimkit_schema::{
    Attribute, AttributeType, Membership, Name, Resource, ResourceType, Schema, SchemaSet,
    Uniqueness, Value, fold,
};

use crate::{Error, error::What};

/// Which attributes resources are found by, besides `id` and `externalId`: those that the schemas declare unique, some that senders match
/// by (the `value` of a user's `emails`, the `displayName` of a group), and those that the application adds.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_schema::SchemaSet;
/// use scimkit_sql::Indexes;
///
/// let indexes = Indexes::new(Arc::new(SchemaSet::core()))
///     .with("User", &"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department".parse()?)?;
/// assert!(indexes.coverage().contains("User indexed emails.value"));
/// assert!(indexes.with("User", &"name".parse()?).is_err(), "a complex attribute has no value of its own");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Indexes {
    schemas: Arc<SchemaSet>,
    by_type: BTreeMap<Name, Vec<IndexedPath>>,
    parts: bool,
}

/// An attribute whose values stand in a table beside the documents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IndexedPath {
    /// The canonical path.
    pub(crate) path: Box<str>,
    /// Whether a resource has one value at most, so that there is an order by it.
    pub(crate) is_single: bool,
    /// The definition of the attribute, or of the sub-attribute that the path ends with.
    attribute: Attribute,
    extension: Option<Name>,
    name: Name,
    sub: Option<Name>,
}

impl Indexes {
    /// Those of these schemas, and what senders match by.
    #[must_use]
    pub fn new(schemas: Arc<SchemaSet>) -> Self {
        let of_type = |known: &Arc<ResourceType>| {
            let mut paths: Vec<_> = every_path(known)
                .into_iter()
                .filter(IndexedPath::is_unique)
                .collect();
            let usual = match known.membership() {
                Some(Membership::Group) => Some(AttributePath::new("displayName")),
                Some(Membership::Member) => Some(AttributePath::new("emails").with_sub("value")),
                None => None,
            };
            let usual = usual.and_then(|usual| find_path(known, &usual));
            paths.extend(usual.filter(|usual| usual.is_text() && !usual.is_unique()));
            (known.name().clone(), paths)
        };
        let by_type = schemas.types().iter().map(of_type).collect();
        Self {
            schemas,
            by_type,
            parts: false,
        }
    }

    /// These, and an attribute of a type by which resources are often looked up or sorted. It costs a row for each value. The tables are
    /// filled anew when a database is next opened with other indexes than before.
    ///
    /// # Errors
    /// When the type has no such attribute, or its values are no texts.
    pub fn with(mut self, type_name: &str, path: &AttributePath) -> Result<Self, Error> {
        let refused = || {
            let shown: String = path
                .to_string()
                .chars()
                .take(40)
                .flat_map(char::escape_debug)
                .collect();
            Error::new(What::Index(shown.into()))
        };
        let known = self.schemas.by_name(type_name).ok_or_else(refused)?;
        let added = find_path(known, path)
            .filter(IndexedPath::is_text)
            .ok_or_else(refused)?;
        let paths = self.by_type.entry(known.name().clone()).or_default();
        if !paths.iter().any(|path| path.path == added.path) {
            paths.push(added);
        }
        Ok(self)
    }

    /// These, where the engine also finds texts by their parts.
    #[must_use]
    pub const fn with_parts(mut self) -> Self {
        self.parts = true;
        self
    }

    /// The resource types.
    #[must_use]
    pub const fn schemas(&self) -> &Arc<SchemaSet> {
        &self.schemas
    }

    /// What the index tables hold, in words. When it is not what a database says of itself, they must be filled anew, or look-ups would
    /// miss resources.
    #[must_use]
    pub fn coverage(&self) -> String {
        // INVARIANT: the number changes when `fold` does, since folded values are stored, and when the rows do.
        let mut text = String::from("fold 1\n");
        for (name, paths) in &self.by_type {
            for path in paths {
                let kind = if path.is_unique() {
                    "unique"
                } else {
                    "indexed"
                };
                let letters = if path.is_exact() { " exact" } else { "" };
                let _ = writeln!(text, "{name} {kind} {}{letters}", path.path);
            }
        }
        if self.parts {
            text.push_str("parts\n");
        }
        text
    }

    pub(crate) fn of_type(&self, type_name: &str) -> &[IndexedPath] {
        self.by_type
            .get(type_name)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    pub(crate) fn find(&self, type_name: &str, path: &str) -> Option<&IndexedPath> {
        let mut paths = self.of_type(type_name).iter();
        paths.find(|known| *known.path == *path)
    }

    pub(crate) const fn has_parts(&self) -> bool {
        self.parts
    }
}

impl From<Arc<SchemaSet>> for Indexes {
    fn from(schemas: Arc<SchemaSet>) -> Self {
        Self::new(schemas)
    }
}

impl IndexedPath {
    /// Whether nobody else may have a value.
    pub(crate) fn is_unique(&self) -> bool {
        self.attribute.uniqueness() != Uniqueness::None
    }

    /// Whether the values are texts, which are in the index in their order.
    pub(crate) fn is_text(&self) -> bool {
        let kind = self.attribute.attribute_type();
        matches!(kind, AttributeType::Reference | AttributeType::String)
    }

    /// Whether case counts.
    pub(crate) const fn is_exact(&self) -> bool {
        self.attribute.is_case_exact()
    }

    /// The texts of a document here, folded where case does not count.
    pub(crate) fn texts(&self, document: &Resource) -> Vec<Box<str>> {
        let fields = match &self.extension {
            Some(urn) => document.extension(urn),
            None => Some(document.attributes()),
        };
        let value = fields.and_then(|fields| fields.get(&self.name));
        let elements = value.map(Value::elements).unwrap_or_default();
        let mut texts = Vec::new();
        for element in elements {
            let value = match &self.sub {
                None => Some(element),
                Some(sub) => element.as_complex().and_then(|fields| fields.get(sub)),
            };
            for text in value.map(Value::elements).unwrap_or_default() {
                texts.extend(text.as_str().map(|text| self.folded(text)));
            }
        }
        texts
    }

    fn folded(&self, text: &str) -> Box<str> {
        if self.is_exact() {
            text.into()
        } else {
            fold(text).into()
        }
    }
}

/// Every attribute and sub-attribute of a type, in the order of the schemas.
fn every_path(known: &ResourceType) -> Vec<IndexedPath> {
    let core = std::iter::once((None, &**known.schema()));
    let extensions = known.extensions().iter();
    let extensions = extensions.map(|extension| (Some(extension.schema.id()), &*extension.schema));
    let mut paths = Vec::new();
    for (urn, schema) in core.chain(extensions) {
        for attribute in schema.attributes() {
            paths.push(path_of(urn, attribute, None));
            let subs = attribute.sub_attributes().iter();
            paths.extend(subs.map(|sub| path_of(urn, attribute, Some(sub))));
        }
    }
    paths
}

fn find_path(known: &ResourceType, path: &AttributePath) -> Option<IndexedPath> {
    let found = known.find(path.uri(), path.name())?;
    let sub = match path.sub() {
        Some(sub) => Some(found.attribute.sub_attribute(sub)?),
        None => None,
    };
    let wanted = path_of(found.extension.map(Schema::id), found.attribute, sub);
    // Common attributes, such as `externalId`, have columns of their own or none.
    every_path(known).into_iter().find(|known| *known == wanted)
}

fn path_of(urn: Option<&Name>, attribute: &Attribute, sub: Option<&Attribute>) -> IndexedPath {
    let last = sub.unwrap_or(attribute);
    let prefix = urn.map(|urn| format!("{urn}:")).unwrap_or_default();
    let suffix = sub
        .map(|sub| format!(".{}", sub.name()))
        .unwrap_or_default();
    IndexedPath {
        path: format!("{prefix}{}{suffix}", attribute.name()).into(),
        is_single: !attribute.is_multi_valued() && !last.is_multi_valued(),
        attribute: last.clone(),
        extension: urn.cloned(),
        name: attribute.name().clone(),
        sub: sub.map(|sub| sub.name().clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_follows_the_schemas_and_what_is_added() {
        let core = Indexes::new(Arc::new(SchemaSet::core()));
        assert_eq!(
            core.coverage(),
            "fold 1\nGroup indexed displayName\nUser unique userName\nUser indexed emails.value\n"
        );
        let unique = Indexes::new(Arc::new(SchemaSet::core_with_unique_group_names()));
        assert_eq!(
            unique.with_parts().coverage(),
            "fold 1\nGroup unique displayName\nUser unique userName\nUser indexed emails.value\nparts\n"
        );
        let with = |path: &str| core.clone().with("User", &path.parse().unwrap());
        let added = with("NAME.familyName").unwrap().coverage();
        assert!(added.contains("User indexed name.familyName\n"), "{added}");
        assert_eq!(
            with("userName").unwrap().coverage(),
            core.coverage(),
            "it is there already"
        );
        for path in ["name", "active", "nothing", "externalId", "meta.created"] {
            let error = with(path).unwrap_err().to_string();
            assert!(error.contains(&format!("`{path}`")), "{error}");
        }
    }
}
