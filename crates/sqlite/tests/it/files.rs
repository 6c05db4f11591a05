//! Files that cannot be used are refused with a word on what to do.

use pollster::block_on;
use rusqlite::Connection;
use scimkit_sqlite::{ErrorKind, SqliteDatabase};
use scimkit_store::{Store, StoreError};

use crate::samples::{create, first_tenant, folder, key, schemas, user};

#[test]
fn what_is_no_database_is_refused() {
    let folder = folder();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "The crew meets at eight.\n".repeat(100)).unwrap();
    let error = SqliteDatabase::open(&text, schemas()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NotADatabase);
    assert!(error.to_string().contains("name another one"), "{error}");
    let error =
        SqliteDatabase::open(folder.path().join("no/such/folder.db"), schemas()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::CannotOpen);
    assert_eq!(
        SqliteDatabase::open(folder.path(), schemas())
            .unwrap_err()
            .kind(),
        &ErrorKind::CannotOpen
    );
}

#[test]
fn somebody_elses_database_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE recipes (name TEXT)")
        .unwrap();
    assert_eq!(
        SqliteDatabase::open(&path, schemas()).unwrap_err().kind(),
        &ErrorKind::Foreign
    );
    let tables: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_newer_file_is_refused() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    drop(SqliteDatabase::open(&path, schemas()).unwrap());
    Connection::open(&path)
        .unwrap()
        .execute(
            "UPDATE meta SET val = '99' WHERE name = 'schema_version'",
            [],
        )
        .unwrap();
    let error = SqliteDatabase::open(&path, schemas()).unwrap_err();
    assert_eq!(
        error.kind(),
        &ErrorKind::Newer {
            found: 99,
            known: 2
        }
    );
    assert_eq!(
        error.to_string(),
        "the database has schema version 99, and this program knows no more than 2: use a newer release"
    );
}

#[test]
fn an_older_file_is_brought_up_to_date_and_keeps_what_it_has() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    let store = first_tenant(&SqliteDatabase::open(&path, schemas()).unwrap());
    block_on(store.write(create(&key("User", 1), user("mira")))).unwrap();
    drop(store);
    let tables = "SELECT group_concat(name || sql) FROM (SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";
    let read = |text: &str| -> String {
        let file = Connection::open(&path).unwrap();
        file.query_row(text, [], |row| row.get(0)).unwrap()
    };
    let now = read(tables);
    let back = "DROP INDEX change_of; DROP INDEX change_at; UPDATE meta SET val = '1' WHERE name = 'schema_version'";
    Connection::open(&path)
        .unwrap()
        .execute_batch(back)
        .unwrap();
    assert_ne!(read(tables), now);
    let store = first_tenant(&SqliteDatabase::open(&path, schemas()).unwrap());
    assert_eq!(read(tables), now);
    assert_eq!(
        read("SELECT val FROM meta WHERE name = 'schema_version'"),
        "2"
    );
    assert!(block_on(store.get(&key("User", 1))).unwrap().is_some());
}

#[test]
fn a_held_lock_is_busy_and_then_over() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    let store = first_tenant(&SqliteDatabase::open(&path, schemas()).unwrap());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = block_on(store.write(create(&key("User", 1), user("mira"))));
    assert!(matches!(busy, Err(StoreError::Busy)), "{busy:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(block_on(store.write(create(&key("User", 1), user("mira")))).is_ok());
}
