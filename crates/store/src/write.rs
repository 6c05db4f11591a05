use std::sync::Arc;

use scimkit_patch::MemberChange;
use scimkit_schema::{Resource, ResourceId, Version};

use crate::{Draft, Key};

/// A write as data, so that it can cross to a writer thread, be retried, recorded, and made to fail in tests.
///
/// It is applied in one transaction, its event with it, or not at all.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Write {
    /// Which resource. On create the id is a proposal; [`Written::id`] says which one it became.
    pub key: Key,
    /// What must be true when the write happens.
    pub expect: Expect,
    /// What happens to the document.
    pub document: Document,
    /// What happens to the members.
    pub members: MemberChange,
    /// What happens to added members that the tenant does not know.
    pub unknown_members: UnknownMembers,
    /// Who does it, when, and what changes.
    pub event: Draft,
}

impl Write {
    /// A write that leaves members alone.
    #[must_use]
    pub const fn new(key: Key, expect: Expect, document: Document, event: Draft) -> Self {
        Self {
            key,
            expect,
            document,
            members: MemberChange::None,
            unknown_members: UnknownMembers::Refuse,
            event,
        }
    }

    /// This, changing members.
    #[must_use]
    pub fn with_members(mut self, members: MemberChange) -> Self {
        self.members = members;
        self
    }

    /// This, with another way to go about members that the tenant does not know.
    #[must_use]
    pub const fn with_unknown_members(mut self, unknown_members: UnknownMembers) -> Self {
        self.unknown_members = unknown_members;
        self
    }
}

/// What must be true when a write happens; the store checks it inside the transaction.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Expect {
    /// There is no such resource.
    Absent,
    /// There is such a resource.
    Exists,
    /// The resource has this version.
    Version(Version),
}

/// What a write does to the document.
#[derive(Clone, Debug)]
pub enum Document {
    /// It becomes this one.
    Put(Arc<Resource>),
    /// It stays; only members change.
    Keep,
    /// The resource goes, and with it each membership that it has part in.
    Delete,
}

/// What a write does about members that the tenant does not know.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UnknownMembers {
    /// The write fails with [`StoreError::NoSuchMember`](crate::StoreError::NoSuchMember).
    #[default]
    Refuse,
    /// They are left out and named in [`Written::left_out`] and in the event, unless nothing at all would be left to do.
    LeaveOut,
}

/// What a write came to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Written {
    /// The id of the resource.
    pub id: ResourceId,
    /// The version after the write; for a deletion the last one there was.
    pub version: Version,
    /// Whether anything changed. If not, the version is the old one and there is no event.
    pub changed: bool,
    /// Members that were left out because the tenant does not know them.
    pub left_out: Vec<ResourceId>,
}

impl Written {
    /// The resource has changed, or has come or gone.
    #[must_use]
    pub const fn new(id: ResourceId, version: Version) -> Self {
        Self {
            id,
            version,
            changed: true,
            left_out: Vec::new(),
        }
    }

    /// This, but nothing has changed.
    #[must_use]
    pub const fn unchanged(mut self) -> Self {
        self.changed = false;
        self
    }
}
