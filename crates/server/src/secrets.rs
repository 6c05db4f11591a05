use scimkit_schema::{Attribute, Complex, Mutability, Resource, ResourceType, Value};
use scimkit_store::Draft;

/// Takes writeOnly attributes out of a document, wherever they stand: this service checks no passwords, so it keeps none.
pub(crate) fn drop_secrets(
    document: &mut Resource,
    resource_type: &ResourceType,
    event: &mut Draft,
) {
    let core = resource_type.schema().attributes();
    let mut dropped = drop_from(document.attributes_mut(), core, "");
    for extension in resource_type.extensions() {
        let urn = extension.schema.id();
        let Some(fields) = document
            .attributes_mut()
            .get_mut(urn)
            .and_then(Value::as_complex_mut)
        else {
            continue;
        };
        dropped.extend(drop_from(fields, extension.schema.attributes(), urn));
    }
    event.notes.extend(
        dropped
            .into_iter()
            .map(|path| format!("`{path}` was accepted and not kept").into()),
    );
}

fn drop_from(fields: &mut Complex, attributes: &[Attribute], urn: &str) -> Vec<String> {
    let mut dropped = Vec::new();
    for attribute in attributes {
        let name = attribute.name();
        let path = if urn.is_empty() {
            name.to_string()
        } else {
            format!("{urn}:{name}")
        };
        if attribute.mutability() == Mutability::WriteOnly {
            dropped.extend(fields.remove(name).map(|_| path));
            continue;
        }
        let secrets = || {
            attribute
                .sub_attributes()
                .iter()
                .filter(|sub| sub.mutability() == Mutability::WriteOnly)
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
                dropped.extend(
                    element
                        .remove(sub.name())
                        .map(|_| format!("{path}.{}", sub.name())),
                );
            }
        }
    }
    dropped
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::{AttributeType, DateTime, JsonLimits, Schema, core};
    use scimkit_store::Action;

    #[test]
    fn secrets_are_dropped_wherever_they_stand() {
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
        )
        .unwrap();
        let text = concat!(
            r#"{"userName":"a","password":"p","#,
            r#""urn:example:door":{"pin":"1","keys":[{"label":"front","code":"2"},{"label":"back"}]}}"#
        );
        let mut document = Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap();
        let mut event = Draft {
            at: DateTime::from_unix_micros(0),
            actor: "test".into(),
            action: Action::Create,
            name: None,
            paths: Vec::new(),
            notes: Vec::new(),
        };
        drop_secrets(
            &mut document,
            &core::user_type().with_extension(door, false),
            &mut event,
        );
        assert_eq!(
            document.to_string(),
            r#"{"userName":"a","urn:example:door":{"keys":[{"label":"front"},{"label":"back"}]}}"#
        );
        let paths = [
            "password",
            "urn:example:door:pin",
            "urn:example:door:keys.code",
        ];
        assert_eq!(
            event.notes,
            paths.map(|path| format!("`{path}` was accepted and not kept").into())
        );
    }
}
