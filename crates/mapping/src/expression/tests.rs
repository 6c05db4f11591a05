use super::*;
use crate::{Error, ErrorKind, SourceObject, Value};
use proptest::prelude::*;

fn evaluate(text: &str, object: &SourceObject) -> Result<Value, Error> {
    text.parse::<Compiled>()?
        .evaluate(object, &Context::default())
}

#[test]
fn prints_canonically() {
    for (written, canonical) in [
        (
            r#"Replace([a],"-",,,"_",,)"#,
            r#"Replace([a], "-", , , "_", , )"#,
        ),
        ("Now ( )", "Now()"),
        (
            "Switch\n(\t[a], , \"k\",\"v\" )",
            r#"Switch([a], , "k", "v")"#,
        ),
        (
            r#"IIF(Left([a],4)="x",&HF7,-1)"#,
            r#"IIF(Left([a], 4) = "x", &HF7, -1)"#,
        ),
        (
            r#"InStr([a],"\"\\d",1,vbTextCompare)"#,
            r#"InStr([a], "\"\\d", 1, vbTextCompare)"#,
        ),
        (r#""a\d""#, r#""a\\d""#),
        (
            r#"[emails[type eq "]"].value]"#,
            r#"[emails[type eq "]"].value]"#,
        ),
        ("F(,)", "F(, )"),
    ] {
        assert_eq!(
            written.parse::<Expression>().unwrap().to_string(),
            canonical
        );
    }
}

#[test]
fn refuses_what_the_grammar_does_not_have() {
    for text in [
        "mail",
        "7",
        "[]",
        "[a] = [b]",
        "F([a]) x",
        "F([a])[1]",
        "F([a] [b])",
        "F([a] = [b] = [c])",
        "F(= [a])",
        "F('a')",
        "F(&G)",
        "F(-)",
        "F(1.5)",
        r#"F("a" & "b")"#,
    ] {
        assert!(text.parse::<Expression>().is_err(), "{text}");
    }
}

#[test]
fn errors_know_the_place() {
    let offset = |text: &str| text.parse::<Compiled>().unwrap_err().offset();
    assert_eq!(offset("Append([ä], \"b\")) "), Some(17));
    assert_eq!(offset("Append([a], append([b], \"c\"))"), Some(12));
    assert_eq!(offset("Append([a], \"b"), Some(12));
}

#[test]
fn an_empty_argument_is_null_and_not_an_empty_text() {
    let object = SourceObject::new("User");
    assert_eq!(
        evaluate(r#"Switch([a], , "k", "v")"#, &object),
        Ok(Value::Null)
    );
    assert_eq!(
        evaluate(r#"Switch([a], "", "k", "v")"#, &object),
        Ok("".into())
    );
}

#[test]
fn only_the_branch_that_is_taken_can_fail() {
    let object = SourceObject::new("User").with("a", "x");
    let failing = "Item([a], 2)";
    assert_eq!(
        evaluate(&format!(r#"IIF([a] = "x", "y", {failing})"#), &object),
        Ok("y".into())
    );
    assert!(evaluate(&format!(r#"IIF([a] = "z", "y", {failing})"#), &object).is_err());
}

#[test]
fn booleans_are_texts_for_comparisons_and_keys() {
    let object = SourceObject::new("User").with("IsSoftDeleted", true);
    assert_eq!(
        evaluate(r#"Switch([IsSoftDeleted], , "True", "gone")"#, &object),
        Ok("gone".into())
    );
    assert_eq!(
        evaluate(r#"IIF(Not([IsSoftDeleted]) = "False", 1, 2)"#, &object),
        Ok(1.into())
    );
}

#[test]
fn numbers_compare_as_numbers_and_texts_as_texts() {
    let object = SourceObject::new("User").with("n", "0012");
    for (condition, holds) in [
        ("[n] = 12", true),
        ("[n] = \"12\"", false),
        ("[n] < \"100\"", true),
        ("\"b\" > \"a\"", true),
        ("[none] = \"\"", true),
    ] {
        assert_eq!(
            evaluate(&format!("IIF({condition}, \"y\", \"n\")"), &object),
            Ok(if holds { "y" } else { "n" }.into())
        );
    }
}

#[test]
fn texts_of_a_list_change_one_by_one() {
    let object = SourceObject::new("User").with("mails", vec!["A".into(), "B".into()]);
    assert_eq!(
        evaluate("ToLower([mails])", &object),
        Ok(vec!["a".into(), "b".into()].into())
    );
}

#[test]
fn deep_nesting_is_an_error_on_a_small_stack() {
    on_a_stack_of(64, || {
        let deep = "A(".repeat(4_999);
        assert_eq!(
            deep.parse::<Expression>().unwrap_err().kind(),
            &ErrorKind::TooDeep { limit: MAX_DEPTH }
        );
        let longest = format!("{}[a]{}", "Not(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(
            longest.parse::<Expression>().unwrap_err().kind(),
            &ErrorKind::TooLong { limit: MAX_LENGTH }
        );
    });
}

#[test]
fn the_deepest_expression_is_evaluated_on_a_small_stack() {
    on_a_stack_of(256, || {
        let deepest = format!("{}[a]{}", "Not(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
        assert_eq!(deepest.parse::<Expression>().unwrap().to_string(), deepest);
        assert_eq!(
            evaluate(&deepest, &SourceObject::new("User")),
            Ok(false.into())
        );
    });
}

fn on_a_stack_of(kibibytes: usize, run: fn()) {
    let thread = std::thread::Builder::new()
        .stack_size(kibibytes * 1024)
        .spawn(run)
        .unwrap();
    assert!(thread.join().is_ok());
}

#[test]
fn the_longest_expression_is_counted_in_characters() {
    let text = |letters: usize| format!("\"{}\"", "ä".repeat(letters));
    assert!(text(MAX_LENGTH - 2).parse::<Expression>().is_ok());
    assert!(text(MAX_LENGTH - 1).parse::<Expression>().is_err());
}

#[test]
fn work_is_bounded() {
    let object = SourceObject::new("User").with("a", "x".repeat(1_000));
    let join: Compiled = "Join(\"\", [a], [a], [a])".parse().unwrap();
    assert!(
        join.evaluate(&object, &Context::default().with_step_limit(6_100))
            .is_ok()
    );
    let error = join
        .evaluate(&object, &Context::default().with_step_limit(6_000))
        .unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::StepLimit { limit: 6_000 });
}

fn operand() -> BoxedStrategy<Expression> {
    let leaf = prop_oneof![
        "[a-zA-Z_:.-]{1,12}".prop_map(|name| Expression::Attribute(name.into())),
        any::<String>().prop_map(|text| Expression::Text(text.into())),
        "(-?[0-9]{1,9}|&H[0-9A-F]{1,8})".prop_map(|number| Expression::Number(number.into())),
        "[a-zA-Z][a-zA-Z0-9_]{0,8}".prop_map(|word| Expression::Word(word.into())),
    ];
    leaf.prop_recursive(4, 40, 5, call).boxed()
}

fn call(
    operand: impl Strategy<Value = Expression> + Clone + 'static,
) -> impl Strategy<Value = Expression> {
    let operator = prop_oneof![
        Just(Operator::Equal),
        Just(Operator::Greater),
        Just(Operator::GreaterOrEqual),
        Just(Operator::Less),
        Just(Operator::LessOrEqual),
        Just(Operator::NotEqual),
    ];
    let comparison =
        (operand.clone(), operator, operand.clone()).prop_map(|(left, operator, right)| {
            Expression::Comparison(Box::new(Comparison {
                left,
                operator,
                right,
            }))
        });
    let argument = prop_oneof![4 => operand, 1 => Just(Expression::Empty), 1 => comparison];
    (
        "[A-Z][a-zA-Z0-9_]{0,8}",
        prop::collection::vec(argument, 0..6),
    )
        .prop_map(|(name, arguments)| Expression::Call(Call::new(&name, arguments, 0)))
}

proptest! {
    #[test]
    fn parsing_undoes_printing(expression in call(operand())) {
        let printed = expression.to_string();
        let parsed: Expression = printed.parse().unwrap();
        prop_assert_eq!(&parsed, &expression);
        prop_assert_eq!(parsed.to_string(), printed);
    }

    #[test]
    fn any_text_is_read_or_refused(text in r#"[\[\]()",=<>&H\\ A-Ca-c0-9-]{0,40}"#) {
        if let Ok(expression) = text.parse::<Expression>() {
            prop_assert_eq!(expression.to_string().parse::<Expression>(), Ok(expression));
        }
    }

    #[test]
    fn diacritics_are_gone_after_one_pass(text in any::<String>()) {
        let object = SourceObject::new("User").with("a", text);
        prop_assert_eq!(
            evaluate("NormalizeDiacritics(NormalizeDiacritics([a]))", &object),
            evaluate("NormalizeDiacritics([a])", &object)
        );
    }
}
