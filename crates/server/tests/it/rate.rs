//! How often one tenant may ask.

use std::{num::NonZeroU32, sync::Arc};

use scimkit_schema::SchemaSet;
use scimkit_server::{
    BearerTokens, IssuedToken, RateLimited, Service, block_on,
    bytes::Bytes,
    http::{HeaderValue, Method, Request, Response, StatusCode},
};
use scimkit_store::{MemoryTenants, MemoryTokens, Scope, TenantId};

use crate::tenant::{Counting, HandClock};

type Tokens = BearerTokens<MemoryTenants, MemoryTokens>;

/// A tenant whose requests are limited, and a token for it.
struct Limited {
    service: Service<RateLimited<Tokens>>,
    clock: Arc<HandClock>,
    token: IssuedToken,
}

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

impl Limited {
    fn new(limit: impl Fn(RateLimited<Tokens>) -> RateLimited<Tokens>) -> Self {
        let (tenants, clock) = (MemoryTenants::new(), Arc::new(HandClock::default()));
        let schemas = Arc::new(SchemaSet::core());
        let name = TenantId::new("harborline").unwrap();
        let _ = tenants.create(name.clone(), schemas.clone());
        let tokens = BearerTokens::new(name, tenants, MemoryTokens::new(), clock.clone());
        let random = Counting::default();
        let issued = tokens.issue("Azure AD", Scope::ReadWrite, None, &random);
        let token = block_on(issued).unwrap();
        let limited = limit(RateLimited::new(tokens, clock.clone()));
        let ids = Arc::new(Counting::default());
        Self {
            service: Service::new(limited, schemas, clock.clone(), ids),
            clock,
            token,
        }
    }

    fn request(&self, path: &str) -> Request<Bytes> {
        let bearer = format!("Bearer {}", self.token.secret.expose());
        let request = Request::get(path).header("authorization", bearer);
        request.body(Bytes::new()).unwrap()
    }

    fn ask(&self) -> Response<Bytes> {
        self.service.handle_blocking(self.request("/Users"))
    }

    fn status(&self) -> u16 {
        self.ask().status().as_u16()
    }

    fn guess(&self) -> StatusCode {
        let request = Request::get("/Users").header("authorization", "Bearer guess");
        let request = request.body(Bytes::new()).unwrap();
        self.service.handle_blocking(request).status()
    }
}

fn detail(response: &Response<Bytes>) -> String {
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    body["detail"].as_str().unwrap().to_owned()
}

#[test]
fn a_tenant_that_asks_too_often_is_told_when_to_come_back_and_guesses_cost_it_nothing() {
    let tenant = Limited::new(|limited| limited.with_rate(number(2), number(3)));
    for _ in 0..100 {
        assert_eq!(tenant.guess(), StatusCode::UNAUTHORIZED);
    }
    for _ in 0..3 {
        assert_eq!(tenant.status(), 200);
    }
    let refused = tenant.ask();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(
        detail(&refused),
        "too many requests per second: try again in 1 seconds"
    );
    tenant.clock.advance(1);
    let statuses = [tenant.status(), tenant.status(), tenant.status()];
    assert_eq!(statuses, [200, 200, 429]);
    tenant.clock.advance(3_600);
    for _ in 0..3 {
        assert_eq!(tenant.status(), 200);
    }
    assert_eq!(tenant.status(), 429);
}

#[test]
fn only_so_many_requests_of_a_tenant_are_under_way() {
    let tenant = Limited::new(|limited| limited.with_concurrency(number(2)));
    let (head, ()) = tenant.request("/Users").map(|_| ()).into_parts();
    let one = block_on(tenant.service.admit(&head)).unwrap();
    let two = block_on(tenant.service.admit(&head)).unwrap();
    let refused = block_on(tenant.service.admit(&head)).unwrap_err();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        detail(&refused),
        "too many requests at once: try again in 1 seconds"
    );
    drop(one);
    assert_eq!(tenant.status(), 200, "and it is over when it is answered");
    assert_eq!(tenant.status(), 200);
    drop(two);
}

#[test]
fn a_bulk_request_counts_as_many_as_it_has_operations() {
    let tenant = Limited::new(|limited| limited.with_rate(number(1), number(3)));
    let operation = |name: u32| {
        format!(
            r#"{{"method":"POST","path":"/Users","bulkId":"{name}","data":{{"userName":"{name}"}}}}"#
        )
    };
    let operations: Vec<_> = (0..10).map(operation).collect();
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{}]}}"#,
        operations.join(",")
    );
    let mut request = tenant.request("/Bulk");
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(
        "content-type",
        HeaderValue::from_static("application/scim+json"),
    );
    *request.body_mut() = body.into();
    let done = tenant.service.handle_blocking(request);
    assert_eq!(done.status(), StatusCode::OK);
    let refused = tenant.ask();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        refused.headers()["retry-after"],
        "8",
        "ten taken, two ahead"
    );
    tenant.clock.advance(8);
    assert_eq!(tenant.status(), 200);
}
