//! Who is let in.

use scimkit_schema::Clock;
use scimkit_server::{
    IssueError, Profile, block_on,
    bytes::Bytes,
    http::{HeaderName, Request},
};
use scimkit_store::Scope;

use crate::tenant::{Counting, Tenant};

fn ask(tenant: &Tenant, path: &str, authorization: Option<&str>) -> crate::tenant::Answer {
    let mut request = Request::get(path);
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    tenant.answer(request.body(Bytes::new()).unwrap())
}

#[test]
fn nothing_is_reached_without_a_valid_token() {
    let tenant = Tenant::new(Profile::lenient());
    tenant.user("mira@x");
    let forged = tenant.token.replacen('0', "1", 1);
    assert_ne!(forged, tenant.token);
    let foreign = Tenant::new(Profile::lenient());
    let other = block_on(
        foreign
            .tokens
            .issue("b", Scope::Read, None, &Counting::default()),
    )
    .unwrap();
    let forged = format!("Bearer {forged}");
    let foreign = format!(
        "Bearer {}",
        other
            .secret
            .expose()
            .replace(other.secret.lookup(), "0123456789abcdef")
    );
    let headers = [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer  "),
        Some("Basic eDp5"),
        Some("Bearer x"),
        Some(&*forged),
        Some(&*foreign),
    ];
    let paths = [
        "/scim/v2/Users",
        "/scim/v2/%55sers",
        "//scim/v2//Users",
        "/scim/v2/Users/",
        "/scim/v2/./Users",
        "/scim/v2/Schemas",
        "/",
        "/else",
        "/scim/v2/Users/id-0000",
    ];
    for header in headers {
        for path in paths {
            let answer = ask(&tenant, path, header);
            assert_eq!(answer.status, 401, "{header:?} {path}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
            assert!(!answer.body.to_string().contains("mira"));
        }
    }
    assert_eq!(
        block_on(tenant.tokens.list()).unwrap()[0].last_used,
        Some(tenant.clock.now())
    );
}

#[test]
fn last_use_moves_with_good_requests_only() {
    let tenant = Tenant::new(Profile::lenient());
    let last_used = || block_on(tenant.tokens.list()).unwrap()[0].last_used.clone();
    assert_eq!(last_used(), None);
    ask(&tenant, "/scim/v2/Users", Some("Bearer wrong"));
    assert_eq!(last_used(), None);
    tenant.get("/Users");
    let first = last_used();
    assert_eq!(first, Some(tenant.clock.now()));
    tenant.clock.advance(30);
    tenant.get("/Users");
    assert!(last_used() > first);
}

#[test]
fn tokens_expire_and_are_revoked_one_by_one() {
    let tenant = Tenant::new(Profile::lenient());
    let hour = tenant.clock.now().plus_seconds(3_600);
    let random = Counting::default();
    random_skip(&random);
    let second = block_on(
        tenant
            .tokens
            .issue("Okta", Scope::ReadWrite, Some(hour), &random),
    )
    .unwrap();
    let bearer = format!("Bearer {}", second.secret.expose());
    assert_eq!(ask(&tenant, "/scim/v2/Users", Some(&bearer)).status, 200);
    tenant.clock.advance(3_600);
    assert_eq!(ask(&tenant, "/scim/v2/Users", Some(&bearer)).status, 401);
    assert_eq!(tenant.get("/Users").status, 200);
    let first = block_on(tenant.tokens.list()).unwrap()[0].lookup.clone();
    block_on(tenant.tokens.revoke(&first)).unwrap();
    assert_eq!(tenant.get("/Users").status, 401);
    assert!(block_on(tenant.tokens.revoke("unknown")).is_err());
}

fn random_skip(random: &Counting) {
    use scimkit_schema::Random;
    random.fill(&mut [0; 9]);
}

#[test]
fn a_reading_token_cannot_write() {
    let mut tenant = Tenant::new(Profile::lenient());
    let random = Counting::default();
    random_skip(&random);
    let reader = block_on(tenant.tokens.issue("Report", Scope::Read, None, &random)).unwrap();
    tenant.token = reader.secret.expose().to_owned();
    assert_eq!(tenant.get("/Users").status, 200);
    let refused = tenant.post("/Users", r#"{"userName":"a"}"#);
    assert_eq!(
        refused.error(),
        "403 -: the token may only read: use one with the right to write"
    );
    assert_eq!(tenant.get("/Users").body["totalResults"], 0);
}

#[test]
fn a_token_needs_a_name_and_a_future() {
    let tenant = Tenant::new(Profile::lenient());
    let issue = |name, expires| {
        block_on(
            tenant
                .tokens
                .issue(name, Scope::Read, expires, &Counting::default()),
        )
    };
    assert!(matches!(issue("  ", None), Err(IssueError::Nameless)));
    assert!(matches!(
        issue("x", Some(tenant.clock.now())),
        Err(IssueError::Expired)
    ));
}

#[test]
fn the_other_header_is_taken_when_it_is_on() {
    let mut tenant = Tenant::new(Profile::netskope());
    let bare = |tenant: &Tenant| {
        let request = Request::get("/scim/v2/Users").header("netskope-api-token", &tenant.token);
        tenant.answer(request.body(Bytes::new()).unwrap()).status
    };
    assert_eq!(bare(&tenant), 401);
    let name = HeaderName::from_static("netskope-api-token");
    tenant.service = scimkit_server::Service::new(
        tenant.tokens.clone().with_header(name),
        tenant.service.schemas().clone(),
        tenant.clock.clone(),
        std::sync::Arc::new(Counting::default()),
    )
    .with_base_path("/scim/v2");
    assert_eq!(bare(&tenant), 200);
    assert_eq!(tenant.get("/Users").status, 200);
}
