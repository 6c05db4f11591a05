//! The table itself: it is what the fixture says, and every test that it names exists.
//!
//! `SCIMKIT_WRITE=1 cargo test -p scimkit-tests --test conformance` writes it anew.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rows() -> Vec<Value> {
    let text = fs::read_to_string(root().join("fixtures/conformance.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn tests(row: &Value) -> Vec<&str> {
    let tests = row["tests"].as_array();
    let tests = tests.map(Vec::as_slice).unwrap_or_default();
    tests.iter().map(|name| name.as_str().unwrap()).collect()
}

const HEAD: &str = "\
# Conformance

One row for each requirement that this project reads out of RFC 7643, RFC 7644, RFC 6750, RFC 9110, RFC 9865, RFC 9944, RFC 9967 (with RFC
8417, RFC 8935 and RFC 8936) and their errata, and the tests that prove it. A test is named by the folder in `crates/` where it stands, and
the name of its function or of its row in the vectors of `fixtures/`. The table is made from `fixtures/conformance.json`; a test fails when
the two differ, or when a named test does not exist.

States: **tested**; **open**: the requirement is not met, for the reason said; **elsewhere**: decided outside of these crates, as said;
**chosen**: an option of the RFC that is not taken, as said.
";

fn table() -> String {
    let rows = rows();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap();
        let state = text("state");
        *counts.entry((text("area"), state)).or_default() += 1;
        let named: Vec<_> = tests(row).iter().map(|name| format!("`{name}`")).collect();
        let shown = match row["why"].as_str() {
            None => state.to_owned(),
            Some(why) => format!("{state}: {why}"),
        };
        lines.push(format!(
            "| {} | {} §{} | {} | {} | {} | {shown} |",
            text("id"),
            text("rfc"),
            text("section"),
            text("level"),
            text("area"),
            named.join(", "),
        ));
    }
    let counts = counts
        .iter()
        .map(|((area, state), count)| format!("| {area} | {state} | {count} |"));
    let counts: Vec<_> = counts.collect();
    format!(
        "{HEAD}\n| area | state | rows |\n| --- | --- | --- |\n{}\n\n| id | RFC | level | area | test | state |\n| --- | --- | --- | --- | --- | --- |\n{}\n",
        counts.join("\n"),
        lines.join("\n"),
    )
}

#[test]
fn the_table_is_what_the_fixture_says() {
    let file = root().join("docs/conformance.md");
    if env::var_os("SCIMKIT_WRITE").is_some() {
        fs::write(&file, table()).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap() == table(),
        "docs/conformance.md is older than fixtures/conformance.json; write it anew with SCIMKIT_WRITE=1"
    );
}

#[test]
fn every_row_is_tested_or_says_why_not() {
    for row in rows() {
        let state = row["state"].as_str().unwrap();
        let is_tested = state == "tested";
        assert!(
            ["tested", "open", "elsewhere", "chosen"].contains(&state),
            "{row}"
        );
        assert!(!is_tested || !tests(&row).is_empty(), "{row}");
        assert_eq!(row["why"].is_string(), !is_tested, "{row}");
    }
}

#[test]
fn every_named_test_exists() {
    let mut sources: BTreeMap<String, String> = BTreeMap::new();
    for row in rows() {
        for name in tests(&row) {
            let (place, test) = name.split_once(' ').expect("`crate test`");
            let source = sources
                .entry(place.to_owned())
                .or_insert_with(|| source(place));
            let is_vector = test.len() <= 5
                && test
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
            let wanted = if is_vector {
                format!(r#""id":"{test}""#)
            } else {
                format!("fn {test}(")
            };
            assert!(
                source.contains(&wanted),
                "{}: there is no test `{name}`",
                row["id"]
            );
        }
    }
}

/// Everything that the tests of a crate may be named in: its Rust files, and the vectors it plays.
fn source(place: &str) -> String {
    let folder = root().join("crates").join(place);
    assert!(folder.is_dir(), "there is no crate {place}");
    let mut source = String::new();
    collect(&folder, &mut source);
    let vectors: &[&str] = match place {
        "filter" => &["filter-vectors", "filter-eval", "filter-dialect-vectors"],
        "patch" => &["patch-vectors", "patch-dialect-vectors"],
        _ => &[],
    };
    for file in vectors {
        let text = fs::read_to_string(root().join(format!("fixtures/{file}.json"))).unwrap();
        let vectors: Value = serde_json::from_str(&text).unwrap();
        source += &vectors.to_string();
    }
    source
}

fn collect(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *into += &fs::read_to_string(&path).unwrap();
        }
    }
}
