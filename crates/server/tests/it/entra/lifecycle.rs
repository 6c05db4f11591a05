//! A person and a group from their first look-up to their end, in the order in which Entra asks.

use scimkit_server::http::Method;
use serde_json::json;

use super::{ENTERPRISE, ada, create, get, id, members, patch, send, under_both};

#[test]
fn a_whole_life_in_the_order_of_the_client() {
    under_both(|tenant| {
        let total = |path: &str| get(tenant, path).body["totalResults"].as_u64();
        assert_eq!(
            total("/Users?filter=userName+eq+%2259e50c6c-5b6a-4b4c-a0b1-6c9c0a0b7f0e%22"),
            Some(0)
        );
        assert_eq!(
            total("/Users?filter=userName+eq+%22boss%40contoso.example%22"),
            Some(0)
        );
        let boss = create(
            tenant,
            "/Users",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"boss","userName":"boss@contoso.example","active":true,"meta":{"resourceType":"User"},"roles":[]}"#,
        );
        assert_eq!(
            total("/Users?filter=userName+eq+%22ada.king%40contoso.example%22"),
            Some(0)
        );
        let user = ada(tenant);
        assert_eq!(
            total("/Groups?excludedAttributes=members&filter=displayName+eq+%22Engineers%22"),
            Some(0)
        );
        let group = create(
            tenant,
            "/Groups",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"externalId":"5d0e","displayName":"Engineers","meta":{"resourceType":"Group"}}"#,
        );
        patch(
            tenant,
            &user,
            &format!(
                r#"[{{"op":"Add","path":"{ENTERPRISE}:manager","value":"{}"}}]"#,
                id(&boss)
            ),
        );
        let added = patch(
            tenant,
            &group,
            &format!(
                r#"[{{"op":"Add","path":"members","value":[{{"$ref":null,"value":"{}"}},{{"$ref":null,"value":"{}"}}]}}]"#,
                id(&user),
                id(&boss)
            ),
        );
        assert_eq!(members(&added).len(), 2);

        assert_eq!(get(tenant, &user).body["name"]["familyName"], "King");
        let after = patch(
            tenant,
            &user,
            r#"[{"op":"Replace","path":"name.familyName","value":"Lovelace"}]"#,
        );
        assert_eq!(after["name"]["givenName"], "Ada");

        assert_eq!(
            get(tenant, &format!("{group}?excludedAttributes=members"))
                .body
                .get("members"),
            None
        );
        patch(
            tenant,
            &group,
            r#"[{"op":"Replace","path":"displayName","value":"Engineering"}]"#,
        );
        let after = patch(
            tenant,
            &group,
            &format!(
                r#"[{{"op":"Remove","path":"members","value":[{{"value":"{}"}}]}}]"#,
                id(&user)
            ),
        );
        assert_eq!(members(&after), [id(&boss)]);

        assert_eq!(get(tenant, &user).body["active"], true);
        patch(
            tenant,
            &user,
            r#"[{"op":"Replace","path":"active","value":"False"}]"#,
        );
        assert_eq!(get(tenant, &user).body["active"], false);
        patch(
            tenant,
            &user,
            r#"[{"op":"Replace","path":"active","value":"True"}]"#,
        );

        for path in [&user, &group] {
            assert_eq!(send(tenant, Method::DELETE, path, "").status, 204);
            assert_eq!(get(tenant, path).status, 404);
            assert_eq!(send(tenant, Method::DELETE, path, "").status, 404);
        }
        assert_eq!(
            total("/Users?filter=userName+eq+%22ada.king%40contoso.example%22"),
            Some(0)
        );
        assert_eq!(
            total("/Groups?filter=displayName+eq+%22Engineering%22"),
            Some(0)
        );
    });
}

/// Memberships are not sent again after a restore, so they have to outlive the time in which the user was disabled.
#[test]
fn a_disabled_user_keeps_its_memberships() {
    under_both(|tenant| {
        let user = ada(tenant);
        let group = format!("/Groups/{}", tenant.group("Engineers", &[id(&user)]));
        patch(
            tenant,
            &user,
            r#"[{"op":"Replace","path":"active","value":"False"}]"#,
        );
        assert_eq!(members(&get(tenant, &group).body), [id(&user)]);
        let woken = patch(
            tenant,
            &user,
            r#"[{"op":"Replace","path":"active","value":"True"}]"#,
        );
        assert_eq!(woken["groups"][0]["value"], id(&group));
    });
}

/// A change that is none answers as one that is, and moves neither version nor time.
#[test]
fn nothing_new_is_a_success_without_a_trace() {
    under_both(|tenant| {
        let user = ada(tenant);
        let before = get(tenant, &user).body;
        tenant.clock.advance(60);
        let after = patch(
            tenant,
            &user,
            r#"[{"op":"Replace","path":"displayName","value":"Ada King"},{"op":"Replace","path":"active","value":"True"}]"#,
        );
        assert_eq!(after, before);
        assert_eq!(tenant.events().len(), 1);
    });
}

/// What cannot be done is told in SCIM's words, short enough to stand in the customer's provisioning log.
#[test]
fn errors_can_be_read_by_the_engine() {
    under_both(|tenant| {
        ada(tenant);
        for (method, path, body, status) in [
            (Method::GET, "/Users/gone", "", 404),
            (
                Method::PATCH,
                "/Users/gone",
                r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}"#,
                404,
            ),
            (Method::DELETE, "/Groups/gone", "", 404),
            (
                Method::POST,
                "/Users",
                r#"{"userName":"ADA.KING@contoso.example"}"#,
                409,
            ),
            (Method::POST, "/Users", r#"{"displayName":"Nameless"}"#, 400),
        ] {
            let answer = send(tenant, method, path, body);
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            assert_eq!(
                answer.body["schemas"],
                json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
            );
            assert_eq!(answer.body["status"], status.to_string());
            assert!(
                (1..200).contains(&answer.detail().len()),
                "{}",
                answer.detail()
            );
        }
    });
}
