//! Every row of `fixtures/patch-vectors.json` and `fixtures/patch-dialect-vectors.json` as a test of its own.
//!
//! Known failures stand in `fixtures/patch-known-failures.txt`, one `name: reason` a line. An entry that passes, or that names no
//! test, fails the run.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary without the standard harness, which is how clippy tells tests"
)]

mod normal;
mod vector;

use std::collections::BTreeMap;

use libtest_mimic::{Arguments, Failed, Trial};

use vector::{Expected, Vector};

fn main() {
    let known = known_failures();
    let mut trials = Vec::new();
    let mut names = Vec::new();
    for (name, check) in checks() {
        let reason = known.get(&name).cloned();
        names.push(name.clone());
        trials.push(Trial::test(name, move || outcome(check(), reason)));
    }
    let stale: Vec<_> = known
        .into_keys()
        .filter(|name| !names.contains(name))
        .collect();
    trials.push(Trial::test("known-failures-exist", move || {
        if stale.is_empty() {
            return Ok(());
        }
        Err(format!("no such tests: {stale:?}").into())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

type Check = Box<dyn FnOnce() -> Result<(), String> + Send>;

fn checks() -> Vec<(String, Check)> {
    let mut checks: Vec<(String, Check)> = Vec::new();
    for vector in vector::load("patch-vectors.json") {
        let name = vector.id.clone();
        checks.push((
            name,
            Box::new(move || vector.check_strict(&vector.expected)),
        ));
    }
    for vector in vector::load("patch-dialect-vectors.json") {
        let in_profile = vector.clone();
        let with_rules = vector.clone();
        checks.push((
            format!("{}-{}", vector.id, vector.profile),
            Box::new(move || in_profile.check_profile()),
        ));
        checks.push((
            format!("{}-rules", vector.id),
            Box::new(move || with_rules.check_rules()),
        ));
        checks.push((
            format!("{}-strict", vector.id),
            Box::new(move || {
                let outcomes = &vector.strict;
                let mut failures = Vec::new();
                for expected in outcomes {
                    match vector.check_strict(expected) {
                        Ok(()) => return Ok(()),
                        Err(failure) => failures.push(failure),
                    }
                }
                Err(failures.join("\nor: "))
            }),
        ));
    }
    checks
}

fn outcome(result: Result<(), String>, known: Option<String>) -> Result<(), Failed> {
    match (result, known) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Err(failure), None) => Err(failure.into()),
        (Ok(()), Some(reason)) => Err(format!("passes; take it off the list ({reason})").into()),
    }
}

fn known_failures() -> BTreeMap<String, String> {
    vector::fixture("patch-known-failures.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, reason) = line.split_once(": ").expect("`name: reason`");
            (name.to_owned(), reason.to_owned())
        })
        .collect()
}

impl Vector {
    fn check_profile(&self) -> Result<(), String> {
        let outcome = self.run(self.compat());
        self.compare(&outcome, &self.expected)?;
        let Ok(done) = outcome else {
            return Ok(());
        };
        let rules = self.rules();
        if rules.contains(done.bent) {
            return Ok(());
        }
        Err(format!("bent {:?}, the row names {rules:?}", done.bent))
    }

    /// With nothing but the rules that the row names, the outcome is the same, and all of them are needed.
    fn check_rules(&self) -> Result<(), String> {
        let rules = self.rules();
        let outcome = self.run(rules);
        self.compare(&outcome, &self.expected)?;
        match outcome {
            Ok(done) if done.bent != rules => {
                Err(format!("bent {:?}, the row names {rules:?}", done.bent))
            }
            _ => Ok(()),
        }
    }

    fn check_strict(&self, expected: &Expected) -> Result<(), String> {
        self.compare(&self.run(scimkit_schema::Compat::strict()), expected)
    }
}
