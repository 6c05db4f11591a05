//! The quirks of `PATCH /Users/{id}`.

use scimkit_server::http::Method;
use serde_json::{Value, json};

use super::{ENTERPRISE, ada, get, patch, send, under_both};

/// Quirk 1: the names of operations begin with a capital.
#[test]
fn q01_operations_are_capitalised() {
    under_both(|tenant| {
        let path = ada(tenant);
        patch(
            tenant,
            &path,
            r#"[{"op":"Add","path":"nickName","value":"Countess"}]"#,
        );
        patch(
            tenant,
            &path,
            r#"[{"op":"Replace","path":"title","value":"Analyst"}]"#,
        );
        let after = patch(tenant, &path, r#"[{"op":"Remove","path":"nickName"}]"#);
        assert_eq!(after["nickName"], Value::Null);
        assert_eq!(after["title"], "Analyst");
    });
}

/// Quirk 2: `active` comes as text. Text that is not a boolean is an error, never a truth.
#[test]
fn q02_booleans_are_text() {
    under_both(|tenant| {
        let path = ada(tenant);
        for (text, expected) in [
            ("False", false),
            ("True", true),
            ("false", false),
            ("true", true),
        ] {
            let operation = format!(r#"[{{"op":"Replace","path":"active","value":"{text}"}}]"#);
            assert_eq!(
                patch(tenant, &path, &operation)["active"],
                expected,
                "{text}"
            );
        }
        for text in ["disabled", "0", "no", " False", "Falsee"] {
            let operation = format!(r#"[{{"op":"Replace","path":"active","value":"{text}"}}]"#);
            let refused = tenant.patch(&path, &operation);
            assert_eq!(
                (refused.status.as_u16(), refused.body["scimType"].as_str()),
                (400, Some("invalidValue")),
                "{text}"
            );
        }
        assert_eq!(get(tenant, &path).body["active"], true);
    });
}

/// Quirk 3: `Add` of a single value that is there replaces it.
#[test]
fn q03_add_on_a_single_value_replaces_it() {
    under_both(|tenant| {
        let path = ada(tenant);
        patch(
            tenant,
            &path,
            r#"[{"op":"Replace","path":"active","value":"False"}]"#,
        );
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"Add","path":"active","value":"True"}]"#,
        );
        assert_eq!(after["active"], true);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"Add","path":"displayName","value":"Ada Lovelace"}]"#,
        );
        assert_eq!(after["displayName"], "Ada Lovelace");
    });
}

/// Quirk 4: a PATCH is its `Operations`; what says something beside them is not taken for done.
#[test]
fn q04_operations_are_not_answered_without_being_done() {
    under_both(|tenant| {
        let path = ada(tenant);
        let body = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}"#;
        let answer = send(tenant, Method::PATCH, &path, body);
        assert_eq!(
            (answer.status.as_u16(), &answer.body["active"]),
            (200, &json!(false))
        );
        let beside =
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"active":true}"#;
        assert_eq!(
            send(tenant, Method::PATCH, &path, beside).body["scimType"],
            "invalidSyntax"
        );
        assert_eq!(get(tenant, &path).body["active"], false);
    });
}

/// Quirk 7: a value without a path has paths as its keys.
#[test]
fn q07_dotted_keys_are_paths() {
    under_both(|tenant| {
        let path = ada(tenant);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"add","value":{"name.givenName":"Augusta","displayName":"Augusta"}}]"#,
        );
        assert_eq!(
            after["name"],
            json!({"formatted": "Ada King", "familyName": "King", "givenName": "Augusta"})
        );
        assert_eq!(after["displayName"], "Augusta");
        assert_eq!(after["name.givenName"], Value::Null);
    });
}

/// Quirk 8: a URN ends where its schema ends, not at its last dot; in paths and in keys.
#[test]
fn q08_urns_are_split_at_the_end_of_the_schema() {
    under_both(|tenant| {
        let path = ada(tenant);
        let by_key = patch(
            tenant,
            &path,
            r#"[{"op":"Replace","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"Research"}}]"#,
        );
        assert_eq!(by_key[ENTERPRISE], json!({"department": "Research"}));
        assert!(
            by_key["schemas"]
                .as_array()
                .unwrap()
                .contains(&json!(ENTERPRISE))
        );
        let by_path = patch(
            tenant,
            &path,
            r#"[{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber","value":"E-78"}]"#,
        );
        assert_eq!(
            by_path[ENTERPRISE],
            json!({"employeeNumber": "E-78", "department": "Research"})
        );
    });
}

/// The dialect of jobs from before December 2018: a dot behind the URN, and single values in arrays (quirks 8 and 23).
#[test]
fn q08_the_oldest_jobs_have_a_dot_behind_the_urn() {
    under_both(|tenant| {
        let path = ada(tenant);
        let after = patch(
            tenant,
            &path,
            r#"[
            {"op":"Replace","path":"displayName","value":[{"$ref":null,"value":"Ada Lovelace"}]},
            {"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department","value":[{"$ref":null,"value":"Research"}]}]"#,
        );
        assert_eq!(after["displayName"], "Ada Lovelace");
        assert_eq!(after[ENTERPRISE], json!({"department": "Research"}));
    });
}

/// Quirk 9: a complex value without a path is merged.
#[test]
fn q09_a_complex_value_without_a_path_keeps_the_rest() {
    under_both(|tenant| {
        let path = ada(tenant);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"Replace","value":{"name":{"familyName":"Byron"}}}]"#,
        );
        assert_eq!(
            after["name"],
            json!({"formatted": "Ada King", "familyName": "Byron", "givenName": "Ada"})
        );
    });
}

