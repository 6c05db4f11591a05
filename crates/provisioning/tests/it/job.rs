//! The job around the cycles: quarantine, notices, restarts, two engines at once.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response};
use pollster::block_on;
use scimkit_client::{Transport, TransportError};
use scimkit_mapping::{AttributeMapping, MappingSet, ObjectMapping};
use scimkit_provisioning::{
    Application, Connection, CycleEnd, CycleErrorKind, Engine, ErrorCode, JobState, Notice,
    Options, Provisioning, Quarantine, QuarantineReason, Reset,
};
use scimkit_schema::{Clock, DateTime, core};

use crate::{
    bench::{Bench, OneToken, TestEngine},
    target::{Fault, Target},
};

/// An engine on the bench's state that tells what it notices.
fn noticing(bench: &Bench) -> (TestEngine, Arc<Mutex<Vec<Notice>>>) {
    let notices = Arc::new(Mutex::new(Vec::new()));
    let seen = notices.clone();
    let engine = bench
        .another_engine()
        .with_notices(move |notice| seen.lock().unwrap().push(notice.clone()));
    (engine, notices)
}

/// Lets time pass until the next cycle is due, and runs it. Gives whether it came to its end.
fn next(bench: &Bench, engine: &TestEngine) -> bool {
    let due = block_on(engine.status()).unwrap().next_cycle_at.unwrap();
    let minutes = (due.unix_micros() - bench.time.now().unix_micros()) / 60_000_000;
    bench.time.pass(minutes.max(0));
    let report = block_on(engine.run_if_due(&|_| {}));
    if let Err(error) = &report {
        assert_eq!(error.report().unwrap().end, CycleEnd::Failed);
    }
    report.is_ok_and(|report| report.is_some())
}

fn hours(from: &DateTime, to: &DateTime) -> i64 {
    (to.unix_micros() - from.unix_micros()) / 3_600_000_000
}

#[test]
fn a_refused_token_is_tried_ever_more_rarely_and_told_once() {
    let bench = Bench::new();
    let (engine, notices) = noticing(&bench);
    bench.target.fault("GET", usize::MAX, Fault::Status(401));
    let mut attempts = Vec::new();
    for _ in 0..5 {
        assert!(!next(&bench, &engine));
        let status = block_on(engine.status()).unwrap();
        let quarantine: Quarantine = status.quarantine.clone().unwrap();
        assert_eq!(status.job(), JobState::Quarantined);
        assert_eq!(
            (quarantine.reason, quarantine.code),
            (
                QuarantineReason::EncounteredQuarantineException,
                ErrorCode::InvalidCredentials
            )
        );
        assert_eq!(
            status.next_cycle_at.as_ref(),
            Some(&quarantine.next_attempt)
        );
        attempts.push(hours(&quarantine.since, &quarantine.next_attempt));
    }
    assert_eq!(attempts, [6, 12, 24, 48, 72]);
    assert_eq!(notices.lock().unwrap().len(), 1);

    // one cycle that works ends it, and the next episode is another one
    bench.target.heal();
    assert!(next(&bench, &engine));
    let status = block_on(engine.status()).unwrap();
    assert_eq!(
        (status.job(), status.quarantine),
        (JobState::Incremental, None)
    );
    bench.target.fault("GET", usize::MAX, Fault::Status(401));
    assert!(!next(&bench, &engine));
    let notices = notices.lock().unwrap();
    assert!(
        notices
            .iter()
            .all(|it| matches!(it, Notice::Quarantined(_)))
    );
    assert_eq!(notices.len(), 2);
}

