use std::{
    future::ready,
    sync::atomic::{AtomicI64, Ordering},
};

use http::Response;
use pollster::block_on;
use scimkit_protocol::ListQuery;
use scimkit_schema::core;

use super::*;
use crate::{Client, ErrorKind, TransportError, TransportErrorKind};

const SECRET: &str = "s3c/ret";

/// A clock that stands still until it is set.
#[derive(Clone, Default)]
struct Set(Arc<AtomicI64>);

impl Clock for Set {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(self.0.load(Ordering::Relaxed) * 1_000_000)
    }
}

fn tokens(clock: Set) -> AccessTokens {
    let url = "https://login.harborline.example/oauth2/token"
        .parse()
        .unwrap();
    OAuthClient::new(url, "cust 42", Arc::new(clock))
        .with_scope("scim read")
        .with_secret(Token::new(SECRET).unwrap())
}

fn answer(status: u16, body: &str) -> Response<Bytes> {
    let response = Response::builder().status(status);
    response
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

/// Both services at once: gives `token-1`, `token-2` and so on for an hour each, and takes all but the `revoked` first ones.
struct Services {
    seen: Mutex<Vec<String>>,
    given: Mutex<usize>,
    revoked: Mutex<usize>,
}

impl Services {
    fn new() -> Self {
        Self {
            seen: Mutex::default(),
            given: Mutex::default(),
            revoked: Mutex::default(),
        }
    }

    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let shown = request.headers().get(header::AUTHORIZATION);
        let shown = shown
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default();
        let body = std::str::from_utf8(request.body()).unwrap();
        let path = request.uri().path();
        self.seen
            .lock()
            .unwrap()
            .push(format!("{path} {shown} {body}").trim_end().to_owned());
        if path == "/oauth2/token" {
            let mut given = self.given.lock().unwrap();
            *given += 1;
            return answer(
                200,
                &format!(
                    r#"{{"access_token":"token-{given}","token_type":"bearer","expires_in":3600}}"#
                ),
            );
        }
        let number: usize = shown
            .strip_prefix("Bearer token-")
            .unwrap()
            .parse()
            .unwrap();
        if number <= *self.revoked.lock().unwrap() {
            return answer(401, "");
        }
        answer(200, r#"{"totalResults":0}"#)
    }

    fn take(&self) -> String {
        std::mem::take(&mut *self.seen.lock().unwrap()).join("\n")
    }
}

#[test]
fn tokens_are_fetched_kept_and_renewed_before_they_end_and_when_they_are_refused() {
    let (services, clock) = (Services::new(), Set::default());
    let transport = |request: Request<Bytes>| ready(Ok(services.answer(&request)));
    let base = "https://tenant.harborline.example/scim".parse().unwrap();
    let client = Client::new(base, tokens(clock.clone()), &transport);
    let list = || block_on(client.list(&core::user_type(), &ListQuery::default()));

    list().unwrap();
    list().unwrap();
    insta::assert_snapshot!(services.take(), @"
    /oauth2/token  grant_type=client_credentials&client_id=cust+42&client_secret=s3c%2Fret&scope=scim+read
    /scim/Users Bearer token-1
    /scim/Users Bearer token-1
    ");

    // a tenth of its life before its end, but not more than five minutes
    clock.0.store(3_299, Ordering::Relaxed);
    list().unwrap();
    insta::assert_snapshot!(services.take(), @"/scim/Users Bearer token-1");
    clock.0.store(3_300, Ordering::Relaxed);
    list().unwrap();
    insta::assert_snapshot!(services.take(), @"
    /oauth2/token  grant_type=client_credentials&client_id=cust+42&client_secret=s3c%2Fret&scope=scim+read
    /scim/Users Bearer token-2
    ");

    *services.revoked.lock().unwrap() = 2;
    list().unwrap();
    insta::assert_snapshot!(services.take(), @"
    /scim/Users Bearer token-2
    /oauth2/token  grant_type=client_credentials&client_id=cust+42&client_secret=s3c%2Fret&scope=scim+read
    /scim/Users Bearer token-3
    ");

    // once, not for ever
    *services.revoked.lock().unwrap() = usize::MAX;
    assert_eq!(*list().unwrap_err().kind(), ErrorKind::Unauthorized);
    insta::assert_snapshot!(services.take(), @"
    /scim/Users Bearer token-3
    /oauth2/token  grant_type=client_credentials&client_id=cust+42&client_secret=s3c%2Fret&scope=scim+read
    /scim/Users Bearer token-4
    ");
}

#[test]
fn clones_share_their_tokens() {
    let services = Services::new();
    let transport = |request: Request<Bytes>| ready(Ok(services.answer(&request)));
    let tokens = tokens(Set::default());
    let one = block_on(tokens.clone().token(&transport)).unwrap();
    let two = block_on(tokens.token(&transport)).unwrap();
    assert_eq!(one, two);
    // whoever comes with an old one gets the one that is there
    let old = Token::new("token-0").unwrap();
    assert_eq!(block_on(tokens.renewed(&old, &transport)).unwrap(), two);
    assert_eq!(*services.given.lock().unwrap(), 1);
}

#[test]
fn the_secret_can_go_in_the_header() {
    let (services, clock) = (Services::new(), Set::default());
    let transport = |request: Request<Bytes>| ready(Ok(services.answer(&request)));
    let client = tokens(clock)
        .client()
        .clone()
        .with_secret_place(SecretPlace::Header);
    let tokens = client.with_secret(Token::new(SECRET).unwrap());
    block_on(tokens.token(&transport)).unwrap();
    let seen = services.take();
    let (_, encoded) = seen.split_once("Basic ").unwrap();
    let (encoded, form) = encoded.split_once(' ').unwrap();
    assert_eq!(STANDARD.decode(encoded).unwrap(), b"cust+42:s3c%2Fret");
    assert_eq!(form, "grant_type=client_credentials&scope=scim+read");
}

#[test]
fn what_goes_wrong_at_the_endpoint_says_so_and_hides_the_secret() {
    let message = |status, body: &'static str| {
        let transport = move |_: Request<Bytes>| ready(Ok(answer(status, body)));
        let error = block_on(tokens(Set::default()).token(&transport)).unwrap_err();
        assert!(!error.may_have_happened());
        assert!(!format!("{error:?} {error}").contains(SECRET), "{error:?}");
        error.to_string()
    };
    let no_way = |_: Request<Bytes>| {
        ready(Err::<Response<Bytes>, _>(TransportError::new(
            TransportErrorKind::Connect,
        )))
    };
    let unreachable = block_on(tokens(Set::default()).token(&no_way)).unwrap_err();
    insta::assert_snapshot!([
        message(401, r#"{"error":"invalid_client","error_description":"no client has the secret s3c/ret"}"#),
        message(400, r#"{"error":"invalid_scope"}"#),
        message(404, "<html>"),
        message(302, ""),
        message(200, "<html>"),
        message(200, r#"{"token":"x"}"#),
        message(200, r#"{"access_token":"x","token_type":"mac"}"#),
        message(200, r#"{"access_token":"a b"}"#),
        message(429, ""),
        message(503, ""),
        unreachable.to_string(),
    ].join("\n"), @"
    `POST /oauth2/token`: the token endpoint gives no access token (`invalid_client`: no client has the secret [secret]): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: the token endpoint gives no access token (`invalid_scope`): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: the token endpoint gives no access token (404 Not Found): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: the token endpoint gives no access token (a redirect, 302): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: the token endpoint gives no access token (it answers with something else than JSON): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: the token endpoint gives no access token (its answer has no `access_token`): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: the token endpoint gives no access token (its `token_type` is not `Bearer`): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: the token endpoint gives no access token (its `access_token` holds characters that no token has): are client id and secret right, still valid, and made for this tenant?
    `POST /oauth2/token`: too many requests (429): wait, then go on more slowly
    `POST /oauth2/token`: the server has trouble (503 Service Unavailable): try again later
    `POST /oauth2/token`: no connection to `https://login.harborline.example/oauth2/token`: does the server run, are host and port right, does a firewall stand between?
    ");
}

#[test]
fn only_safe_addresses_are_token_endpoints() {
    let message = |text: &str| text.parse::<TokenUrl>().unwrap_err().to_string();
    insta::assert_snapshot!([
        message("login.harborline.example/token"),
        message("http://login.harborline.example/token"),
        message("https://me:secret@login.harborline.example/token"),
        message("https://login.harborline.example/token#top"),
    ].join("\n"), @"
    this is no address (relative URL without a base): that of a token endpoint must look like `https://host/oauth2/token`
    the address of the token endpoint does not begin with `https://`, and everybody on the way would see the secret; plain http is for this machine only
    the address of the token endpoint holds a user name or password: leave it off, client id and secret are given apart
    the address of the token endpoint has a part behind `#`: leave it off
    ");
    let url: TokenUrl = "http://127.0.0.1:8080/token?tenant=a".parse().unwrap();
    assert_eq!(url.to_string().parse::<TokenUrl>().unwrap(), url);
}

#[test]
fn neither_secret_nor_token_is_printed() {
    let services = Services::new();
    let transport = |request: Request<Bytes>| ready(Ok(services.answer(&request)));
    let tokens = tokens(Set::default());
    block_on(tokens.token(&transport)).unwrap();
    let shown = format!("{tokens:?}");
    assert!(
        !shown.contains(SECRET) && !shown.contains("token-1"),
        "{shown}"
    );
}
