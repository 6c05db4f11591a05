use scimkit_schema::{Complex, Resource, ResourceId, ResourceType, ScimType, Value};

use crate::problem::Problem;

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
        let wrong = |what: &str| {
            Problem::bad_request(ScimType::InvalidValue, format!("`{name}[{index}]`: {what}"))
        };
        let value = member
            .as_complex()
            .and_then(|fields: &Complex| fields.get("value"))
            .and_then(Value::as_str);
        let value = value.ok_or_else(|| wrong("a member needs a `value`: the id of a resource"))?;
        ids.push(ResourceId::new(value).map_err(|error| wrong(&error.to_string()))?);
    }
    ids.sort();
    ids.dedup();
    Ok(Some(ids))
}
