//! What a write changes, as the event log shows it: every path, and the values unless they are secret.

use scimkit_filter::AttributePath;
use scimkit_patch::MemberChange;
use scimkit_schema::{Attribute, Mutability, Resource, ResourceId, ResourceType, Returned, Value};
use scimkit_store::{Changed, Shown};

/// How much of a value an event keeps, in bytes.
const KEPT: usize = 1_024;

/// The attributes that a new resource begins with; their values stand in the document.
pub(crate) fn of_new(document: &Resource) -> Vec<Changed> {
    let names = document.attributes().iter().map(|(name, _)| name);
    let changed = |path: &str| Changed {
        path: path.into(),
        before: Shown::Nothing,
        after: Shown::Hidden,
    };
    names.map(|name| changed(name)).collect()
}

/// Two states of a resource, and who may not be named in the log.
pub(crate) struct Between<'a> {
    pub(crate) resource_type: &'a ResourceType,
    pub(crate) before: &'a Resource,
    pub(crate) after: &'a Resource,
    pub(crate) members: &'a MemberChange,
    /// Attributes whose values the application wants in no log.
    pub(crate) sensitive: &'a [Box<str>],
}

impl Between<'_> {
    /// What differs at these paths.
    pub(crate) fn changes(&self, paths: &[Box<str>]) -> Vec<Changed> {
        paths.iter().map(|path| self.change(path)).collect()
    }

    fn change(&self, path: &str) -> Changed {
        if self.resource_type.relation_attribute() == Some(path) {
            return of_members(path, self.members);
        }
        let place: Option<AttributePath> = path.parse().ok();
        let place = place.filter(|place| !self.is_hidden(place));
        let shown = |document| match (value(document, path), &place) {
            (None, _) => Shown::Nothing,
            (Some(_), None) => Shown::Hidden,
            (Some(value), Some(_)) => Shown::Value(cut(value.to_string())),
        };
        Changed {
            path: path.into(),
            before: shown(self.before),
            after: shown(self.after),
        }
    }

    fn is_hidden(&self, place: &AttributePath) -> bool {
        let name = place.name();
        let Some(found) = self.resource_type.find(place.uri(), name) else {
            return true;
        };
        let sub = place
            .sub()
            .and_then(|sub| found.attribute.sub_attribute(sub));
        let told = sub.unwrap_or(found.attribute);
        self.sensitive
            .iter()
            .any(|word| word.eq_ignore_ascii_case(name))
            || is_secret(found.attribute)
            || is_secret(told)
            || told.sub_attributes().iter().any(is_secret)
    }
}

fn is_secret(attribute: &Attribute) -> bool {
    attribute.mutability() == Mutability::WriteOnly || attribute.returned() == Returned::Never
}

/// The value at a canonical path.
fn value<'r>(document: &'r Resource, path: &str) -> Option<&'r Value> {
    let place: AttributePath = path.parse().ok()?;
    let fields = match place.uri() {
        None => document.attributes(),
        Some(urn) => document.extension(urn)?,
    };
    let value = fields.get(place.name())?;
    match place.sub() {
        None => Some(value),
        Some(sub) => value.as_complex()?.get(sub),
    }
}

fn of_members(path: &str, change: &MemberChange) -> Changed {
    let (gone, come): (&[ResourceId], &[ResourceId]) = match change {
        MemberChange::None => (&[], &[]),
        MemberChange::Delta { add, remove } => (remove, add),
        MemberChange::Exactly(ids) => (&[], ids),
    };
    Changed {
        path: path.into(),
        before: ids(gone),
        after: ids(come),
    }
}

/// As many ids as are kept, as JSON.
fn ids(ids: &[ResourceId]) -> Shown {
    if ids.is_empty() {
        return Shown::Nothing;
    }
    // One more than fits shows that there are more.
    let some = ids.iter().take(KEPT / 2);
    let list: Value = some.map(|id| Value::from(id.as_str())).collect();
    Shown::Value(cut(list.to_string()))
}

fn cut(mut text: String) -> Box<str> {
    if text.len() > KEPT {
        let end = (0..=KEPT).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::{Complex, core};

    fn changes(before: &Resource, after: &Resource, paths: &[&str]) -> Vec<Changed> {
        let paths: Vec<Box<str>> = paths.iter().map(|path| Box::from(*path)).collect();
        let between = Between {
            resource_type: &core::user_type(),
            before,
            after,
            members: &MemberChange::None,
            sensitive: &["title".into()],
        };
        between.changes(&paths)
    }

    fn shown(text: &str) -> Shown {
        Shown::Value(text.into())
    }

    #[test]
    fn values_are_shown_unless_they_are_secret_or_sensitive() {
        let user = |name: &str| {
            Resource::new(core::USER)
                .with("name", Complex::new().with("givenName", name))
                .with("password", name)
                .with("title", name)
        };
        let (before, after) = (user("a"), user("b").with("active", true));
        let seen = changes(
            &before,
            &after,
            &["name.givenName", "password", "title", "active", "unknown"],
        );
        let seen: Vec<_> = seen
            .into_iter()
            .map(|one| (one.before, one.after))
            .collect();
        assert_eq!(
            seen,
            [
                (shown(r#""a""#), shown(r#""b""#)),
                (Shown::Hidden, Shown::Hidden),
                (Shown::Hidden, Shown::Hidden),
                (Shown::Nothing, shown("true")),
                (Shown::Nothing, Shown::Nothing),
            ]
        );
    }

    #[test]
    fn long_values_are_cut() {
        let before = Resource::new(core::USER);
        let after = before.clone().with("nickName", "ä".repeat(5_000).as_str());
        let seen = changes(&before, &after, &["nickName"]);
        let Shown::Value(text) = &seen[0].after else {
            panic!("{seen:?}")
        };
        assert!(text.len() < KEPT + 4 && text.ends_with('…'), "{text}");
    }

    #[test]
    fn members_are_told_by_their_ids() {
        let ids = |texts: &[&str]| {
            texts
                .iter()
                .map(|id| ResourceId::new(id).unwrap())
                .collect()
        };
        let change = MemberChange::Delta {
            add: ids(&["u1", "u2"]),
            remove: ids(&[]),
        };
        let told = of_members("members", &change);
        assert_eq!(
            (told.before, told.after),
            (Shown::Nothing, shown(r#"["u1","u2"]"#))
        );
    }
}
