use rusqlite::{Connection, OptionalExtension};
use scimkit_sql::{
    Dialect, Indexes, statements,
    tables::{COVERAGE_ROW, SCHEMA_VERSION, VERSION_ROW},
};

use crate::{
    error::{Error, ErrorKind, from_driver},
    indexes::fill,
};

/// Brings a database to the tables and the index contents that this code needs, or leaves it as it was.
pub(crate) fn migrate(connection: &Connection, indexes: &Indexes) -> Result<(), Error> {
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(from_driver)?;
    let done = prepare(connection, indexes)
        .and_then(|()| connection.execute_batch("COMMIT").map_err(from_driver));
    if done.is_err() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

fn prepare(connection: &Connection, indexes: &Indexes) -> Result<(), Error> {
    let found = match version(connection)? {
        Some(found) if found > SCHEMA_VERSION => {
            let known = SCHEMA_VERSION;
            return Err(Error::new(ErrorKind::Newer { found, known }));
        }
        Some(found) => found,
        None => create(connection)?,
    };
    // Version 1 is what `create` makes; each step leads one further.
    let done = usize::try_from(found.saturating_sub(1)).unwrap_or(0);
    for step in Dialect::Sqlite.steps().iter().skip(done) {
        run(connection, step)?;
    }
    if found < SCHEMA_VERSION {
        set_meta(connection, VERSION_ROW, &SCHEMA_VERSION.to_string())?;
    }
    let wanted = indexes.coverage();
    if meta(connection, COVERAGE_ROW)?.as_deref() != Some(&*wanted) {
        fill(connection, indexes)?;
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

/// Makes the tables of the first version, and says which that is.
fn create(connection: &Connection) -> Result<i64, Error> {
    run(connection, Dialect::Sqlite.create())?;
    Ok(1)
}

fn run(connection: &Connection, statements: &[&str]) -> Result<(), Error> {
    let mut statements = statements.iter();
    statements.try_for_each(|statement| connection.execute_batch(statement).map_err(from_driver))
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
