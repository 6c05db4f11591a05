//! Databases and writes that the tests share.

use std::sync::Arc;

use pollster::block_on;
use scimkit_patch::MemberChange;
use scimkit_schema::{DateTime, Name, Resource, ResourceId, SchemaSet, core};
use scimkit_sql::Indexes;
use scimkit_sqlite::{SqliteDatabase, SqliteStore};
use scimkit_store::{Action, Changed, Document, Draft, Expect, Key, Shown, TenantId, Write};
use tempfile::TempDir;

pub(crate) fn schemas() -> Arc<SchemaSet> {
    Arc::new(SchemaSet::core_with_unique_group_names())
}

/// The store that every SQL store's tests are run on.
pub(crate) type Tested = SqliteStore;

/// How many cases of a property are tried.
pub(crate) const CASES: u32 = 96;

/// A tenant without anything in it.
pub(crate) fn empty_store(indexes: Indexes) -> Tested {
    first_tenant(&SqliteDatabase::in_memory(indexes).unwrap())
}

/// A folder below the build's; what a test leaves there goes with it.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub(crate) fn file_database() -> SqliteDatabase {
    SqliteDatabase::open(folder().keep().join("tenants.db"), schemas()).unwrap()
}

pub(crate) fn memory_database() -> SqliteDatabase {
    SqliteDatabase::in_memory(schemas()).unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("harborline").unwrap()
}

pub(crate) fn first_tenant(database: &SqliteDatabase) -> SqliteStore {
    block_on(database.create_tenant(&tenant())).unwrap()
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
    let change = Changed {
        path: "x".into(),
        before: Shown::Nothing,
        after: Shown::Value("1".into()),
    };
    let event = Draft::new(at(0), "test", action).with_changes(vec![change]);
    Write::new(key.clone(), expect, document, event)
}

pub(crate) fn create(key: &Key, document: Resource) -> Write {
    write(key, Expect::Absent, Document::Put(Arc::new(document)))
}

pub(crate) fn add_members(group: &Key, members: &[&Key]) -> Write {
    let add = members.iter().map(|member| member.id.clone()).collect();
    let remove = vec![];
    write(group, Expect::Exists, Document::Keep).with_members(MemberChange::Delta { add, remove })
}
