//! The PostgreSQL store, beside raw statements on equal tables of the same server in the same run.
//!
//! The server is the one that `SCIMKIT_POSTGRES_URL` names, else one of the bench's own; where there is none, nothing is measured.
//! `SCIMKIT_USERS` and `SCIMKIT_MEMBERS` say how many users there are and how many of them are in the large group: 120,000 and 100,000 by
//! default.

#[allow(dead_code)]
#[path = "../../crates/postgres/tests/it/server.rs"]
mod server;

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use pollster::block_on;
use scimkit_benches::people::{at, create, name, number, per_second, user, user_key};
use scimkit_filter::{BoundFilter, Filter};
use scimkit_patch::MemberChange;
use scimkit_postgres::{PostgresDatabase, PostgresStore};
use scimkit_schema::{Compat, Resource, ResourceId, SchemaSet, core};
use scimkit_sql::{ValueKey, codec, postgres, statements::with_dollars as statements};
use scimkit_store::{
    Action, Document, Draft, Expect, Key, Query, Store, TenantId, Write, display_name,
};
use tokio::join;

use crate::server::{Server, connect, runtime};

fn main() {
    let test = std::env::args().any(|argument| argument == "--test");
    let Some(server) = Server::found() else {
        return;
    };
    let users = number("SCIMKIT_USERS").unwrap_or(if test { 400 } else { 120_000 });
    let members = number("SCIMKIT_MEMBERS").unwrap_or(users * 5 / 6);
    let bench = Bench {
        users,
        members,
        rounds: if test { 5 } else { 1_000 },
    };
    let url = server.database();
    let database = open(&url);
    let store = tenant(&database, 0);
    println!("{users} users, {members} members in the large group");
    bench.load(&store);
    bench.read(&store, &url);
    bench.add_members(&store);
    for (tenants, callers) in [(1, 32), (16, 32), (16, 128)] {
        bench.create(server, tenants, callers);
    }
}

struct Bench {
    users: usize,
    members: usize,
    /// How often a quick thing is measured.
    rounds: usize,
}

impl Bench {
    fn load(&self, store: &PostgresStore) {
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
        println!(
            "load: {:.0} users/s",
            per_second(self.users, begun.elapsed())
        );
        for (group, many) in [(SMALL, self.members.min(100)), (LARGE, self.members)] {
            let document = Resource::new(core::GROUP).with("displayName", format!("crew {group}"));
            block_on(store.write(create(group_key(group), document))).expect("a group");
            let ids: Vec<_> = (0..many).map(|n| user_key(n).id).collect();
            for some in ids.chunks(5_000) {
                block_on(store.write(add(group, some.to_vec()))).expect("members");
            }
        }
    }

    /// One user by id and by `userName`, beside the statement alone.
    fn read(&self, store: &PostgresStore, url: &str) {
        const BY_NAME: &str = "SELECT r.doc FROM uniq u JOIN resource r ON r.tid = u.tid AND r.rtype = u.rtype AND r.id = u.id WHERE u.tid = 1 AND u.rtype = 'User' AND u.path = 'userName' AND u.val = $1";
        const BY_ID: &str = "SELECT doc FROM resource WHERE tid = 1 AND rtype = 'User' AND id = $1";
        let client = runtime().block_on(entered(url, 1));
        let prepare = |text: &'static str| runtime().block_on(client.prepare(text));
        let (by_name, by_id) = (prepare(BY_NAME), prepare(BY_ID));
        let (by_name, by_id) = (by_name.expect("a statement"), by_id.expect("a statement"));
        let raw = self.measure(|n| {
            let id = user_key(self.somewhere(n)).id;
            let row = runtime().block_on(client.query_one(&by_id, &[&id.as_str()]));
            assert!(!row.expect("the user").get::<_, &str>(0).is_empty());
        });
        raw.print("get by id, raw", None);
        self.measure(|n| {
            let stored = block_on(store.get(&user_key(self.somewhere(n)))).expect("an answer");
            assert!(stored.is_some());
        })
        .print("get by id", Some(&raw));
        let raw = self.measure(|n| {
            let key = ValueKey::text(&name(self.somewhere(n)));
            let row = runtime().block_on(client.query_one(&by_name, &[&key.as_bytes()]));
            assert!(!row.expect("the user").get::<_, &str>(0).is_empty());
        });
        raw.print("userName eq, raw", None);
        let users = [Arc::new(core::user_type())];
        self.measure(|n| {
            let filter = format!("userName eq \"{}\"", name(self.somewhere(n)).to_uppercase());
            let filter: Filter = filter.parse().expect("a filter");
            let filter = BoundFilter::bind(&filter, &users, Compat::strict()).expect("a filter");
            let query = Query::new(["User".into()]).with_filter(filter);
            let page = block_on(store.query(&query)).expect("a page");
            assert_eq!(page.items.len(), 1);
        })
        .print("userName eq", Some(&raw));
    }

