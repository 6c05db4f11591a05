use scimkit_server::http::Method;
use serde_json::{Value, json};

use super::{create, patch, under_both};
use crate::tenant::Tenant;

const BODY: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"GQYNVUPSQWUU","externalId":"d1b9ff2f-9d8b-4a7e-8b58-0a2f6d3c9e11"}"#;

fn list(tenant: &Tenant, query: &str) -> Value {
    let answer = tenant.get(&format!("/Groups?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

#[test]
fn v14_get_a_group_without_its_members() {
    under_both(|tenant| {
        let path = create(tenant, "/Groups", BODY);
        let user = tenant.user("mira");
        patch(
            tenant,
            &path,
            &format!(r#"[{{"op":"add","path":"members","value":[{{"value":"{user}"}}]}}]"#),
        );
        let answer = tenant.get(&format!("{path}?excludedAttributes=members"));
        assert_eq!(
            (answer.status.as_u16(), &answer.body["displayName"]),
            (200, &json!("GQYNVUPSQWUU"))
        );
        assert_eq!(answer.body.get("members"), None);
    });
}

#[test]
fn v15_to_v18_filter_for_an_existing_group_for_none_and_in_another_case() {
    under_both(|tenant| {
        create(tenant, "/Groups", BODY);
        for (filter, total) in [
            (
                "excludedAttributes=members&filter=displayName+eq+%22GQYNVUPSQWUU%22",
                1,
            ),
            ("filter=displayName+eq+%22GQYNVUPSQWUU%22", 1),
            (
                "filter=externalId+eq+%22d1b9ff2f-9d8b-4a7e-8b58-0a2f6d3c9e11%22",
                1,
            ),
            ("filter=displayName+eq+%22NOBODY%22", 0),
            ("filter=displayName+eq+%22gqynvupsqwuu%22", 1),
        ] {
            assert_eq!(list(tenant, filter)["totalResults"], total, "{filter}");
        }
    });
}

#[test]
fn v19_and_v20_create_a_group_and_its_duplicate() {
    under_both(|tenant| {
        create(tenant, "/Groups", BODY);
        let again = tenant.post("/Groups", BODY);
        assert_eq!(
            (again.status.as_u16(), again.body["scimType"].as_str()),
            (409, Some("uniqueness"))
        );
    });
}

#[test]
fn v21_and_v22_replace_attributes_of_a_group() {
    under_both(|tenant| {
        let path = create(tenant, "/Groups", BODY);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"replace","value":{"displayName":"RENAMED","externalId":"e-2"}}]"#,
        );
        assert_eq!(
            (&after["displayName"], &after["externalId"]),
            (&json!("RENAMED"), &json!("e-2"))
        );
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"replace","path":"displayName","value":"AGAIN"}]"#,
        );
        assert_eq!(after["displayName"], "AGAIN");
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"replace","path":"externalId","value":"e-3"}]"#,
        );
        assert_eq!(after["externalId"], "e-3");
    });
}

#[test]
fn v23_and_v24_add_a_member_and_remove_it() {
    under_both(|tenant| {
        let path = create(tenant, "/Groups", BODY);
        let user = tenant.user("mira");
        let after = patch(
            tenant,
            &path,
            &format!(r#"[{{"op":"replace","path":"members","value":[{{"value":"{user}"}}]}}]"#),
        );
        assert_eq!(after["members"][0]["value"], user.as_str());
        let after = patch(
            tenant,
            &path,
            &format!(r#"[{{"op":"remove","path":"members[value eq \"{user}\"]"}}]"#),
        );
        assert_eq!(after.get("members"), None);
    });
}

#[test]
fn v25_delete_a_group() {
    under_both(|tenant| {
        let path = create(tenant, "/Groups", BODY);
        assert_eq!(tenant.send(Method::DELETE, &path, "").status, 204);
        assert_eq!(tenant.get(&path).status, 404);
    });
}

#[test]
fn p5_and_p6_delete_a_group_that_is_not_there_and_one_twice() {
    under_both(|tenant| {
        assert_eq!(
            tenant
                .send(
                    Method::DELETE,
                    "/Groups/2f1c6cf8-6fb2-4ad8-9e6d-1f6a32a4b5c6",
                    ""
                )
                .status,
            404
        );
        let path = create(tenant, "/Groups", BODY);
        assert_eq!(tenant.send(Method::DELETE, &path, "").status, 204);
        assert_eq!(tenant.send(Method::DELETE, &path, "").status, 404);
    });
}

#[test]
fn p7_several_operations_on_the_members() {
    under_both(|tenant| {
        let path = create(tenant, "/Groups", BODY);
        let user = tenant.user("mira");
        let after = patch(
            tenant,
            &path,
            &format!(
                r#"[{{"op":"add","path":"members","value":[{{"value":"{user}"}}]}},{{"op":"remove","path":"members[value eq \"{user}\"]"}}]"#
            ),
        );
        assert_eq!(after.get("members"), None);
    });
}
