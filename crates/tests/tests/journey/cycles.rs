//! J13, J18 to J20 and J23: what cycles send, and what they leave behind.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use scimkit::{
    client::http::Method,
    mapping::MappingSet,
    provisioning::{
        Application, CycleEnd, CycleErrorKind, CycleState, ErrorCode, IssueKind, JobState, Notice,
        Options, Phase, Provisioning, Reset,
    },
    schema::Clock,
};
use scimkit_tests::{Company, Journey, Sent, TestEngine};
use serde_json::json;
use tokio::sync::Notify;

use crate::{run, texts};

#[tokio::test]
async fn j13_on_starts_the_initial_cycle_and_off_keeps_what_was_done() {
    let journey = Journey::begin().await;
    crew(3).write(&journey.directory_file());
    let engine = journey.engine().await;
    let _ = journey.wire.take();
    assert_eq!(engine.run_if_due(&|_| {}).await.unwrap(), None);
    let refused = engine.cycle(&|_| {}).await.unwrap_err();
    assert!(matches!(refused.kind(), CycleErrorKind::Off { .. }));
    assert_eq!(journey.wire.take().len(), 0, "nothing is sent before ON");

    engine.start().await.unwrap();
    assert_eq!(run(&engine).await.phase, Phase::Initial);
    engine.stop().await.unwrap();
    let off = engine.status().await.unwrap();
    assert_eq!((off.provisioning, off.users), (Provisioning::Off, 3));
    journey.clock.advance(3 * 3_600);
    let _ = journey.wire.take();
    assert_eq!(engine.run_if_due(&|_| {}).await.unwrap(), None);
    assert_eq!(journey.wire.take().len(), 0, "nothing is sent after OFF");

    engine.start().await.unwrap();
    let resumed = run(&engine).await;
    assert_eq!(resumed.phase, Phase::Incremental);
    assert!(resumed.is_quiet());
    assert_eq!(
        writes(&journey.wire.take()),
        0,
        "what was done is not done again"
    );
}

#[tokio::test]
async fn j13_a_restart_that_clears_the_state_looks_everything_up_and_makes_nothing_twice() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&crew(3)).await;
    let before = journey.tenant.read_back().await;
    let events = journey.tenant.events().await.len();
    let logged = engine.log(0, usize::MAX).await.unwrap().len();
    engine.restart(Reset::Full).await.unwrap();
    assert_eq!(engine.status().await.unwrap().state, CycleState::NotRun);
    let report = run(&engine).await;
    assert_eq!(report.phase, Phase::Initial);
    assert_eq!((report.users.adopted, report.users.created), (3, 0));
    assert_eq!(journey.tenant.read_back().await, before);
    assert_eq!(
        journey.tenant.events().await.len(),
        events,
        "nothing changed in the tenant"
    );
    assert!(
        engine.log(0, usize::MAX).await.unwrap().len() > logged,
        "the log stays"
    );
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test]
async fn j13_off_stops_a_running_cycle_and_on_resumes_it() {
    let journey = Journey::begin().await;
    crew(40).write(&journey.directory_file());
    let engine = journey.engine().await;
    engine.start().await.unwrap();
    let _ = journey.wire.take();
    let fourth = Arc::new(Notify::new());
    notify_at(&journey, &fourth, 4, |sent| {
        sent.is(&Method::POST, "/Users")
    });
    let stop = async {
        fourth.notified().await;
        engine.stop().await.unwrap();
        journey.wire.take().len()
    };
    let (report, _) = tokio::join!(engine.cycle(&|_| {}), stop);
    journey.wire.heal();
    assert_eq!(report.unwrap().end, CycleEnd::Stopped);
    let after = journey.wire.take();
    assert!(after.len() <= 16, "no more than those under way: {after:?}");
    let arrived = journey.tenant.read_back().await;
    let arrived = texts(&arrived, "users", "userName").len();
    assert!((4..40).contains(&arrived), "{arrived} arrived");
    assert_eq!(engine.status().await.unwrap().users, arrived);

    engine.start().await.unwrap();
    let resumed = run(&engine).await;
    assert_eq!(resumed.end, CycleEnd::Completed);
    assert_eq!(
        resumed.users.created,
        40 - arrived,
        "only those who are left"
    );
    assert_eq!(journey.tenant.read_back().await, whole_crew(40));
}

