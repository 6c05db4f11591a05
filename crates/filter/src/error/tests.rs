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
    ]), @r#"
                                         expected an attribute name, found the end at byte 0
    userName                             expected a blank and an operator, found the end at byte 8
    userName regex "x"                   unknown operator `regex`, use one of eq, ne, co, sw, ew, gt, lt, ge, le, pr at byte 9
    userName = "x"                       unknown operator `=`, use one of eq, ne, co, sw, ew, gt, lt, ge, le, pr at byte 9
    userName=secret                      expected an attribute name, found `userName=` at byte 8
    userName "x"                         expected an operator, found `"` at byte 9
    user name eq "x"                     unknown operator `name`, use one of eq, ne, co, sw, ew, gt, lt, ge, le, pr at byte 5
    9a eq 1                              expected an attribute name, found `9` at byte 0
    a. eq 1                              expected a sub-attribute name, found nothing at byte 2
    a.b.c eq 1                           expected at most one sub-attribute, found `.` at byte 3
    :userName pr                         expected the URN of a schema before the colon, found `:` at byte 0
    urn:x: pr                            expected an attribute name, found nothing at byte 6
    näme pr                              expected an attribute name, found `nä` at byte 1
    [type pr]                            expected an attribute name, found `[` at byte 0
    $ref pr                              expected an attribute name, found `$` at byte 0
    not userName pr                      expected `(` after `not`, found `userName` at byte 4
"#);
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
    ]), @r#"
    a pr xor b pr                        expected `and`, `or` or the end, found `xor` at byte 5
    a pr and                             expected an attribute name, found the end at byte 8
    a pr and(b pr)                       expected a blank after the operator, found `(` at byte 8
    (a pr)and b pr                       expected a blank before the operator, found `and` at byte 6
    (a pr                                expected `and`, `or` or `)`, found the end at byte 5
    a pr)                                expected `and`, `or` or the end, found `)` at byte 4
    ()                                   expected an attribute name, found `)` at byte 1
    emails[]                             expected an attribute name, found `]` at byte 7
    emails[type pr                       expected `and`, `or` or `]`, found the end at byte 14
    emails[type pr)                      expected `and`, `or` or `]`, found `)` at byte 14
    emails[a[b pr]]                      expected an operator: brackets do not nest, found `[` at byte 8
    emails[type pr].value pr             expected `and`, `or` or the end, found `.` at byte 15
    emails [type pr]                     expected an operator, found `[` at byte 7
    a	pr                                 expected an attribute name, found `a\t` at byte 1
"#);
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
    ]), @r#"
    a eq                                 expected a JSON string, number, true, false or null, found the end at byte 4
    a eq secret                          expected a JSON string, number, true, false or null, found a bare word: put text into double quotation marks at byte 5
    a eq 'secret'                        expected a JSON string, number, true, false or null, found a single quotation mark: put text into double ones at byte 5
    a eq "secret                         expected a JSON string, number, true, false or null, found a string without its closing quotation mark at byte 5
    a eq "secret" secret                 expected `and`, `or` or the end, found more text at byte 14
    a eq "secret"secret                  expected `and`, `or` or the end, found more text at byte 13
    a eq "secret" "secret"               expected `and`, `or` or the end, found more text at byte 14
    a eq"secret"                         expected a blank after the operator, found `"` at byte 4
    a eq'secret'                         expected a blank after the operator, found more text at byte 4
    a eq 01                              expected a JSON string, number, true, false or null, found a bare word: put text into double quotation marks at byte 5
    a eq {"secret":1}                    expected a JSON string, number, true, false or null, found an object at byte 5
    a eq ["secret"]                      expected a JSON string, number, true, false or null, found a bracket at byte 5
    a eq "\x41secret"                    expected a JSON string, number, true, false or null, found an escape that JSON does not have at byte 6
    a eq "\ud800secret"                  expected a JSON string, number, true, false or null, found half of a surrogate pair in a string at byte 6
    a eq "\u00"                          expected a JSON string, number, true, false or null, found a \u escape without four hexadecimal digits at byte 6
    a eq "\u0000"                        expected a JSON string, number, true, false or null, found the character U+0000 in a string at byte 6
    a eq "se	cret"                       expected a JSON string, number, true, false or null, found a control character: write it as an escape at byte 8
    (a eq "secret" secret                expected `and`, `or` or the end, found more text at byte 15
    emails[a eq "secret" secret          expected `and`, `or` or the end, found more text at byte 21
"#);
}

#[test]
fn limits() {
    let parse = |text: &str, limits| {
        let error = Filter::parse(text, limits, Compat::strict()).unwrap_err();
        error.to_string()
    };
    let limits = Limits::default();
    assert_snapshot!(parse("title pr", limits.with_bytes(7)), @"more than 7 bytes at byte 7");
    assert_snapshot!(parse("((title pr))", limits.with_depth(1)), @"more than 1 nested groups at byte 1");
    assert_snapshot!(parse("title pr or active pr", limits.with_nodes(2)), @"more than 2 terms and operators at byte 12");
}

#[test]
fn what_is_shown_is_short_and_escaped() {
    let long = format!("a {}", "b".repeat(100));
    assert!(message(&long).contains(&format!("`{}`", "b".repeat(40))));
    assert_snapshot!(message("a\u{7}b\u{202e} pr"), @r"expected an attribute name, found `a\u{7}` at byte 1");
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
    let input = "name eq \"é\" xx";
    let error = input.parse::<Filter>().unwrap_err();
    assert_eq!(error.caret(input), "name eq \"é\" xx\n            ^");
}
