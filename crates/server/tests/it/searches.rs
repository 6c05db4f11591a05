//! Searches by POST, queries over several types, sorting.

use scimkit_server::{Profile, http::Method};
use serde_json::{Value, json};

use crate::tenant::{Answer, Tenant};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn search(tenant: &Tenant, path: &str, mut members: Value) -> Answer {
    members["schemas"] = json!([SEARCH]);
    tenant.post(path, &members.to_string())
}

fn names(list: &Value) -> Vec<&str> {
    list["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| {
            resource["userName"]
                .as_str()
                .or(resource["displayName"].as_str())
                .unwrap_or_default()
        })
        .collect()
}

fn sample() -> Tenant {
    let tenant = Tenant::new(Profile::strict());
    for body in [
        json!({"userName": "bob@x", "title": "Pilot", "displayName": "Bob"}),
        json!({"userName": "Carl@x", "emails": [{"value": "z@x"}, {"value": "a@x", "primary": true}]}),
        json!({"userName": "ann@x", "title": "captain", "emails": [{"value": "m@x"}]}),
    ] {
        let mut body = body;
        body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User"]);
        assert_eq!(tenant.post("/Users", &body.to_string()).status, 201);
    }
    tenant.group("Staff", &[]);
    tenant
}

#[test]
fn a_search_by_post_answers_as_the_query_does_and_creates_nothing() {
    let tenant = sample();
    let before = tenant.events().len();
    let asked = json!({"filter": "userName sw \"b\"", "attributes": ["userName"], "startIndex": 1, "count": 5});
    let found = search(&tenant, "/Users/.search", asked);
    let same =
        tenant.get("/Users?filter=userName+sw+%22b%22&attributes=userName&startIndex=1&count=5");
    assert_eq!(found.status, 200);
    assert_eq!(found.body, same.body);
    assert_eq!(
        found.body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
    );
    assert_eq!(tenant.events().len(), before);
}

#[test]
fn a_search_may_come_with_a_token_that_only_reads() {
    let mut tenant = sample();
    let issued = scimkit_server::block_on(tenant.tokens.issue(
        "reader",
        scimkit_store::Scope::Read,
        None,
        &crate::tenant::Counting::default(),
    ));
    tenant.token = issued.unwrap().secret.expose().to_owned();
    let found = search(&tenant, "/.search", json!({"filter": "id pr"}));
    assert_eq!(found.status, 200);
    assert_eq!(tenant.post("/Users", "{}").status, 403);
}

#[test]
fn a_search_at_the_base_covers_every_type() {
    let tenant = sample();
    let found = search(
        &tenant,
        "/.search",
        json!({"filter": "meta.resourceType eq \"Group\" or title pr"}),
    );
    assert_eq!(found.body["totalResults"], 3);
    assert_eq!(names(&found.body), ["bob@x", "ann@x", "Staff"]);
    let listed = tenant.get("/?filter=id+pr&count=2&startIndex=3");
    assert_eq!(listed.body["totalResults"], 4);
    assert_eq!(names(&listed.body), ["ann@x", "Staff"]);
    assert_eq!(
        listed.body["Resources"][1]["meta"]["location"],
        format!(
            "https://tenant.example/scim/v2/Groups/{}",
            listed.body["Resources"][1]["id"].as_str().unwrap()
        )
    );
}

#[test]
fn what_one_type_does_not_have_is_no_value_in_a_query_over_several() {
    let tenant = sample();
    let found = tenant.get("/?filter=userName+eq+%22ann@x%22");
    assert_eq!(
        (found.status.as_u16(), names(&found.body)),
        (200, vec!["ann@x"])
    );
    assert_eq!(
        tenant.get("/Groups?filter=userName+eq+%22ann@x%22").status,
        400
    );
}

