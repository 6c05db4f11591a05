//! What to change in an object of the target so that it is what the mapping says.

use scimkit_mapping::Mapped;
use scimkit_patch::{Operation, PatchOp, diff};
use scimkit_schema::{Resource, ResourceType};

use crate::{ModifiedProperty, modified::modified};

/// A PATCH, and what it changes.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) patch: PatchOp,
    pub(crate) modified: Vec<ModifiedProperty>,
}

/// What brings `present` to what it is to be; none when it is there already. What flows always is sent along, but not alone.
pub(crate) fn plan(
    present: &Resource,
    wanted: &Mapped,
    resource_type: &ResourceType,
) -> Option<Plan> {
    let patch = diff(present, &wanted.resource, resource_type)?;
    let repeated = wanted
        .repeated
        .iter()
        .map(|repeated| Operation::replace(repeated.path.path().clone(), repeated.value.clone()));
    Some(Plan {
        patch: PatchOp::new(patch.operations().iter().cloned().chain(repeated)),
        modified: modified(present, &wanted.resource, resource_type),
    })
}

#[cfg(test)]
mod tests;
