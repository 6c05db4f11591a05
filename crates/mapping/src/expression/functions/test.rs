//! Functions that answer `True` or `False`.

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Function, Parameter, ValueKind};
use crate::value::{FALSE, TRUE};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "CBool",
        &[Parameter::required("expression", ValueKind::Any)],
        "Whether a condition holds or a number is not 0.",
        cbool,
    )
    .giving(ValueKind::Boolean),
    Function::new(
        "IsNull",
        &[Parameter::required("expression", ValueKind::Any)],
        "Whether the attribute is absent.",
        is_null,
    )
    .giving(ValueKind::Boolean),
    Function::new(
        "IsNullOrEmpty",
        &[Parameter::required("expression", ValueKind::Any)],
        "Whether the attribute is absent or an empty text.",
        is_null_or_empty,
    )
    .giving(ValueKind::Boolean),
    Function::new(
        "IsPresent",
        &[Parameter::required("expression", ValueKind::Any)],
        "Whether there is something in the attribute.",
        is_present,
    )
    .giving(ValueKind::Boolean),
    Function::new(
        "IsString",
        &[Parameter::required("expression", ValueKind::Any)],
        "Whether the value is a text.",
        is_string,
    )
    .giving(ValueKind::Boolean),
    Function::new(
        "Not",
        &[Parameter::required("source", ValueKind::Any)],
        "`False` for `True`, `True` for everything else.",
        not,
    )
    .giving(ValueKind::Boolean),
];

/// As VB: null is `False`, the words are read in any case, and what is neither word nor number is an error.
fn cbool(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let Some(text) = arguments.text(0)? else {
        return Ok(false.into());
    };
    match text.parse::<i64>() {
        Ok(number) => Ok((number != 0).into()),
        Err(_) if text.eq_ignore_ascii_case(TRUE) => Ok(true.into()),
        Err(_) if text.eq_ignore_ascii_case(FALSE) => Ok(false.into()),
        Err(_) => Err(arguments.failure("needs `True`, `False` or a whole number")),
    }
}

fn is_null(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok(arguments.value(0)?.is_null().into())
}

fn is_null_or_empty(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok(arguments.value(0)?.is_null_or_empty().into())
}

fn is_present(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok((!arguments.value(0)?.is_null_or_empty()).into())
}

fn is_string(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok(matches!(arguments.value(0)?, Value::String(_)).into())
}

fn not(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok((arguments.value(0)?.as_text().as_deref() != Some(TRUE)).into())
}
