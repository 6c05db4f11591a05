use scimkit::{
    patch::{self, PatchOp, apply},
    schema::{Compat, Complex, Resource, ResourceType, Returned, ScimType},
};

use crate::group::Members;

/// What a PATCH makes of a resource.
pub(crate) struct Outcome {
    pub(crate) changed: bool,
    /// The resource as an answer shows it: a group with its members, nothing that is never returned.
    pub(crate) resource: Resource,
    pub(crate) paths: Vec<Box<str>>,
    pub(crate) rules: Compat,
    pub(crate) ignored: Vec<Box<str>>,
}

/// What a server would answer instead.
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) scim_type: ScimType,
    pub(crate) detail: String,
}

impl Outcome {
    pub(crate) fn of(
        mut before: Resource,
        body: Complex,
        resource_type: &ResourceType,
        compat: Compat,
    ) -> Result<Self, Refusal> {
        let read = PatchOp::read(body, compat)?;
        let mut members = Members::take(&mut before, resource_type);
        let applied = apply(&before, &read.patch, resource_type, compat)?;
        let members_changed = members.change(&applied.members, &read.patch);
        let changed = applied.document.is_some() || members_changed;
        let mut paths = applied.paths;
        if !members_changed {
            paths.retain(|path| &**path != "members");
        }
        let mut resource = applied.document.unwrap_or(before);
        members.put_back(&mut resource);
        hide(&mut resource, resource_type);
        resource_type.arrange(&mut resource);
        Ok(Self {
            changed,
            resource,
            paths,
            rules: read.bent.union(applied.bent),
            ignored: [read.ignored, applied.ignored].concat(),
        })
    }
}

/// Takes out what no answer shows.
fn hide(resource: &mut Resource, resource_type: &ResourceType) {
    for attribute in resource_type.schema().attributes() {
        if attribute.returned() == Returned::Never {
            resource.attributes_mut().remove(attribute.name());
        }
    }
    for extension in resource_type.extensions() {
        let fields = resource.attributes_mut().get_mut(extension.schema.id());
        let Some(fields) = fields.and_then(|value| value.as_complex_mut()) else {
            continue;
        };
        for attribute in extension.schema.attributes() {
            if attribute.returned() == Returned::Never {
                fields.remove(attribute.name());
            }
        }
    }
}

impl From<patch::Error> for Refusal {
    fn from(error: patch::Error) -> Self {
        Self {
            status: 400,
            scim_type: error.scim_type(),
            detail: error.to_string(),
        }
    }
}

impl From<scimkit::schema::Error> for Refusal {
    fn from(error: scimkit::schema::Error) -> Self {
        Self {
            status: 400,
            scim_type: error.scim_type(),
            detail: error.to_string(),
        }
    }
}
