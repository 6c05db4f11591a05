//! A target that somebody else writes to, that loses answers, or that has trouble.

use scimkit::{
    client::http::Method,
    mapping::MappingSet,
    provisioning::{Adoption, Options},
};
use scimkit_tests::{Company, Fault, Journey, Sent, TestEngine};
use serde_json::{Value, json};

use crate::{complaints, raw, switched_on, switched_on_with, two_people};

/// A list without anybody.
const NOBODY: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[]}"#;

/// A tenant in which somebody made `mira` by hand, and whose first look-up does not show it yet.
async fn with_hidden_mira(adoption: Adoption) -> (Journey, TestEngine) {
    let journey = Journey::begin().await;
    let made = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Mira@harborline.example","externalId":"by hand"}"#;
    assert_eq!(
        raw::send(&journey, Method::POST, "/Users", made)
            .await
            .status,
        201
    );
    let options = Options::default().with_adoption(adoption);
    let engine = switched_on(&journey, &two_people(), options).await;
    let mut hidden = false;
    journey.wire.spoil(move |sent| {
        let hides = !hidden && sent.is(&Method::GET, "mira");
        hidden |= hides;
        hides.then(|| Fault::Answer(200, NOBODY.into()))
    });
    (journey, engine)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_that_is_taken_is_adopted() {
    let (journey, engine) = with_hidden_mira(Adoption::Adopt).await;
    let report = journey.next(&engine).await;
    assert_eq!(
        (
            report.users.adopted,
            report.users.created,
            report.members_added,
            report.failed
        ),
        (1, 1, 2, 0)
    );
    let sent = journey.wire.take();
    let created = |sent: &Sent| sent.is(&Method::POST, "/Users") && sent.body.contains("mira");
    assert_eq!(
        sent.iter().filter(|sent| created(sent)).count(),
        1,
        "the 409 was met"
    );
    let mira = raw::user(&journey, "mira@harborline.example").await;
    assert_eq!(mira["externalId"], "mira");
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_that_is_taken_is_for_a_person_if_adoption_is_refused() {
    let (journey, engine) = with_hidden_mira(Adoption::Refuse).await;
    let report = journey.next(&engine).await;
    assert_eq!(
        (
            report.users.created,
            report.members_added,
            report.failed,
            report.deferred
        ),
        (1, 1, 1, 1)
    );
    insta::assert_snapshot!(complaints(&journey, &engine).await, @r#"
    failure Conflict: the user `mira@harborline.example`: it is in the target already (`userName eq "mira@harborline.example"`), and the options refuse to take it over
    skipped UnableToResolveReferenceAttributeValue: the membership of `mira@harborline.example` in the group `finance` waits: `mira@harborline.example` is not in the target
    "#);
    let mira = raw::user(&journey, "mira@harborline.example").await;
    assert_eq!(mira["externalId"], "by hand");

    raw::delete(&journey, "/Users", &mira).await;
    let report = journey.next(&engine).await;
    assert_eq!(
        (report.users.created, report.members_added, report.failed),
        (1, 1, 0)
    );
    assert!(engine.open_issues().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_nobody_twice() {
    let journey = Journey::begin().await;
    let engine = switched_on(&journey, &two_people(), Options::default()).await;
    let mut lost = 0;
    journey.wire.spoil(move |sent| {
        let loses = sent.method == Method::POST && lost < 1;
        lost += usize::from(loses);
        loses.then_some(Fault::LoseAnswer)
    });
    let report = journey.next(&engine).await;
    assert_eq!(
        (report.users.adopted, report.users.created, report.failed),
        (1, 1, 0)
    );
    assert_eq!(
        journey.tenant.read_back().await,
        undisturbed(&two_people()).await
    );
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kth_request_fails() {
    let people = ["ada", "bela", "chidi", "dana", "eino", "femi"];
    let company = people
        .iter()
        .fold(Company::new(), |company, id| company.user(id));
    let company = company
        .group("even", &["bela", "dana", "femi"])
        .group("all", &people)
        .assign("Group", &["even", "all"]);
    let expected = undisturbed(&company).await;
    for every in 2..=5_usize {
        for fault in [
            Fault::Answer(500, String::new()),
            Fault::DoneButStatus(500),
            Fault::LoseAnswer,
        ] {
            let journey = Journey::begin().await;
            let engine = switched_on(&journey, &company, Options::default()).await;
            let (mut number, spoiled) = (0, fault.clone());
            journey.wire.spoil(move |_| {
                number += 1;
                (number % every == 0).then(|| spoiled.clone())
            });
            for _ in 0..2 {
                let _ = journey.try_next(&engine).await;
            }
            journey.wire.heal();
            for _ in 0..2 {
                journey.next(&engine).await;
            }
            assert_eq!(
                journey.tenant.read_back().await,
                expected,
                "every {every}: {fault:?}"
            );
            assert!(engine.open_issues().await.unwrap().is_empty());
            assert!(journey.next(&engine).await.is_quiet());
            assert_eq!(journey.wire.take().len(), 1, "the probe alone");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_object_in_trouble_does_not_hold_up_the_others() {
    let journey = Journey::begin().await;
    let engine = switched_on(&journey, &two_people(), Options::default()).await;
    journey.wire.spoil(|sent| {
        let poisoned = sent.is(&Method::POST, "/Users") && sent.body.contains("mira");
        poisoned.then(|| Fault::Answer(500, "<h1>no</h1>".into()))
    });
    let report = journey.next(&engine).await;
    assert_eq!(
        (
            report.users.created,
            report.groups.created,
            report.members_added,
            report.failed
        ),
        (1, 1, 1, 1)
    );
    insta::assert_snapshot!(complaints(&journey, &engine).await, @r"
    failure InternalServerError: the user `mira@harborline.example`: `POST /Users`: the server has trouble (500 Internal Server Error): try again later; it answers `<h1>no</h1>`
    skipped UnableToResolveReferenceAttributeValue: the membership of `mira@harborline.example` in the group `finance` waits: `mira@harborline.example` is not in the target
    ");
    journey.wire.heal();
    let report = journey.next(&engine).await;
    assert_eq!(
        (report.users.created, report.members_added, report.failed),
        (1, 1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_gone_from_the_target_is_made_again() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&two_people()).await;
    let mira = raw::user(&journey, "mira@harborline.example").await;
    raw::delete(&journey, "/Users", &mira).await;
    let company = two_people().change("users", "mira", json!({ "surname": "Lovelace" }));
    let report = journey.next_with(&engine, &company).await;
    assert_eq!(
        (report.users.created, report.members_added, report.failed),
        (1, 1, 0)
    );
    let said = complaints(&journey, &engine)
        .await
        .replace(mira["id"].as_str().unwrap(), "ID");
    insta::assert_snapshot!(
        said,
        @"warning InvalidAnchor: the user `mira@harborline.example` was `ID` in the target and is gone from there: it is looked up anew"
    );
    assert_eq!(
        journey.tenant.read_back().await,
        undisturbed(&company).await
    );
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_gone_from_the_target_is_made_again() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&two_people()).await;
    let finance = raw::group(&journey, "finance").await;
    raw::delete(&journey, "/Groups", &finance).await;
    let company = Company::new()
        .user("mira")
        .user("tomasz")
        .user("nkechi")
        .group("finance", &["mira", "tomasz", "nkechi"])
        .assign("Group", &["finance"]);
    journey.next_with(&engine, &company).await;
    let said = complaints(&journey, &engine).await;
    assert!(
        said.contains("InvalidAnchor: the group `finance`"),
        "{said}"
    );
    settles(&journey, &engine, &company).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_gone_from_the_target_is_made_again() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&two_people()).await;
    let mira = raw::user(&journey, "mira@harborline.example").await;
    raw::delete(&journey, "/Users", &mira).await;
    let company = two_people()
        .group("audit", &["mira"])
        .assign("Group", &["audit"]);
    let report = journey.next_with(&engine, &company).await;
    assert_eq!(report.groups.created, 1);
    let said = complaints(&journey, &engine).await;
    assert!(said.contains("mira@harborline.example"), "{said}");
    settles(&journey, &engine, &company).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_gets_a_manager_after_being_gone_from_the_target() {
    let journey = Journey::begin().await;
    let engine = switched_on_with(
        &journey,
        &two_people(),
        MappingSet::generic_scim(),
        Options::default(),
    )
    .await;
    journey.next(&engine).await;
    let mira = raw::user(&journey, "mira@harborline.example").await;
    raw::delete(&journey, "/Users", &mira).await;
    let company = two_people().change("users", "mira", json!({ "manager": { "id": "tomasz" } }));
    journey.next_with(&engine, &company).await;
    journey.next(&engine).await;
    let mira = raw::user(&journey, "mira@harborline.example").await;
    let tomasz = raw::user(&journey, "tomasz@harborline.example").await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(mira[enterprise]["manager"]["value"], tomasz["id"]);
    assert!(journey.next(&engine).await.is_quiet());
    assert!(engine.open_issues().await.unwrap().is_empty());
}

/// After one more cycle the target is as it would be had nothing happened, and the engine is quiet.
async fn settles(journey: &Journey, engine: &TestEngine, company: &Company) {
    journey.next(engine).await;
    assert_eq!(journey.tenant.read_back().await, undisturbed(company).await);
    assert!(journey.next(engine).await.is_quiet());
    assert!(engine.open_issues().await.unwrap().is_empty());
}

/// What a tenant holds after nothing but one cycle over this directory.
async fn undisturbed(company: &Company) -> Value {
    let journey = Journey::begin().await;
    journey.onboard(company).await;
    journey.tenant.read_back().await
}
