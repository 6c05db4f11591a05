//! What a tenant is, in the plainest way: a map, a set and a list, and every question answered by looking at everything.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use scimkit::{
    filter::Related,
    patch::MemberChange,
    schema::{DateTime, Resource, ResourceId, Version},
    store::{
        Document, Event, Expect, Key, Relation, StoreError, Stored, UnknownMembers, Write, Written,
    },
};

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    resources: BTreeMap<Key, Stored>,
    /// Groups with their members.
    members: BTreeSet<(ResourceId, ResourceId)>,
    events: Vec<Event>,
}

/// What came of a write: the answer, or what the refusal says.
pub(crate) type Came = Result<Written, String>;

impl Model {
    pub(crate) fn get(&self, key: &Key) -> Option<&Stored> {
        self.resources.get(key)
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = &Stored> {
        self.resources.values()
    }

    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    pub(crate) fn write(&mut self, write: &Write) -> Came {
        let refused = |error: StoreError| Err(error.to_string());
        let before = self.resources.get(&write.key).cloned();
        let is_put = matches!(write.document, Document::Put(_));
        match (&write.expect, &before) {
            (Expect::Absent, Some(_)) => return refused(StoreError::Stale),
            (Expect::Exists | Expect::Version(_), None) => return refused(StoreError::Gone),
            (Expect::Version(wanted), Some(present)) if *wanted != present.version => {
                return refused(StoreError::Stale);
            }
            (Expect::Absent, None) if !is_put => return refused(StoreError::Gone),
            _ => {}
        }
        if let (Document::Delete, Some(stored)) = (&write.document, &before) {
            return Ok(self.delete(stored, write));
        }
        let group = &write.key.id;
        let members = self.members_of(group);
        let (wanted, removed, mut after) = match &write.members {
            MemberChange::None => (&[][..], &[][..], members.clone()),
            MemberChange::Delta { add, remove } => (&add[..], &remove[..], members.clone()),
            MemberChange::Exactly(ids) => (&ids[..], &[][..], BTreeSet::new()),
        };
        let is_known = |id: &&ResourceId| *id == group || self.named(id).is_some();
        let (known, unknown): (Vec<_>, Vec<_>) = wanted.iter().partition(is_known);
        after.extend(known.iter().map(|id| (*id).clone()));
        after.retain(|id| !removed.contains(id));
        if let Some(first) = unknown.first() {
            let is_empty = known.is_empty() && after == members && !is_put;
            if is_empty || write.unknown_members == UnknownMembers::Refuse {
                return refused(StoreError::NoSuchMember((*first).clone()));
            }
        }
        let document = match (&write.document, &before) {
            (Document::Put(new), _) => new.clone(),
            (_, Some(stored)) => stored.document.clone(),
            (_, None) => Arc::default(),
        };
        if let Some(path) = self.taken(&write.key, &document) {
            return refused(StoreError::Taken { path: path.into() });
        }
        let unknown: Vec<_> = unknown.into_iter().cloned().collect();
        let mut written = Written::new(group.clone(), Version::from_number(1));
        written.left_out.clone_from(&unknown);
        if let Some(stored) = &before {
            if stored.document == document && after == members {
                written.version = stored.version.clone();
                return Ok(written.unchanged());
            }
            written.version = next(&stored.version);
        }
        let at = &write.event.at;
        let stored = Stored {
            key: write.key.clone(),
            version: written.version.clone(),
            created: before.as_ref().map_or(at, |stored| &stored.created).clone(),
            modified: at.clone(),
            document,
        };
        self.resources.insert(write.key.clone(), stored);
        self.members.retain(|(of, _)| of != group);
        self.members
            .extend(after.into_iter().map(|id| (group.clone(), id)));
        let mut draft = write.event.clone();
        draft.note_left_out(&unknown);
        let before = before.map(|stored| stored.version);
        self.log(write, before, Some(written.version.clone()), draft);
        Ok(written)
    }

    /// One side of the membership relation.
    pub(crate) fn related(&self, of: &Relation) -> Vec<Related> {
        let ids: BTreeSet<_> = match of {
            Relation::MembersOf(group) => self.members_of(group),
            Relation::GroupsOf(member) => self.groups_of(member),
            Relation::Among { group, ids } => {
                let mut members = self.members_of(group);
                members.retain(|id| ids.contains(id));
                members
            }
        };
        let related = |id: ResourceId| {
            let stored = self.named(&id)?;
            Some(Related {
                type_name: stored.key.type_name.clone(),
                display: stored.document.text("displayName").map(Into::into),
                id,
            })
        };
        ids.into_iter().map(|id| related(id).unwrap()).collect()
    }

    fn delete(&mut self, stored: &Stored, write: &Write) -> Written {
        let id = &stored.key.id;
        for group in self.groups_of(id) {
            let key = self.named(&group).unwrap().key.clone();
            let group = self.resources.get_mut(&key).unwrap();
            group.version = next(&group.version);
            group.modified = write.event.at.clone();
        }
        self.members
            .retain(|(group, member)| group != id && member != id);
        self.resources.remove(&stored.key);
        let version = stored.version.clone();
        self.log(write, Some(version.clone()), None, write.event.clone());
        Written::new(id.clone(), version)
    }

    fn log(
        &mut self,
        write: &Write,
        before: Option<Version>,
        after: Option<Version>,
        draft: scimkit::store::Draft,
    ) {
        let number = self.events.len() as u64 + 1;
        let event = Event::new(number, write.key.clone(), before, after, draft);
        self.events.push(event);
    }

    /// The attribute whose value another resource has.
    fn taken(&self, key: &Key, document: &Resource) -> Option<&'static str> {
        let path = if key.type_name == "User" {
            "userName"
        } else {
            "displayName"
        };
        let name = |document: &Resource| document.text(path).map(folded);
        let others = self
            .resources()
            .filter(|other| other.key.type_name == key.type_name && other.key != *key);
        let mut names = others.map(|other| name(&other.document));
        let wanted = name(document)?;
        names
            .any(|name| name.as_deref() == Some(&*wanted))
            .then_some(path)
    }

    fn named(&self, id: &ResourceId) -> Option<&Stored> {
        self.resources().find(|stored| stored.key.id == *id)
    }

    fn members_of(&self, id: &ResourceId) -> BTreeSet<ResourceId> {
        let pairs = self.members.iter().filter(|(group, _)| group == id);
        pairs.map(|(_, member)| member.clone()).collect()
    }

    fn groups_of(&self, id: &ResourceId) -> BTreeSet<ResourceId> {
        let pairs = self.members.iter().filter(|(_, member)| member == id);
        pairs.map(|(group, _)| group.clone()).collect()
    }
}

/// What comparisons that ignore case see, as far as names of these tests go.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss")
}

pub(crate) fn at(second: i64) -> DateTime {
    DateTime::from_unix_micros(1_767_600_000_000_000).plus_seconds(second)
}

fn next(version: &Version) -> Version {
    Version::from_number(version.number().unwrap() + 1)
}
