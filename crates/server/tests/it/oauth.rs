//! Clients that get access tokens, through the endpoint and the service.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use scimkit_schema::{DateTime, SchemaSet};
use scimkit_server::{
    Assertions, BearerTokens, ClientCredentials, IssuedToken, Service, SigningKey, block_on,
    bytes::Bytes,
    http::{Method, Request, Response, StatusCode},
};
use scimkit_store::{MemoryTenants, MemoryTokens, Scope, StoreError, TenantId};
use serde_json::Value;

use crate::tenant::{Counting, HandClock};

const FORM: &str = "application/x-www-form-urlencoded";

struct House {
    clients: ClientCredentials<MemoryTenants, MemoryTokens>,
    tokens: BearerTokens<MemoryTenants, MemoryTokens>,
    clock: Arc<HandClock>,
    random: Counting,
    schemas: Arc<SchemaSet>,
}

impl House {
    fn new() -> Self {
        let (tenants, kept) = (MemoryTenants::new(), MemoryTokens::new());
        let schemas = Arc::new(SchemaSet::core());
        let name = TenantId::new("harborline").unwrap();
        let _ = tenants.create(name.clone(), schemas.clone());
        let (clock, random) = (Arc::new(HandClock::default()), Counting::default());
        let key = SigningKey::generate(&random);
        Self {
            clients: ClientCredentials::new(
                name.clone(),
                tenants.clone(),
                kept.clone(),
                key,
                clock.clone(),
            ),
            tokens: BearerTokens::new(name, tenants, kept, clock.clone()),
            clock,
            random,
            schemas,
        }
    }

    fn register(&self, scope: Scope) -> IssuedToken {
        block_on(self.clients.register("Azure AD", scope, None, &self.random)).unwrap()
    }

    fn ask(&self, form: &str, authorization: Option<&str>) -> (Response<Bytes>, Value) {
        let mut request = Request::post("/oauth2/token").header("content-type", FORM);
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let request = request.body(Bytes::from(form.to_owned())).unwrap();
        let response = block_on(self.clients.token(request));
        let body = serde_json::from_slice(response.body()).unwrap();
        (response, body)
    }

    fn access_token(&self, client: &IssuedToken) -> String {
        let (response, body) = self.ask(&post(client), None);
        assert_eq!(response.status(), StatusCode::OK, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// The status of a request of this method with this token.
    fn use_token(&self, method: Method, token: &str) -> StatusCode {
        let service = Service::new(
            (self.tokens.clone(), self.clients.clone()),
            self.schemas.clone(),
            self.clock.clone(),
            Arc::new(Counting::default()),
        );
        let request = Request::builder()
            .method(method)
            .uri("/Users")
            .header("authorization", format!("Bearer {token}"))
            .body(Bytes::from_static(
                br#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira"}"#,
            ))
            .unwrap();
        service.handle_blocking(request).status()
    }
}

fn post(client: &IssuedToken) -> String {
    format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        client.info.lookup,
        client.secret.expose()
    )
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

#[test]
fn a_client_gets_a_token_by_either_way_and_it_opens_the_tenant() {
    let house = House::new();
    let client = house.register(Scope::ReadWrite);
    let (response, body) = house.ask(&post(&client), None);
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&"Bearer".into(), &3600.into())
    );
    let header = basic(&client.info.lookup, client.secret.expose());
    let (response, body) = house.ask("grant_type=client_credentials", Some(&header));
    assert_eq!(response.status(), StatusCode::OK);
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(house.use_token(Method::GET, token), StatusCode::OK);
    assert_eq!(house.use_token(Method::POST, token), StatusCode::CREATED);
    let listed = block_on(house.clients.list()).unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].last_used.is_some());
    assert!(block_on(house.tokens.list()).unwrap().is_empty());
}

