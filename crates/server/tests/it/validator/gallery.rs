//! What the validation of gallery applications asks of a target itself; the rest of it goes through the engine.

use serde_json::{Value, json};

use super::{CHANGES, WHOLE, at, create, has_changed, patch, under_both};

#[test]
fn schema_discoverability() {
    under_both(|tenant| {
        let answer = tenant.get("/Schemas");
        let text = answer.body.to_string();
        assert!(!text.contains("null"), "no nulls");
        assert_eq!(
            answer.body["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
        );
        let schemas = answer.body["Resources"].as_array().unwrap();
        let names = |urn: &str| -> Vec<String> {
            let schema = schemas.iter().find(|it| it["id"] == urn).unwrap();
            let attributes = schema["attributes"].as_array().unwrap();
            attributes
                .iter()
                .map(|it| it["name"].as_str().unwrap().to_lowercase())
                .collect()
        };
        for (path, _) in CHANGES {
            let urn = path
                .rsplit_once(':')
                .map_or("urn:ietf:params:scim:schemas:core:2.0:User", |(urn, _)| urn);
            let name = path
                .rsplit(':')
                .next()
                .unwrap()
                .split(['[', '.'])
                .next()
                .unwrap();
            let is_common = name == "externalId";
            assert!(
                is_common || names(urn).contains(&name.to_lowercase()),
                "{path}"
            );
        }
        let group = names("urn:ietf:params:scim:schemas:core:2.0:Group");
        assert_eq!(group, ["displayname", "members"]);
    });
}

/// `SCIM_User_Create`, `SCIM_Group_Create`: made, then found with `%20` for blanks.
#[test]
fn user_and_group_create() {
    under_both(|tenant| {
        create(tenant, "/Users", WHOLE);
        create(
            tenant,
            "/Groups",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Crew"}"#,
        );
        for path in [
            "/Users?filter=userName%20eq%20%22nash_wolff@schuster.example%22",
            "/Groups?filter=displayName%20eq%20%22Crew%22",
        ] {
            assert_eq!(tenant.get(path).body["totalResults"], 1, "{path}");
        }
    });
}

/// `SCIM_User_Update`: one `Replace` for each attribute.
#[test]
fn user_update() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", WHOLE);
        for (attribute, value) in CHANGES {
            let operation = json!([{"op": "Replace", "path": attribute, "value": value}]);
            let after = patch(tenant, &path, &operation.to_string());
            assert_eq!(at(&after, attribute), value, "{attribute}");
        }
        has_changed(&tenant.get(&path).body);
    });
}

#[test]
fn group_update() {
    under_both(|tenant| {
        let path = create(
            tenant,
            "/Groups",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Crew"}"#,
        );
        for attribute in ["displayName", "externalId"] {
            let operation = json!([{"op": "Replace", "path": attribute, "value": "upd-1a2b3c4d"}]);
            assert_eq!(
                patch(tenant, &path, &operation.to_string())[attribute],
                "upd-1a2b3c4d"
            );
        }
    });
}

/// `SCIM_Null_Update`: every attribute that may be missing is emptied, by a text without letters and by null.
#[test]
fn null_update() {
    for empty in [json!(""), Value::Null] {
        under_both(|tenant| {
            let path = create(tenant, "/Users", WHOLE);
            for (attribute, _) in CHANGES {
                let operation = json!([{"op": "replace", "path": attribute, "value": empty}]);
                let after = patch(tenant, &path, &operation.to_string());
                assert!(at(&after, attribute).is_null(), "{attribute}: {after}");
            }
            let left = tenant.get(&path).body;
            assert_eq!(
                (&left["userName"], &left["active"]),
                (&json!("nash_wolff@schuster.example"), &json!(true))
            );
            for (attribute, _) in CHANGES {
                let operation = json!([{"op": "replace", "path": attribute, "value": empty}]);
                patch(tenant, &path, &operation.to_string());
            }
        });
    }
}

/// `SCIM_Update_Manager`: the id as bare text, and the empty text at the end.
#[test]
fn update_manager() {
    under_both(|tenant| {
        const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
        let path = create(tenant, "/Users", WHOLE);
        let [first, second] = ["first", "second"].map(|name| tenant.user(name));
        for (op, value, expected) in [
            ("Add", first.as_str(), json!(first)),
            ("replace", second.as_str(), json!(second)),
            ("replace", "", Value::Null),
        ] {
            let operation = json!([{"op": op, "path": MANAGER, "value": value}]);
            let after = patch(tenant, &path, &operation.to_string());
            assert_eq!(at(&after, MANAGER)["value"], expected);
        }
    });
}

/// `SCIM_User_Pagination`, `SCIM_Group_Pagination`: eleven, five at a time.
#[test]
fn pagination() {
    under_both(|tenant| {
        for number in 0..11 {
            tenant.user(&format!("u{number}"));
            tenant.group(&format!("g{number}"), &[]);
        }
        for endpoint in ["/Users", "/Groups"] {
            for (start, size) in [(1, 5), (6, 5), (11, 1)] {
                let page = tenant
                    .get(&format!("{endpoint}?startIndex={start}&count=5"))
                    .body;
                assert_eq!(
                    (
                        &page["startIndex"],
                        &page["itemsPerPage"],
                        &page["totalResults"]
                    ),
                    (&json!(start), &json!(size), &json!(11))
                );
            }
        }
    });
}