/// Quirks 10 and 11: a manager is sent as bare text, shown as an object under the extension, and repeating it changes nothing.
#[test]
fn q10_q11_a_manager_is_text_on_the_way_in_and_an_object_on_the_way_out() {
    under_both(|tenant| {
        let path = ada(tenant);
        let boss = tenant.user("boss@contoso.example");
        let add = format!(
            r#"[{{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"{boss}"}}]"#
        );
        let after = patch(tenant, &path, &add);
        assert_eq!(after[ENTERPRISE]["manager"]["value"], boss.as_str());
        let events = tenant.events().len();
        assert_eq!(
            patch(tenant, &path, &add),
            after,
            "not even the version moves"
        );
        assert_eq!(tenant.events().len(), events);
        let other = tenant.user("other@contoso.example");
        let replace = format!(
            r#"[{{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"{other}"}}]"#
        );
        assert_eq!(
            patch(tenant, &path, &replace)[ENTERPRISE]["manager"]["value"],
            other.as_str()
        );
    });
}

/// Every way in which a manager is taken away, by Entra and by Microsoft's tools.
#[test]
fn q10_a_manager_is_cleared_in_five_ways() {
    for clearing in [
        r#"{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":""}"#,
        r#"{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":null}"#,
        r#"{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":""}}"#,
        r#"{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"}"#,
        r#"{"op":"Remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"}"#,
    ] {
        under_both(|tenant| {
            let path = ada(tenant);
            patch(
                tenant,
                &path,
                r#"[{"op":"Add","path":"manager","value":[{"$ref":"https://tenant.example/scim/v2/Users/u-2002","value":"u-2002"}]}]"#,
            );
            assert_eq!(
                get(tenant, &path).body[ENTERPRISE]["manager"]["value"],
                "u-2002"
            );
            let after = patch(tenant, &path, &format!("[{clearing}]"));
            assert_eq!(after[ENTERPRISE]["manager"], Value::Null, "{clearing}");
        });
    }
}

/// Quirk 13: an attribute of the core schema under its URN.
#[test]
fn q13_the_core_urn_before_an_attribute_is_taken_off() {
    under_both(|tenant| {
        let path = ada(tenant);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"Add","path":"urn:ietf:params:scim:schemas:core:2.0:User:userType","value":"Contractor"}]"#,
        );
        assert_eq!(after["userType"], "Contractor");
    });
}

/// Quirk 20: an inactive user is read, found and woken.
#[test]
fn q20_an_inactive_user_stays_addressable() {
    under_both(|tenant| {
        let path = ada(tenant);
        patch(
            tenant,
            &path,
            r#"[{"op":"Replace","path":"active","value":"False"}]"#,
        );
        let read = get(tenant, &path);
        assert_eq!(
            (read.status.as_u16(), &read.body["active"]),
            (200, &json!(false))
        );
        let found = get(tenant, "/Users?filter=externalId+eq+%22ada.king%22").body;
        assert_eq!(found["Resources"][0]["id"], read.body["id"]);
        let woken = patch(
            tenant,
            &path,
            r#"[{"op":"Replace","path":"active","value":"True"}]"#,
        );
        assert_eq!(woken["active"], true);
    });
}

/// Quirk 22: PATCH is there, because Entra never falls back to PUT.
#[test]
fn q22_patch_fits_users_and_groups() {
    under_both(|tenant| {
        let (user, group) = (
            ada(tenant),
            format!("/Groups/{}", tenant.group("Engineers", &[])),
        );
        for path in [user, group] {
            let allowed = send(tenant, Method::OPTIONS, &path, "");
            assert!(allowed.header("allow").contains("PATCH"), "{path}");
            patch(
                tenant,
                &path,
                r#"[{"op":"Replace","path":"displayName","value":"Changed"}]"#,
            );
        }
        assert_eq!(
            tenant.get("/ServiceProviderConfig").body["patch"]["supported"],
            true
        );
    });
}

/// Quirk 23: a single value in an array of one object.
#[test]
fn q23_a_single_value_in_an_array_is_unwrapped() {
    under_both(|tenant| {
        let path = ada(tenant);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"Replace","path":"displayName","value":[{"$ref":null,"value":"Ada L."}]}]"#,
        );
        assert_eq!(after["displayName"], "Ada L.");
        let two =
            r#"[{"op":"Replace","path":"displayName","value":[{"value":"A"},{"value":"B"}]}]"#;
        assert_eq!(tenant.patch(&path, two).body["scimType"], "invalidValue");
        assert_eq!(get(tenant, &path).body["displayName"], "Ada L.");
    });
}

/// The dialect behind `aadOptscim062020`: one operation without a path, with paths as keys, beside those with a filter.
#[test]
fn the_flagged_dialect_merges_its_changes_into_one_operation() {
    under_both(|tenant| {
        let path = ada(tenant);
        let after = patch(
            tenant,
            &path,
            r#"[
            {"op":"replace","path":"emails[type eq \"work\"].value","value":"ada.lovelace@contoso.example"},
            {"op":"replace","value":{"displayName":"Ada Lovelace","active":false,"name.givenName":"Ada","name.familyName":"Lovelace",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber":"E-78",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Research"}}}]"#,
        );
        assert_eq!(after["emails"][0]["value"], "ada.lovelace@contoso.example");
        assert_eq!(
            (&after["displayName"], &after["active"]),
            (&json!("Ada Lovelace"), &json!(false))
        );
        assert_eq!(
            after["name"],
            json!({"formatted": "Ada King", "familyName": "Lovelace", "givenName": "Ada"})
        );
        assert_eq!(
            after[ENTERPRISE],
            json!({"employeeNumber": "E-78", "department": "Research"})
        );
    });
}
