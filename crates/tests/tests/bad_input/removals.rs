//! A directory that seems to have lost many people at once.

use scimkit::provisioning::CycleErrorKind;
use scimkit_tests::{Company, Journey};
use serde_json::Value;

use crate::complaints;

fn names() -> Vec<String> {
    (0..100)
        .map(|number| format!("person-{number:02}"))
        .collect()
}

/// A hundred people in one assigned group.
fn hundred_people() -> Company {
    let people = names();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let company = people
        .iter()
        .fold(Company::new(), |company, id| company.user(id));
    company
        .group("everybody", &people)
        .assign("Group", &["everybody"])
}

/// The hundred without the first sixty.
fn forty_people() -> Company {
    (0..60).fold(hundred_people(), |company, number| {
        company.without("users", &format!("person-{number:02}"))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_guard_allows_is_removed_only_once_it_is_allowed() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&hundred_people()).await;

    forty_people()
        .user("newcomer")
        .assign("User", &["newcomer"])
        .write(&journey.directory_file());
    for created in [1, 0] {
        if created == 0 {
            // in quarantine it is tried again after six hours
            journey.clock.advance(6 * 3_600);
        }
        let held = journey.try_next(&engine).await.unwrap_err();
        assert!(matches!(
            held.kind(),
            CycleErrorKind::TooManyDeletes {
                count: 60,
                limit: 10,
                ..
            }
        ));
        let report = held.report().unwrap();
        assert_eq!(
            (
                report.users.created,
                report.users.deleted,
                report.members_removed
            ),
            (created, 0, 0)
        );
    }
    let said = complaints(&journey, &engine).await;
    let mut said = said.lines();
    insta::assert_snapshot!(
        said.next().unwrap(),
        @"warning TooManyDeletes: 60 objects to disable or delete are more than the 10 that one cycle may do: none of them was done; look at them, and allow it once if they are right"
    );
    insta::assert_snapshot!(
        said.next().unwrap(),
        @"warning TooManyDeletes: the user `person-00@harborline.example` would be deleted: allow it once if that is right"
    );
    assert_eq!(said.count(), 59, "each of the others by name, once");
    assert_eq!(user_names(&journey).await.len(), 101);

    engine.allow_deletions().await.unwrap();
    let report = journey.next(&engine).await;
    assert_eq!((report.users.deleted, report.failed), (60, 0));
    assert_eq!(user_names(&journey).await.len(), 41);
    assert!(engine.open_issues().await.unwrap().is_empty());
    assert!(journey.next(&engine).await.is_quiet());

    // allowed once is not allowed for ever
    let few = (60..75).fold(forty_people(), |company, number| {
        company.without("users", &format!("person-{number}"))
    });
    few.write(&journey.directory_file());
    assert!(journey.try_next(&engine).await.is_err());
    assert_eq!(user_names(&journey).await.len(), 41);
}

async fn user_names(journey: &Journey) -> Vec<Value> {
    let users = journey.tenant.read_back().await["users"].take();
    users
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["userName"].clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_has_nothing_any_more() {
    let journey = Journey::begin().await;
    let company = Company::new().user("mira").assign("User", &["mira"]);
    let engine = journey.onboard(&company).await;
    let before = journey.tenant.read_back().await;

    Company::new().write(&journey.directory_file());
    let ended = journey.try_next(&engine).await.unwrap_err();
    assert!(matches!(
        ended.kind(),
        CycleErrorKind::SourceEmpty { linked: 1 }
    ));
    insta::assert_snapshot!(
        complaints(&journey, &engine).await,
        @"failure IncompleteSource: the directory is empty, but 1 objects were provisioned from it: nothing was removed; look whether the export is right"
    );
    assert_eq!(journey.tenant.read_back().await, before);

    // even a person who allows deletions does not mean that
    engine.allow_deletions().await.unwrap();
    assert!(journey.try_next(&engine).await.is_err());
    assert_eq!(journey.tenant.read_back().await, before);

    company.write(&journey.directory_file());
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_memberships_than_the_guard_allows_are_removed_only_once_it_is_allowed() {
    let journey = Journey::begin().await;
    let people = names();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let company = hundred_people().assign("User", &people);
    let engine = journey.onboard(&company).await;
    let before = journey.tenant.read_back().await;

    let company = company
        .without("groups", "everybody")
        .group("everybody", &people[60..])
        .assign("Group", &["everybody"]);
    company.write(&journey.directory_file());
    let held = journey.try_next(&engine).await.unwrap_err();
    insta::assert_snapshot!(
        held.to_string(),
        @"60 removals of members from groups are more than the 10 that one cycle may do: none of them was done; look at them, and allow it once if they are right"
    );
    assert_eq!(
        complaints(&journey, &engine).await,
        format!(
            "warning TooManyDeletes: {held}\nwarning TooManyDeletes: the group `everybody` would lose 60 members: allow it once if that is right"
        )
    );
    assert_eq!(journey.tenant.read_back().await, before);

    engine.allow_deletions().await.unwrap();
    assert_eq!(journey.next(&engine).await.members_removed, 60);
    assert!(engine.open_issues().await.unwrap().is_empty());
    assert!(journey.next(&engine).await.is_quiet());
}
