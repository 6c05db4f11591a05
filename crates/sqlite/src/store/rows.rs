//! Rows as what they stand for.

use rusqlite::{Connection, Row};
use scimkit_filter::Related;
use scimkit_schema::{DateTime, ResourceId, SchemaSet, Version};
use scimkit_sql::{ResourceRow, codec, statements};
use scimkit_store::{Answer, Draft, Event, Key, StoreError, Stored};

use crate::ask::Ask;

/// Reads one resource.
pub(super) fn resource(
    connection: &Connection,
    tid: i64,
    schemas: &SchemaSet,
    key: &Key,
) -> Answer<Option<Stored>> {
    let with = (tid, key.type_name.as_str(), key.id.as_str());
    let found = connection.one(statements::RESOURCE, with, read_resource)?;
    found
        .map(|raw| raw.into_stored(schemas, &key.type_name))
        .transpose()
}

/// A version as the tables count it.
pub(super) fn version(number: i64) -> Version {
    Version::from_number(number.unsigned_abs())
}

/// Id, version, created, modified, document.
pub(super) fn read_resource(row: &Row<'_>) -> rusqlite::Result<ResourceRow> {
    Ok(ResourceRow {
        id: row.get(0)?,
        version: row.get(1)?,
        created: row.get(2)?,
        modified: row.get(3)?,
        document: row.get(4)?,
    })
}

pub(super) struct RawEvent {
    seq: i64,
    type_name: String,
    id: String,
    action: String,
    before: Option<i64>,
    after: Option<i64>,
    at: i64,
    actor: String,
    name: Option<String>,
    details: String,
}

impl RawEvent {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            type_name: row.get(1)?,
            id: row.get(2)?,
            action: row.get(3)?,
            before: row.get(4)?,
            after: row.get(5)?,
            at: row.get(6)?,
            actor: row.get(7)?,
            name: row.get(8)?,
            details: row.get(9)?,
        })
    }
}

impl TryFrom<RawEvent> for Event {
    type Error = StoreError;

    fn try_from(raw: RawEvent) -> Answer<Self> {
        let details = codec::read_details(&raw.details).map_err(StoreError::other)?;
        let at = DateTime::from_unix_micros(raw.at);
        let action = codec::read_action(&raw.action).map_err(StoreError::other)?;
        let draft = Draft::new(at, &raw.actor, action)
            .with_name(raw.name.as_deref())
            .with_changes(details.changes)
            .with_notes(details.notes);
        Ok(Self::new(
            raw.seq.unsigned_abs(),
            Key::new(raw.type_name.into(), id(&raw.id)?),
            raw.before.map(version),
            raw.after.map(version),
            draft,
        ))
    }
}

pub(super) struct RawRelated {
    id: String,
    type_name: String,
    display: Option<String>,
}

impl RawRelated {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Self::read_from(row, 0)
    }

    /// Reads it from the columns behind some others.
    pub(super) fn read_from(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(first)?,
            type_name: row.get(first + 1)?,
            display: row.get(first + 2)?,
        })
    }
}

impl TryFrom<RawRelated> for Related {
    type Error = StoreError;

    fn try_from(raw: RawRelated) -> Answer<Self> {
        Ok(Self {
            id: id(&raw.id)?,
            type_name: raw.type_name.into(),
            display: raw.display.map(Into::into),
        })
    }
}

pub(super) fn id(text: &str) -> Answer<ResourceId> {
    codec::read_id(text).map_err(StoreError::other)
}
