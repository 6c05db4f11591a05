//! Functions that make lists or look into them.

use super::{Arguments, Arity, Function};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("Count", Arity::exactly(1), count),
    Function::new("Item", Arity::exactly(2), item),
    Function::new("Join", Arity::at_least(2), join),
    Function::new("Split", Arity::exactly(2), split),
];

/// `Count(attribute)`: how many values there are; a single value counts as one, null as none.
fn count(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let count = arguments.value(0)?.values().len();
    Ok(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// `Item(attribute, index)`: one of the values, counted from 1. Of nothing, nothing.
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

/// `Join(separator, source1, …)`: all values with the separator between them; null and empty ones are left out, and null
/// is the result if nothing is left.
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
            joined.push_str(&text);
        }
    }
    Ok(if joined.is_empty() {
        Value::Null
    } else {
        joined.into()
    })
}

/// `Split(source, delimiter)`: the parts between delimiters, also empty ones, without white space at their ends, as in
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