    fn add_members(&self, store: &PostgresStore) {
        let into = |group| {
            self.measure(|n| {
                // A user from behind is in neither group.
                let member = user_key(self.users - 1 - n % (self.users - self.members)).id;
                block_on(store.write(add(group, vec![member]))).expect("an addition");
            })
        };
        let small = into(SMALL);
        small.print("add a member to 100", None);
        into(LARGE).print(&format!("add a member to {}", self.members), Some(&small));
    }

    /// Durable creates by many callers, beside the statements that they come to, one connection per tenant: in transactions of as many as
    /// the callers of a tenant can bring at once, and in transactions of a hundred.
    fn create(&self, server: &Server, tenants: usize, callers: usize) {
        let each = (self.rounds * 16).div_ceil(callers);
        let all = callers * each;
        let url = server.database();
        let database = open(&url);
        let stores: Vec<_> = (0..tenants).map(|n| tenant(&database, n)).collect();
        let raw = [callers / tenants, 100].map(|together| {
            let url = server.database();
            let database = open(&url);
            for n in 0..tenants {
                tenant(&database, n);
            }
            let creates = |tid| raw_creates(url.clone(), tid, all / tenants, together);
            let raw = rate(all, (1..=tenants).map(creates));
            (together, url, raw)
        });
        let ours = rate(
            all,
            (0..callers).map(|caller| {
                let store = stores[caller % tenants].clone();
                async move {
                    for n in caller * each..(caller + 1) * each {
                        let written = store.write(create(user_key(n), user(n))).await;
                        written.expect("a user");
                    }
                }
            }),
        );
        let rows = |url: &str| runtime().block_on(count(url, tenants));
        let made = rows(&url);
        for (together, url, raw) in raw {
            assert_eq!(made, rows(&url), "equal rows were made");
            println!(
                "{:<44} {raw:>9.0} /s {:>8.0} %",
                format!("creates, {tenants} tenants, raw, {together} a commit"),
                100.0 * ours / raw
            );
        }
        println!(
            "{:<44} {ours:>9.0} /s",
            format!("creates, {tenants} tenants, {callers} callers")
        );
    }

    /// Some user, other than the last time.
    const fn somewhere(&self, n: usize) -> usize {
        n.wrapping_mul(2_654_435_761) % self.users
    }

    fn measure(&self, mut work: impl FnMut(usize)) -> Times {
        let mut times = Vec::with_capacity(self.rounds);
        for n in 0..self.rounds {
            let begun = Instant::now();
            work(n);
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
            "{name:<28} p50 {:>10.1} us   p99 {:>10.1} us {}",
            self.at(50),
            self.at(99),
            ratio.unwrap_or_default()
        );
    }
}

