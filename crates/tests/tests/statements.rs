//! How many statements a whole request sends to a database, from the request to its answer.

use std::sync::Arc;

use pollster::block_on;
use scimkit::{
    schema::SchemaSet,
    server::{
        Access, Authenticator, Denied, Service,
        bytes::Bytes,
        http::{Method, Request, request::Parts},
    },
    sqlite::{SqliteDatabase, SqliteStore},
    store::{Scope, TenantId},
    system::{SystemClock, UuidV7Ids},
};
use scimkit_sqlite::counted;
use serde_json::{Value, json};

/// Lets everybody in, without a look at the database.
struct Open(SqliteStore);

impl Authenticator for Open {
    type Store = SqliteStore;

    async fn authenticate(&self, _: &Parts) -> Result<Access<SqliteStore>, Denied> {
        Ok(Access::new(self.0.clone(), "anybody", Scope::ReadWrite))
    }
}

fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "externalId": name,
        "displayName": name,
        "emails": [{"value": name, "type": "work"}],
    })
}

fn patch(operations: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations,
    })
}

/// Begins and ends of transactions are shared and are not counted.
#[test]
fn most_requests_send_at_most_six_statements() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenants.db");
    let file = path.to_str().unwrap();
    let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
    let database = SqliteDatabase::open(&path, schemas.clone()).unwrap();
    let store = block_on(database.create_tenant(&TenantId::new("harborline").unwrap())).unwrap();
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(UuidV7Ids::default()));
    let service = Service::new(Open(store), schemas, clock, ids);
    let send = |method: Method, path: &str, body: &Value| {
        let body = if body.is_null() {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        counted::take(file);
        let request = Request::builder().method(method).uri(path);
        let answer = service.handle_blocking(request.body(body).unwrap());
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        let text = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        (text, counted::take(file))
    };
    let sends = |expected: usize, method: Method, path: &str, body: &Value| {
        let (text, sent) = send(method.clone(), path, body);
        assert_eq!(sent, expected, "{method} {path} {body}");
        text
    };
    let none = Value::Null;
    let id = |created: &Value| created["id"].as_str().unwrap().to_owned();
    for number in 0..150 {
        let body = user(&format!("crew-{number}@harborline.example"));
        send(Method::POST, "/Users", &body);
    }
    let body = user("mira@harborline.example");
    let mira = id(&sends(5, Method::POST, "/Users", &body));
    let other = id(&send(Method::POST, "/Users", &user("nils@harborline.example")).0);
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Crew",
        "members": [{"value": mira}],
    });
    let created = sends(6, Method::POST, "/Groups", &body);
    let group = id(&created);
    let (mira, group) = (format!("/Users/{mira}"), format!("/Groups/{group}"));

    let shown = sends(1, Method::GET, &mira, &none);
    assert_eq!(shown["groups"][0]["display"], "Crew");
    assert_eq!(created, sends(2, Method::GET, &group, &none));
    let page = sends(3, Method::GET, "/Users?count=100&sortBy=id", &none);
    assert_eq!(page["Resources"].as_array().unwrap().len(), 100);
    let page = sends(3, Method::GET, "/Users?count=500", &none);
    let among = page["Resources"].as_array().unwrap();
    let inside = among.iter().filter(|user| user["groups"].is_array());
    assert_eq!(inside.count(), 1);
    let found = "/Users?filter=userName+eq+%22mira@harborline.example%22";
    let found = sends(3, Method::GET, found, &none);
    assert_eq!(found["Resources"][0]["groups"], shown["groups"]);
    for without in ["excludedAttributes=members", "attributes=displayName"] {
        sends(2, Method::GET, &format!("/Groups?{without}"), &none);
        sends(1, Method::GET, &format!("{group}?{without}"), &none);
    }

    let title = patch(&json!([{"op": "replace", "path": "title", "value": "Captain"}]));
    sends(3, Method::PATCH, &mira, &title);
    sends(3, Method::PATCH, &mira, &title);
    let name = "mira@contoso.example";
    let names = patch(&json!([
        {"op": "replace", "path": "userName", "value": name},
        {"op": "replace", "path": "displayName", "value": name},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": name},
    ]));
    let changed = sends(6, Method::PATCH, &mira, &names);
    assert_eq!(changed, sends(1, Method::GET, &mira, &none));
    assert_eq!(changed["groups"], shown["groups"]);
    let changed = sends(6, Method::PUT, &mira, &user("mira@harborline.example"));
    assert_eq!(changed, sends(1, Method::GET, &mira, &none));

    let member = json!([{"value": other}]);
    let add = patch(&json!([{"op": "add", "path": "members", "value": member}]));
    sends(6, Method::PATCH, &group, &add);

    // These send more: several values of one attribute change, or the document of a group and its members together.
    let three = |domain: &str| {
        let of = |kind: &str| json!({"value": format!("{kind}@{domain}"), "type": kind});
        let emails = [of("work"), of("home"), of("other")];
        patch(&json!([{"op": "replace", "path": "emails", "value": emails}]))
    };
    send(Method::PATCH, &mira, &three("harborline.example"));
    sends(7, Method::PATCH, &mira, &three("contoso.example"));
    let deck = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Deck",
        "members": member,
    });
    sends(8, Method::PUT, &group, &deck);
    let joining = json!([{"value": mira.trim_start_matches("/Users/")}]);
    let all_at_once = patch(&json!([
        {"op": "add", "path": "members", "value": joining},
        {"op": "remove", "path": format!("members[value eq \"{other}\"]")},
        {"op": "replace", "path": "displayName", "value": "Hull"},
    ]));
    sends(8, Method::PATCH, &group, &all_at_once);
    sends(6, Method::DELETE, &mira, &none);
    sends(5, Method::DELETE, &group, &none);
}
