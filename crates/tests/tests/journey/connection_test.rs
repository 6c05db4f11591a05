//! J6: "Test Connection" passes for a SCIM service that knows nobody by a random name, and for nothing else.

use std::{net::TcpListener, slice, time::Duration};

use scimkit::{
    client::{BaseUrl, ErrorKind, PlainHttp, TransportErrorKind},
    mapping::MappingSet,
    provisioning::{Connection, MachineSecrets, TestError},
    reqwest::{Options, ReqwestTransport},
    system::UuidV7Ids,
};
use scimkit_tests::{Company, Journey};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

#[tokio::test]
async fn j06_test_connection_asks_for_nobody_and_changes_nothing() {
    let journey = Journey::begin().await;
    journey
        .onboard(&Company::new().user("mira").assign("User", &["mira"]))
        .await;
    let before = journey.tenant.events().await;
    let connection = journey.connection();
    let first = journey.test(&connection).await.unwrap();
    journey.test(&connection).await.unwrap();

    let sent = journey.wire.take();
    assert_eq!(sent.len(), 2, "one request for each test");
    assert!(sent.iter().all(|request| !request.is_write()));
    assert_ne!(
        sent[0].target, sent[1].target,
        "nobody is somebody else each time"
    );
    let asked = "/api/v2/scim/Users?filter=userName+eq+%22";
    assert!(sent[0].target.starts_with(asked), "{}", sent[0].target);
    assert_eq!(journey.tenant.events().await, before);
    assert_eq!(first.evidence().base_url(), journey.tenant.base_url);
}

#[tokio::test]
async fn j06_somebody_for_a_random_value_fails() {
    let administrator = json!({ "id": "1", "userName": "admin@harborline.example" });
    for list in [
        list(1, slice::from_ref(&administrator)),
        list(1, &[]),
        list(0, slice::from_ref(&administrator)),
        json!({ "schemas": [LIST], "Resources": [administrator] }),
    ] {
        let failed = fails(ResponseTemplate::new(200).set_body_json(&list)).await;
        assert!(failed.ignores_filter(), "{list}: {failed}");
        assert!(
            failed.to_string().contains("ignores the filter"),
            "{failed}"
        );
    }
}

#[tokio::test]
async fn j06_a_status_that_is_no_success_fails() {
    let gateway = || json!({ "message": "no route" });
    let kind_of = |status| async move {
        let failed = fails(ResponseTemplate::new(status).set_body_json(gateway())).await;
        failed.request().unwrap().kind().clone()
    };
    assert_eq!(kind_of(401).await, ErrorKind::Unauthorized);
    assert_eq!(kind_of(403).await, ErrorKind::Forbidden);
    assert_eq!(kind_of(404).await, ErrorKind::NotFound);
    assert_eq!(kind_of(429).await, ErrorKind::TooManyRequests);
    assert_eq!(kind_of(503).await, ErrorKind::Status);
}

#[tokio::test]
async fn j06_a_page_that_is_not_scim_fails() {
    let html = "<!doctype html><title>Harborline portal</title>";
    for page in [
        ResponseTemplate::new(200).set_body_raw(html, "text/html"),
        ResponseTemplate::new(200).set_body_json(json!({ "status": "ok" })),
        ResponseTemplate::new(200).set_body_json(json!([])),
        ResponseTemplate::new(200).set_body_raw("{\"schemas\":", "application/scim+json"),
        ResponseTemplate::new(200),
        ResponseTemplate::new(204),
    ] {
        let failed = fails(page).await;
        let kind = failed.request().unwrap().kind();
        assert!(matches!(kind, ErrorKind::NotScim { .. }), "{failed}");
        assert!(failed.to_string().contains("SCIM base URL"), "{failed}");
    }
}

#[tokio::test]
async fn j06_a_redirect_fails_and_is_not_followed() {
    let elsewhere = MockServer::start().await;
    for status in [301, 302, 307, 308] {
        let login = format!("{}/login", elsewhere.uri());
        let redirect = ResponseTemplate::new(status).insert_header("location", login.as_str());
        let failed = fails(redirect).await;
        let kind = failed.request().unwrap().kind().clone();
        assert_eq!(kind, ErrorKind::Redirect { to: login.into() });
    }
    let followed = elsewhere.received_requests().await.unwrap();
    assert!(followed.is_empty(), "the token went elsewhere");
}

#[tokio::test]
async fn j06_no_answer_fails() {
    let (short, long) = (Duration::from_millis(200), Duration::from_secs(20));
    // a port that nothing listens at, and that no other test is given
    let closed = "http://127.0.0.1:1/scim";
    let refused = fails_at(closed, long).await;
    assert_eq!(transport(&refused), TransportErrorKind::Connect);

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/scim", silent.local_addr().unwrap());
    let late = fails_at(&address, short).await;
    assert_eq!(transport(&late), TransportErrorKind::Timeout);

    let plain = MockServer::start().await;
    let no_tls = fails_at(&plain.uri().replace("http://", "https://"), long).await;
    assert_eq!(transport(&no_tls), TransportErrorKind::Tls);

    // which part of the way fails first depends on the network here
    let unknown = fails_at("https://tenant.invalid/scim", long).await;
    transport(&unknown);
}

#[tokio::test]
async fn j06_a_wrong_token_fails_with_what_to_do() {
    let journey = Journey::begin().await;
    journey.enter_token("hl_4c1f");
    let failed = journey.test(&journey.connection()).await.unwrap_err();
    let message = failed.to_string();
    assert!(
        message.contains("does not accept the token (401)"),
        "{message}"
    );
    assert!(!message.contains("hl_4c1f"), "{message}");
}

/// Tests a connection to a service that gives this answer to everything: it is asked once, with the token, and fails.
async fn fails(answer: ResponseTemplate) -> TestError {
    let journey = Journey::begin().await;
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let failed = journey.test(&journey.connection_to(&server.uri())).await;
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, wiremock::http::Method::GET);
    let bearer = format!("Bearer {}", journey.token.secret.expose());
    assert_eq!(requests[0].headers["authorization"], bearer);
    failed.unwrap_err()
}

/// Tests a connection to an address where nobody gives an answer.
async fn fails_at(url: &str, patience: Duration) -> TestError {
    let journey = Journey::begin().await;
    let base = BaseUrl::parse(url, PlainHttp::OnLoopback).unwrap();
    let secret = journey.connection().secret().clone();
    let transport =
        ReqwestTransport::with_options(Options::default().with_timeout(patience)).unwrap();
    let ids = UuidV7Ids::new(journey.clock.clone());
    let mappings = MappingSet::netskope_user_authentication();
    Connection::new(base, secret, transport)
        .test(&MachineSecrets, &mappings, &journey.clock, &ids)
        .await
        .unwrap_err()
}

fn transport(failed: &TestError) -> TransportErrorKind {
    let kind = match failed.request().unwrap().kind() {
        ErrorKind::Transport(kind) => Some(*kind),
        _ => None,
    };
    kind.unwrap()
}

fn list(total: u64, resources: &[Value]) -> Value {
    json!({ "schemas": [LIST], "totalResults": total, "Resources": resources })
}

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
