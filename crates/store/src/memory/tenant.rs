use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::{Future, ready},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use scimkit_filter::{MembershipNeed, Related};
use scimkit_patch::MemberChange;
use scimkit_schema::{DateTime, Membership, Name, Resource, ResourceId, SchemaSet, Version};

use crate::{
    Answer, Before, Change, Decision, Document, Draft, Event, EventQuery, Key, Page, Query,
    Relation, Store, StoreError, Stored, UniqueValue, Write, Written, shown_name, unique_values,
};

/// One tenant's resources, members and events in memory. Clones share them.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_schema::SchemaSet;
/// use scimkit_store::{MemoryStore, Query, Store};
///
/// # pollster::block_on(async {
/// let store = MemoryStore::new(Arc::new(SchemaSet::core()));
/// let page = store.query(&Query::new(["User".into()])).await?;
/// assert_eq!(page.total, Some(0));
/// # Ok::<(), scimkit_store::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    schemas: Arc<SchemaSet>,
    contents: Arc<Mutex<Contents>>,
}

#[derive(Default)]
struct Contents {
    resources: BTreeMap<Key, Stored>,
    types: BTreeMap<ResourceId, Name>,
    unique: BTreeMap<(Name, UniqueValue), ResourceId>,
    /// Pairs of group and member, and the same read backwards.
    members: BTreeSet<Pair>,
    groups: BTreeSet<Pair>,
    events: Vec<Event>,
    /// How many events there were before those.
    forgotten: usize,
}

/// Two resources in relation. None as the second sorts before every pair with the same first.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Pair(ResourceId, Option<ResourceId>);

impl Pair {
    fn of(first: &ResourceId, second: &ResourceId) -> Self {
        Self(first.clone(), Some(second.clone()))
    }
}

