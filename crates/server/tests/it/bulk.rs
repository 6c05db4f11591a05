//! Bulk requests (RFC 7644 §3.7).

use scimkit_server::{Profile, http::Method};
use serde_json::{Value, json};

use crate::tenant::{Answer, Tenant};

fn bulk(tenant: &Tenant, operations: &Value) -> Answer {
    bulk_with(tenant, json!({ "Operations": operations }))
}

fn bulk_with(tenant: &Tenant, mut body: Value) -> Answer {
    body["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]);
    tenant.post("/Bulk", &body.to_string())
}

fn post(path: &str, bulk_id: &str, data: &Value) -> Value {
    json!({"method": "POST", "path": path, "bulkId": bulk_id, "data": data})
}

fn user(bulk_id: &str, name: &str) -> Value {
    post(
        "/Users",
        bulk_id,
        &json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}),
    )
}

fn group(bulk_id: &str, name: &str, members: &[&str]) -> Value {
    let members: Vec<_> = members.iter().map(|id| json!({ "value": id })).collect();
    post(
        "/Groups",
        bulk_id,
        &json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members}),
    )
}

fn statuses(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["status"].as_str().unwrap())
        .collect()
}

/// The id in the location of a result.
fn id(answer: &Answer, index: usize) -> &str {
    let location = answer.body["Operations"][index]["location"]
        .as_str()
        .unwrap();
    location.rsplit_once('/').unwrap().1
}

