//! Empty tenants of each kind.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU32, Ordering},
};

use pollster::block_on;
use scimkit::{
    postgres::{PostgresDatabase, PostgresStore},
    schema::SchemaSet,
    sqlite::{SqliteDatabase, SqliteStore},
    store::{MemoryStore, TenantId},
};
use scimkit_sql::Indexes;
use tempfile::TempDir;

use crate::server::{Server, runtime};

pub(crate) fn schemas() -> Arc<SchemaSet> {
    Arc::new(SchemaSet::core_with_unique_group_names())
}

/// With an attribute that schemas do not index by themselves.
fn indexes() -> Indexes {
    let title = "title".parse().unwrap();
    Indexes::new(schemas()).with("User", &title).unwrap()
}

pub(crate) fn memory() -> MemoryStore {
    MemoryStore::new(schemas())
}

pub(crate) fn sqlite() -> SqliteStore {
    of(&SqliteDatabase::in_memory(indexes()).unwrap())
}

/// In a file, which is there as long as the folder.
pub(crate) fn sqlite_file() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let database = SqliteDatabase::open(folder.path().join("tenants.db"), indexes()).unwrap();
    (of(&database), folder)
}

fn of(database: &SqliteDatabase) -> SqliteStore {
    block_on(database.create_tenant(&TenantId::new("harborline").unwrap())).unwrap()
}

/// One tenant as two processes have it; none without a server.
pub(crate) fn postgres() -> Option<[PostgresStore; 2]> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    static PROCESSES: OnceLock<Option<[PostgresDatabase; 2]>> = OnceLock::new();
    let processes = PROCESSES.get_or_init(|| {
        let url = Server::found()?.database();
        let connect = || runtime().block_on(PostgresDatabase::connect(&url, indexes()));
        Some([connect().unwrap(), connect().unwrap()])
    });
    let name = format!("tenant-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let name = TenantId::new(&name).unwrap();
    let open = |database: &PostgresDatabase| block_on(database.create_tenant(&name)).unwrap();
    processes.as_ref().map(|all| all.each_ref().map(open))
}
