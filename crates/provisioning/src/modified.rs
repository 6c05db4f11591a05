//! What changed in an object, as a log shows it.

use std::collections::BTreeMap;

use scimkit_schema::{Attribute, Complex, Resource, ResourceType, Returned, Value};

use crate::ModifiedProperty;

/// The paths whose values differ, with both values. A new object has nothing before.
pub(crate) fn modified(
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

/// Values under their paths.
type Flat = BTreeMap<Box<str>, Box<str>>;

fn flat(resource: &Resource, resource_type: &ResourceType) -> Flat {
    let mut values = Flat::new();
    for (name, value) in resource.attributes().iter() {
        if matches!(name.as_str(), "schemas" | "meta") {
            continue;
        }
        let extension = resource_type.extension(name);
        if let (Some(extension), Some(attributes)) = (extension, value.as_complex()) {
            for (name, value) in attributes.iter() {
                let path = format!("{}:{name}", extension.schema.id());
                flatten(&path, value, extension.schema.attribute(name), &mut values);
            }
        } else {
            let found = resource_type.find(None, name);
            flatten(name, value, found.map(|found| found.attribute), &mut values);
        }
    }
    values
}

fn flatten(path: &str, value: &Value, attribute: Option<&Attribute>, values: &mut Flat) {
    if attribute.is_some_and(|attribute| attribute.returned() == Returned::Never) {
        values.insert(path.into(), "(not shown)".into());
    } else if let Some(parts) = value.as_complex() {
        flatten_parts(path, parts, &[], values);
    } else {
        for element in value.elements() {
            flatten_element(path, value, element, values);
        }
    }
}

/// An element of a list goes by its `type`, or else by its value; anything else goes by its path alone.
fn flatten_element(path: &str, whole: &Value, element: &Value, values: &mut Flat) {
    if let Some(parts) = element.as_complex() {
        let key = if parts.get("type").is_some() {
            "type"
        } else {
            "value"
        };
        let is = parts.get(key).unwrap_or(&Value::NULL);
        flatten_parts(&format!("{path}[{key} eq {is}]"), parts, &["type"], values);
    } else if whole.as_list().is_some() {
        values.insert(format!("{path}[{element}]").into(), shown(element));
    } else {
        values.insert(path.into(), shown(element));
    }
}

fn flatten_parts(path: &str, parts: &Complex, without: &[&str], values: &mut Flat) {
    for (name, part) in parts.iter() {
        if !without.contains(&name.as_str()) && !part.is_unassigned() {
            values.insert(format!("{path}.{name}").into(), shown(part));
        }
    }
}

fn shown(value: &Value) -> Box<str> {
    value
        .as_str()
        .map_or_else(|| value.to_string().into(), Into::into)
}

#[cfg(test)]
mod tests {
    use scimkit_schema::{JsonLimits, core};

    use super::*;

    fn lines(before: &str, after: &str) -> String {
        let user = core::user_type();
        let read = |text: &str| {
            user.adopt(Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap())
        };
        let properties = modified(&read(before), &read(after), &user);
        let line = |it: &ModifiedProperty| {
            let text = |value: &Option<Box<str>>| value.as_deref().unwrap_or("-").to_owned();
            format!(
                "{}: {} => {}",
                it.display_name,
                text(&it.old_value),
                text(&it.new_value)
            )
        };
        properties.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_path_that_differs_is_there_and_secrets_are_not() {
        insta::assert_snapshot!(lines(
            r#"{"id":"1","userName":"mira","title":"Analyst","name":{"givenName":"Mira","familyName":"Okafor"},
                "emails":[{"type":"work","value":"m@harborline.example"}],"password":"one"}"#,
            r#"{"id":"1","userName":"mira","active":true,"name":{"givenName":"Mira","familyName":"Lovelace"},
                "emails":[{"type":"work","value":"mira@harborline.example","primary":true},{"value":"x@harborline.example"}],
                "password":"two",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Quay","manager":{"value":"7"}}}"#,
        ), @r#"
        active: - => true
        emails[type eq "work"].primary: - => true
        emails[type eq "work"].value: m@harborline.example => mira@harborline.example
        emails[value eq "x@harborline.example"].value: - => x@harborline.example
        name.familyName: Okafor => Lovelace
        urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department: - => Quay
        urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value: - => 7
        title: Analyst => -
        "#);
    }

    #[test]
    fn nothing_differs_from_itself() {
        let text = r#"{"userName":"mira","emails":[{"value":"a"}],"password":"x"}"#;
        assert_eq!(lines(text, text), "");
    }
}
