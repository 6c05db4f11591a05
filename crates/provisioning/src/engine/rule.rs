use std::sync::Arc;

use scimkit_client::Transport;
use scimkit_mapping::{Context, MappingKind, ObjectMapping, schema::FlowType};
use scimkit_schema::ResourceType;
use scimkit_store::StateStore;

use super::{run::Run, trouble::Halt};
use crate::{CycleErrorKind, Directory, ObjectKind};

/// How objects of one kind get into the target.
pub(super) struct Rule<'e> {
    pub(super) kind: ObjectKind,
    pub(super) mapping: &'e ObjectMapping,
    pub(super) resource_type: &'e Arc<ResourceType>,
    pub(super) context: &'e Context,
}

impl<'e, D: Directory, T: Transport, S: StateStore> Run<'e, D, T, S> {
    /// The rule for objects of this kind; none if they do not flow.
    pub(super) fn rule(&self, kind: ObjectKind) -> Result<Option<Rule<'e>>, Halt> {
        let Some(mapping) = self.engine.application.mappings().of(kind.as_str()) else {
            return Ok(None);
        };
        let resource_type = mapping
            .resource_type(&self.engine.target)
            .map_err(|error| CycleErrorKind::Mapping(error.to_string().into()))?;
        Ok(Some(Rule {
            kind,
            mapping,
            resource_type,
            context: &self.engine.context,
        }))
    }
}

impl Rule<'_> {
    pub(super) fn flows(&self, flow: &FlowType) -> bool {
        self.mapping.flow_types().contains(flow)
    }

    /// The attribute of the directory that a target attribute comes from, as far as it is a single one.
    pub(super) fn source_of(&self, target: &str) -> Option<String> {
        let mut rows = self.mapping.describe();
        let row = rows.find(|row| row.target == target && row.kind == MappingKind::Direct)?;
        Some(row.source)
    }
}
