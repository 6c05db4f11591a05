//! Functions that make lists or look into them.

use std::collections::BTreeSet;

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "Count",
        &[Parameter::required("attribute", ValueKind::List)],
        "How many values there are.",
        count,
    )
    .giving(ValueKind::Integer),
    Function::new(
        "Item",
        &[
            Parameter::required("attribute", ValueKind::List),
            Parameter::required("index", ValueKind::Integer),
        ],
        "One of the values, counted from 1.",
        item,
    )
    .giving(ValueKind::Any),
    Function::new(
        "Join",
        &[
            Parameter::required("separator", ValueKind::Text),
            Parameter::repeated("source1", ValueKind::List),
        ],
        "All values with a separator between them; what is empty is left out.",
        join,
    ),
    Function::new(
        "RemoveDuplicates",
        &[Parameter::required("attribute", ValueKind::List)],
        "The values, each of them once.",
        remove_duplicates,
    )
    .giving(ValueKind::List),
    Function::new(
        "Split",
        &[
            Parameter::required("source", ValueKind::Text),
            Parameter::required("delimiter", ValueKind::Text),
        ],
        "The parts of a text between delimiters.",
        split,
    )
    .giving(ValueKind::List),
];

/// A single value counts as one, null as none.
fn count(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let count = arguments.value(0)?.values().len();
    Ok(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// Of nothing, nothing.
fn item(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let source = arguments.value(0)?;
    let index = arguments.integer(1)?;
    if source.is_null() {
        return Ok(Value::Null);
    }
    let position = usize::try_from(index)
        .ok()
        .and_then(|index| index.checked_sub(1));
    let value = position.and_then(|position| source.values().get(position));
    value.cloned().ok_or_else(|| {
        let count = source.values().len();
        arguments.failure(format!(
            "finds no value number {index}: they are numbered from 1 to {count}"
        ))
    })
}

/// Null if nothing is left.
fn join(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let separator = arguments.text(0)?.unwrap_or_default();
    let mut joined = String::new();
    for position in 1..arguments.count() {
        let source = arguments.value(position)?;
        for text in source
            .values()
            .iter()
            .filter_map(Value::as_text)
            .filter(|text| !text.is_empty())
        {
            if !joined.is_empty() {
                joined.push_str(&separator);
            }
            arguments.check_room(joined.len() + text.len())?;
            joined.push_str(&text);
        }
    }
    Ok(if joined.is_empty() {
        Value::Null
    } else {
        joined.into()
    })
}

/// Also empty parts, all without white space at their ends, as in
/// Microsoft's only example.
fn split(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let Some(source) = arguments.text(0)? else {
        return Ok(Value::Null);
    };
    let delimiter = arguments.text(1)?.unwrap_or_default();
    if delimiter.is_empty() {
        return Ok(vec![source.into()].into());
    }
    Ok(Value::Multi(
        source
            .split(delimiter.as_str())
            .map(|part| part.trim().into())
            .collect(),
    ))
}

/// The first of each, in their order; compared exactly.
fn remove_duplicates(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let mut source = arguments.value(0)?;
    if let Value::Multi(values) = &mut source {
        let mut seen = BTreeSet::new();
        values.retain(|value| seen.insert(value.as_text().map(std::borrow::Cow::into_owned)));
    }
    Ok(source)
}
