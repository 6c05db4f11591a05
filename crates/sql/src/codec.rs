//! How documents and event details are written as text, and read back as what they were.

use scimkit_schema::{
    Attribute, AttributeType, Complex, DateTime, JsonLimits, Resource, ResourceId, ResourceType,
    Value, json,
};
use scimkit_store::{Action, Changed, Draft, Scope, Shown, TenantId};

use crate::{Error, error::What};

/// The text of a document.
#[must_use]
pub fn write_document(document: &Resource) -> String {
    document.to_string()
}

/// Reads a document. It is what was written: JSON alone knows no instants, so those of the type are made of their texts.
///
/// # Errors
/// When the text is not what [`write_document`] wrote.
pub fn read_document(resource_type: Option<&ResourceType>, text: &str) -> Result<Resource, Error> {
    let mut document = Resource::from_json(text.as_bytes(), JsonLimits::default())
        .map_err(|source| Error::with_source(What::Document, source))?;
    if let Some(resource_type) = resource_type {
        restore(
            resource_type.schema().attributes(),
            document.attributes_mut(),
        );
        for extension in resource_type.extensions() {
            let values = document
                .attributes_mut()
                .get_mut(extension.schema.id())
                .and_then(Value::as_complex_mut);
            if let Some(values) = values {
                restore(extension.schema.attributes(), values);
            }
        }
    }
    Ok(document)
}

/// The text of the changes and notes of an event.
#[must_use]
pub fn write_details(draft: &Draft) -> String {
    let notes = draft.notes.iter().map(|note| plain(note));
    Value::from(
        Complex::new()
            .with(
                "changes",
                draft.changes.iter().map(write_change).collect::<Value>(),
            )
            .with("notes", notes.collect::<Value>()),
    )
    .to_string()
}

/// A value is a text, and one that is hidden is `true`.
fn write_change(change: &Changed) -> Value {
    let sides = [("before", &change.before), ("after", &change.after)];
    let fields = Complex::new().with("path", plain(&change.path));
    let fields = sides
        .into_iter()
        .fold(fields, |fields, (name, shown)| match shown {
            Shown::Nothing => fields,
            Shown::Value(text) => fields.with(name, plain(text)),
            Shown::Hidden => fields.with(name, true),
        });
    Value::from(fields)
}

/// U+0000 would not be read back.
fn plain(text: &str) -> Value {
    Value::from(text.replace('\0', "\u{fffd}"))
}

fn read_change(value: &Value) -> Option<Changed> {
    let fields = value.as_complex()?;
    let side = |name: &str| match fields.get(name) {
        None => Shown::Nothing,
        Some(value) => value
            .as_str()
            .map_or(Shown::Hidden, |text| Shown::Value(text.into())),
    };
    Some(Changed {
        path: fields.text("path")?.into(),
        before: side("before"),
        after: side("after"),
    })
}

/// The changes and notes of an event.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Details {
    /// What changed.
    pub changes: Vec<Changed>,
    /// What was bent, ignored or left out on the way.
    pub notes: Vec<Box<str>>,
}

/// Reads the changes and notes of an event.
///
/// # Errors
/// When the text is not what [`write_details`] wrote.
pub fn read_details(text: &str) -> Result<Details, Error> {
    let details = json::parse_object(text.as_bytes(), JsonLimits::default())
        .map_err(|source| Error::with_source(What::Details, source))?;
    let elements = |name: &str| details.get(name).map(Value::elements).unwrap_or_default();
    let notes = elements("notes").iter().filter_map(Value::as_str);
    Ok(Details {
        changes: elements("changes").iter().filter_map(read_change).collect(),
        notes: notes.map(Into::into).collect(),
    })
}

/// Reads the action of an event.
///
/// # Errors
/// When the word stands for none.
pub fn read_action(word: &str) -> Result<Action, Error> {
    Action::from_word(word).ok_or(Error::new(What::Action))
}

/// Reads the scope of a token.
///
/// # Errors
/// When the word stands for none.
pub fn read_scope(word: &str) -> Result<Scope, Error> {
    Scope::from_word(word).ok_or(Error::new(What::Scope))
}

/// Reads an id.
///
/// # Errors
/// When the text can be none.
pub fn read_id(text: &str) -> Result<ResourceId, Error> {
    ResourceId::new(text).map_err(|_| Error::new(What::Id))
}

