//! J12 and J14 to J16: who is provisioned.

use scimkit::{
    mapping::MappingSet,
    provisioning::{
        Application, Assignment, DefaultAccess, Directory, DirectoryFile, ErrorCode, IssueKind,
        LogStatus, Options, Scope,
    },
};
use scimkit_tests::{Company, Journey, TestEngine};
use serde_json::{Value, json};

use crate::{run, texts};

#[tokio::test]
async fn j12_only_assigned_users_and_groups_by_default() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("mira")
        .user("noor")
        .user("tomas")
        .group("Dockside", &["tomas"])
        .group("Unassigned-Group", &["noor"])
        .assign("User", &["mira"])
        .assign("Group", &["Dockside"]);
    company.write(&journey.directory_file());
    let engine = journey.engine().await;
    let saved = Application::load("Netskope", &journey.state).await.unwrap();
    assert_eq!(saved.options().scope, Scope::AssignedOnly);

    engine.start().await.unwrap();
    run(&engine).await;
    let sent = journey.wire.take();
    assert!(sent.iter().any(|request| request.body.contains("mira@")));
    for stranger in ["noor", "Unassigned-Group"] {
        let names = |request: &&scimkit_tests::Sent| {
            request.body.contains(stranger) || request.target.contains(stranger)
        };
        assert_eq!(sent.iter().filter(names).count(), 0, "{stranger}");
    }

    // assigned later, and no more after that
    let noor = |company: Company| company.assign("User", &["noor"]);
    journey.next_with(&engine, &noor(company.clone())).await;
    assert_eq!(users(&journey).await, ["mira", "noor", "tomas"]);
    let report = journey.next_with(&engine, &company).await;
    assert_eq!(report.users.disabled, 1);
    assert_eq!(
        journey.tenant.read_back().await["users"][1]["active"],
        false
    );
}

#[tokio::test]
async fn j12_the_scope_can_be_everyone() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("mira")
        .user("noor")
        .group("Dockside", &[]);
    company.write(&journey.directory_file());
    let everyone = Options::default().with_scope(Scope::Everyone);
    start_with(&journey, everyone).await;
    assert_eq!(users(&journey).await, ["mira", "noor"]);
    assert_eq!(groups(&journey).await, json!({ "Dockside": [] }));
}

#[tokio::test]
async fn j14_users_and_groups_are_assigned_with_a_role() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("mira")
        .user("tomas")
        .group("Dockside", &["tomas"])
        .assign("User", &["mira"])
        .assign("Group", &["Dockside"]);
    journey.onboard(&company).await;
    let directory = DirectoryFile::new(journey.directory_file());
    let assigned = directory.snapshot().await.unwrap().assignments.unwrap();
    let assigned: Vec<_> = assigned
        .iter()
        .map(|one| (&*one.principal, &*one.role))
        .collect();
    assert_eq!(
        assigned,
        [("mira", Company::ROLE), ("Dockside", Company::ROLE)]
    );
    assert_eq!(users(&journey).await, ["mira", "tomas"]);
    assert_eq!(groups(&journey).await, json!({ "Dockside": ["tomas"] }));
}

#[tokio::test]
async fn j14_default_access_is_included_by_default() {
    let journey = Journey::begin().await;
    journey.onboard(&default_access()).await;
    assert_eq!(users(&journey).await, ["both", "default", "mira"]);
}

#[tokio::test]
async fn j14_default_access_can_be_left_out_by_name() {
    let journey = Journey::begin().await;
    default_access().write(&journey.directory_file());
    let options = Options::default().with_default_access(DefaultAccess::Exclude);
    let engine = start_with(&journey, options).await;
    assert_eq!(users(&journey).await, ["both", "mira"]);

    let log = journey.log_of(&engine, "default@harborline.example").await;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].status(), LogStatus::Skipped);
    assert_eq!(log[0].error_code(), Some(ErrorCode::NotEffectivelyEntitled));
    assert!(log[0].reason().unwrap().contains("Default Access"));
}

#[tokio::test]
async fn j15_a_user_and_a_group_bring_the_members_of_the_group() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("A")
        .user("B")
        .user("C")
        .group("G", &["B"])
        .assign("User", &["A"])
        .assign("Group", &["G"]);
    let engine = journey.onboard(&company).await;
    assert_eq!(users(&journey).await, ["A", "B"]);
    assert_eq!(groups(&journey).await, json!({ "G": ["B"] }));
    let status = engine.status().await.unwrap();
    assert_eq!((status.users, status.groups), (2, 1));
}

