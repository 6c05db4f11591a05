//! A store that has no membership relation: users are served all the same.

use std::sync::Arc;

use scimkit_schema::{SchemaSet, core};
use scimkit_server::{
    Access, Authenticator, Denied, Service,
    bytes::Bytes,
    http::{Request, StatusCode, request::Parts},
};
use scimkit_store::{Answer, Key, MemoryStore, Page, Query, Scope, Store, Stored, Write, Written};

use crate::tenant::{Counting, HandClock};

#[derive(Clone)]
struct NoGroups(MemoryStore);

impl Store for NoGroups {
    async fn get(&self, key: &Key) -> Answer<Option<Stored>> {
        self.0.get(key).await
    }

    async fn query(&self, query: &Query) -> Answer<Page> {
        self.0.query(query).await
    }

    async fn write(&self, write: Write) -> Answer<Written> {
        self.0.write(write).await
    }
}

struct Open(NoGroups);

impl Authenticator for Open {
    type Store = NoGroups;

    async fn authenticate(&self, _: &Parts) -> Result<Access<NoGroups>, Denied> {
        Ok(Access::new(self.0.clone(), "anybody", Scope::ReadWrite))
    }
}

#[test]
fn users_are_served_without_groups() {
    let schemas = Arc::new(SchemaSet::new([core::user_type()]).unwrap());
    let store = NoGroups(MemoryStore::new(schemas.clone()));
    let clock = Arc::new(HandClock::default());
    let service = Service::new(Open(store), schemas, clock, Arc::new(Counting::default()));
    let body = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira"}"#;
    let post = Request::post("/Users").body(Bytes::from(body)).unwrap();
    let created = service.handle_blocking(post);
    assert_eq!(created.status(), StatusCode::CREATED);
    let location = created.headers()["location"].to_str().unwrap().to_owned();
    for path in [
        location.as_str(),
        "/Users?filter=userName%20eq%20%22mira%22",
    ] {
        let get = Request::get(path).body(Bytes::new()).unwrap();
        assert_eq!(
            service.handle_blocking(get).status(),
            StatusCode::OK,
            "{path}"
        );
    }
}
