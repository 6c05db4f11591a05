//! The sample directory, against what was written by hand from the mapping table.

use std::{collections::BTreeMap, fs, sync::Arc};

use pollster::block_on;
use scimkit_mapping::MappingSet;
use scimkit_provisioning::{
    Application, CycleReport, DirectoryFile, Engine, IssueKind, OpenIssue, Options,
};
use scimkit_schema::{Complex, Resource, Value};
use scimkit_store::MemoryState;
use serde_json::{Value as Json, json};

use crate::{
    bench::{Numbers, Shared, Time, tested},
    target::Target,
};

fn fixture(name: &str) -> String {
    format!(
        "{}/../../fixtures/onboard/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

fn expected(name: &str) -> Json {
    serde_json::from_slice(&fs::read(fixture(name)).unwrap()).unwrap()
}

fn without(resource: &Resource, names: &[&str]) -> Json {
    let kept: Complex = resource
        .clone()
        .into_attributes()
        .into_iter()
        .filter(|(name, _)| !names.contains(&name.as_str()))
        .collect();
    serde_json::from_str(&Value::from(kept).to_string()).unwrap()
}

/// Everything in the target, in the form of the expectation.
fn read_back(target: &Target) -> (Json, Json) {
    let tenant = target.tenant();
    let users: BTreeMap<_, _> = tenant
        .users
        .values()
        .map(|user| {
            (
                user.text("userName").unwrap().to_owned(),
                without(user, &["schemas", "id"]),
            )
        })
        .collect();
    let groups: BTreeMap<_, _> = tenant
        .groups
        .iter()
        .map(|(id, group)| {
            let members = tenant.members.get(id).into_iter().flatten();
            let mut names: Vec<_> = members
                .map(|id| tenant.users[id].text("userName").unwrap())
                .collect();
            names.sort_unstable();
            let mut shown = without(group, &["schemas", "id"]);
            shown["members"] = json!(names);
            (group.text("displayName").unwrap().to_owned(), shown)
        })
        .collect();
    (
        json!(users.into_values().collect::<Vec<_>>()),
        json!(groups.into_values().collect::<Vec<_>>()),
    )
}

/// The open issues in the form of the expectation.
fn open(issues: &[OpenIssue]) -> (Json, Json, Json) {
    let sorted = |mut list: Vec<Json>| {
        list.sort_by_key(ToString::to_string);
        Json::Array(list)
    };
    let of = |kind| issues.iter().filter(move |issue| issue.kind == kind);
    let failed = of(IssueKind::Failed)
        .map(|it| json!({ "object": it.object.name, "errorCode": it.code.as_str() }));
    let skipped = of(IssueKind::Skipped).map(|it| {
        let mut skip = json!({ "object": it.object.name, "reason": it.code.as_str() });
        if let Some(member) = &it.member {
            skip["member"] = json!(member.name);
        }
        skip
    });
    let deferred = of(IssueKind::Deferred)
        .map(|it| json!({ "group": it.object.name, "member": it.member.as_ref().unwrap().name }));
    (
        sorted(failed.collect()),
        sorted(skipped.collect()),
        sorted(deferred.collect()),
    )
}

fn sorted(list: &Json) -> Json {
    let mut list = list.as_array().unwrap().clone();
    list.sort_by_key(ToString::to_string);
    Json::Array(list)
}

fn agrees(target: &Target, issues: &[OpenIssue], name: &str) {
    let expected = expected(name);
    let (users, groups) = read_back(target);
    assert_eq!(sorted(&users), sorted(&expected["users"]));
    assert_eq!(sorted(&groups), sorted(&expected["groups"]));
    let (failed, skipped, deferred) = open(issues);
    assert_eq!(failed, sorted(&expected["failed"]));
    assert_eq!(skipped, sorted(&expected["skipped"]));
    assert_eq!(deferred, sorted(&expected["deferredReferences"]));
}

#[test]
fn the_sample_arrives_as_expected_before_and_after_the_changes() {
    let (target, state) = (Target::default(), MemoryState::new());
    let (time, ids) = (Arc::new(Time::default()), Arc::new(Numbers::default()));
    let mappings = MappingSet::netskope_user_authentication();
    let tested = tested(&target, &mappings, &*time, &*ids);
    let application = block_on(Application::save(
        &tested,
        "Netskope",
        mappings,
        Options::default(),
        &state,
    ))
    .unwrap();
    let directory = Shared::default();
    let engine = Engine::new(
        application,
        directory.clone(),
        tested.client(),
        state,
        time,
        ids,
    );
    block_on(engine.start()).unwrap();
    let cycle = |file: &str| -> CycleReport {
        *directory.0.lock().unwrap() = DirectoryFile::read(fixture(file)).unwrap();
        block_on(engine.cycle(&|_| {})).unwrap()
    };

    cycle("directory.json");
    agrees(
        &target,
        &block_on(engine.open_issues()).unwrap(),
        "expected.json",
    );
    target.take_trace();
    assert!(cycle("directory.json").is_quiet());
    assert_eq!(target.take_trace().len(), 1);

    let report = cycle("directory-later.json");
    agrees(
        &target,
        &block_on(engine.open_issues()).unwrap(),
        "expected-later.json",
    );
    assert_eq!(
        (
            report.users.updated,
            report.users.disabled,
            report.users.deleted,
            report.groups.updated
        ),
        (1, 1, 1, 1)
    );
    assert_eq!((report.members_added, report.members_removed), (1, 1));
    target.take_trace();
    assert!(cycle("directory-later.json").is_quiet());
    assert_eq!(target.take_trace().len(), 1);
}
