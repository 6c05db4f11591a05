use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of object is provisioned.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum ObjectKind {
    /// A group.
    Group,
    /// A user.
    User,
}

impl ObjectKind {
    /// The name, as mappings and logs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "Group",
            Self::User => "User",
        }
    }

    /// The word inside a sentence.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::User => "user",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An object of the directory, as logs and issues name it.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Named {
    /// The object id; empty for the directory or the cycle as a whole.
    pub id: Box<str>,
    /// The user principal name of a user, the display name of a group.
    pub name: Box<str>,
    /// What it is; none for the directory and the cycle as a whole, and for members that the directory says nothing about.
    pub kind: Option<ObjectKind>,
}

impl Named {
    pub(crate) fn new(kind: ObjectKind, id: &str, name: impl Into<Box<str>>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            kind: Some(kind),
        }
    }

    /// An object that is referred to but not in the directory.
    pub(crate) fn unknown(id: &str) -> Self {
        Self {
            id: id.into(),
            name: id.into(),
            kind: None,
        }
    }

    /// The directory as a whole.
    pub(crate) fn directory() -> Self {
        Self::without_id("the directory")
    }

    /// The cycle as a whole.
    pub(crate) fn cycle() -> Self {
        Self::without_id("the cycle")
    }

    fn without_id(name: &str) -> Self {
        Self {
            id: "".into(),
            name: name.into(),
            kind: None,
        }
    }
}

/// The name in backticks, shortened to 60 characters.
impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.id.is_empty() {
            return f.write_str(&self.name);
        }
        let mut characters = self.name.chars();
        let shown: String = characters.by_ref().take(60).collect();
        let rest = if characters.next().is_some() {
            "…"
        } else {
            ""
        };
        write!(f, "`{shown}{rest}`")
    }
}
