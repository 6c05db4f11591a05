//! What has changed, as arrays for the database.

use std::collections::BTreeMap;

use futures_util::join;
use scimkit_schema::ResourceId;
use scimkit_sql::{Entry, ValueKey, codec, postgres, statements::with_dollars as statements};
use tokio_postgres::Row;

use super::{Facts, indexed};
use crate::{
    error::Trouble,
    session::{Session, With, in_order},
    store::rows::plain,
};

impl Facts<'_> {
    /// Writes what has changed. Every request goes out when this is first polled.
    pub(in crate::transaction) async fn store(
        &self,
        session: &Session,
        tid: i64,
    ) -> Result<(), Trouble> {
        let (released, claimed, unindexed, indexed, put, bumped, counted, removed, added, deleted) = join!(
            self.release(session, tid),
            self.claim(session, tid),
            self.unindex(session, tid),
            self.index(session, tid),
            self.put_resources(session, tid),
            self.bump_resources(session, tid),
            self.count(session, tid),
            self.remove_members(session, tid),
            self.add_members(session, tid),
            self.delete_resource(session, tid)
        );
        released.and(claimed).and(unindexed).and(indexed)?;
        put.and(bumped).and(counted)?;
        removed.and(added).and(deleted)
    }

    async fn release(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let mut gone: BTreeMap<(&str, &str), Vec<&[u8]>> = BTreeMap::new();
        for (name, entry) in self.owners.gone() {
            let values = gone.entry((name, &entry.path)).or_default();
            values.push(entry.key.as_bytes());
        }
        let mut released = Vec::with_capacity(gone.len());
        for ((name, path), values) in gone {
            released.push(async move {
                let with: With<'_> = &[&tid, &name, &path, &values];
                session.query(postgres::RELEASE_VALUES, with).await
            });
        }
        all(in_order(released).await)
    }

    async fn claim(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let come: Vec<_> = self.owners.come().collect();
        let names: Vec<_> = come.iter().map(|((name, _), _)| name.as_str()).collect();
        let paths: Vec<_> = come.iter().map(|((_, entry), _)| &*entry.path).collect();
        let values: Vec<_> = come
            .iter()
            .map(|((_, entry), _)| entry.key.as_bytes())
            .collect();
        let ids: Vec<_> = come.iter().map(|(_, id)| id.as_str()).collect();
        session
            .change(
                come.len(),
                postgres::CLAIM_VALUES,
                &[&tid, &names, &paths, &values, &ids],
            )
            .await
    }

    async fn unindex(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let mut gone = Vec::new();
        for (name, Entry { path, key }, id) in self.values.gone() {
            gone.push(async move {
                let (name, key, id) = (name.as_str(), key.as_bytes(), id.as_str());
                let with: With<'_> = &[&tid, &name, path, &key, &id];
                session.query(statements::UNINDEX_VALUE, with).await
            });
        }
        all(in_order(gone).await)
    }

    async fn index(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let come: Vec<_> = self.values.come().map(|(key, ())| key).collect();
        let names: Vec<_> = come.iter().map(|(name, ..)| name.as_str()).collect();
        let paths: Vec<_> = come.iter().map(|(_, entry, _)| &*entry.path).collect();
        let values: Vec<_> = come
            .iter()
            .map(|(_, entry, _)| entry.key.as_bytes())
            .collect();
        let ids: Vec<_> = come.iter().map(|(.., id)| id.as_str()).collect();
        session
            .change(
                come.len(),
                postgres::INDEX_VALUES,
                &[&tid, &names, &paths, &values, &ids],
            )
            .await
    }

    async fn put_resources(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let put = self.resources.come().filter(|(_, known)| known.is_put);
        let put: Vec<_> = put
            .filter_map(|(key, known)| {
                let document = known.document.as_deref()?;
                Some((
                    key,
                    known,
                    indexed(self.indexes, &key.type_name, document),
                    codec::write_document(document),
                ))
            })
            .collect();
        let names: Vec<_> = put.iter().map(|(key, ..)| key.type_name.as_str()).collect();
        let ids: Vec<_> = put.iter().map(|(key, ..)| key.id.as_str()).collect();
        let external: Vec<_> = put
            .iter()
            .map(|(_, _, is, _)| is.external_id.as_ref().map(ValueKey::as_bytes))
            .collect();
        let displays: Vec<_> = put
            .iter()
            .map(|(_, _, is, _)| is.display.as_deref().map(plain))
            .collect();
        let versions: Vec<_> = put.iter().map(|(_, known, ..)| known.version).collect();
        let created: Vec<_> = put.iter().map(|(_, known, ..)| known.created).collect();
        let modified: Vec<_> = put.iter().map(|(_, known, ..)| known.modified).collect();
        let documents: Vec<_> = put.iter().map(|(.., text)| text.as_str()).collect();
        session
            .change(
                put.len(),
                postgres::PUT_RESOURCES,
                &[
                    &tid, &names, &ids, &external, &displays, &versions, &created, &modified,
                    &documents,
                ],
            )
            .await
    }

    async fn bump_resources(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let mut bumped = Vec::new();
        for (key, known) in self.resources.come() {
            if known.is_put {
                continue;
            }
            bumped.push(async move {
                let (name, id) = (key.type_name.as_str(), key.id.as_str());
                let with: With<'_> = &[&tid, &name, &id, &known.version, &known.modified];
                session.query(statements::BUMP_RESOURCE, with).await
            });
        }
        all(in_order(bumped).await)
    }

    async fn count(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let mut differences: BTreeMap<&str, i64> = BTreeMap::new();
        for key in self.resources.new_keys() {
            *differences.entry(&key.type_name).or_default() += 1;
        }
        if let Some((key, _)) = &self.deleted {
            *differences.entry(&key.type_name).or_default() -= 1;
        }
        let names: Vec<_> = differences.keys().copied().collect();
        let numbers: Vec<_> = differences.values().copied().collect();
        session
            .change(
                names.len(),
                postgres::ADD_TO_COUNTS,
                &[&tid, &names, &numbers],
            )
            .await
    }

    async fn remove_members(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let mut gone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (group, member) in self.members.gone() {
            let members = gone.entry(group.as_str()).or_default();
            members.extend(member.as_ref().map(ResourceId::as_str));
        }
        let mut removed = Vec::with_capacity(gone.len());
        for (group, members) in gone {
            removed.push(async move {
                let with: With<'_> = &[&tid, &group, &members];
                session.query(postgres::REMOVE_MEMBERS, with).await
            });
        }
        all(in_order(removed).await)
    }

    async fn add_members(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let come = self.members.come();
        let come: Vec<_> = come
            .filter_map(|(pair, of)| Some((pair, of.kind.as_ref()?, of.seq)))
            .collect();
        let groups: Vec<_> = come.iter().map(|((group, _), ..)| group.as_str()).collect();
        let members: Vec<_> = come
            .iter()
            .map(|((_, member), ..)| member.as_ref().map(ResourceId::as_str))
            .collect();
        let kinds: Vec<_> = come.iter().map(|(_, kind, _)| kind.as_str()).collect();
        let events: Vec<_> = come.iter().map(|(.., seq)| *seq).collect();
        session
            .change(
                come.len(),
                postgres::ADD_MEMBERS,
                &[&tid, &groups, &members, &kinds, &events],
            )
            .await
    }

    async fn delete_resource(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let Some((key, _)) = &self.deleted else {
            return Ok(());
        };
        let (name, id) = (key.type_name.as_str(), key.id.as_str());
        let (left, emptied, deleted) = join!(
            async {
                session
                    .query(statements::REMOVE_GROUPS_OF, &[&tid, &id])
                    .await
            },
            async {
                session
                    .query(statements::REMOVE_MEMBERS_OF, &[&tid, &id])
                    .await
            },
            async {
                session
                    .query(statements::DELETE_RESOURCE, &[&tid, &name, &id])
                    .await
            }
        );
        left.and(emptied).and(deleted).map(drop)
    }
}

/// The first failure, if there is one.
fn all(done: Vec<Result<Vec<Row>, Trouble>>) -> Result<(), Trouble> {
    done.into_iter().try_for_each(|done| done.map(drop))
}
