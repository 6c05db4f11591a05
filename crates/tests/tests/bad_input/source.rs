//! A directory that is broken, cut off, or contradicts itself.

use std::fs;

use scimkit::{client::http::Method, mapping::MappingSet, provisioning::Options};
use scimkit_tests::{Company, Journey};
use serde_json::json;

use crate::{complaints, raw, switched_on_with, two_people};

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_file_cut_in_the_middle() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&two_people()).await;
    let before = journey.tenant.read_back().await;
    let whole = fs::read_to_string(journey.directory_file()).unwrap();
    let half = whole.split_at(whole.len() / 2).0;
    fs::write(journey.directory_file(), half).unwrap();

    let ended = journey.try_next(&engine).await.unwrap_err();
    insta::assert_snapshot!(
        ended.to_string().replace(&half.len().to_string(), "HALF"),
        @"the directory file is incomplete: it ends at line 1, byte HALF, in the middle of a value; export it again"
    );
    assert!(
        complaints(&journey, &engine)
            .await
            .starts_with("failure IncompleteSource: the directory file is incomplete")
    );
    assert!(journey.wire.take().iter().all(|sent| !sent.is_write()));
    assert_eq!(journey.tenant.read_back().await, before);

    fs::write(journey.directory_file(), whole).unwrap();
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_file_without_users() {
    let journey = Journey::begin().await;
    let mut company = two_people();
    let engine = journey.onboard(&company).await;
    let before = journey.tenant.read_back().await;
    company
        .document_mut()
        .as_object_mut()
        .unwrap()
        .remove("users");

    assert!(journey.next_with(&engine, &company).await.is_quiet());
    insta::assert_snapshot!(
        complaints(&journey, &engine).await,
        @"warning IncompleteSource: nothing is removed, since the directory file has no `users`: the directory has to be read again as a whole"
    );
    assert_eq!(journey.tenant.read_back().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_file_with_a_next_link_left_in() {
    let journey = Journey::begin().await;
    let company = two_people()
        .group("audit", &["mira"])
        .assign("Group", &["audit"]);
    let engine = journey.onboard(&company).await;

    let mut company = company
        .without("users", "tomasz")
        .without("groups", "audit")
        .user("nkechi")
        .change("users", "mira", json!({ "surname": "Lovelace" }))
        .assign("User", &["nkechi"]);
    company.document_mut()["users@odata.nextLink"] =
        "https://graph.example/v1.0/users?$skiptoken=2".into();
    let report = journey.next_with(&engine, &company).await;
    assert_eq!((report.users.created, report.users.updated), (1, 1));
    assert_eq!(
        (
            report.users.disabled,
            report.users.deleted,
            report.groups.deleted,
            report.members_removed
        ),
        (0, 0, 0, 0)
    );
    insta::assert_snapshot!(
        complaints(&journey, &engine).await,
        @"warning IncompleteSource: nothing is removed, since the file has further pages that are not in the file (`@odata.nextLink`): the directory has to be read again as a whole"
    );

    company
        .document_mut()
        .as_object_mut()
        .unwrap()
        .remove("users@odata.nextLink");
    let report = journey.next_with(&engine, &company).await;
    assert_eq!((report.users.deleted, report.groups.deleted), (1, 1));
    assert!(engine.open_issues().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_whose_names_differ_in_case_only() {
    let journey = Journey::begin().await;
    let twin = json!({
        "id": "twin", "userPrincipalName": "MIRA@harborline.example", "mail": "twin@harborline.example",
        "displayName": "Twin", "givenName": "Twin", "surname": "Test", "accountEnabled": true
    });
    let company = two_people().person(twin).assign("User", &["twin"]);
    let engine = journey.onboard(&company).await;
    insta::assert_snapshot!(
        complaints(&journey, &engine).await,
        @"failure DuplicateSourceEntries: the user `MIRA@harborline.example`: in the directory, `mira@harborline.example` would be the same object of the target (`userName eq \"MIRA@harborline.example\"`): only `mira@harborline.example` is provisioned"
    );
    let users = journey.tenant.read_back().await;
    let names: Vec<_> = users["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["userName"])
        .collect();
    assert_eq!(
        names,
        ["mira@harborline.example", "tomasz@harborline.example"]
    );
    assert_eq!(users["users"][0]["name"]["givenName"], "mira");

    let report = journey.next(&engine).await;
    assert!(report.is_quiet() && report.failed == 1);
    assert_eq!(
        journey.wire.take().len(),
        1,
        "what cannot be is not asked for again"
    );

    let company = company.change(
        "users",
        "twin",
        json!({ "userPrincipalName": "twin@harborline.example" }),
    );
    assert_eq!(journey.next_with(&engine, &company).await.users.created, 1);
    assert!(engine.open_issues().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_person_in_the_way_of_another() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&two_people()).await;
    let company = two_people()
        .user("nkechi")
        .assign("User", &["nkechi"])
        .change(
            "users",
            "tomasz",
            json!({ "userPrincipalName": "Mira@harborline.example" }),
        );
    let report = journey.next_with(&engine, &company).await;
    assert_eq!(
        (report.users.created, report.users.updated, report.failed),
        (1, 0, 1)
    );
    let tomasz = raw::user(&journey, "tomasz@harborline.example").await;
    let said = complaints(&journey, &engine).await;
    insta::assert_snapshot!(
        said.replace(tomasz["id"].as_str().unwrap(), "ID"),
        @r#"failure Conflict: the user `Mira@harborline.example`: `mira@harborline.example` has `userName eq "Mira@harborline.example"` and keeps it; `PATCH /Users/ID`: another resource is in the way (409); the server says: uniqueness: the value of `userName` is taken: choose another, or change the resource that has it"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_cycle() {
    let journey = Journey::begin().await;
    let company = two_people()
        .change("users", "mira", json!({ "manager": { "id": "tomasz" } }))
        .change("users", "tomasz", json!({ "manager": { "id": "mira" } }));
    let engine = switched_on_with(
        &journey,
        &company,
        MappingSet::generic_scim(),
        Options::default(),
    )
    .await;
    let report = journey.next(&engine).await;
    assert_eq!(
        (report.users.created, report.references, report.failed),
        (2, 2, 0)
    );
    insta::assert_snapshot!(
        complaints(&journey, &engine).await,
        @"warning ManagerCycle: `mira@harborline.example` reports to `tomasz@harborline.example` reports to `mira@harborline.example`: correct the manager of one of them in the directory"
    );
    let mira = raw::user(&journey, "mira@harborline.example").await;
    let tomasz = raw::user(&journey, "tomasz@harborline.example").await;
    assert_eq!(mira[ENTERPRISE]["manager"]["value"], tomasz["id"]);
    assert_eq!(tomasz[ENTERPRISE]["manager"]["value"], mira["id"]);
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_contains_itself() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("mira")
        .group_of("finance", &["mira"], &["finance"])
        .assign("Group", &["finance"]);
    let engine = journey.onboard(&company).await;
    insta::assert_snapshot!(
        complaints(&journey, &engine).await,
        @"skipped NestedGroup: the group `finance` is a member of itself: remove it from its own members"
    );
    let finance = raw::group(&journey, "finance").await;
    let path = format!(
        "/Groups/{}?attributes=members",
        finance["id"].as_str().unwrap()
    );
    let members = raw::send(&journey, Method::GET, &path, "").await.body["members"].take();
    assert_eq!(members.as_array().unwrap().len(), 1);
    let report = journey.next(&engine).await;
    assert!(report.is_quiet() && report.skipped == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_the_directory_does_not_have() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("mira")
        .group("finance", &["mira", "nobody"])
        .assign("Group", &["finance"]);
    let engine = journey.onboard(&company).await;
    insta::assert_snapshot!(
        complaints(&journey, &engine).await,
        @"skipped UnableToResolveReferenceAttributeValue: the membership of `nobody` in the group `finance` waits: `nobody` is not in the directory"
    );
    let report = journey.next_with(&engine, &company.user("nobody")).await;
    assert_eq!((report.users.created, report.members_added), (1, 1));
    assert!(engine.open_issues().await.unwrap().is_empty());
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
