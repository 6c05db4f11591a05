//! Errors (RFC 7644 §3.12): their form, and the keyword for each mistake.

use scimkit_schema::{Attribute, AttributeType, Mutability, ResourceType, Schema, SchemaSet, core};
use scimkit_server::{
    Profile,
    bytes::Bytes,
    http::{Method, Request},
};
use serde_json::{Value, json};

use crate::tenant::{Answer, Tenant};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn user(name: &str) -> String {
    json!({"schemas": [USER], "userName": name}).to_string()
}

#[test]
fn every_error_has_the_form_of_the_rfc_and_repeats_its_status() {
    let tenant = Tenant::new(Profile::strict());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let stranger = Request::get("/scim/v2/Users").body(Bytes::new()).unwrap();
    let large = user(&"x".repeat(1 << 20));
    let stale = [("if-match", "W/\"77\"")];
    let answers = [
        (400, tenant.post("/Users", "{")),
        (401, tenant.answer(stranger)),
        (403, tenant.get("/Schemas?filter=id+pr")),
        (404, tenant.get("/Users/nobody")),
        (404, tenant.get("/Cats")),
        (405, tenant.send(Method::PUT, "/Users", "{}")),
        (
            406,
            tenant.send_with(Method::GET, "/Users", &[("accept", "text/html")], ""),
        ),
        (409, tenant.post("/Users", &user("mira@x"))),
        (412, tenant.send_with(Method::DELETE, &path, &stale, "")),
        (413, tenant.post("/Users", &large)),
        (
            415,
            tenant.send_with(
                Method::POST,
                "/Users",
                &[("content-type", "text/xml")],
                "<a/>",
            ),
        ),
        (501, tenant.get("/Me")),
    ];
    for (status, answer) in answers {
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(
            answer.body["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        );
        assert_eq!(answer.body["status"], status.to_string());
        assert!(!answer.detail().is_empty());
        assert_ne!(answer.body.get("scimType"), Some(&Value::Null));
        assert_eq!(answer.header("content-type"), "application/scim+json");
    }
}

fn fault(answer: &Answer) -> (u16, &str) {
    assert!(!answer.status.is_success(), "{}", answer.body);
    let scim_type = answer.body["scimType"].as_str().unwrap_or("-");
    (answer.status.as_u16(), scim_type)
}

#[test]
fn each_mistake_has_its_keyword() {
    let tenant = Tenant::new(Profile::strict());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    tenant.user("taken@x");
    let events = tenant.events();
    let search = |filter: &str| {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
        let body = json!({"schemas": schemas, "filter": filter}).to_string();
        tenant.post("/Users/.search", &body)
    };
    let patch = |operation: Value| tenant.patch(&path, &json!([operation]).to_string());
    let replace =
        |path: &str, value: Value| patch(json!({"op": "replace", "path": path, "value": value}));
    let put = |body: &str| tenant.send(Method::PUT, &path, body);
    for (keyword, answers) in [
        (
            "invalidFilter",
            vec![
                tenant.get("/Users?filter=userName+is+1"),
                tenant.get("/Users?filter=active+gt+true"),
                search("userName eq"),
                replace("emails[type is \"work\"].value", json!("a@x")),
            ],
        ),
        (
            "mutability",
            vec![
                replace("id", json!("other")),
                replace("groups", json!([{"value": "g"}])),
            ],
        ),
        (
            "invalidSyntax",
            vec![
                tenant.post("/Users", "{"),
                put("[]"),
                tenant.post("/Users", r#"{"userName":"a"}"#),
                tenant.post("/Users/.search", r#"{"schemas":["urn:x"]}"#),
                tenant.post("/Bulk", "{}"),
                tenant.send(Method::PATCH, &path, r#"{"Operations":[]}"#),
            ],
        ),
        (
            "invalidPath",
            vec![
                replace("emials", json!("a@x")),
                replace("name..givenName", json!("Mira")),
            ],
        ),
        (
            "noTarget",
            vec![
                patch(json!({"op": "remove"})),
                replace("emails[type eq \"work\"].value", json!("a@x")),
            ],
        ),
        (
            "invalidValue",
            vec![
                tenant.post("/Users", &json!({"schemas": [USER]}).to_string()),
                put(&json!({"schemas": [USER], "userName": 7}).to_string()),
                replace("active", json!("disabled")),
                tenant.get("/Users?count=ten"),
            ],
        ),
    ] {
        for (index, answer) in answers.iter().enumerate() {
            assert_eq!(
                fault(answer),
                (400, keyword),
                "{index}: {}",
                answer.detail()
            );
        }
    }
    for answer in [
        tenant.post("/Users", &user("taken@x")),
        put(&user("taken@x")),
        replace("userName", json!("taken@x")),
    ] {
        assert_eq!(fault(&answer), (409, "uniqueness"), "{}", answer.detail());
    }
    assert_eq!(tenant.events(), events, "nothing was changed");
}

#[test]
fn a_value_that_was_set_once_is_not_set_again() {
    let serial =
        Attribute::new("serial", AttributeType::String).with_mutability(Mutability::Immutable);
    let schema = Schema::new("urn:example:badge", "Badge", [serial]).unwrap();
    let types = [
        core::user_type(),
        core::group_type(),
        ResourceType::new("Badge", "/Badges", schema),
    ];
    let tenant = Tenant::with_schemas(
        "harborline",
        Profile::strict(),
        SchemaSet::new(types).unwrap(),
    );
    let body =
        |serial: &str| json!({"schemas": ["urn:example:badge"], "serial": serial}).to_string();
    let created = tenant.post("/Badges", &body("7"));
    assert_eq!(created.status, 201, "{}", created.body);
    let path = format!("/Badges/{}", created.body["id"].as_str().unwrap());
    assert_eq!(tenant.send(Method::PUT, &path, &body("7")).status, 200);
    for answer in [
        tenant.send(Method::PUT, &path, &body("8")),
        tenant.patch(&path, r#"[{"op":"replace","path":"serial","value":"8"}]"#),
    ] {
        assert_eq!(fault(&answer), (400, "mutability"), "{}", answer.detail());
    }
    assert_eq!(tenant.get(&path).body["serial"], "7");
}
