//! J24 to J28: those who read the tenant: its users page, its groups page, its policy editor.

use scimkit::{
    client::{Client, ErrorKind},
    filter::{AttributePath, Path},
    patch::{Operation, PatchOp},
    protocol::Projection,
    reqwest::ReqwestTransport,
    schema::{Complex, Resource, ResourceId, Value, core},
    server::{PrincipalKind, Standing},
};
use scimkit_tests::{Company, Journey};
use serde_json::json;

use crate::{find_groups, find_users, get, members};

#[tokio::test]
async fn j24_the_users_page_lists_active_users_by_mail_and_name() {
    let journey = provisioned().await;
    let client = journey.tenant.client(&journey.token);
    assert_eq!(
        users_page(&client, "active eq true").await,
        [
            line("Mira.Okafor@Harborline.example", "Mira Okafor"),
            line("leila.haddad@harborline.example", "ليلى الحداد"),
            line("tomas@harborline.example", "tomas Test"),
        ],
        "in the case that was sent, and without whoever is disabled"
    );
}

#[tokio::test]
async fn j24_the_users_page_is_filtered_in_any_case() {
    let journey = provisioned().await;
    let client = journey.tenant.client(&journey.token);
    let mira = [line("Mira.Okafor@Harborline.example", "Mira Okafor")];
    for filter in [
        r#"emails.value co "OKAFOR@""#,
        r#"emails[value eq "mira.okafor@harborline.EXAMPLE"]"#,
        r#"userName eq "mira.okafor@harborline.example""#,
        r#"name.familyName sw "oka" and active eq true"#,
    ] {
        assert_eq!(users_page(&client, filter).await, mira, "{filter}");
    }
    let disabled = users_page(&client, "active eq false").await;
    assert_eq!(disabled, [line("gone@harborline.example", "gone Test")]);
}

