//! Functions that answer `True` or `False`.

use super::{Arguments, Arity, Function};
use crate::value::TRUE;
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("IsNull", Arity::exactly(1), is_null),
    Function::new("IsNullOrEmpty", Arity::exactly(1), is_null_or_empty),
    Function::new("IsPresent", Arity::exactly(1), is_present),
    Function::new("Not", Arity::exactly(1), not),
];

/// `IsNull(source)`: whether the attribute is absent.
fn is_null(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok(arguments.value(0)?.is_null().into())
}

/// `IsNullOrEmpty(source)`: whether the attribute is absent or an empty text.
fn is_null_or_empty(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok(arguments.value(0)?.is_null_or_empty().into())
}

/// `IsPresent(source)`: whether there is something in the attribute.
fn is_present(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok((!arguments.value(0)?.is_null_or_empty()).into())
}

/// `Not(source)`: `False` for `True`, `True` for everything else.
fn not(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    Ok((arguments.text(0)?.as_deref() != Some(TRUE)).into())
}
