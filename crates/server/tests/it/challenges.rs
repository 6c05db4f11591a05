//! What a refusal says about the token (RFC 6750 §3).

use std::sync::Arc;

use scimkit_schema::{Clock, Random, SchemaSet};
use scimkit_server::{
    BearerTokens, Profile, Service, block_on,
    bytes::Bytes,
    http::{Method, Request},
};
use scimkit_store::{MemoryTenants, MemoryTokens, Scope, TenantId};

use crate::tenant::{Answer, Counting, Tenant};

/// The answer to a request that has these headers only.
fn bare(tenant: &Tenant, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/scim/v2{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let form = format!("access_token={}", tenant.token);
    tenant.answer(request.body(Bytes::from(form)).unwrap())
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn a_refusal_says_whether_the_token_was_missing_wrong_or_too_weak() {
    let tenant = Tenant::new(Profile::strict());
    let random = Counting::default();
    random.fill(&mut [0; 9]);
    let reader = block_on(tenant.tokens.issue("Report", Scope::Read, None, &random)).unwrap();
    let hour = tenant.clock.now().plus_seconds(3_600);
    random.fill(&mut [0; 9]);
    let ending = block_on(
        tenant
            .tokens
            .issue("Trial", Scope::Read, Some(hour), &random),
    );
    let ending = bearer(ending.unwrap().secret.expose());
    tenant.clock.advance(3_600);
    let own = bearer(&tenant.token);
    let reader = bearer(reader.secret.expose());
    for (headers, method, status, challenge) in [
        (vec![], Method::GET, 401, r#"Bearer realm="scim""#),
        (
            vec![("authorization", "Basic eDp5")],
            Method::GET,
            401,
            r#"Bearer realm="scim""#,
        ),
        (
            vec![("authorization", "Bearer wrong")],
            Method::GET,
            401,
            r#"Bearer realm="scim", error="invalid_token""#,
        ),
        (
            vec![("authorization", &*ending)],
            Method::GET,
            401,
            r#"Bearer realm="scim", error="invalid_token""#,
        ),
        (
            vec![("authorization", &*reader)],
            Method::POST,
            403,
            r#"Bearer realm="scim", error="insufficient_scope""#,
        ),
        (
            vec![("authorization", &*own), ("authorization", &*own)],
            Method::GET,
            400,
            r#"Bearer realm="scim", error="invalid_request""#,
        ),
        (vec![("authorization", &*own)], Method::GET, 200, ""),
    ] {
        let answer = bare(&tenant, method, "/Users", &headers);
        assert_eq!(
            (answer.status.as_u16(), answer.header("www-authenticate")),
            (status, challenge),
            "{headers:?}"
        );
        let all = answer.response.headers().get_all("www-authenticate");
        assert!(all.iter().count() <= 1, "{headers:?}");
    }
}

#[test]
fn a_token_counts_in_its_header_only() {
    let tenant = Tenant::new(Profile::lenient());
    let in_address = format!("/Users?access_token={}", tenant.token);
    let cookie = format!("access_token={}; token={}", tenant.token, tenant.token);
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (method, path, header) in [
        (Method::GET, &*in_address, ("accept", "*/*")),
        (Method::POST, "/Users", form),
        (Method::POST, "/Users/.search", form),
        (Method::GET, "/Users", ("cookie", &*cookie)),
    ] {
        let answer = bare(&tenant, method, path, &[header]);
        assert_eq!(answer.status, 401, "{path}");
        let text = format!("{:?}", answer.response);
        assert!(!text.contains(&tenant.token), "{text}");
    }
    let answer = tenant.get("/Users");
    assert!(!answer.response.headers().contains_key("set-cookie"));
}

/// The service of one of several tenants that share their stores, and a token for it.
fn house(
    tenants: &MemoryTenants,
    kept: &MemoryTokens,
    name: &str,
    random: &Counting,
) -> (Service<BearerTokens<MemoryTenants, MemoryTokens>>, String) {
    let schemas = Arc::new(SchemaSet::core());
    let name = TenantId::new(name).unwrap();
    let _ = tenants.create(name.clone(), schemas.clone());
    let clock = Arc::new(crate::tenant::HandClock::default());
    let tokens = BearerTokens::new(name, tenants.clone(), kept.clone(), clock.clone());
    random.fill(&mut [0; 9]);
    let issued = block_on(tokens.issue("Azure AD", Scope::ReadWrite, None, random)).unwrap();
    let service = Service::new(tokens, schemas, clock, Arc::new(Counting::default()));
    (service, bearer(issued.secret.expose()))
}

#[test]
fn what_belongs_to_another_tenant_is_like_what_does_not_exist() {
    let (tenants, kept) = (MemoryTenants::new(), MemoryTokens::new());
    let random = Counting::default();
    let (harborline, ours) = house(&tenants, &kept, "harborline", &random);
    let (contoso, theirs) = house(&tenants, &kept, "contoso", &random);
    let send = |service: &Service<BearerTokens<MemoryTenants, MemoryTokens>>,
                method: &Method,
                path: &str,
                token: &str,
                body: &'static str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", token);
        let response = service.handle_blocking(request.body(Bytes::from(body)).unwrap());
        (response.status().as_u16(), response.into_body())
    };
    let user = r#"{"userName":"mira@x"}"#;
    let (status, body) = send(&harborline, &Method::POST, "/Users", &ours, user);
    assert_eq!(status, 201);
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let foreign = format!("/Users/{}", body["id"].as_str().unwrap());
    let patch = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"x"}]}"#;
    for (method, body) in [
        (Method::GET, ""),
        (Method::PUT, user),
        (Method::PATCH, patch),
        (Method::DELETE, ""),
    ] {
        let found = send(&contoso, &method, &foreign, &theirs, body);
        let missing = send(&contoso, &method, "/Users/nobody", &theirs, body);
        assert_eq!(found.0, 404, "{method}");
        assert_eq!(found, missing, "{method}");
        let with_their_token = send(&harborline, &method, &foreign, &theirs, body);
        assert_eq!(with_their_token.0, 401, "{method}");
    }
    let (status, list) = send(&contoso, &Method::GET, "/Users", &theirs, "");
    assert_eq!(status, 200);
    assert!(!String::from_utf8_lossy(&list).contains("mira"));
    assert_eq!(send(&harborline, &Method::GET, &foreign, &ours, "").0, 200);
}
