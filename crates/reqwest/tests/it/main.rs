//! The transport against servers on real sockets, seen through the client: what each failure becomes, and what a person reads.

#![cfg(test)]

use std::{error::Error as StdError, process::Command, time::Duration};

use scimkit_client::{Body, Client, Error, ErrorKind, Token, TransportErrorKind};
use scimkit_protocol::{ErrorResponse, ListQuery, ListResponse};
use scimkit_reqwest::{Options, ReqwestTransport};
use scimkit_schema::{Resource, ResourceId, ScimType, core};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{any, header, method, path},
};

const SECRET: &str = "hl_9f2c77";

fn client(origin: &str, options: Options) -> Client<ReqwestTransport> {
    let base = format!("{origin}/scim/v2").parse().unwrap();
    let transport = ReqwestTransport::with_options(options).unwrap();
    Client::new(base, Token::new(SECRET).unwrap(), transport)
}

async fn serving(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    server
}

async fn look_up(origin: &str, options: Options) -> Result<ListResponse, Error> {
    let query =
        ListQuery::parse("filter=userName+eq+%22o'neil%2Bx%40harborline.example%22").unwrap();
    client(origin, options)
        .list(&core::user_type(), &query)
        .await
}

/// The failure of a lookup, and its message with the server's changing port taken out.
async fn failure(origin: &str, options: Options) -> (Error, String) {
    let error = look_up(origin, options).await.unwrap_err();
    let mut chain = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        chain = format!("{chain} <- {error}");
        cause = error.source();
    }
    assert!(
        !chain.contains(SECRET) && !chain.contains("neil"),
        "{chain}"
    );
    let message = error.to_string().replace(origin, "http://tenant");
    (error, message)
}

async fn failure_of(answer: ResponseTemplate) -> (Error, String) {
    let server = serving(answer).await;
    failure(&server.uri(), Options::default()).await
}

/// A server that answers every connection with these bytes and hangs up.
async fn raw(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer).await;
        }
    });
    origin
}

#[tokio::test]
async fn a_lookup_arrives_as_it_was_meant() {
    let server = MockServer::start().await;
    let nobody = ListResponse::new(0, 1, Vec::new()).to_json();
    Mock::given(method("GET"))
        .and(path("/scim/v2/Users"))
        .and(header("authorization", format!("Bearer {SECRET}")))
        .and(header("accept", "application/scim+json"))
        .respond_with(ResponseTemplate::new(200).set_body_string(nobody))
        .expect(1)
        .mount(&server)
        .await;
    let list = look_up(&server.uri(), Options::default()).await.unwrap();
    assert_eq!(list.total_results, Some(0));
    let sent: &Request = &server.received_requests().await.unwrap()[0];
    let query = ListQuery::parse(sent.url.query().unwrap()).unwrap();
    assert_eq!(
        query.filter.as_deref(),
        Some(r#"userName eq "o'neil+x@harborline.example""#)
    );
    assert!(
        sent.headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("scimkit/")
    );
}

#[tokio::test]
async fn a_resource_is_created_and_deleted() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/scim/v2/Users"))
        .and(header("content-type", "application/scim+json"))
        .respond_with(|request: &Request| {
            let sent =
                Resource::from_json(&request.body, scimkit_schema::JsonLimits::default()).unwrap();
            ResponseTemplate::new(201).set_body_string(sent.with("id", "u-1").to_string())
        })
        .mount(&server)
        .await;
    Mock::given(method("DELETE"))
        .and(path("/scim/v2/Users/u-1"))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    let client = client(&server.uri(), Options::default());
    let user_type = core::user_type();
    let mira = Resource::new(user_type.schema().id()).with("userName", "mira@harborline.example");
    let created = client.create(&user_type, &mira).await.unwrap();
    let id: ResourceId = created.id().unwrap();
    client.delete(&user_type, &id).await.unwrap();
}

#[tokio::test]
async fn a_portal_page() {
    let page = ResponseTemplate::new(200)
        .set_body_raw("<!doctype html><title>Sign in</title>", "text/html");
    let (_, message) = failure_of(page).await;
    insta::assert_snapshot!(message, @"`GET /Users`: the address answers with a web page instead of SCIM: is `http://tenant/scim/v2` the SCIM base URL?");
}

/// The environment of a process cannot be changed safely, so another process has the proxy: one that is not there.
#[test]
fn a_portal_page_on_this_machine_behind_a_proxy() {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_portal_page"])
        .envs(["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9")))
        .status()
        .unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_redirect_is_reported_and_not_followed() {
    let server =
        serving(ResponseTemplate::new(302).insert_header("location", "/login?next=scim")).await;
    let (error, message) = failure(&server.uri(), Options::default()).await;
    assert_eq!(error.status(), Some(302));
    insta::assert_snapshot!(message, @"`GET /Users`: the address answers with a redirect to `/login`, which is not followed: is `http://tenant/scim/v2` the SCIM base URL?");
}

