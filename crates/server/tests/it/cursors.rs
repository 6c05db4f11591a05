//! Cursor paging (RFC 9865).

use scimkit_server::{Profile, SigningKey, block_on, http::Method};
use serde_json::{Value, json};

use crate::tenant::Tenant;

fn sample() -> Tenant {
    let mut tenant = Tenant::new(Profile::lenient());
    tenant.service = tenant.service.with_signing_key(SigningKey::new([7; 32]));
    for number in 0..7 {
        tenant.user(&format!("user-{}@x", 9 - number));
    }
    tenant
}

fn cursor(page: &Value) -> &str {
    page["nextCursor"].as_str().unwrap()
}

/// The names on each page of a walk to the end.
fn walk(tenant: &Tenant, query: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = String::new();
    loop {
        let page = tenant.get(&format!("/Users?{query}&cursor={next}"));
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(page.body["totalResults"], 7);
        assert_eq!(page.body["startIndex"], Value::Null);
        let users = page.body["Resources"].as_array().unwrap();
        assert_eq!(page.body["itemsPerPage"], users.len());
        let names = users
            .iter()
            .map(|user| user["userName"].as_str().unwrap().to_owned());
        pages.push(names.collect());
        match page.body["nextCursor"].as_str() {
            Some(cursor) => cursor.clone_into(&mut next),
            None => return pages,
        }
    }
}

#[test]
fn next_cursor_leads_through_every_page_and_is_missing_on_the_last() {
    let tenant = sample();
    for (query, size) in [
        ("count=3", 3),
        ("count=3&sortBy=userName", 3),
        ("count=2&sortBy=userName&sortOrder=descending", 2),
        ("count=7", 7),
        ("count=100&filter=userName+sw+%22user%22", 100),
        ("", 100),
    ] {
        let pages = walk(&tenant, query);
        assert!(pages.iter().all(|page| page.len() <= size), "{query}");
        let mut names: Vec<_> = pages.into_iter().flatten().collect();
        if query.contains("sortBy") {
            assert!(
                names.is_sorted() || names.iter().rev().is_sorted(),
                "{query}"
            );
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 7, "{query}");
    }
}

#[test]
fn a_page_keeps_its_place_when_resources_before_it_go() {
    let tenant = sample();
    let first = tenant.get("/Users?cursor=&count=3").body;
    let gone = first["Resources"][0]["id"].as_str().unwrap();
    let deleted = tenant.send(Method::DELETE, &format!("/Users/{gone}"), "");
    assert_eq!(deleted.status, 204);
    let second = tenant
        .get(&format!("/Users?cursor={}&count=3", cursor(&first)))
        .body;
    assert_eq!(second["Resources"][0]["userName"], "user-6@x");
}

#[test]
fn a_count_of_zero_gives_the_total_and_no_resources() {
    let tenant = sample();
    for count in ["0", "-3"] {
        let page = tenant.get(&format!("/Users?cursor&count={count}")).body;
        assert_eq!(
            (&page["totalResults"], &page["Resources"]),
            (&json!(7), &json!([]))
        );
    }
}

#[test]
fn a_cursor_is_good_for_its_own_query_only() {
    let tenant = sample();
    let first = tenant.get("/Users?cursor=&count=2").body;
    let cursor = cursor(&first);
    assert!(
        cursor
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    );
    let mut forged = cursor.to_owned();
    forged.replace_range(..1, if cursor.starts_with('A') { "B" } else { "A" });
    for (path, scim_type) in [
        (format!("/Users?cursor={forged}&count=2"), "invalidCursor"),
        ("/Users?cursor=garbage".to_owned(), "invalidCursor"),
        (format!("/Groups?cursor={cursor}&count=2"), "invalidCursor"),
        (
            format!("/Users?cursor={cursor}&count=2&filter=id+pr"),
            "invalidCursor",
        ),
        (
            format!("/Users?cursor={cursor}&count=2&sortBy=id"),
            "invalidCursor",
        ),
        (format!("/Users?cursor={cursor}&count=3"), "invalidCount"),
        (
            format!("/Users?cursor={cursor}&startIndex=3"),
            "invalidValue",
        ),
    ] {
        let answer = tenant.get(&path);
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.body["scimType"], scim_type, "{path}");
    }
    assert_eq!(tenant.get(&format!("/Users?cursor={cursor}")).status, 200);
}

