//! Functions that pick one of their arguments, or decide that there is none to pick.

use std::collections::BTreeSet;

use crate::error::{ErrorKind, excerpt};
use crate::expression::Call;
use crate::expression::evaluate::Arguments;
use crate::expression::function::{Dialect, Function, Parameter, ValueKind};
use crate::value::TRUE;
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "Coalesce",
        &[Parameter::repeated("source", ValueKind::Any)],
        "The first argument that is not null.",
        coalesce,
    )
    .giving(ValueKind::Any)
    .lazy(),
    Function::new(
        "Error",
        &[Parameter::required("message", ValueKind::Text)],
        "Fails with a message.",
        error,
    )
    .giving(ValueKind::Any)
    .only_in(Dialect::CloudSync),
    Function::new(
        "IIF",
        &[
            Parameter::required("condition", ValueKind::Any),
            Parameter::required("valueIfTrue", ValueKind::Any),
            Parameter::required("valueIfFalse", ValueKind::Any),
        ],
        "One of two values, by a condition.",
        iif,
    )
    .giving(ValueKind::Any)
    .lazy(),
    Function::new(
        "IgnoreFlowIfNullOrEmpty",
        &[Parameter::required("expression", ValueKind::Any)],
        "Leaves the attribute out of this export if there is nothing in it.",
        ignore_flow_if_null_or_empty,
    )
    .giving(ValueKind::Any),
    Function::new(
        "Redact",
        &[Parameter::required("value", ValueKind::Any)],
        "The value, which the provisioning log does not show.",
        redact,
    )
    .giving(ValueKind::Any),
    Function::new(
        "SelectUniqueValue",
        &[
            Parameter::required("uniqueValueRule1", ValueKind::Any),
            Parameter::repeated("uniqueValueRule2", ValueKind::Any),
        ],
        "The first value that no other object of the target has.",
        select_unique_value,
    )
    .giving(ValueKind::Any)
    .checked_by(is_outermost),
    Function::new(
        "Switch",
        &[
            Parameter::required("source", ValueKind::Any),
            Parameter::required("defaultValue", ValueKind::Any),
            Parameter::repeated("key1", ValueKind::Any),
            Parameter::repeated("value1", ValueKind::Any),
        ],
        "The value whose key equals the source, or the default value.",
        switch,
    )
    .giving(ValueKind::Any)
    .lazy(),
];

/// An empty text is not null.
fn coalesce(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    for position in 0..arguments.count() {
        let value = arguments.value(position)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Value::Null)
}

fn error(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let message = arguments.text(0)?.unwrap_or_default();
    Err(arguments.failure(format!("was reached: {}", excerpt(&message))))
}

/// Null in a condition compares as the empty text: Microsoft calls conditions on null or empty attributes unsupported without
/// saying what they give, and uses them in its own samples; evaluating them as written is what those samples need.
fn iif(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let holds = arguments.value(0)?.as_text().as_deref() == Some(TRUE);
    arguments.value(if holds { 1 } else { 2 })
}

fn ignore_flow_if_null_or_empty(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let value = arguments.value(0)?;
    Ok(if value.is_null_or_empty() {
        Value::NoFlow
    } else {
        value
    })
}

fn redact(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.value(0)
}

/// All candidates in order: only who provisions can ask the target which is free. A rule that gives nothing, or what an
/// earlier one gave, has no candidate.
fn select_unique_value(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let mut seen = BTreeSet::new();
    let mut candidates = Vec::new();
    for position in 0..arguments.count() {
        if let Some(text) = arguments.text(position)?
            && !text.is_empty()
            && seen.insert(text.clone())
        {
            candidates.push(text.into());
        }
    }
    Ok(Value::Candidates(candidates))
}

fn is_outermost(_: &Call, depth: usize) -> Result<(), ErrorKind> {
    if depth == 1 {
        return Ok(());
    }
    Err(ErrorKind::WrongCall {
        function: "SelectUniqueValue",
        problem: "must be the outermost function: what is around it would change a value that was checked",
    })
}

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
