//! J17: a cycle every forty minutes, by a clock that is set forward by hand.

use std::sync::Arc;

use scimkit::{
    mapping::MappingSet,
    provisioning::{CycleErrorKind, Options},
    schema::DateTime,
};
use scimkit_tests::{Company, Journey, TestEngine};
use tokio::sync::Notify;

use crate::run;

#[tokio::test]
async fn j17_nothing_happens_before_forty_minutes() {
    let journey = Journey::begin().await;
    let engine = journey.onboard(&one_person()).await;
    let status = engine.status().await.unwrap();
    assert_eq!(status.interval_seconds, 40 * 60, "the interval is shown");
    for _ in 0..3 {
        journey.clock.advance(13 * 60);
        assert_eq!(engine.run_if_due(&|_| {}).await.unwrap(), None);
    }
    assert_eq!(journey.wire.take().len(), 0, "no work between");
    journey.clock.advance(60);
    run(&engine).await;
    assert_eq!(engine.run_if_due(&|_| {}).await.unwrap(), None);
}

#[tokio::test]
async fn j17_a_late_cycle_does_not_shift_the_next() {
    let journey = Journey::begin().await;
    one_person().write(&journey.directory_file());
    let engine = journey.engine().await;
    engine.start().await.unwrap();
    let first = due(&engine).await;
    run(&engine).await;
    assert_eq!(due(&engine).await, first.plus_seconds(2_400));

    journey.clock.advance(2_400 + 15 * 60); // fifteen minutes late
    run(&engine).await;
    assert_eq!(due(&engine).await, first.plus_seconds(2 * 2_400));

    journey.clock.advance(3 * 2_400); // some were missed: they do not bunch
    run(&engine).await;
    assert_eq!(due(&engine).await, first.plus_seconds(5 * 2_400));
    assert_eq!(engine.run_if_due(&|_| {}).await.unwrap(), None);
}

#[tokio::test]
async fn j17_a_long_cycle_does_not_overlap_itself() {
    let journey = Journey::begin().await;
    one_person().write(&journey.directory_file());
    let engine = journey.engine().await;
    engine.start().await.unwrap();
    let first = due(&engine).await;
    let middle = Arc::new(Notify::new());
    let whom = middle.clone();
    journey.wire.spoil(move |sent| {
        if sent.is_write() {
            whom.notify_one();
        }
        None
    });
    let second = async {
        middle.notified().await;
        journey.clock.advance(50 * 60);
        engine.run_if_due(&|_| {}).await.unwrap_err()
    };
    let (report, refused) = tokio::join!(engine.run_if_due(&|_| {}), second);
    assert!(matches!(refused.kind(), CycleErrorKind::AlreadyRunning));
    assert!(report.unwrap().unwrap().duration_seconds() >= 50 * 60);
    assert_eq!(due(&engine).await, first.plus_seconds(2 * 2_400));
}

#[tokio::test]
async fn j17_the_interval_is_an_option() {
    let journey = Journey::begin().await;
    one_person().write(&journey.directory_file());
    let options = Options::default().with_interval_seconds(600);
    let mappings = MappingSet::netskope_user_authentication();
    let engine = journey.engine_with("Netskope", mappings, options).await;
    engine.start().await.unwrap();
    let first = due(&engine).await;
    run(&engine).await;
    assert_eq!(due(&engine).await, first.plus_seconds(600));
    assert_eq!(engine.status().await.unwrap().interval_seconds, 600);
}

fn one_person() -> Company {
    Company::new().user("mira").assign("User", &["mira"])
}

async fn due(engine: &TestEngine) -> DateTime {
    engine.status().await.unwrap().next_cycle_at.unwrap()
}