#[tokio::test]
async fn a_wrong_token() {
    let scim = ErrorResponse::new(401, "the token is not known").to_json();
    let (_, message) = failure_of(ResponseTemplate::new(401).set_body_string(scim)).await;
    insta::assert_snapshot!(message, @"`GET /Users`: the server does not accept the token (401): is it complete, still valid, and made for this tenant?; the server says: the token is not known");
}

#[tokio::test]
async fn a_closed_port() {
    // nothing listens at this port, and no other test is given it
    let (error, message) = failure("http://127.0.0.1:1", Options::default()).await;
    assert_eq!(
        error.kind(),
        &ErrorKind::Transport(TransportErrorKind::Connect)
    );
    assert!(!error.may_have_happened());
    insta::assert_snapshot!(message, @"`GET /Users`: no connection to `http://tenant/scim/v2`: does the server run, are host and port right, does a firewall stand between?");
}

#[tokio::test]
async fn a_host_that_does_not_exist() {
    let (error, _) = failure("https://tenant.invalid", Options::default()).await;
    assert_eq!(error.kind(), &ErrorKind::Transport(TransportErrorKind::Dns));
}

#[tokio::test]
async fn https_to_a_port_of_plain_http() {
    let server = MockServer::start().await;
    let origin = server.uri().replace("http://", "https://");
    let (error, message) = failure(&origin, Options::default()).await;
    assert_eq!(error.kind(), &ErrorKind::Transport(TransportErrorKind::Tls));
    insta::assert_snapshot!(message, @"`GET /Users`: no safe connection to `http://tenant/scim/v2`: is its certificate valid, made for this host, and from an authority that is trusted here?");
}

#[tokio::test]
async fn a_slow_answer() {
    let server = serving(ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let options = Options::default().with_timeout(Duration::from_millis(200));
    let (error, message) = failure(&server.uri(), options).await;
    assert_eq!(
        error.kind(),
        &ErrorKind::Transport(TransportErrorKind::Timeout)
    );
    assert!(error.may_have_happened());
    insta::assert_snapshot!(message, @"`GET /Users`: no answer from `http://tenant/scim/v2` in time: try again later");
}

#[tokio::test]
async fn too_much_is_not_read() {
    let limit = Options::default().with_body_limit(1_000);
    let announced = serving(ResponseTemplate::new(200).set_body_string("x".repeat(1_001))).await;
    let (error, message) = failure(&announced.uri(), limit).await;
    let too_large = ErrorKind::Transport(TransportErrorKind::TooLarge { limit: 1_000 });
    assert_eq!(error.kind(), &too_large);
    insta::assert_snapshot!(message, @"`GET /Users`: the answer of `http://tenant/scim/v2` is larger than 1000 bytes: ask for less in one page, or raise the limit");

    // without Content-Length the server could go on for ever
    let endless =
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxx\r\n7d0\r\n").await;
    let (error, _) = failure(&endless, Options::default().with_body_limit(1)).await;
    assert_eq!(
        error.kind(),
        &ErrorKind::Transport(TransportErrorKind::TooLarge { limit: 1 })
    );
    let exact = ListResponse::new(0, 1, Vec::new()).to_json();
    let limit = Options::default().with_body_limit(exact.len());
    let server = serving(ResponseTemplate::new(200).set_body_string(exact)).await;
    look_up(&server.uri(), limit).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_no_http() {
    for answer in [
        &b""[..],
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"totalResults\":0",
    ] {
        let (error, message) = failure(&raw(answer).await, Options::default()).await;
        assert_eq!(
            error.kind(),
            &ErrorKind::Transport(TransportErrorKind::Body),
            "{message}"
        );
        assert!(error.may_have_happened());
    }
}

#[tokio::test]
async fn a_gateway_in_front() {
    let page =
        ResponseTemplate::new(502).set_body_raw("<html>\r\n<h1>Bad gateway</h1>", "text/html");
    let (error, message) = failure_of(page).await;
    assert!(matches!(error.body(), Some(Body::Raw(_))));
    insta::assert_snapshot!(message, @"`GET /Users`: the server has trouble (502 Bad Gateway): try again later; it answers `<html> <h1>Bad gateway</h1>`");

    let json = ResponseTemplate::new(404)
        .set_body_raw(r#"{"message":"no route matched"}"#, "application/json");
    let (error, message) = failure_of(json).await;
    assert!(matches!(error.body(), Some(Body::Json(_))));
    insta::assert_snapshot!(message, @r#"`GET /Users`: nothing is served at this address (404): is `http://tenant/scim/v2` the SCIM base URL?; it answers `{"message":"no route matched"}`"#);
}

#[tokio::test]
async fn a_scim_error_of_any_media_type() {
    let taken = ErrorResponse::new(409, "`userName` is taken").with_scim_type(ScimType::Uniqueness);
    for media_type in [
        "application/scim+json;charset=utf-8",
        "application/json",
        "text/plain",
    ] {
        let answer = ResponseTemplate::new(409)
            .set_body_raw(taken.to_json(), media_type)
            .insert_header("retry-after", "7");
        let (error, _) = failure_of(answer).await;
        assert_eq!(
            (error.kind(), error.scim(), error.retry_after()),
            (&ErrorKind::Conflict, Some(&taken), Some(7))
        );
    }
}
