//! What to change in an object of the target so that it is what the mapping says.

use scimkit_patch::{PatchOp, diff};
use scimkit_schema::{Resource, ResourceType, Value};

use crate::{ModifiedProperty, modified::modified};

/// A PATCH, and what it changes.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) patch: PatchOp,
    pub(crate) modified: Vec<ModifiedProperty>,
}

/// What brings the target to `desired`; none when it is there already. What `desired` does not name is left alone.
pub(crate) fn plan(
    target: &Resource,
    desired: &Resource,
    resource_type: &ResourceType,
) -> Option<Plan> {
    let after = overlay(target, desired, resource_type);
    let patch = diff(target, &after, resource_type)?;
    Some(Plan {
        patch,
        modified: modified(target, &after, resource_type),
    })
}

/// `target` with everything that `desired` names.
fn overlay(target: &Resource, desired: &Resource, resource_type: &ResourceType) -> Resource {
    let mut after = target.clone();
    for (name, value) in desired
        .attributes()
        .iter()
        .filter(|(name, _)| *name != "schemas")
    {
        if resource_type.extension(name).is_some() {
            after.add_schema(name);
        }
        let before = after.attributes_mut().remove(name).unwrap_or(Value::NULL);
        after
            .attributes_mut()
            .insert(name.clone(), merged(before, value));
    }
    after
}

/// `before` with what `wanted` names: complex values are merged, lists element by element.
fn merged(before: Value, wanted: &Value) -> Value {
    if let Some(elements) = wanted.as_list() {
        let mut list = before.into_list().unwrap_or_default();
        for element in elements {
            merge_element(&mut list, element);
        }
        return list.into();
    }
    let Some(parts) = wanted.as_complex() else {
        return wanted.clone();
    };
    let mut complex = before.into_complex().unwrap_or_default();
    for (name, part) in parts.iter() {
        let before = complex.remove(name).unwrap_or(Value::NULL);
        complex.insert(name.clone(), merged_part(before, part));
    }
    complex.into()
}

/// An attribute of an extension may itself be complex; deeper than that SCIM does not nest.
fn merged_part(before: Value, wanted: &Value) -> Value {
    match (before.into_complex(), wanted.as_complex()) {
        (Ok(mut complex), Some(parts)) => {
            for (name, part) in parts.iter() {
                complex.insert(name.clone(), part.clone());
            }
            complex.into()
        }
        _ => wanted.clone(),
    }
}

/// Puts an element into the one of the same `type`; without a type, into the one of the same `value`; else behind the others.
fn merge_element(list: &mut Vec<Value>, wanted: &Value) {
    let same = list
        .iter_mut()
        .find(|present| is_same_element(present, wanted));
    match (same, wanted.as_complex()) {
        (Some(present), Some(parts)) => {
            if let Some(present) = present.as_complex_mut() {
                for (name, part) in parts.iter() {
                    present.insert(name.clone(), part.clone());
                }
            }
        }
        (Some(_), None) => {}
        (None, _) => list.push(wanted.clone()),
    }
}

fn is_same_element(present: &Value, wanted: &Value) -> bool {
    let (Some(present), Some(wanted)) = (present.as_complex(), wanted.as_complex()) else {
        return present == wanted;
    };
    let key = if wanted.get("type").is_some() {
        "type"
    } else {
        "value"
    };
    wanted
        .get(key)
        .is_some_and(|value| present.get(key) == Some(value))
}

#[cfg(test)]
mod tests;
