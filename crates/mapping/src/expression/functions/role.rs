//! Functions of application roles, the only ones that `[appRoleAssignments]` may be given to.

use std::collections::BTreeMap;

use crate::expression::evaluate::Arguments;
use crate::expression::function::{Dialect, Function, Parameter, ValueKind};
use crate::{Error, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "AppRoleAssignments",
        &[Parameter::required("source", ValueKind::Roles)],
        "The values of the roles.",
        app_role_assignments,
    )
    .giving(ValueKind::List)
    .only_in(Dialect::CloudSync),
    Function::new(
        "AppRoleAssignmentsComplex",
        &[Parameter::required("source", ValueKind::Roles)],
        "The roles for a `roles` attribute; roles that are gone stay in the target.",
        app_role_assignments_complex,
    )
    .giving(ValueKind::Roles),
    Function::new(
        "AssertiveAppRoleAssignmentsComplex",
        &[Parameter::required("source", ValueKind::Roles)],
        "The roles for a `roles` attribute, which they replace.",
        app_role_assignments_complex,
    )
    .giving(ValueKind::Roles),
    Function::new(
        "SingleAppRoleAssignment",
        &[Parameter::required("source", ValueKind::Roles)],
        "The value of the only role.",
        single_app_role_assignment,
    ),
];

/// What Entra says about where a role comes from.
const TYPE: &str = "WindowsAzureActiveDirectoryRole";

fn app_role_assignments(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let roles = arguments.value(0)?;
    let values = roles.values().iter().filter_map(Value::as_text);
    Ok(list(
        values.map(|value| value.into_owned().into()).collect(),
    ))
}

fn app_role_assignments_complex(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let roles = arguments.value(0)?;
    Ok(list(roles.values().iter().filter_map(role).collect()))
}

/// Of several roles the first: which one Entra takes is not defined.
fn single_app_role_assignment(arguments: &mut Arguments<'_, '_>) -> Result<Value, Error> {
    let roles = arguments.value(0)?;
    let value = roles.values().iter().find_map(Value::as_text);
    Ok(value.map(std::borrow::Cow::into_owned).into())
}

/// A role as an element of `roles`. Its label is its display name; one that is only a text is its own.
fn role(assigned: &Value) -> Option<Value> {
    let value = assigned.as_text()?;
    let label = match assigned {
        Value::Complex(parts) => parts.get("displayName").and_then(Value::as_text),
        _ => None,
    };
    let label = label.unwrap_or_else(|| value.clone());
    let parts = [
        ("display", label.as_ref().into()),
        ("primary", false.into()),
        ("type", TYPE.into()),
        ("value", value.as_ref().into()),
    ];
    Some(Value::Complex(BTreeMap::from(
        parts.map(|(name, part): (&str, Value)| (name.to_owned(), part)),
    )))
}

/// No roles are null.
fn list(values: Vec<Value>) -> Value {
    if values.is_empty() {
        Value::Null
    } else {
        values.into()
    }
}
