//! Group push, by the cases of Okta's manual test plan.

use scimkit_server::http::Method;
use serde_json::{Value, json};

use super::{get, person, send, under_both};
use crate::tenant::Tenant;

fn members(tenant: &Tenant, path: &str) -> Vec<String> {
    let group = get(tenant, path).body;
    let list = group["members"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|it| it["value"].as_str().unwrap().to_owned())
        .collect()
}

fn patch(tenant: &Tenant, path: &str, operations: &str) {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{operations}}}"#
    );
    let answer = send(tenant, Method::PATCH, path, &body);
    assert!(
        matches!(answer.status.as_u16(), 200 | 204),
        "{operations}: {}",
        answer.body
    );
}

fn pushed(tenant: &Tenant, name: &str) -> String {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{name}","members":[]}}"#
    );
    let created = send(tenant, Method::POST, "/Groups", &body);
    assert_eq!(created.status, 201, "{}", created.body);
    format!("/Groups/{}", created.body["id"].as_str().unwrap())
}

fn three(tenant: &Tenant) -> [String; 3] {
    ["ada@x", "ben@x", "cid@x"].map(|name| tenant.user(name))
}

#[test]
fn a_group_is_created_empty_and_filled() {
    under_both(|tenant| {
        let [ada, ben, _] = three(tenant);
        let path = pushed(tenant, "Pilots");
        patch(
            tenant,
            &path,
            &format!(
                r#"[{{"op":"add","path":"members","value":[{{"value":"{ada}","display":"ada@x"}},{{"value":"{ben}","display":"ben@x"}}]}}]"#
            ),
        );
        assert_eq!(members(tenant, &path), [ada, ben]);
    });
}

/// A group of that name is there already: it is found, renamed with its id repeated, and keeps its old members; no second one is made.
#[test]
fn a_group_that_is_there_is_linked_and_renamed() {
    under_both(|tenant| {
        let [ada, _, _] = three(tenant);
        let id = tenant.group("Pilots", &[&ada]);
        let found = get(
            tenant,
            "/Groups?filter=displayName%20eq%20%22Pilots%22&startIndex=1&count=100",
        )
        .body;
        assert_eq!(
            (&found["totalResults"], found["Resources"][0]["id"].as_str()),
            (&json!(1), Some(&*id))
        );
        let path = format!("/Groups/{id}");
        patch(
            tenant,
            &path,
            &format!(
                r#"[{{"op":"replace","value":{{"id":"{id}","displayName":"Harbour Pilots"}}}}]"#
            ),
        );
        assert_eq!(get(tenant, &path).body["displayName"], "Harbour Pilots");
        assert_eq!(members(tenant, &path), [ada]);
        assert_eq!(get(tenant, "/Groups").body["totalResults"], 1);
    });
}

#[test]
fn push_now_overwrites_the_members() {
    under_both(|tenant| {
        let [ada, ben, cid] = three(tenant);
        let path = format!("/Groups/{}", tenant.group("Pilots", &[&ada, &ben]));
        patch(
            tenant,
            &path,
            &format!(
                r#"[{{"op":"replace","path":"members","value":[{{"value":"{ben}"}},{{"value":"{cid}"}}]}}]"#
            ),
        );
        assert_eq!(members(tenant, &path), [ben, cid]);
    });
}

#[test]
fn push_now_of_an_empty_group_empties_it() {
    under_both(|tenant| {
        let [ada, ben, _] = three(tenant);
        let path = format!("/Groups/{}", tenant.group("Pilots", &[&ada, &ben]));
        patch(
            tenant,
            &path,
            r#"[{"op":"replace","path":"members","value":[]}]"#,
        );
        assert_eq!(members(tenant, &path), [""; 0]);
    });
}

/// One request takes one out and another in, and says the name again.
#[test]
fn a_change_of_members_comes_as_remove_add_and_name() {
    under_both(|tenant| {
        let [ada, ben, cid] = three(tenant);
        let id = tenant.group("Pilots", &[&ada, &ben]);
        let path = format!("/Groups/{id}");
        let change = format!(
            r#"[{{"op":"remove","path":"members[value eq \"{ada}\"]"}},{{"op":"add","path":"members","value":[{{"value":"{cid}","display":"cid@x"}}]}},
                {{"op":"replace","value":{{"id":"{id}","displayName":"Pilots"}}}}]"#
        );
        patch(tenant, &path, &change);
        assert_eq!(members(tenant, &path), [ben.clone(), cid.clone()]);
        patch(tenant, &path, &change);
        assert_eq!(
            members(tenant, &path),
            [ben, cid],
            "a repetition is a success"
        );
    });
}

/// A custom application sends the whole group.
#[test]
fn a_custom_application_puts_the_whole_group() {
    under_both(|tenant| {
        let [ada, ben, _] = three(tenant);
        let id = tenant.group("Pilots", &[&ada]);
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"{id}","displayName":"Crew","members":[{{"value":"{ben}","display":"ben@x"}}]}}"#
        );
        let put = send(tenant, Method::PUT, &format!("/Groups/{id}"), &body);
        assert_eq!(
            (put.status.as_u16(), &put.body["displayName"]),
            (200, &json!("Crew")),
            "{}",
            put.body
        );
        assert_eq!(members(tenant, &format!("/Groups/{id}")), [ben]);
    });
}

/// Unlinking may delete the group; its users stay.
#[test]
fn deleting_a_pushed_group_leaves_its_users() {
    under_both(|tenant| {
        let [ada, ben, cid] = three(tenant);
        let path = format!("/Groups/{}", tenant.group("Pilots", &[&ada, &ben, &cid]));
        assert_eq!(send(tenant, Method::DELETE, &path, "").status, 204);
        let users = get(tenant, "/Users").body;
        assert_eq!(users["totalResults"], 3);
        assert!(
            users["Resources"]
                .as_array()
                .unwrap()
                .iter()
                .all(|user| user.get("groups").is_none())
        );
    });
}

/// Values that were emptied are pushed as empty, and are gone.
#[test]
fn emptied_values_are_gone_after_a_push() {
    under_both(|tenant| {
        let body = person("Mira", "Holm", "mira@x").replace(
            r#""locale":"en-US""#,
            r#""locale":"en-US","title":"Pilot","nickName":"Mi""#,
        );
        let created = send(tenant, Method::POST, "/Users", &body).body;
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        let put = send(
            tenant,
            Method::PUT,
            &path,
            &person("Mira", "Holm", "mira@x"),
        );
        assert_eq!(put.status, 200, "{}", put.body);
        let read = get(tenant, &path).body;
        assert_eq!(
            (&read["title"], &read["nickName"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(read["locale"], "en-US");
    });
}

/// The user is there before Okta comes: it is found, and brought up to date under its id.
#[test]
fn a_user_that_is_there_is_linked_and_updated() {
    under_both(|tenant| {
        let id = tenant.user("mira@x");
        let found = get(
            tenant,
            "/Users?filter=userName%20eq%20%22mira%40x%22&startIndex=1&count=100",
        )
        .body;
        assert_eq!(found["Resources"][0]["id"], id.as_str());
        let put = send(
            tenant,
            Method::PUT,
            &format!("/Users/{id}"),
            &person("Mira", "Holm", "mira@x"),
        );
        assert_eq!(
            (put.status.as_u16(), put.body["id"].as_str()),
            (200, Some(&*id)),
            "{}",
            put.body
        );
        assert_eq!(get(tenant, "/Users").body["totalResults"], 1);
    });
}
