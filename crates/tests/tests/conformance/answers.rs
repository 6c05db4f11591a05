//! What a PATCH is answered with.

use scimkit::{
    client::{
        Transport,
        bytes::Bytes,
        http::{Method, Request, header::AUTHORIZATION},
    },
    reqwest::ReqwestTransport,
    server::IssuedToken,
};
use scimkit_examples::JourneyClock;
use scimkit_tests::TestTenant;
use serde_json::{Value, json};

async fn send(method: Method, url: &str, body: Value, token: &IssuedToken) -> (u16, Value) {
    let bearer = format!("Bearer {}", token.secret.expose());
    let request = Request::builder().method(method).uri(url);
    let request = request
        .header(AUTHORIZATION, bearer)
        .header("content-type", "application/scim+json");
    let request = request.body(Bytes::from(body.to_string())).unwrap();
    let response = ReqwestTransport::new().unwrap().send(request).await;
    let response = response.unwrap();
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body)
}

#[tokio::test]
async fn a_patch_that_asks_for_attributes_is_answered_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.db");
    let tenant = TestTenant::start(&file, "harborline", JourneyClock::default()).await;
    let token = tenant.issue("Azure AD").await;
    let groups = format!("{}/Groups", tenant.base_url);
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Crew",
    });
    let (status, group) = send(Method::POST, &groups, group, &token).await;
    assert_eq!(status, 201, "{group}");
    let group = format!("{groups}/{}", group["id"].as_str().unwrap());
    let rename = |name: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": "displayName", "value": name }],
        })
    };
    let silent = send(Method::PATCH, &group, rename("Pilots"), &token).await;
    assert_eq!(silent, (204, Value::Null));
    let asking = format!("{group}?attributes=displayName");
    let (status, shown) = send(Method::PATCH, &asking, rename("Deck"), &token).await;
    assert_eq!((status, shown["displayName"].as_str()), (200, Some("Deck")));
}
