//! Every row of the expression vectors is a test of its own name.
//!
//! `expression-known-failures.txt` names what does not pass yet, as `name: reason`: a function that does not exist yet, or one
//! row. An entry whose function exists, or whose row passes or is gone, fails the run: the list can only shrink.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use scimkit_mapping::expression::{Expression, functions};
use scimkit_mapping::{Compiled, Context, ErrorKind, SourceObject, Value};
use serde_json::{Map, Value as Json, json};

const VECTORS: &str = include_str!("../../../../fixtures/expression-vectors.json");
const KNOWN_FAILURES: &str = include_str!("../../../../fixtures/expression-known-failures.txt");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let rows: Vec<Row> = serde_json::from_str(VECTORS)?;
    let known = known_failures()?;
    let mut trials = vec![known_failures_are_needed(&rows, &known)];
    for row in rows {
        let name = format!("vector::{}", row.id);
        let waits = row
            .functions()
            .iter()
            .any(|function| known.contains_key(function));
        let fails = known.contains_key(&row.id);
        let run = move || match (row.check(), fails) {
            (result, false) => result,
            (Err(_), true) => Ok(()),
            (Ok(()), true) => Err("passes: take it off the list of known failures".into()),
        };
        trials.push(Trial::test(name, run).with_ignored_flag(waits));
    }
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

fn known_failures() -> Result<BTreeMap<String, String>, String> {
    let lines = KNOWN_FAILURES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entry = |line: &str| {
        let (name, reason) = line
            .split_once(": ")
            .ok_or_else(|| format!("no `name: reason`: {line}"))?;
        Ok((name.to_owned(), reason.to_owned()))
    };
    lines.map(entry).collect()
}

fn known_failures_are_needed(rows: &[Row], known: &BTreeMap<String, String>) -> Trial {
    let used: Vec<String> = rows.iter().flat_map(Row::functions).collect();
    let needed = |name: &String| {
        let is_row = rows.iter().any(|row| row.id == *name);
        let is_missing = used.contains(name) && functions().all(|function| function.name() != name);
        is_row || is_missing
    };
    let stale: Vec<String> = known.keys().filter(|name| !needed(name)).cloned().collect();
    Trial::test("known_failures_are_needed", move || {
        if stale.is_empty() {
            Ok(())
        } else {
            Err(format!("no longer needed: {}", stale.join(", ")).into())
        }
    })
}

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    expression: String,
    input: Map<String, Json>,
    output: Json,
}

impl Row {
    /// The functions that the expression calls; none if it cannot be parsed.
    fn functions(&self) -> Vec<String> {
        let mut names = Vec::new();
        if let Ok(expression) = self.expression.parse() {
            collect_functions(&expression, &mut names);
        }
        names
    }

    fn check(&self) -> Result<(), Failed> {
        let found = outcome(&self.expression, &source(&self.input));
        let expected = &self.output;
        if found == *expected {
            Ok(())
        } else {
            Err(format!("expected {expected}, found {found}").into())
        }
    }
}

fn collect_functions(expression: &Expression, names: &mut Vec<String>) {
    match expression {
        Expression::Call(call) => {
            names.push(call.name().to_owned());
            call.arguments()
                .iter()
                .for_each(|argument| collect_functions(argument, names));
        }
        Expression::Comparison(comparison) => {
            collect_functions(&comparison.left, names);
            collect_functions(&comparison.right, names);
        }
        _ => {}
    }
}

fn source(input: &Map<String, Json>) -> SourceObject {
    input
        .iter()
        .fold(SourceObject::new("User"), |object, (name, value)| {
            object.with(name, attribute(value))
        })
}

fn attribute(json: &Json) -> Value {
    match json {
        Json::String(text) => text.as_str().into(),
        Json::Array(values) => Value::Multi(values.iter().map(attribute).collect()),
        other => other.to_string().into(),
    }
}

/// What an expression gives, in the vectors' conventions.
fn outcome(text: &str, source: &SourceObject) -> Json {
    let Ok(compiled) = text.parse::<Compiled>() else {
        return json!({ "$error": "parse" });
    };
    match compiled.evaluate(source, &Context::default()) {
        Ok(value) => output(&value),
        Err(error) => match error.kind() {
            ErrorKind::Evaluation { .. } => json!({ "$error": "eval" }),
            _ => error.to_string().into(),
        },
    }
}

fn output(value: &Value) -> Json {
    match value {
        Value::NoFlow => json!({ "$noflow": true }),
        Value::Multi(values) => values.iter().map(output).collect(),
        other => other
            .as_text()
            .map_or(Json::Null, |text| text.into_owned().into()),
    }
}
