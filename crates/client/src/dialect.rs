//! PATCH bodies in the RFC's words, and in Entra's two dialects.

mod spread;

use scimkit_filter::{CompareOp, Filter, Literal};
use scimkit_patch::{OpKind, Operation, PatchOp};
use scimkit_schema::{Complex, Name, Resource, ResourceType, Value};

use self::spread::spread;
use crate::BaseUrl;

/// In which words a [`Client`](crate::Client) sends its PATCH bodies.
///
/// Entra's two are for whoever wants to know how a server takes what Entra sends. They say the same as the RFC's words, as far as Entra can
/// say it; a server that keeps to the RFC alone refuses parts of them.
///
/// ```
/// use scimkit_client::PatchDialect;
/// use scimkit_patch::{Operation, PatchOp};
/// use scimkit_schema::core;
///
/// let patch = PatchOp::new([Operation::replace("active".parse()?, false), Operation::add("title".parse()?, "Analyst")]);
/// let words = |dialect: PatchDialect| dialect.encode(&patch, &core::user_type(), None).to_string();
/// assert!(words(PatchDialect::EntraClassic).contains(r#"{"op":"Replace","path":"active","value":"False"}"#));
/// assert!(words(PatchDialect::AadOptscim062020).contains(r#"{"op":"replace","value":{"active":false}}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum PatchDialect {
    /// As [RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2) has it.
    #[default]
    Rfc,
    /// As Entra words it unless the tenant URL says otherwise: `Add`, `Replace` and `Remove`, one operation for each attribute, `"True"` and
    /// `"False"` for booleans, and members that go in a list of values.
    EntraClassic,
    /// As Entra words it when the tenant URL carries [`aadOptscim062020`](BaseUrl::AAD_OPTSCIM): plain attributes go together, in an object
    /// whose keys are paths.
    AadOptscim062020,
}

impl PatchDialect {
    /// What Entra would speak to this address, which its flags decide.
    #[must_use]
    pub fn of_entra(base: &BaseUrl) -> Self {
        let has = |flags: &[&str]| base.flags().iter().any(|flag| flags.contains(flag));
        if has(&[BaseUrl::AAD_OPTSCIM, "AzureAdScimPatch062020"]) {
            Self::AadOptscim062020
        } else {
            Self::EntraClassic
        }
    }

    /// The body that says what `patch` says. From what the resource holds at `present`, Entra's dialects know which new values of a list
    /// can go by their `type`; without it, values are added to lists as the RFC has it.
    #[must_use]
    pub fn encode(
        self,
        patch: &PatchOp,
        resource_type: &ResourceType,
        present: Option<&Resource>,
    ) -> Value {
        let relation = resource_type.relation_attribute();
        let single = || spread(patch.operations(), relation, present);
        let operations = match self {
            Self::Rfc => return patch.to_value(),
            Self::EntraClassic => classic(single(), relation),
            Self::AadOptscim062020 => folded(single()),
        };
        Complex::new()
            .with("schemas", vec![Value::from(PatchOp::SCHEMA)])
            .with("Operations", operations)
            .into()
    }
}

/// One capitalised operation for each attribute; members that leave together are one.
fn classic(operations: Vec<Operation>, relation: Option<&str>) -> Vec<Value> {
    let mut words = Vec::new();
    let mut leavers = Vec::new();
    for operation in operations {
        if let Some(id) = leaver(&operation, relation) {
            leavers.push(member(Value::from(id)));
            continue;
        }
        let mut message = Complex::new().with("op", capitalised(operation.op));
        let mut is_relation = false;
        if let Some(path) = &operation.path {
            is_relation = Some(path.attribute.name()) == relation && path.filter.is_none();
            message = message.with("path", path.to_string());
        }
        if let Some(value) = operation.value {
            let value = if is_relation {
                value.elements().iter().map(joiner).collect()
            } else {
                spoken(value)
            };
            message = message.with("value", value);
        }
        words.push(message.into());
    }
    if let (Some(relation), false) = (relation, leavers.is_empty()) {
        let message = Complex::new()
            .with("op", capitalised(OpKind::Remove))
            .with("path", relation)
            .with("value", leavers);
        words.insert(0, message.into());
    }
    words
}

/// Plain attributes in one operation without path; what is filtered, listed or removed stays by itself.
fn folded(operations: Vec<Operation>) -> Vec<Value> {
    if let [only] = operations.as_slice()
        && only
            .path
            .as_ref()
            .is_some_and(|path| path.to_string() == "active")
    {
        return vec![only.to_value()];
    }
    let (mut alone, mut removals) = (Vec::new(), Vec::new());
    let (mut added, mut replaced) = (Complex::new(), Complex::new());
    for operation in operations {
        let Operation { op, path, value } = operation;
        match (op, path, value) {
            (OpKind::Add | OpKind::Replace, Some(path), Some(value))
                if path.filter.is_none()
                    && value.as_list().is_none()
                    && value.as_complex().is_none() =>
            {
                let key = Name::from(&*path.to_string());
                let fold = if op == OpKind::Add || added.get(&key).is_some() {
                    &mut added
                } else {
                    &mut replaced
                };
                fold.insert(key, value);
            }
            (OpKind::Remove, Some(path), None) if path.filter.is_none() => {
                removals.push(Operation::remove(path).to_value());
            }
            (op, path, value) => alone.push(Operation { op, path, value }.to_value()),
        }
    }
    for (op, fold) in [(OpKind::Add, added), (OpKind::Replace, replaced)] {
        if !fold.is_empty() {
            let message = Complex::new().with("op", op.as_str()).with("value", fold);
            alone.push(message.into());
        }
    }
    alone.append(&mut removals);
    alone
}

const fn capitalised(op: OpKind) -> &'static str {
    match op {
        OpKind::Add => "Add",
        OpKind::Remove => "Remove",
        OpKind::Replace => "Replace",
    }
}

/// A boolean as text.
fn spoken(value: Value) -> Value {
    match value.as_bool() {
        Some(true) => "True".into(),
        Some(false) => "False".into(),
        None => value,
    }
}

fn joiner(element: &Value) -> Value {
    let id = element.as_complex().and_then(|fields| fields.get("value"));
    member(id.unwrap_or(element).clone())
}

fn member(id: Value) -> Value {
    Complex::new()
        .with("$ref", Value::NULL)
        .with("value", id)
        .into()
}

/// The id of the one member that the operation removes.
fn leaver<'o>(operation: &'o Operation, relation: Option<&str>) -> Option<&'o str> {
    let path = operation.path.as_ref()?;
    if operation.op != OpKind::Remove || Some(path.attribute.name()) != relation {
        return None;
    }
    match &path.filter {
        Some(Filter::Compare {
            path,
            op: CompareOp::Eq,
            value: Literal::String(id),
        }) if path.to_string() == "value" => Some(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
