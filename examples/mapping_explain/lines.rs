use scimkit::{
    mapping::{Compiled, Context, Error, SourceObject, Value, expression::Expression},
    schema::{Clock, DateTime},
    system::{SystemClock, SystemRandom},
};
use scimkit_examples::{BrokenLine, Line};
use serde_json::{Map, Value as Json, json};

use crate::object;

/// What a line says beside the expression and the object.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Surroundings {
    now: Option<String>,
    existing: Option<Vec<String>>,
}

/// The clock of a line that says what time it is.
struct Stopped(DateTime);

impl Clock for Stopped {
    fn now(&self) -> DateTime {
        self.0.clone()
    }
}

/// Answers requests of other programs.
pub(crate) fn answer(line: &Line) -> Result<Json, BrokenLine> {
    let expression: String = line.required("expression")?;
    let input: Option<Map<String, Json>> = line.optional("input")?;
    let surroundings: Option<Surroundings> = line.optional("context")?;
    let surroundings = surroundings.unwrap_or_default();
    let context = Context::default().with_random(SystemRandom);
    let context = match &surroundings.now {
        None => context.with_clock(SystemClock),
        Some(text) => {
            let wrong =
                |_| BrokenLine("`now` must be an instant such as 2026-01-05T08:00:00Z".into());
            context.with_clock(Stopped(text.parse().map_err(wrong)?))
        }
    };
    let source = object::of("User", input.unwrap_or_default());
    let existing = surroundings.existing.unwrap_or_default();
    Ok(match evaluate(&expression, &source, &context, &existing) {
        Ok(value) => json!({ "output": output(&value) }),
        Err((kind, error)) => json!({ "output": { "$error": kind }, "error": error }),
    })
}

/// The value, or the kind of the error and its message.
fn evaluate(
    expression: &str,
    source: &SourceObject,
    context: &Context,
    existing: &[String],
) -> Result<Value, (&'static str, String)> {
    let compiled: Compiled = expression.parse().map_err(told("parse"))?;
    if let Some(name) = other_case(compiled.expression(), source) {
        let error = format!("`{name}` is another attribute: case counts");
        return Err(("schema", error));
    }
    let value = compiled.evaluate(source, context).map_err(told("eval"))?;
    let Value::Candidates(candidates) = value else {
        return Ok(value);
    };
    let is_free = |candidate: &Value| {
        let text = candidate.as_text().unwrap_or_default();
        existing.iter().all(|taken| *taken != *text)
    };
    let free = candidates.into_iter().find(is_free);
    free.ok_or_else(|| {
        (
            "eval",
            "every candidate is in the target already".to_owned(),
        )
    })
}

/// The attribute in the expression that the object has in another case, which Entra refuses when a mapping is saved.
fn other_case<'e>(expression: &'e Expression, source: &SourceObject) -> Option<&'e str> {
    match expression {
        Expression::Attribute(name) if source.attributes.contains_key(&**name) => None,
        Expression::Attribute(name) => {
            let mut known = source.attributes.keys();
            known
                .any(|known| known.eq_ignore_ascii_case(name))
                .then_some(name)
        }
        Expression::Call(call) => {
            let mut arguments = call.arguments().iter();
            arguments.find_map(|argument| other_case(argument, source))
        }
        Expression::Comparison(comparison) => {
            let right = || other_case(&comparison.right, source);
            other_case(&comparison.left, source).or_else(right)
        }
        _ => None,
    }
}

fn told(kind: &'static str) -> impl Fn(Error) -> (&'static str, String) {
    move |error| (kind, error.to_string())
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
