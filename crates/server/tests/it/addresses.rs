//! Where resources are: versions of the protocol in the path, and locations.

use std::sync::Arc;

use scimkit_schema::{IdSource, ResourceId, SchemaSet};
use scimkit_server::{
    Profile, Service,
    bytes::Bytes,
    http::{Method, Request},
};
use serde_json::Value;

use crate::tenant::Tenant;

#[test]
fn another_version_of_the_protocol_is_refused_as_such() {
    let mut tenant = Tenant::new(Profile::strict());
    let ask = |tenant: &Tenant, path: &str| {
        let request =
            Request::get(path).header("authorization", format!("Bearer {}", tenant.token));
        tenant.answer(request.body(Bytes::new()).unwrap())
    };
    assert_eq!(ask(&tenant, "/scim/v2/Users").status, 200);
    for path in ["/scim/v1/Users", "/scim/v3/Users/id-0000"] {
        assert_eq!(
            ask(&tenant, path).error(),
            "400 invalidVers: this service speaks version 2 of SCIM: correct the base URL",
            "{path}"
        );
    }
    tenant.service = tenant.service.with_base_path("");
    assert_eq!(ask(&tenant, "/Users").status, 200);
    assert_eq!(ask(&tenant, "/v1/Users").body["scimType"], "invalidVers");
}

/// An id that no path can hold as it is.
struct Odd;

impl IdSource for Odd {
    fn next_id(&self) -> ResourceId {
        ResourceId::new("crew 7?é%41").unwrap()
    }
}

#[test]
fn locations_are_percent_encoded_and_lead_to_the_resource() {
    let tenant = Tenant::new(Profile::strict());
    let schemas = Arc::new(SchemaSet::core());
    let ids = Arc::new(Odd);
    let service = Service::new(tenant.tokens.clone(), schemas, tenant.clock.clone(), ids)
        .with_public_url("https://tenant.example/");
    let send = |method: Method, path: &str, body: &'static str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", tenant.token));
        let response = service.handle_blocking(request.body(Bytes::from(body)).unwrap());
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        (response, body)
    };
    let (created, body) = send(Method::POST, "/Users", r#"{"userName":"mira"}"#);
    let location = created.headers()["location"].to_str().unwrap();
    assert_eq!(
        location,
        "https://tenant.example/Users/crew%207%3F%C3%A9%2541"
    );
    assert_eq!(body["id"], "crew 7?é%41");
    let (read, same) = send(Method::GET, location, "");
    assert_eq!((read.status().as_u16(), same), (200, body));
}

#[test]
fn no_other_header_contradicts_the_location_of_a_resource() {
    let tenant = Tenant::new(Profile::strict());
    let created = tenant.post(
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira@x"}"#,
    );
    let path = format!("/Users/{}", created.body["id"].as_str().unwrap());
    let put = tenant.send(
        Method::PUT,
        &path,
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira@x","title":"Pilot"}"#,
    );
    let patched = tenant.patch(&path, r#"[{"op":"remove","path":"title"}]"#);
    for answer in [created, put, patched, tenant.get(&path)] {
        assert!(answer.status.is_success());
        let location = answer.body["meta"]["location"].as_str().unwrap();
        assert_eq!(answer.header("location"), location);
        assert!(["", location].contains(&answer.header("content-location")));
    }
}