#[test]
fn after_28_days_in_quarantine_the_job_is_disabled() {
    let bench = Bench::new();
    let (engine, notices) = noticing(&bench);
    bench.target.fault("GET", usize::MAX, Fault::Status(401));
    let mut cycles = 0;
    while block_on(engine.status()).unwrap().provisioning == Provisioning::On {
        assert!(!next(&bench, &engine));
        cycles += 1;
    }
    assert_eq!(cycles, 31);
    let status = block_on(engine.status()).unwrap();
    assert_eq!(
        (status.job(), status.next_cycle_at),
        (JobState::Disabled, None)
    );
    assert!(matches!(
        notices.lock().unwrap()[..],
        [Notice::Quarantined(_), Notice::Disabled(_)]
    ));
    bench.target.heal();
    bench.time.pass(60);
    assert_eq!(block_on(engine.run_if_due(&|_| {})).unwrap(), None);
    block_on(engine.start()).unwrap();
    assert!(next(&bench, &engine));
    assert_eq!(
        block_on(engine.status()).unwrap().job(),
        JobState::Incremental
    );
}

#[test]
fn what_often_passes_by_itself_has_three_cycles() {
    let bench = Bench::new();
    bench.target.fault("GET", usize::MAX, Fault::Refuse);
    let quarantined = || {
        block_on(bench.engine.status())
            .unwrap()
            .quarantine
            .is_some()
    };
    for expected in [false, false, true] {
        bench.try_cycle().unwrap_err();
        assert_eq!(quarantined(), expected);
    }
}

#[test]
fn the_guard_puts_into_quarantine_until_somebody_allows_it() {
    let bench = Bench::new();
    bench.change(|directory| {
        let names: Vec<_> = (10..30).map(|n| format!("p{n}")).collect();
        directory
            .users
            .extend(names.iter().map(|name| crate::bench::user(name)));
        let members: Vec<_> = names.iter().map(String::as_str).collect();
        directory.groups[0] = crate::bench::group("Finance", &members);
    });
    bench.cycle();
    bench.change(|directory| directory.assignments = Some(Vec::new()));
    bench.try_cycle().unwrap_err();
    let status = block_on(bench.engine.status()).unwrap();
    let quarantine = status.quarantine.unwrap();
    assert_eq!(quarantine.reason, QuarantineReason::TooManyDeletes);
    block_on(bench.engine.allow_deletions()).unwrap();
    let report = block_on(bench.engine.run_if_due(&|_| {})).unwrap().unwrap();
    assert_eq!(report.users.disabled, 20);
    assert_eq!(block_on(bench.engine.status()).unwrap().quarantine, None);
}

#[test]
fn the_end_of_the_token_is_told_ahead_and_once() {
    let at = DateTime::from_unix_micros(40 * 24 * 3_600_000_000);
    let options = Options::default().with_token_expires_at(at.clone());
    let mut bench = Bench::with(MappingSet::netskope_user_authentication(), options);
    let (engine, notices) = noticing(&bench);
    assert!(next(&bench, &engine));
    assert_eq!(notices.lock().unwrap().len(), 0);
    bench.log();
    bench.time.pass(11 * 24 * 60);
    for _ in 0..3 {
        assert!(next(&bench, &engine));
    }
    assert_eq!(
        *notices.lock().unwrap(),
        [Notice::TokenExpires { at: at.clone() }]
    );
    assert_eq!(
        block_on(engine.status()).unwrap().token_expires_at,
        Some(at)
    );
    insta::assert_snapshot!(bench.log(), @"other warning the cycle CredentialExpires: the token ends at 1970-02-10T00:00:00Z: make a new one before");
}

#[test]
fn a_restart_that_keeps_the_links_looks_at_everything_and_asks_for_nobody() {
    let bench = Bench::new();
    bench.cycle();
    bench.target.take_trace();
    block_on(bench.engine.restart(Reset::KeepLinks)).unwrap();
    let report = bench.cycle();
    // who is in the group already is sent again, which changes nothing
    insta::assert_snapshot!(bench.trace(), @r#"
    GET /Users?userName eq "id-13"
    GET /Users/u-1
    GET /Users/u-2
    GET /Groups/g-3
    PATCH /Groups/g-3
    "#);
    assert_eq!((report.users.unchanged, report.users.adopted), (2, 0));
    assert!(bench.cycle().is_quiet());
}

/// A target that takes long for the requests after its third: those who wait are woken when it is done.
#[derive(Clone)]
struct Slow {
    target: Target,
    waiting: Arc<Mutex<Vec<Waker>>>,
}

impl Slow {
    fn go_on(&self) {
        for waker in self.waiting.lock().unwrap().drain(..) {
            waker.wake();
        }
    }
}

impl Transport for Slow {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut is_ready = self.target.tenant().trace.len() != 3;
        poll_fn(|context| {
            if is_ready {
                return Poll::Ready(());
            }
            is_ready = true;
            self.waiting.lock().unwrap().push(context.waker().clone());
            Poll::Pending
        })
        .await;
        self.target.send(request).await
    }
}

