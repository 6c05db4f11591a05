use rusqlite::{Connection, OptionalExtension};
use scimkit_schema::SchemaSet;
use scimkit_sql::{
    Dialect, coverage, statements,
    tables::{COVERAGE_ROW, SCHEMA_VERSION, VERSION_ROW},
};

use crate::{
    error::{Error, ErrorKind, from_driver},
    indexes,
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
        indexes::fill(connection, schemas)?;
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
