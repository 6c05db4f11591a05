use std::collections::{BTreeMap, BTreeSet};

use scimkit_patch::MemberChange;
use scimkit_schema::{Name, ResourceId};
use scimkit_sql::{Entry, Indexes, postgres};
use scimkit_store::{Document, Key, Write};
use tokio_postgres::Row;

use super::indexed;
use crate::{error::Trouble, session::Session};

/// What must be read for some writes.
#[derive(Default)]
pub(super) struct Wanted<'a> {
    /// Keys, and whether their documents are wanted.
    resources: BTreeMap<&'a Key, bool>,
    unique: Vec<(&'a Name, Entry)>,
    pairs: BTreeSet<(&'a ResourceId, &'a ResourceId)>,
    groups: BTreeSet<&'a ResourceId>,
    types: BTreeSet<&'a ResourceId>,
    deleted: Option<&'a ResourceId>,
}

impl<'a> Wanted<'a> {
    pub(super) fn by(indexes: &Indexes, writes: &'a [Write]) -> Self {
        let mut wanted = Self::default();
        for write in writes {
            let (key, group) = (&write.key, &write.key.id);
            *wanted.resources.entry(key).or_default() |= !matches!(write.document, Document::Keep);
            if matches!(write.document, Document::Delete) {
                wanted.deleted = Some(&key.id);
            }
            if let Document::Put(new) = &write.document {
                let unique = indexed(indexes, &key.type_name, new).unique.into_iter();
                wanted
                    .unique
                    .extend(unique.map(|entry| (&key.type_name, entry)));
            }
            match &write.members {
                MemberChange::None => {}
                MemberChange::Delta { add, remove } => {
                    wanted
                        .pairs
                        .extend(add.iter().chain(remove).map(|member| (group, member)));
                    wanted.types.extend(add);
                }
                MemberChange::Exactly(ids) => {
                    wanted.groups.insert(group);
                    wanted.types.extend(ids);
                }
            }
        }
        wanted
    }

    /// The unique value that was asked about at a place, from 1.
    pub(super) fn unique_at(&self, place: i64) -> Option<(&'a Name, &Entry)> {
        let place = usize::try_from(place).ok()?.checked_sub(1)?;
        self.unique.get(place).map(|(name, entry)| (*name, entry))
    }

    pub(super) async fn resources(&self, session: &Session, tid: i64) -> Result<Vec<Row>, Trouble> {
        let keys = &self.resources;
        let names: Vec<_> = keys.keys().map(|key| key.type_name.as_str()).collect();
        let ids: Vec<_> = keys.keys().map(|key| key.id.as_str()).collect();
        let documents: Vec<_> = keys.values().copied().collect();
        session
            .query(
                postgres::RESOURCES_BEFORE,
                &[&tid, &names, &ids, &documents],
            )
            .await
    }

    pub(super) async fn owners(&self, session: &Session, tid: i64) -> Result<Vec<Row>, Trouble> {
        if self.unique.is_empty() {
            return Ok(Vec::new());
        }
        let unique = &self.unique;
        let names: Vec<_> = unique.iter().map(|(name, _)| name.as_str()).collect();
        let paths: Vec<_> = unique.iter().map(|(_, entry)| &*entry.path).collect();
        let values: Vec<_> = unique
            .iter()
            .map(|(_, entry)| entry.key.as_bytes())
            .collect();
        session
            .query(postgres::OWNERS_BEFORE, &[&tid, &names, &paths, &values])
            .await
    }

    pub(super) async fn members(&self, session: &Session, tid: i64) -> Result<Vec<Row>, Trouble> {
        if self.pairs.is_empty() {
            return Ok(Vec::new());
        }
        let groups: Vec<_> = self.pairs.iter().map(|(group, _)| group.as_str()).collect();
        let members: Vec<_> = self
            .pairs
            .iter()
            .map(|(_, member)| member.as_str())
            .collect();
        session
            .query(postgres::MEMBERS_BEFORE, &[&tid, &groups, &members])
            .await
    }

    pub(super) async fn all_members(
        &self,
        session: &Session,
        tid: i64,
    ) -> Result<Vec<Row>, Trouble> {
        if self.groups.is_empty() {
            return Ok(Vec::new());
        }
        let groups: Vec<_> = self.groups.iter().map(|group| group.as_str()).collect();
        session
            .query(postgres::ALL_MEMBERS_BEFORE, &[&tid, &groups])
            .await
    }

    pub(super) async fn groups_of_deleted(
        &self,
        session: &Session,
        tid: i64,
    ) -> Result<Vec<Row>, Trouble> {
        let Some(deleted) = self.deleted else {
            return Ok(Vec::new());
        };
        session
            .query(postgres::GROUPS_BEFORE, &[&tid, &deleted.as_str()])
            .await
    }

    pub(super) async fn types(&self, session: &Session, tid: i64) -> Result<Vec<Row>, Trouble> {
        if self.types.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = self.types.iter().map(|id| id.as_str()).collect();
        session.query(postgres::TYPES_BEFORE, &[&tid, &ids]).await
    }
}
