//! Companies that change at random, a target and a wire with faults, an engine that dies: whatever happens, the engine must do no harm, and
//! bring the target to what it should be once the weather is fair.
//!
//! `SCIMKIT_SEEDS` says how many seeds are played; `SCIMKIT_SEED` replays one of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the code around the tests is test code, too"
)]

mod clock;
mod company;
mod dice;
mod faults;
mod invariants;
mod planted;
mod tenant;
mod wire;
mod world;

use std::{
    env,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use crate::world::play;

#[test]
fn every_seed_comes_to_a_good_end() {
    let number = |name| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    if let Some(seed) = number("SCIMKIT_SEED") {
        play(seed, None).unwrap_or_else(|wrong| panic!("{wrong}"));
        return;
    }
    let seeds = number("SCIMKIT_SEEDS").unwrap_or(400);
    let failures = failing(seeds, |seed| play(seed, None), |_| false);
    println!("{seeds} seeds played");
    if let Some(first) = failures.first() {
        let headlines = failures.iter().filter_map(|wrong| wrong.lines().next());
        let headlines: Vec<_> = headlines.take(20).collect();
        panic!(
            "{} of {seeds} seeds fail:\n{}\n\n{first}",
            failures.len(),
            headlines.join("\n")
        );
    }
}

/// What is wrong with the seeds below `seeds`, the lowest first, up to one that `is_enough`.
fn failing(
    seeds: u64,
    play: impl Fn(u64) -> Result<(), String> + Sync,
    is_enough: impl Fn(&str) -> bool + Sync,
) -> Vec<String> {
    let next = AtomicU64::new(0);
    let work = || {
        let mut failures = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return failures;
            }
            if let Err(wrong) = play(seed) {
                if is_enough(&wrong) {
                    next.store(seeds, Ordering::Relaxed);
                }
                failures.push((seed, wrong));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut failures: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    failures.sort();
    failures.into_iter().map(|(_, wrong)| wrong).collect()
}
