//! What has changed, as arrays for the database.

use std::collections::BTreeMap;

use futures_util::{future::BoxFuture, join};
use scimkit_schema::{Name, ResourceId};
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
        let (released, unindexed, put, bumped, removed, added, deleted) = join!(
            self.release(session, tid),
            self.unindex(session, tid),
            self.put_resources(session, tid),
            self.bump_resources(session, tid),
            self.remove_members(session, tid),
            self.add_members(session, tid),
            self.delete_resource(session, tid)
        );
        released.and(unindexed).and(put).and(bumped)?;
        removed.and(added).and(deleted)
    }

    async fn release(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let mut gone = Vec::new();
        for (name, Entry { path, key }) in self.owners.gone() {
            gone.push(async move {
                let (name, key) = (name.as_str(), key.as_bytes());
                let with: With<'_> = &[&tid, &name, path, &key];
                session.query(statements::RELEASE, with).await
            });
        }
        all(in_order(gone).await)
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
        let mut taken = Values::default();
        for ((name, entry), id) in self.owners.come() {
            taken.add(name, entry, id);
        }
        let mut found_by = Values::default();
        for ((name, entry, id), ()) in self.values.come() {
            found_by.add(name, entry, id);
        }
        let mut new: BTreeMap<&str, i64> = BTreeMap::new();
        for key in self.resources.new_keys() {
            *new.entry(&key.type_name).or_default() += 1;
        }
        let new_of: Vec<_> = new.keys().copied().collect();
        let new: Vec<_> = new.values().copied().collect();
        session
            .change(
                put.len(),
                postgres::PUT_RESOURCES,
                &[
                    &tid,
                    &names,
                    &ids,
                    &external,
                    &displays,
                    &versions,
                    &created,
                    &modified,
                    &documents,
                    &taken.names,
                    &taken.paths,
                    &taken.keys,
                    &taken.ids,
                    &found_by.names,
                    &found_by.paths,
                    &found_by.keys,
                    &found_by.ids,
                    &new_of,
                    &new,
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

    async fn remove_members(&self, session: &Session, tid: i64) -> Result<(), Trouble> {
        let mut gone: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (group, member) in self.members.gone() {
            let members = gone.entry(group.as_str()).or_default();
            members.extend(member.as_ref().map(ResourceId::as_str));
        }
        let mut removed: Vec<BoxFuture<'_, _>> = Vec::new();
        for (group, members) in gone {
            if members.len() > FEW {
                removed.push(Box::pin(async move {
                    let with: With<'_> = &[&tid, &group, &members];
                    session.query(postgres::REMOVE_MEMBERS, with).await
                }));
                continue;
            }
            for member in members {
                removed.push(Box::pin(async move {
                    let with: With<'_> = &[&tid, &group, &member];
                    session.query(postgres::REMOVE_MEMBER, with).await
                }));
            }
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
        let (left, emptied, deleted, counted) = join!(
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
            },
            async {
                session
                    .query(statements::ADD_TO_COUNT, &[&tid, &name, &-1_i64])
                    .await
            }
        );
        left.and(emptied).and(deleted).and(counted).map(drop)
    }
}

/// Values that stand beside documents, column by column.
#[derive(Default)]
struct Values<'a> {
    names: Vec<&'a str>,
    paths: Vec<&'a str>,
    keys: Vec<&'a [u8]>,
    ids: Vec<&'a str>,
}

impl<'a> Values<'a> {
    fn add(&mut self, name: &'a Name, entry: &'a Entry, id: &'a ResourceId) {
        self.names.push(name);
        self.paths.push(&entry.path);
        self.keys.push(entry.key.as_bytes());
        self.ids.push(id.as_str());
    }
}

/// The first failure, if there is one.
fn all(done: Vec<Result<Vec<Row>, Trouble>>) -> Result<(), Trouble> {
    done.into_iter().try_for_each(|done| done.map(drop))
}

/// Up to so many members leave a group one by one.
const FEW: usize = 500;
