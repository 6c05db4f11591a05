//! What SQLite makes of the statements.

use pollster::block_on;
use rusqlite::{Connection, params_from_iter, types::Null};
use scimkit_sql::{sqlite, statements};
use scimkit_sqlite::SqliteDatabase;
use scimkit_store::{Document, Expect, Store};

use crate::samples::{add_members, create, first_tenant, folder, group, key, schemas, user, write};

#[test]
fn every_look_up_uses_an_index() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    drop(SqliteDatabase::open(&path, schemas()).unwrap());
    let connection = Connection::open(&path).unwrap();
    for (name, text) in statements::ALL.iter().chain(sqlite::ALL) {
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
            .unwrap();
        let parameters = params_from_iter(std::iter::repeat_n(Null, statement.parameter_count()));
        let steps: Vec<String> = statement
            .query_map(parameters, |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let slow = steps
            .iter()
            .any(|step| is_slow(step) || step.contains("TEMP B-TREE"));
        // This one is meant to go through a whole table.
        assert_eq!(slow, *name == "TENANTS", "{name}: {steps:?}");
    }
}

/// Whether a step goes through a whole table. A virtual one has its own way, and an array is short.
fn is_slow(step: &str) -> bool {
    step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE INDEX")
}

#[test]
fn adding_a_member_leaves_the_document_alone() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    let store = first_tenant(&SqliteDatabase::open(&path, schemas()).unwrap());
    let (mira, crew) = (key("User", 1), key("Group", 1));
    block_on(store.write(create(&mira, user("mira")))).unwrap();
    block_on(store.write(create(&crew, group("Crew")))).unwrap();
    let trap = "CREATE TRIGGER trap BEFORE UPDATE OF doc ON resource BEGIN SELECT RAISE(ABORT, 'the document was touched'); END";
    Connection::open(&path)
        .unwrap()
        .execute_batch(trap)
        .unwrap();
    assert!(
        block_on(store.write(add_members(&crew, &[&mira])))
            .unwrap()
            .changed
    );
    let rename = write(&crew, Expect::Exists, Document::Put(group("Staff").into()));
    assert!(block_on(store.write(rename)).is_err(), "the trap works");
}
