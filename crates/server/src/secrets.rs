use scimkit_schema::{Attribute, Complex, Mutability, Resource, ResourceType, ScimType, Value};
use scimkit_store::Draft;

use crate::{PasswordHasher, problem::Problem};

/// Replaces writeOnly values of a document, wherever they stand, by their hashes; without a hasher they are taken out. Those that `before`
/// holds already are hashes of earlier.
///
/// # Errors
/// 400 `invalidValue` for a password that the hasher refuses.
pub(crate) fn settle_secrets(
    document: &mut Resource,
    before: Option<&Resource>,
    resource_type: &ResourceType,
    hasher: Option<&dyn PasswordHasher>,
    event: &mut Draft,
) -> Result<(), Problem> {
    let mut keeper = Keeper {
        hasher,
        dropped: Vec::new(),
    };
    let core = resource_type.schema().attributes();
    let old = before.map(Resource::attributes);
    keeper.settle(document.attributes_mut(), old, core, "")?;
    for extension in resource_type.extensions() {
        let urn = extension.schema.id();
        let fields = document.attributes_mut().get_mut(urn);
        let Some(fields) = fields.and_then(Value::as_complex_mut) else {
            continue;
        };
        let old = before.and_then(|before| before.extension(urn));
        keeper.settle(
            fields,
            old,
            extension.schema.attributes(),
            &format!("{urn}:"),
        )?;
    }
    let note = |path| format!("`{path}` was accepted and not kept").into();
    event.notes.extend(keeper.dropped.into_iter().map(note));
    Ok(())
}

struct Keeper<'a> {
    hasher: Option<&'a dyn PasswordHasher>,
    dropped: Vec<String>,
}

impl Keeper<'_> {
    /// `start` is what the paths of the attributes begin with.
    fn settle(
        &mut self,
        fields: &mut Complex,
        before: Option<&Complex>,
        attributes: &[Attribute],
        start: &str,
    ) -> Result<(), Problem> {
        for attribute in attributes {
            let name = attribute.name();
            let old = before.and_then(|before| before.get(name));
            let old = old.map(Value::elements).unwrap_or_default();
            if is_secret(attribute) {
                self.settle_one(fields, name, old.iter(), format!("{start}{name}"))?;
                continue;
            }
            let secrets = || {
                attribute
                    .sub_attributes()
                    .iter()
                    .filter(|sub| is_secret(sub))
            };
            let Some(value) = fields.get_mut(name).filter(|_| secrets().next().is_some()) else {
                continue;
            };
            let elements = match value.as_list_mut() {
                Some(list) => list.as_mut_slice(),
                None => std::slice::from_mut(value),
            };
            for element in elements.iter_mut().filter_map(Value::as_complex_mut) {
                for sub in secrets() {
                    let old = old
                        .iter()
                        .filter_map(|old| old.as_complex()?.get(sub.name()));
                    let path = format!("{start}{name}.{}", sub.name());
                    self.settle_one(element, sub.name(), old, path)?;
                }
            }
        }
        Ok(())
    }

    fn settle_one<'v>(
        &mut self,
        fields: &mut Complex,
        name: &str,
        mut old: impl Iterator<Item = &'v Value>,
        path: String,
    ) -> Result<(), Problem> {
        let Some(value) = fields.get_mut(name) else {
            return Ok(());
        };
        let Some(hasher) = self.hasher else {
            fields.remove(name);
            self.dropped.push(path);
            return Ok(());
        };
        if old.any(|old| old == value) {
            return Ok(());
        }
        let Some(secret) = value.as_str() else {
            // What is no text is no password, and nothing else can be hashed.
            fields.remove(name);
            self.dropped.push(path);
            return Ok(());
        };
        let hash = hasher.hash(secret).map_err(|refused| {
            Problem::bad_request(ScimType::InvalidValue, format!("`{path}`: {refused}"))
        })?;
        *value = Value::from(&*hash);
        Ok(())
    }
}

fn is_secret(attribute: &Attribute) -> bool {
    attribute.mutability() == Mutability::WriteOnly
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PasswordRefused;
    use scimkit_schema::{AttributeType, DateTime, JsonLimits, Schema, core};
    use scimkit_store::Action;

    struct Reverse;

    impl PasswordHasher for Reverse {
        fn hash(&self, password: &str) -> Result<Box<str>, PasswordRefused> {
            if password.is_empty() {
                return Err(PasswordRefused::new("it is empty"));
            }
            Ok(format!("#{}", password.chars().rev().collect::<String>()).into())
        }
    }

    fn read(text: &str) -> Resource {
        Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap()
    }

    fn door() -> ResourceType {
        let secret = |name: &str| {
            Attribute::new(name, AttributeType::String).with_mutability(Mutability::WriteOnly)
        };
        let key = Attribute::complex(
            "keys",
            [
                Attribute::new("label", AttributeType::String),
                secret("code"),
            ],
        );
        let door = Schema::new(
            "urn:example:door",
            "Door",
            [secret("pin"), key.with_multi_valued(true)],
        );
        core::user_type().with_extension(door.unwrap(), false)
    }

    fn settle(
        text: &str,
        before: Option<&str>,
        hasher: Option<&dyn PasswordHasher>,
    ) -> Result<(String, Vec<Box<str>>), Problem> {
        let mut document = read(text);
        let mut event = Draft::new(DateTime::from_unix_micros(0), "test", Action::Create);
        let before = before.map(read);
        settle_secrets(&mut document, before.as_ref(), &door(), hasher, &mut event)?;
        Ok((document.to_string(), event.notes))
    }

    const TEXT: &str = concat!(
        r#"{"userName":"a","password":"pw","#,
        r#""urn:example:door":{"pin":"12","keys":[{"label":"front","code":"34"},{"label":"back"}]}}"#
    );

    #[test]
    fn secrets_are_dropped_wherever_they_stand() {
        let (document, notes) = settle(TEXT, None, None).unwrap();
        assert_eq!(
            document,
            r#"{"userName":"a","urn:example:door":{"keys":[{"label":"front"},{"label":"back"}]}}"#
        );
        let paths = [
            "password",
            "urn:example:door:pin",
            "urn:example:door:keys.code",
        ];
        assert_eq!(
            notes,
            paths.map(|path| format!("`{path}` was accepted and not kept").into())
        );
    }

    #[test]
    fn with_a_hasher_only_hashes_are_kept_and_old_ones_stay() {
        let (document, notes) = settle(TEXT, None, Some(&Reverse)).unwrap();
        assert_eq!(
            document,
            concat!(
                r##"{"userName":"a","password":"#wp","##,
                r##""urn:example:door":{"pin":"#21","keys":[{"label":"front","code":"#43"},{"label":"back"}]}}"##
            )
        );
        assert!(notes.is_empty());
        let again = settle(&document, Some(&document), Some(&Reverse)).unwrap();
        assert_eq!(again.0, document);
        let refused = settle(r#"{"password":""}"#, None, Some(&Reverse)).unwrap_err();
        assert_eq!(refused.detail, "`password`: it is empty");
    }
}
