use std::{borrow::Cow, sync::Arc};

use rusqlite::Connection;
use scimkit_schema::{DateTime, Name, Resource};
use scimkit_sql::{Indexed, Indexes, ValueKey, codec, sqlite, statements};
use scimkit_store::{
    Answer, Before, Change, Document, Draft, Expect, Key, StoreError, Write, Written,
};

use super::{
    membership,
    rows::{self, version},
};
use crate::{
    ask::Ask,
    indexes::{claim, index},
};

/// Applies writes of one tenant inside the writer's transaction. What a write depends on is read, and unique values are taken, before
/// anything else is changed; but a deletion reads what it deletes.
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
    pub(super) fn run(&self, connection: &Connection, write: &Write) -> Answer<Written> {
        let done = self.attempt(connection, write);
        // That the resource is not as expected is the first thing to say. A write that brings what it expects has not looked yet.
        if let Err(StoreError::Taken { .. } | StoreError::NoSuchMember(_) | StoreError::Stale) =
            done
        {
            let present = self.version(connection, &write.key)?.map(version);
            write.expect.check(present.as_ref())?;
        }
        done
    }

    fn attempt(&self, connection: &Connection, write: &Write) -> Answer<Written> {
        let mut before = Before::default();
        let number = if matches!(write.document, Document::Delete) {
            let Some((number, document)) = self.take(connection, write)? else {
                let present = self.version(connection, &write.key)?.map(version);
                write.expect.check(present.as_ref())?;
                return Err(StoreError::Gone);
            };
            before.document = Some(document);
            Some(number)
        } else if matches!(write.document, Document::Keep) {
            self.version(connection, &write.key)?
        } else if matches!(
            (&write.expect, &write.document),
            (Expect::Absent, Document::Put(_))
        ) {
            // Adding it will show whether it is there.
            None
        } else if let Some((number, document)) = brought(write) {
            // Replacing it will show whether it is still there.
            before.document = Some(document.clone());
            Some(number)
        } else {
            let found = rows::resource(connection, self.tid, self.indexes.schemas(), &write.key)?;
            let number = found.as_ref().and_then(|stored| stored.version.number());
            before.document = found.map(|stored| stored.document);
            number.map(|number| i64::try_from(number).unwrap_or(i64::MAX))
        };
        before.version = number.map(version);
        membership::before(connection, self.tid, write, &mut before)?;
        let decision = write.decide(&before)?;
        let old = before.document.as_deref();
        let (after, at) = (number.unwrap_or(0) + 1, write.event.at.unix_micros());
        let mut created = at;
        match (decision.change, &write.document) {
            (Change::Nothing, _) => return Ok(decision.written(write.key.id.clone())),
            (Change::Delete, _) => self.clear(connection, write, old)?,
            (Change::Create | Change::Replace, Document::Put(new)) => {
                created = self.put(connection, write, old, new, after)?;
            }
            _ => {
                let (name, id) = (write.key.type_name.as_str(), write.key.id.as_str());
                let with = (self.tid, name, id, after, at);
                connection.change(statements::BUMP_RESOURCE, with)?;
            }
        }
        let mut draft = Cow::Borrowed(&write.event);
        if !decision.left_out.is_empty() {
            draft.to_mut().note_left_out(&decision.left_out);
        }
        let change = EventRow {
            key: &write.key,
            before: number,
            after: (decision.change != Change::Delete).then_some(after),
            draft: &draft,
        };
        let seq = self.log(connection, &change)?;
        if decision.change != Change::Delete {
            membership::change(connection, self.tid, &write.key.id, &decision, seq)?;
        }
        let stored = decision.stored(write, DateTime::from_unix_micros(created));
        let members = membership::of_new(write, &decision, &before);
        let written = decision.written(write.key.id.clone());
        Ok(written.with_stored(stored).with_members(members))
    }

    fn version(&self, connection: &Connection, key: &Key) -> Answer<Option<i64>> {
        let with = (self.tid, key.type_name.as_str(), key.id.as_str());
        connection.one(statements::VERSION, with, |row| row.get(0))
    }

    fn indexed(&self, type_name: &Name, document: Option<&Resource>) -> Indexed {
        document
            .map(|document| Indexed::of(&self.indexes, type_name, document))
            .unwrap_or_default()
    }

    /// Writes a document, new or changed, and what stands beside it. Gives when the resource was made.
    fn put(
        &self,
        connection: &Connection,
        write: &Write,
        old: Option<&Resource>,
        new: &Resource,
        after: i64,
    ) -> Answer<i64> {
        let (tid, name, id) = (self.tid, &write.key.type_name, write.key.id.as_str());
        let (was, is) = (self.indexed(name, old), self.indexed(name, Some(new)));
        claim(connection, tid, &write.key, &was, &is)?;
        let (external_id, display) = (
            is.external_id.as_ref().map(ValueKey::as_bytes),
            is.display.as_deref(),
        );
        let (at, text) = (write.event.at.unix_micros(), codec::write_document(new));
        let created = if old.is_some() {
            let name = name.as_str();
            let with = (
                tid,
                name,
                id,
                external_id,
                display,
                after,
                at,
                text,
                after - 1,
            );
            let created = connection.one(statements::UPDATE_RESOURCE, with, |row| row.get(0))?;
            created.ok_or(StoreError::Stale)?
        } else {
            let (name, display) = (name.as_str(), is.display.as_deref());
            let with = (tid, name, id, external_id, display, after, at, at, text);
            if connection.change(statements::INSERT_RESOURCE, with)? == 0 {
                return Err(StoreError::Stale);
            }
            at
        };
        index(connection, tid, &write.key, &was, &is)?;
        Ok(created)
    }

    /// Deletes a resource, with its memberships, if it is as expected, and gives its version and what it was. The groups that it was in have
    /// a new version before.
    fn take(&self, connection: &Connection, write: &Write) -> Answer<Option<(i64, Arc<Resource>)>> {
        let (tid, key) = (self.tid, &write.key);
        let asked = match &write.expect {
            Expect::Absent => return Ok(None),
            Expect::Exists => None,
            Expect::Version(version) => match version.number() {
                Some(number) => Some(i64::try_from(number).unwrap_or(i64::MAX)),
                None => return Ok(None),
            },
        };
        let at = write.event.at.unix_micros();
        connection.change(statements::BUMP_GROUPS_OF, (tid, key.id.as_str(), at))?;
        let with = (tid, key.type_name.as_str(), key.id.as_str(), asked);
        let Some(taken) = connection.one(sqlite::TAKE_RESOURCE, with, rows::read_resource)? else {
            return Ok(None);
        };
        let number = taken.version;
        let stored = taken.into_stored(self.indexes.schemas(), &key.type_name)?;
        Ok(Some((number, stored.document)))
    }

    /// Takes away the values of a resource that was deleted.
    fn clear(&self, connection: &Connection, write: &Write, old: Option<&Resource>) -> Answer<()> {
        let mut was = self.indexed(&write.key.type_name, old);
        // these went with the resource
        was.parts = Box::default();
        let nothing = Indexed::default();
        claim(connection, self.tid, &write.key, &was, &nothing)?;
        index(connection, self.tid, &write.key, &was, &nothing)
    }

    fn log(&self, connection: &Connection, change: &EventRow<'_>) -> Answer<i64> {
        let draft = change.draft;
        let with = (
            self.tid,
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
        let seq = connection.one(sqlite::ADD_EVENT, with, |row| row.get(0))?;
        seq.ok_or(StoreError::Gone)
    }
}

/// The version that a write expects and the document of it, if the write brings that and changes it.
fn brought(write: &Write) -> Option<(i64, &Arc<Resource>)> {
    let (Expect::Version(expected), Document::Put(new)) = (&write.expect, &write.document) else {
        return None;
    };
    let document = write.before.as_ref().filter(|before| *before != new)?;
    let number = i64::try_from(expected.number()?).ok()?;
    Some((number, document))
}
