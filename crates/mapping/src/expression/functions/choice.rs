//! Functions that pick one of their arguments.

use super::{Arguments, Arity, Function};
use crate::value::TRUE;
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("Coalesce", Arity::at_least(1), coalesce),
    Function::new("IIF", Arity::exactly(3), iif),
    Function::new(
        "IgnoreFlowIfNullOrEmpty",
        Arity::exactly(1),
        ignore_flow_if_null_or_empty,
    ),
    Function::new("Switch", Arity::even(4), switch),
];

/// `Coalesce(source1, …)`: the first that is not null. An empty text is not null.
fn coalesce(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    for position in 0..arguments.count() {
        let value = arguments.value(position)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Value::Null)
}

/// `IIF(condition, valueIfTrue, valueIfFalse)`; null in a condition compares as the empty text.
///
/// Microsoft calls conditions on null or empty attributes unsupported without saying what they give, and uses them in
/// its own samples; evaluating them as written is what those samples need.
fn iif(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let holds = arguments.text(0)?.as_deref() == Some(TRUE);
    arguments.value(if holds { 1 } else { 2 })
}

/// `IgnoreFlowIfNullOrEmpty(expression)`: leaves the attribute out if there is nothing in it.
fn ignore_flow_if_null_or_empty(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let value = arguments.value(0)?;
    Ok(if value.is_null_or_empty() {
        Value::NoFlow
    } else {
        value
    })
}

/// `Switch(source, defaultValue, key1, value1, …)`: the value of the first key that equals the source, else the default.
///
/// A null source equals the key `""`; an empty default gives null.
fn switch(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let source = arguments.text(0)?.unwrap_or_default();
    for key in (2..arguments.count()).step_by(2) {
        if arguments.text(key)?.unwrap_or_default() == source {
            return arguments.value(key + 1);
        }
    }
    arguments.value(1)
}
