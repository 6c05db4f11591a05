//! Passwords: written, never seen again.

use std::sync::Arc;

use scimkit_schema::Name;
use scimkit_server::{PasswordHasher, PasswordRefused, Profile, block_on, http::Method};
use scimkit_store::{Key, Store};
use serde_json::Value;

use crate::tenant::Tenant;

/// No hash at all, but one can see whether it was asked, and nothing of the password.
struct Lengths;

impl PasswordHasher for Lengths {
    fn hash(&self, password: &str) -> Result<Box<str>, PasswordRefused> {
        if password.len() < 4 {
            return Err(PasswordRefused::new("a password needs 4 characters"));
        }
        Ok(format!("$length${}", password.len()).into())
    }
}

fn keeping() -> Tenant {
    let mut tenant = Tenant::new(Profile::lenient());
    tenant.service = tenant.service.with_password_hasher(Arc::new(Lengths));
    tenant
}

fn kept(tenant: &Tenant, id: &str) -> Option<String> {
    let id = scimkit_schema::ResourceId::new(id).unwrap();
    let stored = block_on(tenant.store.get(&Key::new(Name::from("User"), id)));
    stored
        .unwrap()
        .unwrap()
        .document
        .text("password")
        .map(Into::into)
}

const BODY: &str = r#"{"userName":"mira@x","password":"Wysteria7"}"#;

#[test]
fn a_password_is_accepted_and_dropped_unless_there_is_a_hasher() {
    let tenant = Tenant::new(Profile::lenient());
    let created = tenant.post("/Users", BODY);
    assert_eq!(created.status, 201);
    assert_eq!(kept(&tenant, created.body["id"].as_str().unwrap()), None);
    let config = tenant.get("/ServiceProviderConfig").body;
    assert_eq!(config["changePassword"]["supported"], false);
}

#[test]
fn a_password_is_kept_as_its_hash_and_never_returned() {
    let tenant = keeping();
    let created = tenant.post("/Users?attributes=password,userName", BODY);
    let id = created.body["id"].as_str().unwrap().to_owned();
    assert_eq!(kept(&tenant, &id).unwrap(), "$length$9");
    let path = format!("/Users/{id}");
    let patch = tenant.patch(
        &path,
        r#"[{"op":"replace","path":"password","value":"Rhododendron"}]"#,
    );
    assert_eq!(kept(&tenant, &id).unwrap(), "$length$12");
    tenant.patch(&path, r#"[{"op":"replace","value":{"title":"Pilot"}}]"#);
    let put = tenant.send(Method::PUT, &path, r#"{"userName":"mira@x"}"#);
    assert_eq!(
        kept(&tenant, &id).unwrap(),
        "$length$12",
        "a PUT that leaves it out keeps it"
    );
    let shown = [
        created,
        patch,
        put,
        tenant.get(&path),
        tenant.get("/Users?attributes=password"),
        tenant.get(&format!("{path}?attributes=password")),
    ];
    for answer in shown {
        assert!(answer.status.is_success());
        let text = String::from_utf8_lossy(answer.response.body()).into_owned();
        for secret in ["$length", "Wysteria", "Rhododendron", "\"password\""] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let log = format!("{:?}", tenant.events());
    for secret in ["$length", "Wysteria", "Rhododendron"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert!(
        log.contains("password"),
        "that it was changed is told: {log}"
    );
    let config = tenant.get("/ServiceProviderConfig").body;
    assert_eq!(config["changePassword"]["supported"], true);
}

#[test]
fn a_password_can_be_removed() {
    let tenant = keeping();
    let id = tenant.post("/Users", BODY).body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let removed = tenant.patch(
        &format!("/Users/{id}"),
        r#"[{"op":"remove","path":"password"}]"#,
    );
    assert_eq!((removed.status.as_u16(), kept(&tenant, &id)), (200, None));
}

#[test]
fn a_password_that_is_refused_is_not_repeated() {
    let tenant = keeping();
    let refused = tenant.post("/Users", r#"{"userName":"mira@x","password":"abc"}"#);
    assert_eq!(
        refused.error(),
        "400 invalidValue: `password`: a password needs 4 characters"
    );
    assert!(tenant.events().is_empty());
}

#[test]
fn nobody_can_filter_or_sort_by_a_password() {
    let tenant = keeping();
    tenant.post("/Users", BODY);
    for query in [
        "filter=password+sw+%22$%22",
        "filter=password+pr",
        "sortBy=password",
    ] {
        let answer = tenant.get(&format!("/Users?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.body["Resources"], Value::Null);
    }
}
