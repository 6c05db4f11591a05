//! Databases and writes that the tests share.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use pollster::block_on;
use scimkit_patch::MemberChange;
use scimkit_postgres::{PostgresDatabase, PostgresStore};
use scimkit_schema::{DateTime, Name, Resource, ResourceId, SchemaSet, core};
use scimkit_sql::Indexes;
use scimkit_store::{Action, Document, Draft, Expect, Key, TenantId, Write};

use crate::server::{Server, runtime};

pub(crate) fn schemas() -> Arc<SchemaSet> {
    Arc::new(SchemaSet::core_with_unique_group_names())
}

/// Opens a database as a process of its own would.
pub(crate) fn open(url: &str) -> PostgresDatabase {
    runtime()
        .block_on(PostgresDatabase::connect(url, schemas()))
        .unwrap()
}

/// The store that every SQL store's tests are run on.
pub(crate) type Tested = PostgresStore;

/// How many cases of a property are tried.
pub(crate) const CASES: u32 = 24;

/// A tenant without anything in it, in a database of its kind.
pub(crate) fn empty_store(indexes: Indexes) -> Tested {
    static DATABASES: Mutex<BTreeMap<String, PostgresDatabase>> = Mutex::new(BTreeMap::new());
    let mut databases = DATABASES.lock().unwrap();
    let database = databases.entry(indexes.coverage()).or_insert_with(|| {
        let url = Server::shared().database();
        let connecting = PostgresDatabase::connect(&url, indexes);
        runtime().block_on(connecting).unwrap()
    });
    tenant(database, &new_name())
}

/// A database that no other test uses.
pub(crate) fn new_database() -> PostgresDatabase {
    open(&Server::shared().database())
}

/// A tenant that no other test uses, in a database that they share.
pub(crate) fn new_tenant() -> PostgresStore {
    static SHARED: OnceLock<PostgresDatabase> = OnceLock::new();
    tenant(SHARED.get_or_init(new_database), &new_name())
}

fn new_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("tenant-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn tenant(database: &PostgresDatabase, name: &str) -> PostgresStore {
    block_on(database.create_tenant(&TenantId::new(name).unwrap())).unwrap()
}

pub(crate) fn at(second: i64) -> DateTime {
    DateTime::from_unix_micros(1_767_600_000_000_000).plus_seconds(second)
}

pub(crate) fn key(type_name: &str, number: u32) -> Key {
    let id = format!("018f0000-0000-7000-8000-{type_name:.1}{number:011}");
    Key::new(Name::from(type_name), ResourceId::new(&id).unwrap())
}

pub(crate) fn user(name: &str) -> Resource {
    Resource::new(core::USER).with("userName", name)
}

pub(crate) fn group(name: &str) -> Resource {
    Resource::new(core::GROUP).with("displayName", name)
}

pub(crate) fn write(key: &Key, expect: Expect, document: Document) -> Write {
    let action = match (&expect, &document) {
        (_, Document::Delete) => Action::Delete,
        (Expect::Absent, _) => Action::Create,
        (_, Document::Keep) => Action::Patch,
        (_, Document::Put(_)) => Action::Replace,
    };
    Write::new(
        key.clone(),
        expect,
        document,
        Draft::new(at(0), "test", action),
    )
}

pub(crate) fn create(key: &Key, document: Resource) -> Write {
    write(key, Expect::Absent, Document::Put(Arc::new(document)))
}

pub(crate) fn replace(key: &Key, expect: Expect, document: Resource) -> Write {
    write(key, expect, Document::Put(Arc::new(document)))
}

pub(crate) fn delete(key: &Key) -> Write {
    write(key, Expect::Exists, Document::Delete)
}

pub(crate) fn change_members(group: &Key, add: &[&Key], remove: &[&Key]) -> Write {
    let ids = |keys: &[&Key]| keys.iter().map(|key| key.id.clone()).collect();
    let (add, remove) = (ids(add), ids(remove));
    write(group, Expect::Exists, Document::Keep).with_members(MemberChange::Delta { add, remove })
}
