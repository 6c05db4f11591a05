use std::collections::BTreeSet;

use scimkit_schema::Resource;
use scimkit_store::{shown_name, unique_values};

use crate::{Indexes, ValueKey};

/// What of a document stands in columns and tables beside it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Indexed {
    /// Values that nobody else of the type may have, in the order of paths.
    pub unique: BTreeSet<Entry>,
    /// Values that the resource can be found by, and the paths at which it has none, so that an order by them is complete.
    pub values: BTreeSet<Entry>,
    /// The `externalId`.
    pub external_id: Option<ValueKey>,
    /// What people call the resource.
    pub display: Option<Box<str>>,
    /// The texts whose parts the resource is found by, one a line; empty where the engine does not look for parts.
    pub parts: Box<str>,
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
    pub fn of(indexes: &Indexes, type_name: &str, document: &Resource) -> Self {
        let unique = indexes
            .schemas()
            .by_name(type_name)
            .map(|known| unique_values(known, document))
            .unwrap_or_default();
        let unique = unique.into_iter().map(|value| Entry {
            path: value.path,
            key: ValueKey::text(&value.folded),
        });
        let mut values = BTreeSet::new();
        let mut parts = BTreeSet::new();
        for known in indexes.of_type(type_name) {
            let entry = |key| Entry {
                path: known.path.clone(),
                key,
            };
            let texts = known.texts(document);
            if known.is_single && texts.iter().all(|text| text.is_empty()) {
                values.insert(entry(ValueKey::missing()));
            }
            if !known.is_unique() {
                values.extend(texts.iter().map(|text| entry(ValueKey::text(text))));
            }
            if indexes.has_parts() {
                parts.extend(texts);
            }
        }
        Self {
            unique: unique.collect(),
            values,
            external_id: document.text("externalId").map(ValueKey::text),
            display: shown_name(document),
            parts: parts.into_iter().collect::<Vec<_>>().join("\n").into(),
        }
    }

    /// The key at a path of one value at most.
    pub(crate) fn key_at(&self, path: &str) -> Option<&ValueKey> {
        let mut entries = self.unique.iter().chain(&self.values);
        entries
            .find(|entry| *entry.path == *path)
            .map(|entry| &entry.key)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use scimkit_schema::{Complex, SchemaSet, Value, core};

    fn indexes() -> Indexes {
        let core = Indexes::new(Arc::new(SchemaSet::core())).with_parts();
        core.with("User", &"title".parse().unwrap()).unwrap()
    }

    fn entry(path: &str, key: ValueKey) -> Entry {
        let path = path.into();
        Entry { path, key }
    }

    #[test]
    fn a_group_is_found_by_its_folded_name() {
        let group = Resource::new(core::GROUP)
            .with("displayName", "Straße")
            .with("externalId", "A-1");
        let indexed = Indexed::of(&indexes(), "Group", &group);
        let name = entry("displayName", ValueKey::text("strasse"));
        assert_eq!(indexed.values, BTreeSet::from([name]));
        assert_eq!(indexed.external_id, Some(ValueKey::text("A-1")));
        assert_eq!(indexed.display.as_deref(), Some("Straße"));
        assert_eq!(&*indexed.parts, "strasse");
    }

    #[test]
    fn a_user_is_found_by_every_address_and_by_having_no_title() {
        let email = |text: &str| Value::from(Complex::new().with("value", text));
        let user = Resource::new(core::USER)
            .with("userName", "Mira")
            .with("emails", vec![email("B@x"), email("a@x")])
            .with("title", "");
        let indexed = Indexed::of(&indexes(), "User", &user);
        let values = [
            entry("emails.value", ValueKey::text("a@x")),
            entry("emails.value", ValueKey::text("b@x")),
            entry("title", ValueKey::missing()),
            entry("title", ValueKey::text("")),
        ];
        assert_eq!(indexed.values, BTreeSet::from(values));
        assert_eq!(
            indexed.unique,
            BTreeSet::from([entry("userName", ValueKey::text("mira"))])
        );
        assert_eq!(&*indexed.parts, "\na@x\nb@x\nmira");
    }
}
