//! The SQLite store with a million users, beside raw statements on equal tables in the same run.
//!
//! `SCIMKIT_USERS` and `SCIMKIT_MEMBERS` say how many users there are and how many of them are in the large group: 1,000,000 and half of
//! them by default. `SCIMKIT_BENCH_DIR` says where the files go.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use pollster::block_on;
use rusqlite::{Connection, params};
use scimkit_benches::people::{at, create, name, number, per_second, user, user_key};
use scimkit_filter::{BoundFilter, Filter};
use scimkit_patch::MemberChange;
use scimkit_schema::{Compat, Resource, ResourceId, SchemaSet, core};
use scimkit_sql::{ValueKey, codec, statements};
use scimkit_sqlite::{SqliteDatabase, SqliteStore};
use scimkit_store::{
    Action, Direction, Document, Draft, Expect, Key, Query, Sort, Start, Store, TenantId, Total,
    Write, write_place,
};

fn main() {
    let test = std::env::args().any(|argument| argument == "--test");
    let users = number("SCIMKIT_USERS").unwrap_or(if test { 600 } else { 1_000_000 });
    let members = number("SCIMKIT_MEMBERS").unwrap_or(users / 2);
    let base = std::env::var_os("SCIMKIT_BENCH_DIR").unwrap_or_else(|| "target".into());
    std::fs::create_dir_all(&base).expect("a folder");
    let folder = tempfile::tempdir_in(base).expect("a folder");
    let bench = Bench {
        users,
        members,
        rounds: if test { 5 } else { 2_000 },
    };
    let path = folder.path().join("store.db");
    let database = SqliteDatabase::open(&path, Arc::new(SchemaSet::core())).expect("a database");
    let tenant = TenantId::new("harborline").expect("a name");
    let store = block_on(database.create_tenant(&tenant)).expect("a tenant");
    println!("{users} users, {members} members in the large group");
    bench.load(&store, &path);
    bench.read(&store, &path);
    bench.search(&store);
    bench.page(&store);
    bench.add_members(&store);
}

struct Bench {
    users: usize,
    members: usize,
    /// How often a quick thing is measured.
    rounds: usize,
}

impl Bench {
    fn load(&self, store: &SqliteStore, path: &Path) {
        let begun = Instant::now();
        let mut loaded = 0;
        while loaded < self.users {
            let next = (loaded + 1_000).min(self.users);
            let writes = (loaded..next).map(|n| create(user_key(n), user(n)));
            for written in block_on(store.write_all(writes.collect())) {
                written.expect("a user");
            }
            loaded = next;
        }
        let took = begun.elapsed();
        println!(
            "load: {:.0} users/s, {} bytes per user, {} of them the document",
            per_second(self.users, took),
            size(path) / self.users as u64,
            codec::write_document(&user(0)).len(),
        );
        for number in [SMALL, LARGE] {
            let group = Resource::new(core::GROUP).with("displayName", format!("crew {number}"));
            block_on(store.write(create(group_key(number), group))).expect("a group");
        }
        let begun = Instant::now();
        for (group, many) in [(SMALL, self.members.min(100)), (LARGE, self.members)] {
            let ids: Vec<_> = (0..many).map(|n| user_key(n).id).collect();
            for some in ids.chunks(5_000) {
                block_on(store.write(add(group, some.to_vec()))).expect("members");
            }
        }
        println!(
            "load: {:.0} members/s",
            per_second(self.members, begun.elapsed())
        );
    }

    /// One user by id and by `userName`, beside the same statement alone.
    fn read(&self, store: &SqliteStore, path: &Path) {
        let raw = Connection::open(path).expect("the file");
        let tid: i64 = raw
            .query_row(statements::TENANT, ["harborline"], |row| row.get(0))
            .expect("the tenant");
        let by_id = self.measure(|n| {
            let mut statement = raw
                .prepare_cached(statements::RESOURCE)
                .expect("a statement");
            let id = user_key(self.somewhere(n)).id;
            let doc: String = statement
                .query_row(params![tid, "User", id.as_str()], |row| row.get(4))
                .expect("the user");
            doc.len()
        });
        by_id.print("get by id, raw", None);
        self.measure(|n| {
            let stored = block_on(store.get(&user_key(self.somewhere(n)))).expect("an answer");
            stored.expect("the user").document.attributes().len()
        })
        .print("get by id", Some(&by_id));
        let join = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM uniq u CROSS JOIN resource r WHERE u.tid = ?1 AND u.rtype = ?2 AND u.path = ?3 AND u.val = ?4 AND r.tid = u.tid AND r.rtype = u.rtype AND r.id = u.id";
        let by_name = self.measure(|n| {
            let mut statement = raw.prepare_cached(join).expect("a statement");
            let key = ValueKey::text(&name(self.somewhere(n)));
            let doc: String = statement
                .query_row(params![tid, "User", "userName", key.as_bytes()], |row| {
                    row.get(4)
                })
                .expect("the user");
            doc.len()
        });
        by_name.print("userName eq, raw", None);
        self.measure(|n| {
            let wanted = name(self.somewhere(n)).to_uppercase();
            found(store, &format!("userName eq \"{wanted}\""), 1)
        })
        .print("userName eq", Some(&by_name));
        self.measure(|n| {
            let wanted = name(self.somewhere(n));
            found(
                store,
                &format!("emails[type eq \"work\" and value eq \"{wanted}\"]"),
                1,
            )
        })
        .print("emails[…] eq", Some(&by_name));
    }