#[tokio::test]
async fn j18_users_before_groups_before_memberships() {
    let journey = Journey::begin().await;
    crew(3).write(&journey.directory_file());
    let engine = journey.engine().await;
    let _ = journey.wire.take();
    engine.start().await.unwrap();
    run(&engine).await;
    let sent: Vec<_> = journey.wire.take().iter().map(kind).collect();
    let wanted = [
        (1, Method::GET, "Users"), // the probe
        (3, Method::GET, "Users"),
        (3, Method::POST, "Users"),
        (1, Method::GET, "Groups"),
        (1, Method::POST, "Groups"),
        (1, Method::PATCH, "Groups"),
    ];
    let each = |(times, method, name)| std::iter::repeat_n((method, name), times);
    assert_eq!(sent, wanted.into_iter().flat_map(each).collect::<Vec<_>>());
}

#[tokio::test]
async fn j18_whoever_is_there_is_matched_and_brought_up_to_date() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&crew(3)).await;
    drop(engine);
    // another application without memory of the first
    let mappings = MappingSet::netskope_user_authentication();
    let renamed = crew(3).change("users", "crew-2", json!({ "surname": "Renamed" }));
    renamed.write(&journey.directory_file());
    let engine = journey
        .engine_with("Second", mappings, Options::default())
        .await;
    engine.start().await.unwrap();
    let _ = journey.wire.take();
    let report = run(&engine).await;
    assert_eq!((report.users.adopted, report.users.created), (3, 0));
    assert_eq!((report.groups.adopted, report.groups.created), (1, 0));
    let sent = journey.wire.take();
    let patched = sent.iter().filter(|sent| sent.is(&Method::PATCH, "/Users"));
    let bodies: Vec<_> = patched.map(|sent| &*sent.body).collect();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains("Renamed") && !bodies[0].contains("userName"));
    let mut wanted = whole_crew(3);
    wanted["users"][1]["name"]["familyName"] = "Renamed".into();
    assert_eq!(journey.tenant.read_back().await, wanted);
}

#[tokio::test]
async fn j18_a_restart_in_the_middle_duplicates_nothing() {
    type Choice = fn(&Sent) -> bool;
    let middles: [(Choice, usize); 6] = [
        (|sent| sent.is(&Method::GET, "/Users"), 3),
        (|sent| sent.is(&Method::POST, "/Users"), 1),
        (|sent| sent.is(&Method::POST, "/Users"), 3),
        (|sent| sent.is(&Method::GET, "/Groups"), 1),
        (|sent| sent.is(&Method::POST, "/Groups"), 1),
        (|sent| sent.is(&Method::PATCH, "/Groups"), 1),
    ];
    for (choice, count) in middles {
        let journey = Journey::begin().await;
        crew(4).write(&journey.directory_file());
        let engine = journey.engine().await;
        engine.start().await.unwrap();
        let middle = Arc::new(Notify::new());
        notify_at(&journey, &middle, count, choice);
        tokio::select! {
            biased;
            () = middle.notified() => {} // the engine is dropped with a request on its way
            report = engine.cycle(&|_| {}) => panic!("{report:?}"),
        }
        drop(engine);
        journey.wire.heal();

        let engine = restarted(&journey).await;
        assert_eq!(run(&engine).await.phase, Phase::Initial);
        assert_eq!(journey.tenant.read_back().await, whole_crew(4));
        assert!(journey.next(&engine).await.is_quiet());
    }
}

#[tokio::test]
async fn j19_no_change_sends_nothing_but_the_probe() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&crew(5)).await;
    let before = journey.tenant.events().await;
    for _ in 0..3 {
        let report = journey.next(&engine).await;
        assert!(report.is_quiet());
        let sent = journey.wire.take();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].is(&Method::GET, "/Users?filter=userName+eq+"));
    }
    assert_eq!(journey.tenant.events().await, before);
}

