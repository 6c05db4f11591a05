//! Which attributes an answer holds (RFC 7644 §3.9).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use scimkit_filter::Related;
use scimkit_schema::{
    Attribute, AttributeType, ResourceId, ResourceType, Returned, Schema, SchemaSet,
};
use scimkit_server::{
    Access, Authenticator, Denied, Profile, Service,
    bytes::Bytes,
    http::{Method, Request, request::Parts},
};
use scimkit_store::{
    Answer, Key, MemoryStore, Page, Query, Relation, Scope, Store, Stored, Write, Written,
};
use serde_json::{Value, json};

use crate::tenant::{Counting, HandClock, Tenant};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn sample() -> (Tenant, String) {
    let tenant = Tenant::new(Profile::strict());
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": "mira@x",
        "name": {"givenName": "Mira", "familyName": "Holm"},
        "emails": [{"value": "m@x", "type": "work"}],
        ENTERPRISE: {"department": "Docks", "division": "North"},
    });
    let id = tenant.post("/Users", &body.to_string()).body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (tenant, id)
}

/// The names in a resource, apart from `schemas` and `id`.
fn names(resource: &Value) -> Vec<&str> {
    let names = resource.as_object().unwrap().keys().map(String::as_str);
    names
        .filter(|name| !["schemas", "id"].contains(name))
        .collect()
}

#[test]
fn attributes_may_be_named_with_urn_and_sub_attribute() {
    let (tenant, id) = sample();
    for (asked, shown) in [
        ("userName".to_owned(), json!({"userName": "mira@x"})),
        (format!("{USER}:USERNAME"), json!({"userName": "mira@x"})),
        (
            format!("{USER}:name.givenName"),
            json!({"name": {"givenName": "Mira"}}),
        ),
        (
            "emails.type,name.familyName".to_owned(),
            json!({"name": {"familyName": "Holm"}, "emails": [{"type": "work"}]}),
        ),
        (
            format!("{ENTERPRISE}:department"),
            json!({ENTERPRISE: {"department": "Docks"}}),
        ),
        (
            ENTERPRISE.to_owned(),
            json!({ENTERPRISE: {"department": "Docks", "division": "North"}}),
        ),
    ] {
        let mut read = tenant.get(&format!("/Users/{id}?attributes={asked}")).body;
        assert_eq!(read["id"], id.as_str(), "what is always returned: {asked}");
        let object = read.as_object_mut().unwrap();
        object.remove("id");
        object.remove("schemas");
        assert_eq!(read, shown, "{asked}");
    }
}

#[test]
fn excluded_attributes_never_take_what_is_always_returned() {
    let (tenant, id) = sample();
    let asked = format!("id,schemas,meta,name,emails.type,{ENTERPRISE}:division,groups");
    let read = tenant
        .get(&format!("/Users/{id}?excludedAttributes={asked}"))
        .body;
    assert_eq!(read["id"], id.as_str());
    assert_eq!(names(&read), ["active", "emails", ENTERPRISE, "userName"]);
    assert_eq!(read["emails"], json!([{"value": "m@x"}]));
    assert_eq!(read[ENTERPRISE], json!({"department": "Docks"}));
}

#[test]
fn every_answer_that_holds_a_resource_obeys() {
    let (tenant, id) = sample();
    let body = format!(r#"{{"schemas":["{USER}"],"userName":"mira@x"}}"#);
    let patch = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"x"}]}"#;
    let other = body.replace("mira", "other");
    for (method, path, body) in [
        (Method::GET, format!("/Users/{id}?attributes=userName"), ""),
        (
            Method::PUT,
            format!("/Users/{id}?attributes=userName"),
            &*body,
        ),
        (
            Method::PATCH,
            format!("/Users/{id}?attributes=userName"),
            patch,
        ),
        (
            Method::POST,
            "/Users?attributes=userName".to_owned(),
            &*other,
        ),
    ] {
        let answer = tenant.send(method, &path, body);
        assert!(answer.status.is_success(), "{}", answer.body);
        assert_eq!(names(&answer.body), ["userName"]);
    }
    let listed = tenant.get("/Users?attributes=userName").body;
    assert_eq!(names(&listed["Resources"][0]), ["userName"]);
    let both = tenant.get("/Users?attributes=userName&excludedAttributes=name");
    assert_eq!(
        (both.status.as_u16(), &both.body["scimType"]),
        (400, &json!("invalidValue"))
    );
}

/// A store that counts how often the membership relation is read.
#[derive(Clone)]
struct Watched {
    store: MemoryStore,
    reads: Arc<AtomicUsize>,
}

impl Store for Watched {
    fn get(&self, key: &Key) -> impl Future<Output = Answer<Option<Stored>>> + Send {
        self.store.get(key)
    }

