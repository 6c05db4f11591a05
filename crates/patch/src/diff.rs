//! The smallest PATCH from one state of a resource to another.

mod multi_valued;

use scimkit_filter::{AttributePath, Path};
use scimkit_schema::{
    Attribute, AttributeType, Complex, Mutability, Resource, ResourceType, Schema, Value, core,
};

use crate::{OpKind, Operation, PatchOp};

/// The PATCH that makes `after` of `before`; none when there is nothing to change.
///
/// Both hold what [`ResourceType::read`] makes. Single values are set or removed by their path, complex ones by sub-attribute. Of a
/// multi-valued attribute the shortest correct form is taken: sub-attributes of the values that their `type` tells apart, values
/// that are added and removed, or the whole list. The order of its values does not count.
///
/// What a client cannot change is left alone: `id`, `meta`, members, readOnly attributes, immutable ones that have a value, and
/// required ones that would lose theirs, and what the type does not know. `schemas` follows from the extensions that have values.
///
/// ```
/// use scimkit_patch::diff;
/// use scimkit_schema::{Complex, Resource, Value, core};
///
/// let mail = |text| vec![Value::from(Complex::new().with("value", text).with("type", "work"))];
/// let before = Resource::new(core::USER).with("userName", "mira").with("emails", mail("m@harborline.example"));
/// let after = Resource::new(core::USER).with("userName", "mira").with("emails", mail("mira@harborline.example"));
/// let patch = diff(&before, &after, &core::user_type()).unwrap();
/// assert_eq!(patch.operations()[0].path.as_ref().unwrap().to_string(), r#"emails[type eq "work"].value"#);
/// assert!(diff(&after, &after, &core::user_type()).is_none());
/// ```
#[must_use]
pub fn diff(before: &Resource, after: &Resource, resource_type: &ResourceType) -> Option<PatchOp> {
    let mut operations = Vec::new();
    let relation = resource_type.relation_attribute();
    let attributes = core::common()
        .attributes()
        .iter()
        .chain(resource_type.schema().attributes())
        .filter(|attribute| {
            attribute.name() != "schemas" && Some(attribute.name().as_str()) != relation
        });
    for attribute in attributes {
        let place = Field {
            resource_type,
            extension: None,
            attribute,
        };
        place.compare(before.attributes(), after.attributes(), &mut operations);
    }
    let nothing = Complex::new();
    for extension in resource_type.extensions() {
        let urn = extension.schema.id();
        for attribute in extension.schema.attributes() {
            let place = Field {
                resource_type,
                extension: Some(&extension.schema),
                attribute,
            };
            place.compare(
                before.extension(urn).unwrap_or(&nothing),
                after.extension(urn).unwrap_or(&nothing),
                &mut operations,
            );
        }
    }
    (!operations.is_empty()).then(|| PatchOp::new(operations))
}

/// An attribute and where it stands.
#[derive(Clone, Copy)]
struct Field<'t> {
    resource_type: &'t ResourceType,
    extension: Option<&'t Schema>,
    attribute: &'t Attribute,
}

impl Field<'_> {
    fn compare(&self, before: &Complex, after: &Complex, operations: &mut Vec<Operation>) {
        let name = self.attribute.name();
        let (before, after) = (assigned(before, name), assigned(after, name));
        if before == after || !is_changeable(self.attribute, before, after) {
            return;
        }
        let path = Path::from(self.path());
        match (before, after) {
            (_, None) => operations.push(Operation::remove(path)),
            (_, Some(after)) if self.attribute.is_multi_valued() => {
                self.compare_lists(before, after, operations);
            }
            (Some(before), Some(after)) if self.is_complex() => {
                self.compare_parts(before, after, operations);
            }
            (None, Some(after)) => {
                let value = writable(self.attribute, after);
                if value != Value::NULL {
                    operations.push(Operation::add(path, value));
                }
            }
            (Some(_), Some(after)) => operations.push(Operation::replace(path, after.clone())),
        }
    }

    /// One operation for each sub-attribute; values come before others go, so that the attribute is never empty in between.
    fn compare_parts(&self, before: &Value, after: &Value, operations: &mut Vec<Operation>) {
        let mut changes: Vec<_> = self
            .attribute
            .sub_attributes()
            .iter()
            .filter_map(|sub| {
                let path = Path::from(self.path().with_sub(sub.name()));
                part_change(sub, part(before, sub), part(after, sub), path)
            })
            .collect();
        changes.sort_by_key(|operation| operation.op == OpKind::Remove);
        operations.append(&mut changes);
    }

    fn path(&self) -> AttributePath {
        let path = AttributePath::new(self.attribute.name());
        match self.extension {
            None => path,
            Some(schema) => path.with_uri(schema.id()),
        }
    }

    fn is_complex(&self) -> bool {
        self.attribute.attribute_type() == AttributeType::Complex
    }
}

/// The operation that changes one sub-attribute, if it differs and may change.
fn part_change(
    sub: &Attribute,
    before: Option<&Value>,
    after: Option<&Value>,
    path: Path,
) -> Option<Operation> {
    if before == after || !is_changeable(sub, before, after) {
        return None;
    }
    Some(match (before, after) {
        (_, None) => Operation::remove(path),
        (None, Some(after)) => Operation::add(path, after.clone()),
        (Some(_), Some(after)) => Operation::replace(path, after.clone()),
    })
}

fn is_changeable(attribute: &Attribute, before: Option<&Value>, after: Option<&Value>) -> bool {
    match attribute.mutability() {
        Mutability::ReadOnly => false,
        Mutability::Immutable if before.is_some() => false,
        _ => after.is_some() || !attribute.is_required(),
    }
}

fn assigned<'v>(fields: &'v Complex, name: &str) -> Option<&'v Value> {
    fields.get(name).filter(|value| !value.is_unassigned())
}

fn part<'v>(value: &'v Value, sub: &Attribute) -> Option<&'v Value> {
    assigned(value.as_complex()?, sub.name())
}

/// What a client may write of a value: readOnly sub-attributes are left out.
fn writable(attribute: &Attribute, value: &Value) -> Value {
    let Some(fields) = value.as_complex() else {
        return value.clone();
    };
    let kept: Complex = attribute
        .sub_attributes()
        .iter()
        .filter(|sub| sub.mutability() != Mutability::ReadOnly)
        .filter_map(|sub| Some((sub.name().clone(), assigned(fields, sub.name())?.clone())))
        .collect();
    if kept.is_empty() {
        Value::NULL
    } else {
        kept.into()
    }
}

#[cfg(test)]
mod tests;
