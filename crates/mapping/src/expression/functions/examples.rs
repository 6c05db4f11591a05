//! What functions give, beyond the rows of the expression vectors.

use crate::{Compiled, Context, SourceObject, Value};

/// A user with something for every function.
fn user() -> SourceObject {
    let role = |value: &str, name: &str| {
        let parts = [("id", "r-1"), ("value", value), ("displayName", name)];
        let parts = parts.map(|(key, part)| (key.to_owned(), Value::from(part)));
        Value::Complex(parts.into_iter().collect())
    };
    let sid = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 0x02, 0, 0];
    SourceObject::new("User")
        .with("name", "Mira Okafor")
        .with("flags", 514)
        .with("mails", vec!["a@x.example".into(), "A@x.example".into()])
        .with("sid", Value::Binary(sid.to_vec()))
        .with(
            "appRoleAssignments",
            vec![role("Admin", "Administrators"), role("User", "Users")],
        )
        .with("dn", r"CN=Okafor\, Mira \E2\82\AC,OU=Crew,DC=harborline")
        .with("empty", "")
}

fn evaluate(written: &str) -> String {
    let context = Context::default().with_default_domain("harborline.example");
    let value = written
        .parse::<Compiled>()
        .and_then(|compiled| compiled.evaluate(&user(), &context));
    match value {
        Ok(Value::Null) => "null".to_owned(),
        Ok(Value::Multi(values)) => {
            let texts: Vec<_> = values.iter().filter_map(Value::as_text).collect();
            format!("[{}]", texts.join("|"))
        }
        Ok(Value::Candidates(values)) => format!("one of {}", values.len()),
        Ok(value) => value.as_text().unwrap_or_default().into_owned(),
        Err(error) => format!("! {error}"),
    }
}

fn check(rows: &[(&str, &str)]) {
    for (written, expected) in rows {
        assert_eq!(evaluate(written), *expected, "{written}");
    }
}

