use std::borrow::Cow;

use scimkit_filter::AttributePath;
use scimkit_protocol::Projection;
use scimkit_schema::{Attribute, Complex, Mutability, Name, ResourceType, Returned, Value};

/// What an answer is to hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// What the client asked for.
    pub(crate) projection: &'a Projection,
    /// The canonical paths of what the client just gave: it sees those again that are returned on request.
    given: &'a [Box<str>],
}

impl<'a> Wanted<'a> {
    pub(crate) const fn of(projection: &'a Projection) -> Self {
        Self {
            projection,
            given: &[],
        }
    }

    /// This, in the answer to a write of these paths.
    pub(crate) const fn after(mut self, paths: &'a [Box<str>]) -> Self {
        self.given = paths;
        self
    }

    fn was_given(&self, attribute: &str, extension: Option<&Name>) -> bool {
        *self.projection == Projection::Default
            && self.given.iter().any(|path| {
                let path = match extension {
                    None => Some(&**path),
                    Some(urn) if urn.matches(path) => return true,
                    Some(urn) => path
                        .strip_prefix(urn.as_str())
                        .and_then(|rest| rest.strip_prefix(':')),
                };
                let rest = path.and_then(|path| path.strip_prefix(attribute));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
    }
}

/// What an answer holds of one attribute of a resource: by the schema's `returned`, and by what the client asked for
/// ([RFC 7644 §3.9](https://www.rfc-editor.org/rfc/rfc7644#section-3.9)). Most are shown as they are, and so are not copied.
///
/// Names that the type does not know change nothing, and are not shown.
pub(crate) fn project<'a>(
    name: &Name,
    value: &'a Value,
    resource_type: &ResourceType,
    wanted: Wanted<'_>,
) -> Option<Cow<'a, Value>> {
    let Some(extension) = resource_type.extension(name) else {
        let found = resource_type.find(None, name)?;
        return keep(found.attribute, value, wanted, None, resource_type);
    };
    let urn = extension.schema.id();
    let kept = keep_fields(value, |name, value| {
        let attribute = extension.schema.attribute(name)?;
        keep(attribute, value, wanted, Some(urn), resource_type)
    });
    kept.filter(|kept| kept.as_complex().is_some_and(|fields| !fields.is_empty()))
}

/// Whether the answer wants any part of the core attribute `name`.
pub(crate) fn wants(projection: &Projection, resource_type: &ResourceType, name: &str) -> bool {
    let found = resource_type.find(None, name);
    found.is_some_and(|found| {
        mention(found.attribute, projection, None, resource_type)
            .is_wanted(found.attribute.returned())
    })
}

/// Whether the client asked for the core attribute `name`, or a part of it, by name.
pub(crate) fn asks_for(projection: &Projection, resource_type: &ResourceType, name: &str) -> bool {
    matches!(projection, Projection::Only(paths) if paths.iter().any(|path| names(path, None, name, resource_type)))
}

fn keep<'a>(
    attribute: &Attribute,
    value: &'a Value,
    wanted: Wanted<'_>,
    extension: Option<&Name>,
    resource_type: &ResourceType,
) -> Option<Cow<'a, Value>> {
    let mention = mention(attribute, wanted.projection, extension, resource_type);
    let is_given =
        attribute.returned() == Returned::Request && wanted.was_given(attribute.name(), extension);
    if is_secret(attribute) || !(is_given || mention.is_wanted(attribute.returned())) {
        return None;
    }
    if attribute.sub_attributes().is_empty() {
        return Some(Cow::Borrowed(value));
    }
    let keep_subs = |value: &'a Value| {
        keep_fields(value, |name, value| {
            let sub = attribute
                .sub_attribute(name)
                .filter(|sub| !is_secret(sub))?;
            mention
                .wants_sub(name, sub.returned())
                .then_some(Cow::Borrowed(value))
        })
        .unwrap_or(Cow::Borrowed(value))
    };
    let Some(values) = value.as_list() else {
        return Some(keep_subs(value));
    };
    let is_whole = |value| matches!(keep_subs(value), Cow::Borrowed(_));
    if values.iter().all(is_whole) {
        return Some(Cow::Borrowed(value));
    }
    let values = values.iter().map(|value| keep_subs(value).into_owned());
    Some(Cow::Owned(values.collect()))
}

/// The fields of a complex value that `keep` keeps; a copy only if that is not all of them. None for any other value.
fn keep_fields<'a>(
    value: &'a Value,
    keep: impl Fn(&Name, &'a Value) -> Option<Cow<'a, Value>>,
) -> Option<Cow<'a, Value>> {
    let fields = value.as_complex()?;
    let is_whole = |(name, value)| matches!(keep(name, value), Some(Cow::Borrowed(_)));
    if fields.iter().all(is_whole) {
        return Some(Cow::Borrowed(value));
    }
    let kept = fields
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), keep(name, value)?.into_owned())));
    Some(Cow::Owned(kept.collect::<Complex>().into()))
}

/// What can only be written is never shown, whatever the schema says about returning it.
fn is_secret(attribute: &Attribute) -> bool {
    attribute.mutability() == Mutability::WriteOnly
}

