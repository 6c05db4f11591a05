//! Every row of the expression vectors is a test of its own name.
//!
//! `expression-known-failures.txt` names what does not pass yet, as `name: reason`: a function that does not exist yet, or one
//! row. An entry whose function exists, or whose row passes or is gone, fails the run: the list can only shrink.

#![expect(clippy::expect_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};
use scimkit_mapping::expression::{Expression, functions};
use scimkit_mapping::{Compiled, Context, ErrorKind, SourceObject, Value};
use scimkit_schema::{Clock, DateTime, Random};
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
    #[serde(default)]
    context: Surroundings,
    output: Json,
}

/// What a row says beside the expression and the object.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Surroundings {
    now: Option<String>,
    existing: Vec<String>,
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
        let found = outcome(self);
        let expected = &self.output;
        if is_wanted(&found, expected) {
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
        Json::Object(parts) => Value::Complex(
            parts
                .iter()
                .map(|(name, value)| (name.clone(), attribute(value)))
                .collect(),
        ),
        other => other.to_string().into(),
    }
}

/// What an expression gives, in the vectors' conventions.
fn outcome(row: &Row) -> Json {
    let Ok(compiled) = row.expression.parse::<Compiled>() else {
        return json!({ "$error": "parse" });
    };
    let context = Context::default().with_random(Counting::default());
    let context = match &row.context.now {
        Some(now) => context.with_clock(Stopped(now.parse().expect("an instant"))),
        None => context,
    };
    match compiled.evaluate(&source(&row.input), &context) {
        Ok(Value::Candidates(candidates)) => first_free(&candidates, &row.context.existing),
        Ok(value) => output(&value),
        Err(error) => match error.kind() {
            ErrorKind::Evaluation { .. } => json!({ "$error": "eval" }),
            _ => error.to_string().into(),
        },
    }
}

/// What who provisions takes: the first candidate that the target does not have.
fn first_free(candidates: &[Value], existing: &[String]) -> Json {
    let is_free = |candidate: &&Value| {
        let text = candidate.as_text().unwrap_or_default();
        existing.iter().all(|taken| *taken != *text)
    };
    let free = candidates.iter().find(is_free);
    free.map_or_else(|| json!({ "$error": "eval" }), output)
}

fn output(value: &Value) -> Json {
    match value {
        Value::NoFlow => json!({ "$noflow": true }),
        Value::Multi(values) => values.iter().map(output).collect(),
        Value::Complex(parts) => parts.iter().map(|(name, it)| (name, part(it))).collect(),
        other => other
            .as_text()
            .map_or(Json::Null, |text| text.into_owned().into()),
    }
}

/// Inside of a complex value, a Boolean is one in JSON, too.
fn part(value: &Value) -> Json {
    match value {
        Value::Boolean(value) => (*value).into(),
        other => output(other),
    }
}

/// Whether what came out is what the row wants: the same, or a text of the form that it describes.
fn is_wanted(found: &Json, wanted: &Json) -> bool {
    if let (Some(found), Some(pattern)) = (found.as_str(), wanted["$pattern"].as_str()) {
        return fancy_regex::Regex::new(pattern)
            .is_ok_and(|it| it.is_match(found).unwrap_or(false));
    }
    let (Some(found), Some(random)) = (found.as_str(), wanted["$random"].as_object()) else {
        return found == wanted;
    };
    let count = |kind: fn(char) -> bool| found.chars().filter(|it| kind(*it)).count() as u64;
    let least = |kind: &str| random.get(kind).and_then(|it| it["min"].as_u64());
    let avoided = random
        .get("avoid")
        .and_then(Json::as_str)
        .unwrap_or_default();
    random["length"].as_u64() == Some(found.chars().count() as u64)
        && least("digits") <= Some(count(|it| it.is_ascii_digit()))
        && least("special") <= Some(count(|it| it.is_ascii_punctuation()))
        && least("upper") <= Some(count(|it| it.is_ascii_uppercase()))
        && least("lower") <= Some(count(|it| it.is_ascii_lowercase()))
        && !found.contains(|it| avoided.contains(it))
}

struct Stopped(DateTime);

impl Clock for Stopped {
    fn now(&self) -> DateTime {
        self.0.clone()
    }
}

/// Not random at all, but different each time.
#[derive(Default)]
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(37, Ordering::Relaxed);
        }
    }
}
