//! How often one tenant may ask.

use std::{num::NonZeroU32, sync::Arc};

use scimkit_schema::SchemaSet;
use scimkit_server::{
    BearerTokens, RateLimited, Service, block_on,
    bytes::Bytes,
    http::{Request, Response, StatusCode},
};
use scimkit_store::{MemoryTenants, MemoryTokens, Scope, TenantId};

use crate::tenant::{Counting, HandClock};

#[test]
fn a_tenant_that_asks_too_often_is_told_when_to_come_back_and_guesses_cost_it_nothing() {
    let (tenants, clock) = (MemoryTenants::new(), Arc::new(HandClock::default()));
    let schemas = Arc::new(SchemaSet::core());
    let name = TenantId::new("harborline").unwrap();
    let _ = tenants.create(name.clone(), schemas.clone());
    let tokens = BearerTokens::new(name, tenants, MemoryTokens::new(), clock.clone());
    let random = Counting::default();
    let issued = tokens.issue("Azure AD", Scope::Read, None, &random);
    let issued = block_on(issued).unwrap();
    let number = |number| NonZeroU32::new(number).unwrap();
    let limited = RateLimited::new(tokens, clock.clone()).with_rate(number(2), number(3));
    let service = Service::new(
        limited,
        schemas,
        clock.clone(),
        Arc::new(Counting::default()),
    );
    let ask = |token: &str| -> Response<Bytes> {
        let request = Request::get("/Users").header("authorization", format!("Bearer {token}"));
        service.handle_blocking(request.body(Bytes::new()).unwrap())
    };
    let status = || ask(issued.secret.expose()).status();

    for _ in 0..100 {
        assert_eq!(ask("guess").status(), StatusCode::UNAUTHORIZED);
    }
    for _ in 0..3 {
        assert_eq!(status(), StatusCode::OK);
    }
    let refused = ask(issued.secret.expose());
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    clock.advance(1);
    assert_eq!(
        [status(), status(), status()],
        [
            StatusCode::OK,
            StatusCode::OK,
            StatusCode::TOO_MANY_REQUESTS
        ]
    );
    clock.advance(3_600);
    for _ in 0..3 {
        assert_eq!(status(), StatusCode::OK);
    }
    assert_eq!(status(), StatusCode::TOO_MANY_REQUESTS);
}
