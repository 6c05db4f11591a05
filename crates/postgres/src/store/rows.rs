//! Rows as what they stand for.

use std::borrow::Cow;

use scimkit_filter::Related;
use scimkit_schema::{DateTime, Name, ResourceId, SchemaSet, Version};
use scimkit_sql::{ResourceRow, codec};
use scimkit_store::{Draft, Event, Key, Stored};
use tokio_postgres::{Row, types::FromSql};

use crate::error::{Trouble, from_driver};

/// A column of a row.
pub(crate) fn column<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, Trouble> {
    row.try_get(at).map_err(from_driver)
}

pub(crate) fn id(text: &str) -> Result<ResourceId, Trouble> {
    Ok(codec::read_id(text)?)
}

/// A text as PostgreSQL takes it: U+0000 is not among its characters.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// A limit as SQL takes it.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A version as the tables count it.
fn version(number: i64) -> Version {
    Version::from_number(number.unsigned_abs())
}

/// Id, version, created, modified, document.
pub(crate) fn resource(row: &Row) -> Result<ResourceRow, Trouble> {
    Ok(ResourceRow {
        id: column(row, 0)?,
        version: column(row, 1)?,
        created: column(row, 2)?,
        modified: column(row, 3)?,
        document: column(row, 4)?,
    })
}

pub(crate) fn stored(row: &Row, schemas: &SchemaSet, type_name: &Name) -> Result<Stored, Trouble> {
    Ok(resource(row)?.into_stored(schemas, type_name)?)
}

/// Id, type and display, from a column on.
pub(super) fn related(row: &Row, from: usize) -> Result<Related, Trouble> {
    Ok(Related {
        id: id(column(row, from)?)?,
        type_name: column::<&str>(row, from + 1)?.into(),
        display: column::<Option<&str>>(row, from + 2)?.map(Into::into),
    })
}

/// Number, type, id, action, version before, version after, time, actor, name, details.
pub(super) fn event(row: &Row) -> Result<Event, Trouble> {
    let details = codec::read_details(column(row, 9)?)?;
    let at = DateTime::from_unix_micros(column(row, 6)?);
    let action = codec::read_action(column(row, 3)?)?;
    let draft = Draft::new(at, column(row, 7)?, action)
        .with_name(column(row, 8)?)
        .with_changes(details.changes)
        .with_notes(details.notes);
    Ok(Event::new(
        column::<i64>(row, 0)?.unsigned_abs(),
        Key::new(column::<&str>(row, 1)?.into(), id(column(row, 2)?)?),
        column::<Option<i64>>(row, 4)?.map(version),
        column::<Option<i64>>(row, 5)?.map(version),
        draft,
    ))
}
