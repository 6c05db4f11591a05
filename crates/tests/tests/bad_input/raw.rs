//! Requests that no client of ours would send.

use scimkit::{
    client::{
        Transport,
        bytes::Bytes,
        http::{Method, Request},
    },
    reqwest::ReqwestTransport,
};
use scimkit_tests::Journey;
use serde_json::Value;

/// An answer of the tenant.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Sends a request to the tenant with its token.
pub(crate) async fn send(journey: &Journey, method: Method, path: &str, body: &str) -> Answer {
    let authorization = format!("Bearer {}", journey.token.secret.expose());
    send_as(journey, &authorization, method, path, body).await
}

/// Sends a request with this `Authorization` over a connection of its own.
pub(crate) async fn send_as(
    journey: &Journey,
    authorization: &str,
    method: Method,
    path: &str,
    body: &str,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", journey.tenant.base_url))
        .header("authorization", authorization)
        .header("content-type", "application/scim+json")
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    let response = ReqwestTransport::new()
        .unwrap()
        .send(request)
        .await
        .unwrap();
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    Answer {
        status: response.status().as_u16(),
        body,
    }
}

/// The user of the tenant with this user name.
pub(crate) async fn user(journey: &Journey, name: &str) -> Value {
    find(journey, &format!("/Users?filter=userName+eq+%22{name}%22")).await
}

/// The group of the tenant with this name.
pub(crate) async fn group(journey: &Journey, name: &str) -> Value {
    find(
        journey,
        &format!("/Groups?filter=displayName+eq+%22{name}%22"),
    )
    .await
}

/// Deletes the user or group behind the engine's back.
pub(crate) async fn delete(journey: &Journey, endpoint: &str, resource: &Value) {
    let path = format!("{endpoint}/{}", resource["id"].as_str().unwrap());
    assert_eq!(send(journey, Method::DELETE, &path, "").await.status, 204);
}

async fn find(journey: &Journey, path: &str) -> Value {
    let mut found = send(journey, Method::GET, path, "").await.body;
    assert_eq!(found["totalResults"], 1, "{path}: {found}");
    found["Resources"][0].take()
}
