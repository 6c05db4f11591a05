//! Files that cannot be used are refused with a word on what to do.

use std::path::Path;

use pollster::block_on;
use rusqlite::Connection;
use scimkit_filter::BoundFilter;
use scimkit_schema::Compat;
use scimkit_sql::{Dialect, statements};
use scimkit_sqlite::{ErrorKind, SqliteDatabase};
use scimkit_store::{Query, Store, StoreError};

use crate::samples::{create, first_tenant, folder, key, schemas, tenant, user};

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
            known: 4
        }
    );
    assert_eq!(
        error.to_string(),
        "the database has schema version 99, and this program knows no more than 4: use a newer release"
    );
}

#[test]
fn an_older_file_is_brought_up_to_date_and_keeps_what_it_has() {
    let folder = folder();
    let (new, old) = (folder.path().join("new.db"), folder.path().join("old.db"));
    drop(SqliteDatabase::open(&new, schemas()).unwrap());
    let tables = |path: &Path| -> String {
        let text = "SELECT group_concat(name || sql) FROM (SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";
        let file = Connection::open(path).unwrap();
        file.query_row(text, [], |row| row.get(0)).unwrap()
    };
    // A file of the first version.
    let file = Connection::open(&old).unwrap();
    for statement in Dialect::Sqlite.create() {
        file.execute_batch(statement).unwrap();
    }
    let mira = key("User", 1);
    let id = mira.id.as_str();
    let doc = user("Mira@harborline.example").to_string();
    file.execute(statements::SET_META, ["schema_version", "1"])
        .unwrap();
    file.execute(statements::CREATE_TENANT, [tenant().as_str()])
        .unwrap();
    file.execute(
        statements::INSERT_RESOURCE,
        (1, "User", id, None::<&[u8]>, None::<&str>, 7, 10, 20, doc),
    )
    .unwrap();
    file.execute(statements::ADD_TO_COUNT, (1, "User", 1))
        .unwrap();
    drop(file);
    let store = first_tenant(&SqliteDatabase::open(&old, schemas()).unwrap());
    assert_eq!(tables(&old), tables(&new));
    let stored = block_on(store.get(&mira)).unwrap().unwrap();
    assert_eq!(
        (stored.version.number(), stored.modified.unix_micros()),
        (Some(7), 20)
    );
    for filter in [
        "userName eq \"mira@harborline.example\"",
        "userName co \"HARBOR\"",
    ] {
        let users = schemas().by_name("User").unwrap().clone();
        let filter = BoundFilter::bind(&filter.parse().unwrap(), &[users], Compat::strict());
        let query = Query::new(["User".into()]).with_filter(filter.unwrap());
        let page = block_on(store.query(&query)).unwrap();
        assert_eq!(
            page.items,
            std::slice::from_ref(&stored),
            "the indexes were filled"
        );
    }
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
