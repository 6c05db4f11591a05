//! The floor table of `docs/architecture.md`, checked: a crate depends on the crates that its row names, on what those stand on, and on
//! nothing else of ours, dev-dependencies included.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

/// A crate and the crates that it stands on directly.
const FLOORS: &[(&str, &[&str])] = &[
    ("scimkit-schema", &[]),
    ("scimkit-system", &["scimkit-schema"]),
    ("scimkit-filter", &["scimkit-schema"]),
    ("scimkit-protocol", &["scimkit-filter"]),
    ("scimkit-patch", &["scimkit-filter"]),
    ("scimkit-mapping", &["scimkit-patch"]),
    ("scimkit-store", &["scimkit-patch"]),
    ("scimkit-client", &["scimkit-protocol", "scimkit-patch"]),
    (
        "scimkit-server",
        &["scimkit-protocol", "scimkit-patch", "scimkit-store"],
    ),
    ("scimkit-sql", &["scimkit-store"]),
    ("scimkit-tower", &["scimkit-server"]),
    ("scimkit-reqwest", &["scimkit-client"]),
    ("scimkit-sqlite", &["scimkit-sql"]),
    ("scimkit-postgres", &["scimkit-sql"]),
    (
        "scimkit-provisioning",
        &["scimkit-mapping", "scimkit-client", "scimkit-store"],
    ),
];

/// What may be in the normal dependencies of no crate below floor 5.
const RUNTIMES: &[&str] = &[
    "tokio",
    "async-std",
    "smol",
    "hyper",
    "reqwest",
    "rusqlite",
    "tokio-postgres",
    "axum",
];

/// Crates that bring drivers, sockets or runtimes, and the facade over all.
const ADAPTERS: &[&str] = &[
    "scimkit-sqlite",
    "scimkit-postgres",
    "scimkit-tower",
    "scimkit-reqwest",
    "scimkit",
];

#[test]
fn every_arrow_goes_down() {
    let floors: BTreeMap<_, _> = FLOORS.iter().copied().collect();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let ours: BTreeSet<_> = dependencies(&package, |_| true)
            .into_iter()
            .filter(|name| name.starts_with("scimkit"))
            .collect();
        match floors.get(name) {
            Some(_) => {
                let allowed = closure(name, &floors);
                let wrong: Vec<_> = ours.difference(&allowed).collect();
                assert!(wrong.is_empty(), "{name} must not depend on {wrong:?}");
            }
            None => assert!(
                ["scimkit", "scimkit-tests", "scimkit-examples"].contains(&name),
                "{name} stands on no floor: add it to the table"
            ),
        }
    }
}

#[test]
fn no_runtime_below_the_adapters() {
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if ADAPTERS.contains(&name) || ["scimkit-tests", "scimkit-examples"].contains(&name) {
            continue;
        }
        let normal = dependencies(&package, Value::is_null);
        let wrong: Vec<_> = normal
            .iter()
            .filter(|name| RUNTIMES.contains(&name.as_str()))
            .collect();
        assert!(wrong.is_empty(), "{name} must not depend on {wrong:?}");
    }
}

#[test]
fn every_published_crate_takes_the_workspace_lints() {
    for package in packages() {
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{}",
            package["name"]
        );
    }
}

fn closure(name: &str, floors: &BTreeMap<&str, &[&str]>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = floors[name].to_vec();
    while let Some(next) = open.pop() {
        if reached.insert(next.to_owned()) {
            open.extend(floors[next]);
        }
    }
    reached
}

fn dependencies(package: &Value, kind: impl Fn(&Value) -> bool) -> Vec<String> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|one| kind(&one["kind"]))
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

fn packages() -> Vec<Value> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version=1",
            "--no-deps",
            "--offline",
            "--manifest-path",
            manifest,
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}
