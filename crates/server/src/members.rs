use scimkit_schema::{Complex, Mutability, Resource, ResourceId, ResourceType, ScimType, Value};

use crate::problem::Problem;

/// What a body says about the members of its group: the value of the attribute that the relation is shown as, as it was sent.
pub(crate) fn sent_members<'a>(
    body: &'a Complex,
    resource_type: &ResourceType,
) -> Option<&'a Value> {
    let own = resource_type.relation_attribute()?;
    let sent = body.iter().find(|(name, _)| name.matches(own))?;
    Some(sent.1)
}

/// Looks for members that say nothing: reading leaves them out, as it does any value without parts, and the client would take them for
/// added.
///
/// # Errors
/// 400 `invalidValue` for the first member without a `value`.
pub(crate) fn check_members(body: &Complex, resource_type: &ResourceType) -> Result<(), Problem> {
    let name = resource_type.relation_attribute().unwrap_or_default();
    let is_readable = resource_type
        .find(None, name)
        .is_some_and(|found| found.attribute.mutability() != Mutability::ReadOnly);
    let sent = sent_members(body, resource_type).filter(|_| is_readable);
    let members = sent.map(Value::elements).unwrap_or_default();
    let is_empty = |member: &Value| {
        let has_value = |fields: &Complex| {
            fields
                .iter()
                .any(|(name, value)| name.matches("value") && !value.is_unassigned())
        };
        member.as_complex().is_some_and(|fields| !has_value(fields))
    };
    match members.iter().position(is_empty) {
        Some(index) => Err(nameless(name, index)),
        None => Ok(()),
    }
}

fn nameless(name: &str, index: usize) -> Problem {
    wrong(
        name,
        index,
        "a member needs a `value`: the id of a resource",
    )
}

fn wrong(name: &str, index: usize, what: &str) -> Problem {
    Problem::bad_request(ScimType::InvalidValue, format!("`{name}[{index}]`: {what}"))
}

/// Takes the members out of a body: they are rows of a relation, never part of the document. None when the body has no `members`.
///
/// # Errors
/// 400 `invalidValue` for a member without a usable `value`.
pub(crate) fn take_members(
    resource: &mut Resource,
    resource_type: &ResourceType,
) -> Result<Option<Vec<ResourceId>>, Problem> {
    let Some(name) = resource_type.relation_attribute() else {
        return Ok(None);
    };
    let Some(members) = resource.attributes_mut().remove(name) else {
        return Ok(None);
    };
    let mut ids = Vec::with_capacity(members.elements().len());
    for (index, member) in members.elements().iter().enumerate() {
        let value = member
            .as_complex()
            .and_then(|fields: &Complex| fields.get("value"))
            .and_then(Value::as_str);
        let value = value.ok_or_else(|| nameless(name, index))?;
        ids.push(ResourceId::new(value).map_err(|error| wrong(name, index, &error.to_string()))?);
    }
    ids.sort();
    ids.dedup();
    Ok(Some(ids))
}
