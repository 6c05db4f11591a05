use std::{collections::BTreeSet, fmt::Write};

use scimkit_schema::{Attribute, Membership, Resource, ResourceType, SchemaSet, Uniqueness, fold};
use scimkit_store::{shown_name, unique_values};

use crate::ValueKey;

/// What of a document stands in columns and tables beside it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Indexed {
    /// Values that nobody else of the type may have, in the order of paths.
    pub unique: BTreeSet<Entry>,
    /// Values that the resource can be found by.
    pub values: BTreeSet<Entry>,
    /// The `externalId`.
    pub external_id: Option<ValueKey>,
    /// What people call the resource.
    pub display: Option<Box<str>>,
}

/// A value at a path.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Entry {
    /// The canonical path of the attribute.
    pub path: Box<str>,
    /// The value, folded when the attribute ignores case.
    pub key: ValueKey,
}

impl Indexed {
    /// Reads it off a document. A type that the schemas do not know has neither unique values nor indexed ones.
    #[must_use]
    pub fn of(resource_type: Option<&ResourceType>, document: &Resource) -> Self {
        let unique = resource_type
            .map(|known| unique_values(known, document))
            .unwrap_or_default();
        let unique = unique.into_iter().map(|value| Entry {
            path: value.path,
            key: ValueKey::text(&value.folded),
        });
        let values = resource_type
            .and_then(indexed_attribute)
            .and_then(|attribute| {
                let text = document.text(attribute.name())?;
                let key = ValueKey::text(&if attribute.is_case_exact() {
                    text.into()
                } else {
                    fold(text)
                });
                Some(Entry {
                    path: attribute.name().as_str().into(),
                    key,
                })
            });
        Self {
            unique: unique.collect(),
            values: values.into_iter().collect(),
            external_id: document.text("externalId").map(ValueKey::text),
            display: shown_name(document),
        }
    }
}

/// The attribute that resources of a type are looked up by although it is not unique: the `displayName` of groups, by which senders match.
pub(crate) fn indexed_attribute(resource_type: &ResourceType) -> Option<&Attribute> {
    let groups = resource_type.membership() == Some(Membership::Group);
    let attribute = resource_type
        .schema()
        .attribute("displayName")
        .filter(|_| groups)?;
    (attribute.uniqueness() == Uniqueness::None).then_some(attribute)
}

/// What the index tables hold under these schemas, in words. When it is not what a database says of itself, they must be filled anew,
/// or look-ups would miss resources.
#[must_use]
pub fn coverage(schemas: &SchemaSet) -> String {
    // INVARIANT: the number changes when `fold` does, since folded values are stored.
    let mut text = String::from("fold 1\n");
    for resource_type in schemas.types() {
        let name = resource_type.name();
        let extensions = resource_type.extensions().iter();
        let prefixed =
            extensions.map(|extension| (format!("{}:", extension.schema.id()), &*extension.schema));
        for (prefix, schema) in
            std::iter::once((String::new(), &**resource_type.schema())).chain(prefixed)
        {
            for attribute in schema.attributes() {
                let subs = attribute
                    .sub_attributes()
                    .iter()
                    .map(|sub| (format!("{}.{}", attribute.name(), sub.name()), sub));
                for (path, unique) in
                    std::iter::once((attribute.name().to_string(), attribute)).chain(subs)
                {
                    if unique.uniqueness() != Uniqueness::None {
                        let _ = writeln!(text, "{name} unique {prefix}{path}{}", letters(unique));
                    }
                }
            }
        }
        if let Some(attribute) = indexed_attribute(resource_type) {
            let _ = writeln!(
                text,
                "{name} indexed {}{}",
                attribute.name(),
                letters(attribute)
            );
        }
    }
    text
}

fn letters(attribute: &Attribute) -> &'static str {
    if attribute.is_case_exact() {
        " exact"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::core;

    #[test]
    fn coverage_follows_the_schemas() {
        assert_eq!(
            coverage(&SchemaSet::core()),
            "fold 1\nUser unique userName\nGroup indexed displayName\n"
        );
        let unique = coverage(&SchemaSet::core_with_unique_group_names());
        assert_eq!(
            unique,
            "fold 1\nUser unique userName\nGroup unique displayName\n"
        );
    }

    #[test]
    fn a_group_is_found_by_its_folded_name() {
        let group = Resource::new(core::GROUP)
            .with("displayName", "Straße")
            .with("externalId", "A-1");
        let indexed = Indexed::of(Some(&core::group_type()), &group);
        let name = Entry {
            path: "displayName".into(),
            key: ValueKey::text("strasse"),
        };
        assert_eq!(indexed.values, BTreeSet::from([name]));
        assert_eq!(indexed.external_id, Some(ValueKey::text("A-1")));
        assert_eq!(indexed.display.as_deref(), Some("Straße"));
    }
}