impl MemoryStore {
    /// An empty tenant with these resource types.
    #[must_use]
    pub fn new(schemas: Arc<SchemaSet>) -> Self {
        Self {
            schemas,
            contents: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unique(&self, type_name: &Name, document: &Resource) -> Vec<(Name, UniqueValue)> {
        let values = self
            .schemas
            .by_name(type_name)
            .map(|known| unique_values(known, document))
            .unwrap_or_default();
        values
            .into_iter()
            .map(|value| (type_name.clone(), value))
            .collect()
    }

    fn apply(&self, write: Write) -> Answer<Written> {
        let mut contents = self.lock();
        let current = contents.resources.get(&write.key).cloned();
        let decision = write.decide(&contents.before(&write, current.as_ref()))?;
        let created = current.as_ref().map(|stored| stored.created.clone());
        let created = created.unwrap_or_else(|| write.event.at.clone());
        let stored = decision.stored(&write, created);
        match (decision.change, current) {
            (Change::Nothing, _) => {}
            (Change::Delete, Some(stored)) => self.delete(&mut contents, stored, &write),
            (_, current) => self.put(&mut contents, &write, &decision, current)?,
        }
        Ok(decision.written(write.key.id).with_stored(stored))
    }

    fn put(
        &self,
        contents: &mut Contents,
        write: &Write,
        decision: &Decision,
        current: Option<Stored>,
    ) -> Answer<()> {
        let (group, at) = (&write.key.id, &write.event.at);
        let mut stored = current.clone().unwrap_or_else(|| Stored {
            key: write.key.clone(),
            version: decision.version.clone(),
            created: at.clone(),
            modified: at.clone(),
            document: Arc::default(),
        });
        if let Document::Put(new) = &write.document {
            self.claim(contents, &write.key, current.as_ref(), new)?;
            stored.document = new.clone();
        }
        stored.version = decision.version.clone();
        stored.modified = at.clone();
        for member in decision.add.keys() {
            contents.members.insert(Pair::of(group, member));
            contents.groups.insert(Pair::of(member, group));
        }
        for member in &decision.remove {
            contents.members.remove(&Pair::of(group, member));
            contents.groups.remove(&Pair::of(member, group));
        }
        contents
            .types
            .insert(group.clone(), write.key.type_name.clone());
        contents.resources.insert(write.key.clone(), stored);
        let mut draft = write.event.clone();
        draft.note_left_out(&decision.left_out);
        let before = current.map(|stored| stored.version);
        contents.log(&write.key, before, Some(decision.version.clone()), draft);
        Ok(())
    }

    /// Moves the unique values of a resource from its old document to its new one, or changes nothing.
    fn claim(
        &self,
        contents: &mut Contents,
        key: &Key,
        old: Option<&Stored>,
        new: &Resource,
    ) -> Answer<()> {
        let wanted = self.unique(&key.type_name, new);
        if let Some(taken) = wanted.iter().find(|value| {
            contents
                .unique
                .get(value)
                .is_some_and(|owner| *owner != key.id)
        }) {
            return Err(StoreError::Taken {
                path: taken.1.path.clone(),
            });
        }
        for value in old
            .map(|old| self.unique(&key.type_name, &old.document))
            .unwrap_or_default()
        {
            contents.unique.remove(&value);
        }
        contents
            .unique
            .extend(wanted.into_iter().map(|value| (value, key.id.clone())));
        Ok(())
    }

    fn delete(&self, contents: &mut Contents, stored: Stored, write: &Write) {
        let id = &stored.key.id;
        for value in self.unique(&stored.key.type_name, &stored.document) {
            contents.unique.remove(&value);
        }
        for group in pairs_of(&contents.groups, id).cloned().collect::<Vec<_>>() {
            contents.members.remove(&Pair::of(&group, id));
            contents.groups.remove(&Pair::of(id, &group));
            contents.bump(&group, &write.event.at);
        }
        for member in pairs_of(&contents.members, id).cloned().collect::<Vec<_>>() {
            contents.members.remove(&Pair::of(id, &member));
            contents.groups.remove(&Pair::of(&member, id));
        }
        contents.types.remove(id);
        contents.resources.remove(&stored.key);
        contents.log(&stored.key, Some(stored.version), None, write.event.clone());
    }

    fn select(&self, query: &Query) -> Answer<Page> {
        let contents = self.lock();
        let mut looked_at = 0_usize;
        let candidates = query.types.iter().flat_map(|name| contents.of_type(name));
        let matching = candidates.filter_map(|stored| {
            looked_at += 1;
            if looked_at > query.budget {
                return Some(Err(StoreError::TooMuch {
                    budget: query.budget,
                }));
            }
            let Some(filter) = &query.filter else {
                return Some(Ok(stored.clone()));
            };
            let membership = self
                .schemas
                .by_name(&stored.key.type_name)
                .and_then(|known| known.membership());
            let related = contents.related(&stored.key.id, membership, &filter.needs());
            filter
                .matches(&stored.candidate(&related))
                .then(|| Ok(stored.clone()))
        });
        query.select(matching)
    }
}

impl Contents {
    fn of_type(&self, name: &Name) -> impl Iterator<Item = &Stored> {
        let name = name.clone();
        self.resources
            .values()
            .filter(move |stored| stored.key.type_name == name)
    }

    fn related(
        &self,
        id: &ResourceId,
        membership: Option<Membership>,
        need: &MembershipNeed,
    ) -> Vec<Related> {
        let pairs = match membership {
            Some(Membership::Group) => &self.members,
            Some(Membership::Member) => &self.groups,
            None => return Vec::new(),
        };
        let wanted: Vec<&ResourceId> = match need {
            MembershipNeed::Nothing => Vec::new(),
            MembershipNeed::These(ids) => ids
                .iter()
                .filter(|other| pairs.contains(&Pair::of(id, other)))
                .collect(),
            MembershipNeed::Any => pairs_of(pairs, id).take(1).collect(),
            MembershipNeed::All => pairs_of(pairs, id).collect(),
        };
        wanted
            .into_iter()
            .filter_map(|other| self.describe(other))
            .collect()
    }

    fn describe(&self, id: &ResourceId) -> Option<Related> {
        let type_name = self.types.get(id)?.clone();
        let stored = self
            .resources
            .get(&Key::new(type_name.clone(), id.clone()))?;
        Some(Related {
            id: id.clone(),
            type_name,
            display: shown_name(&stored.document),
        })
    }

    fn bump(&mut self, group: &ResourceId, at: &DateTime) {
        let Some(type_name) = self.types.get(group).cloned() else {
            return;
        };
        if let Some(stored) = self.resources.get_mut(&Key::new(type_name, group.clone())) {
            stored.version = Version::from_number(stored.version.number().unwrap_or(0) + 1);
            stored.modified = at.clone();
        }
    }

    /// What the decision on a write depends on.
    fn before(&self, write: &Write, current: Option<&Stored>) -> Before {
        let group = &write.key.id;
        let mut before = Before {
            version: current.map(|stored| stored.version.clone()),
            document: current.map(|stored| stored.document.clone()),
            ..Before::default()
        };
        let is_member = |id: &&ResourceId| self.members.contains(&Pair::of(group, id));
        let wanted = match &write.members {
            MemberChange::None => return before,
            MemberChange::Delta { add, remove } => {
                let named = add.iter().chain(remove).filter(is_member);
                before.members = named.cloned().collect();
                add
            }
            MemberChange::Exactly(ids) => {
                before.members = pairs_of(&self.members, group).cloned().collect();
                ids
            }
        };
        let known = wanted.iter().filter_map(|id| self.types.get_key_value(id));
        before.types = known.map(|(id, kind)| (id.clone(), kind.clone())).collect();
        before
    }

    fn log(&mut self, key: &Key, before: Option<Version>, after: Option<Version>, draft: Draft) {
        self.events.push(Event {
            seq: (self.forgotten + self.events.len()) as u64 + 1,
            key: key.clone(),
            before,
            after,
            draft,
        });
    }
}

fn pairs_of<'a>(
    pairs: &'a BTreeSet<Pair>,
    first: &'a ResourceId,
) -> impl Iterator<Item = &'a ResourceId> {
    let begin = Pair(first.clone(), None);
    pairs
        .range(begin..)
        .take_while(move |pair| pair.0 == *first)
        .filter_map(|pair| pair.1.as_ref())
}

