//! Which object of the directory is which object of the target.

use std::collections::BTreeMap;

use scimkit_schema::ResourceId;
use scimkit_store::{StateStore, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    ObjectKind,
    state::{Batch, Rows},
};

/// An object of the target that belongs to an object of the directory, as it was brought over last.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Link {
    pub(crate) kind: ObjectKind,
    #[serde(with = "as_id")]
    pub(crate) target: ResourceId,
    /// What it is called in logs.
    pub(crate) name: Box<str>,
    /// The SHA-256 of the document that was brought over last; empty when the target has to be looked at again.
    pub(crate) document: Box<str>,
    pub(crate) state: LinkState,
    /// The references sent last: the attribute, and the id of the target that it points to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) references: BTreeMap<Box<str>, Box<str>>,
}

/// Whether the object was disabled.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum LinkState {
    Active,
    Disabled,
}

/// All links and memberships of an application, in memory; changes go into a [`Batch`] at the same time.
///
/// Memory and store may differ only until that batch is committed, and a cycle whose commit fails ends.
// INVARIANT: `by_target` holds exactly the links of `by_source`, so that links are unique both ways.
#[derive(Debug, Default)]
pub(crate) struct Links {
    by_source: BTreeMap<Box<str>, Link>,
    by_target: BTreeMap<(ObjectKind, ResourceId), Box<str>>,
    /// By group, the members that the target has of us, by their source ids.
    members: BTreeMap<Box<str>, BTreeMap<Box<str>, Member>>,
}

/// A membership that was sent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Member {
    /// The id of the member in the target.
    pub(crate) target: Box<str>,
    /// Whether the target has it for sure; else a change of it was sent, and nobody knows what became of it.
    pub(crate) is_certain: bool,
}

impl Links {
    pub(crate) async fn load(rows: &Rows, store: &impl StateStore) -> Result<Self, StoreError> {
        let mut links = Self::default();
        for (parts, link) in rows.read_all::<Link>(store, LINK).await? {
            if let [source] = parts.as_slice() {
                links
                    .by_target
                    .insert((link.kind, link.target.clone()), source.clone());
                links.by_source.insert(source.clone(), link);
            }
        }
        for (parts, member) in rows.read_all::<Member>(store, MEMBER).await? {
            if let [group, user] = parts.as_slice() {
                links
                    .members
                    .entry(group.clone())
                    .or_default()
                    .insert(user.clone(), member);
            }
        }
        Ok(links)
    }

    pub(crate) fn of(&self, source: &str) -> Option<&Link> {
        self.by_source.get(source)
    }

    /// The source that an object of the target belongs to.
    pub(crate) fn source_of(&self, kind: ObjectKind, target: &ResourceId) -> Option<&str> {
        self.by_target
            .get(&(kind, target.clone()))
            .map(|source| &**source)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Link)> {
        self.by_source
            .iter()
            .map(|(source, link)| (&**source, link))
    }

    pub(crate) fn count(&self, kind: ObjectKind) -> usize {
        self.by_source
            .values()
            .filter(|link| link.kind == kind)
            .count()
    }

    /// How many memberships the target has of us.
    pub(crate) fn count_members(&self) -> usize {
        self.members.values().map(BTreeMap::len).sum()
    }

    /// The members of a group that the target has of us, or may have, by their source ids.
    pub(crate) fn members_of(&self, group: &str) -> impl Iterator<Item = (&str, &Member)> {
        let members = self.members.get(group).into_iter().flatten();
        members.map(|(source, member)| (&**source, member))
    }

    /// The target id under which a member was sent for sure.
    pub(crate) fn member(&self, group: &str, user: &str) -> Option<&str> {
        let member = self.members.get(group)?.get(user);
        let member = member.filter(|member| member.is_certain)?;
        Some(&member.target)
    }

    /// Adds a link, or replaces the one of this source.
    pub(crate) fn put(
        &mut self,
        source: &str,
        link: Link,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        batch.put(LINK, &[source], &link)?;
        if let Some(before) = self.by_source.get(source) {
            self.by_target.remove(&(before.kind, before.target.clone()));
        }
        self.by_target
            .insert((link.kind, link.target.clone()), source.into());
        self.by_source.insert(source.into(), link);
        Ok(())
    }

    /// Lets the next cycle look at the object in the target again, and make it again if it is gone.
    pub(crate) fn doubt(&mut self, source: &str, batch: &mut Batch) -> Result<(), StoreError> {
        let Some(link) = self.by_source.get(source).cloned() else {
            return Ok(());
        };
        let document = Box::default();
        self.put(source, Link { document, ..link }, batch)
    }

