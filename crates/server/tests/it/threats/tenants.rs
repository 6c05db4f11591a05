//! One tenant and the next.

use scimkit_schema::SchemaSet;
use scimkit_server::{
    BearerTokens, Service, SigningKey, block_on,
    bytes::Bytes,
    http::{Method, Request},
};
use scimkit_store::{MemoryTenants, MemoryTokens, Scope, TenantId};
use serde_json::json;

use crate::tenant::{Counting, HandClock, Tenant};

/// Cogtrix#120 and #303: a 409 told which names other tenants have.
#[test]
fn one_name_in_two_tenants_is_no_conflict() {
    for tenant in Tenant::neighbours() {
        tenant.user("mira@harborline.example");
        tenant.group("Crew", &[]);
        assert_eq!(
            tenant
                .post("/Users", r#"{"userName":"mira@harborline.example"}"#)
                .status,
            409
        );
    }
}

/// vouch#317, Atlas-Workforce#175, open-mercato#3907: the tenant of a token was not looked at.
#[test]
fn what_another_tenant_has_is_like_what_does_not_exist() {
    let [one, other] = Tenant::neighbours();
    let foreign_user = other.user("canary@quayside.example");
    let foreign_group = other.group("Canaries", &[&foreign_user]);
    let (user, group) = (one.user("mira@x"), one.group("Crew", &[]));
    let patch = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"x"}]}"#;
    for (endpoint, id, body) in [
        ("/Users", &foreign_user, r#"{"userName":"x"}"#),
        ("/Groups", &foreign_group, r#"{"displayName":"x"}"#),
    ] {
        for (method, body) in [
            (Method::GET, ""),
            (Method::HEAD, ""),
            (Method::OPTIONS, ""),
            (Method::PUT, body),
            (Method::PATCH, patch),
            (Method::DELETE, ""),
        ] {
            let ask = |id: &str| {
                let answer = one
                    .send(method.clone(), &format!("{endpoint}/{id}"), body)
                    .response;
                let (head, body) = answer.into_parts();
                (head.status, head.headers, body)
            };
            assert_eq!(ask(id), ask("id-9999"), "{method} {endpoint}");
        }
    }
    let member = |id: &str| {
        one.patch(
            &format!("/Groups/{group}"),
            &format!(r#"[{{"op":"add","path":"members","value":[{{"value":"{id}"}}]}}]"#),
        )
    };
    assert_eq!(
        member(&foreign_user).error().replace(&foreign_user, "ID"),
        member("id-9999").error().replace("id-9999", "ID")
    );
    let among = |id: &str| {
        one.post(
            "/Groups",
            &format!(
                r#"{{"displayName":"G","members":[{{"value":"{id}"}},{{"value":"{user}"}}]}}"#
            ),
        )
        .body["members"]
            .clone()
    };
    assert_eq!(among(&foreign_user)[0]["value"], user.as_str());
    assert_eq!(
        other.get(&format!("/Users/{foreign_user}")).body["meta"]["version"],
        "W/\"1\""
    );
    assert_eq!(other.events().len(), 2);
}

/// CVE-2019-11268: a filter reached the users of other zones. Whatever is asked of one tenant, the canary of the other is not in it.
#[test]
fn no_query_finds_the_canary_of_another_tenant() {
    let [mut one, other] = Tenant::neighbours();
    one.service = one
        .service
        .clone()
        .with_signing_key(SigningKey::new([7; 32]));
    let canary = other.user("canary@quayside.example");
    other.group("Canaries", &[&canary]);
    one.user("mira@x");
    one.group("Crew", &[]);
    for filter in [
        "userName pr",
        "not (userName eq \"mira@x\")",
        "userName co \"canary\" or userName co \"\"",
        "id pr",
        "meta.created gt \"2000-01-01T00:00:00Z\"",
        "groups.display co \"Can\" or userName pr",
    ] {
        let filter = filter.replace(' ', "+").replace('"', "%22");
        for query in [
            format!("filter={filter}"),
            format!("filter={filter}&sortBy=userName"),
            format!("filter={filter}&cursor=&count=1"),
        ] {
            let answer = one.get(&format!("/Users?{query}"));
            assert_eq!(answer.status, 200, "{query}: {}", answer.body);
            assert!(
                !answer.body.to_string().to_lowercase().contains("canar"),
                "{query}"
            );
        }
    }
    for path in ["/", "/Groups", "/?filter=id+pr", "/?sortBy=id&count=1000"] {
        let answer = one.get(path);
        assert_eq!(
            answer.body["totalResults"].as_u64().map(|total| total <= 2),
            Some(true),
            "{path}: {}",
            answer.body
        );
        assert!(
            !answer.body.to_string().to_lowercase().contains("canar"),
            "{path}"
        );
    }
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"id eq \"{canary}\" or members.value eq \"{canary}\" or id pr"}}"#
    );
    let searched = one.post("/Groups/.search", &body);
    assert_eq!(
        (searched.status.as_u16(), &searched.body["totalResults"]),
        (200, &json!(1))
    );
}

/// vouch#317, open-mercato#3907: a credential whose tenant is not there was let in.
#[test]
fn a_token_of_a_tenant_that_is_gone_opens_nothing() {
    let (schemas, clock) = (
        std::sync::Arc::new(SchemaSet::core()),
        std::sync::Arc::new(HandClock::default()),
    );
    let name = TenantId::new("nobody").unwrap();
    let tokens = BearerTokens::new(
        name,
        MemoryTenants::new(),
        MemoryTokens::new(),
        clock.clone(),
    );
    let issued =
        block_on(tokens.issue("Azure AD", Scope::ReadWrite, None, &Counting::default())).unwrap();
    let service = Service::new(
        tokens,
        schemas,
        clock,
        std::sync::Arc::new(Counting::default()),
    );
    let request = Request::get("/Users").header(
        "authorization",
        format!("Bearer {}", issued.secret.expose()),
    );
    assert_eq!(
        service
            .handle_blocking(request.body(Bytes::new()).unwrap())
            .status(),
        401
    );
}