#[test]
fn text() {
    check(&[
        (r#"Word([name], 2, " ")"#, "Okafor"),
        (r#"Word("  a  b ", 2, " ")"#, "b"),
        (r#"InStr("abc", "")"#, "1"),
        (r#"InStr("ÄÖÜ", "ü", , vbTextCompare)"#, "3"),
        (r#"InStr("abc", "a", 2)"#, "0"),
        (
            r#"InStr("abc", "a", 0)"#,
            "! `InStr` counts from 1: it cannot start before (at byte 0)",
        ),
        ("DNComponent([dn], 1)", "Okafor, Mira €"),
        ("DNComponent([dn], 3)", "harborline"),
        ("DNComponent([dn], 4)", "null"),
        ("DNComponent([none], 1)", "null"),
        (r#"PCase("3rd of MAY o'neil")"#, "3Rd Of May O'neil"),
        ("Trim([mails])", "[a@x.example|A@x.example]"),
        (r#"Left("äöü", 2)"#, "äö"),
    ]);
}

#[test]
fn encodings() {
    check(&[
        (r#"ConvertFromBase64("w6k=", UTF8)"#, "é"),
        (r#"ConvertFromBase64("w6k=", ASCII)"#, "??"),
        (r#"ConvertFromBase64("6QA=", Unicode)"#, "é"),
        (r#"ConvertFromBase64("6QD/")"#, "é\u{fffd}"),
        (
            r#"ConvertFromBase64("%")"#,
            "! `ConvertFromBase64` needs one value in Base64 (at byte 0)",
        ),
        (r#"ConvertFromBase64(ConvertToBase64("Zoë"))"#, "Zoë"),
        ("ConvertToUTF8Hex([none])", "null"),
        ("StringFromSid([sid])", "S-1-5-32-544"),
        ("StringFromSid(CStr([sid]))", "S-1-5-32-544"),
        (
            r#"StringFromSid("AQ==")"#,
            "! `StringFromSid` needs the bytes of a security identifier (at byte 0)",
        ),
    ]);
}

#[test]
fn numbers_and_tests() {
    check(&[
        ("BitAnd([flags], &H2)", "2"),
        ("BitAnd([none], 2)", "0"),
        (
            r#"BitAnd("x", 2)"#,
            "! `BitAnd` needs a whole number as argument 1 (at byte 0)",
        ),
        (r#"CBool("true")"#, "True"),
        ("CBool([none])", "False"),
        (
            r#"CBool("perhaps")"#,
            "! `CBool` needs `True`, `False` or a whole number (at byte 0)",
        ),
        ("IsString([name])", "True"),
        ("IsString([flags])", "False"),
        ("IsString([none])", "False"),
        ("IsNull(RemoveDuplicates([none]))", "True"),
        ("RemoveDuplicates([mails])", "[a@x.example|A@x.example]"),
        ("RemoveDuplicates(ToLower([mails]))", "[a@x.example]"),
    ]);
}

#[test]
fn roles() {
    check(&[
        ("SingleAppRoleAssignment([appRoleAssignments])", "Admin"),
        ("SingleAppRoleAssignment([none])", "null"),
        ("AppRoleAssignments([appRoleAssignments])", "[Admin|User]"),
        ("AppRoleAssignmentsComplex([none])", "null"),
    ]);
    let complex: Compiled = "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])"
        .parse()
        .unwrap();
    let value = complex.evaluate(&user(), &Context::default()).unwrap();
    let Some(Value::Complex(first)) = value.values().first() else {
        panic!("no role in {value:?}");
    };
    assert_eq!(first["display"], "Administrators".into());
    assert_eq!(first["primary"], false.into());
    assert_eq!(first["type"], "WindowsAzureActiveDirectoryRole".into());
    assert_eq!(first["value"], "Admin".into());
}

#[test]
fn replacements() {
    check(&[
        (
            r#"Replace("a-b", , "(\\w)-(?<n>\\w)", , "${n}-$1|$2|$3|${x}|$$|$&|$+")"#,
            "b-a|b|$3|${x}|$|a-b|b",
        ),
        (r#"Replace("abc", , "b", , "[$`$'$_]")"#, "a[acabc]c"),
        (r#"Replace("abc", , "b", , "$")"#, "a$c"),
        (r#"Replace("ab", , "(?=b)", , "-")"#, "a-b"),
        (r#"Replace("é", , "", , "-")"#, "-é-"),
        (r#"Replace("a1b2", , "[a-z](?<d>\\d)", "d", "+")"#, "a+b+"),
        (r#"Replace("a1b2", , "[a-z](\\d)", "1", "$1")"#, "a$1b$1"),
        (r#"Replace("ab", , "(?<x>a)|b", "x", "+")"#, "+b"),
        (
            r#"Replace([empty], , "\\w+@(?<d>.+)", "d", , Item([mails], 1))"#,
            "x.example",
        ),
        (r#"Replace([none], , "(?<d>.)", "d", , [none])"#, "null"),
        (
            r#"Replace("x", , "(?<d>.)", "e", "y")"#,
            "! `Replace` has no group `e` in its pattern (at byte 0)",
        ),
        (
            r#"Replace("x", "", , , "y")"#,
            "! `Replace` needs a text to look for as argument 2 (at byte 0)",
        ),
        (r#"Replace("x", , [name], , "y")"#, "x"),
        (
            r#"Replace("x", , Append("(", ""), , "y")"#,
            "! `Replace` has an unusable pattern: Parsing error at position 1: Opening parenthesis without closing parenthesis (at byte 0)",
        ),
    ]);
    for written in [
        "Replace([a])",
        r#"Replace([a], "x")"#,
        r#"Replace([a], "x", "y", , "z")"#,
        r#"Replace([a], , "x", , , [b])"#,
    ] {
        assert!(
            evaluate(written).starts_with("! `Replace` takes one of"),
            "{written}"
        );
    }
}

#[test]
fn choices() {
    check(&[
        (
            r#"SelectUniqueValue([name], [none], [name], "x")"#,
            "one of 2",
        ),
        (
            "Error([name])",
            "! `Error` was reached: Mira Okafor (at byte 0)",
        ),
        ("DefaultDomain()", "harborline.example"),
        ("Redact([name])", "Mira Okafor"),
        (
            "Guid()",
            "! `Guid` needs randomness in the context (at byte 0)",
        ),
        ("Now()", "! `Now` needs a clock in the context (at byte 0)"),
    ]);
}

#[test]
fn dates() {
    check(&[
        ("CDate([none])", "null"),
        (
            r#"CDate("soon")"#,
            "! `CDate` needs a date such as 2021-07-02T15:33:38Z as argument 1 (at byte 0)",
        ),
        (
            r#"DateAdd("yyyy", 9000, CDate("2021-01-01"))"#,
            "! `DateAdd` leaves the years from 1 to 9999 (at byte 0)",
        ),
        (r#"DateDiff("d", [none], "2021-01-01")"#, "null"),
        ("DateFromNum(0)", "1/1/1601 12:00:00 AM"),
        (
            "DateFromNum(9223372036854775807)",
            "! `DateFromNum` needs a number that is a date from 1601 to 9999 (at byte 0)",
        ),
        (
            "NumFromDate(DateFromNum(132539615990000000))",
            "132539615990000000",
        ),
        (
            r#"NumFromDate("1600-12-31")"#,
            "! `NumFromDate` needs a date from 1601 to 9999 (at byte 0)",
        ),
        (
            r#"FormatDateTime(" 2021 ", "None", "yyyy", "yy")"#,
            "! `FormatDateTime` reads no date: found ` 2021 ` where a year should be (at byte 0)",
        ),
        (
            r#"FormatDateTime("2021", "Sideways", "yyyy", "yy")"#,
            "! `FormatDateTime` has no style `Sideways` (at byte 0)",
        ),
        (r#"FormatDateTime([none], "yyyy", "yy")"#, "null"),
    ]);
}
