//! The quirks of queries and of the addresses they stand in.

use scimkit_server::{
    bytes::Bytes,
    http::{Method, Request},
};
use serde_json::{Value, json};

use super::{ENTERPRISE, ada, create, get, id, patch, send, under_both};
use crate::tenant::Tenant;

fn total(tenant: &Tenant, query: &str) -> u64 {
    let answer = get(tenant, query);
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let total = answer.body["totalResults"].as_u64().unwrap();
    assert_eq!(
        answer.body["Resources"].as_array().map(Vec::len),
        Some(usize::try_from(total).unwrap())
    );
    total
}

/// *Test Connection* asks for a user, and a group, that cannot exist.
#[test]
fn the_probe_gets_an_empty_list() {
    under_both(|tenant| {
        ada(tenant);
        for probe in [
            "/Users?filter=userName+eq+%22b6b9d1a2-77c1-4c0e-9b58-0a2f6d3c9e11%22",
            "/Users?filter=externalId+eq+%22b6b9d1a2-77c1-4c0e-9b58-0a2f6d3c9e11%22",
            "/Groups?excludedAttributes=members&filter=displayName+eq+%22b6b9d1a2-77c1-4c0e-9b58-0a2f6d3c9e11%22",
        ] {
            let answer = get(tenant, probe);
            assert_eq!(answer.status, 200, "{probe}");
            assert_eq!(answer.header("content-type"), "application/scim+json");
            assert_eq!(
                answer.body["schemas"],
                json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
            );
            assert_eq!(answer.body["totalResults"], 0);
            assert_eq!(answer.body["Resources"], json!([]));
        }
    });
}

/// Quirk 15: users are looked up by `externalId`, and only those of the tenant.
#[test]
fn q15_external_id_is_looked_up() {
    under_both(|tenant| {
        let body = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"5d0e1f40-1a2b-4c3d-8e9f-000000000005","userName":"mira@contoso.example"}"#;
        let path = create(tenant, "/Users", body);
        let look_up = "/Users?filter=externalId+eq+%225d0e1f40-1a2b-4c3d-8e9f-000000000005%22";
        assert_eq!(get(tenant, look_up).body["Resources"][0]["id"], id(&path));
        assert_eq!(
            total(
                &Tenant::named("other", scimkit_server::Profile::default()),
                look_up
            ),
            0
        );
    });
}

/// Quirk 16: equality is of the whole value.
#[test]
fn q16_equality_is_no_prefix_match() {
    under_both(|tenant| {
        ada(tenant);
        create(tenant, "/Users", r#"{"userName":"ada@x.example"}"#);
        assert_eq!(total(tenant, "/Users?filter=userName+eq+%22ada%40x%22"), 0);
        assert_eq!(total(tenant, "/Users?filter=userName+eq+%22ada.k%22"), 0);
        assert_eq!(
            total(tenant, "/Users?filter=userName+eq+%22ada%40x.example%22"),
            1
        );
        assert_eq!(
            total(
                tenant,
                "/Users?filter=userName+eq+%22ADA.KING%40CONTOSO.example%22"
            ),
            1
        );
        assert_eq!(
            total(tenant, "/Users?filter=externalId+eq+%22ADA.KING%22"),
            0,
            "externalId minds its case"
        );
    });
}

/// Quirk 17: apostrophes and plus signs inside of values.
#[test]
fn q17_apostrophes_and_plus_signs_reach_the_filter() {
    under_both(|tenant| {
        create(tenant, "/Users", r#"{"userName":"o'neil@contoso.example"}"#);
        create(
            tenant,
            "/Users",
            r#"{"userName":"ada+test@contoso.example"}"#,
        );
        create(tenant, "/Groups", r#"{"displayName":"Test'GroupX"}"#);
        assert_eq!(
            total(
                tenant,
                "/Users?filter=userName+eq+%22o'neil%40contoso.example%22"
            ),
            1
        );
        assert_eq!(
            total(
                tenant,
                "/Users?filter=userName+eq+%22ada%2Btest%40contoso.example%22"
            ),
            1
        );
        assert_eq!(
            total(
                tenant,
                "/Users?filter=userName%20eq%20%22ada%2Btest%40contoso.example%22"
            ),
            1
        );
        assert_eq!(
            total(
                tenant,
                "/Users?filter=userName+eq+%22ada+test%40contoso.example%22"
            ),
            0
        );
        assert_eq!(
            total(tenant, "/Groups?filter=displayName+eq+%22Test%27GroupX%22"),
            1
        );
    });
}

/// Quirk 19: every answer says that it is SCIM.
#[test]
fn q19_answers_are_scim_json() {
    under_both(|tenant| {
        let path = ada(tenant);
        for (path, status) in [
            (path.as_str(), 200),
            ("/Users", 200),
            ("/Schemas", 200),
            ("/Users/gone", 404),
            ("/Users?filter=x", 400),
        ] {
            let answer = get(tenant, path);
            assert_eq!(
                (answer.status.as_u16(), answer.header("content-type")),
                (status, "application/scim+json"),
                "{path}"
            );
        }
    });
}

/// Quirk 24: the flag of the tenant URL, a doubled slash, and endpoints in another case.
#[test]
fn q24_a_stray_flag_a_doubled_slash_and_another_case_do_no_harm() {
    under_both(|tenant| {
        let path = ada(tenant);
        for spelling in [
            "/Users?aadOptscim062020",
            "/Users?aadOptscim062020&filter=userName+eq+%22ada.king%40contoso.example%22",
            "/Users?filter=userName+eq+%22ada.king%40contoso.example%22&aadOptscim062020=",
            "//Users",
            "/users",
            "/Users/",
        ] {
            assert_eq!(total(tenant, spelling), 1, "{spelling}");
        }
        let flagged = format!("{path}?aadOptscim062020");
        assert_eq!(get(tenant, &flagged).body["id"], id(&path));
        let body = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"title","value":"Analyst"}]}"#;
        assert_eq!(
            send(tenant, Method::PATCH, &flagged, body).body["title"],
            "Analyst"
        );
    });
}

