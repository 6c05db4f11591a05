//! Each limit, when it is passed, is told by a SCIM error that says which one it is; nothing is changed.

use scimkit_server::{Limits, Profile, http::Method};
use serde_json::json;

use crate::tenant::Tenant;

fn limited(limits: impl Fn(&mut Limits)) -> Tenant {
    let mut tenant = Tenant::new(Profile::lenient());
    let mut chosen = Limits::default();
    limits(&mut chosen);
    tenant.service = tenant.service.with_limits(chosen);
    tenant
}

#[test]
fn every_limit_that_is_passed_is_named() {
    let tenant = limited(|limits| {
        limits.body = 2_000;
        limits.group_body = 3_000;
        limits.bulk_body = 4_000;
        limits.bulk_operations = 2;
        limits.patch_operations = 3;
        limits.query_budget = 4;
        limits.response = 1_000;
    });
    let users: Vec<_> = (0..4)
        .map(|number| tenant.user(&format!("u{number}@x")))
        .collect();
    let before = tenant.events();
    let long = |length: usize| "x".repeat(length);
    let user = |length| format!(r#"{{"userName":"{}"}}"#, long(length));
    let operations = [r#"{"op":"add","path":"title","value":"a"}"#; 4].join(",");
    let delete = json!({"method": "DELETE", "path": "/Users/x"});
    let bulk = |operations: &serde_json::Value| {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        json!({"schemas": schemas, "Operations": operations}).to_string()
    };
    let nested = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let found = |filter: &str| tenant.get(&format!("/Users?filter={filter}")).error();
    insta::assert_snapshot!(
        [
            tenant.post("/Users", &user(2_000)).error(),
            tenant.post("/Groups", &format!(r#"{{"displayName":"{}"}}"#, long(3_000))).error(),
            tenant.post("/Users", &format!(r#"{{"userName":"a","title":{nested}}}"#)).error(),
            tenant.patch(&format!("/Users/{}", users[0]), &format!("[{operations}]")).error(),
            tenant.post("/Bulk", &bulk(&json!(long(4_000)))).error(),
            tenant.post("/Bulk", &bulk(&json!([delete, delete, delete]))).error(),
            tenant.get("/Users").error(),
            found(&format!("userName+eq+%22{}%22", long(17_000))),
            found(&format!("{}userName+pr{}", "(".repeat(40), ")".repeat(40))),
            found(&["userName+pr"; 201].join("+and+")),
            tenant.post("/.search", &format!(r#"{{"schemas":[],"filter":"{}"}}"#, long(2_000))).error(),
        ]
        .join("\n"),
        @r"
        413 -: the body is larger than 2000 bytes: send less at once
        413 -: the body is larger than 3000 bytes: send less at once
        400 invalidSyntax: `title[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]`: more than 32 levels of arrays and objects
        413 -: a PATCH may hold 3 operations: send the rest in another
        413 -: the bulk request (`maxPayloadSize`) is larger than 4000 bytes: send less at once
        413 -: a bulk request may hold 2 operations (`maxOperations`): send the rest in another
        400 tooMany: the page would be too large: ask for fewer resources, or exclude `members`
        400 invalidFilter: the filter cannot be read: more than 16384 bytes at byte 16384
        400 invalidFilter: the filter cannot be read: more than 32 nested groups at byte 32
        400 invalidFilter: the filter cannot be read: more than 200 terms and operators at byte 3184
        413 -: the body is larger than 2000 bytes: send less at once
        "
    );
    assert_eq!(tenant.events(), before);
    tenant.user("one-more@x");
    assert_eq!(
        tenant.get("/Users?filter=title+pr").error(),
        "400 tooMany: the query would look at more than 4 resources: narrow its filter"
    );
    assert_eq!(
        tenant.get("/Users?sortBy=title").body["scimType"],
        "tooMany"
    );
}

#[test]
fn a_count_beyond_the_largest_page_is_cut() {
    let tenant = limited(|limits| {
        limits.page = 2;
        limits.default_page = 1;
    });
    for number in 0..3 {
        tenant.user(&format!("u{number}@x"));
    }
    let sizes = ["/Users", "/Users?count=99999999999"].map(|path| {
        let list = tenant.get(path).body;
        assert_eq!(list["totalResults"], 3);
        list["itemsPerPage"].as_u64().unwrap()
    });
    assert_eq!(sizes, [1, 2]);
    let config = tenant.get("/ServiceProviderConfig").body;
    assert_eq!(config["filter"]["maxResults"], 2);
    assert_eq!(config["pagination"]["maxPageSize"], 2);
}

#[test]
fn an_encoded_body_is_refused() {
    let tenant = Tenant::new(Profile::lenient());
    for path in ["/Users", "/Bulk", "/.search"] {
        let answer = tenant.send_with(Method::POST, path, &[("content-encoding", "gzip")], "{}");
        assert_eq!(
            answer.error(),
            "415 -: the body must not be compressed",
            "{path}"
        );
    }
}
