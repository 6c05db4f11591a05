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
fn the_deepest_expression_fits_on_a_small_stack() {
    on_a_stack_of(64, || {
        for (opened, closed) in [
            ("Not(", ")"),
            ("IIF(\"a\" = ", ", 1, 2)"),
            ("Switch(\"k\", , \"k\", ", ")"),
            ("Coalesce([none], ", ")"),
            ("Replace(", ", \"a\", , , \"x\")"),
            ("FormatDateTime(", ", \"yyyy\", \"yyyy\")"),
        ] {
            let opened = opened.repeat(MAX_DEPTH);
            let deepest = format!("{opened}\"2021\"{}", closed.repeat(MAX_DEPTH));
            let parsed: Expression = deepest.parse().unwrap();
            let again: Expression = parsed.to_string().parse().unwrap();
            assert_eq!(again, parsed);
            assert_eq!(parsed.check(|_| None), []);
            let compiled = Compiled::new(parsed).unwrap();
            let (object, context) = (SourceObject::new("User"), Context::default());
            let value = compiled.evaluate(&object, &context);
            assert!(value.is_ok(), "{value:?}");
            assert_eq!(compiled.explain(&object, &context).value, value);
        }
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

/// Each of these would make a text of gigabytes.
#[test]
fn growth_is_bounded() {
    let object = SourceObject::new("User").with("a", "x".repeat(50_000));
    for written in [
        r#"Replace([a], "x", , , [a])"#,
        r#"Replace([a], , "x", , [a])"#,
        r#"Replace([a], , "x", , "$_$_")"#,
        r#"Replace([a], , "(?<g>x)", "g", [a])"#,
        r#"Join([a], Split([a], "x"), Split(Replace([a], "x", , , "y,"), ","))"#,
    ] {
        let compiled: Compiled = written.parse().unwrap();
        let error = compiled.evaluate(&object, &Context::default()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::StepLimit { .. }),
            "{written}: {error}"
        );
    }
}

#[test]
fn what_was_not_evaluated_is_not_in_a_trace() {
    let object = SourceObject::new("User").with("a", "x");
    let written = r#"IIF([a] = "x", ToUpper(Left([a], 1)), Item([a], 2))"#;
    let trace = written
        .parse::<Compiled>()
        .unwrap()
        .explain(&object, &Context::default());
    let lines = |trace: &Trace| -> Vec<String> {
        let parts = trace.parts.iter();
        parts
            .map(|part| format!("{} -> {:?}", part.text, part.value))
            .collect()
    };
    assert_eq!(
        lines(&trace),
        [
            r#"[a] = "x" -> Ok(Boolean(true))"#,
            r#"ToUpper(Left([a], 1)) -> Ok(String("X"))"#
        ]
    );
    assert_eq!(
        lines(&trace.parts[1]),
        [r#"Left([a], 1) -> Ok(String("x"))"#]
    );
    assert_eq!(trace.value, Ok("X".into()));
}

#[test]
fn a_trace_tells_what_failed() {
    let object = SourceObject::new("User").with("a", "x");
    let compiled: Compiled = "Append(ToUpper([a]), Item([a], 2))".parse().unwrap();
    let trace = compiled.explain(&object, &Context::default());
    let failed: Vec<_> = trace.parts.iter().map(|part| part.value.is_err()).collect();
    assert_eq!(failed, [false, true]);
    assert_eq!(trace.parts[1].value, trace.value);
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

/// A value of any kind.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-5_i64..40).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9/:T Z.+-]{0,20}".prop_map(Value::from),
        "[a-zA-Z0-9@. ,=\\\\]{0,20}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Binary),
        any::<i64>()
            .prop_map(|micros| Value::from(scimkit_schema::DateTime::from_unix_micros(micros))),
        ".{0,8}".prop_map(Value::Reference),
    ];
    let parts = prop::collection::btree_map("(id|value|displayName)", leaf.clone(), 0..3);
    let list = prop::collection::vec(leaf.clone(), 0..4);
    prop_oneof![4 => leaf, 1 => parts.prop_map(Value::Complex), 1 => list.prop_map(Value::Multi)]
}

/// Any function with as many arguments as it takes, nested now and then.
fn known_call() -> impl Strategy<Value = Expression> {
    let attribute = prop_oneof!["a", "b", "c"].prop_map(|name| Expression::Attribute(name.into()));
    let text = prop_oneof![
        "[ -~]{0,12}",
        "(yyyy|m|d|ww|h|n|s|M/d/yyyy|HH:mm|o)",
        "(True|False|[0-9]{1,3}|\\([a-z]+\\)\\*|\\$1)",
    ];
    let text = text.prop_map(|text| Expression::Text(text.into()));
    let number = "-?[0-9]{1,4}".prop_map(|number| Expression::Number(number.into()));
    let leaf = prop_oneof![4 => attribute, 3 => text, 2 => number, 1 => Just(Expression::Empty)];
    let all: Vec<_> = functions().collect();
    leaf.prop_recursive(3, 24, 7, move |operand| {
        let arguments = prop::collection::vec(operand, 0..8);
        (prop::sample::select(all.clone()), arguments).prop_map(|(function, mut arguments)| {
            while !function.arity().allows(arguments.len()) && !arguments.is_empty() {
                arguments.pop();
            }
            while !function.arity().allows(arguments.len()) {
                arguments.push(Expression::Attribute("a".into()));
            }
            Expression::Call(Call::new(function.name(), arguments, 0))
        })
    })
}

/// The same bytes each time.
struct Fixed;

impl scimkit_schema::Clock for Fixed {
    fn now(&self) -> scimkit_schema::DateTime {
        scimkit_schema::DateTime::from_unix_micros(1_625_240_018_000_000)
    }
}

impl scimkit_schema::Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0xa5);
    }
}

proptest! {
    #[test]
    fn every_function_takes_every_value(
        expression in known_call().prop_filter("a call", |it| matches!(it, Expression::Call(_))),
        values in prop::collection::vec(value(), 3),
    ) {
        let printed = expression.to_string();
        prop_assert_eq!(printed.parse::<Expression>(), Ok(expression.clone()));
        let _ = expression.check(|_| Some(ValueKind::Text));
        let object = ["a", "b", "c"]
            .into_iter()
            .zip(values)
            .fold(SourceObject::new("User"), |object, (name, value)| object.with(name, value));
        let context = Context::default()
            .with_step_limit(100_000)
            .with_clock(Fixed)
            .with_random(Fixed)
            .with_default_domain("harborline.example");
        if let Ok(compiled) = Compiled::new(expression) {
            let value = compiled.evaluate(&object, &context);
            prop_assert_eq!(&compiled.evaluate(&object, &context), &value, "{}", printed);
            prop_assert_eq!(&compiled.explain(&object, &context).value, &value, "{}", printed);
        }
    }

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