#[test]
fn an_access_token_ends_with_its_time_and_with_its_client() {
    let house = House::new();
    let client = house.register(Scope::ReadWrite);
    let token = house.access_token(&client);
    house.clock.advance(3_599);
    assert_eq!(house.use_token(Method::GET, &token), StatusCode::OK);
    house.clock.advance(1);
    assert_eq!(
        house.use_token(Method::GET, &token),
        StatusCode::UNAUTHORIZED
    );

    let token = house.access_token(&client);
    block_on(house.clients.revoke(&client.info.lookup)).unwrap();
    assert_eq!(
        house.use_token(Method::GET, &token),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(house.ask(&post(&client), None).1["error"], "invalid_client");
}

#[test]
fn a_reading_client_cannot_write_and_no_secret_passes_for_another_kind() {
    let house = House::new();
    let client = house.register(Scope::Read);
    let token = house.access_token(&client);
    assert_eq!(house.use_token(Method::GET, &token), StatusCode::OK);
    assert_eq!(house.use_token(Method::POST, &token), StatusCode::FORBIDDEN);
    assert_eq!(
        house.use_token(Method::GET, client.secret.expose()),
        StatusCode::UNAUTHORIZED
    );

    let bearer = block_on(house.tokens.issue("Okta", Scope::Read, None, &house.random)).unwrap();
    assert_eq!(
        house.use_token(Method::GET, bearer.secret.expose()),
        StatusCode::OK
    );
    assert_eq!(house.ask(&post(&bearer), None).1["error"], "invalid_client");
    let revoked = block_on(house.clients.revoke(&bearer.info.lookup));
    assert!(matches!(revoked, Err(StoreError::Gone)));

    for wrong in [
        "",
        "x",
        "a.b",
        &format!("{token}x"),
        &token.replacen('.', "", 1),
    ] {
        assert_eq!(
            house.use_token(Method::GET, wrong),
            StatusCode::UNAUTHORIZED,
            "{wrong}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_token_request_is_said() {
    let house = House::new();
    let client = house.register(Scope::Read);
    let (id, secret) = (&client.info.lookup, client.secret.expose());
    let header = basic(id, secret);
    let both = format!("{}&grant_type=client_credentials", post(&client));
    let cases = [
        (
            "",
            None,
            "invalid_request: `grant_type` is missing: use `client_credentials`",
        ),
        (
            "grant_type=password",
            None,
            "unsupported_grant_type: use `client_credentials`",
        ),
        (
            both.as_str(),
            None,
            "invalid_request: a parameter is there twice",
        ),
        (
            "grant_type=client_credentials&client_secret=x",
            None,
            "invalid_request: `client_id` is missing",
        ),
        (
            "grant_type=client_credentials&client_id=other",
            Some(header.as_str()),
            "invalid_request: the client is authenticated in several ways: use the header, the secret in the body, or an assertion",
        ),
    ];
    for (form, authorization, expected) in cases {
        let (response, body) = house.ask(form, authorization);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let said = format!(
            "{}: {}",
            body["error"].as_str().unwrap(),
            body["error_description"].as_str().unwrap()
        );
        assert_eq!(said, expected);
    }
    let wrong = post(&client).replace(secret, "scimclient_x");
    let unknown = basic("client-0000", secret);
    for (form, authorization) in [
        (wrong.as_str(), None),
        ("grant_type=client_credentials", None),
        ("grant_type=client_credentials", Some(unknown.as_str())),
        ("grant_type=client_credentials", Some("Basic !")),
        (
            "grant_type=client_credentials&client_assertion=x&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer",
            None,
        ),
    ] {
        let (response, body) = house.ask(form, authorization);
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{form}");
        assert_eq!(body["error"], "invalid_client");
        assert!(
            response.headers()["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Basic")
        );
    }
    let get = Request::get("/oauth2/token").body(Bytes::new()).unwrap();
    let response = block_on(house.clients.token(get));
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "POST");
}

/// Takes `proof of <id>` for a proof.
struct Spoken;

impl Assertions for Spoken {
    fn client_of(&self, assertion: &str, _: &DateTime) -> Option<Box<str>> {
        assertion.strip_prefix("proof of ").map(Into::into)
    }
}

#[test]
fn an_assertion_stands_for_the_secret() {
    let mut house = House::new();
    house.clients = house
        .clients
        .with_assertions(Arc::new(Spoken))
        .with_minutes(1_000);
    let client = house.register(Scope::Read);
    let form = format!(
        "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=proof+of+{}",
        client.info.lookup
    );
    let (response, body) = house.ask(&form, None);
    assert_eq!(response.status(), StatusCode::OK, "{body}");
    assert_eq!(body["expires_in"], 360 * 60);
    let (response, _) = house.ask(&form.replace("proof", "claim"), None);
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[test]
fn a_rotated_token_works_beside_the_new_one_for_a_while() {
    let house = House::new();
    let old = block_on(
        house
            .tokens
            .issue("Azure AD", Scope::Read, None, &house.random),
    )
    .unwrap();
    let new = block_on(
        house
            .tokens
            .rotate(old.secret.lookup(), None, 600, &house.random),
    )
    .unwrap();
    assert_eq!(
        (&new.info.name, new.info.scope),
        (&old.info.name, Scope::Read)
    );
    for token in [&old, &new] {
        assert_eq!(
            house.use_token(Method::GET, token.secret.expose()),
            StatusCode::OK
        );
    }
    house.clock.advance(600);
    assert_eq!(
        house.use_token(Method::GET, old.secret.expose()),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        house.use_token(Method::GET, new.secret.expose()),
        StatusCode::OK
    );
    let again = block_on(
        house
            .tokens
            .rotate(old.secret.lookup(), None, 600, &house.random),
    );
    assert!(again.is_err());
}
