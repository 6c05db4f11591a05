//! What to change in an object of the target so that it is what the mapping says.

use std::collections::BTreeMap;

use scimkit_patch::{PatchOp, diff};
use scimkit_schema::{Attribute, Complex, Name, Resource, ResourceType, Returned, Value};

use crate::ModifiedProperty;

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

/// The attributes of `desired` as they appear in a log: all of them are new.
pub(crate) fn created(desired: &Resource, resource_type: &ResourceType) -> Vec<ModifiedProperty> {
    modified(&Resource::default(), desired, resource_type)
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

/// The paths whose values differ, with both values.
fn modified(
    before: &Resource,
    after: &Resource,
    resource_type: &ResourceType,
) -> Vec<ModifiedProperty> {
    let mut old = flat(before, resource_type);
    let mut properties = Vec::new();
    for (path, new) in flat(after, resource_type) {
        let old = old.remove(&path);
        if old.as_ref() != Some(&new) {
            properties.push(ModifiedProperty {
                display_name: path,
                old_value: old,
                new_value: Some(new),
            });
        }
    }
    properties.extend(old.into_iter().map(|(path, old)| ModifiedProperty {
        display_name: path,
        old_value: Some(old),
        new_value: None,
    }));
    properties
}

/// Every value under its path, without what is never shown.
fn flat(resource: &Resource, resource_type: &ResourceType) -> BTreeMap<Box<str>, Box<str>> {
    let mut values = BTreeMap::new();
    for (name, value) in resource
        .attributes()
        .iter()
        .filter(|(name, _)| *name != "schemas" && *name != "meta")
    {
        match (resource_type.extension(name), value.as_complex()) {
            (Some(extension), Some(attributes)) => {
                for (name, value) in attributes.iter() {
                    let path = format!("{}:{name}", extension.schema.id());
                    flatten(&path, value, extension.schema.attribute(name), &mut values);
                }
            }
            _ => {
                let found = resource_type.find(None, name);
                flatten(name, value, found.map(|found| found.attribute), &mut values);
            }
        }
    }
    values
}

fn flatten(
    path: &str,
    value: &Value,
    attribute: Option<&Attribute>,
    values: &mut BTreeMap<Box<str>, Box<str>>,
) {
    if attribute.is_some_and(|attribute| attribute.returned() == Returned::Never) {
        values.insert(path.into(), "(not shown)".into());
    } else if let Some(parts) = value.as_complex() {
        flatten_parts(path, parts, values);
    } else if let Some(elements) = value.as_list() {
        for element in elements {
            match element.as_complex() {
                Some(parts) => match parts.text("type") {
                    Some(kind) => flatten_parts(
                        &format!("{path}[type eq {}]", Value::from(kind)),
                        parts,
                        values,
                    ),
                    None => {
                        let key = format!(
                            "{path}[value eq {}]",
                            parts.get("value").unwrap_or(&Value::NULL)
                        );
                        flatten_parts(&key, parts, values);
                    }
                },
                None => {
                    values.insert(format!("{path}[{element}]").into(), shown(element));
                }
            }
        }
    } else if !value.is_unassigned() {
        values.insert(path.into(), shown(value));
    }
}

fn flatten_parts(path: &str, parts: &Complex, values: &mut BTreeMap<Box<str>, Box<str>>) {
    let is_key = |name: &Name| *name == "type" && path.ends_with(']');
    for (name, part) in parts
        .iter()
        .filter(|(name, part)| !is_key(name) && !part.is_unassigned())
    {
        values.insert(format!("{path}.{name}").into(), shown(part));
    }
}

fn shown(value: &Value) -> Box<str> {
    value
        .as_str()
        .map_or_else(|| value.to_string().into(), Into::into)
}

#[cfg(test)]
mod tests;
