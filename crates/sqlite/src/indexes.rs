//! The tables beside the documents: unique values and values to look up by, kept in step with them.

use rusqlite::Connection;
use scimkit_schema::Name;
use scimkit_sql::{Entry, Indexed, Indexes, sqlite, statements};
use scimkit_store::{Answer, Key, StoreError};

use crate::{
    ask::Ask,
    error::{Error, ErrorKind},
    store::Scan,
};

/// Moves a resource's rows from what its document was to what it is. The resource's own row is there meanwhile: parts have its number.
///
/// # Errors
/// [`StoreError::Taken`] when somebody has a unique value; the caller undoes the rest.
pub(crate) fn move_rows(
    connection: &Connection,
    tid: i64,
    key: &Key,
    was: &Indexed,
    is: &Indexed,
) -> Answer<()> {
    let (name, id) = (key.type_name.as_str(), key.id.as_str());
    for Entry { path, key } in was.unique.difference(&is.unique) {
        connection.change(statements::RELEASE, (tid, name, &**path, key.as_bytes()))?;
    }
    for Entry { path, key } in is.unique.difference(&was.unique) {
        if connection.change(statements::CLAIM, (tid, name, &**path, key.as_bytes(), id))? == 0 {
            return Err(StoreError::Taken { path: path.clone() });
        }
    }
    for Entry { path, key } in was.values.difference(&is.values) {
        connection.change(
            statements::UNINDEX_VALUE,
            (tid, name, &**path, key.as_bytes(), id),
        )?;
    }
    for Entry { path, key } in is.values.difference(&was.values) {
        connection.change(
            statements::INDEX_VALUE,
            (tid, name, &**path, key.as_bytes(), id),
        )?;
    }
    let with = (tid, name, id, &*is.parts);
    match (was.parts.is_empty(), is.parts.is_empty()) {
        (true, false) => connection.change(sqlite::INDEX_PARTS, with)?,
        (false, true) => connection.change(sqlite::UNINDEX_PARTS, (tid, name, id))?,
        (false, false) if was.parts != is.parts => connection.change(sqlite::CHANGE_PARTS, with)?,
        _ => 0,
    };
    Ok(())
}

/// Makes every row anew from the documents: which attributes have rows has changed.
pub(crate) fn fill(connection: &Connection, indexes: &Indexes) -> Result<(), Error> {
    let filled = refill(connection, indexes);
    filled.map_err(|error| match error {
        StoreError::Taken { path } => Error::new(ErrorKind::Duplicate { path }),
        other => Error::other(other),
    })
}

fn refill(connection: &Connection, indexes: &Indexes) -> Answer<()> {
    for statement in [
        statements::RELEASE_ALL,
        statements::UNINDEX_ALL,
        sqlite::UNINDEX_ALL_PARTS,
    ] {
        connection.change(statement, [])?;
    }
    for tid in connection.many(statements::TENANTS, [], |row| row.get(0))? {
        for known in indexes.schemas().types() {
            fill_type(connection, tid, indexes, known.name())?;
        }
    }
    Ok(())
}

fn fill_type(connection: &Connection, tid: i64, indexes: &Indexes, name: &Name) -> Answer<()> {
    for stored in Scan::new(connection, tid, indexes.schemas(), name) {
        let stored = stored?;
        let is = Indexed::of(indexes, name, &stored.document);
        move_rows(connection, tid, &stored.key, &Indexed::default(), &is)?;
    }
    Ok(())
}