/// How a projection mentions one attribute.
enum Mention<'a> {
    /// Nothing was asked for.
    Unasked,
    /// The whole attribute was asked for, or these sub-attributes of it.
    Asked { whole: bool, subs: Vec<&'a str> },
    /// Other attributes were asked for.
    Passed,
    /// The whole attribute was excluded, or these sub-attributes of it.
    Excluded { whole: bool, subs: Vec<&'a str> },
}

impl Mention<'_> {
    #[expect(
        clippy::match_same_arms,
        reason = "the arms stand in the order of precedence"
    )]
    fn is_wanted(&self, returned: Returned) -> bool {
        match (returned, self) {
            (Returned::Never, _) => false,
            (Returned::Always, _) | (_, Self::Asked { .. }) => true,
            (Returned::Request, _) | (_, Self::Passed | Self::Excluded { whole: true, .. }) => {
                false
            }
            (Returned::Default, Self::Unasked | Self::Excluded { whole: false, .. }) => true,
        }
    }

    #[expect(
        clippy::match_same_arms,
        reason = "the arms stand in the order of precedence"
    )]
    fn wants_sub(&self, name: &str, returned: Returned) -> bool {
        let among = |subs: &[&str]| subs.iter().any(|sub| sub.eq_ignore_ascii_case(name));
        match (returned, self) {
            (Returned::Never, _) => false,
            (Returned::Always, _) => true,
            (Returned::Request, Self::Asked { subs, .. }) => among(subs),
            (Returned::Request, _) => false,
            (Returned::Default, Self::Asked { whole, subs }) => *whole || among(subs),
            (Returned::Default, Self::Excluded { subs, .. }) => !among(subs),
            (Returned::Default, Self::Unasked | Self::Passed) => true,
        }
    }
}

fn mention<'a>(
    attribute: &Attribute,
    projection: &'a Projection,
    extension: Option<&Name>,
    resource_type: &ResourceType,
) -> Mention<'a> {
    let named = |paths: &'a [AttributePath]| {
        let paths = paths
            .iter()
            .filter(|path| names(path, extension, attribute.name(), resource_type));
        let mut found = None;
        for path in paths {
            let (whole, subs) = found.get_or_insert((false, Vec::new()));
            match path.sub() {
                Some(sub) if !is_container(path, extension) => subs.push(sub),
                _ => *whole = true,
            }
        }
        found
    };
    match projection {
        Projection::Default => Mention::Unasked,
        Projection::Only(paths) => named(paths).map_or(Mention::Passed, |(whole, subs)| {
            Mention::Asked { whole, subs }
        }),
        Projection::Without(paths) => named(paths).map_or(Mention::Unasked, |(whole, subs)| {
            Mention::Excluded { whole, subs }
        }),
    }
}

/// Whether a path names the attribute, or the whole extension that it is in.
fn names(
    path: &AttributePath,
    extension: Option<&Name>,
    attribute: &str,
    resource_type: &ResourceType,
) -> bool {
    if is_container(path, extension) {
        return true;
    }
    if !path.name().eq_ignore_ascii_case(attribute) {
        return false;
    }
    match (path.uri(), extension) {
        (None, None) => true,
        (None, Some(_)) => resource_type
            .find(None, attribute)
            .is_some_and(|found| found.extension.map(scimkit_schema::Schema::id) == extension),
        (Some(uri), None) => resource_type.schema().id().matches(uri),
        (Some(uri), Some(urn)) => urn.matches(uri),
    }
}

/// Whether a path is the URN of the extension itself; the grammar reads its last part as a name.
fn is_container(path: &AttributePath, extension: Option<&Name>) -> bool {
    extension.is_some_and(|urn| urn.matches(&path.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::{JsonLimits, Resource, core};

    fn projected(projection: &Projection) -> String {
        let text = concat!(
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"a","name":{"givenName":"G","familyName":"F"},"#,
            r#""password":"x","emails":[{"value":"v","type":"work"}],"#,
            r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","division":"V"}}"#
        );
        let resource = Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap();
        let users = core::user_type();
        let kept = resource.attributes().iter().filter_map(|(name, value)| {
            let value = project(name, value, &users, Wanted::of(projection))?;
            Some((name.clone(), value.into_owned()))
        });
        let projected = Resource::from(kept.collect::<Complex>());
        projected.to_string().replace(
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "ENT",
        )
    }

    fn paths(names: &[&str]) -> Vec<AttributePath> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    const BEGIN: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1""#;

    #[test]
    fn only_what_was_asked_for_and_what_is_always_there() {
        let only = |names: &[&str]| projected(&Projection::Only(paths(names)));
        assert_eq!(only(&["USERNAME"]), format!(r#"{BEGIN},"userName":"a"}}"#));
        assert_eq!(
            only(&["name.givenName", "emails.value"]),
            format!(r#"{BEGIN},"name":{{"givenName":"G"}},"emails":[{{"value":"v"}}]}}"#)
        );
        assert_eq!(
            only(&["department"]),
            format!(r#"{BEGIN},"ENT":{{"department":"D"}}}}"#)
        );
        assert_eq!(
            only(&["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"]),
            format!(r#"{BEGIN},"ENT":{{"division":"V"}}}}"#)
        );
        assert_eq!(
            only(&["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]),
            format!(r#"{BEGIN},"ENT":{{"department":"D","division":"V"}}}}"#)
        );
        assert_eq!(only(&["password", "unknown"]), format!("{BEGIN}}}"));
    }

    #[test]
    fn without_what_was_excluded_but_never_without_the_id() {
        let without = |names: &[&str]| projected(&Projection::Without(paths(names)));
        let rest = r#""ENT":{"department":"D","division":"V"}}"#;
        assert_eq!(
            without(&["id", "name", "emails.type"]),
            format!(r#"{BEGIN},"userName":"a","emails":[{{"value":"v"}}],{rest}"#)
        );
        assert!(!projected(&Projection::Default).contains("password"));
    }
}
