use super::*;
use serde_json::json;

/// An operator, its operand, and values with what it says of each.
type Row = (
    &'static str,
    Option<&'static str>,
    &'static [(&'static str, bool)],
);

fn scope(json: &serde_json::Value) -> Result<Scope, Error> {
    Scope::new(&serde_json::from_value(json.clone()).unwrap())
}

fn clause(attribute: &str, operator: &str, operand: Option<&str>) -> serde_json::Value {
    json!({ "sourceOperandName": attribute, "operatorName": operator,
        "targetOperand": operand.map(|text| json!({ "values": [text] })) })
}

fn holds(operator: &str, operand: Option<&str>, value: impl Into<Value>) -> bool {
    let filter = json!({ "groups": [{ "clauses": [clause("a", operator, operand)] }] });
    let source = SourceObject::new("User").with("a", value);
    scope(&filter)
        .unwrap()
        .judge(&source)
        .unwrap()
        .is_in_scope()
}

#[test]
fn each_operator_says_what_the_portal_says() {
    let rows: &[Row] = &[
        ("EQUALS", Some("Oslo"), &[("Oslo", true), ("oslo", false)]),
        (
            "NOT EQUALS",
            Some("Oslo"),
            &[("Oslo", false), ("oslo", true)],
        ),
        ("IS NULL", None, &[("", true), ("x", false)]),
        ("IS NOT NULL", None, &[("", false), ("x", true)]),
        (
            "IS TRUE",
            None,
            &[("True", true), ("False", false), ("1", false)],
        ),
        (
            "IS FALSE",
            None,
            &[("True", false), ("False", true), ("0", false)],
        ),
        (
            "REGEX MATCH",
            Some("^1[0-9]{2}$"),
            &[("123", true), ("1234", false)],
        ),
        (
            "REGEX MATCH",
            Some("1[0-9]{2}"),
            &[("x1234", true), ("12", false)],
        ),
        (
            "NOT REGEX MATCH",
            Some("@x\\.example$"),
            &[("a@x.example", false), ("a@y.example", true)],
        ),
        (
            "REGEX MATCH",
            Some("^(?!guest).*$"),
            &[("mira", true), ("guest7", false)],
        ),
        (
            "Greater_Than",
            Some("9"),
            &[("10", true), ("9", false), ("-1", false), ("ten", false)],
        ),
        (
            "Greater_Than_OR_EQUALS",
            Some("9"),
            &[("10", true), ("9", true), ("8", false)],
        ),
        ("Includes", Some("ort"), &[("Port", true), ("PORT", false)]),
        (
            "ENDS_WITH",
            Some("rt"),
            &[("Port", true), ("Porto", false), ("PORT", false)],
        ),
        (
            "&",
            Some("2"),
            &[("514", true), ("512", false), ("x", false)],
        ),
        ("&", Some("3"), &[("3", true), ("2", false)]),
        (
            "!&",
            Some("2"),
            &[("514", false), ("512", true), ("x", false)],
        ),
    ];
    for (operator, operand, values) in rows {
        for (value, wanted) in *values {
            assert_eq!(
                holds(operator, *operand, *value),
                *wanted,
                "{operator} {operand:?} {value}"
            );
        }
    }
    let tested: Vec<_> = rows
        .iter()
        .map(|row| Operator::of(row.0).unwrap())
        .collect();
    assert!(
        Operator::ALL
            .iter()
            .all(|operator| tested.contains(operator))
    );
}

#[test]
fn null_and_the_empty_text_fail_everything_but_is_null() {
    for operator in Operator::ALL {
        let operand = (!operator.is_unary()).then_some("1");
        for value in [Value::Null, "".into(), Vec::new().into()] {
            let wanted = operator == Operator::IsNull;
            assert_eq!(
                holds(operator.as_str(), operand, value),
                wanted,
                "{operator}"
            );
        }
    }
}

#[test]
fn values_that_are_no_texts() {
    assert!(holds("IS TRUE", None, true));
    assert!(holds("EQUALS", Some("true"), true));
    assert!(holds("Greater_Than", Some("-3"), -2));
    let list = || Value::from(vec!["a".into(), "b".into()]);
    assert!(holds("EQUALS", Some("b"), list()));
    assert!(!holds("NOT EQUALS", Some("b"), list()));
    assert!(holds("NOT EQUALS", Some("c"), list()));
}

#[test]
fn names_of_operators_are_read_leniently() {
    for name in ["is not null", "IS_NOT_NULL", "IsNotNull"] {
        assert_eq!(Operator::of(name), Some(Operator::IsNotNull));
    }
    assert_eq!(
        Operator::of("GREATER_THAN_OR_EQUALS"),
        Some(Operator::GreaterThanOrEquals)
    );
    assert_eq!(Operator::of("EQUALSX"), None);
    for operator in Operator::ALL {
        assert_eq!(Operator::of(operator.as_str()), Some(operator));
    }
}