#[test]
fn two_engines_do_not_work_on_one_application_at_once() {
    let bench = Bench::new();
    let application = block_on(Application::load("Netskope", &bench.state)).unwrap();
    let base = "http://127.0.0.1:8080/scim".parse().unwrap();
    let slow = Slow {
        target: bench.target.clone(),
        waiting: Arc::default(),
    };
    let connection = Connection::new(base, "env:TOKEN".parse().unwrap(), slow.clone());
    let tested =
        block_on(connection.with_evidence(Some(application.evidence()), &OneToken)).unwrap();
    let other = Engine::new(
        application,
        bench.directory.clone(),
        tested.client(),
        bench.state.clone(),
        bench.time.clone(),
        bench.ids.clone(),
    );
    bench.target.take_trace();
    let mut cycle = pin!(other.cycle(&|_| {}));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Pending = cycle.as_mut().poll(&mut context) else {
        panic!("it waits for an answer")
    };
    assert_eq!(bench.target.tenant().trace.len(), 3);

    assert_eq!(block_on(bench.engine.run_if_due(&|_| {})).unwrap(), None);
    let refused = block_on(bench.engine.cycle(&|_| {})).unwrap_err();
    insta::assert_snapshot!(refused.to_string(), @"another engine works on this application, at least until 1970-01-01T00:05:00Z: wait until it ends");
    block_on(bench.engine.restart(Reset::Full)).unwrap_err();
    assert_eq!(bench.target.take_trace().len(), 3);

    // the other one is dead, as it seems
    bench.time.pass(5);
    assert_eq!(bench.cycle().phase, scimkit_provisioning::Phase::Initial);
    let is_quiet = bench.cycle().is_quiet();
    assert!(is_quiet);
    // it was not, and finds that it was thought to be
    slow.go_on();
    let Poll::Ready(ended) = cycle.as_mut().poll(&mut context) else {
        panic!("it goes on")
    };
    assert!(matches!(ended.unwrap_err().kind(), CycleErrorKind::HeldUp));
    assert_eq!(bench.target.shown().lines().count(), 3);
}

#[test]
fn of_several_values_the_first_that_nobody_has_is_taken() {
    let users = ObjectMapping::new("Users", "User", core::USER)
        .with_attribute(
            AttributeMapping::direct("externalId", "mailNickname")
                .unwrap()
                .with_matching_priority(1),
        )
        .with_attribute(
            AttributeMapping::new(
                "userName",
                r#"SelectUniqueValue([surname], Append([surname], "1"), Append([surname], "2"))"#,
            )
            .unwrap(),
        );
    let bench = Bench::with(MappingSet::new("Unique", [users]), Options::default());
    bench.change(|directory| {
        for user in &mut directory.users {
            user.object = user.object.clone().with("surname", "okafor");
        }
        directory.users.extend(["nkechi", "farid"].map(|name| {
            let mut user = crate::bench::user(name);
            user.object = user.object.with("surname", "okafor");
            user
        }));
        directory.groups[0] =
            crate::bench::group("Finance", &["mira", "tomasz", "nkechi", "farid"]);
    });
    let report = bench.cycle();
    assert_eq!((report.users.created, report.failed), (3, 1));
    let shown = bench.target.shown();
    let names: Vec<_> = shown
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(names, ["okafor", "okafor1", "okafor2"]);
    let issues = block_on(bench.engine.open_issues()).unwrap();
    insta::assert_snapshot!(issues[0].reason, @"the user `farid@harborline.example`: each of the 3 values that `userName` may have is taken in the target: let the mapping offer more");
}