#[tokio::test]
async fn j19_only_what_changed_is_sent() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&crew(5)).await;
    let changed = crew(5)
        .change("users", "crew-2", json!({ "surname": "Diallo" }))
        .change(
            "users",
            "crew-3",
            json!({ "jobTitle": "of no interest to the target" }),
        );
    journey.next_with(&engine, &changed).await;
    let sent = journey.wire.take();
    let changes: Vec<_> = sent.iter().filter(|sent| sent.is_write()).collect();
    assert_eq!(changes.len(), 1);
    assert!(changes[0].is(&Method::PATCH, "/Users/"));
    let body: serde_json::Value = serde_json::from_str(&changes[0].body).unwrap();
    let operations = json!([{ "op": "replace", "path": "name.familyName", "value": "Diallo" }]);
    assert_eq!(body["Operations"], operations);
    assert!(journey.next(&engine).await.is_quiet());
}

#[tokio::test]
async fn j20_the_status_tells_how_it_stands() {
    let journey = Journey::begin().await;
    crew(6)
        .person(json!({ "id": "nomail", "userPrincipalName": "nomail@harborline.example" }))
        .assign("User", &["nomail"])
        .write(&journey.directory_file());
    let engine = journey.engine().await;
    let before = engine.status().await.unwrap();
    assert_eq!((before.state, before.percent), (CycleState::NotRun, 0));
    assert_eq!(before.provisioning, Provisioning::Off);
    assert_eq!(before.interval_seconds, 2_400);
    assert_eq!(before.last_completed, None);

    engine.start().await.unwrap();
    let begun = journey.clock.now();
    journey.clock.advance(90); // so long the cycle seems to take
    let middle = Arc::new(Notify::new());
    notify_at(&journey, &middle, 4, |sent| {
        sent.is(&Method::POST, "/Users")
    });
    let look = async {
        middle.notified().await;
        let status = engine.status().await.unwrap();
        journey.clock.advance(90);
        status
    };
    let (report, running) = tokio::join!(engine.cycle(&|_| {}), look);
    let report = report.unwrap();
    assert_eq!(running.state, CycleState::InitialRunning);
    assert!((1..100).contains(&running.percent), "{}", running.percent);

    let after = engine.status().await.unwrap();
    assert_eq!(
        (after.state, after.percent),
        (CycleState::InitialCompleted, 100)
    );
    let read = journey.tenant.read_back().await;
    assert_eq!(after.users, texts(&read, "users", "userName").len());
    assert_eq!(after.groups, texts(&read, "groups", "displayName").len());
    assert_eq!((after.users, after.groups, after.open_failures), (6, 1, 1));
    assert!(after.last_completed.clone().unwrap() > begun);
    assert!(after.last_duration_seconds.unwrap() >= 90);
    assert_eq!(
        after.last_duration_seconds.unwrap(),
        report.duration_seconds()
    );
    assert_eq!(after.steady_state_since, after.last_completed);
    assert_eq!(after.last_error, None);

    journey.next(&engine).await;
    let later = engine.status().await.unwrap();
    assert_eq!(later.state, CycleState::IncrementalCompleted);
    assert!(later.last_completed > after.last_completed);
    assert_eq!(later.steady_state_since, after.steady_state_since);
    assert_eq!(later.open_failures, 1, "it stands open until it is mended");
}

#[tokio::test]
async fn j20_progress_rises() {
    let journey = Journey::begin().await;
    crew(6).write(&journey.directory_file());
    let engine = journey.engine().await;
    engine.start().await.unwrap();
    let seen = Mutex::new(Vec::new());
    let observe = |progress| seen.lock().unwrap().push(progress);
    engine.cycle(&observe).await.unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(seen.is_sorted_by_key(|progress| progress.percent));
    assert!(seen.is_sorted_by_key(|progress| progress.stage));
    assert!(seen.iter().all(|progress| progress.done <= progress.total));
    let percents: BTreeSet<_> = seen.iter().map(|progress| progress.percent).collect();
    assert!(percents.len() > 6, "{percents:?}");
}

