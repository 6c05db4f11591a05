use scimkit_schema::{Attribute, Resource, ResourceType, Uniqueness, Value, fold};

/// A value that must be unique among the resources of its type in one tenant.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct UniqueValue {
    /// The canonical path of the attribute.
    pub path: Box<str>,
    /// The value, folded when the attribute ignores case.
    pub folded: Box<str>,
}

/// The values of a document that must be unique: those of attributes whose schema says so, complex and multi-valued ones by their `value`.
///
/// `id` is not among them: the store itself gives it.
#[must_use]
pub fn unique_values(resource_type: &ResourceType, document: &Resource) -> Vec<UniqueValue> {
    let mut found = Vec::new();
    for attribute in resource_type.schema().attributes() {
        collect(
            attribute,
            document.get(attribute.name()),
            attribute.name(),
            &mut found,
        );
    }
    for extension in resource_type.extensions() {
        let urn = extension.schema.id();
        let Some(values) = document.extension(urn) else {
            continue;
        };
        for attribute in extension.schema.attributes() {
            collect(
                attribute,
                values.get(attribute.name()),
                &format!("{urn}:{}", attribute.name()),
                &mut found,
            );
        }
    }
    found.sort();
    found.dedup();
    found
}

fn collect(attribute: &Attribute, value: Option<&Value>, path: &str, into: &mut Vec<UniqueValue>) {
    let elements = value.map(Value::elements).unwrap_or_default();
    let mut add = |path: &str, attribute: &Attribute, value: &Value| {
        if attribute.uniqueness() == Uniqueness::None {
            return;
        }
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let folded = if attribute.is_case_exact() {
            text
        } else {
            fold(&text).into_owned()
        };
        into.push(UniqueValue {
            path: path.into(),
            folded: folded.into(),
        });
    };
    for element in elements {
        match element.as_complex() {
            None => add(path, attribute, element),
            Some(fields) => {
                for sub in attribute.sub_attributes() {
                    if let Some(value) = fields.get(sub.name()) {
                        add(&format!("{path}.{}", sub.name()), sub, value);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::core;

    #[test]
    fn values_are_folded_as_the_schema_says() {
        let user = Resource::new(core::USER)
            .with("userName", "Mira@Harborline.example")
            .with("displayName", "Mira");
        let unique = unique_values(&core::user_type(), &user);
        assert_eq!(
            unique,
            [UniqueValue {
                path: "userName".into(),
                folded: "mira@harborline.example".into()
            }]
        );
        assert_eq!(
            unique_values(
                &core::group_type(),
                &Resource::new(core::GROUP).with("displayName", "x")
            ),
            []
        );
    }
}