#[test]
fn groups_are_alternatives_of_clauses_that_must_all_hold() {
    let filter = json!({ "groups": [
        { "name": "Nordics", "clauses": [clause("country", "EQUALS", Some("NO")), clause("department", "IS NOT NULL", None)] },
        { "clauses": [clause("city", "EQUALS", Some("Rotterdam"))] },
    ] });
    let scope = scope(&filter).unwrap();
    let verdict = |pairs: &[(&str, &str)]| {
        let source = pairs
            .iter()
            .fold(SourceObject::new("User"), |it, (name, text)| {
                it.with(*name, *text)
            });
        scope.judge(&source).unwrap().to_string()
    };
    insta::assert_snapshot!([
        verdict(&[("country", "NO"), ("department", "Harbour")]),
        verdict(&[("city", "Rotterdam")]),
        verdict(&[("country", "NO")]),
        verdict(&[("country", "no"), ("city", "Oslo")]),
    ].join("\n"), @r#"
    in scope
    in scope
    the filter `Nordics` asks for `department IS NOT NULL`, and it has no value; the filter `2` asks for `city EQUALS "Rotterdam"`, and it has no value
    the filter `Nordics` asks for `country EQUALS "NO"`, and it is `no`; the filter `2` asks for `city EQUALS "Rotterdam"`, and it is `Oslo`
    "#);
    let ScopeVerdict::OutOfScope(exclusion) = scope.judge(&SourceObject::new("User")).unwrap()
    else {
        panic!("nobody without country is in scope");
    };
    assert_eq!(exclusion.filter, ScopeFilter::Groups);
    assert_eq!(exclusion.failed.len(), 2);
    assert_eq!(exclusion.failed[0].value, Value::Null);
}

#[test]
fn a_filter_without_conditions_has_everybody_in_scope() {
    for filter in [
        json!({}),
        json!({ "groups": [], "inputFilterGroups": null }),
        json!({ "groups": [{ "name": "all", "clauses": [] }] }),
        json!({ "filterGroups": [] }),
    ] {
        let verdict = scope(&filter).unwrap().judge(&SourceObject::new("User"));
        assert_eq!(verdict, Ok(ScopeVerdict::InScope), "{filter}");
    }
}

#[test]
fn all_three_filters_must_let_an_object_in() {
    let group = |attribute| json!([{ "clauses": [clause(attribute, "IS NOT NULL", None)] }]);
    let filter = json!({ "groups": group("a"), "inputFilterGroups": group("b"), "categoryFilterGroups": group("c") });
    let scope = scope(&filter).unwrap();
    let all = ["a", "b", "c"];
    for (missing, kind) in all.into_iter().zip([
        ScopeFilter::Groups,
        ScopeFilter::Input,
        ScopeFilter::Category,
    ]) {
        let names = all.into_iter().filter(|name| *name != missing);
        let source = names.fold(SourceObject::new("User"), |it, name| it.with(name, "x"));
        let ScopeVerdict::OutOfScope(exclusion) = scope.judge(&source).unwrap() else {
            panic!("{missing} is missing");
        };
        assert_eq!(exclusion.filter, kind);
    }
}

#[test]
fn what_cannot_be_compiled_is_named_with_its_place() {
    let rows = [
        ("EQUAL", Some("x")),
        ("LIKE", Some("x")),
        ("EQUALS", None),
        ("Greater_Than", Some("ten")),
        ("REGEX MATCH", Some("(")),
        ("&", Some("x")),
    ];
    let messages = rows.map(|(operator, operand)| {
        let filter = json!({ "groups": [{}, { "clauses": [clause("a", "IS NULL", None), clause("a", operator, operand)] }] });
        let error = scope(&filter).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    });
    insta::assert_snapshot!(messages.join("\n"), @r#"
    the scoping filter does not work at `groups[1].clauses[1]`: there is no operator `EQUAL`; did you mean `EQUALS`?
    the scoping filter does not work at `groups[1].clauses[1]`: there is no operator `LIKE`
    the scoping filter does not work at `groups[1].clauses[1]`: `EQUALS` has nothing on its right side
    the scoping filter does not work at `groups[1].clauses[1]`: `Greater_Than` compares with one whole number
    the scoping filter does not work at `groups[1].clauses[1]`: `REGEX MATCH` has an unusable pattern: Parsing error at position 1: Opening parenthesis without closing parenthesis
    the scoping filter does not work at `groups[1].clauses[1]`: `&` compares with one whole number
    "#);
    let nothing =
        scope(&json!({ "inputFilterGroups": [{ "clauses": [{ "operatorName": "IS NULL" }] }] }));
    insta::assert_snapshot!(nothing.unwrap_err(), @"the scoping filter does not work at `inputFilterGroups[0].clauses[0]`");
}

#[test]
fn a_regular_expression_that_takes_too_long_is_given_up() {
    let filter =
        json!({ "groups": [{ "clauses": [clause("a", "REGEX MATCH", Some(r"^(a|a)+(?=b)$"))] }] });
    let source = SourceObject::new("User").with("a", "a".repeat(50_000));
    let error = scope(&filter).unwrap().judge(&source).unwrap_err();
    insta::assert_snapshot!(error, @"`REGEX MATCH` gave up: its pattern can match this text in too many ways; make it say more exactly what repeats");
}