/// Reads the name of a tenant.
///
/// # Errors
/// When the text can be none.
pub fn read_tenant(text: &str) -> Result<TenantId, Error> {
    TenantId::new(text).map_err(|_| Error::new(What::Tenant))
}

/// Makes instants of the texts of `dateTime` attributes, one level down at most: complex attributes do not nest.
fn restore(attributes: &[Attribute], values: &mut Complex) {
    for attribute in attributes {
        match attribute.attribute_type() {
            AttributeType::DateTime => {
                if let Some(value) = values.get_mut(attribute.name()) {
                    each(value, restore_instant);
                }
            }
            AttributeType::Complex if has_instants(attribute) => {
                let Some(value) = values.get_mut(attribute.name()) else {
                    continue;
                };
                each(value, |element| {
                    for sub in attribute.sub_attributes() {
                        let found = element
                            .as_complex_mut()
                            .and_then(|fields| fields.get_mut(sub.name()));
                        if let Some(value) =
                            found.filter(|_| sub.attribute_type() == AttributeType::DateTime)
                        {
                            each(value, restore_instant);
                        }
                    }
                });
            }
            _ => {}
        }
    }
}

fn has_instants(attribute: &Attribute) -> bool {
    attribute
        .sub_attributes()
        .iter()
        .any(|sub| sub.attribute_type() == AttributeType::DateTime)
}

fn restore_instant(value: &mut Value) {
    if let Some(instant) = value
        .as_str()
        .and_then(|text| text.parse::<DateTime>().ok())
    {
        *value = instant.into();
    }
}

fn each(value: &mut Value, change: impl Fn(&mut Value)) {
    match value.as_list_mut() {
        Some(values) => values.iter_mut().for_each(change),
        None => change(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use scimkit_schema::{Schema, core};

    const BADGE: &str = "urn:example:harborline:2.0:Badge";

    fn badge_type() -> ResourceType {
        let instant = |name| Attribute::new(name, AttributeType::DateTime);
        let visit = Attribute::complex(
            "visits",
            [
                instant("at"),
                Attribute::new("where", AttributeType::String),
            ],
        );
        let extension = Schema::new(
            BADGE,
            "Badge",
            [instant("issued"), visit.with_multi_valued(true)],
        )
        .unwrap();
        core::user_type().with_extension(extension, false)
    }

    proptest! {
        #[test]
        fn a_document_reads_back_as_it_was(
            name in "[^\0]{1,20}", active: bool, decimal in -1e9..1e9, whole: i64, micros in 0_i64..2_000_000_000_000_000,
        ) {
            let instant = DateTime::from_unix_micros(micros);
            let visit = Complex::new().with("at", instant.clone()).with("where", "2026-01-05T08:00:00Z");
            let badge = Complex::new().with("issued", instant).with("visits", vec![Value::from(visit)]);
            let user = Resource::new(core::USER)
                .with("userName", name)
                .with("active", active)
                .with("title", "2026-01-05T08:00:00Z")
                .with("decimal", Value::decimal(decimal))
                .with("round", Value::decimal(decimal.round()))
                .with("whole", whole)
                .with(BADGE, badge);
            let read = read_document(Some(&badge_type()), &write_document(&user)).unwrap();
            prop_assert_eq!(read, user);
        }
    }

    fn changed(path: &str, before: Shown, after: Shown) -> Changed {
        let path = path.into();
        Changed {
            path,
            before,
            after,
        }
    }

    #[test]
    fn details_read_back() {
        let given = Shown::Value("\"M\"".into());
        let draft = Draft::new(DateTime::from_unix_micros(0), "x", Action::Patch)
            .with_changes(vec![
                changed("name.givenName", Shown::Nothing, given),
                changed("password", Shown::Hidden, Shown::Hidden),
            ])
            .with_notes(vec!["a \"quoted\"\nnote".into(), "nul \0".into()]);
        let Details { changes, notes } = read_details(&write_details(&draft)).unwrap();
        assert_eq!(changes, draft.changes);
        assert_eq!(
            notes,
            ["a \"quoted\"\nnote".into(), Box::from("nul \u{fffd}")]
        );
        assert!(read_details("[]").is_err());
        assert_eq!(
            read_document(None, "{").unwrap_err().to_string(),
            "the stored document cannot be read: restore the database from a backup"
        );
    }
}
