//! The whole service in process, asked one thing after the other.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU64, Ordering},
};

use scimkit_filter::Related;
use scimkit_schema::{Clock, DateTime, IdSource, Name, ResourceId, SchemaSet};
use scimkit_server::{
    Access, Authenticator, Denied, PasswordHasher, PasswordRefused, Profile, Service, SigningKey,
    block_on,
    bytes::Bytes,
    http::{Method, Request, Response, StatusCode, request::Parts},
};
use scimkit_store::{
    Event, EventQuery, Key, MemoryStore, Query, Relation, Scope, Start, Store, Stored,
};
use serde_json::Value;

/// What stands between two requests.
const BETWEEN: &[u8] = b"\n~\n";
/// More of them are not asked.
const MOST: usize = 12;
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

static SCHEMAS: LazyLock<Arc<SchemaSet>> =
    LazyLock::new(|| Arc::new(SchemaSet::core_with_unique_group_names()));

/// A service with the users `1` and `2` and the group `3` of the first.
struct World {
    service: Service<Open>,
    store: MemoryStore,
}

/// Lets everybody in, as the user `1`.
#[derive(Clone)]
struct Open(MemoryStore);

impl Authenticator for Open {
    type Store = MemoryStore;

    async fn authenticate(&self, _: &Parts) -> Result<Access<MemoryStore>, Denied> {
        let id = ResourceId::new("1").expect("an id");
        let access = Access::new(self.0.clone(), "fuzz", Scope::ReadWrite);
        Ok(access.with_subject(Key::new(Name::from("User"), id)))
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(1_767_600_000_000_000)
    }
}

struct Counting(AtomicU64);

impl IdSource for Counting {
    fn next_id(&self) -> ResourceId {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        ResourceId::new(&number.to_string()).expect("an id")
    }
}

struct Short;

impl PasswordHasher for Short {
    fn hash(&self, password: &str) -> Result<Box<str>, PasswordRefused> {
        if password.len() < 4 {
            return Err(PasswordRefused::new("a password needs 4 characters"));
        }
        Ok(format!("${}", password.len()).into())
    }
}

impl World {
    fn new(profile: Profile) -> Self {
        let store = MemoryStore::new(SCHEMAS.clone());
        let ids = Arc::new(Counting(AtomicU64::new(1)));
        let service = Service::new(Open(store.clone()), SCHEMAS.clone(), Arc::new(Noon), ids)
            .with_profile(profile)
            .with_signing_key(SigningKey::new([7; 32]))
            .with_password_hasher(Arc::new(Short));
        let world = Self { service, store };
        for (path, body) in [
            (
                "/Users",
                r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira","externalId":"e","emails":[{"value":"m@x","type":"work"}]}"#,
            ),
            (
                "/Users",
                r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ben","active":false}"#,
            ),
            (
                "/Groups",
                r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Crew","members":[{"value":"1"}]}"#,
            ),
        ] {
            let request = Request::post(path).body(Bytes::from_static(body.as_bytes()));
            let made = world.service.handle_blocking(request.expect("a request"));
            assert_eq!(made.status(), StatusCode::CREATED);
        }
        world
    }

    /// Everything there is.
    fn state(&self) -> State {
        let types = SCHEMAS.types().iter().map(|known| known.name().clone());
        let query = Query::new(types).with_page(Start::Index(0), 1_000);
        let resources = block_on(self.store.query(&query))
            .expect("the store answers")
            .items;
        let members = |stored: &Stored| {
            let of = Relation::MembersOf(stored.key.id.clone());
            block_on(self.store.members(&of, None, 1_000)).expect("the store answers")
        };
        let after = EventQuery::after(0).with_limit(1_000);
        let events = self.store.events(&after);
        State {
            members: resources.iter().map(members).collect(),
            events: block_on(events).expect("the store answers"),
            resources,
        }
    }
}

/// What a store holds.
#[derive(Debug)]
struct State {
    resources: Vec<Stored>,
    members: Vec<Vec<Related>>,
    events: Vec<Event>,
}

