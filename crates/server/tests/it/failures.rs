//! A storage that fails: what the client learns of it, and what not.

use std::sync::Arc;

use scimkit_schema::SchemaSet;
use scimkit_server::{
    Access, Authenticator, Denied, Service,
    bytes::Bytes,
    http::{Request, request::Parts},
};
use scimkit_store::{Answer, Key, Page, Query, Scope, Store, StoreError, Stored, Write, Written};
use serde_json::Value;

use crate::tenant::{Counting, HandClock};

/// Fails in the way that the last letter of an id names.
#[derive(Clone)]
struct Broken;

impl Store for Broken {
    async fn get(&self, key: &Key) -> Answer<Option<Stored>> {
        Err(match key.id.as_str() {
            "busy" => StoreError::Busy,
            "unsupported" => StoreError::Unsupported("history"),
            _ => StoreError::other("no route to 10.0.0.7, password `hunter2`"),
        })
    }

    async fn query(&self, _: &Query) -> Answer<Page> {
        Err(StoreError::other(
            "no route to 10.0.0.7, password `hunter2`",
        ))
    }

    async fn write(&self, _: Write) -> Answer<Written> {
        Err(StoreError::other(
            "no route to 10.0.0.7, password `hunter2`",
        ))
    }
}

struct Open;

impl Authenticator for Open {
    type Store = Broken;

    async fn authenticate(&self, _: &Parts) -> Result<Access<Broken>, Denied> {
        Ok(Access::new(Broken, "test", Scope::ReadWrite))
    }
}

#[test]
fn a_failure_of_the_storage_is_told_without_its_cause() {
    let (clock, ids) = (
        Arc::new(HandClock::default()),
        Arc::new(Counting::default()),
    );
    let service = Service::new(Open, Arc::new(SchemaSet::core()), clock, ids);
    let user = r#"{"userName":"mira"}"#;
    for (method, path, status, detail) in [
        (
            "GET",
            "/Users/broken",
            500,
            "the service could not reach its storage",
        ),
        (
            "GET",
            "/Users",
            500,
            "the service could not reach its storage",
        ),
        (
            "POST",
            "/Users",
            500,
            "the service could not reach its storage",
        ),
        (
            "GET",
            "/Users/busy",
            503,
            "the service is busy: try again later",
        ),
        (
            "DELETE",
            "/Users/unsupported",
            501,
            "this store has no history",
        ),
    ] {
        let request = Request::builder().method(method).uri(path);
        let response = service.handle_blocking(request.body(Bytes::from(user)).unwrap());
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(
            (response.status().as_u16(), body["detail"].as_str()),
            (status, Some(detail)),
            "{method} {path}"
        );
        assert_eq!(body["status"], status.to_string());
        assert!(!format!("{response:?}").contains("10.0.0.7"));
        assert_eq!(
            response.headers().contains_key("retry-after"),
            status == 503
        );
    }
}
