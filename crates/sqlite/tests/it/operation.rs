//! Backups, checks and retention while the file is in use.

use std::{
    io::{Seek, SeekFrom, Write as _},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use pollster::block_on;
use scimkit_sqlite::{ErrorKind, SqliteDatabase};
use scimkit_store::{EventQuery, Query, Store, StoreError};

use crate::samples::{create, first_tenant, folder, key, schemas, user};

#[test]
fn a_backup_is_one_state_of_a_database_in_use() {
    let folder = folder();
    let (path, copy) = (
        folder.path().join("tenants.db"),
        folder.path().join("copy.db"),
    );
    let database = SqliteDatabase::open(&path, schemas()).unwrap();
    let store = first_tenant(&database);
    std::fs::write(&copy, "an older backup").unwrap();
    let stop = AtomicBool::new(false);
    let written = thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) || number < 50 {
                block_on(store.write(create(
                    &key("User", number),
                    user(&format!("user-{number}")),
                )))
                .unwrap();
                number += 1;
            }
            number
        });
        while block_on(store.events(&EventQuery::after(0))).unwrap().len() < 20 {}
        block_on(database.backup(&copy)).unwrap();
        stop.store(true, Ordering::Relaxed);
        writing.join().unwrap()
    });
    let copied = SqliteDatabase::open(&copy, schemas()).unwrap();
    block_on(copied.check()).unwrap();
    let copied = first_tenant(&copied);
    let total = block_on(copied.query(&Query::new(["User".into()])))
        .unwrap()
        .total
        .unwrap();
    let events = block_on(copied.events(&EventQuery::after(0).with_limit(usize::MAX))).unwrap();
    assert_eq!(
        total,
        events.len() as u64,
        "users and events are of one moment"
    );
    assert!((20..=u64::from(written)).contains(&total));
    block_on(copied.write(create(&key("User", 70_000), user("new")))).unwrap();
    assert!(!folder.path().join("copy.db.part").exists());
    let nowhere = block_on(database.backup(folder.path().join("no/such/folder.db")));
    let Err(StoreError::Other(error)) = nowhere else {
        panic!("{nowhere:?}")
    };
    let kind = error
        .downcast_ref::<scimkit_sqlite::Error>()
        .map(scimkit_sqlite::Error::kind);
    assert_eq!(kind, Some(&ErrorKind::CannotOpen));
}

#[test]
fn damage_is_found() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    let database = SqliteDatabase::open(&path, schemas()).unwrap();
    let store = first_tenant(&database);
    let users =
        (0..200).map(|number| create(&key("User", number), user(&format!("user-{number}"))));
    for written in block_on(store.write_all(users.collect())) {
        written.unwrap();
    }
    block_on(database.check()).unwrap();
    drop((database, store));
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let middle = file.metadata().unwrap().len() / 2 / 4096 * 4096;
    file.seek(SeekFrom::Start(middle)).unwrap();
    file.write_all(&[0xff; 4096]).unwrap();
    drop(file);
    let checked = SqliteDatabase::open(&path, schemas()).map(|database| block_on(database.check()));
    assert!(
        !matches!(checked, Ok(Ok(()))),
        "a page of the file is no page any more"
    );
}
