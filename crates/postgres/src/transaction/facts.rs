mod differences;
mod log;
mod wanted;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::join;
use scimkit_patch::MemberChange;
use scimkit_schema::{DateTime, Name, Resource, ResourceId, Version};
use scimkit_sql::{Entry, Indexed, Indexes, codec};
use scimkit_store::{Answer, Before, Change, Decision, Document, Key, StoreError, Write, Written};
use tokio_postgres::Row;

pub(super) use self::log::Log;
use self::wanted::Wanted;
use super::tracked::Tracked;
use crate::{
    error::Trouble,
    session::Session,
    store::rows::{column, id},
};

/// What some writes depend on, as it is in the database and as the writes change it.
pub(super) struct Facts<'a> {
    indexes: &'a Indexes,
    resources: Tracked<Key, Known>,
    owners: Tracked<(Name, Entry), ResourceId>,
    values: Tracked<(Name, Entry, ResourceId), ()>,
    members: Tracked<Pair, Membership>,
    types: BTreeMap<ResourceId, Name>,
    /// The resource that the wave deletes, and when.
    deleted: Option<(Key, i64)>,
    groups_of_deleted: Vec<Key>,
}

/// A group and its member. None sorts before every member.
type Pair = (ResourceId, Option<ResourceId>);

/// What is known of a resource.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    version: i64,
    created: i64,
    /// When it was last changed here; the database may know of an earlier time.
    modified: i64,
    /// Loaded only where a write looks at it.
    document: Option<Arc<Resource>>,
    /// Whether the document was changed here.
    is_put: bool,
}

/// What stands beside a membership; of those that were loaded nobody asks for it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Membership {
    kind: Option<Name>,
    seq: i64,
}

impl<'a> Facts<'a> {
    /// Reads what the writes depend on. Every request goes out when this is first polled.
    pub(super) async fn load(
        session: &Session,
        tid: i64,
        indexes: &'a Indexes,
        writes: &[Write],
    ) -> Result<Self, Trouble> {
        let wanted = Wanted::by(indexes, writes);
        let (resources, owners, pairs, groups, types, groups_of_deleted) = join!(
            wanted.resources(session, tid),
            wanted.owners(session, tid),
            wanted.members(session, tid),
            wanted.all_members(session, tid),
            wanted.types(session, tid),
            wanted.groups_of_deleted(session, tid)
        );
        let mut facts = Self {
            indexes,
            resources: Tracked::default(),
            owners: Tracked::default(),
            values: Tracked::default(),
            members: Tracked::default(),
            types: BTreeMap::new(),
            deleted: None,
            groups_of_deleted: Vec::new(),
        };
        for row in groups_of_deleted? {
            let key = facts.learn_resource(&row, None)?;
            facts.groups_of_deleted.push(key);
        }
        for row in resources? {
            facts.learn_resource(&row, column(&row, 4)?)?;
        }
        for row in owners? {
            if let Some((name, entry)) = wanted.unique_at(column(&row, 0)?) {
                let owner = id(column(&row, 1)?)?;
                facts.owners.learn((name.clone(), entry.clone()), owner);
            }
        }
        for row in pairs?.into_iter().chain(groups?) {
            let pair = (id(column(&row, 0)?)?, Some(id(column(&row, 1)?)?));
            facts.members.learn(pair, Membership::default());
        }
        for row in types? {
            facts
                .types
                .insert(id(column(&row, 0)?)?, column::<&str>(&row, 1)?.into());
        }
        Ok(facts)
    }

    /// Type, id, version, created.
    fn learn_resource(&mut self, row: &Row, document: Option<&str>) -> Result<Key, Trouble> {
        let name = Name::from(column::<&str>(row, 0)?);
        let key = Key::new(name, id(column(row, 1)?)?);
        let document = match document {
            Some(text) => {
                let resource_type = self
                    .indexes
                    .schemas()
                    .by_name(&key.type_name)
                    .map(|known| &**known);
                Some(Arc::new(codec::read_document(resource_type, text)?))
            }
            None => None,
        };
        if let Some(document) = &document {
            let was = indexed(self.indexes, &key.type_name, document);
            for entry in was.unique {
                self.owners
                    .learn((key.type_name.clone(), entry), key.id.clone());
            }
            for entry in was.values {
                self.values
                    .learn((key.type_name.clone(), entry, key.id.clone()), ());
            }
        }
        let known = Known {
            version: column(row, 2)?,
            created: column(row, 3)?,
            modified: 0,
            document,
            is_put: false,
        };
        self.resources.learn(key.clone(), known);
        Ok(key)
    }

