//! J29: the whole journey over the onboard sample, up to its end.

use std::fs;

use scimkit::{
    provisioning::{CycleState, IssueKind, Phase, Provisioning},
    server::PrincipalKind,
};
use scimkit_tests::{Journey, TestEngine, fixture};
use serde_json::{Value, json};

use crate::{run, texts};

#[tokio::test]
async fn j29_the_sample_is_onboarded_and_follows_its_directory() {
    let journey = Journey::begin().await;
    fs::copy(fixture("directory.json"), journey.directory_file()).unwrap();
    let engine = journey.engine().await;
    engine.start().await.unwrap();
    assert_eq!(run(&engine).await.phase, Phase::Initial);
    stands_as(&journey, &engine, "expected.json").await;

    fs::copy(fixture("directory-later.json"), journey.directory_file()).unwrap();
    let report = journey.next(&engine).await;
    assert_eq!(report.phase, Phase::Incremental);
    stands_as(&journey, &engine, "expected-later.json").await;
    let sent = journey.wire.take();
    let writes = sent.iter().filter(|request| request.is_write()).count();
    // rename, disable, leaver, the mover out of one group and into another, group rename
    assert_eq!(writes, 6, "exactly the changes of the directory are sent");

    assert!(journey.next(&engine).await.is_quiet());
    assert_eq!(journey.wire.take().len(), 1, "then nothing but the probe");
    stands_as(&journey, &engine, "expected-later.json").await;
}

#[tokio::test]
async fn j29_the_journey_is_complete_once_the_directory_is_mended() {
    let journey = Journey::begin().await;
    let mut directory = read("directory.json");
    write(&journey, &directory);
    let engine = journey.engine().await;
    engine.start().await.unwrap();
    run(&engine).await;
    let lacks = missing(&journey, &engine, &directory).await;
    assert_eq!(lacks, ["there is 1 open failure"]);

    let tomasz = "tomasz.wisniewski@harborline.example";
    let users = directory["users"].as_array_mut().unwrap();
    let user = users
        .iter_mut()
        .find(|user| user["userPrincipalName"] == tomasz)
        .unwrap();
    user["mail"] = tomasz.into();
    write(&journey, &directory);
    journey.next(&engine).await;
    assert_eq!(missing(&journey, &engine, &directory).await, [""; 0]);
}

/// Compares the tenant and what stands open with expectations that were written by hand.
async fn stands_as(journey: &Journey, engine: &TestEngine, expected: &str) {
    let expected = read(expected);
    let read = journey.tenant.read_back().await;
    for list in ["users", "groups"] {
        assert_eq!(read[list], expected[list]);
    }
    let status = engine.status().await.unwrap();
    let count = |list: &str| expected[list].as_array().unwrap().len();
    assert_eq!(status.open_failures, count("failed"));
    assert_eq!(status.skipped, count("skipped"));
    assert_eq!(status.deferred_references, count("deferredReferences"));

    let open = engine.open_issues().await.unwrap();
    let of = |kind: IssueKind, show: &dyn Fn(&str, &str, Option<&str>) -> Value| {
        let issues = open.iter().filter(|issue| issue.kind == kind);
        let shown = issues.map(|issue| {
            let member = issue.member.as_ref().map(|member| &*member.name);
            show(&issue.object.name, issue.code.as_str(), member)
        });
        sorted(shown.collect())
    };
    let wanted = |list: &str| sorted(expected[list].as_array().unwrap().clone());
    let failed = of(
        IssueKind::Failed,
        &|object, code, _| json!({ "object": object, "errorCode": code }),
    );
    assert_eq!(failed, wanted("failed"));
    let skipped = of(IssueKind::Skipped, &|object, code, member| match member {
        Some(member) => json!({ "object": object, "reason": code, "member": member }),
        None => json!({ "object": object, "reason": code }),
    });
    assert_eq!(skipped, wanted("skipped"));
    let deferred = of(
        IssueKind::Deferred,
        &|group, _, member| json!({ "group": group, "member": member }),
    );
    assert_eq!(deferred, wanted("deferredReferences"));
}

/// What the journey still lacks; nothing once it is complete.
async fn missing(journey: &Journey, engine: &TestEngine, directory: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            missing.push(what.to_owned());
        }
    };
    let status = engine.status().await.unwrap();
    let tested = engine.application().evidence().tested_at();
    let used = journey
        .tenant
        .last_used(journey.token.secret.lookup())
        .await;
    check(
        used.is_some_and(|used| used >= *tested),
        "the token was not used",
    );
    check(status.provisioning == Provisioning::On, "it is off");
    check(status.state != CycleState::NotRun, "no cycle has completed");
    check(status.last_completed.is_some(), "no cycle has completed");
    let read = journey.tenant.read_back().await;
    let arrived = |list, name| texts(&read, list, name).len();
    check(
        status.users == arrived("users", "userName"),
        "the users differ",
    );
    check(
        status.groups == arrived("groups", "displayName"),
        "the groups differ",
    );
    let failures = status.open_failures;
    check(failures == 0, &format!("there is {failures} open failure"));
    for assignment in directory["appRoleAssignedTo"].as_array().unwrap() {
        let name = name_of(directory, assignment);
        let kind = match assignment["principalType"].as_str() {
            Some("Group") => PrincipalKind::Group,
            _ => PrincipalKind::User,
        };
        let found = journey.tenant.pick(kind, &name.to_uppercase()).await;
        check(!found.is_empty(), &format!("`{name}` cannot be picked"));
    }
    missing
}

/// The user principal name or the display name of whom an assignment is about.
fn name_of<'a>(directory: &'a Value, assignment: &Value) -> &'a str {
    let mut lists = [("users", "userPrincipalName"), ("groups", "displayName")].into_iter();
    lists
        .find_map(|(list, name)| {
            let objects = directory[list].as_array().unwrap();
            let object = objects
                .iter()
                .find(|object| object["id"] == assignment["principalId"])?;
            object[name].as_str()
        })
        .unwrap()
}

fn sorted(mut list: Vec<Value>) -> Vec<Value> {
    list.sort_by_key(ToString::to_string);
    list
}

fn read(name: &str) -> Value {
    serde_json::from_slice(&fs::read(fixture(name)).unwrap()).unwrap()
}

fn write(journey: &Journey, directory: &Value) {
    fs::write(journey.directory_file(), directory.to_string()).unwrap();
}
