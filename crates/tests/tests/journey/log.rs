//! J21 and J22: the provisioning log of the engine, and the audit log of the tenant.

use std::collections::BTreeSet;

use scimkit::{
    provisioning::{
        ErrorCategory, ErrorCode, LogEntry, LogQuery, LogStatus, ProvisioningAction, StepType,
    },
    schema::Clock,
    store::Action,
};
use scimkit_tests::{Company, Journey};
use serde_json::{Value, json};

#[tokio::test]
async fn j21_a_row_tells_what_happened_to_whom() {
    let journey = Journey::begin().await;
    let begun = journey.clock.now();
    let engine = journey.onboard(&company()).await;
    let log = journey.log_of(&engine, "mira@").await;
    let [row] = log.as_slice() else {
        panic!("one row for one creation: {log:?}")
    };
    assert_eq!(&*row.job_id, "Netskope");
    assert!(begun < row.activity_date_time && row.activity_date_time < journey.clock.now());
    assert_eq!(row.provisioning_action, ProvisioningAction::Create);
    assert_eq!((row.status(), row.reason()), (LogStatus::Success, None));
    assert_eq!(&*row.source_identity.id, "mira");
    assert_eq!(
        &*row.source_identity.display_name,
        "mira@harborline.example"
    );
    assert_eq!(&*row.source_identity.identity_type, "User");
    let target = row.target_identity.as_ref().unwrap();
    let event = &journey.tenant.events().await[0];
    assert_eq!(
        *target.id,
        *event.key.id.as_str(),
        "the anchor in the target"
    );

    assert_eq!(&*row.service_principal.display_name, "Netskope");
    assert_eq!(&*row.source_system.display_name, "Directory file");
    assert_eq!(&*row.target_system.id, journey.tenant.base_url);
    assert_eq!(&*row.initiated_by.initiator_type, "system");

    let steps: Vec<_> = row
        .provisioning_steps
        .iter()
        .map(|step| (&*step.name, step.provisioning_step_type, step.status))
        .collect();
    assert_eq!(
        steps,
        [
            ("EntryImport", StepType::Import, LogStatus::Success),
            (
                "EntrySynchronizationScoping",
                StepType::Scoping,
                LogStatus::Success
            ),
            ("EntryMatching", StepType::Matching, LogStatus::Success),
            ("EntryExportAdd", StepType::Export, LogStatus::Success),
        ]
    );
    let modified: Vec<_> = row
        .modified_properties
        .iter()
        .map(|it| {
            (
                &*it.display_name,
                it.old_value.as_deref(),
                it.new_value.as_deref(),
            )
        })
        .collect();
    assert!(modified.contains(&("userName", None, Some("mira@harborline.example"))));
    assert!(modified.contains(&("name.givenName", None, Some("mira"))));
}

#[tokio::test]
async fn j21_rows_of_one_cycle_share_its_id_and_each_has_its_own() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&company()).await;
    let initial = engine.log(0, usize::MAX).await.unwrap();
    let renamed = company().change("users", "mira", json!({ "surname": "Okafor" }));
    let report = journey.next_with(&engine, &renamed).await;
    let log = engine.log(0, usize::MAX).await.unwrap();
    let distinct = |of: fn(&LogEntry) -> &str| log.iter().map(of).collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(|row| &row.id), log.len());
    assert_eq!(distinct(|row| &row.change_id), log.len());
    assert_eq!(distinct(|row| &row.cycle_id), 2);
    assert!(log.is_sorted_by_key(|row| row.number));

    let new = engine
        .log(initial.last().unwrap().number, usize::MAX)
        .await
        .unwrap();
    let [row] = new.as_slice() else {
        panic!("one change, one row: {new:?}")
    };
    assert_eq!(row.cycle_id, report.cycle_id);
    assert_eq!(row.provisioning_action, ProvisioningAction::Update);
    let [change] = row.modified_properties.as_slice() else {
        panic!("one property changed: {row:?}")
    };
    assert_eq!(&*change.display_name, "name.familyName");
    assert_eq!(change.old_value.as_deref(), Some("Test"));
    assert_eq!(change.new_value.as_deref(), Some("Okafor"));
}

#[tokio::test]
async fn j21_failures_say_why_and_what_to_do() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&company()).await;
    let log = journey.log_of(&engine, "nomail@").await;
    let [row] = log.as_slice() else {
        panic!("one failure, one row: {log:?}")
    };
    assert_eq!(row.status(), LogStatus::Failure);
    assert_eq!(row.error_code(), Some(ErrorCode::MandatoryFieldsMissing));
    let reason = row.reason().unwrap();
    assert!(reason.contains("`nomail@harborline.example`"), "{reason}");
    assert!(reason.contains("fill `mail` in the directory"), "{reason}");
    assert_eq!(row.target_identity, None);
}

#[tokio::test]
async fn j21_the_log_is_lines_of_json_to_be_filtered() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&company()).await;
    let log = engine.log(0, usize::MAX).await.unwrap();
    let file: String = log.iter().map(|row| row.to_json() + "\n").collect();
    let rows: Vec<Value> = file
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), log.len());
    let count = |pointer: &str, value: &str| {
        let fits = |row: &&Value| row.pointer(pointer).unwrap() == value;
        rows.iter().filter(fits).count()
    };
    assert_eq!(count("/jobId", "Netskope"), rows.len());
    assert_eq!(
        count("/provisioningAction", "create"),
        4,
        "one of them failed"
    );
    assert_eq!(count("/provisioningStatusInfo/status", "failure"), 1);
    assert_eq!(count("/provisioningStatusInfo/status", "skipped"), 1);
    assert_eq!(count("/sourceIdentity/identityType", "User"), 3);
    let today = journey.clock.now().to_string();
    assert!(
        rows.iter()
            .all(|row| row["activityDateTime"].as_str() < Some(&today))
    );
    for (row, line) in log.iter().zip(file.lines()) {
        let read: LogEntry = serde_json::from_str(line).unwrap();
        assert_eq!(read.to_json(), row.to_json());
    }
}

