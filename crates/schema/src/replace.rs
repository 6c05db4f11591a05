//! What the replacement of a resource leaves as it is.

use std::collections::BTreeMap;

use crate::{
    Attribute, Complex, Error, ErrorKind, Mutability, Resource, ResourceType, Value,
    sameness::{key, same},
};

impl ResourceType {
    /// Carries over from `current` what a PUT cannot change (immutable and readOnly values) and what it must not change by saying
    /// nothing: states (attributes with a default, such as `active`), and writeOnly values. A client that read the resource, changed
    /// it and sends it back has never seen those, so that its silence does not mean that they should go; RFC 7644 lets only omitted
    /// readWrite values be cleared. A PATCH can remove them.
    ///
    /// The rows of a membership relation are not looked at: they are compared where they are kept.
    ///
    /// # Errors
    /// [`ErrorKind::Mutability`] for an immutable value that would become another one
    /// ([RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)).
    pub(crate) fn carry_over(
        &self,
        resource: &mut Resource,
        current: &Resource,
    ) -> Result<(), Error> {
        let relation = self.relation_attribute();
        let own = self.schema().attributes().iter();
        carry(
            own.filter(|attribute| relation.is_none_or(|name| attribute.name() != name)),
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
            let attributes = extension.schema.attributes().iter();
            carry(attributes, &mut after, before, &format!("{urn}:"))?;
            if !after.is_empty() {
                extension.schema.arrange(&mut after);
                resource.add_schema(urn);
                resource.attributes_mut().insert(urn.clone(), after.into());
            }
        }
        Ok(())
    }
}

/// `start` is what the paths of the attributes begin with.
fn carry<'a>(
    attributes: impl Iterator<Item = &'a Attribute>,
    after: &mut Complex,
    before: &Complex,
    start: &str,
) -> Result<(), Error> {
    for attribute in attributes {
        let name = attribute.name();
        let Some(old) = before.get(name) else {
            continue;
        };
        let Some(new) = after.get_mut(name) else {
            if stays(attribute) || attribute.default().is_some() {
                after.insert(name.clone(), old.clone());
            }
            continue;
        };
        let path = || format!("{start}{name}");
        if attribute.mutability() == Mutability::Immutable && !same(attribute, new, old) {
            return Err(immutable(path()));
        }
        if !attribute.sub_attributes().iter().any(stays) {
            continue;
        }
        if let Some(elements) = new.as_list_mut() {
            carry_elements(attribute, elements, old.elements(), &path())?;
        } else if let (Some(new), Some(old)) = (new.as_complex_mut(), old.as_complex()) {
            carry_parts(attribute, new, old, &path())?;
        }
    }
    Ok(())
}

/// Whether a value that is left out stays as it is.
fn stays(attribute: &Attribute) -> bool {
    attribute.mutability() != Mutability::ReadWrite
}

/// Carries over the parts of those elements that were there before: an element is known by its `value` and `type`, or by its `value`
/// alone when the client gave no type and only one element had it.
fn carry_elements(
    attribute: &Attribute,
    after: &mut [Value],
    before: &[Value],
    path: &str,
) -> Result<(), Error> {
    let part =
        |fields: &Complex, name: &str| Some(key(attribute.sub_attribute(name)?, fields.get(name)?));
    let mut known = BTreeMap::new();
    for old in before.iter().filter_map(Value::as_complex) {
        if let Some(value) = part(old, "value") {
            for identity in [(value.clone(), part(old, "type")), (value, None)] {
                let twin = known.entry(identity).or_insert(Some(old));
                *twin = twin.filter(|twin| std::ptr::eq(*twin, old));
            }
        }
    }
    for (index, new) in after.iter_mut().enumerate() {
        let Some(new) = new.as_complex_mut() else {
            continue;
        };
        let identity = part(new, "value").map(|value| (value, part(new, "type")));
        if let Some(Some(old)) = identity.and_then(|identity| known.get(&identity)) {
            carry_parts(attribute, new, old, &format!("{path}[{index}]"))?;
        }
    }
    Ok(())
}

/// Carries over the parts of a value that is not left out. What is readOnly is about the thing that `value` names, and goes with it.
fn carry_parts(
    attribute: &Attribute,
    after: &mut Complex,
    before: &Complex,
    path: &str,
) -> Result<(), Error> {
    let names_another = attribute.sub_attribute("value").is_some_and(|value| {
        match (after.get(value.name()), before.get(value.name())) {
            (Some(new), Some(old)) => !same(value, new, old),
            (new, old) => new.is_some() != old.is_some(),
        }
    });
    for part in attribute.sub_attributes().iter().filter(|part| stays(part)) {
        let name = part.name();
        let Some(old) = before.get(name) else {
            continue;
        };
        match after.get(name) {
            None if part.mutability() == Mutability::ReadOnly && names_another => {}
            None => {
                after.insert(name.clone(), old.clone());
            }
            Some(new) if part.mutability() == Mutability::Immutable && !same(part, new, old) => {
                return Err(immutable(format!("{path}.{name}")));
            }
            Some(_) => {}
        }
    }
    attribute.arrange(after);
    Ok(())
}

fn immutable(path: String) -> Error {
    Error::new(ErrorKind::Mutability("immutable"), path)
}

#[cfg(test)]
mod tests;
