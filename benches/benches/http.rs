//! `GET /Users/{id}` through axum on a loopback socket, beside an axum handler that returns the same bytes and does nothing else.
//!
//! Both servers run in this process, each on its own two threads, and so do their clients: what is measured is shared by all of them, on
//! however many cores there are. The clients are plain sockets that send one request and read one answer at a time, on connections that
//! are kept. Rounds of both alternate, so that what else the machine does falls on both.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, response::Response, routing::get};
use scimkit_schema::{SchemaSet, core};
use scimkit_server::{BearerTokens, Service, block_on, http::Request};
use scimkit_store::{MemoryTenants, MemoryTokens, Scope, TenantId};
use scimkit_system::{SystemClock, SystemRandom, UuidV7Ids};
use scimkit_tower::ScimService;

const CONNECTIONS: usize = 4;
const ROUNDS: usize = 40;
const ROUND: Duration = Duration::from_millis(250);
const USER: &str = include_str!("user.json");

fn main() {
    // Without `--bench` it is only to be seen that it runs.
    let measured = !std::env::args().any(|argument| argument == "--test");
    let (rounds, round) = if measured {
        (ROUNDS, ROUND)
    } else {
        (1, Duration::from_millis(50))
    };
    let (service, path, token) = service();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: tenant.example\r\naccept: application/scim+json\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    let scim = serve(Router::new().fallback_service(ScimService::new(service)));
    let (head, body) = answer(scim, &request);
    let bare = serve(same(&head, &body));
    let (bare_head, bare_body) = answer(bare, &request);
    assert_eq!(
        (sorted(&head), body.as_slice()),
        (sorted(&bare_head), bare_body.as_slice())
    );

    let mut rates = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let pair = [bare, scim].map(|address| rate(address, &request, round));
        for (rates, rate) in rates.iter_mut().zip([pair[0], pair[1], pair[1] / pair[0]]) {
            rates.push(rate);
        }
    }
    if !measured {
        return;
    }
    let [bare, scim, ratio] = rates.map(median);
    println!(
        "\nGET /Users/{{id}} over a loopback socket, {CONNECTIONS} connections, {} bytes of body, medians of {ROUNDS} rounds",
        body.len()
    );
    println!("  {:<24} {bare:>10.0} requests/s", "bare axum handler");
    println!(
        "  {:<24} {scim:>10.0} requests/s  {ratio:>6.2}x",
        "scimkit on axum"
    );
}

/// The service with one user, the path of the user, and a token.
fn service() -> (
    Service<BearerTokens<MemoryTenants, MemoryTokens>>,
    String,
    String,
) {
    let schemas = Arc::new(SchemaSet::core());
    let tenant = TenantId::new("harborline").expect("a name");
    let tenants = MemoryTenants::new();
    let _store = tenants.create(tenant.clone(), schemas.clone());
    let tokens = BearerTokens::new(tenant, tenants, MemoryTokens::new(), Arc::new(SystemClock));
    let issued = block_on(tokens.issue("bench", Scope::ReadWrite, None, &SystemRandom));
    let token = issued.expect("a token").secret.expose().to_owned();
    let ids = Arc::new(UuidV7Ids::new(SystemClock));
    let service =
        Service::new(tokens, schemas, Arc::new(SystemClock), ids).with_base_path("/scim/v2");
    let create = Request::post("/scim/v2/Users").header("authorization", format!("Bearer {token}"));
    let created = service.handle_blocking(create.body(Bytes::from(USER)).expect("a request"));
    assert_eq!(created.status(), 201, "{:?}", created.body());
    let body: serde_json::Value = serde_json::from_slice(created.body()).expect("JSON");
    assert_eq!(body["schemas"][0], core::USER);
    let path = format!("/scim/v2/Users/{}", body["id"].as_str().expect("an id"));
    (service, path, token)
}

/// A handler of the same answer, byte for byte but for the date.
fn same(head: &str, body: &[u8]) -> Router {
    let mut headers = Vec::new();
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ").expect("a header");
        if !matches!(name, "date" | "content-length") {
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let body = Bytes::copy_from_slice(body);
    let handler = move || {
        let mut response = Response::builder();
        for (name, value) in &headers {
            response = response.header(name, value);
        }
        let response = response.body(axum::body::Body::from(body.clone()));
        async { response.expect("a response") }
    };
    Router::new().route("/scim/v2/Users/{id}", get(handler))
}

/// Serves for as long as the program runs.
fn serve(app: Router) -> SocketAddr {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
    let listener = listener.expect("a socket");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || runtime.block_on(async { axum::serve(listener, app).await }));
    address
}

/// How many requests are answered in a second.
fn rate(address: SocketAddr, request: &str, round: Duration) -> f64 {
    let stop = AtomicBool::new(false);
    let began = Instant::now();
    let answered: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| ask_until(address, request, &stop)))
            .collect();
        thread::sleep(round);
        stop.store(true, Ordering::Relaxed);
        clients
            .into_iter()
            .map(|client| client.join().expect("a client"))
            .sum()
    });
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of seconds' worth of requests"
    )]
    let answered = answered as f64;
    answered / began.elapsed().as_secs_f64()
}

/// Asks again and again on one connection.
fn ask_until(address: SocketAddr, request: &str, stop: &AtomicBool) -> usize {
    let mut connection = TcpStream::connect(address).expect("a connection");
    connection.set_nodelay(true).expect("a socket");
    let mut buffer = vec![0; 16 << 10];
    let mut answered = 0;
    let mut length = None;
    while !stop.load(Ordering::Relaxed) {
        connection
            .write_all(request.as_bytes())
            .expect("it is read");
        let mut filled = 0;
        // Every answer is as long as the first one.
        while length.is_none_or(|length| filled < length) {
            filled += connection.read(&mut buffer[filled..]).expect("it answers");
            assert!(filled > 0, "the connection was closed");
            length = length.or_else(|| whole(&buffer[..filled]));
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"));
        answered += 1;
    }
    answered
}

/// The length of the answer that begins here, once its head is complete.
fn whole(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    Some(end + length.parse::<usize>().ok()?)
}

/// Head and body of one answer.
fn answer(address: SocketAddr, request: &str) -> (String, Vec<u8>) {
    let mut connection = TcpStream::connect(address).expect("a connection");
    let close = request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    connection.write_all(close.as_bytes()).expect("it is read");
    let mut all = Vec::new();
    connection.read_to_end(&mut all).expect("it answers");
    let end = all
        .windows(4)
        .position(|part| part == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(all[..end].to_vec()).expect("text");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let head = head
        .replace("connection: close\r\n", "")
        .replace("\r\nconnection: close", "");
    (head, all.split_off(end + 4))
}

fn sorted(head: &str) -> Vec<&str> {
    let mut lines: Vec<_> = head
        .lines()
        .filter(|line| !line.starts_with("date"))
        .collect();
    lines.sort_unstable();
    lines
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
