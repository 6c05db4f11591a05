use rusqlite::{Connection, OptionalExtension};
use scimkit_schema::{Name, SchemaSet};
use scimkit_sql::{
    Dialect, Entry, Indexed, coverage, statements,
    tables::{COVERAGE_ROW, SCHEMA_VERSION, VERSION_ROW},
};
use scimkit_store::{Answer, Stored};

use crate::{
    ask::Ask,
    error::{Error, ErrorKind, from_driver},
    store::Scan,
};

/// Brings a database to the tables and the index contents that this code needs, or leaves it as it was.
pub(crate) fn migrate(connection: &Connection, schemas: &SchemaSet) -> Result<(), Error> {
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(from_driver)?;
    let done = prepare(connection, schemas)
        .and_then(|()| connection.execute_batch("COMMIT").map_err(from_driver));
    if done.is_err() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

fn prepare(connection: &Connection, schemas: &SchemaSet) -> Result<(), Error> {
    match version(connection)? {
        Some(SCHEMA_VERSION) => {}
        Some(found) => {
            return Err(Error::new(ErrorKind::Newer {
                found,
                known: SCHEMA_VERSION,
            }));
        }
        None => create(connection)?,
    }
    let wanted = coverage(schemas);
    if meta(connection, COVERAGE_ROW)?.as_deref() != Some(&*wanted) {
        fill_indexes(connection, schemas)?;
        set_meta(connection, COVERAGE_ROW, &wanted)?;
    }
    Ok(())
}

/// The schema version of the file; none for an empty one.
fn version(connection: &Connection) -> Result<Option<i64>, Error> {
    let tables = "SELECT count(*), coalesce(sum(name IN ('meta', 'resource', 'change_log')), 0) FROM sqlite_schema WHERE type = 'table'";
    let (all, ours): (i64, i64) = connection
        .query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(from_driver)?;
    match (all, ours) {
        (0, _) => Ok(None),
        (_, 3) => {
            let text = meta(connection, VERSION_ROW)?;
            let version = text
                .and_then(|text| text.parse().ok())
                .ok_or(Error::new(ErrorKind::Damaged))?;
            Ok(Some(version))
        }
        _ => Err(Error::new(ErrorKind::Foreign)),
    }
}

fn create(connection: &Connection) -> Result<(), Error> {
    for statement in Dialect::Sqlite.create() {
        connection.execute_batch(statement).map_err(from_driver)?;
    }
    set_meta(connection, VERSION_ROW, &SCHEMA_VERSION.to_string())
}

fn meta(connection: &Connection, name: &str) -> Result<Option<String>, Error> {
    connection
        .query_row(statements::META, [name], |row| row.get(0))
        .optional()
        .map_err(from_driver)
}

fn set_meta(connection: &Connection, name: &str, value: &str) -> Result<(), Error> {
    connection
        .execute(statements::SET_META, [name, value])
        .map(|_| ())
        .map_err(from_driver)
}

/// Fills the index tables from the documents: which attributes stand in them has changed.
fn fill_indexes(connection: &Connection, schemas: &SchemaSet) -> Result<(), Error> {
    let mut taken = None;
    let filled = refill(connection, schemas, &mut taken);
    match taken {
        Some(path) => Err(Error::new(ErrorKind::Duplicate { path })),
        None => filled.map_err(Error::other),
    }
}

fn refill(
    connection: &Connection,
    schemas: &SchemaSet,
    taken: &mut Option<Box<str>>,
) -> Answer<()> {
    connection.change(statements::RELEASE_ALL, [])?;
    connection.change(statements::UNINDEX_ALL, [])?;
    for tid in connection.many(statements::TENANTS, [], |row| row.get::<_, i64>(0))? {
        for known in schemas.types() {
            for stored in Scan::new(connection, tid, schemas, known.name()) {
                let stored: Stored = stored?;
                let indexed = Indexed::of(Some(known), &stored.document);
                for entry in indexed.unique {
                    if !claim(
                        connection,
                        tid,
                        known.name(),
                        &entry,
                        stored.key.id.as_str(),
                    )? {
                        *taken = Some(entry.path);
                        return Ok(());
                    }
                }
                for entry in indexed.values {
                    index(
                        connection,
                        tid,
                        known.name(),
                        &entry,
                        stored.key.id.as_str(),
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// Takes a unique value; `false` if somebody has it.
pub(crate) fn claim(
    connection: &Connection,
    tid: i64,
    type_name: &Name,
    entry: &Entry,
    id: &str,
) -> Answer<bool> {
    let with = (
        tid,
        type_name.as_str(),
        &*entry.path,
        entry.key.as_bytes(),
        id,
    );
    Ok(connection.change(statements::CLAIM, with)? == 1)
}

/// Indexes a value that others may have too.
pub(crate) fn index(
    connection: &Connection,
    tid: i64,
    type_name: &Name,
    entry: &Entry,
    id: &str,
) -> Answer<()> {
    let with = (
        tid,
        type_name.as_str(),
        &*entry.path,
        entry.key.as_bytes(),
        id,
    );
    connection.change(statements::INDEX_VALUE, with).map(|_| ())
}