#[tokio::test]
async fn j25_the_groups_page_keeps_case_and_compares_without_it() {
    let journey = provisioned().await;
    let client = journey.tenant.client(&journey.token);
    let names = |groups: Vec<Resource>| -> Vec<String> {
        let names = groups.iter().map(|group| group.text("displayName"));
        let mut names: Vec<_> = names.map(|name| name.unwrap().to_owned()).collect();
        // new groups go side by side, so either may be the first
        names.sort();
        names
    };
    assert_eq!(
        names(find_groups(&client, "").await),
        ["Dockside-Ops", "R&D \"Blue\\Sky\""]
    );
    for filter in [
        r#"displayName eq "dockside-ops""#,
        r#"displayName co "SIDE""#,
        r#"displayName sw "dock""#,
    ] {
        let found = names(find_groups(&client, filter).await);
        assert_eq!(found, ["Dockside-Ops"], "{filter}");
    }
    let same = Resource::new(core::GROUP).with("displayName", "DOCKSIDE-OPS");
    let refused = client.create(&core::group_type(), &same).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn j25_a_group_opens_its_member_list() {
    let journey = provisioned().await;
    let client = journey.tenant.client(&journey.token);
    let mut page = member_page(&client, &group_id(&client, "Dockside-Ops").await).await;
    page.sort_unstable();
    assert_eq!(
        page,
        [
            line("Mira.Okafor@Harborline.example", "Mira Okafor"),
            line("tomas@harborline.example", "tomas Test"),
        ]
    );
    page.retain(|(email, name)| format!("{email} {name}").to_lowercase().contains("okaf"));
    assert_eq!(page.len(), 1, "the search of the member list");
}

#[tokio::test]
async fn j26_groups_include_users_and_nobody_unknown() {
    let journey = provisioned().await;
    let client = journey.tenant.client(&journey.token);
    let group = group_id(&client, "Dockside-Ops").await;
    let before = members(&client, &group).await;
    let leila = find_users(&client, r#"userName sw "leila""#).await[0]
        .id()
        .unwrap();

    let nobody = "00000000-dead-4000-8000-000000000000";
    add_members(&client, &group, &[nobody, leila.as_str()])
        .await
        .unwrap();
    let mut wanted = before.clone();
    wanted.push(leila.as_str().into());
    wanted.sort_unstable();
    let mut after = members(&client, &group).await;
    after.sort_unstable();
    assert_eq!(
        after, wanted,
        "the known one joins, the unknown one is no blank"
    );
    let event = journey.tenant.events().await.pop().unwrap();
    assert!(
        event.draft.notes.iter().any(|note| note.contains(nobody)),
        "and is named"
    );

    add_members(&client, &group, &[nobody]).await.unwrap_err();
    assert_eq!(members(&client, &group).await.len(), wanted.len());
}

#[tokio::test]
async fn j26_every_member_has_a_name_and_is_there_once() {
    let journey = provisioned().await;
    let client = journey.tenant.client(&journey.token);
    let group = group_id(&client, "Dockside-Ops").await;
    let ids = members(&client, &group).await;
    let again: Vec<_> = ids.iter().map(|id| &**id).collect();
    add_members(&client, &group, &again).await.unwrap();
    assert_eq!(members(&client, &group).await, ids);

    let url = format!(
        "{}/Groups/{group}?attributes=members",
        journey.tenant.base_url
    );
    let (_, shown) = get(&url, &journey.token).await;
    for member in shown["members"].as_array().unwrap() {
        assert!(!member["value"].as_str().unwrap().is_empty());
        assert!(!member["display"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn j26_whoever_is_deleted_leaves_the_member_list() {
    let journey = provisioned().await;
    let client = journey.tenant.client(&journey.token);
    let group = group_id(&client, "Dockside-Ops").await;
    let tomas = find_users(&client, r#"userName sw "tomas""#).await[0]
        .id()
        .unwrap();
    client.delete(&core::user_type(), &tomas).await.unwrap();
    let page = member_page(&client, &group).await;
    assert_eq!(
        page,
        [line("Mira.Okafor@Harborline.example", "Mira Okafor")]
    );
}

#[tokio::test]
async fn j27_the_policy_editor_offers_active_users_and_groups() {
    let journey = provisioned().await;
    let pick = |kind, fragment| journey.tenant.pick(kind, fragment);
    let all_users = ["Mira Okafor", "tomas Test", "ليلى الحداد"];
    let mut shown = pick(PrincipalKind::User, "").await;
    shown.sort_unstable();
    assert_eq!(shown, all_users, "view all, without whoever is disabled");
    let all_groups = ["Dockside-Ops", "R&D \"Blue\\Sky\""];
    let mut shown = pick(PrincipalKind::Group, "").await;
    shown.sort_unstable();
    assert_eq!(shown, all_groups);

    for fragment in ["okafor", "OKAFOR", "kaf", "ira.oka", "R@HARBORLINE.EX"] {
        // a fragment of the name, the mail or the user name
        let found = pick(PrincipalKind::User, fragment).await;
        assert!(
            found.contains(&"Mira Okafor".to_owned()),
            "{fragment}: {found:?}"
        );
    }
    assert_eq!(pick(PrincipalKind::User, "حداد").await, ["ليلى الحداد"]);
    assert_eq!(pick(PrincipalKind::Group, "SIDE-o").await, ["Dockside-Ops"]);
    assert_eq!(
        pick(PrincipalKind::Group, "blue\\").await,
        ["R&D \"Blue\\Sky\""]
    );
    assert_eq!(pick(PrincipalKind::Group, "\" or id pr").await, [""; 0]);
    assert_eq!(pick(PrincipalKind::User, "gone").await, [""; 0]);
    assert_eq!(pick(PrincipalKind::User, "nobody").await, [""; 0]);
}

#[tokio::test]
async fn j27_the_name_that_is_shown_can_be_typed() {
    let journey = provisioned().await;
    let shown = journey.tenant.pick(PrincipalKind::User, "").await;
    assert_eq!(shown.len(), 3);
    for name in shown {
        let found = journey.tenant.pick(PrincipalKind::User, &name).await;
        assert_eq!(found, [name.as_str()], "`{name}` is offered, but not found");
    }
}

#[tokio::test]
async fn j27_whoever_is_provisioned_can_be_picked_and_whoever_is_disabled_cannot() {
    let journey = Journey::begin().await;
    let company = Company::new().user("mira").assign("User", &["mira"]);
    let engine = journey.onboard(&company).await;
    let pick = |fragment| journey.tenant.pick(PrincipalKind::User, fragment);
    assert_eq!(pick("MIRA").await, ["mira Test"]);
    assert_eq!(pick("noor").await, [""; 0]);

    let more = company.user("noor").assign("User", &["noor"]);
    let fewer = more.change("users", "mira", json!({ "accountEnabled": false }));
    journey.next_with(&engine, &fewer).await;
    assert_eq!(pick("noor").await, ["noor Test"]);
    assert_eq!(pick("MIRA").await, [""; 0]);

    let back = fewer.change("users", "mira", json!({ "accountEnabled": true }));
    journey.next_with(&engine, &back).await;
    assert_eq!(pick("MIRA").await, ["mira Test"]);
}

#[tokio::test]
async fn j28_a_policy_knows_the_last_name_of_a_group_that_is_gone() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("mira")
        .assign("User", &["mira"])
        .group("finance", &[])
        .assign("Group", &["finance"]);
    let engine = journey.onboard(&company).await;
    let policy = journey
        .tenant
        .pick_ids(PrincipalKind::Group, "finance")
        .await;

    let renamed = json!({ "displayName": "Treasury" });
    let renamed = company.change("groups", "finance", renamed);
    journey.next_with(&engine, &renamed).await;
    let standing = journey.tenant.resolve(&policy).await;
    let [Standing::Present(principal)] = standing.as_slice() else {
        panic!("{standing:?}")
    };
    assert_eq!(&*principal.name, "Treasury", "the id survives a rename");

    let gone = renamed.unassign("finance").without("groups", "finance");
    journey.next_with(&engine, &gone).await;
    let standing = journey.tenant.resolve(&policy).await;
    let [Standing::Deleted { kind, name, .. }] = standing.as_slice() else {
        panic!("{standing:?}")
    };
    assert_eq!(
        (*kind, name.as_deref()),
        (PrincipalKind::Group, Some("Treasury"))
    );
}

/// A tenant with three active users, a disabled one and two groups.
async fn provisioned() -> Journey {
    let journey = Journey::begin().await;
    let mail = "Mira.Okafor@Harborline.example";
    let leila = "leila.haddad@harborline.example";
    let blue = json!({ "displayName": "R&D \"Blue\\Sky\"" });
    let company = Company::new()
        .person(json!({
            "id": "mira", "userPrincipalName": mail, "mail": mail, "mailNickname": "Mira.Okafor",
            "givenName": "Mira", "surname": "Okafor", "accountEnabled": true
        }))
        .person(json!({
            "id": "leila", "userPrincipalName": leila, "mail": leila, "mailNickname": "leila",
            "givenName": "ليلى", "surname": "الحداد", "accountEnabled": true
        }))
        .user("tomas")
        .user("gone")
        .group("Dockside-Ops", &["mira", "tomas"])
        .group("blue", &[])
        .change("groups", "blue", blue)
        .assign("User", &["leila", "gone"])
        .assign("Group", &["Dockside-Ops", "blue"]);
    let engine = journey.onboard(&company).await;
    let disabled = company.change("users", "gone", json!({ "accountEnabled": false }));
    journey.next_with(&engine, &disabled).await;
    journey
}

/// The page's lines, e-mail and "given family" name, sorted.
async fn users_page(client: &Client<ReqwestTransport>, filter: &str) -> Vec<(String, String)> {
    let users = find_users(client, filter).await;
    let mut lines: Vec<_> = users.iter().map(user_line).collect();
    lines.sort_unstable();
    lines
}

/// The lines of a member list: each member is a user that can be read.
async fn member_page(
    client: &Client<ReqwestTransport>,
    group: &ResourceId,
) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for id in members(client, group).await {
        let id = ResourceId::new(&id).unwrap();
        let user = client
            .get(&core::user_type(), &id, &Projection::Default)
            .await;
        lines.push(user_line(&user.unwrap()));
    }
    lines
}

fn user_line(user: &Resource) -> (String, String) {
    let email = &user.get("emails").unwrap().elements()[0];
    let email = email.as_complex().unwrap().text("value").unwrap();
    let name = user.get("name").unwrap().as_complex().unwrap();
    let part = |part| name.text(part).unwrap();
    line(
        email,
        &format!("{} {}", part("givenName"), part("familyName")),
    )
}

fn line(email: &str, name: &str) -> (String, String) {
    (email.to_owned(), name.to_owned())
}

async fn group_id(client: &Client<ReqwestTransport>, name: &str) -> ResourceId {
    let found = find_groups(client, &format!("displayName eq \"{name}\"")).await;
    found[0].id().unwrap()
}

async fn add_members(
    client: &Client<ReqwestTransport>,
    group: &ResourceId,
    ids: &[&str],
) -> Result<(), scimkit::client::Error> {
    let members = ids
        .iter()
        .map(|id| Value::from(Complex::new().with("value", *id)));
    let path = Path::from(AttributePath::new("members"));
    let patch = PatchOp::new([Operation::add(path, members.collect::<Value>())]);
    client.patch(&core::group_type(), group, &patch).await?;
    Ok(())
}