/// Equal to the byte: the order of attributes counts.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Stored, &Stored)| {
            let is_document = Arc::ptr_eq(&a.document, &b.document)
                || a.document.to_string() == b.document.to_string();
            is_document && a == b
        };
        self.resources.len() == other.resources.len()
            && self.resources.iter().zip(&other.resources).all(same)
            && self.members == other.members
            && self.events == other.events
    }
}

/// Nothing that is asked ends in a server error; reads and what is refused change nothing; every error is a SCIM error that says its
/// status; every other body is a JSON object; a resource that was created reads back as it was answered; no password comes back.
///
/// The first line of the input is the profile; then requests with [`BETWEEN`] between them: method and target, header lines, an empty
/// line, the body.
pub fn request(bytes: &[u8]) {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (profile, rest) = bytes.split_at(end);
    let profile = std::str::from_utf8(profile).ok().and_then(Profile::by_name);
    let Some(profile) = profile else { return };
    let world = World::new(profile);
    let mut state = world.state();
    for one in split(&rest[1..]).into_iter().take(MOST) {
        let Some(request) = decode(one) else { continue };
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let what = || format!("{method} {uri}\n{}", String::from_utf8_lossy(one));
        let response = world.service.handle_blocking(request);
        check(&method, &response, &what);
        let after = world.state();
        let path = uri.path().to_ascii_lowercase();
        let is_search = path.trim_end_matches('/').ends_with(".search");
        let is_read = is_search || matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
        if is_read || response.status().as_u16() >= 300 {
            let status = response.status();
            assert!(
                after == state,
                "{status} changes something: {}\n{state:?}\n{after:?}",
                what()
            );
        }
        state = after;
        if response.status() == StatusCode::CREATED && uri.query().is_none() {
            let created: Value = serde_json::from_slice(response.body()).expect("JSON");
            let place = response.headers()["location"].to_str().expect("text");
            let again = Request::get(place).body(Bytes::new()).expect("a request");
            let again = world.service.handle_blocking(again);
            let again: Value = serde_json::from_slice(again.body()).expect("JSON");
            assert_eq!(again, created, "{}", what());
        }
    }
}

/// What every answer has to be.
fn check(method: &Method, response: &Response<Bytes>, what: &dyn Fn() -> String) {
    let (status, body) = (response.status(), response.body());
    assert!(status.as_u16() < 500, "{status}: {}", what());
    if body.is_empty() {
        let is_bare = *method == Method::HEAD
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        assert!(is_bare, "{status} without a body: {}", what());
        return;
    }
    assert_ne!(*method, Method::HEAD, "{}", what());
    let media_type = response.headers().get("content-type");
    let media_type = media_type.and_then(|value| value.to_str().ok());
    assert!(
        matches!(
            media_type,
            Some("application/scim+json" | "application/json")
        ),
        "{media_type:?}: {}",
        what()
    );
    let json: Value = serde_json::from_slice(body)
        .unwrap_or_else(|error| panic!("{error}: {body:?}: {}", what()));
    if status.as_u16() >= 400 {
        assert_eq!(json["status"], status.as_u16().to_string(), "{}", what());
        assert_eq!(json["schemas"], serde_json::json!([ERROR]), "{}", what());
        let detail = json["detail"].as_str().unwrap_or_default();
        assert!((1..2_000).contains(&detail.len()), "{detail}: {}", what());
    } else {
        assert!(json["schemas"].is_array(), "{json}: {}", what());
        assert!(!has_password(&json), "{json}: {}", what());
    }
}

fn has_password(json: &Value) -> bool {
    match json {
        Value::Array(values) => values.iter().any(has_password),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("password") || has_password(value)),
        _ => false,
    }
}

fn split(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(bytes, BETWEEN) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + BETWEEN.len()..];
    }
    parts.push(bytes);
    parts
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

/// None where no server would have such a request.
fn decode(bytes: &[u8]) -> Option<Request<Bytes>> {
    let (head, body) = match find(bytes, b"\n\n") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &b""[..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let (method, target) = first.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(target);
    for line in lines.filter(|line| !line.is_empty()) {
        let at = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..at], line[at + 1..].trim_ascii());
    }
    request.body(Bytes::copy_from_slice(body)).ok()
}
