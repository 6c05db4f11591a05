use std::{collections::BTreeMap, error::Error as StdError, fmt, io, path::PathBuf};

use scimkit_mapping::SourceObject;

use crate::{Named, ObjectKind};

/// Where users and groups come from.
pub trait Directory: Send + Sync {
    /// What the directory holds now.
    ///
    /// # Errors
    /// [`DirectoryError`] when it cannot be read at all. What is read in part is a [`Snapshot`] that says so.
    fn snapshot(&self) -> impl Future<Output = Result<Snapshot, DirectoryError>> + Send;

    /// What logs call it.
    fn name(&self) -> Box<str> {
        "Directory".into()
    }
}

/// A snapshot is a directory that never changes.
impl Directory for Snapshot {
    async fn snapshot(&self) -> Result<Self, DirectoryError> {
        Ok(self.clone())
    }
}

/// What a directory holds at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The users.
    pub users: Vec<SourceUser>,
    /// The groups.
    pub groups: Vec<SourceGroup>,
    /// Who is assigned to the application; none if that is not known.
    pub assignments: Option<Vec<Assignment>>,
    /// Whether this is all.
    pub completeness: Completeness,
    /// What looks wrong, as sentences for a log.
    pub warnings: Vec<String>,
}

impl Snapshot {
    /// Who is assigned, by name and kind, with the role: the list that an administrator looks at. Whoever is assigned but not in the directory
    /// goes by the object id.
    ///
    /// ```
    /// use scimkit_provisioning::{DirectoryFile, ObjectKind};
    ///
    /// let snapshot = DirectoryFile::parse(br#"{
    ///     "users": [{ "id": "8d1c", "userPrincipalName": "mira@harborline.example" }], "groups": [],
    ///     "appRoleAssignedTo": [{ "principalId": "8d1c", "appRoleId": "18d1" }]
    /// }"#)?;
    /// let (mira, assignment) = snapshot.assigned().next().unwrap();
    /// assert_eq!((&*mira.name, mira.kind, &*assignment.role), ("mira@harborline.example", Some(ObjectKind::User), "18d1"));
    /// # Ok::<(), scimkit_provisioning::DirectoryError>(())
    /// ```
    pub fn assigned(&self) -> impl Iterator<Item = (Named, &Assignment)> {
        let users = self.users.iter();
        let users = users.map(|it| (&*it.id, Named::new(ObjectKind::User, &it.id, it.name())));
        let groups = self.groups.iter();
        let groups = groups.map(|it| (&*it.id, Named::new(ObjectKind::Group, &it.id, it.name())));
        let names: BTreeMap<_, _> = users.chain(groups).collect();
        let assignments = self.assignments.iter().flatten();
        assignments.map(move |assignment| {
            let named = names.get(&*assignment.principal).cloned();
            let named = named.unwrap_or_else(|| Named::unknown(&assignment.principal));
            (named, assignment)
        })
    }
}

/// Whether a snapshot holds all that the directory has. From an incomplete one nothing is ever removed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Completeness {
    /// What is not here does not exist.
    #[default]
    Complete,
    /// Something is missing, for these reasons.
    Incomplete(Vec<String>),
}

/// A user of the directory.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SourceUser {
    /// The object id, which never changes.
    pub id: Box<str>,
    /// The attributes, under the names that mappings use.
    pub object: SourceObject,
    /// Whether the account is enabled, if that is known.
    pub account_enabled: Option<bool>,
    /// Whether and how the user was deleted.
    pub removed: Option<Removed>,
    /// The object id of the manager.
    pub manager: Option<Box<str>>,
}

/// A group of the directory.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SourceGroup {
    /// The object id, which never changes.
    pub id: Box<str>,
    /// The attributes, under the names that mappings use.
    pub object: SourceObject,
    /// Whether and how the group was deleted.
    pub removed: Option<Removed>,
    /// The direct members.
    pub members: Vec<SourceMember>,
}

/// A direct member of a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceMember {
    /// The object id.
    pub id: Box<str>,
    /// What the member is.
    pub kind: MemberKind,
}

