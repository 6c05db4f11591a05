//! The glue, driven as axum drives it.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{Router, body::Body};
use futures_util::stream;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use scimkit_schema::{Clock, DateTime, IdSource, Random, ResourceId, SchemaSet};
use scimkit_server::{BearerTokens, Service};
use scimkit_store::{MemoryTenants, MemoryTokens, Scope, TenantId};
use scimkit_tower::ScimService;
use tower::ServiceExt;

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(0)
    }
}

impl IdSource for Fixed {
    fn next_id(&self) -> ResourceId {
        ResourceId::new("u-1").unwrap()
    }
}

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

async fn app() -> (Router, String) {
    let schemas = Arc::new(SchemaSet::core());
    let tenant = TenantId::new("harborline").unwrap();
    let tenants = MemoryTenants::new();
    let _store = tenants.create(tenant.clone(), schemas.clone());
    let tokens = BearerTokens::new(tenant, tenants, MemoryTokens::new(), Arc::new(Fixed));
    let issued = tokens
        .issue("test", Scope::ReadWrite, None, &Fixed)
        .await
        .unwrap();
    let service =
        Service::new(tokens, schemas, Arc::new(Fixed), Arc::new(Fixed)).with_base_path("/scim");
    (
        Router::new().fallback_service(ScimService::new(service)),
        format!("Bearer {}", issued.secret.expose()),
    )
}

async fn send(request: Request<Body>) -> (StatusCode, String) {
    let (router, _) = app().await;
    let response = router
        .oneshot(request)
        .await
        .unwrap_or_else(|error: Infallible| match error {});
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_request_goes_through() {
    let (_, token) = app().await;
    let request = Request::post("/scim/Users").header("authorization", token);
    let (status, body) = send(request.body(Body::from(r#"{"userName":"mira"}"#)).unwrap()).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert!(body.contains(r#""id":"u-1""#), "{body}");
}

#[tokio::test]
async fn an_endless_body_is_read_no_further_than_the_limit() {
    let chunks = std::iter::repeat_n(Ok::<_, Infallible>(vec![b' '; 1 << 20]), 64);
    let body = Body::from_stream(stream::iter(chunks));
    let (_, token) = app().await;
    let (status, text) = send(
        Request::post("/scim/Users")
            .header("authorization", token)
            .body(body)
            .unwrap(),
    )
    .await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{text}");
}

#[tokio::test]
async fn a_broken_body_is_a_scim_error() {
    let body = Body::from_stream(stream::iter([
        Ok(vec![b'{']),
        Err(std::io::Error::other("reset")),
    ]));
    let (_, token) = app().await;
    let (status, text) = send(
        Request::post("/scim/Users")
            .header("authorization", token)
            .body(body)
            .unwrap(),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        text.contains("urn:ietf:params:scim:api:messages:2.0:Error"),
        "{text}"
    );
}

#[tokio::test]
async fn nothing_is_read_of_who_is_not_let_in() {
    let touched = Arc::new(AtomicBool::new(false));
    let seen = touched.clone();
    let chunks = std::iter::repeat_with(move || {
        seen.store(true, Ordering::SeqCst);
        Ok::<_, Infallible>(vec![b' '; 1 << 20])
    });
    let body = Body::from_stream(stream::iter(chunks));
    let (status, _) = send(Request::post("/scim/Users").body(body).unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(!touched.load(Ordering::SeqCst), "the body was read");
}
