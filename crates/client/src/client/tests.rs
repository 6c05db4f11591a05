use std::{error::Error as StdError, future::ready, sync::Mutex};

use bytes::Bytes;
use http::{Request, Response, header};
use pollster::block_on;
use scimkit_patch::Operation;
use scimkit_protocol::ErrorResponse;
use scimkit_schema::{ScimType, core};

use super::*;
use crate::{Body, ErrorKind};

const SECRET: &str = "hl_9f2c/77";
const GATEWAY: &str = r#"{"message":"no route matched"}"#;

/// A client of a server that answers everything in the same way.
fn client(
    answer: impl Fn() -> Result<Response<Bytes>, TransportError> + Send + Sync,
) -> Client<impl Transport> {
    let base = "https://tenant.harborline.example/scim/v2?aadOptscim062020"
        .parse()
        .unwrap();
    Client::new(base, Token::new(SECRET).unwrap(), move |_| ready(answer()))
}

fn answering(status: u16, body: &str) -> Client<impl Transport> {
    answering_with(status, body, &[])
}

fn answering_with(
    status: u16,
    body: &str,
    headers: &[(header::HeaderName, &'static str)],
) -> Client<impl Transport> {
    client(move || {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, *value);
        }
        Ok(response
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap())
    })
}

fn looked_up(client: &Client<impl Transport>) -> Result<ListResponse, Error> {
    let query = ListQuery::parse("filter=userName+eq+%22mira%40harborline.example%22").unwrap();
    block_on(client.list(&core::user_type(), &query))
}

fn got(client: &Client<impl Transport>) -> Result<Resource, Error> {
    block_on(client.get(&core::user_type(), &id(), &Projection::Default))
}

fn created(client: &Client<impl Transport>) -> Result<Resource, Error> {
    let mira =
        Resource::new(core::user_type().schema().id()).with("userName", "mira@harborline.example");
    block_on(client.create(&core::user_type(), &mira))
}

fn patched(client: &Client<impl Transport>) -> Result<Option<Resource>, Error> {
    let patch = PatchOp::new([Operation::replace("active".parse().unwrap(), false)]);
    block_on(client.patch(&core::user_type(), &id(), &patch))
}

fn deleted(client: &Client<impl Transport>) -> Result<(), Error> {
    block_on(client.delete(&core::user_type(), &id()))
}

fn id() -> ResourceId {
    ResourceId::new("u 1").unwrap()
}