#[tokio::test]
async fn j21_the_tenant_has_an_audit_log_of_its_own() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&company()).await;
    let renamed = company().change("users", "mira", json!({ "surname": "Okafor" }));
    journey.next_with(&engine, &renamed).await;
    let events = journey.tenant.events().await;
    let shown: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.seq,
                event.draft.action,
                event.draft.name.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (1, Action::Create, "mira@harborline.example"),
            (2, Action::Create, "tomas@harborline.example"),
            (3, Action::Create, "Dockside"),
            (4, Action::Patch, "Dockside"),
            (5, Action::Patch, "mira@harborline.example"),
        ]
    );
    assert!(events.iter().all(|event| &*event.draft.actor == "Azure AD"));
    assert!(events.is_sorted_by_key(|event| event.draft.at.clone()));
    let changed = &events[4].draft.changes;
    assert_eq!((changed.len(), &*changed[0].path), (1, "name.familyName"));
    assert_eq!(events[4].key, events[0].key);
}

#[tokio::test]
async fn j22_a_skip_has_its_own_status_and_names_the_reference() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&company()).await;
    let log = engine.log(0, usize::MAX).await.unwrap();
    let unresolved = ErrorCode::UnableToResolveReferenceAttributeValue;
    let skips: Vec<_> = log
        .iter()
        .filter(|row| row.error_code() == Some(unresolved))
        .collect();
    let [skip] = skips.as_slice() else {
        panic!("one reference is not resolved: {skips:?}")
    };
    assert_eq!(skip.status(), LogStatus::Skipped, "which is not success");
    assert_eq!(&*skip.source_identity.display_name, "Dockside");
    let reason = skip.reason().unwrap();
    assert!(reason.contains("`nomail@harborline.example`"), "{reason}");
    assert!(reason.contains("`Dockside`"), "{reason}");
    let step = skip.provisioning_steps.last().unwrap();
    assert_eq!(&*step.name, "EntrySynchronizationSkip");
    assert_eq!(step.status, LogStatus::Skipped);

    let json: Value = serde_json::from_str(&skip.to_json()).unwrap();
    let info = &json["provisioningStatusInfo"];
    assert_eq!(info["status"], "skipped");
    assert_eq!(
        info["errorInformation"]["errorCode"],
        "UnableToResolveReferenceAttributeValue"
    );
}

/// Two people who arrive, and one who has no mail, in a group.
fn company() -> Company {
    Company::new()
        .user("mira")
        .user("tomas")
        .person(json!({ "id": "nomail", "userPrincipalName": "nomail@harborline.example" }))
        .group("Dockside", &["tomas", "nomail"])
        .assign("User", &["mira"])
        .assign("Group", &["Dockside"])
}

#[tokio::test]
async fn j21_the_log_answers_questions() {
    let journey = Journey::begin().await;
    let directory = company()
        .user("ada")
        .group_of("outer", &["ada"], &["finance"])
        .assign("Group", &["outer"]);
    let engine = journey.onboard(&directory).await;
    let between = journey.clock.now();
    let renamed = directory.change("users", "mira", json!({ "surname": "Okafor" }));
    let report = journey.next_with(&engine, &renamed).await;
    let ask = async |query: LogQuery| {
        let found = engine.find_log(&query, 0, usize::MAX).await.unwrap();
        let shown = found
            .iter()
            .map(|row| format!("{} {}", row.provisioning_action, row.source_identity.id));
        shown.collect::<Vec<_>>()
    };
    let about = || LogQuery::default().about("MIRA@Harborline");
    assert_eq!(ask(about()).await, ["create mira", "update mira"]);
    assert_eq!(ask(LogQuery::default().about("mira")).await.len(), 2);
    let created = about().with_action(ProvisioningAction::Create);
    assert_eq!(ask(created).await, ["create mira"]);
    assert_eq!(ask(about().since(between.clone())).await, ["update mira"]);
    assert_eq!(ask(about().until(between)).await, ["create mira"]);
    let of_cycle = LogQuery::default().with_cycle(&report.cycle_id);
    assert_eq!(ask(of_cycle).await, ["update mira"]);
    let failed = about().with_status(LogStatus::Failure);
    assert!(ask(failed).await.is_empty());
    let skips = LogQuery::default()
        .with_status(LogStatus::Skipped)
        .with_code(ErrorCode::NestedGroup);
    assert_eq!(ask(skips.clone()).await, ["other outer"]);
    let first = engine.find_log(&LogQuery::default(), 0, 1).await.unwrap();
    assert_eq!((first.len(), first[0].number), (1, 1));

    let skip = engine.find_log(&skips, 0, 1).await.unwrap();
    let json: Value = serde_json::from_str(&skip[0].to_json()).unwrap();
    let error = &json["provisioningStatusInfo"]["errorInformation"];
    assert_eq!(error["errorCategory"], "nonServiceFailure");
    assert_eq!(
        json["provisioningSteps"][0]["details"]["SkipReason"],
        "NestedGroup"
    );
    assert_eq!(json["initiatedBy"]["initiatorType"], "system");
    assert_eq!(ErrorCode::Timeout.category(), ErrorCategory::Failure);
}