impl Store for MemoryStore {
    fn get(&self, key: &Key) -> impl Future<Output = Answer<Option<Stored>>> + Send {
        ready(Ok(self.lock().resources.get(key).cloned()))
    }

    fn query(&self, query: &Query) -> impl Future<Output = Answer<Page>> + Send {
        ready(self.select(query))
    }

    fn write(&self, write: Write) -> impl Future<Output = Answer<Written>> + Send {
        ready(self.apply(write))
    }

    fn members(
        &self,
        of: &Relation,
        after: Option<&ResourceId>,
        limit: usize,
    ) -> impl Future<Output = Answer<Vec<Related>>> + Send {
        let contents = self.lock();
        let ids: Vec<ResourceId> = match of {
            Relation::MembersOf(group) => pairs_of(&contents.members, group).cloned().collect(),
            Relation::GroupsOf(member) => pairs_of(&contents.groups, member).cloned().collect(),
            Relation::Among { group, ids } => {
                let mut found: Vec<_> = ids
                    .iter()
                    .filter(|id| contents.members.contains(&Pair::of(group, id)))
                    .cloned()
                    .collect();
                found.sort();
                found.dedup();
                found
            }
        };
        let page = ids
            .iter()
            .filter(|id| after.is_none_or(|after| *id > after))
            .take(limit);
        ready(Ok(page.filter_map(|id| contents.describe(id)).collect()))
    }

    fn events(&self, query: &EventQuery) -> impl Future<Output = Answer<Vec<Event>>> + Send {
        let contents = self.lock();
        let first = usize::try_from(query.after).unwrap_or(usize::MAX);
        let wanted = contents
            .events
            .iter()
            .skip(first.saturating_sub(contents.forgotten));
        let wanted = wanted.filter(|event| query.matches(event));
        ready(Ok(wanted.take(query.limit).cloned().collect()))
    }

    fn forget_events(&self, before: &DateTime) -> impl Future<Output = Answer<u64>> + Send {
        let mut contents = self.lock();
        let old = contents
            .events
            .iter()
            .take_while(|event| event.draft.at < *before)
            .count();
        contents.events.drain(..old);
        contents.forgotten += old;
        ready(Ok(old as u64))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("resources", &self.lock().resources.len())
            .finish_non_exhaustive()
    }
}