/// What a member of a group is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MemberKind {
    /// Another group.
    Group,
    /// A device, an application, or something else that is not provisioned.
    Other,
    /// A user.
    User,
}

/// How an object was deleted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Removed {
    /// For good.
    Hard,
    /// Into the recycle bin, from where it may come back.
    Soft,
}

/// A user or group that is assigned to the application.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assignment {
    /// The object id of the user or group.
    pub principal: Box<str>,
    /// The object id of the role.
    pub role: Box<str>,
}

impl Assignment {
    /// The role *Default Access*, which every application has.
    pub const DEFAULT_ACCESS: &'static str = "00000000-0000-0000-0000-000000000000";
}

impl SourceUser {
    /// A user about whom nothing else is known.
    #[must_use]
    pub fn new(id: &str, object: SourceObject) -> Self {
        Self {
            id: id.into(),
            object,
            account_enabled: None,
            removed: None,
            manager: None,
        }
    }

    /// What the user is called in messages: the user principal name, or else the object id.
    #[must_use]
    pub fn name(&self) -> Box<str> {
        text(&self.object, "userPrincipalName").unwrap_or_else(|| self.id.clone())
    }

    /// The name to show, if there is one.
    #[must_use]
    pub fn display_name(&self) -> Option<Box<str>> {
        text(&self.object, "displayName")
    }
}

impl SourceGroup {
    /// A group without members.
    #[must_use]
    pub fn new(id: &str, object: SourceObject) -> Self {
        Self {
            id: id.into(),
            object,
            removed: None,
            members: Vec::new(),
        }
    }

    /// What the group is called in messages: its display name, or else the object id.
    #[must_use]
    pub fn name(&self) -> Box<str> {
        text(&self.object, "displayName").unwrap_or_else(|| self.id.clone())
    }
}

fn text(object: &SourceObject, name: &str) -> Option<Box<str>> {
    let text = object.attribute(name).as_text()?;
    (!text.is_empty()).then(|| text.as_ref().into())
}

/// A directory that could not be read.
#[derive(Debug)]
pub struct DirectoryError {
    kind: DirectoryErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why a directory could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryErrorKind {
    /// A CSV file holds something that does not belong there.
    #[error("`{file}`, {place}: {problem}")]
    Csv {
        /// The file.
        file: Box<str>,
        /// Line and column, counted from 1.
        place: Box<str>,
        /// What does not fit there.
        problem: Box<str>,
    },
    /// The file ends in the middle.
    #[error(
        "the directory file is incomplete: it ends at line {line}, byte {byte}, in the middle of a value; export it again"
    )]
    CutOff {
        /// The last line, counted from 1.
        line: usize,
        /// How many bytes there are.
        byte: usize,
    },
    /// The file is no JSON.
    #[error("the directory file is no JSON at line {line}, column {column}: {problem}")]
    NotJson {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What does not fit there.
        problem: Box<str>,
    },
    /// The file is JSON of another shape.
    #[error("{place} of the directory file must be {expected}")]
    Shape {
        /// Where, as `users[0].id` in backticks.
        place: Box<str>,
        /// What belongs there.
        expected: &'static str,
    },
    /// Microsoft Graph could not be read.
    #[error("Microsoft Graph could not be read: {0}")]
    Graph(Box<str>),
    /// The file cannot be read.
    #[error("the directory file `{}` cannot be read", .0.display())]
    Unreadable(PathBuf),
    /// A directory of another crate failed.
    #[error("the directory could not be read")]
    Other,
}

impl DirectoryError {
    /// A failure of a directory, with its cause.
    #[must_use]
    pub fn other(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            kind: DirectoryErrorKind::Other,
            source: Some(cause.into()),
        }
    }

    pub(crate) fn unreadable(path: PathBuf, cause: io::Error) -> Self {
        Self {
            kind: DirectoryErrorKind::Unreadable(path),
            source: Some(cause.into()),
        }
    }

    /// Why.
    #[must_use]
    pub const fn kind(&self) -> &DirectoryErrorKind {
        &self.kind
    }
}

impl From<DirectoryErrorKind> for DirectoryError {
    fn from(kind: DirectoryErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl StdError for DirectoryError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