    /// Lets the next cycle look at everything again.
    pub(crate) fn doubt_all(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        for (source, link) in &mut self.by_source {
            link.document = Box::default();
            link.references.clear();
            batch.put(LINK, &[source], link)?;
        }
        for (group, members) in &mut self.members {
            for (user, member) in members {
                member.is_certain = false;
                batch.put(MEMBER, &[group, user], member)?;
            }
        }
        Ok(())
    }

    /// Removes a link with the memberships of its object.
    pub(crate) fn remove(&mut self, source: &str, batch: &mut Batch) {
        if let Some(link) = self.by_source.remove(source) {
            self.by_target.remove(&(link.kind, link.target));
        }
        batch.remove(LINK, &[source]);
        for user in self.members.remove(source).unwrap_or_default().keys() {
            batch.remove(MEMBER, &[source, user]);
        }
        for (group, members) in &mut self.members {
            if members.remove(source).is_some() {
                batch.remove(MEMBER, &[group, source]);
            }
        }
    }

    pub(crate) fn join(
        &mut self,
        group: &str,
        user: &str,
        member: Member,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        batch.put(MEMBER, &[group, user], &member)?;
        self.members
            .entry(group.into())
            .or_default()
            .insert(user.into(), member);
        Ok(())
    }

    pub(crate) fn leave(&mut self, group: &str, user: &str, batch: &mut Batch) {
        batch.remove(MEMBER, &[group, user]);
        if let Some(members) = self.members.get_mut(group) {
            members.remove(user);
        }
    }
}

/// A [`ResourceId`] as its text.
mod as_id {
    use scimkit_schema::ResourceId;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        id: &ResourceId,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(id.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ResourceId, D::Error> {
        ResourceId::new(&Box::<str>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The rooms that links are kept in.
pub(crate) const ROOMS: [&str; 2] = [LINK, MEMBER];

const LINK: &str = "link";
const MEMBER: &str = "member";

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use scimkit_store::MemoryState;

    use super::*;

    fn link(kind: ObjectKind, target: &str) -> Link {
        Link {
            kind,
            target: ResourceId::new(target).unwrap(),
            name: "mira".into(),
            document: "".into(),
            state: LinkState::Active,
            references: BTreeMap::new(),
        }
    }

    fn member(target: &str) -> Member {
        Member {
            target: target.into(),
            is_certain: true,
        }
    }

    fn commit(store: &MemoryState, change: impl FnOnce(&mut Links, &mut Batch)) {
        let rows = Rows::of("netskope");
        let mut links = block_on(Links::load(&rows, store)).unwrap();
        let mut batch = Batch::new(&rows);
        change(&mut links, &mut batch);
        block_on(batch.commit(store)).unwrap();
        let read = block_on(Links::load(&rows, store)).unwrap();
        assert_eq!(read.by_source, links.by_source);
        assert_eq!(read.by_target, links.by_target);
        assert!(links.members.iter().all(|(group, members)| {
            members.is_empty() || read.members.get(group) == Some(members)
        }));
    }

    #[test]
    fn memory_and_store_stay_the_same() {
        let store = MemoryState::new();
        commit(&store, |links, batch| {
            links
                .put("s1", link(ObjectKind::User, "u1"), batch)
                .unwrap();
            links
                .put("s2", link(ObjectKind::User, "u2"), batch)
                .unwrap();
            links
                .put("g1", link(ObjectKind::Group, "u1"), batch)
                .unwrap();
            links.join("g1", "s1", member("u1"), batch).unwrap();
            links.join("g1", "s2", member("u2"), batch).unwrap();
        });
        commit(&store, |links, batch| {
            assert_eq!(
                links.source_of(ObjectKind::User, &ResourceId::new("u1").unwrap()),
                Some("s1")
            );
            assert_eq!(
                links.source_of(ObjectKind::Group, &ResourceId::new("u1").unwrap()),
                Some("g1")
            );
            links
                .put("s1", link(ObjectKind::User, "u9"), batch)
                .unwrap();
            assert_eq!(
                links.source_of(ObjectKind::User, &ResourceId::new("u1").unwrap()),
                None
            );
            links.leave("g1", "s2", batch);
        });
        commit(&store, |links, batch| {
            let members: Vec<_> = links.members_of("g1").collect();
            assert_eq!(members, [("s1", &member("u1"))]);
            links.remove("s1", batch);
            assert_eq!(
                (links.count_members(), links.count(ObjectKind::User)),
                (0, 1)
            );
            links.remove("g1", batch);
        });
        commit(&store, |links, _| assert_eq!(links.iter().count(), 1));
    }
}
