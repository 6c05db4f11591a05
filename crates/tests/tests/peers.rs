//! One directory provisioned into several servers ends the same in all of them: into our own, and into those that `SCIMKIT_PEERS` names
//! as `NAME=URL=TOKEN`, with blanks between. `.ci/long` starts two that others have written.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use scimkit::{
    client::{BaseUrl, Client, PlainHttp, Token},
    mapping::MappingSet,
    provisioning::{Application, CycleReport, DeletionGuard, Options},
    reqwest::ReqwestTransport,
    server::Profile,
};
use scimkit_examples::read_back;
use scimkit_tests::{Company, Journey, TestEngine};
use serde_json::{Value, json};

const USERS: usize = 500;
const GROUPS: usize = 40;

#[tokio::test]
async fn one_directory_ends_the_same_everywhere() {
    let ours = Journey::begin_with(Profile::lenient()).await;
    let url = ours.tenant.base_url.clone();
    let token = ours.token.secret.expose().to_owned();
    let expected = followed("our own", &url, &token).await;
    assert_eq!(expected[0]["users"].as_array().unwrap().len(), USERS);
    assert_eq!(expected[2]["groups"].as_array().unwrap().len(), GROUPS - 3);

    let peers = std::env::var("SCIMKIT_PEERS").unwrap_or_default();
    if peers.is_empty() {
        eprintln!(
            "left out: other servers than our own; name them in SCIMKIT_PEERS, as `.ci/long` does"
        );
    }
    for peer in peers.split_whitespace() {
        let mut parts = peer.splitn(3, '=');
        let (name, url, token) = (parts.next(), parts.next(), parts.next());
        let (name, url) = (name.unwrap(), url.unwrap());
        let found = followed(name, url, token.unwrap()).await;
        for (stage, (found, expected)) in found.iter().zip(&expected).enumerate() {
            for list in ["users", "groups"] {
                let what = format!("{list} of {name} at stage {stage}");
                let dangling = compare(&found[list], &expected[list], &what);
                if dangling > 0 {
                    eprintln!("{what}: {dangling} members are users that are deleted");
                }
            }
        }
    }
}

/// Compares one by one, and counts the members that a server keeps although their users are gone: no RFC forbids it.
fn compare(found: &Value, expected: &Value, what: &str) -> usize {
    const GONE: &str = "(unknown)";
    let (found, expected) = (found.as_array().unwrap(), expected.as_array().unwrap());
    assert_eq!(found.len(), expected.len(), "{what}");
    let mut dangling = 0;
    for (found, expected) in found.iter().zip(expected) {
        let mut found = found.clone();
        if let Some(members) = found.get_mut("members").and_then(Value::as_array_mut) {
            let all = members.len();
            members.retain(|member| member != GONE);
            dangling += all - members.len();
        }
        assert_eq!(&found, expected, "{what}");
    }
    dangling
}

/// What a server holds after the initial cycle, after changes, and after removals.
async fn followed(name: &str, url: &str, token: &str) -> [Value; 3] {
    let journey = Journey::begin().await;
    journey.enter_token(token);
    let base = BaseUrl::parse(url, PlainHttp::OnLoopback).unwrap();
    let secret = Token::new(token).unwrap();
    let client = Client::new(base, secret, ReqwestTransport::new().unwrap());
    let tested = journey.test(&journey.connection_to(url)).await.unwrap();
    let mappings = MappingSet::generic_scim();
    let options = Options::default().with_deletion_guard(DeletionGuard::Off);
    let saved = Application::save(&tested, name, mappings, options, &journey.state);
    let engine = journey.engine_of(saved.await.unwrap(), &tested);

    let company = company();
    company.write(&journey.directory_file());
    engine.start().await.unwrap();
    settle(&journey, &engine, name).await;
    let initial = read_back(&client).await.unwrap();

    let company = changed(company);
    company.write(&journey.directory_file());
    settle(&journey, &engine, name).await;
    let later = read_back(&client).await.unwrap();

    removed(company).write(&journey.directory_file());
    settle(&journey, &engine, name).await;
    let last = read_back(&client).await.unwrap();
    [initial, later, last]
}

/// Runs cycles until one has nothing to do.
async fn settle(journey: &Journey, engine: &TestEngine, name: &str) {
    const CYCLES: usize = 4;
    let mut is_quiet = false;
    for _ in 0..CYCLES {
        journey.clock.advance(40 * 60);
        let report: CycleReport = engine.run_if_due(&|_| {}).await.unwrap().unwrap();
        assert_eq!(report.failed, 0, "{name}: {:?}", engine.open_issues().await);
        is_quiet = report.is_quiet();
        if is_quiet {
            break;
        }
    }
    assert!(is_quiet, "{name}: {CYCLES} cycles were not enough");
}

fn user(number: usize) -> String {
    format!("user-{number:03}")
}

fn group(number: usize) -> String {
    format!("group-{number:02}")
}

/// Every group has each user whose number it divides, and everybody is assigned.
fn company() -> Company {
    let mut company = Company::new();
    for number in 0..USERS {
        company = company.user(&user(number));
    }
    for number in 0..GROUPS {
        let members: Vec<_> = (0..USERS)
            .filter(|one| one % (number + 1) == 0)
            .map(user)
            .collect();
        let members: Vec<&str> = members.iter().map(|id| &**id).collect();
        company = company.group(&group(number), &members);
    }
    let (users, groups): (Vec<_>, Vec<_>) = (
        (0..USERS).map(user).collect(),
        (0..GROUPS).map(group).collect(),
    );
    let names = |ids: &[String]| {
        ids.iter()
            .map(String::as_str)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (users, groups) = (names(&users), names(&groups));
    let company = company.assign("User", &users.iter().map(|id| &**id).collect::<Vec<_>>());
    company.assign("Group", &groups.iter().map(|id| &**id).collect::<Vec<_>>())
}

/// Marriages, a new address, people on leave, renamed groups, and other members.
fn changed(mut company: Company) -> Company {
    for number in (0..USERS).step_by(17) {
        company = company.change(
            "users",
            &user(number),
            json!({ "surname": "Okafor-Lindqvist" }),
        );
    }
    let moved = json!({ "userPrincipalName": "Moved@harborline.example", "mail": "moved@harborline.example" });
    company = company.change("users", &user(4), moved);
    for number in (0..USERS).step_by(25) {
        company = company.change("users", &user(number), json!({ "accountEnabled": false }));
    }
    company = company.change(
        "groups",
        &group(1),
        json!({ "displayName": "Deck & \"Bridge\"" }),
    );
    let members: Vec<_> = (100..160)
        .map(|number| json!({ "@odata.type": "#microsoft.graph.user", "id": user(number) }))
        .collect();
    company.change("groups", &group(2), json!({ "members": members }))
}

/// People and groups that are gone, and people who come back from leave.
fn removed(mut company: Company) -> Company {
    for number in (3..USERS).step_by(50) {
        company = company.without("users", &user(number));
    }
    for number in [0, 5, 9] {
        company = company.without("groups", &group(number));
    }
    for number in (0..USERS).step_by(50) {
        company = company.change("users", &user(number), json!({ "accountEnabled": true }));
    }
    company
}
