use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scimkit_patch::MemberChange;
use scimkit_schema::{DateTime, Name, Resource, ResourceId, Version};

use crate::{Answer, Document, Expect, StoreError, Stored, UnknownMembers, Write, Written};

/// What is so before a write, as far as the write depends on it. A store reads it in the transaction that writes.
///
/// ```
/// use scimkit_patch::MemberChange;
/// use scimkit_schema::{DateTime, ResourceId, Version};
/// use scimkit_store::{Action, Before, Change, Document, Draft, Expect, Key, Write};
///
/// let mira = ResourceId::new("mira")?;
/// let crew = Key::new("Group".into(), ResourceId::new("crew")?);
/// let event = Draft::new(DateTime::from_unix_micros(0), "example", Action::Patch);
/// let write = Write::new(crew, Expect::Exists, Document::Keep, event)
///     .with_members(MemberChange::Delta { add: vec![mira.clone()], remove: vec![] });
/// let mut before = Before { version: Some(Version::from_number(1)), ..Before::default() };
/// assert!(write.decide(&before).is_err(), "nobody knows the member");
/// before.types.insert(mira, "User".into());
/// let decision = write.decide(&before)?;
/// assert_eq!((decision.change, decision.version), (Change::Members, Version::from_number(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// The version of the resource; none when there is no such resource.
    pub version: Option<Version>,
    /// Its document. Nobody asks for it unless the write puts one.
    pub document: Option<Arc<Resource>>,
    /// Which of the ids that the write names are members; every member where the write sets them exactly.
    pub members: BTreeSet<ResourceId>,
    /// The types of those to be added, as far as the tenant knows them. Nobody asks for the types of members.
    pub types: BTreeMap<ResourceId, Name>,
    /// What people call those to be added, where the store knows it without another look.
    pub displays: BTreeMap<ResourceId, Box<str>>,
}

/// What a write comes to: the part that every store decides alike. What is left to the store is who has a unique value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// What happens to the resource.
    pub change: Change,
    /// The version after the write; for a deletion the last one there was.
    pub version: Version,
    /// Who becomes a member, with their types.
    pub add: BTreeMap<ResourceId, Name>,
    /// Who is a member no longer.
    pub remove: BTreeSet<ResourceId>,
    /// Who was to be added and is unknown to the tenant.
    pub left_out: Vec<ResourceId>,
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// Nothing: there is no new version, and no event.
    Nothing,
    /// It comes to be.
    Create,
    /// It gets another document.
    Replace,
    /// It keeps its document; its members change.
    Members,
    /// It goes.
    Delete,
}

impl Write {
    /// Decides the write.
    ///
    /// # Errors
    /// [`StoreError::Gone`] and [`StoreError::Stale`] when it expects something else; [`StoreError::NoSuchMember`] as its
    /// [`UnknownMembers`] say.
    pub fn decide(&self, before: &Before) -> Answer<Decision> {
        self.expect.check(before.version.as_ref())?;
        let (add, remove, left_out) = self.members_changed(before)?;
        let change = match (&self.document, &before.version) {
            (Document::Put(_), None) => Change::Create,
            (Document::Keep | Document::Delete, None) => return Err(StoreError::Gone),
            (Document::Delete, Some(_)) => Change::Delete,
            (Document::Put(new), Some(_)) if before.document.as_ref() != Some(new) => {
                Change::Replace
            }
            (Document::Put(_) | Document::Keep, Some(_)) if add.is_empty() && remove.is_empty() => {
                Change::Nothing
            }
            (Document::Put(_) | Document::Keep, Some(_)) => Change::Members,
        };
        let last = before
            .version
            .as_ref()
            .and_then(Version::number)
            .unwrap_or(0);
        let kept = matches!(change, Change::Nothing | Change::Delete);
        Ok(Decision {
            change,
            version: Version::from_number(if kept { last } else { last + 1 }),
            add,
            remove,
            left_out,
        })
    }

    /// Who comes, who goes, and who cannot come.
    #[expect(clippy::type_complexity, reason = "three fields of a decision")]
    fn members_changed(
        &self,
        before: &Before,
    ) -> Answer<(
        BTreeMap<ResourceId, Name>,
        BTreeSet<ResourceId>,
        Vec<ResourceId>,
    )> {
        let (wanted, remove): (_, BTreeSet<_>) = match &self.members {
            // What goes takes its memberships along, whatever is said of them.
            _ if matches!(self.document, Document::Delete) => return Ok(Default::default()),
            MemberChange::None => return Ok(Default::default()),
            MemberChange::Delta { add, remove } => {
                let remove = remove.iter().filter(|id| before.members.contains(id));
                (add, remove.cloned().collect())
            }
            MemberChange::Exactly(ids) => {
                let stay: BTreeSet<_> = ids.iter().collect();
                let remove = before.members.iter().filter(|id| !stay.contains(id));
                (ids, remove.cloned().collect())
            }
        };
        let mut add = BTreeMap::new();
        let mut left_out = Vec::new();
        let mut is_there = false;
        for id in wanted {
            if before.members.contains(id) {
                is_there = true;
            } else if let Some(kind) = before.types.get(id) {
                add.insert(id.clone(), kind.clone());
            } else if *id == self.key.id {
                // A group may be a member of itself, even in the write that makes it.
                add.insert(id.clone(), self.key.type_name.clone());
            } else {
                left_out.push(id.clone());
            }
        }
        if let Some(first) = left_out.first() {
            let nothing_else = !is_there
                && add.is_empty()
                && remove.is_empty()
                && matches!(self.document, Document::Keep);
            if self.unknown_members == UnknownMembers::Refuse || nothing_else {
                return Err(StoreError::NoSuchMember(first.clone()));
            }
        }
        Ok((add, remove, left_out))
    }
}

impl Decision {
    /// The resource as the write leaves it, if the write gives it a document.
    #[must_use]
    pub fn stored(&self, write: &Write, created: DateTime) -> Option<Stored> {
        let Document::Put(document) = &write.document else {
            return None;
        };
        matches!(self.change, Change::Create | Change::Replace).then(|| Stored {
            key: write.key.clone(),
            version: self.version.clone(),
            created,
            modified: write.event.at.clone(),
            document: document.clone(),
        })
    }

    /// The answer to whoever asked for the write.
    #[must_use]
    pub fn written(self, id: ResourceId) -> Written {
        Written {
            id,
            version: self.version,
            changed: self.change != Change::Nothing,
            left_out: self.left_out,
            stored: None,
            members: None,
        }
    }
}

impl Expect {
    /// Holds the expectation against the version that there is.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when a resource was expected, [`StoreError::Stale`] when none was or another version.
    pub fn check(&self, present: Option<&Version>) -> Answer<()> {
        match (self, present) {
            (Self::Absent, None) | (Self::Exists, Some(_)) => Ok(()),
            (Self::Version(wanted), Some(present)) if wanted == present => Ok(()),
            (Self::Exists | Self::Version(_), None) => Err(StoreError::Gone),
            (Self::Absent | Self::Version(_), Some(_)) => Err(StoreError::Stale),
        }
    }
}

#[cfg(test)]
mod tests;
