//! The quirks of groups and their members.

use scimkit_server::{Profile, http::Method};
use serde_json::json;

use super::{create, get, id, members, patch, send, under_both};
use crate::tenant::Tenant;

/// A group of these users, by the body that Entra sends: with the schema of an old product, and without members.
fn engineers(tenant: &Tenant, users: &[&str]) -> String {
    let path = create(
        tenant,
        "/Groups",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId":"5d0e1f40-1a2b-4c3d-8e9f-000000000005","displayName":"Engineers","members":[],"meta":{"resourceType":"Group"}}"#,
    );
    for user in users {
        add(tenant, &path, user);
    }
    path
}

fn add(tenant: &Tenant, path: &str, user: &str) {
    let operation =
        format!(r#"[{{"op":"Add","path":"members","value":[{{"$ref":null,"value":"{user}"}}]}}]"#);
    patch(tenant, path, &operation);
}

fn two(tenant: &Tenant) -> [String; 2] {
    ["ada@contoso.example", "ben@contoso.example"].map(|name| tenant.user(name))
}

/// The second schema of the create body is of no type of the tenant.
#[test]
fn a_group_is_created_with_the_schema_of_an_old_product() {
    under_both(|tenant| {
        let read = get(tenant, &engineers(tenant, &[])).body;
        assert_eq!(
            read["schemas"],
            json!(["urn:ietf:params:scim:schemas:core:2.0:Group"])
        );
        assert_eq!(
            (read.get("members"), &read["displayName"]),
            (None, &json!("Engineers"))
        );
    });
}

/// Quirk 5: `Remove` with a list of values takes those, and never the whole attribute.
#[test]
fn q05_remove_with_values_takes_only_those() {
    under_both(|tenant| {
        let [ada, ben] = two(tenant);
        let path = engineers(tenant, &[&ada, &ben]);
        let after = patch(
            tenant,
            &path,
            &format!(
                r#"[{{"op":"Remove","path":"members","value":[{{"$ref":null,"value":"{ada}"}}]}}]"#
            ),
        );
        assert_eq!(members(&after), [&ben]);
        let again = patch(
            tenant,
            &path,
            &format!(r#"[{{"op":"Remove","path":"members","value":[{{"value":"{ada}"}}]}}]"#),
        );
        assert_eq!(again, after, "whoever is not in the group is gone already");
    });
}

/// Every other form of removal.
#[test]
fn q05_members_are_removed_in_every_form() {
    for form in [
        r#"{"op":"remove","path":"members[value eq \"ID\"]"}"#,
        r#"{"op":"Remove","path":"members","value":"ID"}"#,
        r#"{"op":"Remove","path":"members","value":{"value":"ID"}}"#,
        r#"{"op":"Remove","path":"members","value":[{"value":"ID"}]}"#,
    ] {
        under_both(|tenant| {
            let [ada, ben] = two(tenant);
            let path = engineers(tenant, &[&ada, &ben]);
            let after = patch(tenant, &path, &format!("[{}]", form.replace("ID", &ada)));
            assert_eq!(members(&after), [&ben], "{form}");
        });
    }
    under_both(|tenant| {
        let [ada, ben] = two(tenant);
        let path = engineers(tenant, &[&ada, &ben]);
        let replaced =
            format!(r#"[{{"op":"Replace","path":"members","value":[{{"value":"{ben}"}}]}}]"#);
        assert_eq!(members(&patch(tenant, &path, &replaced)), [&ben]);
        assert_eq!(
            members(&patch(
                tenant,
                &path,
                r#"[{"op":"remove","path":"members"}]"#
            )),
            [""; 0]
        );
    });
}

/// Quirk 17b: names of groups hold any printable character.
#[test]
fn q17b_a_group_is_called_what_it_is_called() {
    under_both(|tenant| {
        for name in [
            "team.alpha",
            "a-b_c!#^~'",
            "Größe & Maß",
            "研究",
            "a/b\\\\c",
            "100 %",
        ] {
            let path = create(
                tenant,
                "/Groups",
                &format!(
                    r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{name}"}}"#
                ),
            );
            assert_eq!(
                get(tenant, &path).body["displayName"],
                name.replace("\\\\", "\\")
            );
        }
        let refused = send(tenant, Method::POST, "/Groups", r#"{"displayName":5}"#);
        assert_eq!(
            refused.body["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        );
    });
}

/// Quirk 21: whoever is in the group already may be added again.
#[test]
fn q21_adding_a_member_again_is_no_conflict() {
    under_both(|tenant| {
        let [ada, ben] = two(tenant);
        let path = engineers(tenant, &[&ada]);
        add(tenant, &path, &ada);
        let both = format!(
            r#"[{{"op":"Add","path":"members","value":[{{"value":"{ada}"}},{{"$ref":null,"value":"{ben}"}}]}}]"#
        );
        assert_eq!(members(&patch(tenant, &path, &both)), [&ada, &ben]);
    });
}

/// Quirk 25: one id that nobody has does not undo the rest.
#[test]
fn q25_an_unknown_member_does_not_fail_the_others() {
    under_both(|tenant| {
        let [ada, _] = two(tenant);
        let path = engineers(tenant, &[]);
        let mixed = format!(
            r#"[{{"op":"Add","path":"members","value":[{{"value":"{ada}"}},{{"value":"gone"}}]}}]"#
        );
        assert_eq!(members(&patch(tenant, &path, &mixed)), [&ada]);
        let left_out = tenant.events().last().unwrap().clone();
        assert!(
            format!("{left_out:?}").contains("gone"),
            "the event says who was left out: {left_out:?}"
        );
    });
}

/// Quirk 26: a large group keeps everybody when one is added, and can be listed.
#[test]
fn q26_one_more_in_a_large_group_loses_nobody() {
    under_both(|tenant| {
        let users: Vec<_> = (0..250)
            .map(|number| tenant.user(&format!("u{number:03}@contoso.example")))
            .collect();
        let path = engineers(tenant, &[]);
        let values: Vec<_> = users
            .iter()
            .take(249)
            .map(|id| format!(r#"{{"value":"{id}"}}"#))
            .collect();
        patch(
            tenant,
            &path,
            &format!(
                r#"[{{"op":"Add","path":"members","value":[{}]}}]"#,
                values.join(",")
            ),
        );
        add(tenant, &path, &users[249]);
        assert_eq!(members(&get(tenant, &path).body), users);
        let list = get(tenant, "/Groups").body;
        assert_eq!(
            list["Resources"][0]["members"].as_array().map(Vec::len),
            Some(250)
        );
    });
}

/// Quirk 26b: changes of one group that come close together all happen.
#[test]
fn q26b_changes_of_members_at_once_are_not_lost() {
    let tenant = Tenant::new(Profile::default());
    let users: Vec<_> = (0..64)
        .map(|number| tenant.user(&format!("u{number:02}@contoso.example")))
        .collect();
    let path = engineers(
        &tenant,
        &users[..32].iter().map(String::as_str).collect::<Vec<_>>(),
    );
    std::thread::scope(|scope| {
        for chunk in users.chunks(8) {
            let (tenant, path, users) = (&tenant, &path, &users);
            scope.spawn(move || {
                for user in chunk {
                    let leaves = users[..32].contains(user);
                    let op = if leaves { "Remove" } else { "Add" };
                    let operation = format!(r#"[{{"op":"{op}","path":"members","value":[{{"$ref":null,"value":"{user}"}}]}}]"#);
                    assert_eq!(tenant.patch(path, &operation).status, 204);
                }
            });
        }
    });
    assert_eq!(members(&get(&tenant, &path).body), users[32..]);
}

/// A rename comes in either dialect, and is answered without a body.
#[test]
fn a_group_is_renamed_in_both_dialects() {
    under_both(|tenant| {
        let path = engineers(tenant, &[]);
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"Replace","path":"displayName","value":"Engineering"}]"#,
        );
        assert_eq!(after["displayName"], "Engineering");
        let after = patch(
            tenant,
            &path,
            r#"[{"op":"replace","value":{"displayName":"Engines"}}]"#,
        );
        assert_eq!(
            (&after["displayName"], &after["externalId"]),
            (
                &json!("Engines"),
                &json!("5d0e1f40-1a2b-4c3d-8e9f-000000000005")
            )
        );
    });
}

/// A thousand members in one operation.
#[test]
fn a_thousand_members_come_at_once() {
    under_both(|tenant| {
        let users: Vec<_> = (0..1_000)
            .map(|number| tenant.user(&format!("u{number:04}")))
            .collect();
        let path = engineers(tenant, &[]);
        let values: Vec<_> = users
            .iter()
            .map(|id| format!(r#"{{"$ref":null,"value":"{id}"}}"#))
            .collect();
        let after = patch(
            tenant,
            &path,
            &format!(
                r#"[{{"op":"Add","path":"members","value":[{}]}}]"#,
                values.join(",")
            ),
        );
        assert_eq!(members(&after), users);
    });
}

/// A group that is provisioned itself may arrive as a member.
#[test]
fn a_group_may_be_a_member_of_another() {
    under_both(|tenant| {
        let inner = tenant.group("Pilots", &[]);
        let path = engineers(tenant, &[&inner]);
        let read = get(tenant, &path).body;
        assert_eq!(
            (members(&read), &read["members"][0]["type"]),
            (vec![&*inner], &json!("Group"))
        );
        assert_ne!(id(&path), inner);
    });
}
