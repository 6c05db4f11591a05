//! Groups and the membership relation, as clients see it.

use scimkit_server::{Profile, UserGroups, http::Method};
use serde_json::{Value, json};

use crate::tenant::Tenant;

fn members(group: &Value) -> Vec<&str> {
    let members = group["members"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    members
        .iter()
        .map(|member| member["value"].as_str().unwrap())
        .collect()
}

#[test]
fn members_are_resolved_on_read() {
    let tenant = Tenant::new(Profile::lenient());
    let user = tenant.user("mira@x");
    let named = r#"[{"op":"add","path":"displayName","value":"Mira"}]"#;
    assert_eq!(tenant.patch(&format!("/Users/{user}"), named).status, 200);
    let group = tenant.group("Staff", &[&user]);
    let read = tenant.get(&format!("/Groups/{group}"));
    assert_eq!(
        read.body["members"],
        json!([{ "value": user, "$ref": format!("https://tenant.example/scim/v2/Users/{user}"), "type": "User", "display": "Mira" }])
    );
    let read = tenant.get(&format!("/Users/{user}"));
    assert_eq!(
        read.body["groups"],
        json!([{ "value": group, "$ref": format!("https://tenant.example/scim/v2/Groups/{group}"), "display": "Staff", "type": "direct" }])
    );
    assert_eq!(
        tenant
            .get(&format!("/Groups/{group}?excludedAttributes=members"))
            .body["members"],
        Value::Null
    );
    assert_eq!(
        tenant.get("/Groups?attributes=displayName").body["Resources"][0]["members"],
        Value::Null
    );
}

#[test]
fn the_name_of_a_member_is_not_the_clients_to_say() {
    let tenant = Tenant::new(Profile::lenient());
    let schema = tenant.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group");
    let attributes = schema.body["attributes"].as_array().unwrap();
    let members = attributes
        .iter()
        .find(|it| it["name"] == "members")
        .unwrap();
    let parts = members["subAttributes"].as_array().unwrap();
    let display = parts.iter().find(|it| it["name"] == "display").unwrap();
    assert_eq!(display["mutability"], "readOnly");

    let user = tenant.user("mira@x");
    let body =
        format!(r#"{{"displayName":"Staff","members":[{{"value":"{user}","display":"Boss"}}]}}"#);
    let created = tenant.post("/Groups", &body);
    assert_eq!(created.status, 201);
    assert_eq!(created.body["members"][0]["display"], Value::Null);
}

#[test]
fn a_patch_of_members_answers_204_and_adds_up() {
    let tenant = Tenant::new(Profile::lenient());
    let (a, b) = (tenant.user("a@x"), tenant.user("b@x"));
    let path = format!("/Groups/{}", tenant.group("Staff", &[]));
    let add = format!(
        r#"[{{"op":"Add","path":"members","value":[{{"$ref":null,"value":"{a}"}},{{"value":"{b}"}}]}}]"#
    );
    for _ in 0..2 {
        let answer = tenant.patch(&path, &add);
        assert_eq!(
            (answer.status.as_u16(), answer.response.body().len()),
            (204, 0)
        );
    }
    assert_eq!(members(&tenant.get(&path).body), [&a, &b]);
    assert_eq!(tenant.events().len(), 4, "the repetition changed nothing");
    tenant.patch(
        &path,
        &format!(r#"[{{"op":"Remove","path":"members","value":[{{"value":"{a}"}}]}}]"#),
    );
    assert_eq!(members(&tenant.get(&path).body), [&b]);
    tenant.patch(&path, &format!(r#"[{{"op":"remove","path":"members[value eq \"{b}\"]"}},{{"op":"replace","path":"displayName","value":"Crew"}}]"#));
    let read = tenant.get(&path).body;
    assert_eq!(
        (read["displayName"].as_str(), members(&read)),
        (Some("Crew"), vec![])
    );
}

#[test]
fn unknown_members_are_refused_or_left_out_by_profile() {
    for (profile, status, kept) in [(Profile::strict(), 400, 0), (Profile::lenient(), 204, 1)] {
        let tenant = Tenant::new(profile);
        let user = tenant.user("a@x");
        let path = format!("/Groups/{}", tenant.group("Staff", &[]));
        let answer = tenant.patch(&path, &format!(r#"[{{"op":"add","path":"members","value":[{{"value":"{user}"}},{{"value":"gone"}}]}}]"#));
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(members(&tenant.get(&path).body).len(), kept);
        let alone = tenant.patch(
            &path,
            r#"[{"op":"add","path":"members","value":[{"value":"gone"}]}]"#,
        );
        assert_eq!(
            alone.error(),
            "400 invalidValue: there is no resource `gone` that could be a member"
        );
    }
}

#[test]
fn a_member_without_value_is_refused() {
    let tenant = Tenant::new(Profile::lenient());
    let body = r#"{"displayName":"Staff","members":[{"display":"mira@x"}]}"#;
    assert_eq!(
        tenant.post("/Groups", body).error(),
        "400 invalidValue: `members[0]`: a member needs a `value`: the id of a resource"
    );
    assert_eq!(tenant.get("/Groups").body["totalResults"], 0);
}

#[test]
fn deleting_a_user_ends_its_memberships() {
    let tenant = Tenant::new(Profile::lenient());
    let user = tenant.user("a@x");
    let path = format!("/Groups/{}", tenant.group("Staff", &[&user]));
    let before = tenant.get(&path);
    tenant.send(Method::DELETE, &format!("/Users/{user}"), "");
    let after = tenant.get(&path);
    assert_eq!(members(&after.body), [""; 0]);
    assert_ne!(before.header("etag"), after.header("etag"));
}

#[test]
fn a_replacement_without_members_leaves_them_and_an_empty_list_does_not() {
    let tenant = Tenant::new(Profile::lenient());
    let user = tenant.user("a@x");
    let path = format!("/Groups/{}", tenant.group("Staff", &[&user]));
    tenant.send(Method::PUT, &path, r#"{"displayName":"Crew"}"#);
    assert_eq!(members(&tenant.get(&path).body), [&user]);
    for empty in ["[]", "null"] {
        let emptied = format!(r#"{{"displayName":"Crew","MEMBERS":{empty}}}"#);
        assert_eq!(tenant.send(Method::PUT, &path, &emptied).status, 200);
        assert_eq!(
            members(&tenant.get(&path).body),
            [""; 0],
            "{empty} says that nobody is in it"
        );
        tenant.patch(
            &path,
            &format!(r#"[{{"op":"add","path":"members","value":[{{"value":"{user}"}}]}}]"#),
        );
    }
}

#[test]
fn the_netskope_profile_shows_members_only_when_asked() {
    let tenant = Tenant::new(Profile::netskope());
    let user = tenant.user("a@x");
    let group = tenant.group("Staff", &[&user]);
    assert_eq!(
        tenant.get(&format!("/Groups/{group}")).body["members"],
        Value::Null
    );
    assert_eq!(
        members(
            &tenant
                .get(&format!("/Groups/{group}?attributes=members"))
                .body
        ),
        [&user]
    );
    assert_eq!(
        tenant.get(&format!("/Users/{user}")).body["groups"],
        Value::Null
    );
    let patched = tenant.patch(
        &format!("/Users/{user}"),
        r#"[{"op":"replace","path":"title","value":"x"}]"#,
    );
    assert_eq!(patched.status, 204);
    assert_eq!(
        tenant.get("/Users/none").header("content-type"),
        "application/json"
    );
}

#[test]
fn groups_in_groups_are_shown_as_indirect_where_the_profile_says_so() {
    let mut tenant = Tenant::new(Profile::lenient());
    let user = tenant.user("mira@x");
    let crew = tenant.group("Crew", &[&user]);
    let fleet = tenant.group("Fleet", &[&crew]);
    let company = tenant.group("Company", &[&fleet, &crew]);
    // A circle ends where it began.
    let circle = format!(r#"[{{"op":"add","path":"members","value":[{{"value":"{company}"}}]}}]"#);
    assert_eq!(
        tenant.patch(&format!("/Groups/{crew}"), &circle).status,
        204
    );
    let shown = |tenant: &Tenant| {
        let user = tenant.get(&format!("/Users/{user}")).body;
        let group = |group: &Value| format!("{} {}", group["display"], group["type"]);
        let groups = user["groups"].as_array().unwrap().iter().map(group);
        groups.collect::<Vec<_>>()
    };
    assert_eq!(shown(&tenant), [r#""Crew" "direct""#]);
    let mut profile = Profile::lenient();
    profile.user_groups = UserGroups::Nested;
    tenant.service = tenant.service.clone().with_profile(profile);
    assert_eq!(
        shown(&tenant),
        [
            r#""Crew" "direct""#,
            r#""Fleet" "indirect""#,
            r#""Company" "indirect""#
        ]
    );
}

#[test]
fn a_large_group_is_shown_alone_as_it_is_shown_on_a_page() {
    let tenant = Tenant::new(Profile::lenient());
    let users: Vec<_> = (0..1_250)
        .map(|number| tenant.user(&format!("user-{number}")))
        .collect();
    let users: Vec<&str> = users.iter().map(|id| &**id).collect();
    let large = tenant.group("Large", &users);
    let none = tenant.group("None", &[]);
    for id in [large, none] {
        for asked in [
            "",
            "attributes=members.value",
            "attributes=displayName",
            "excludedAttributes=members.$ref,meta",
        ] {
            let alone = tenant.get(&format!("/Groups/{id}?{asked}"));
            let page = tenant.get(&format!("/Groups?filter=id+eq+%22{id}%22&{asked}"));
            assert_eq!(alone.body, page.body["Resources"][0], "{asked}");
            let (alone, page) = (alone.response.into_body(), page.response.into_body());
            let (alone, page) = (
                String::from_utf8_lossy(&alone),
                String::from_utf8_lossy(&page),
            );
            assert!(page.contains(&*alone), "in the same order: {asked}");
        }
    }
}

#[test]
fn a_group_that_no_answer_can_hold_is_refused_with_a_way_out() {
    let mut tenant = Tenant::new(Profile::lenient());
    let (one, two) = (tenant.user("one"), tenant.user("two"));
    let group = format!("/Groups/{}", tenant.group("Crew", &[&one, &two]));
    let mut limits = scimkit_server::Limits::default();
    limits.response = 150;
    tenant.service = tenant.service.clone().with_limits(limits);
    assert_eq!(
        tenant.get(&group).error(),
        "400 tooMany: the group has more members than an answer may hold: exclude `members`, or filter by `members.value`"
    );
    assert_eq!(
        tenant
            .get(&format!("{group}?excludedAttributes=members"))
            .status,
        200
    );
}