/// A matching attribute with a filter of its own gives a filter that the grammar does not have.
#[test]
fn a_value_path_may_be_compared() {
    under_both(|tenant| {
        create(
            tenant,
            "/Users",
            r#"{"userName":"a","emails":[{"type":"work","value":"a@contoso.example"}]}"#,
        );
        create(
            tenant,
            "/Users",
            r#"{"userName":"b","emails":[{"type":"home","value":"a@contoso.example"}]}"#,
        );
        let found = get(
            tenant,
            "/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22a%40contoso.example%22",
        )
        .body;
        assert_eq!(
            (&found["totalResults"], &found["Resources"][0]["userName"]),
            (&json!(1), &json!("a"))
        );
    });
}

/// Older jobs ask whether a reference is there before they send it.
#[test]
fn references_are_checked_with_and() {
    under_both(|tenant| {
        let boss = tenant.user("boss@contoso.example");
        let path = ada(tenant);
        let group = tenant.group("Engineers", &[id(&path)]);
        let manages = format!(
            "/Users?filter=id+eq+%22{}%22+and+manager+eq+%22{boss}%22&attributes=id",
            id(&path)
        );
        assert_eq!(total(tenant, &manages), 0);
        let add = format!(r#"[{{"op":"Add","path":"{ENTERPRISE}:manager","value":"{boss}"}}]"#);
        patch(tenant, &path, &add);
        let found = get(tenant, &manages).body;
        assert_eq!(found["totalResults"], 1);
        assert_eq!(
            found["Resources"][0]["userName"],
            Value::Null,
            "only the id was asked for"
        );
        let has = |member: &str| {
            format!(
                "/Groups?filter=id+eq+%22{group}%22+and+members+eq+%22{member}%22&attributes=id"
            )
        };
        assert_eq!(total(tenant, &has(id(&path))), 1);
        assert_eq!(total(tenant, &has(&boss)), 0);
    });
}

/// The filters of Microsoft's Postman collection have no quotes.
#[test]
fn a_bare_word_is_text() {
    under_both(|tenant| {
        ada(tenant);
        assert_eq!(total(tenant, "/Users?filter=externalId+eq+ada.king"), 1);
        assert_eq!(total(tenant, "/Users?filter=userName+sw+ada"), 1);
    });
}

/// Account discovery walks through all users by index: no page may repeat or lose one, and each says where it begins.
#[test]
fn account_discovery_pages_are_stable() {
    under_both(|tenant| {
        for number in 0..25 {
            tenant.user(&format!("u{number}@contoso.example"));
        }
        let mut seen = Vec::new();
        for start in [1, 11, 21] {
            let page = get(tenant, &format!("/Users?startIndex={start}&count=10")).body;
            assert_eq!(
                (&page["startIndex"], &page["totalResults"]),
                (&json!(start), &json!(25))
            );
            let resources = page["Resources"].as_array().unwrap();
            seen.extend(
                resources
                    .iter()
                    .map(|it| it["id"].as_str().unwrap().to_owned()),
            );
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.is_sorted() && seen.windows(2).all(|pair| pair[0] != pair[1]));
    });
}

/// Reading a group before an update leaves its members out.
#[test]
fn groups_are_read_without_members() {
    under_both(|tenant| {
        let user = tenant.user("ada@contoso.example");
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"externalId":"5d0e","displayName":"Engineers","members":[{{"value":"{user}"}}]}}"#
        );
        let path = create(tenant, "/Groups", &body);
        for query in [
            format!("{path}?excludedAttributes=members"),
            "/Groups?excludedAttributes=members&filter=externalId+eq+%225d0e%22".into(),
            "/Groups?excludedAttributes=members&filter=displayName+eq+%22ENGINEERS%22".into(),
        ] {
            let answer = get(tenant, &query);
            let group = answer
                .body
                .get("Resources")
                .map_or(&answer.body, |list| &list[0]);
            assert_eq!(
                (group["id"].as_str(), group.get("members")),
                (Some(id(&path)), None),
                "{query}"
            );
        }
    });
}

/// With nothing in `Accept`, or anything, the answer is the same.
#[test]
fn the_accept_header_may_be_missing_or_anything() {
    under_both(|tenant| {
        let path = ada(tenant);
        let expected = get(tenant, &path);
        for accept in ["", "*/*", "application/scim+json", "text/plain"] {
            let mut request = Request::get(format!("/scim/v2{path}"))
                .header("authorization", format!("Bearer {}", tenant.token));
            if !accept.is_empty() {
                request = request.header("accept", accept);
            }
            let answer = tenant.answer(request.body(Bytes::new()).unwrap());
            assert_eq!(
                (answer.status.as_u16(), answer.header("content-type")),
                (200, "application/scim+json"),
                "{accept}"
            );
            assert_eq!(answer.body, expected.body);
        }
    });
}
