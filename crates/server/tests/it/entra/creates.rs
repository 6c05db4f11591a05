//! The quirks of POST, and of what comes back.

use scimkit_server::http::Method;
use serde_json::{Value, json};

use super::{ENTERPRISE, create, get, id, send, under_both};

/// What the default mappings make of a person, with all that Entra puts around it.
const ADA: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "externalId":"ada.king","userName":"ada.king@contoso.example","active":true,"displayName":"Ada King","title":"Analyst","preferredLanguage":"en-GB",
    "emails":[{"primary":true,"type":"work","value":"ada.king@contoso.example"}],
    "addresses":[{"primary":false,"type":"work","formatted":"Room 3","locality":"London","country":"GB"}],
    "phoneNumbers":[{"primary":false,"type":"mobile","value":"+44 20 7946 0018"}],
    "meta":{"resourceType":"User"},"name":{"formatted":"Ada King","familyName":"King","givenName":"Ada"},
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-77","department":"Engines"},"roles":[]}"#;

/// Every value is given back as it was sent: what came back changed would be sent again in every cycle.
#[test]
fn what_is_created_is_given_back_as_it_was_sent() {
    under_both(|tenant| {
        let created = send(tenant, Method::POST, "/Users", ADA);
        assert_eq!(created.status, 201, "{}", created.body);
        let mut expected: Value = serde_json::from_str(ADA).unwrap();
        let map = expected.as_object_mut().unwrap();
        map.remove("roles");
        map.remove("meta");
        let read = get(
            tenant,
            &format!("/Users/{}", created.body["id"].as_str().unwrap()),
        )
        .body;
        for (name, value) in map {
            assert_eq!(&read[&**name], value, "{name}");
        }
        assert_eq!(created.body, read);
        assert_eq!(read["meta"]["resourceType"], "User");
    });
}

/// Quirk 18: the media type has a parameter.
#[test]
fn q18_the_content_type_may_have_a_charset() {
    under_both(|tenant| {
        for (number, media_type) in [
            "application/scim+json; charset=utf-8",
            "application/json; charset=utf-8",
            "application/scim+json",
        ]
        .iter()
        .enumerate()
        {
            let body = format!(r#"{{"userName":"u{number}@contoso.example"}}"#);
            let answer = tenant.send_with(
                Method::POST,
                "/Users",
                &[("content-type", media_type)],
                &body,
            );
            assert_eq!(answer.status, 201, "{media_type}");
            assert_eq!(
                answer.body["userName"],
                format!("u{number}@contoso.example")
            );
        }
    });
}

/// Quirk 27: read-only attributes, empty lists and attributes that the schema does not have are no reason to refuse a user.
#[test]
fn q27_meta_empty_lists_and_unknown_attributes_are_passed_over() {
    under_both(|tenant| {
        let path = create(
            tenant,
            "/Users",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"mine","userName":"a@contoso.example",
            "meta":{"resourceType":"User"},"roles":[],"favouriteBerth":"B-12"}"#,
        );
        let read = get(tenant, &path).body;
        assert_ne!(read["id"], "mine");
        assert_eq!(
            (read.get("roles"), read.get("favouriteBerth")),
            (None, None)
        );
        let notes = &tenant.events()[0].draft.notes;
        assert!(
            notes.iter().any(|note| note.contains("favouriteBerth")),
            "{notes:?}"
        );
    });
}

/// Quirk 29: a manager that was sent as text is shown as an object all the same, or Entra cannot read the user.
#[test]
fn q29_a_manager_in_a_create_body_is_shown_as_an_object() {
    under_both(|tenant| {
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","{ENTERPRISE}"],"userName":"a@contoso.example","{ENTERPRISE}":{{"manager":"u-2002"}}}}"#
        );
        let path = create(tenant, "/Users", &body);
        assert_eq!(
            get(tenant, &path).body[ENTERPRISE],
            json!({"manager": {"value": "u-2002"}})
        );
    });
}

/// Quirk 30: a create whose answer got lost is refused when it comes again, and the look-up then finds the user that it made.
#[test]
fn q30_a_repeated_create_is_409_and_the_look_up_finds_the_first() {
    under_both(|tenant| {
        let path = create(tenant, "/Users", ADA);
        let again = send(tenant, Method::POST, "/Users", ADA);
        assert_eq!(
            (again.status.as_u16(), again.body["scimType"].as_str()),
            (409, Some("uniqueness"))
        );
        assert_eq!(
            again.body["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        );
        let found = get(
            tenant,
            "/Users?filter=userName+eq+%22ada.king%40contoso.example%22",
        )
        .body;
        assert_eq!(
            (&found["totalResults"], found["Resources"][0]["id"].as_str()),
            (&json!(1), Some(id(&path)))
        );
        assert_eq!(tenant.events().len(), 1);
    });
}

/// `active` as text, and explicit nulls for what has no value.
#[test]
fn booleans_are_text_and_nulls_are_absence() {
    under_both(|tenant| {
        let path = create(
            tenant,
            "/Users",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@contoso.example","active":"False",
            "title":null,"addresses":null,"phoneNumbers":null,"emails":[{"Primary":"True","type":"work","value":"a@contoso.example"}]}"#,
        );
        let read = get(tenant, &path).body;
        assert_eq!(read["active"], false);
        assert_eq!(
            read["emails"],
            json!([{"value": "a@contoso.example", "type": "work", "primary": true}])
        );
        assert!(
            ["title", "addresses", "phoneNumbers"]
                .iter()
                .all(|name| read.get(name).is_none())
        );
    });
}

/// The URN of the extension is missing from `schemas`, or misspelled as old pages had it.
#[test]
fn schemas_need_not_be_right() {
    under_both(|tenant| {
        for (number, schemas) in [
            r#"["urn:ietf:params:scim:schemas:core:2.0:User"]"#,
            r#"["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0User"]"#,
        ].iter().enumerate() {
            let body = format!(r#"{{"schemas":{schemas},"userName":"u{number}","{ENTERPRISE}":{{"Department":"Engines"}}}}"#);
            let path = create(tenant, "/Users", &body);
            let read = get(tenant, &path).body;
            assert_eq!(read["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]));
            assert_eq!(read[ENTERPRISE], json!({"department": "Engines"}));
        }
    });
}

/// One role that says that it is the primary one, in text or as a boolean.
#[test]
fn a_role_comes_with_the_create_body() {
    under_both(|tenant| {
        for (number, primary) in [r#""True""#, "true"].iter().enumerate() {
            let body = format!(
                r#"{{"userName":"u{number}","roles":[{{"primary":{primary},"type":"WindowsAzureActiveDirectoryRole","value":"Admin"}}]}}"#
            );
            let path = create(tenant, "/Users", &body);
            assert_eq!(
                get(tenant, &path).body["roles"],
                json!([{"value": "Admin", "type": "WindowsAzureActiveDirectoryRole", "primary": true}])
            );
        }
    });
}
