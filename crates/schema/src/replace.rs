//! What the replacement of a resource leaves as it is.

use crate::{Attribute, Complex, Error, ErrorKind, Mutability, Resource, ResourceType, Value};

impl ResourceType {
    /// Carries over from `current` what a PUT cannot change (immutable and readOnly values) and what it must not change by saying nothing
    /// (states: attributes with a default, such as `active`).
    ///
    /// # Errors
    /// [`ErrorKind::Mutability`] for an immutable value that would become another one
    /// ([RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)).
    pub(crate) fn carry_over(
        &self,
        resource: &mut Resource,
        current: &Resource,
    ) -> Result<(), Error> {
        carry(
            self.schema().attributes(),
            resource.attributes_mut(),
            current.attributes(),
            "",
        )?;
        for extension in self.extensions() {
            let urn = extension.schema.id();
            let Some(before) = current.extension(urn) else {
                continue;
            };
            let mut after = resource.extension(urn).cloned().unwrap_or_default();
            carry(extension.schema.attributes(), &mut after, before, urn)?;
            if !after.is_empty() {
                resource.add_schema(urn);
                resource.attributes_mut().insert(urn.clone(), after.into());
            }
        }
        Ok(())
    }
}

fn carry(
    attributes: &[Attribute],
    after: &mut Complex,
    before: &Complex,
    urn: &str,
) -> Result<(), Error> {
    for attribute in attributes {
        let name = attribute.name();
        let Some(value) = before.get(name) else {
            continue;
        };
        let mutability = attribute.mutability();
        let stays = matches!(mutability, Mutability::Immutable | Mutability::ReadOnly)
            || attribute.default().is_some();
        match after.get(name) {
            None if stays => {
                after.insert(name.clone(), value.clone());
            }
            Some(new) if mutability == Mutability::Immutable && !same(new, value) => {
                return Err(immutable(path(urn, name)));
            }
            _ => {}
        }
        if let (false, Some(new), Some(value)) = (
            attribute.is_multi_valued(),
            after.get_mut(name).and_then(Value::as_complex_mut),
            value.as_complex(),
        ) {
            carry_parts(attribute, new, value, urn)?;
        }
    }
    Ok(())
}

/// Carries over the immutable parts of a value that is not left out. ReadOnly ones are about the old value, and go with it.
fn carry_parts(
    attribute: &Attribute,
    after: &mut Complex,
    before: &Complex,
    urn: &str,
) -> Result<(), Error> {
    let parts = attribute.sub_attributes().iter();
    for part in parts.filter(|part| part.mutability() == Mutability::Immutable) {
        let name = part.name();
        match (after.get(name), before.get(name)) {
            (None, Some(value)) => {
                after.insert(name.clone(), value.clone());
                attribute.arrange(after);
            }
            (Some(new), Some(value)) if !same(new, value) => {
                return Err(immutable(format!("{}.{name}", path(urn, attribute.name()))));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the values are equal; the order of several does not count.
fn same(a: &Value, b: &Value) -> bool {
    let sorted = |list: &[Value]| {
        let mut texts: Vec<_> = list.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        texts
    };
    a == b
        || matches!((a.as_list(), b.as_list()), (Some(a), Some(b)) if a.len() == b.len() && sorted(a) == sorted(b))
}

fn path(urn: &str, name: &str) -> String {
    if urn.is_empty() {
        name.to_owned()
    } else {
        format!("{urn}:{name}")
    }
}

fn immutable(path: String) -> Error {
    Error::new(ErrorKind::Mutability("immutable"), path)
}

#[cfg(test)]
mod tests {
    use crate::{
        Attribute, AttributeType, Compat, Complex, JsonLimits, Mutability, Purpose, Resource,
        ResourceType, Schema, core, json,
    };

    fn badges() -> ResourceType {
        let fixed = |name: &str, mutability| {
            Attribute::new(name, AttributeType::String).with_mutability(mutability)
        };
        let badge = Schema::new(
            "urn:example:badge",
            "Badge",
            [
                fixed("serial", Mutability::Immutable),
                fixed("seen", Mutability::ReadOnly),
                fixed("color", Mutability::ReadWrite),
            ],
        );
        core::user_type().with_extension(badge.unwrap(), false)
    }

    fn replace(current: &Resource, body: &str) -> Result<String, String> {
        let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
        let accepted = badges().read(body, Purpose::Replace(current), Compat::lenient());
        accepted
            .map(|accepted| accepted.resource.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_cannot_change_stays_when_it_is_left_out_and_is_refused_when_it_differs() {
        let text = concat!(
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:badge"],"userName":"a","title":"x","active":false,"#,
            r#""urn:example:badge":{"serial":"1","seen":"today","color":"red"}}"#
        );
        let current = Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap();
        let kept = concat!(
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:badge"],"userName":"a","active":false,"#,
            r#""urn:example:badge":{"serial":"1","seen":"today"}}"#
        );
        assert_eq!(
            replace(&current, r#"{"userName":"a"}"#).as_deref(),
            Ok(kept)
        );
        assert_eq!(
            replace(
                &current,
                r#"{"userName":"a","urn:example:badge":{"seen":"never"}}"#
            )
            .as_deref(),
            Ok(kept)
        );
        let other = replace(
            &current,
            r#"{"userName":"a","urn:example:badge":{"serial":"2"}}"#,
        );
        assert_eq!(
            other,
            Err(
                "`urn:example:badge:serial`: the attribute is immutable and cannot be changed"
                    .into()
            )
        );
    }

    #[test]
    fn parts_and_the_order_of_values() {
        let fixed = |attribute: Attribute| attribute.with_mutability(Mutability::Immutable);
        let text = |name: &str| Attribute::new(name, AttributeType::String);
        let hull = Attribute::complex("hull", [fixed(text("number")), text("color")]);
        let ports = fixed(text("ports").with_multi_valued(true));
        let ship = Schema::new("urn:example:ship", "Ship", [hull, ports]).unwrap();
        let ship = ResourceType::new("Ship", "/Ships", ship);
        let current = Resource::new("urn:example:ship")
            .with(
                "hull",
                Complex::new().with("number", "7").with("color", "red"),
            )
            .with("ports", vec!["Bergen".into(), "Oslo".into()]);
        let replace = |body: &str| {
            let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
            let accepted = ship.read(body, Purpose::Replace(&current), Compat::lenient());
            accepted
                .map(|accepted| accepted.resource.get("hull").map(ToString::to_string))
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            replace(r#"{"hull":{"color":"blue"},"ports":["Oslo","Bergen"]}"#),
            Ok(Some(r#"{"number":"7","color":"blue"}"#.into()))
        );
        assert_eq!(replace("{}"), Ok(None));
        insta::assert_snapshot!(
            [r#"{"hull":{"number":"8"}}"#, r#"{"ports":["Oslo","Oslo"]}"#]
                .map(|body| replace(body).unwrap_err())
                .join("\n"),
            @r"
        `hull.number`: the attribute is immutable and cannot be changed
        `ports`: the attribute is immutable and cannot be changed
        "
        );
    }

    #[test]
    fn a_state_is_never_changed_by_accident() {
        let current = Resource::new(core::USER)
            .with("userName", "a")
            .with("active", false);
        let refused = replace(&current, r#"{"userName":"a","active":null}"#);
        assert_eq!(
            refused,
            Err("`active`: a state needs a value: say which, or leave it out".into())
        );
        assert!(
            replace(&current, r#"{"userName":"a"}"#)
                .unwrap()
                .contains(r#""active":false"#)
        );
    }
}
