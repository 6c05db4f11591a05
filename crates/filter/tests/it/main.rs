//! Every row of the filter vectors is a test of its own name; what fails for a reason stands in `filter-known-failures.txt`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "these are tests, though without the test attribute"
)]

mod schemas;
mod stored;
mod vectors;

use std::{collections::BTreeMap, process::ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let known = known_failures();
    let cases = vectors::all();
    let names: Vec<_> = cases.iter().map(|case| case.name.clone()).collect();
    let mut trials: Vec<_> = cases
        .into_iter()
        .map(|case| {
            let reason = known.get(&case.name).cloned();
            Trial::test(case.name, move || expect((case.run)(), reason))
        })
        .collect();
    trials.push(Trial::test(
        "known_failures_name_vectors",
        move || match known.keys().find(|name| !names.contains(name)) {
            None => Ok(()),
            Some(name) => Err(format!("there is no vector {name}").into()),
        },
    ));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A known failure must fail.
fn expect(result: Result<(), Failed>, known: Option<String>) -> Result<(), Failed> {
    match (result, known) {
        (Ok(()), Some(reason)) => Err(format!(
            "passes, though it is a known failure: {reason}; take it off the list"
        )
        .into()),
        (Err(_), Some(_)) => Ok(()),
        (result, None) => result,
    }
}

/// Lines of `name: reason`.
fn known_failures() -> BTreeMap<String, String> {
    include_str!("../../../../fixtures/filter-known-failures.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, reason) = line.split_once(": ").expect("`name: reason`");
            (name.to_owned(), reason.to_owned())
        })
        .collect()
}
