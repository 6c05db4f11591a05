//! Bugs that are put into the engine on purpose: the simulation has to find each of them.

use scimkit_provisioning::PlantedBug;

use crate::{failing, world::play};

/// Plays seeds until the bug shows in one of these ways.
fn shows(bug: PlantedBug, how: &[&str]) {
    let is_so = |wrong: &str| how.iter().any(|how| wrong.contains(how));
    let failures = failing(SEEDS, |seed| play(seed, Some(bug)), is_so);
    let first = failures.first();
    let first = first.unwrap_or_else(|| panic!("{bug:?} did not show in {SEEDS} seeds"));
    let found = failures.iter().any(|wrong| is_so(wrong));
    assert!(found, "{bug:?} shows otherwise than thought: {first}");
}

#[test]
fn a_create_that_is_repeated_without_another_look_up_is_found() {
    shows(PlantedBug::RepeatCreate, &["is there twice"]);
}

#[test]
fn a_membership_that_is_forgotten_after_a_failure_is_found() {
    shows(PlantedBug::DropEscrow, &["the members of"]);
}

#[test]
fn a_watermark_that_moves_before_the_change_is_made_is_found() {
    shows(PlantedBug::EarlyWatermark, &["should be"]);
}

#[test]
fn a_hit_that_is_trusted_unseen_is_found() {
    shows(PlantedBug::TrustHit, &["is not ours"]);
}

#[test]
fn a_removal_on_the_word_of_an_incomplete_source_is_found() {
    shows(PlantedBug::RemoveOnIncomplete, &["should have stayed"]);
}

const SEEDS: u64 = 3_000;
