use std::sync::Arc;

use rusqlite::Connection;
use scimkit_schema::{Name, Resource, ResourceId};
use scimkit_sql::{Indexed, Indexes, ValueKey, codec, statements};
use scimkit_store::{
    Answer, Before, Change, Decision, Document, Draft, Key, StoreError, Write, Written,
};

use super::{
    membership,
    rows::{self, version},
};
use crate::{ask::Ask, indexes::move_rows};

/// Applies writes of one tenant inside the writer's transaction. Whoever calls it undoes what a failed write has left.
pub(super) struct Apply {
    pub(super) tid: i64,
    pub(super) indexes: Arc<Indexes>,
}

/// An event before it has a number.
struct EventRow<'a> {
    key: &'a Key,
    before: Option<i64>,
    after: Option<i64>,
    draft: &'a Draft,
}

impl Apply {
    pub(super) fn run(&self, connection: &Connection, write: Write) -> Answer<Written> {
        let number = self.version(connection, &write.key)?;
        let mut before = Before {
            version: number.map(version),
            ..Before::default()
        };
        if number.is_some() && !matches!(write.document, Document::Keep) {
            before.document = Some(self.document(connection, &write.key)?);
        }
        membership::before(connection, self.tid, &write, &mut before)?;
        let decision = write.decide(&before)?;
        let old = before.document.as_deref();
        let (after, at) = (number.unwrap_or(0) + 1, write.event.at.unix_micros());
        match (decision.change, &write.document) {
            (Change::Nothing, _) => return Ok(decision.written(write.key.id)),
            (Change::Delete, _) => self.delete(connection, &write, old)?,
            (Change::Create | Change::Replace, Document::Put(new)) => {
                self.put(connection, &write, old, new, after)?;
            }
            _ => {
                let (name, id) = (write.key.type_name.as_str(), write.key.id.as_str());
                let with = (self.tid, name, id, after, at);
                connection.change(statements::BUMP_RESOURCE, with)?;
            }
        }
        let mut draft = write.event;
        draft.note_left_out(&decision.left_out);
        let change = EventRow {
            key: &write.key,
            before: number,
            after: (decision.change != Change::Delete).then_some(after),
            draft: &draft,
        };
        let seq = self.log(connection, &change)?;
        if decision.change != Change::Delete {
            self.change_members(connection, &write.key.id, &decision, seq)?;
        }
        Ok(decision.written(write.key.id))
    }

    fn version(&self, connection: &Connection, key: &Key) -> Answer<Option<i64>> {
        let with = (self.tid, key.type_name.as_str(), key.id.as_str());
        connection.one(statements::VERSION, with, |row| row.get(0))
    }

    fn document(&self, connection: &Connection, key: &Key) -> Answer<Arc<Resource>> {
        let stored = rows::resource(connection, self.tid, self.indexes.schemas(), key)?
            .ok_or(StoreError::Gone)?;
        Ok(stored.document)
    }

    fn indexed(&self, type_name: &Name, document: Option<&Resource>) -> Indexed {
        document
            .map(|document| Indexed::of(&self.indexes, type_name, document))
            .unwrap_or_default()
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
        let (was, is) = (self.indexed(name, old), self.indexed(name, Some(new)));
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
        move_rows(connection, tid, &write.key, &was, &is)
    }

    fn change_members(
        &self,
        connection: &Connection,
        group: &ResourceId,
        decision: &Decision,
        seq: i64,
    ) -> Answer<()> {
        let group = group.as_str();
        for (member, kind) in &decision.add {
            let with = (self.tid, group, member.as_str(), kind.as_str(), seq);
            connection.change(statements::ADD_MEMBER, with)?;
        }
        for member in &decision.remove {
            let with = (self.tid, group, member.as_str());
            connection.change(statements::REMOVE_MEMBER, with)?;
        }
        Ok(())
    }

    fn delete(&self, connection: &Connection, write: &Write, old: Option<&Resource>) -> Answer<()> {
        let (tid, name, id) = (
            self.tid,
            write.key.type_name.as_str(),
            write.key.id.as_str(),
        );
        let was = self.indexed(&write.key.type_name, old);
        move_rows(connection, tid, &write.key, &was, &Indexed::default())?;
        connection.change(
            statements::BUMP_GROUPS_OF,
            (tid, id, write.event.at.unix_micros()),
        )?;
        connection.change(statements::REMOVE_GROUPS_OF, (tid, id))?;
        connection.change(statements::REMOVE_MEMBERS_OF, (tid, id))?;
        connection.change(statements::DELETE_RESOURCE, (tid, name, id))?;
        connection.change(statements::ADD_TO_COUNT, (tid, name, -1))?;
        Ok(())
    }

    fn log(&self, connection: &Connection, change: &EventRow<'_>) -> Answer<i64> {
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
