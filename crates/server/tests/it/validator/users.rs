use scimkit_server::http::Method;
use serde_json::{Value, json};

use super::{WHOLE, at, create, has_changed, merged, patch, under_both, verbose};
use crate::tenant::Tenant;

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

fn found(tenant: &Tenant, filter: &str) -> Value {
    let answer = tenant.get(&format!("/Users?filter={filter}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["totalResults"].clone()
}

#[test]
fn v01_create_a_new_user() {
    under_both(|tenant| {
        let created = tenant.post("/Users", WHOLE);
        assert_eq!(created.status, 201, "{}", created.body);
        assert!(created.body["id"].is_string());
        let sent: Value = serde_json::from_str(WHOLE).unwrap();
        for (name, value) in sent.as_object().unwrap() {
            let text = value
                .to_string()
                .replace(r#""primary":"True""#, r#""primary":true"#);
            let expected: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(created.body[name], expected, "{name}");
        }
    });
}

#[test]
fn v02_create_a_duplicate_user() {
    under_both(|tenant| {
        create(tenant, "/Users", WHOLE);
        assert_eq!(tenant.post("/Users", WHOLE).status, 409);
    });
}

#[test]
fn v03_to_v05_filter_for_an_existing_user_for_none_and_in_another_case() {
    under_both(|tenant| {
        create(tenant, "/Users", WHOLE);
        assert_eq!(
            found(tenant, "userName+eq+%22nash_wolff%40schuster.example%22"),
            1
        );
        assert_eq!(found(tenant, "userName+eq+%22wbxhigqnztrg%22"), 0);
        assert_eq!(
            found(tenant, "userName+eq+%22NASH_WOLFF%40SCHUSTER.EXAMPLE%22"),
            1
        );
    });
}

#[test]
fn v06_replace_attributes_verbose() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        has_changed(&patch(tenant, &path, &verbose("replace")));
    });
}

#[test]
fn v07_replace_attributes() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        has_changed(&patch(tenant, &path, &merged("replace")));
    });
}

#[test]
fn v08_update_the_user_name() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"replace","value":{"userName":"tristin@kassulke.example"}}]"#,
        );
        assert_eq!(after["userName"], "tristin@kassulke.example");
        assert_eq!(
            found(tenant, "userName+eq+%22tristin%40kassulke.example%22"),
            1
        );
        assert_eq!(
            found(tenant, "userName+eq+%22nash_wolff%40schuster.example%22"),
            0
        );
    });
}

#[test]
fn v09_disable_a_user() {
    under_both(|tenant| {
        for value in ["false", r#""False""#] {
            let body = WHOLE.replace("nash_wolff", value.trim_matches('"'));
            let path = create(
                tenant,
                "/Users",
                &body.replace(r#""active":true"#, r#""active":"True""#),
            );
            assert_eq!(tenant.get(&path).body["active"], true);
            let after = patch(
                tenant,
                &path,
                &format!(r#"[{{"op":"replace","path":"active","value":{value}}}]"#),
            );
            assert_eq!(after["active"], false);
            tenant.send(Method::DELETE, &path, "");
        }
    });
}

#[test]
fn v10_add_attributes_verbose() {
    under_both(|tenant| {
        let path = create(
            tenant,
            "/Users",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bare@schuster.example"}"#,
        );
        has_changed(&patch(tenant, &path, &verbose("add")));
    });
}

#[test]
fn v11_add_attributes() {
    under_both(|tenant| {
        let path = create(
            tenant,
            "/Users",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bare@schuster.example"}"#,
        );
        has_changed(&patch(tenant, &path, &merged("add")));
    });
}

#[test]
fn v12_add_replace_and_remove_the_manager() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        let [first, second] = ["first", "second"].map(|name| tenant.user(name));
        let step = |op: &str, value: Value| {
            let operation = json!([{"op": op, "path": MANAGER, "value": value}]);
            at(&patch(tenant, &path, &operation.to_string()), MANAGER)["value"].clone()
        };
        assert_eq!(step("add", json!(first)), first.as_str());
        assert_eq!(step("replace", json!(second)), second.as_str());
        assert_eq!(step("replace", json!({"value": ""})), Value::Null);
    });
}

#[test]
fn v13_delete_a_user() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        assert_eq!(tenant.send(Method::DELETE, &path, "").status, 204);
        assert_eq!(tenant.get(&path).status, 404);
    });
}

#[test]
fn p1_several_operations_on_different_attributes() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"remove","path":"preferredLanguage"},{"op":"add","path":"nickName","value":"BSHCXHXNTFCR"},{"op":"replace","path":"title","value":"HXOAFKDETEEB"}]"#,
        );
        assert_eq!(
            (
                after.get("preferredLanguage"),
                &after["nickName"],
                &after["title"]
            ),
            (None, &json!("BSHCXHXNTFCR"), &json!("HXOAFKDETEEB"))
        );
    });
}

#[test]
fn p2_several_operations_on_one_attribute() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"remove","path":"displayName"},{"op":"add","path":"displayName","value":"FIRST"},{"op":"replace","path":"displayName","value":"LAST"}]"#,
        );
        assert_eq!(after["displayName"], "LAST");
    });
}

#[test]
fn p3_and_p4_delete_a_user_that_is_not_there_and_one_twice() {
    under_both(|tenant| {
        assert_eq!(
            tenant
                .send(
                    Method::DELETE,
                    "/Users/2f1c6cf8-6fb2-4ad8-9e6d-1f6a32a4b5c6",
                    ""
                )
                .status,
            404
        );
        let path = create(tenant, "/Users", WHOLE);
        assert_eq!(tenant.send(Method::DELETE, &path, "").status, 204);
        assert_eq!(tenant.send(Method::DELETE, &path, "").status, 404);
    });
}
