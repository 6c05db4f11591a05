//! Functions of numbers.

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "BitAnd",
        &[
            Parameter::required("value1", ValueKind::Integer),
            Parameter::required("value2", ValueKind::Integer),
        ],
        "The bits that both numbers have.",
        bit_and,
    )
    .giving(ValueKind::Integer),
    Function::new(
        "CStr",
        &[Parameter::required("value", ValueKind::Any)],
        "A number, a reference or a Boolean as text.",
        cstr,
    ),
];

/// Null has no bits.
fn bit_and(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let left = arguments.integer_or_null(0)?;
    let right = arguments.integer_or_null(1)?;
    Ok((left.unwrap_or(0) & right.unwrap_or(0)).into())
}

fn cstr(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    arguments.map_source(str::to_owned)
}
