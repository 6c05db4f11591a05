use std::sync::Arc;

use scimkit_filter::Related;
use scimkit_patch::MemberChange;
use scimkit_schema::{Resource, ResourceId, Version};

use crate::{Draft, Key, Stored};

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
    /// The document of the version that the write expects, if whoever writes has read it: a store need not read it again.
    pub before: Option<Arc<Resource>>,
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
            before: None,
        }
    }

    /// This, with the document of the version that it expects.
    #[must_use]
    pub fn with_before(mut self, document: Arc<Resource>) -> Self {
        self.before = Some(document);
        self
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

/// What a write came to. Two of them are equal if the same happened, however much each store says of it in [`stored`](Self::stored).
#[derive(Clone, Debug)]
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
    /// The resource as the write left it, if the write gave it a document and the store knows the rest without reading: whoever shows it
    /// need not read it either. A store that says this of a resource that was created has put it into no group.
    pub stored: Option<Stored>,
    /// The members of a group that was created, in the order of their ids, if the store knows them without reading.
    pub members: Option<Vec<Related>>,
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        let told = |written: &Self| {
            let Self {
                id,
                version,
                changed,
                left_out,
                stored: _,
                members: _,
            } = written.clone();
            (id, version, changed, left_out)
        };
        told(self) == told(other)
    }
}

impl Eq for Written {}

impl Written {
    /// The resource has changed, or has come or gone.
    #[must_use]
    pub const fn new(id: ResourceId, version: Version) -> Self {
        Self {
            id,
            version,
            changed: true,
            left_out: Vec::new(),
            stored: None,
            members: None,
        }
    }

    /// This, with the resource as the write left it.
    #[must_use]
    pub fn with_stored(mut self, stored: Option<Stored>) -> Self {
        self.stored = stored;
        self
    }

    /// This, with the members of a group that was created.
    #[must_use]
    pub fn with_members(mut self, members: Option<Vec<Related>>) -> Self {
        self.members = members;
        self
    }

    /// This, but nothing has changed.
    #[must_use]
    pub const fn unchanged(mut self) -> Self {
        self.changed = false;
        self
    }
}
