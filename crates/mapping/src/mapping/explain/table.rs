use std::fmt;

use super::{ExplainedAttribute, Explanation, Outcome};
use crate::{ScopeVerdict, Trace, Value};

/// A table: one row for each attribute, and below it what the parts of its expression gave and why it does not flow.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.attributes.iter().map(Row::of);
        let rows: Vec<Row> = std::iter::once(Row::heading()).chain(rows).collect();
        let width = |column: fn(&Row) -> &str| {
            let widths = rows.iter().map(|row| column(row).chars().count());
            widths.max().unwrap_or_default().min(WIDEST)
        };
        let target = width(|row| &row.target);
        let value = width(|row| &row.value);
        for row in &rows {
            let line = format!(
                "{:target$}  {:value$}  {}",
                row.target, row.value, row.source
            );
            writeln!(f, "{}", line.trim_end())?;
            for below in &row.below {
                writeln!(f, "    {below}")?;
            }
        }
        match &self.scope {
            Ok(ScopeVerdict::InScope) => {}
            Ok(verdict) => writeln!(f, "\nout of scope: {verdict}")?,
            Err(error) => writeln!(f, "\nscope not known: {error}")?,
        }
        if !self.missing.is_empty() {
            writeln!(f, "\nrequired and missing: {}", self.missing.join(", "))?;
        }
        Ok(())
    }
}

/// A line for the expression, and indented below it a line for each part.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} = {}", self.text, outcome(self))?;
        let mut lines = Vec::new();
        parts(self, 1, &mut lines);
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

struct Row {
    target: String,
    value: String,
    source: String,
    below: Vec<String>,
}

impl Row {
    fn heading() -> Self {
        Self {
            target: "target".to_owned(),
            value: "value".to_owned(),
            source: "source".to_owned(),
            below: Vec::new(),
        }
    }

    fn of(attribute: &ExplainedAttribute) -> Self {
        let mut below = Vec::new();
        if let Some(trace) = &attribute.trace {
            parts(trace, 0, &mut below);
        }
        let value = match &attribute.outcome {
            Outcome::Flows(value) => shown(value),
            Outcome::Stays(_) | Outcome::Fails(_) => "-".to_owned(),
        };
        let gave = attribute.trace.as_ref().map(|trace| &trace.value);
        match &attribute.outcome {
            Outcome::Fails(error) => below.push(format!("fails: {error}")),
            Outcome::Stays(reason) => below.push(reason.to_string()),
            // `None` gives nothing, so the value is the default one
            Outcome::Flows(value) if gave != Some(&Ok(value.clone())) => {
                below.push("the default value, since the source gives none".to_owned());
            }
            Outcome::Flows(_) => {}
        }
        let matching = match attribute.matching {
            Some(priority) => format!(" (match {priority})"),
            None => String::new(),
        };
        Self {
            target: format!("{}{matching}", attribute.target),
            value,
            source: attribute
                .trace
                .as_ref()
                .map_or_else(|| "none".to_owned(), |trace| trace.text.clone()),
            below,
        }
    }
}

/// A line for each part of an expression: a comparison or call above its own parts.
fn parts(trace: &Trace, depth: usize, lines: &mut Vec<String>) {
    for part in &trace.parts {
        let indent = 2 * depth;
        lines.push(format!("{:indent$}{} = {}", "", part.text, outcome(part)));
        parts(part, depth + 1, lines);
    }
}

fn outcome(trace: &Trace) -> String {
    match &trace.value {
        Ok(value) => shown(value),
        Err(error) => format!("error: {error}"),
    }
}

fn shown(value: &Value) -> String {
    let list = |values: &[Value]| {
        let values = values.iter().map(shown);
        format!("[{}]", values.collect::<Vec<_>>().join(", "))
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::NoFlow => "left out".to_owned(),
        Value::Multi(values) => list(values),
        Value::Candidates(values) => format!("first free of {}", list(values)),
        Value::String(text) => format!("{text:?}"),
        Value::Reference(id) => format!("object {id}"),
        other => other.as_text().unwrap_or_default().into_owned(),
    }
}

/// How wide the first columns get at most, in characters; longer texts push what follows.
const WIDEST: usize = 40;