    /// Decides a write and notes what it changes, or nothing if it is refused.
    pub(super) fn apply(&mut self, write: &Write, log: &mut Log) -> Answer<Written> {
        let known = self.resources.get(&write.key).cloned();
        let before = self.before(write, known.as_ref());
        let decision = write.decide(&before)?;
        let after = match decision.change {
            Change::Nothing => return Ok(decision.written(write.key.id.clone())),
            Change::Delete => {
                self.delete(write, known.as_ref());
                None
            }
            Change::Create | Change::Replace | Change::Members => {
                self.put(write, &decision, known.as_ref(), log.next())?;
                Some(&decision.version)
            }
        };
        log.add(write, before.version.as_ref(), after, &decision.left_out);
        let created = known.map_or_else(
            || write.event.at.clone(),
            |known| DateTime::from_unix_micros(known.created),
        );
        let stored = decision.stored(write, created);
        Ok(decision.written(write.key.id.clone()).with_stored(stored))
    }

    fn before(&self, write: &Write, known: Option<&Known>) -> Before {
        let group = &write.key.id;
        let is_member =
            |id: &&ResourceId| self.members.contains(&(group.clone(), Some((*id).clone())));
        let (members, wanted) = match &write.members {
            MemberChange::None => (BTreeSet::new(), [].as_slice()),
            MemberChange::Delta { add, remove } => {
                let named = add.iter().chain(remove).filter(is_member);
                (named.cloned().collect(), add.as_slice())
            }
            MemberChange::Exactly(ids) => {
                let all = self.members_of(group).cloned();
                (all.collect(), ids.as_slice())
            }
        };
        let types = wanted.iter().filter_map(|id| self.types.get_key_value(id));
        Before {
            version: known.map(|known| Version::from_number(known.version.unsigned_abs())),
            document: known.and_then(|known| known.document.clone()),
            members,
            types: types.map(|(id, kind)| (id.clone(), kind.clone())).collect(),
            ..Before::default()
        }
    }

    fn members_of<'b>(&'b self, group: &'b ResourceId) -> impl Iterator<Item = &'b ResourceId> {
        let pairs = self.members.from((group.clone(), None));
        pairs.map_while(move |((of, member), _)| member.as_ref().filter(|_| of == group))
    }

    fn put(
        &mut self,
        write: &Write,
        decision: &Decision,
        known: Option<&Known>,
        seq: i64,
    ) -> Answer<()> {
        let (name, id) = (&write.key.type_name, &write.key.id);
        let mut next = known.cloned().unwrap_or_else(|| Known {
            version: 0,
            created: write.event.at.unix_micros(),
            modified: 0,
            document: None,
            is_put: false,
        });
        if let Document::Put(new) = &write.document {
            let old = known.and_then(|known| known.document.as_deref());
            self.move_values(&write.key, old, Some(new))?;
            next.document = Some(new.clone());
            next.is_put = true;
        }
        next.version += 1;
        next.modified = write.event.at.unix_micros();
        self.resources.put(write.key.clone(), next);
        self.types.insert(id.clone(), name.clone());
        for (member, kind) in &decision.add {
            let kind = Some(kind.clone());
            self.members
                .put((id.clone(), Some(member.clone())), Membership { kind, seq });
        }
        for member in &decision.remove {
            self.members.remove(&(id.clone(), Some(member.clone())));
        }
        Ok(())
    }

    fn delete(&mut self, write: &Write, known: Option<&Known>) {
        let old = known.and_then(|known| known.document.as_deref());
        // Nothing is taken, so nothing is refused.
        let _ = self.move_values(&write.key, old, None);
        let at = write.event.at.unix_micros();
        for group in std::mem::take(&mut self.groups_of_deleted) {
            if let Some(known) = self.resources.get(&group).filter(|_| group != write.key) {
                let mut next = known.clone();
                next.version += 1;
                next.modified = at;
                self.resources.put(group, next);
            }
        }
        self.deleted = Some((write.key.clone(), at));
    }

    /// Moves what stands beside a document from the old one to the new one, or nothing if a value is taken.
    fn move_values(
        &mut self,
        key: &Key,
        old: Option<&Resource>,
        new: Option<&Resource>,
    ) -> Answer<()> {
        let of = |document: Option<&Resource>| {
            document
                .map(|document| indexed(self.indexes, &key.type_name, document))
                .unwrap_or_default()
        };
        let (was, is) = (of(old), of(new));
        let named = |entry: &Entry| (key.type_name.clone(), entry.clone());
        for entry in &is.unique {
            if self
                .owners
                .get(&named(entry))
                .is_some_and(|owner| *owner != key.id)
            {
                return Err(StoreError::Taken {
                    path: entry.path.clone(),
                });
            }
        }
        for entry in was.unique.difference(&is.unique) {
            self.owners.remove(&named(entry));
        }
        for entry in is.unique.difference(&was.unique) {
            self.owners.put(named(entry), key.id.clone());
        }
        let indexed = |entry: &Entry| (key.type_name.clone(), entry.clone(), key.id.clone());
        for entry in was.values.difference(&is.values) {
            self.values.remove(&indexed(entry));
        }
        for entry in is.values.difference(&was.values) {
            self.values.put(indexed(entry), ());
        }
        Ok(())
    }
}

fn indexed(indexes: &Indexes, name: &Name, document: &Resource) -> Indexed {
    Indexed::of(indexes, name, document)
}