#[test]
fn a_search_that_is_another_message_is_invalid_syntax() {
    let tenant = sample();
    insta::assert_snapshot!(
        [
            tenant.post("/Users/.search", "{}").error(),
            search(&tenant, "/Users/.search", json!({"count": "ten"})).error(),
            search(&tenant, "/Users/.search", json!({"filter": "userName"})).error(),
            search(&tenant, "/Users/.search", json!({"sortBy": "password"})).error(),
            search(&tenant, "/Users/.search", json!({"sortBy": "name"})).error(),
            search(&tenant, "/Users/.search", json!({"sortBy": "id", "sortOrder": "up"})).error(),
            tenant.get("/Users/.search").error(),
        ]
        .join("\n"),
        @r#"
        400 invalidSyntax: not a SCIM SearchRequest: `schemas` must hold `urn:ietf:params:scim:api:messages:2.0:SearchRequest`
        400 invalidValue: the parameter `count` must be a whole number, found `\"ten\"`
        400 invalidFilter: the filter cannot be read: expected a blank and an operator, found the end at byte 8
        400 invalidValue: `sortBy` does not fit: `password`: the attribute is never returned and cannot be sorted by
        400 invalidValue: `sortBy` does not fit: `name`: the attribute is complex, name one of its sub-attributes
        400 invalidValue: the parameter `sortOrder` must be `ascending` or `descending`, found `up`
        405 -: the method does not fit this address
        "#
    );
}

#[test]
fn results_are_sorted_by_the_type_of_the_attribute() {
    let tenant = sample();
    let sorted = |query: &str| {
        let list = tenant.get(&format!("/Users?{query}")).body;
        names(&list).join(" ")
    };
    for (query, expected) in [
        ("sortBy=userName", "ann@x bob@x Carl@x"),
        ("sortBy=USERNAME&sortOrder=ascending", "ann@x bob@x Carl@x"),
        ("sortBy=userName&sortOrder=descending", "Carl@x bob@x ann@x"),
        (
            "sortBy=meta.created&sortOrder=descending",
            "bob@x Carl@x ann@x",
        ),
    ] {
        assert_eq!(sorted(query), expected, "{query}");
    }
}

#[test]
fn resources_without_a_value_are_last_and_descending_first() {
    let tenant = sample();
    let up = tenant.get("/Users?sortBy=title").body;
    assert_eq!(names(&up), ["ann@x", "bob@x", "Carl@x"]);
    let down = tenant.get("/Users?sortBy=title&sortOrder=descending").body;
    assert_eq!(names(&down), ["Carl@x", "bob@x", "ann@x"]);
}

#[test]
fn of_several_values_the_primary_one_sorts_else_the_first() {
    let tenant = sample();
    for by in ["emails", "emails.value"] {
        let list = tenant.get(&format!("/Users?sortBy={by}")).body;
        assert_eq!(names(&list), ["Carl@x", "ann@x", "bob@x"], "{by}");
    }
}

#[test]
fn sorting_goes_across_pages_and_types() {
    let tenant = sample();
    let pages = [1, 3].map(|start| {
        let list = tenant
            .get(&format!("/?sortBy=displayName&count=2&startIndex={start}"))
            .body;
        assert_eq!(list["totalResults"], 4);
        names(&list).join(" ")
    });
    assert_eq!(pages, ["bob@x Staff", "Carl@x ann@x"]);
    assert_eq!(
        tenant.get("/ServiceProviderConfig").body["sort"]["supported"],
        true
    );
}

#[test]
fn a_parameter_given_twice_is_refused() {
    let tenant = sample();
    for twice in [
        "filter=id+pr&filter=id+pr",
        "sortBy=id&sortBy=id",
        "cursor=&cursor=",
    ] {
        let answer = tenant.send(Method::GET, &format!("/Users?{twice}"), "");
        assert_eq!(answer.status, 400, "{twice}");
        assert_eq!(answer.body["scimType"], "invalidValue");
    }
    assert_eq!(tenant.get("/Users?unknown=1&unknown=2").status, 200);
}

#[test]
fn sensitive_attributes_are_refused_in_an_address_and_welcome_in_a_body() {
    let mut tenant = sample();
    tenant.service = tenant.service.with_sensitive_attributes(["emails"]);
    let refused = tenant.get("/Users?filter=emails+eq+%22m@x%22");
    assert_eq!(
        refused.error(),
        "403 sensitive: `emails` must not stand in the address, which many places keep: send the query as POST to `.search`"
    );
    let found = search(
        &tenant,
        "/Users/.search",
        json!({"filter": "emails eq \"m@x\""}),
    );
    assert_eq!(names(&found.body), ["ann@x"]);
    assert_eq!(tenant.get("/Users?filter=title+pr").status, 200);
}
