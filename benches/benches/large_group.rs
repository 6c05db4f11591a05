//! What reading a large group costs, in time and in memory: `GET /Groups/{id}` through the whole service on a SQLite file, with all of its
//! members, without them, and beside it what the answer alone weighs.
//!
//! `SCIMKIT_MEMBERS` says how many members there are; 500,000 by default.

use std::{sync::Arc, time::Instant};

use pollster::block_on;
use scimkit_patch::MemberChange;
use scimkit_schema::{Clock, DateTime, Resource, ResourceId, SchemaSet, core};
use scimkit_server::{
    Access, Authenticator, Denied, Service,
    bytes::Bytes,
    http::{Request, request::Parts},
};
use scimkit_sqlite::{SqliteDatabase, SqliteStore};
use scimkit_store::{Action, Document, Draft, Expect, Key, Scope, Store, TenantId, Write};
use scimkit_system::{SystemClock, UuidV7Ids};

/// Everybody is let in.
struct Open(SqliteStore);

impl Authenticator for Open {
    type Store = SqliteStore;

    async fn authenticate(&self, _: &Parts) -> Result<Access<SqliteStore>, Denied> {
        Ok(Access::new(self.0.clone(), "bench", Scope::ReadWrite))
    }
}

fn main() {
    let is_trial = std::env::args().any(|argument| argument == "--test");
    let asked = std::env::var("SCIMKIT_MEMBERS").map_or(500_000, |text| text.parse().unwrap());
    let members = if is_trial { 1_000 } else { asked };
    let folder = tempfile::tempdir().unwrap();
    let schemas = Arc::new(SchemaSet::core());
    let database = SqliteDatabase::open(folder.path().join("tenant.db"), schemas.clone()).unwrap();
    let store = block_on(database.create_tenant(&TenantId::new("bench").unwrap())).unwrap();
    fill(&store, members);

    let ids = Arc::new(UuidV7Ids::default());
    let service = Service::new(Open(store), schemas, Arc::new(SystemClock), ids)
        .with_public_url("https://tenant.example/scim/v2");
    for what in ["", "?excludedAttributes=members"] {
        let request = Request::get(format!("/Groups/group{what}")).body(Bytes::new());
        // What was the peak so far is forgotten.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let resident = resident_kib("VmRSS:");
        let begun = Instant::now();
        let response = service.handle_blocking(request.unwrap());
        assert_eq!(response.status(), 200);
        let (took, size) = (begun.elapsed(), response.body().len() >> 10);
        let peak = resident_kib("VmHWM:") - resident;
        println!(
            "GET /Groups/group{what}: {took:?}, {size} KiB of answer, {peak} KiB more at the peak than before"
        );
    }
}

/// Users `user-0000000` and on, all in one group.
fn fill(store: &SqliteStore, members: usize) {
    let now = SystemClock.now();
    let id = |number: usize| {
        ResourceId::new(&format!("{number:08}-0000-7000-8000-000000000000")).unwrap()
    };
    for first in (0..members).step_by(1_000) {
        let numbers = first..members.min(first + 1_000);
        let writes = numbers.clone().map(|number| {
            let user = Resource::new(core::USER)
                .with(
                    "userName",
                    format!("user-{number}@harborline.example").as_str(),
                )
                .with("displayName", format!("User Number {number}").as_str());
            create(Key::new("User".into(), id(number)), user, &now)
        });
        for done in block_on(store.write_all(writes.collect())) {
            done.unwrap();
        }
    }
    let group = Key::new("Group".into(), ResourceId::new("group").unwrap());
    let document = Resource::new(core::GROUP).with("displayName", "Everybody");
    let mut write = create(group, document, &now);
    write.members = MemberChange::Exactly((0..members).map(id).collect());
    block_on(store.write(write)).unwrap();
}

fn create(key: Key, document: Resource, now: &DateTime) -> Write {
    let event = Draft::new(now.clone(), "bench", Action::Create);
    Write::new(
        key,
        Expect::Absent,
        Document::Put(Arc::new(document)),
        event,
    )
}

/// A figure of the process, from what the system says of it.
fn resident_kib(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
