//! What strangers send to the tenant. The service's own tests go through all of it; these show that it holds over a socket.

use scimkit::client::http::Method;
use scimkit_tests::Journey;

use crate::{raw, two_people};

/// Asserts that an answer is a SCIM error, and gives back status, type and detail in one line.
fn error(answer: &raw::Answer) -> String {
    let body = &answer.body;
    assert_eq!(
        body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error",
        "{body}"
    );
    assert_eq!(body["status"], answer.status.to_string());
    let scim_type = body["scimType"].as_str().unwrap_or("-");
    format!(
        "{} {scim_type}: {}",
        answer.status,
        body["detail"].as_str().unwrap()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_request_ends_in_a_scim_error_and_changes_nothing() {
    let journey = Journey::begin().await;
    journey.onboard(&two_people()).await;
    let before = journey.tenant.read_back().await;
    let events = journey.tenant.events().await.len();
    let mira = raw::user(&journey, "mira@harborline.example").await;
    let mira = format!("/Users/{}", mira["id"].as_str().unwrap());

    let bodies = [
        "{",
        "[1]",
        r#"{"userName":"a","userName":"b"}"#,
        r#"{"userName":"a","USERNAME":"b"}"#,
        r#"{"userName":{"x":1}}"#,
        r#"{"userName":"a","active":"disabled"}"#,
        r#"{"userName":"a","emails":[{"value":5}]}"#,
    ];
    let mut said = Vec::new();
    for body in bodies {
        said.push(error(
            &raw::send(&journey, Method::POST, "/Users", body).await,
        ));
        let put = raw::send(&journey, Method::PUT, &mira, body).await;
        assert_eq!(put.status, 400, "{body}: {}", put.body);
    }
    // the first operation could be applied, the second cannot
    let patch = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
        {"op":"replace","path":"displayName","value":"half"},{"op":"replace","path":"userName","value":7}]}"#;
    said.push(error(
        &raw::send(&journey, Method::PATCH, &mira, patch).await,
    ));
    let path = "/Users?filter=usrName+eq+%22a%22";
    said.push(error(&raw::send(&journey, Method::GET, path, "").await));
    for depth in [100, 10_000] {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        let nested = format!("/Users?filter={open}userName+pr{close}");
        said.push(error(&raw::send(&journey, Method::GET, &nested, "").await));
    }
    let oversize = format!(r#"{{"userName":"{}"}}"#, "a".repeat(17 << 20));
    said.push(error(
        &raw::send(&journey, Method::POST, "/Users", &oversize).await,
    ));
    for authorization in ["Bearer ", "Bearer", "", "Basic Og=="] {
        said.push(error(
            &raw::send_as(&journey, authorization, Method::GET, "/Users", "").await,
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    400 invalidSyntax: not valid JSON: EOF while parsing an object at line 1 column 1
    400 invalidSyntax: expected a JSON object, found an array
    400 invalidSyntax: `userName`: this name stands twice in one object
    400 invalidSyntax: `USERNAME`: this name stands twice in one object
    400 invalidValue: `userName`: expected a string, found an object
    400 invalidValue: `active`: expected true or false, found a string
    400 invalidValue: `emails[0].value`: expected a string, found an integer
    400 invalidValue: operation 2 (`replace` `userName`): expected a string, found an integer
    400 invalidFilter: the filter does not fit: `usrName`: the schema has no such attribute, did you mean `userName`?
    400 invalidFilter: the filter cannot be read: more than 32 nested groups at byte 32
    400 invalidFilter: the filter cannot be read: more than 16384 bytes at byte 16384
    413 -: the body is larger than 1048576 bytes: send less at once
    401 -: a token is required: send it as `Authorization: Bearer …`
    401 -: a token is required: send it as `Authorization: Bearer …`
    401 -: a token is required: send it as `Authorization: Bearer …`
    401 -: a token is required: send it as `Authorization: Bearer …`
    ");

    assert_eq!(journey.tenant.read_back().await, before);
    assert_eq!(journey.tenant.events().await.len(), events);
}
