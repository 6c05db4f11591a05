//! What differs between two states of a resource.

use scimkit_schema::{Attribute, Complex, Name, Resource, ResourceType, Value, core};

/// The attributes in which two states of a resource differ, as they are written in a path: single complex attributes part by part, others
/// as a whole. Members do not stand in documents.
///
/// ```
/// use scimkit_patch::changed_paths;
/// use scimkit_schema::{Resource, core};
///
/// let before = Resource::new(core::USER).with("userName", "mira@harborline.example");
/// let after = before.clone().with("active", false);
/// assert_eq!(changed_paths(&before, &after, &core::user_type()), ["active".into()]);
/// ```
#[must_use]
pub fn changed_paths(
    before: &Resource,
    after: &Resource,
    resource_type: &ResourceType,
) -> Vec<Box<str>> {
    let mut paths = Vec::new();
    let attributes = core::common()
        .attributes()
        .iter()
        .chain(resource_type.schema().attributes());
    for attribute in attributes {
        let (before, after) = (before.attributes(), after.attributes());
        note(before, after, attribute, "", &mut paths);
    }
    let nothing = Complex::new();
    for extension in resource_type.extensions() {
        let urn = extension.schema.id();
        let prefix = format!("{urn}:");
        let before = before.extension(urn).unwrap_or(&nothing);
        let after = after.extension(urn).unwrap_or(&nothing);
        for attribute in extension.schema.attributes() {
            note(before, after, attribute, &prefix, &mut paths);
        }
    }
    paths
}

fn note(
    before: &Complex,
    after: &Complex,
    attribute: &Attribute,
    prefix: &str,
    paths: &mut Vec<Box<str>>,
) {
    let name = attribute.name();
    let (before, after) = (before.get(name), after.get(name));
    if before == after {
        return;
    }
    if attribute.is_multi_valued() || attribute.sub_attributes().is_empty() {
        paths.push(format!("{prefix}{name}").into());
        return;
    }
    for sub in attribute.sub_attributes().iter().map(Attribute::name) {
        if part(before, sub) != part(after, sub) {
            paths.push(format!("{prefix}{name}.{sub}").into());
        }
    }
}

fn part<'v>(value: Option<&'v Value>, sub: &Name) -> Option<&'v Value> {
    value?.as_complex()?.get(sub)
}