/// The rows that creates come to, so many users to a transaction, everything of a transaction in one round trip and in the statements that
/// the store sends: without reading what is there, and without one of the store's decisions.
async fn raw_creates(url: String, tid: usize, many: usize, together: usize) {
    let client = entered(&url, tid).await;
    let tid = tid as i64;
    let prepare = async |text| client.prepare(text).await.expect("a statement");
    let put = prepare(postgres::PUT_RESOURCES).await;
    let log = prepare(postgres::ADD_EVENTS).await;
    let mut done = 0;
    while done < many {
        let end = (done + together).min(many);
        let all: Vec<_> = (done..end).map(|n| Row::new(tid, n)).collect();
        let same = |value: &'static str| vec![value; all.len()];
        let numbers = |value: i64| vec![value; all.len()];
        let ids: Vec<_> = all.iter().map(|row| row.key.id.as_str()).collect();
        let texts = |of: fn(&Row) -> &str| all.iter().map(of).collect::<Vec<_>>();
        let names: Vec<_> = all.iter().map(|row| row.name.as_bytes()).collect();
        let external: Vec<_> = all.iter().map(|row| row.external.as_bytes()).collect();
        let (types, user_names, emails) = (same("User"), same("userName"), same("emails.value"));
        let (displays, documents) = (texts(|row| &row.display), texts(|row| &row.document));
        let (details, actions) = (texts(|row| &row.details), same("create"));
        let seqs: Vec<_> = (done..end).map(|n| n as i64 + 1).collect();
        let (ones, times, none) = (numbers(1), numbers(0), vec![None::<i64>; all.len()]);
        let (actors, unnamed) = (same("bench"), vec![None::<&str>; all.len()]);
        let (kind, difference, seq) = (vec!["User"], vec![(end - done) as i64], end as i64 + 1);
        let (begun, put, logged, committed) = join!(
            client.batch_execute("BEGIN"),
            async {
                client
                    .execute(
                        &put,
                        &[
                            &tid,
                            &types,
                            &ids,
                            &external,
                            &displays,
                            &ones,
                            &times,
                            &times,
                            &documents,
                            &types,
                            &user_names,
                            &names,
                            &ids,
                            &types,
                            &emails,
                            &names,
                            &ids,
                            &kind,
                            &difference,
                        ],
                    )
                    .await
            },
            async {
                client
                    .execute(
                        &log,
                        &[
                            &tid, &seqs, &types, &ids, &actions, &none, &ones, &times, &actors,
                            &unnamed, &details, &unnamed, &seq,
                        ],
                    )
                    .await
            },
            client.batch_execute("COMMIT"),
        );
        begun.expect("a transaction");
        for rows in [put, logged] {
            assert_eq!(rows.expect("rows"), all.len() as u64);
        }
        committed.expect("a commit");
        done = end;
    }
}

/// What a user comes to in the tables.
struct Row {
    key: Key,
    name: ValueKey,
    external: ValueKey,
    display: String,
    document: String,
    details: String,
}

impl Row {
    fn new(tid: i64, n: usize) -> Self {
        let user = user(n);
        let draft = Draft::new(at(tid as usize), "bench", Action::Create);
        Self {
            key: user_key(n),
            name: ValueKey::text(&name(n)),
            external: ValueKey::text(user.text("externalId").unwrap_or_default()),
            display: display_name(&user).unwrap_or_default().to_owned(),
            document: codec::write_document(&user),
            details: codec::write_details(&draft),
        }
    }
}

/// A connection that is in a tenant.
async fn entered(url: &str, tid: usize) -> tokio_postgres::Client {
    let client = connect(url).await;
    let enter = format!("SET scimkit.tid = '{tid}'");
    client.batch_execute(&enter).await.expect("a tenant");
    client
}

/// How many rows each table has.
async fn count(url: &str, tenants: usize) -> Vec<i64> {
    let mut counts = Vec::new();
    for tid in 1..=tenants {
        let client = entered(url, tid).await;
        for table in ["resource", "uniq", "attr_ix", "change_log"] {
            let text = format!("SELECT count(*) FROM {table}");
            counts.push(client.query_one(&text, &[]).await.expect("a count").get(0));
        }
        let of: (i64, &str) = (tid as i64, "User");
        let row = client.query_one(statements::COUNT, &[&of.0, &of.1]).await;
        counts.push(row.expect("the count").get(0));
    }
    counts
}

/// Does all of this work at once. Gives how many things of it were done in a second.
fn rate(many: usize, work: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) -> f64 {
    let begun = Instant::now();
    let work: Vec<_> = work.map(|one| runtime().spawn(one)).collect();
    for one in work {
        runtime().block_on(one).expect("work that is done");
    }
    per_second(many, begun.elapsed())
}

fn open(url: &str) -> PostgresDatabase {
    let schemas = Arc::new(SchemaSet::core());
    let database = runtime().block_on(PostgresDatabase::connect(url, schemas));
    database.expect("a database")
}

fn tenant(database: &PostgresDatabase, n: usize) -> PostgresStore {
    let name = TenantId::new(&format!("tenant-{n}")).expect("a name");
    block_on(database.create_tenant(&name)).expect("a tenant")
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
