use scimkit_schema::{DateTime, ResourceId, Version};

use crate::Key;

mod query;

pub use query::EventQuery;

/// The part of an event that the service knows: who did what, when. The store adds number and versions.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Draft {
    /// When the request was decided.
    pub at: DateTime,
    /// Who asked, such as the name of a token.
    pub actor: Box<str>,
    /// What was asked for.
    pub action: Action,
    /// What people call the resource, so that it can be named after it is gone.
    pub name: Option<Box<str>>,
    /// What changed, attribute by attribute.
    pub changes: Vec<Changed>,
    /// What was bent, ignored or left out on the way, in words.
    pub notes: Vec<Box<str>>,
}

impl Draft {
    /// Nothing is known but when, who and what.
    #[must_use]
    pub fn new(at: DateTime, actor: &str, action: Action) -> Self {
        Self {
            at,
            actor: actor.into(),
            action,
            name: None,
            changes: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// This, about a resource that people call so.
    #[must_use]
    pub fn with_name(mut self, name: Option<&str>) -> Self {
        self.name = name.map(Into::into);
        self
    }

    /// This, of a write that changes so much.
    #[must_use]
    pub fn with_changes(mut self, changes: Vec<Changed>) -> Self {
        self.changes = changes;
        self
    }

    /// This, with something to say about the way.
    #[must_use]
    pub fn with_notes(mut self, notes: Vec<Box<str>>) -> Self {
        self.notes = notes;
        self
    }

    /// Notes members that were left out because the tenant does not know them.
    pub fn note_left_out(&mut self, members: &[ResourceId]) {
        let note = |id: &ResourceId| format!("member `{id}` is unknown and was left out").into();
        self.notes.extend(members.iter().map(note));
    }
}

/// An attribute that a write changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Changed {
    /// Its canonical path, such as `name.givenName`.
    pub path: Box<str>,
    /// What stood there. Of members: those that were asked to go.
    pub before: Shown,
    /// What stands there now. Of members: those that were asked to come, or to be the only ones.
    pub after: Shown,
}

/// What an event shows of a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Shown {
    /// There is none.
    Nothing,
    /// The value as JSON. Past 1,024 bytes it is cut, and ends with `…`.
    Value(Box<str>),
    /// There is one, and it is not told: a secret, or what a new resource begins with.
    Hidden,
}

/// What a write was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// POST.
    Create,
    /// PUT.
    Replace,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Action {
    /// The word for it in logs and storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    /// The action that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Create, Self::Replace, Self::Patch, Self::Delete]
            .into_iter()
            .find(|action| action.as_str() == word)
    }
}

/// One entry of the event log: an effective write.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Its number: 1, 2, 3, … in the order of commits, without gaps.
    pub seq: u64,
    /// Which resource it was.
    pub key: Key,
    /// The version before; none for a creation.
    pub before: Option<Version>,
    /// The version after; none for a deletion.
    pub after: Option<Version>,
    /// What the service knew.
    pub draft: Draft,
}

impl Event {
    /// The `seq`th event of a tenant: what was drafted, and the versions around it.
    #[must_use]
    pub const fn new(
        seq: u64,
        key: Key,
        before: Option<Version>,
        after: Option<Version>,
        draft: Draft,
    ) -> Self {
        Self {
            seq,
            key,
            before,
            after,
            draft,
        }
    }
}
