//! New objects that go in bulk, where the target has it.

use std::fmt::Write;

use scimkit::{
    client::http::Method,
    mapping::MappingSet,
    provisioning::{NewObjects, Options},
    server::Profile,
};
use scimkit_tests::{Company, Fault, Journey, Sent, TestEngine};
use serde_json::Value;

const NAMES: [&str; 6] = ["ada", "bo", "cleo", "dani", "emil", "finn"];

fn six_people() -> Company {
    let company = Company::new();
    let people = NAMES
        .iter()
        .fold(company, |company, name| company.user(name));
    people
        .group("finance", &NAMES)
        .assign("Group", &["finance"])
}

async fn in_bulk(journey: &Journey) -> TestEngine {
    six_people().write(&journey.directory_file());
    let options = Options::default().with_new_objects(NewObjects::InBulk);
    let mappings = MappingSet::generic_scim();
    let engine = journey.engine_with("Harborline", mappings, options).await;
    engine.start().await.unwrap();
    let _ = journey.wire.take();
    engine
}

/// What was sent, without queries; how many users were asked for, where several were.
fn shown(sent: &[Sent]) -> String {
    let mut text = String::new();
    for one in sent {
        let path = one.target.split('?').next().unwrap();
        let path = path.rsplit_once("/scim").map_or(path, |(_, below)| below);
        let path = path.split('/').take(2).collect::<Vec<_>>().join("/");
        write!(text, "{} {path}", one.method).unwrap();
        match one.target.matches("+or+").count() {
            0 => text.push('\n'),
            more => writeln!(text, " for {}", more + 1).unwrap(),
        }
    }
    text
}

async fn begin() -> Journey {
    Journey::begin_with(Profile::lenient()).await
}

fn created(report: &scimkit::provisioning::CycleReport) -> (usize, usize, usize, usize) {
    (
        report.users.created,
        report.groups.created,
        report.members_added,
        report.failed,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_looked_up_and_created_together() {
    let journey = begin().await;
    let engine = in_bulk(&journey).await;
    let report = journey.next(&engine).await;
    assert_eq!(created(&report), (6, 1, 6, 0));
    let mut lines: Vec<_> = shown(&journey.wire.take())
        .lines()
        .map(str::to_owned)
        .collect();
    // the first two go side by side
    lines[2..4].sort();
    insta::assert_snapshot!(lines.join("\n"), @r"
    GET /Users
    GET /ServiceProviderConfig
    GET /Users
    GET /Users
    POST /Bulk
    GET /Users for 6
    POST /Bulk
    GET /Groups
    POST /Groups
    PATCH /Groups
    ");
    assert!(journey.next(&engine).await.is_quiet());
    let there = journey.tenant.read_back().await;
    assert_eq!(
        names(&there),
        NAMES.map(|name| format!("{name}@harborline.example"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_a_lost_bulk_request_is_looked_up() {
    let journey = begin().await;
    let engine = in_bulk(&journey).await;
    journey
        .wire
        .spoil(|sent| sent.is(&Method::POST, "/Bulk").then_some(Fault::LoseAnswer));
    let report = journey.next(&engine).await;
    journey.wire.heal();
    assert_eq!((report.users.created, report.users.adopted), (0, 6));
    assert_eq!(report.failed, 0);
    let report = journey.next(&engine).await;
    assert_eq!(report.users.created + report.users.adopted, 0);
    assert_eq!(names(&journey.tenant.read_back().await).len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_request_that_is_refused_is_taken_apart() {
    let journey = begin().await;
    let engine = in_bulk(&journey).await;
    journey.wire.spoil(|sent| {
        let refusal = || Fault::Answer(413, "{}".into());
        sent.is(&Method::POST, "/Bulk").then(refusal)
    });
    let report = journey.next(&engine).await;
    assert_eq!(created(&report), (6, 1, 6, 0));
    assert!(journey.next(&engine).await.is_quiet());
}

fn names(tenant: &Value) -> Vec<String> {
    let users = tenant["users"].as_array().unwrap().iter();
    let mut names: Vec<_> = users
        .map(|user| user["userName"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}