#[tokio::test]
async fn j23_a_member_who_comes_later_is_in_the_group_once() {
    let journey = Journey::begin().await;
    let company = crew(2).change("users", "crew-1", json!({ "mail": null }));
    let engine = journey.onboard(&company).await;
    let read = journey.tenant.read_back().await;
    assert_eq!(read["groups"][0]["members"], json!([upn(2)]));
    let open = engine.open_issues().await.unwrap();
    let deferred: Vec<_> = open
        .iter()
        .filter(|issue| issue.kind == IssueKind::Deferred)
        .collect();
    assert_eq!(deferred.len(), 1);
    assert_eq!(
        deferred[0].code,
        ErrorCode::UnableToResolveReferenceAttributeValue
    );
    assert_eq!(*deferred[0].object.name, *"Crew");
    assert_eq!(*deferred[0].member.as_ref().unwrap().name, upn(1));

    // as long as nothing changes, it waits without a word
    assert!(journey.next(&engine).await.is_quiet());
    assert_eq!(journey.wire.take().len(), 1);

    let report = journey.next_with(&engine, &crew(2)).await;
    assert_eq!((report.users.created, report.members_added), (1, 1));
    assert_eq!(journey.tenant.read_back().await, whole_crew(2));
    assert_eq!(engine.open_issues().await.unwrap(), []);
    assert!(journey.next(&engine).await.is_quiet());
}

/// So many people, assigned through the group they are in.
fn crew(size: usize) -> Company {
    let ids: Vec<_> = (1..=size).map(|number| format!("crew-{number}")).collect();
    let ids: Vec<_> = ids.iter().map(|id| &**id).collect();
    let people = ids
        .iter()
        .fold(Company::new(), |company, id| company.user(id));
    people.group("Crew", &ids).assign("Group", &["Crew"])
}

/// What the tenant holds once the crew has arrived.
fn whole_crew(size: usize) -> serde_json::Value {
    let mut numbers: Vec<_> = (1..=size).collect();
    numbers.sort_by_key(|number| upn(*number));
    let users = numbers.iter().map(|number| {
        let id = format!("crew-{number}");
        json!({
            "userName": upn(*number), "active": true, "externalId": id,
            "name": { "givenName": id, "familyName": "Test" },
            "emails": [{ "type": "work", "value": upn(*number) }],
        })
    });
    let members: Vec<_> = numbers.iter().map(|number| upn(*number)).collect();
    let group = json!({ "displayName": "Crew", "externalId": "Crew", "members": members });
    json!({ "users": users.collect::<Vec<_>>(), "groups": [group] })
}

fn upn(number: usize) -> String {
    format!("crew-{number}@harborline.example")
}

/// The engine of the saved application, in a new life.
async fn restarted(journey: &Journey) -> TestEngine {
    let application = Application::load("Netskope", &journey.state).await.unwrap();
    let tested = journey.test(&journey.connection()).await.unwrap();
    journey.engine_of(application, &tested)
}

/// Notifies when the request number `count` that fits is about to be sent.
fn notify_at(
    journey: &Journey,
    whom: &Arc<Notify>,
    count: usize,
    fits: impl Fn(&Sent) -> bool + Send + 'static,
) {
    let (whom, mut seen) = (whom.clone(), 0);
    journey.wire.spoil(move |sent| {
        seen += usize::from(fits(sent));
        if seen == count {
            whom.notify_one();
        }
        None
    });
}

/// The method and the endpoint of a request.
fn kind(sent: &Sent) -> (Method, &'static str) {
    let endpoint = ["Users", "Groups"]
        .into_iter()
        .find(|name| sent.target.contains(name));
    (sent.method.clone(), endpoint.unwrap())
}

fn writes(sent: &[Sent]) -> usize {
    sent.iter().filter(|request| request.is_write()).count()
}

#[tokio::test]
async fn j09_each_episode_of_failure_is_told_once() {
    let journey = Journey::begin().await;
    crew(1).write(&journey.directory_file());
    let notices = Arc::new(Mutex::new(Vec::new()));
    let told = notices.clone();
    let engine = journey.engine().await.with_notices(move |notice| {
        told.lock().unwrap().push(notice.clone());
    });
    engine.start().await.unwrap();
    let lookup = journey.token.secret.lookup();
    journey.tenant.tokens.revoke(lookup).await.unwrap();
    for _ in 0..3 {
        assert!(engine.cycle(&|_| {}).await.is_err());
    }
    let notices = notices.lock().unwrap().clone();
    let [Notice::Quarantined(quarantine)] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    assert_eq!(quarantine.code, ErrorCode::InvalidCredentials);
    let status = engine.status().await.unwrap();
    assert_eq!(status.job(), JobState::Quarantined);
    assert_eq!(status.next_cycle_at, Some(quarantine.next_attempt.clone()));
}