#[test]
fn a_cursor_of_another_tenant_is_like_one_that_does_not_exist() {
    let (one, mut other) = (sample(), Tenant::named("contoso", Profile::lenient()));
    other.service = other.service.with_signing_key(SigningKey::new([7; 32]));
    other.user("theirs@x");
    let first = one.get("/Users?cursor=&count=2").body;
    let foreign = other.get(&format!("/Users?cursor={}&count=2", cursor(&first)));
    let garbage = other.get("/Users?cursor=garbage&count=2");
    assert_eq!(foreign.error(), garbage.error());
}

#[test]
fn a_cursor_expires() {
    let tenant = sample();
    let first = tenant.get("/Users?cursor=&count=2").body;
    let next = format!("/Users?cursor={}&count=2", cursor(&first));
    let config = tenant.get("/ServiceProviderConfig").body;
    let timeout = config["pagination"]["cursorTimeout"].as_i64().unwrap();
    tenant.clock.advance(timeout);
    assert_eq!(tenant.get(&next).status, 200);
    tenant.clock.advance(1);
    assert_eq!(
        tenant.get(&next).error(),
        "400 expiredCursor: the cursor has expired: begin anew with an empty cursor"
    );
}

#[test]
fn a_cursor_is_no_permission() {
    let mut tenant = sample();
    let first = tenant.get("/Users?cursor=&count=2").body;
    tenant.token = "nothing".to_owned();
    let next = tenant.get(&format!("/Users?cursor={}&count=2", cursor(&first)));
    assert_eq!(next.status, 401);
}

#[test]
fn the_right_to_read_is_asked_for_on_every_page() {
    let tenant = sample();
    let first = tenant.get("/Users?cursor=&count=2").body;
    let second = tenant.get(&format!("/Users?cursor={}&count=2", cursor(&first)));
    assert_eq!(second.status, 200);
    let token = &block_on(tenant.tokens.list()).unwrap()[0];
    block_on(tenant.tokens.revoke(&token.lookup)).unwrap();
    let third = tenant.get(&format!("/Users?cursor={}&count=2", cursor(&second.body)));
    assert_eq!(
        (third.status.as_u16(), &third.body["totalResults"]),
        (401, &Value::Null)
    );
}

#[test]
fn a_search_by_post_takes_a_cursor() {
    let tenant = sample();
    let page = |cursor: &str| {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "attributes": ["userName"], "filter": "userName sw \"user\"", "cursor": cursor, "count": 4,
        });
        tenant.post("/Users/.search", &body.to_string()).body
    };
    let first = page("");
    let second = page(cursor(&first));
    assert_eq!(second["Resources"].as_array().unwrap().len(), 3);
    assert_eq!(second["nextCursor"], Value::Null);
}

#[test]
fn paging_is_told_and_index_is_the_default() {
    let tenant = sample();
    let told = |tenant: &Tenant| tenant.get("/ServiceProviderConfig").body["pagination"].clone();
    assert_eq!(
        told(&tenant),
        json!({
            "cursor": true, "index": true, "defaultPaginationMethod": "index",
            "defaultPageSize": 100, "maxPageSize": 1_000, "cursorTimeout": 3_600,
        })
    );
    let plain = tenant.get("/Users?count=2").body;
    assert_eq!(
        (&plain["startIndex"], &plain["nextCursor"]),
        (&json!(1), &Value::Null)
    );
    let without = Tenant::new(Profile::lenient());
    assert_eq!(told(&without)["cursor"], false);
    assert_eq!(
        without.get("/Users?cursor=").error(),
        "400 invalidCursor: this service has no cursors: page with `startIndex`"
    );
}

#[test]
fn previous_cursor_leads_back_and_is_missing_on_the_first_page() {
    let tenant = sample();
    for query in ["count=3", "count=2&sortBy=userName&sortOrder=descending"] {
        let get = |cursor: &str| tenant.get(&format!("/Users?{query}&cursor={cursor}")).body;
        let mut pages = vec![get("")];
        while let Some(next) = pages.last().unwrap()["nextCursor"].as_str() {
            let page = get(next);
            pages.push(page);
        }
        assert_eq!(pages[0]["previousCursor"], Value::Null);
        let mut page = pages.pop().unwrap();
        while let Some(before) = pages.pop() {
            page = get(page["previousCursor"].as_str().unwrap());
            assert_eq!(page["Resources"], before["Resources"], "{query}");
            assert_eq!(page["totalResults"], 7);
        }
        assert_eq!(page["previousCursor"], Value::Null);
    }
}

#[test]
fn a_count_that_is_left_out_later_stays_what_it_was() {
    let tenant = sample();
    let mut page = tenant.get("/Users?cursor=&count=2").body;
    for size in [2, 2, 1] {
        page = tenant.get(&format!("/Users?cursor={}", cursor(&page))).body;
        assert_eq!(page["itemsPerPage"], size);
    }
}
