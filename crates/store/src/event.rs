use scimkit_schema::{DateTime, ResourceId, Version};

use crate::Key;

/// The part of an event that the service knows: who did what, when. The store adds number and versions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Draft {
    /// When the request was decided.
    pub at: DateTime,
    /// Who asked, such as the name of a token.
    pub actor: Box<str>,
    /// What was asked for.
    pub action: Action,
    /// What people call the resource, so that it can be named after it is gone.
    pub name: Option<Box<str>>,
    /// Canonical paths of what changed.
    pub paths: Vec<Box<str>>,
    /// What was bent, ignored or left out on the way, in words.
    pub notes: Vec<Box<str>>,
}

impl Draft {
    /// Nothing is known but when, who and what; the rest is public.
    #[must_use]
    pub fn new(at: DateTime, actor: &str, action: Action) -> Self {
        Self {
            at,
            actor: actor.into(),
            action,
            name: None,
            paths: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Notes members that were left out because the tenant does not know them.
    pub fn note_left_out(&mut self, members: &[ResourceId]) {
        let note = |id: &ResourceId| format!("member `{id}` is unknown and was left out").into();
        self.notes.extend(members.iter().map(note));
    }
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