    fn query(&self, query: &Query) -> impl Future<Output = Answer<Page>> + Send {
        self.store.query(query)
    }

    fn write(&self, write: Write) -> impl Future<Output = Answer<Written>> + Send {
        self.store.write(write)
    }

    fn members(
        &self,
        of: &Relation,
        after: Option<&ResourceId>,
        limit: usize,
    ) -> impl Future<Output = Answer<Vec<Related>>> + Send {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.store.members(of, after, limit)
    }
}

/// Lets everybody in.
struct Open(Watched);

impl Authenticator for Open {
    type Store = Watched;

    async fn authenticate(&self, _: &Parts) -> Result<Access<Watched>, Denied> {
        Ok(Access::new(self.0.clone(), "test", Scope::ReadWrite))
    }
}

fn open(schemas: SchemaSet) -> (Service<Open>, Arc<AtomicUsize>) {
    let schemas = Arc::new(schemas);
    let reads = Arc::new(AtomicUsize::new(0));
    let watched = Watched {
        store: MemoryStore::new(schemas.clone()),
        reads: reads.clone(),
    };
    let (clock, ids) = (
        Arc::new(HandClock::default()),
        Arc::new(Counting::default()),
    );
    (Service::new(Open(watched), schemas, clock, ids), reads)
}

fn send(service: &Service<Open>, method: Method, path: &str, body: &Value) -> Value {
    let request = Request::builder().method(method).uri(path);
    let response = service.handle_blocking(request.body(Bytes::from(body.to_string())).unwrap());
    assert!(response.status().is_success(), "{response:?}");
    serde_json::from_slice(response.body()).unwrap_or(Value::Null)
}

#[test]
fn members_that_are_not_wanted_are_not_read() {
    let (service, reads) = open(SchemaSet::core());
    let user = send(
        &service,
        Method::POST,
        "/Users",
        &json!({"userName": "mira@x"}),
    );
    let members = json!([{"value": user["id"]}]);
    let body = json!({"displayName": "Staff", "members": members});
    let group = send(&service, Method::POST, "/Groups", &body);
    let path = format!("/Groups/{}", group["id"].as_str().unwrap());
    for (query, expected) in [
        ("?excludedAttributes=members", 0),
        ("?attributes=displayName", 0),
        ("?attributes=members", 1),
        ("", 1),
    ] {
        reads.store(0, Ordering::SeqCst);
        send(
            &service,
            Method::GET,
            &format!("{path}{query}"),
            &Value::Null,
        );
        assert_eq!(reads.load(Ordering::SeqCst), expected, "{query}");
    }
    reads.store(0, Ordering::SeqCst);
    send(
        &service,
        Method::GET,
        "/Groups?excludedAttributes=members&filter=displayName+eq+%22Staff%22",
        &Value::Null,
    );
    assert_eq!(reads.load(Ordering::SeqCst), 0);
}

#[test]
fn what_is_returned_on_request_is_shown_to_who_asks_or_just_wrote_it() {
    let note = Attribute::new("note", AttributeType::String).with_returned(Returned::Request);
    let plain = Attribute::new("label", AttributeType::String);
    let schema = Schema::new("urn:example:badge", "Badge", [plain, note]).unwrap();
    let types = [ResourceType::new("Badge", "/Badges", schema)];
    let (service, _) = open(SchemaSet::new(types).unwrap());
    let body = json!({"schemas": ["urn:example:badge"], "label": "a", "note": "n"});
    let created = send(&service, Method::POST, "/Badges", &body);
    assert_eq!(created["note"], "n");
    let path = format!("/Badges/{}", created["id"].as_str().unwrap());
    assert_eq!(
        send(&service, Method::GET, &path, &Value::Null)["note"],
        Value::Null
    );
    let asked = send(
        &service,
        Method::GET,
        &format!("{path}?attributes=note"),
        &Value::Null,
    );
    assert_eq!(
        (&asked["note"], &asked["label"]),
        (&json!("n"), &Value::Null)
    );
    let patch = |path: &str, member: &str| {
        let operations = json!([{"op": "replace", "path": member, "value": "m"}]);
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        let body = json!({"schemas": schemas, "Operations": operations});
        send(&service, Method::PATCH, path, &body)["note"].clone()
    };
    assert_eq!(patch(&path, "label"), Value::Null);
    assert_eq!(patch(&path, "note"), "m");
    assert_eq!(
        patch(&format!("{path}?attributes=label"), "note"),
        Value::Null
    );
    let put = send(
        &service,
        Method::PUT,
        &path,
        &json!({"schemas": ["urn:example:badge"], "label": "b", "note": "o"}),
    );
    assert_eq!(put["note"], "o");
}
