//! The tables beside the documents: unique values and values to look up by, kept in step with them.

use std::{collections::BTreeSet, fmt::Write};

use rusqlite::Connection;
use scimkit_schema::{Name, Value};
use scimkit_sql::{Entry, Indexed, Indexes, ValueKey, sqlite, statements};
use scimkit_store::{Answer, Key, StoreError};

use crate::{
    ask::Ask,
    error::{Error, ErrorKind},
    store::Scan,
};

/// Moves the unique values of a resource from what they were to what they are. Whoever does this first changes nothing else if it fails.
///
/// # Errors
/// [`StoreError::Taken`] when somebody has one.
pub(crate) fn claim(
    connection: &Connection,
    tid: i64,
    key: &Key,
    was: &Indexed,
    is: &Indexed,
) -> Answer<()> {
    let (name, id) = (key.type_name.as_str(), key.id.as_str());
    let Difference { gone, moved, new } = Difference::of(&was.unique, &is.unique);
    let taken = |path: &str| StoreError::Taken { path: path.into() };
    for (Entry { path, key }, to) in moved {
        let with = (tid, name, &**path, key.as_bytes(), to.as_bytes());
        if connection.change(sqlite::MOVE_CLAIM, with)? == 0 {
            return Err(taken(path));
        }
    }
    for Entry { path, key } in new {
        let with = (tid, name, &**path, key.as_bytes(), id);
        if connection.change(statements::CLAIM, with)? == 0 {
            return Err(taken(path));
        }
    }
    for Entry { path, key } in gone {
        connection.change(statements::RELEASE, (tid, name, &**path, key.as_bytes()))?;
    }
    Ok(())
}

/// Moves the other rows of a resource from what they were to what they are. The resource's own row is there meanwhile: parts have its
/// number.
pub(crate) fn index(
    connection: &Connection,
    tid: i64,
    key: &Key,
    was: &Indexed,
    is: &Indexed,
) -> Answer<()> {
    let (name, id) = (key.type_name.as_str(), key.id.as_str());
    let Difference { gone, moved, new } = Difference::of(&was.values, &is.values);
    for (Entry { path, key }, to) in moved {
        let with = (tid, name, &**path, key.as_bytes(), id, to.as_bytes());
        connection.change(sqlite::MOVE_VALUE, with)?;
    }
    match *gone {
        [] => 0,
        [Entry { path, key }] => {
            let with = (tid, name, &**path, key.as_bytes(), id);
            connection.change(statements::UNINDEX_VALUE, with)?
        }
        ref several => {
            let with = (tid, name, id, pairs(several));
            connection.change(sqlite::UNINDEX_VALUES, with)?
        }
    };
    match *new {
        [] => 0,
        [Entry { path, key }] => {
            let with = (tid, name, &**path, key.as_bytes(), id);
            connection.change(statements::INDEX_VALUE, with)?
        }
        ref several => {
            let with = (tid, name, id, pairs(several));
            connection.change(sqlite::INDEX_VALUES, with)?
        }
    };
    let with = (tid, name, id, &*is.parts);
    match (was.parts.is_empty(), is.parts.is_empty()) {
        (true, false) => connection.change(sqlite::INDEX_PARTS, with)?,
        (false, true) => connection.change(sqlite::UNINDEX_PARTS, (tid, name, id))?,
        (false, false) if was.parts != is.parts => connection.change(sqlite::CHANGE_PARTS, with)?,
        _ => 0,
    };
    Ok(())
}

/// What leads from some entries to others.
struct Difference<'a> {
    gone: Vec<&'a Entry>,
    /// The one value at a path, and the one that takes its place.
    moved: Vec<(&'a Entry, &'a ValueKey)>,
    new: Vec<&'a Entry>,
}

impl<'a> Difference<'a> {
    fn of(was: &'a BTreeSet<Entry>, is: &'a BTreeSet<Entry>) -> Self {
        let mut gone: Vec<_> = was.difference(is).collect();
        let mut new: Vec<_> = is.difference(was).collect();
        let mut moved = Vec::new();
        let mut rest = Vec::new();
        for from in gone.drain(..) {
            match new.iter().position(|to| to.path == from.path) {
                Some(at) => moved.push((from, &new.remove(at).key)),
                None => rest.push(from),
            }
        }
        Self {
            gone: rest,
            moved,
            new,
        }
    }
}

/// Paths and values as JSON.
fn pairs(entries: &[&Entry]) -> String {
    let pair = |entry: &&Entry| {
        let key = hexadecimal(entry.key.as_bytes());
        Value::from(vec![Value::from(&*entry.path), Value::from(key)])
    };
    entries.iter().map(pair).collect::<Value>().to_string()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
        let was = Indexed::default();
        claim(connection, tid, &stored.key, &was, &is)?;
        index(connection, tid, &stored.key, &was, &is)?;
    }
    Ok(())
}
