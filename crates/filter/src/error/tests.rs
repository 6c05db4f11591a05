use std::fmt::Write;

use insta::assert_snapshot;
use scimkit_schema::{Compat, ScimType};

use crate::{AttributePath, Filter, Limits, Path};

fn message(input: &str) -> String {
    input.parse::<Filter>().unwrap_err().to_string()
}

fn messages(inputs: &[&str]) -> String {
    inputs.iter().fold(String::new(), |mut out, input| {
        writeln!(out, "{input:<36} {}", message(input)).unwrap();
        out
    })
}

#[test]
fn names_and_operators() {
    assert_snapshot!(messages(&[
        "",
        "userName",
        "userName regex \"x\"",
        "userName = \"x\"",
        "userName=secret",
        "userName \"x\"",
        "user name eq \"x\"",
        "9a eq 1",
        "a. eq 1",
        "a.b.c eq 1",
        ":userName pr",
        "urn:x: pr",
        "näme pr",
        "[type pr]",
        "$ref pr",
        "not userName pr",
    ]), @"");
}

#[test]
fn structure() {
    assert_snapshot!(messages(&[
        "a pr xor b pr",
        "a pr and",
        "a pr and(b pr)",
        "(a pr)and b pr",
        "(a pr",
        "a pr)",
        "()",
        "emails[]",
        "emails[type pr",
        "emails[type pr)",
        "emails[a[b pr]]",
        "emails[type pr].value pr",
        "emails [type pr]",
        "a\tpr",
    ]), @"");
}

#[test]
fn values() {
    assert_snapshot!(messages(&[
        "a eq",
        "a eq secret",
        "a eq 'secret'",
        "a eq \"secret",
        "a eq \"secret\" secret",
        "a eq \"secret\"secret",
        "a eq \"secret\" \"secret\"",
        "a eq\"secret\"",
        "a eq'secret'",
        "a eq 01",
        "a eq {\"secret\":1}",
        "a eq [\"secret\"]",
        "a eq \"\\x41secret\"",
        "a eq \"\\ud800secret\"",
        "a eq \"\\u00\"",
        "a eq \"\\u0000\"",
        "a eq \"se\tcret\"",
        "(a eq \"secret\" secret",
        "emails[a eq \"secret\" secret",
    ]), @"");
}

#[test]
fn limits() {
    let parse = |text: &str, limits| {
        let error = Filter::parse(text, limits, Compat::strict()).unwrap_err();
        error.to_string()
    };
    let limits = Limits::default();
    assert_snapshot!(parse("title pr", limits.with_bytes(7)), @"");
    assert_snapshot!(parse("((title pr))", limits.with_depth(1)), @"");
    assert_snapshot!(parse("title pr or active pr", limits.with_nodes(2)), @"");
}

#[test]
fn what_is_shown_is_short_and_escaped() {
    let long = format!("a {}", "b".repeat(100));
    assert!(message(&long).contains(&format!("`{}`", "b".repeat(40))));
    assert_snapshot!(message("a\u{7}b\u{202e} pr"), @"");
}

#[test]
fn a_path_is_invalid_outside_its_brackets_and_its_filter_inside() {
    for (input, expected) in [
        ("", ScimType::InvalidPath),
        ("a.b.c", ScimType::InvalidPath),
        ("emails[type pr].", ScimType::InvalidPath),
        ("emails[type pr]x", ScimType::InvalidPath),
        ("emails[type is \"x\"]", ScimType::InvalidFilter),
        ("emails[type pr", ScimType::InvalidFilter),
    ] {
        let error = input.parse::<Path>().unwrap_err();
        assert_eq!(error.scim_type(), expected, "{input}: {error}");
    }
    let error = "emails[".parse::<AttributePath>().unwrap_err();
    assert_eq!(error.scim_type(), ScimType::InvalidPath);
}

#[test]
fn the_caret_stands_under_the_character() {
    let input = "naïve eq \"é\" xx";
    let input = input.replace("naïve", "name");
    let error = input.parse::<Filter>().unwrap_err();
    assert_eq!(error.caret(&input), "name eq \"é\" xx\n            ^");
}