fn members(tenant: &Tenant, group: &str) -> Vec<String> {
    let group = tenant.get(&format!("/Groups/{group}")).body;
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members
        .iter()
        .map(|member| member["value"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_method_has_the_result_it_would_have_alone() {
    let tenant = Tenant::new(Profile::strict());
    let (kept, gone) = (tenant.user("kept@x"), tenant.user("gone@x"));
    let answer = bulk(
        &tenant,
        &json!([
            user("new", "new@x"),
            {"method": "PUT", "path": format!("/Users/{kept}"), "data": {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "kept@x", "title": "Pilot"}},
            {"method": "PATCH", "path": format!("/Users/{kept}"), "bulkId": "p", "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "nickName", "value": "K"}]}},
            {"method": "DELETE", "path": format!("/Users/{gone}")},
        ]),
    );
    assert_eq!(statuses(&answer), ["201", "200", "200", "204"]);
    assert_eq!(
        answer.body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"])
    );
    assert_eq!(answer.body["failOnErrors"], Value::Null);
    let results = &answer.body["Operations"];
    assert_eq!(
        (&results[0]["bulkId"], &results[2]["bulkId"]),
        (&json!("new"), &json!("p"))
    );
    for (index, id) in [(1, &kept), (2, &kept), (3, &gone)] {
        assert_eq!(
            results[index]["location"],
            format!("https://tenant.example/scim/v2/Users/{id}")
        );
    }
    let user = tenant.get(&format!("/Users/{kept}"));
    assert_eq!(results[2]["version"], user.header("etag"));
    assert_eq!(
        (&user.body["title"], &user.body["nickName"]),
        (&json!("Pilot"), &json!("K"))
    );
    assert_eq!(
        results[0]["version"],
        tenant
            .get(&format!("/Users/{}", id(&answer, 0)))
            .header("etag")
    );
    assert_eq!(tenant.get(&format!("/Users/{gone}")).status, 404);
}

#[test]
fn a_failure_has_its_error_and_the_rest_is_done() {
    let tenant = Tenant::new(Profile::strict());
    let first = tenant.user("taken@x");
    let answer = bulk(
        &tenant,
        &json!([
            user("a", "taken@x"),
            user("b", "free@x"),
            {"method": "DELETE", "path": "/Users/nobody"},
            {"method": "PUT", "path": format!("/Users/{first}"), "version": "W/\"77\"", "data": {"userName": "taken@x"}},
            {"method": "DELETE", "path": "/Schemas/x"},
            {"method": "PATCH", "path": "/Cats/1", "data": {}},
        ]),
    );
    assert_eq!(
        statuses(&answer),
        ["409", "201", "404", "412", "405", "404"]
    );
    let failed = &answer.body["Operations"][0];
    assert_eq!(failed["location"], Value::Null);
    assert_eq!(failed["response"]["scimType"], "uniqueness");
    assert_eq!(failed["response"]["status"], "409");
    assert_eq!(
        failed["response"]["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
    );
    assert!(!failed["response"]["detail"].as_str().unwrap().is_empty());
    assert_eq!(answer.body["Operations"][1]["response"], Value::Null);
    assert_eq!(
        answer.body["Operations"][2]["location"],
        "https://tenant.example/scim/v2/Users/nobody"
    );
}

#[test]
fn fail_on_errors_stops_after_so_many_failures() {
    for (errors, tried) in [(1, 2), (2, 4), (3, 5)] {
        let tenant = Tenant::new(Profile::strict());
        tenant.user("taken@x");
        let operations = json!([
            user("a", "a@x"),
            user("b", "taken@x"),
            user("c", "c@x"),
            user("d", "TAKEN@x"),
            user("e", "e@x"),
        ]);
        let answer = bulk_with(
            &tenant,
            json!({"failOnErrors": errors, "Operations": operations}),
        );
        assert_eq!(statuses(&answer).len(), tried, "{errors}");
        let created =
            tenant.get("/Users?filter=userName+eq+%22e@x%22").body["totalResults"].clone();
        assert_eq!(created, u64::from(tried == 5));
    }
}

#[test]
fn references_to_what_the_request_creates_are_resolved_forward_and_back() {
    let tenant = Tenant::new(Profile::strict());
    let manager = json!({"value": "bulkId:boss"});
    let answer = bulk(
        &tenant,
        &json!([
            group("crew", "Crew", &["bulkId:boss", "bulkId:mate"]),
            user("boss", "boss@x"),
            post(
                "/Users",
                "mate",
                &json!({
                    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
                    "userName": "mate@x", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": manager},
                })
            ),
        ]),
    );
    assert_eq!(statuses(&answer), ["201", "201", "201"]);
    let (boss, mate) = (id(&answer, 1), id(&answer, 2));
    assert_eq!(members(&tenant, id(&answer, 0)), [boss, mate]);
    let mate = tenant.get(&format!("/Users/{mate}")).body;
    assert_eq!(
        mate["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["manager"]["value"],
        boss
    );
}

#[test]
fn references_work_in_paths_and_in_patches() {
    let tenant = Tenant::new(Profile::strict());
    let old = tenant.user("old@x");
    let staff = tenant.group("Staff", &[&old]);
    let patch = |operations: Value| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let answer = bulk(
        &tenant,
        &json!([
            {"method": "PATCH", "path": format!("/Groups/{staff}"), "data": patch(json!([{"op": "add", "path": "members", "value": [{"value": "bulkId:new"}]}]))},
            user("new", "new@x"),
            {"method": "PATCH", "path": "/Users/bulkId:new", "data": patch(json!([{"op": "add", "path": "title", "value": "Pilot"}]))},
            {"method": "PATCH", "path": format!("/Groups/{staff}"), "data": patch(json!([{"op": "remove", "path": "members[value eq \"bulkId:new\"]"}]))},
        ]),
    );
    assert_eq!(statuses(&answer), ["204", "201", "200", "204"]);
    assert_eq!(members(&tenant, &staff), [old]);
    let new = tenant.get(&format!("/Users/{}", id(&answer, 1))).body;
    assert_eq!(new["title"], "Pilot");
}

#[test]
fn groups_that_contain_each_other_are_created() {
    let tenant = Tenant::new(Profile::strict());
    let answer = bulk(
        &tenant,
        &json!([
            group("a", "Group A", &["bulkId:b"]),
            group("b", "Group B", &["bulkId:a", "bulkId:b"]),
        ]),
    );
    assert_eq!(statuses(&answer), ["201", "201"]);
    let (a, b) = (id(&answer, 0), id(&answer, 1));
    assert_eq!(members(&tenant, a), [b]);
    let mut both = [a, b];
    both.sort_unstable();
    assert_eq!(members(&tenant, b), both);
    assert_eq!(
        answer.body["Operations"][1]["version"],
        tenant.get(&format!("/Groups/{b}")).header("etag")
    );
}

#[test]
fn a_circle_that_cannot_be_closed_is_409_and_leaves_nothing() {
    let tenant = Tenant::new(Profile::strict());
    tenant.group("Taken", &[]);
    let answer = bulk(
        &tenant,
        &json!([
            group("a", "Taken", &["bulkId:b"]),
            group("b", "Group B", &["bulkId:a"])
        ]),
    );
    assert_eq!(statuses(&answer), ["409", "409"]);
    assert_eq!(tenant.get("/Groups").body["totalResults"], 1);
}

#[test]
fn a_reference_to_nothing_is_409() {
    let tenant = Tenant::new(Profile::strict());
    tenant.user("taken@x");
    let answer = bulk(
        &tenant,
        &json!([
            group("a", "A", &["bulkId:nobody"]),
            user("u", "taken@x"),
            group("b", "B", &["bulkId:u"]),
            {"method": "DELETE", "path": "/Users/bulkId:nobody"},
        ]),
    );
    assert_eq!(statuses(&answer), ["409", "409", "409", "409"]);
    assert_eq!(
        answer.body["Operations"][0]["response"]["detail"],
        "`bulkId:nobody` stands for no resource: no operation of this name has created one"
    );
}

#[test]
fn a_request_that_passes_a_limit_is_413_names_it_and_does_nothing() {
    let tenant = Tenant::new(Profile::lenient());
    let operations: Vec<_> = (0..1_001)
        .map(|number| user(&format!("b{number}"), &format!("u{number}@x")))
        .collect();
    let many = bulk(&tenant, &json!(operations));
    let mut large = operations;
    large.truncate(1);
    large[0]["data"]["title"] = json!("x".repeat(16 << 20));
    let large = bulk(&tenant, &json!(large));
    insta::assert_snapshot!(
        [many.error(), large.error()].join("\n"),
        @r"
        413 -: a bulk request may hold 1000 operations (`maxOperations`): send the rest in another
        413 -: the bulk request (`maxPayloadSize`) is larger than 16777216 bytes: send less at once
        "
    );
    assert!(tenant.events().is_empty());
    let told = tenant.get("/ServiceProviderConfig").body["bulk"].clone();
    assert_eq!(
        told,
        json!({"supported": true, "maxOperations": 1_000, "maxPayloadSize": 16 << 20})
    );
}

#[test]
fn an_operation_may_not_be_larger_than_the_request_it_stands_for() {
    let tenant = Tenant::new(Profile::lenient());
    let mut large = user("a", "a@x");
    large["data"]["title"] = json!("x".repeat(1 << 20));
    assert_eq!(statuses(&bulk(&tenant, &json!([large]))), ["413"]);
}

#[test]
fn what_is_no_bulk_request_is_400_and_does_nothing() {
    let tenant = Tenant::new(Profile::lenient());
    insta::assert_snapshot!(
        [
            tenant.post("/Bulk", "{}").error(),
            bulk(&tenant, &json!([user("a", "a@x"), {"method": "GET", "path": "/Users"}])).error(),
            bulk(&tenant, &json!([user("a", "a@x"), user("a", "b@x")])).error(),
            bulk_with(&tenant, json!({"failOnErrors": 0, "Operations": []})).error(),
            tenant.send(Method::GET, "/Bulk", "").error(),
        ]
        .join("\n"),
        @r"
        400 invalidSyntax: not a SCIM bulk message: `schemas` must hold `urn:ietf:params:scim:api:messages:2.0:BulkRequest`
        400 invalidSyntax: not a SCIM bulk message: `Operations[1]`: `method` must be POST, PUT, PATCH or DELETE
        400 invalidValue: `Operations[1]`: its `bulkId` is the one of an earlier operation: give each its own
        400 invalidSyntax: not a SCIM bulk message: `failOnErrors` must be a whole number above 0
        405 -: the method does not fit this address
        "
    );
    assert!(tenant.events().is_empty());
}
