//! What entries of the log say about time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use pollster::block_on;
use scimkit_provisioning::{Application, Engine};
use scimkit_schema::{Clock, DateTime};

use crate::bench::Bench;

/// A clock that goes on by a millisecond whenever it is looked at.
#[derive(Default)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(self.0.fetch_add(1_000, Ordering::Relaxed))
    }
}

#[test]
fn an_entry_says_how_long_its_object_took() {
    let bench = Bench::new();
    let application = block_on(Application::load("Netskope", &bench.state)).unwrap();
    let tested = crate::bench::tested(
        &bench.target,
        application.mappings(),
        &*bench.time,
        &*bench.ids,
    );
    let clock = Arc::new(Ticking::default());
    let (directory, state, ids) = (
        bench.directory.clone(),
        bench.state.clone(),
        bench.ids.clone(),
    );
    let engine = Engine::new(application, directory, tested.client(), state, clock, ids);
    block_on(engine.cycle(&|_| {})).unwrap();
    let log = block_on(engine.log(0, 100)).unwrap();
    let durations = log.iter().map(|entry| entry.duration_in_milliseconds);
    let durations: Vec<_> = durations.collect();
    // not the time since the cycle began, which only grows
    assert!(
        durations.len() > 2 && durations.iter().all(|it| (1..5).contains(it)),
        "{durations:?}"
    );
}