#[tokio::test]
async fn j15_nobody_arrives_twice() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("A")
        .user("B")
        .group("G", &["A", "B"])
        .group("H", &["B"])
        .assign("User", &["A", "B"])
        .assign("Group", &["G", "H"]);
    journey.onboard(&company).await;
    assert_eq!(users(&journey).await, ["A", "B"]);
    assert_eq!(
        groups(&journey).await,
        json!({ "G": ["A", "B"], "H": ["B"] })
    );
}

#[tokio::test]
async fn j16_a_nested_group_is_skipped_by_name() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("B")
        .user("C")
        .group_of("Outer", &["B"], &["Inner"])
        .group("Inner", &["C"])
        .assign("Group", &["Outer"]);
    company.write(&journey.directory_file());
    let engine = journey.engine().await;
    engine.start().await.unwrap();
    run(&engine).await;
    for request in journey.wire.take() {
        let bytes = format!("{}{}", request.target, request.body);
        assert!(!bytes.contains("Inner") && !bytes.contains("C@"), "{bytes}");
    }
    assert_eq!(users(&journey).await, ["B"]);
    assert_eq!(groups(&journey).await, json!({ "Outer": ["B"] }));

    let log = journey.log_of(&engine, "Outer").await;
    let skip = log
        .iter()
        .find(|entry| entry.error_code() == Some(ErrorCode::NestedGroup))
        .unwrap();
    assert_eq!(skip.status(), LogStatus::Skipped);
    let reason = skip.reason().unwrap();
    assert!(
        reason.contains("`Inner`") && reason.contains("`Outer`"),
        "{reason}"
    );
    let open = engine.open_issues().await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].kind, IssueKind::Skipped);
    assert_eq!(&*open[0].member.as_ref().unwrap().name, "Inner");
}

#[tokio::test]
async fn j16_a_nested_group_that_is_assigned_itself_arrives_as_a_group() {
    let journey = Journey::begin().await;
    let company = Company::new()
        .user("B")
        .user("C")
        .group_of("Outer", &["B"], &["Inner", "Outer"])
        .group("Inner", &["C"])
        .assign("Group", &["Outer", "Inner"]);
    let engine = journey.onboard(&company).await;
    assert_eq!(
        groups(&journey).await,
        json!({ "Inner": ["C"], "Outer": ["B"] })
    );
    let open = engine.open_issues().await.unwrap();
    let reasons: Vec<_> = open.iter().map(|issue| &*issue.reason).collect();
    assert_eq!(open.len(), 2);
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("member of itself"))
    );
}

/// Mira is a user; two have Default Access, one of them and no more.
fn default_access() -> Company {
    let mut company = Company::new()
        .user("mira")
        .user("default")
        .user("both")
        .assign("User", &["mira", "default", "both", "both"]);
    for place in [1, 2] {
        let assignment = &mut company.document_mut()["appRoleAssignedTo"][place];
        assignment["appRoleId"] = Assignment::DEFAULT_ACCESS.into();
    }
    company
}

async fn start_with(journey: &Journey, options: Options) -> TestEngine {
    let mappings = MappingSet::netskope_user_authentication();
    let engine = journey.engine_with("Netskope", mappings, options).await;
    engine.start().await.unwrap();
    run(&engine).await;
    engine
}

/// Who is in the tenant, without the domain.
async fn users(journey: &Journey) -> Vec<String> {
    let read = journey.tenant.read_back().await;
    let names = texts(&read, "users", "userName").into_iter();
    names.map(person).collect()
}

/// The groups of the tenant with their members, without the domain.
async fn groups(journey: &Journey) -> Value {
    let read = journey.tenant.read_back().await;
    let groups = read["groups"].as_array().unwrap().iter();
    let groups = groups.map(|group| {
        let members = group["members"].as_array().unwrap().iter();
        let members: Vec<_> = members.map(|it| person(it.as_str().unwrap())).collect();
        (
            group["displayName"].as_str().unwrap().to_owned(),
            members.into(),
        )
    });
    Value::Object(groups.collect())
}

fn person(name: &str) -> String {
    name.strip_suffix("@harborline.example").unwrap().to_owned()
}