    fn search(&self, store: &SqliteStore) {
        let few = Self {
            rounds: self.rounds.min(50),
            ..*self
        };
        few.measure(|n| {
            let name = name(self.somewhere(n));
            let (_, part) = name.split_once('.').expect("a family name");
            let part = part.split('@').next().expect("a family name and a number");
            found(store, &format!("userName co \"{part}\""), 1)
        })
        .print("userName co, family name and number", None);
        few.measure(|n| {
            let name = name(self.somewhere(n));
            let start: String = name.chars().take(16).collect();
            found(store, &format!("userName sw \"{start}\""), 1)
        })
        .print("userName sw, 16 characters", None);
        let few = Self { rounds: 5, ..*self };
        few.measure(|_| {
            let at = |second: usize| at(second).to_string();
            let (from, to) = (at(self.users / 2), at(self.users / 2 + 100));
            found(
                store,
                &format!("meta.lastModified ge \"{from}\" and meta.lastModified lt \"{to}\""),
                1,
            )
        })
        .print("meta.lastModified, 100 of all", None);
    }

    fn page(&self, store: &SqliteStore) {
        let page = |query: &Query| {
            let page = block_on(store.query(query)).expect("a page");
            assert_eq!(page.items.len(), 100);
            page.items.len()
        };
        let all = || Query::new(["User".into()]).with_total(Total::Skip);
        let first = self.measure(|_| page(&all()));
        first.print("page 1 of 100", None);
        let last = user_key(self.users - 101);
        let after = all().with_page(Start::After(write_place(&last)), 100);
        let name = format!("page {} by cursor", self.users / 100);
        self.measure(|_| page(&after)).print(&name, Some(&first));
        let before = all().with_page(Start::Before(write_place(&last)), 100);
        self.measure(|_| page(&before))
            .print("the page before, back", Some(&first));
        let few = Self { rounds: 5, ..*self };
        for (by, direction) in [
            ("userName", Direction::Ascending),
            ("userName", Direction::Descending),
            ("meta.lastModified", Direction::Descending),
        ] {
            let users = [Arc::new(core::user_type())];
            let sort = Sort::bind(&by.parse().expect("a path"), direction, &users).expect("a sort");
            let sorted = Query::new(["User".into()]).with_sort(sort);
            few.measure(|_| page(&sorted))
                .print(&format!("page 1 by {by}, {direction:?}"), Some(&first));
        }
        let by_index = all().with_page(Start::Index(self.users as u64 - 100), 100);
        few.measure(|_| page(&by_index))
            .print("the last page by index", Some(&first));
    }

    fn add_members(&self, store: &SqliteStore) {
        let few = Self {
            rounds: self.rounds.min(1_000),
            ..*self
        };
        let into = |group: u32| {
            few.measure(|n| {
                // A user from behind is in neither group.
                let member = user_key(self.users - 1 - n % (self.users - self.members)).id;
                usize::from(
                    block_on(store.write(add(group, vec![member])))
                        .expect("an addition")
                        .changed,
                )
            })
        };
        let small = into(SMALL);
        small.print("add a member to 100", None);
        into(LARGE).print(&format!("add a member to {}", self.members), Some(&small));
    }

    /// Some user, other than the last time.
    const fn somewhere(&self, n: usize) -> usize {
        n.wrapping_mul(2_654_435_761) % self.users
    }

    fn measure(&self, mut work: impl FnMut(usize) -> usize) -> Times {
        let mut times = Vec::with_capacity(self.rounds);
        for n in 0..self.rounds {
            let begun = Instant::now();
            std::hint::black_box(work(n));
            times.push(begun.elapsed());
        }
        times.sort();
        Times(times)
    }
}

struct Times(Vec<Duration>);

impl Times {
    fn at(&self, percent: usize) -> f64 {
        let index = (self.0.len() * percent / 100).min(self.0.len() - 1);
        self.0[index].as_secs_f64() * 1e6
    }

    fn print(&self, name: &str, beside: Option<&Self>) {
        let ratio = beside.map(|other| format!("{:>8.2}x", self.at(50) / other.at(50)));
        println!(
            "{name:<38} p50 {:>10.1} us   p99 {:>10.1} us {}",
            self.at(50),
            self.at(99),
            ratio.unwrap_or_default()
        );
    }
}

const SMALL: u32 = 1;
const LARGE: u32 = 2;

fn group_key(n: u32) -> Key {
    let id = format!("0190b2f0-0000-7cc3-8a41-{n:012x}");
    Key::new("Group".into(), ResourceId::new(&id).expect("an id"))
}

fn add(group: u32, members: Vec<ResourceId>) -> Write {
    let event = Draft::new(at(0), "bench", Action::Patch);
    let (key, remove) = (group_key(group), Vec::new());
    Write::new(key, Expect::Exists, Document::Keep, event).with_members(MemberChange::Delta {
        add: members,
        remove,
    })
}

/// How many a filter finds: at least as many as there must be.
fn found(store: &SqliteStore, filter: &str, least: usize) -> usize {
    let filter: Filter = filter.parse().expect("a filter");
    let users = [Arc::new(core::user_type())];
    let filter = BoundFilter::bind(&filter, &users, Compat::strict()).expect("a filter");
    let page = block_on(store.query(&Query::new(["User".into()]).with_filter(filter)));
    let items = page.expect("a page").items.len();
    assert!(items >= least);
    items
}

fn size(path: &Path) -> u64 {
    let one = |suffix: &str| {
        let mut path = path.as_os_str().to_owned();
        path.push(suffix);
        std::fs::metadata(path).map_or(0, |file| file.len())
    };
    one("") + one("-wal")
}
