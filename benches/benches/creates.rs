//! Durable creates of users in SQLite: raw statements in transactions of a hundred, 32 callers of the store, 32 connections over HTTP.
//!
//! Every one is on disk before it is answered (`synchronous=FULL`), and all ways write the same rows. `SCIMKIT_CREATES` says how many there
//! are. Clients and server share the cores.

use std::{
    io::{BufRead, BufReader, Read, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    thread,
    time::Instant,
};

use pollster::block_on;
use rusqlite::{Connection, OptionalExtension, params};
use scimkit_benches::people::{create, name, number, per_second, user, user_key};
use scimkit_schema::SchemaSet;
use scimkit_server::{BearerTokens, Service};
use scimkit_sql::{Dialect, ValueKey, codec, sqlite, statements};
use scimkit_sqlite::{SqliteDatabase, SqliteStore};
use scimkit_store::{Scope, Store, TenantId};
use scimkit_system::{SystemClock, SystemRandom, UuidV7Ids};
use scimkit_tower::ScimService;

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let all = number("SCIMKIT_CREATES").unwrap_or(if is_test { 320 } else { 64_000 });
    let base = std::env::var_os("SCIMKIT_BENCH_DIR").unwrap_or_else(|| "target".into());
    std::fs::create_dir_all(&base).expect("a folder");
    let folder = tempfile::tempdir_in(base).expect("a folder");
    let schemas = Arc::new(SchemaSet::core());
    let tenant = TenantId::new("harborline").expect("a name");
    let open = |name: &str| {
        let database = SqliteDatabase::open(folder.path().join(name), schemas.clone());
        let database = database.expect("a database");
        let store = block_on(database.create_tenant(&tenant)).expect("a tenant");
        (database, store)
    };
    let raw = raw_creates(&folder.path().join("raw.db"), all);
    println!("{:<34} {raw:>9.0} /s", "raw, in hundreds");
    let print = |name: &str, rate: f64| {
        println!("{name:<34} {rate:>9.0} /s {:>6.0} %", 100.0 * rate / raw);
    };
    let (_, store) = open("store.db");
    print("store, 32 callers", store_creates(&store, all));
    let (database, _) = open("http.db");
    print(
        "HTTP, 32 connections",
        http_creates(&database, &schemas, all),
    );
}

fn store_creates(store: &SqliteStore, all: usize) -> f64 {
    let begun = Instant::now();
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            scope.spawn(move || {
                for n in (caller..all).step_by(CALLERS) {
                    block_on(store.write(create(user_key(n), user(n)))).expect("a user");
                }
            });
        }
    });
    per_second(all, begun.elapsed())
}

fn http_creates(database: &SqliteDatabase, schemas: &Arc<SchemaSet>, all: usize) -> f64 {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let tenant = TenantId::new("harborline").expect("a name");
    let tokens = BearerTokens::new(tenant, database.clone(), database.clone(), clock.clone());
    let issued = tokens.issue("bench", Scope::ReadWrite, None, &*random);
    let issued = block_on(issued).expect("a token");
    let token = issued.secret.expose().to_owned();
    let service = Service::new(
        tokens,
        schemas.clone(),
        clock,
        Arc::new(UuidV7Ids::default()),
    )
    .with_base_path("/scim/v2");
    let address = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = axum::Router::new().fallback_service(ScimService::new(service));
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    });
    let bodies: Vec<Vec<u8>> = (0..all).map(|n| request(n, &token)).collect();
    let begun = Instant::now();
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let bodies = &bodies;
            scope.spawn(move || {
                let mut connection = Client::new(address);
                for n in (caller..all).step_by(CALLERS) {
                    connection.send(&bodies[n]);
                }
            });
        }
    });
    per_second(all, begun.elapsed())
}

fn request(n: usize, token: &str) -> Vec<u8> {
    let body = user(n).to_string();
    let length = body.len();
    format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/scim+json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// As little of a client as can be, since it takes its time from the same cores.
struct Client {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Client {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Self {
            stream: BufReader::new(stream),
            line: String::new(),
            body: Vec::new(),
        }
    }

    fn send(&mut self, request: &[u8]) {
        self.stream.get_mut().write_all(request).expect("a request");
        let mut length = 0;
        let mut is_first = true;
        loop {
            self.line.clear();
            self.stream.read_line(&mut self.line).expect("a line");
            let line = self.line.trim_end();
            if is_first {
                assert!(line.starts_with("HTTP/1.1 201"), "{line}");
                is_first = false;
            }
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.parse().expect("a length");
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).expect("a body");
    }
}

/// The statements of a create and nothing else, 100 creates in each transaction.
fn raw_creates(path: &Path, many: usize) -> f64 {
    let raw = Connection::open(path).expect("a file");
    for (name, value) in [
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        ("cache_size", "-32768"),
    ] {
        raw.pragma_update(None, name, value).expect("a setting");
    }
    let steps = Dialect::Sqlite.steps().iter().copied().flatten();
    for statement in Dialect::Sqlite.create().iter().chain(steps) {
        raw.execute_batch(statement).expect("a table");
    }
    raw.execute(statements::CREATE_TENANT, ["raw"])
        .expect("a tenant");
    let users: Vec<_> = (0..many)
        .map(|n| {
            let (write, key) = (create(user_key(n), user(n)), ValueKey::text(&name(n)));
            let details = codec::write_details(&write.event);
            let (doc, parts) = (codec::write_document(&user(n)), name(n));
            (write.key.id, doc, key, details, parts)
        })
        .collect();
    let begun = Instant::now();
    for some in users.chunks(100) {
        raw.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        for (n, (id, doc, key, details, parts)) in some.iter().enumerate() {
            let run = |sql: &str, with: &[&dyn rusqlite::ToSql]| {
                let mut statement = raw.prepare_cached(sql).expect("a statement");
                statement.execute(with).expect("a row");
            };
            let (id, time, key) = (id.as_str(), n as i64, key.as_bytes());
            let none = None::<&str>;
            run(statements::CLAIM, params![1, "User", "userName", key, id]);
            run(
                statements::INSERT_RESOURCE,
                params![1, "User", id, key, none, 1, time, time, doc],
            );
            run(
                statements::INDEX_VALUE,
                params![1, "User", "emails.value", key, id],
            );
            run(sqlite::INDEX_PARTS, params![1, "User", id, parts]);
            let mut add = raw.prepare_cached(sqlite::ADD_EVENT).expect("a statement");
            let version = None::<i64>;
            let with = params![
                1, "User", id, "create", version, 1, time, "bench", none, details
            ];
            let seq: i64 = add.query_row(with, |row| row.get(0)).expect("a number");
            std::hint::black_box(seq);
        }
        raw.execute_batch("COMMIT").expect("a commit");
    }
    let rate = per_second(many, begun.elapsed());
    let rows = raw.query_row(statements::COUNT, params![1, "User"], |row| {
        row.get::<_, i64>(0)
    });
    assert_eq!(rows.optional().expect("a count"), Some(many as i64));
    rate
}

const CALLERS: usize = 32;
