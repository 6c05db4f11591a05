//! PATCH over the service: retries, conditions, answers.

use scimkit_server::{Profile, http::Method};

use crate::tenant::Tenant;

#[test]
fn a_user_patch_answers_with_the_user() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let answer = tenant.patch(
        &path,
        r#"[{"op":"replace","value":{"displayName":"Mira","name.givenName":"M"}}]"#,
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        (
            &answer.body["displayName"],
            &answer.body["name"]["givenName"]
        ),
        (&"Mira".into(), &"M".into())
    );
    assert_eq!(answer.header("etag"), "W/\"2\"");
    let same = tenant.patch(
        &path,
        r#"[{"op":"replace","path":"displayName","value":"Mira"}]"#,
    );
    assert_eq!(
        (same.status.as_u16(), same.header("etag")),
        (200, "W/\"2\"")
    );
}

#[test]
fn nothing_of_a_bad_patch_happens() {
    let tenant = Tenant::new(Profile::strict());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let answer = tenant.patch(
        &path,
        r#"[{"op":"replace","path":"displayName","value":"Mira"},{"op":"replace","path":"emials","value":[]}]"#,
    );
    assert_eq!(
        (answer.status.as_u16(), answer.body["scimType"].as_str()),
        (400, Some("invalidPath")),
        "{}",
        answer.body
    );
    assert!(answer.detail().contains("emails"), "{}", answer.detail());
    assert!(tenant.get(&path).body["displayName"].is_null());
}

#[test]
fn too_many_operations_are_refused() {
    let tenant = Tenant::new(Profile::strict());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let operations = vec![r#"{"op":"replace","path":"title","value":"x"}"#; 1_001].join(",");
    let answer = tenant.patch(&path, &format!("[{operations}]"));
    assert_eq!(
        answer.error(),
        "413 -: a PATCH may hold 1000 operations: send the rest in another"
    );
}

#[test]
fn a_body_for_another_message_is_refused() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let answer = tenant.send(Method::PATCH, &path, r#"{"active":false}"#);
    assert_eq!(
        (answer.status.as_u16(), answer.body["scimType"].as_str()),
        (400, Some("invalidSyntax")),
        "{}",
        answer.body
    );
    assert_eq!(tenant.get(&path).body["active"], true);
}

#[test]
fn an_id_that_is_repeated_is_passed_over_and_another_one_refused() {
    let tenant = Tenant::new(Profile::okta());
    let group = tenant.group("Staff", &[]);
    let path = format!("/Groups/{group}");
    let renamed = tenant.patch(
        &path,
        &format!(r#"[{{"op":"replace","value":{{"id":"{group}","displayName":"Crew"}}}}]"#),
    );
    assert_eq!(renamed.status, 204, "{}", renamed.body);
    let other = tenant.patch(
        &path,
        r#"[{"op":"replace","value":{"id":"other","displayName":"x"}}]"#,
    );
    assert_eq!(other.body["scimType"], "mutability", "{}", other.body);
    let read = tenant.get(&path).body;
    assert_eq!(
        (read["displayName"].as_str(), read["id"].as_str()),
        (Some("Crew"), Some(&*group))
    );
}

#[test]
fn a_patch_of_many_keys_is_as_many_changes() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let keys: Vec<_> = (0..1_001)
        .map(|n| format!(r#""emails[type eq \"t{n}\"].value":"x""#))
        .collect();
    let answer = tenant.patch(
        &path,
        &format!(r#"[{{"op":"replace","value":{{{}}}}}]"#, keys.join(",")),
    );
    assert_eq!(
        answer.error(),
        "413 -: a PATCH may hold 1000 operations: send the rest in another"
    );
}

#[test]
fn a_resource_does_not_grow_past_what_one_request_could_bring() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let add = |letter: &str| {
        let value = letter.repeat(600_000);
        tenant.patch(
            &path,
            &format!(r#"[{{"op":"add","path":"emails","value":[{{"value":"{value}"}}]}}]"#),
        )
    };
    assert_eq!(add("a").status, 200);
    assert_eq!(
        add("b").error(),
        "413 -: the resource would be larger than 1048576 bytes: remove some of its values first"
    );
    assert_eq!(
        tenant.get(&path).body["emails"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn changes_without_a_condition_all_happen_however_many_come_at_once() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    std::thread::scope(|scope| {
        for client in 0..8 {
            let (tenant, path) = (&tenant, &path);
            scope.spawn(move || {
                for number in 0..25 {
                    let value = format!("{client}-{number}");
                    let operations = format!(
                        r#"[{{"op":"add","path":"emails[type eq \"{value}\"].value","value":"x"}}]"#
                    );
                    let answer = tenant.patch(path, &operations);
                    assert_eq!(answer.status, 200, "{}", answer.body);
                }
            });
        }
    });
    assert_eq!(
        tenant.get(&path).body["emails"].as_array().map(Vec::len),
        Some(200)
    );
}
