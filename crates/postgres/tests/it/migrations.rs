//! Databases that are opened by several processes at once, by other programs, and with other schemas.

use std::{sync::Arc, thread};

use pollster::block_on;
use scimkit_postgres::{ErrorKind, PostgresDatabase};
use scimkit_schema::SchemaSet;
use scimkit_store::{Document, Expect, Query, Store, StoreError, TenantId, Tenants};

use crate::{
    samples::{create, group, key, open, schemas, tenant, user, write},
    server::{Server, connect, runtime},
};

fn try_open(url: &str, schemas: &Arc<SchemaSet>) -> Result<PostgresDatabase, ErrorKind> {
    let opened = runtime().block_on(PostgresDatabase::connect(url, schemas.clone()));
    opened.map_err(|error| error.kind().clone())
}

fn run(url: &str, sql: &str) {
    runtime().block_on(async { connect(url).await.batch_execute(sql).await.unwrap() });
}

#[test]
fn processes_may_start_at_once() {
    let url = Server::shared().database();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| tenant(&open(&url), "harborline"));
        }
    });
    let store = tenant(&open(&url), "harborline");
    assert_eq!(format!("{store:?}"), "PostgresStore { tid: 1, .. }");
    let missing = open(&url);
    let missing = block_on(missing.open(&TenantId::new("contoso").unwrap())).unwrap();
    assert!(missing.is_none());
}

#[test]
fn an_older_database_is_brought_forward_once() {
    let Some(server) = Server::own() else { return };
    let url = server.database();
    open(&url);
    let back = "UPDATE meta SET val = '1' WHERE name = 'schema_version'; DROP INDEX change_of, change_at, resource_modified";
    run(&url, back);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| open(&url));
        }
    });
    // Whoever comes second finds everything done, and stumbles over nothing.
    assert_eq!(server.complaints(), [] as [&str; 0]);
}

#[test]
fn tenants_that_are_made_at_once_get_numbers_of_their_own() {
    let url = Server::shared().database();
    let databases = [(); 2].map(|()| open(&url));
    let mut shown: Vec<_> = thread::scope(|scope| {
        let makers: Vec<_> = (0..16_usize)
            .map(|number| {
                let database = &databases[number % 2];
                scope.spawn(move || {
                    format!("{:?}", tenant(database, &format!("tenant-{}", number / 2)))
                })
            })
            .collect();
        makers
            .into_iter()
            .map(|maker| maker.join().unwrap())
            .collect()
    });
    shown.sort();
    shown.dedup();
    assert_eq!(shown.len(), 8, "{shown:?}");
}

#[test]
fn somebody_elses_tables_are_left_alone() {
    let url = Server::shared().database();
    run(&url, "CREATE TABLE member (name text)");
    assert_eq!(try_open(&url, &schemas()).unwrap_err(), ErrorKind::Foreign);
}

#[test]
fn a_newer_database_is_refused() {
    let url = Server::shared().database();
    open(&url);
    run(
        &url,
        "UPDATE meta SET val = '99' WHERE name = 'schema_version'",
    );
    let newer = ErrorKind::Newer {
        found: 99,
        known: 4,
    };
    assert_eq!(try_open(&url, &schemas()).unwrap_err(), newer);
}

#[test]
fn what_cannot_be_reached_says_so() {
    assert_eq!(
        try_open("postgres:", &schemas()).err(),
        Some(ErrorKind::Url)
    );
    let nobody = "postgres://scim@%2Fno%2Fsuch%2Ffolder/scim";
    assert_eq!(
        try_open(nobody, &schemas()).unwrap_err(),
        ErrorKind::Unreachable
    );
    let url = Server::shared().database();
    let missing = format!("{url}_missing");
    assert_eq!(
        try_open(&missing, &schemas()).unwrap_err(),
        ErrorKind::NoDatabase
    );
    let outside = block_on(PostgresDatabase::connect(&url, schemas())).unwrap_err();
    assert_eq!(outside.kind(), &ErrorKind::NoRuntime);
}

#[test]
fn indexes_follow_the_schemas_and_former_schemas_are_out() {
    let url = Server::shared().database();
    let plain = Arc::new(SchemaSet::core());
    let former = tenant(&try_open(&url, &plain).unwrap(), "harborline");
    let (one, two) = (key("Group", 1), key("Group", 2));
    block_on(former.write(create(&one, group("Crew")))).unwrap();
    block_on(former.write(create(&two, group("CREW")))).unwrap();
    let path = "displayName".into();
    assert_eq!(
        try_open(&url, &schemas()).unwrap_err(),
        ErrorKind::Duplicate { path }
    );
    let rename = write(
        &two,
        Expect::Exists,
        Document::Put(Arc::new(group("Staff"))),
    );
    block_on(former.write(rename)).unwrap();
    let store = tenant(&open(&url), "harborline");
    let taken = block_on(store.write(create(&key("Group", 3), group("staff"))));
    assert!(
        matches!(taken, Err(StoreError::Taken { .. })),
        "the name is unique now: {taken:?}"
    );
    let total = block_on(store.query(&Query::new(["Group".into()])))
        .unwrap()
        .total;
    assert_eq!(total, Some(2));
    for answer in [
        block_on(former.get(&one)).err(),
        block_on(former.write(create(&key("Group", 4), group("CREW")))).err(),
    ] {
        let Some(StoreError::Other(why)) = answer else {
            panic!("{answer:?}")
        };
        assert!(why.to_string().contains("other schemas"), "{why}");
    }
}

#[test]
fn a_write_that_waits_for_whoever_fills_the_indexes_finds_the_schemas_changed() {
    let url = Server::shared().database();
    let store = tenant(&open(&url), "harborline");
    let lock = "BEGIN; SELECT FROM tenant FOR UPDATE; UPDATE meta SET val = 'another' WHERE name = 'coverage'";
    let waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let (filler, watcher) =
        runtime().block_on(async { (connect(&url).await, connect(&url).await) });
    runtime().block_on(filler.batch_execute(lock)).unwrap();
    let answer = thread::scope(|scope| {
        let mira = create(&key("User", 1), user("mira"));
        let writer = scope.spawn(|| block_on(store.write(mira)));
        while runtime()
            .block_on(watcher.query(waits, &[]))
            .unwrap()
            .is_empty()
        {
            thread::yield_now();
        }
        runtime().block_on(filler.batch_execute("COMMIT")).unwrap();
        writer.join().unwrap()
    });
    let Err(StoreError::Other(why)) = answer else {
        panic!("{answer:?}")
    };
    assert!(why.to_string().contains("other schemas"), "{why}");
}
