use std::sync::Arc;

use rusqlite::Connection;
use scimkit_schema::{Name, Resource, ResourceId, ResourceType, SchemaSet};
use scimkit_sql::{Indexed, ValueKey, codec, statements};
use scimkit_store::{Answer, Document, Draft, Expect, Key, StoreError, Write, Written};

use super::{
    membership::Effect,
    rows::{self, version},
};
use crate::{ask::Ask, indexes::move_rows};

/// Applies writes of one tenant inside the writer's transaction. Whoever calls it undoes what a failed write has left.
pub(super) struct Apply {
    pub(super) tid: i64,
    pub(super) schemas: Arc<SchemaSet>,
}

/// An event before it has a number.
struct Change<'a> {
    key: &'a Key,
    before: Option<i64>,
    after: Option<i64>,
    draft: &'a Draft,
}

impl Apply {
    pub(super) fn run(&self, connection: &Connection, write: Write) -> Answer<Written> {
        let before = self.version(connection, &write.key)?;
        check(&write.expect, before)?;
        let mut effect = Effect::of(connection, self.tid, &write)?;
        let left_out = std::mem::take(&mut effect.left_out);
        let put = match (&write.document, before) {
            (Document::Delete, Some(before)) => return self.delete(connection, &write, before),
            (Document::Put(new), Some(_)) => {
                let old = self.document(connection, &write.key)?;
                (old != **new).then_some((Some(old), new))
            }
            (Document::Put(new), None) => Some((None, new)),
            (Document::Keep | Document::Delete, None) => return Err(StoreError::Gone),
            (Document::Keep, Some(_)) => None,
        };
        if let (None, Some(before), false) = (&put, before, effect.changes()) {
            return Ok(Written {
                id: write.key.id,
                version: version(before),
                changed: false,
                left_out,
            });
        }
        let after = before.unwrap_or(0) + 1;
        match put {
            Some((old, new)) => self.put(connection, &write, old.as_ref(), new, after)?,
            None => self.bump(connection, &write, after)?,
        }
        let mut draft = write.event;
        draft.note_left_out(&left_out);
        let seq = self.log(
            connection,
            &Change {
                key: &write.key,
                before,
                after: Some(after),
                draft: &draft,
            },
        )?;
        self.change_members(connection, &write.key.id, &effect, seq)?;
        Ok(Written {
            id: write.key.id,
            version: version(after),
            changed: true,
            left_out,
        })
    }

    fn version(&self, connection: &Connection, key: &Key) -> Answer<Option<i64>> {
        let with = (self.tid, key.type_name.as_str(), key.id.as_str());
        connection.one(statements::VERSION, with, |row| row.get(0))
    }

    fn document(&self, connection: &Connection, key: &Key) -> Answer<Resource> {
        let stored =
            rows::resource(connection, self.tid, &self.schemas, key)?.ok_or(StoreError::Gone)?;
        Ok(Arc::unwrap_or_clone(stored.document))
    }

    fn known(&self, type_name: &Name) -> Option<&ResourceType> {
        self.schemas.by_name(type_name).map(|known| &**known)
    }

    /// Writes a document, new or changed, and what stands beside it.
    fn put(
        &self,
        connection: &Connection,
        write: &Write,
        old: Option<&Resource>,
        new: &Resource,
        after: i64,
    ) -> Answer<()> {
        let (tid, name, id) = (self.tid, &write.key.type_name, write.key.id.as_str());
        let known = self.known(name);
        let was = old.map(|old| Indexed::of(known, old)).unwrap_or_default();
        let is = Indexed::of(known, new);
        move_rows(connection, tid, &write.key, &was, &is)?;
        let (external_id, display) = (
            is.external_id.as_ref().map(ValueKey::as_bytes),
            is.display.as_deref(),
        );
        let (at, text) = (write.event.at.unix_micros(), codec::write_document(new));
        if old.is_some() {
            connection.change(
                statements::UPDATE_RESOURCE,
                (
                    tid,
                    name.as_str(),
                    id,
                    external_id,
                    display,
                    after,
                    at,
                    text,
                ),
            )?;
        } else {
            connection.change(
                statements::INSERT_RESOURCE,
                (
                    tid,
                    name.as_str(),
                    id,
                    external_id,
                    display,
                    after,
                    at,
                    at,
                    text,
                ),
            )?;
            connection.change(statements::ADD_TO_COUNT, (tid, name.as_str(), 1))?;
        }
        Ok(())
    }

    fn bump(&self, connection: &Connection, write: &Write, after: i64) -> Answer<()> {
        let with = (
            self.tid,
            write.key.type_name.as_str(),
            write.key.id.as_str(),
            after,
            write.event.at.unix_micros(),
        );
        connection
            .change(statements::BUMP_RESOURCE, with)
            .map(|_| ())
    }

    fn change_members(
        &self,
        connection: &Connection,
        group: &ResourceId,
        effect: &Effect,
        seq: i64,
    ) -> Answer<()> {
        for member in &effect.add {
            let with = (
                self.tid,
                group.as_str(),
                member.id.as_str(),
                &*member.kind,
                seq,
            );
            connection.change(statements::ADD_MEMBER, with)?;
        }
        for member in &effect.remove {
            connection.change(
                statements::REMOVE_MEMBER,
                (self.tid, group.as_str(), member.as_str()),
            )?;
        }
        Ok(())
    }

    fn delete(&self, connection: &Connection, write: &Write, before: i64) -> Answer<Written> {
        let (tid, name, id) = (
            self.tid,
            write.key.type_name.as_str(),
            write.key.id.as_str(),
        );
        let was = Indexed::of(
            self.known(&write.key.type_name),
            &self.document(connection, &write.key)?,
        );
        move_rows(connection, tid, &write.key, &was, &Indexed::default())?;
        connection.change(
            statements::BUMP_GROUPS_OF,
            (tid, id, write.event.at.unix_micros()),
        )?;
        connection.change(statements::REMOVE_GROUPS_OF, (tid, id))?;
        connection.change(statements::REMOVE_MEMBERS_OF, (tid, id))?;
        connection.change(statements::DELETE_RESOURCE, (tid, name, id))?;
        connection.change(statements::ADD_TO_COUNT, (tid, name, -1))?;
        self.log(
            connection,
            &Change {
                key: &write.key,
                before: Some(before),
                after: None,
                draft: &write.event,
            },
        )?;
        Ok(Written {
            id: write.key.id.clone(),
            version: version(before),
            changed: true,
            left_out: Vec::new(),
        })
    }

    fn log(&self, connection: &Connection, change: &Change<'_>) -> Answer<i64> {
        let seq = connection
            .one(statements::NEXT_SEQ, [self.tid], |row| row.get::<_, i64>(0))?
            .ok_or(StoreError::Gone)?;
        let draft = change.draft;
        let with = (
            self.tid,
            seq,
            change.key.type_name.as_str(),
            change.key.id.as_str(),
            draft.action.as_str(),
            change.before,
            change.after,
            draft.at.unix_micros(),
            &*draft.actor,
            draft.name.as_deref(),
            codec::write_details(draft),
        );
        connection.change(statements::ADD_EVENT, with)?;
        Ok(seq)
    }
}

fn check(expect: &Expect, present: Option<i64>) -> Answer<()> {
    let fits = match (expect, present) {
        (Expect::Absent, present) => present.is_none(),
        (Expect::Exists | Expect::Version(_), None) => return Err(StoreError::Gone),
        (Expect::Exists, Some(_)) => true,
        (Expect::Version(wanted), Some(present)) => *wanted == version(present),
    };
    fits.then_some(()).ok_or(StoreError::Stale)
}