#[test]
fn every_call_is_one_request_as_the_rfc_says() {
    let seen = Mutex::new(Vec::new());
    let record = |request: Request<Bytes>| {
        let headers = request.headers();
        assert_eq!(headers[header::AUTHORIZATION], format!("Bearer {SECRET}"));
        assert_eq!(headers[header::ACCEPT], "application/scim+json");
        let body = std::str::from_utf8(request.body()).unwrap();
        let content_type = headers.get(header::CONTENT_TYPE);
        let content_type = content_type.map(|value| value.to_str().unwrap());
        let expected = (!body.is_empty()).then_some("application/scim+json");
        assert_eq!(content_type, expected);
        seen.lock().unwrap().push(
            format!("{} {} {body}", request.method(), request.uri())
                .trim_end()
                .to_owned(),
        );
        ready(Ok(Response::new(Bytes::from(
            r#"{"schemas":["urn:x"],"id":"u 1","totalResults":0}"#,
        ))))
    };
    let base = "https://tenant.harborline.example/scim?aadOptscim062020"
        .parse()
        .unwrap();
    let client = Client::new(base, Token::new(SECRET).unwrap(), record);
    looked_up(&client).unwrap();
    got(&client).unwrap();
    created(&client).unwrap();
    block_on(client.replace(&core::group_type(), &id(), &Resource::new("urn:x"))).unwrap();
    patched(&client).unwrap();
    deleted(&client).unwrap();
    block_on(client.service_provider_config()).unwrap();
    block_on(client.schemas()).unwrap();
    block_on(client.resource_types()).unwrap();
    insta::assert_snapshot!(seen.lock().unwrap().join("\n"), @r#"
    GET https://tenant.harborline.example/scim/Users?filter=userName+eq+%22mira%40harborline.example%22
    GET https://tenant.harborline.example/scim/Users/u%201
    POST https://tenant.harborline.example/scim/Users {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira@harborline.example"}
    PUT https://tenant.harborline.example/scim/Groups/u%201 {"schemas":["urn:x"]}
    PATCH https://tenant.harborline.example/scim/Users/u%201 {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}
    DELETE https://tenant.harborline.example/scim/Users/u%201
    GET https://tenant.harborline.example/scim/ServiceProviderConfig
    GET https://tenant.harborline.example/scim/Schemas
    GET https://tenant.harborline.example/scim/ResourceTypes
    "#);
}

#[test]
fn every_failure_says_what_happened_and_what_to_do() {
    let scim = |status, detail: &str| ErrorResponse::new(status, detail).to_json();
    let taken = ErrorResponse::new(409, "`userName` is taken")
        .with_scim_type(ScimType::Uniqueness)
        .to_json();
    let messages = [
        looked_up(&answering(200, "<!doctype html><title>Sign in</title>")).unwrap_err(),
        looked_up(&answering(200, "")).unwrap_err(),
        looked_up(&answering(200, GATEWAY)).unwrap_err(),
        looked_up(&answering(200, "pong")).unwrap_err(),
        got(&answering(200, r#"{"ok":true}"#)).unwrap_err(),
        patched(&answering(200, "<html>")).unwrap_err(),
        deleted(&answering(200, " <html>")).unwrap_err(),
        looked_up(&answering_with(
            302,
            "",
            &[(
                header::LOCATION,
                "https://login.harborline.example/signin?state=s3cret",
            )],
        ))
        .unwrap_err(),
        looked_up(&answering(304, "")).unwrap_err(),
        created(&answering(
            400,
            &scim(400, "`userName`: a value is required"),
        ))
        .unwrap_err(),
        looked_up(&answering(401, "")).unwrap_err(),
        created(&answering(403, GATEWAY)).unwrap_err(),
        looked_up(&answering(404, GATEWAY)).unwrap_err(),
        got(&answering(404, &scim(404, "there is no user `u 1`"))).unwrap_err(),
        created(&answering(409, &taken)).unwrap_err(),
        patched(&answering(412, "")).unwrap_err(),
        patched(&answering_with(429, "", &[(header::RETRY_AFTER, "30")])).unwrap_err(),
        patched(&answering_with(
            429,
            "",
            &[(header::RETRY_AFTER, "Wed, 21 Oct 2026 07:28:00 GMT")],
        ))
        .unwrap_err(),
        looked_up(&answering(502, "<html>\n<h1>Bad Gateway</h1>")).unwrap_err(),
        looked_up(&answering(200, &scim(429, "slow down"))).unwrap_err(),
        created(&answering(201, "")).unwrap_err(),
        created(&answering(
            201,
            r#"{"schemas":["urn:x"],"userName":"mira"}"#,
        ))
        .unwrap_err(),
        block_on(answering(200, "[]").service_provider_config()).unwrap_err(),
        block_on(answering(204, "").delete(&core::user_type(), &ResourceId::new("..").unwrap()))
            .unwrap_err(),
        looked_up(&answering(200, &"x".repeat(9)).with_body_limit(8)).unwrap_err(),
    ];
    let messages: Vec<String> = messages.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    `GET /Users`: the address answers with a web page instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `GET /Users`: the address answers with an empty body instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `GET /Users`: the address answers with something else (not a SCIM ListResponse: the object has neither the ListResponse schema nor `totalResults`) instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `GET /Users`: the address answers with something else (not a SCIM ListResponse: not valid JSON: expected value at line 1 column 1) instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `GET /Users/u 1`: the address answers with something else (an object with neither `id` nor `schemas`) instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `PATCH /Users/u 1`: the address answers with a web page instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `DELETE /Users/u 1`: the address answers with a web page instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `GET /Users`: the address answers with a redirect to `https://login.harborline.example/signin`, which is not followed: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `GET /Users`: the server refuses this (304 Not Modified)
    `POST /Users`: the server refuses this (400 Bad Request); the server says: `userName`: a value is required
    `GET /Users`: the server does not accept the token (401): is it complete, still valid, and made for this tenant?
    `POST /Users`: the token is not allowed to do this (403): give it the right to read and write users and groups; it answers `{"message":"no route matched"}`
    `GET /Users`: nothing is served at this address (404): is `https://tenant.harborline.example/scim/v2` the SCIM base URL?; it answers `{"message":"no route matched"}`
    `GET /Users/u 1`: there is no such resource or endpoint (404); the server says: there is no user `u 1`
    `POST /Users`: another resource is in the way (409); the server says: uniqueness: `userName` is taken
    `PATCH /Users/u 1`: the resource has changed meanwhile (412): read it again
    `PATCH /Users/u 1`: too many requests (429): wait 30 s
    `PATCH /Users/u 1`: too many requests (429): wait, then go on more slowly
    `GET /Users`: the server has trouble (502 Bad Gateway): try again later; it answers `<html> <h1>Bad Gateway</h1>`
    `GET /Users`: too many requests (429): wait, then go on more slowly; the server says: slow down
    `POST /Users`: the server created the resource but gave it no `id`: look for it there before trying again
    `POST /Users`: the server created the resource but gave it no `id`: look for it there before trying again
    `GET /ServiceProviderConfig`: the address answers with something else (expected a JSON object, found an array) instead of SCIM: is `https://tenant.harborline.example/scim/v2` the SCIM base URL?
    `DELETE /Users/..`: the request cannot be sent: `..` cannot stand in the path of an address
    `GET /Users`: the answer of `https://tenant.harborline.example/scim/v2` is larger than 8 bytes: ask for less in one page, or raise the limit
    "#);
    for message in &messages {
        assert!(
            !message.contains("mira@") && !message.contains("s3cret"),
            "{message}"
        );
    }
}

#[test]
fn every_failure_on_the_way_does_so_too() {
    let messages = [
        TransportErrorKind::Body,
        TransportErrorKind::Connect,
        TransportErrorKind::Dns,
        TransportErrorKind::Other,
        TransportErrorKind::Timeout,
        TransportErrorKind::Tls,
    ]
    .map(|kind| {
        let failing = client(move || Err(TransportError::new(kind)));
        looked_up(&failing).unwrap_err().to_string()
    });
    insta::assert_snapshot!(messages.join("\n"), @r"
    `GET /Users`: the answer of `https://tenant.harborline.example/scim/v2` broke off, or is no HTTP: try again later, and if it stays so, check the port
    `GET /Users`: no connection to `https://tenant.harborline.example/scim/v2`: does the server run, are host and port right, does a firewall stand between?
    `GET /Users`: the host of `https://tenant.harborline.example/scim/v2` is not known: is the name spelled right?
    `GET /Users`: the request to `https://tenant.harborline.example/scim/v2` could not be carried
    `GET /Users`: no answer from `https://tenant.harborline.example/scim/v2` in time: try again later
    `GET /Users`: no safe connection to `https://tenant.harborline.example/scim/v2`: is its certificate valid, made for this host, and from an authority that is trusted here?
    ");
}

#[test]
fn an_error_keeps_what_a_program_needs() {
    let error = created(&answering_with(
        409,
        r#"{"status":409,"scimType":"uniqueness","detail":"taken"}"#,
        &[(header::RETRY_AFTER, "1000000000")],
    ))
    .unwrap_err();
    assert_eq!(
        (error.request(), error.status(), error.kind()),
        ("POST /Users", Some(409), &ErrorKind::Conflict)
    );
    assert_eq!(error.scim().unwrap().scim_type, Some(ScimType::Uniqueness));
    assert_eq!(error.retry_after(), Some(1_000_000_000));
    assert!(!error.may_have_happened());

    let error = got(&answering_with(
        404,
        GATEWAY,
        &[(header::RETRY_AFTER, "-1")],
    ))
    .unwrap_err();
    assert_eq!(
        (error.body(), error.scim(), error.retry_after()),
        (Some(&Body::Json(GATEWAY.into())), None, None)
    );

    let page = looked_up(&answering(200, "<html>")).unwrap_err();
    assert_eq!(page.body(), Some(&Body::Raw(Bytes::from_static(b"<html>"))));

    let lost = created(&client(|| {
        Err(TransportError::new(TransportErrorKind::Timeout).with_source("60 s are over"))
    }))
    .unwrap_err();
    assert_eq!(
        lost.kind(),
        &ErrorKind::Transport(TransportErrorKind::Timeout)
    );
    assert_eq!(
        lost.source().unwrap().source().unwrap().to_string(),
        "60 s are over"
    );
    assert!(lost.may_have_happened());
}

#[test]
fn no_secret_is_ever_printed() {
    let echo = format!(r#"{{"status":401,"detail":"unknown: Bearer {SECRET}"}}"#);
    let page = format!("<pre>Authorization: Bearer {SECRET}</pre>");
    for (status, body) in [(401, &echo), (500, &page), (200, &page), (200, &echo)] {
        let client = answering(status, body);
        let error = looked_up(&client).unwrap_err();
        let shown = format!("{error} {error:?} {client:?}");
        assert!(!shown.contains("9f2c"), "{shown}");
        assert!(shown.contains("[token]"), "{shown}");
    }
}

#[test]
fn a_redirect_does_not_print_the_token_either() {
    let error = looked_up(&answering_with(
        307,
        "",
        &[(header::LOCATION, "/in/hl_9f2c/77?x")],
    ));
    let to = "/in/[token]".into();
    assert_eq!(error.unwrap_err().kind(), &ErrorKind::Redirect { to });
}

#[test]
fn calls_can_be_awaited_on_any_thread() {
    fn movable(future: impl Future + Send) {
        drop(future);
    }
    let client = answering(204, "");
    let (user_type, id) = (core::user_type(), id());
    movable(client.list(&user_type, &ListQuery::default()));
    movable(client.delete(&user_type, &id));
}

#[test]
fn a_list_is_handed_out_as_it_came() {
    let administrator = r#"{"totalResults":"7","startIndex":9,"Resources":[{"ID":"a","USERNAME":"root"},{"id":"b"}]}"#;
    let list = looked_up(&answering(200, administrator)).unwrap();
    assert_eq!(
        (list.total_results, list.start_index, list.resources.len()),
        (Some(7), Some(9), 2)
    );
    assert_eq!(
        (
            list.resources[0].text("id"),
            list.resources[0].text("userName")
        ),
        (Some("a"), Some("root"))
    );
}

#[test]
fn patch_and_delete_take_a_body_or_none() {
    assert_eq!(patched(&answering(204, "")).unwrap(), None);
    assert_eq!(patched(&answering(200, " \n")).unwrap(), None);
    let after = patched(&answering(200, r#"{"id":"u 1","Active":false}"#))
        .unwrap()
        .unwrap();
    assert_eq!(after.get("active").and_then(Value::as_bool), Some(false));
    deleted(&answering(204, "")).unwrap();
    deleted(&answering(200, "{}")).unwrap();
}

#[test]
fn what_a_config_does_not_say_is_taken_for_the_usual() {
    let bare = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],"patch":{},"bulk":{"supported":true},"filter":{"supported":true}}"#;
    let config = block_on(answering(200, bare).service_provider_config()).unwrap();
    assert!(config.patch && config.filter && config.bulk && !config.etag);
    assert_eq!(
        (config.bulk_max_operations, config.filter_max_results),
        (None, None)
    );
}
