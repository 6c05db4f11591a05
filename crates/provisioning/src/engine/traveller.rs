use std::collections::BTreeMap;

use scimkit_mapping::{Mapped, SourceObject, TargetValue};
use scimkit_schema::{Resource, ResourceId};

use super::{rule::Rule, trouble::Failure};
use crate::{
    ErrorCode, LogStatus, Named, ObjectKind, ProvisioningAction, Step, StepType,
    links::{Link, LinkState},
};

/// An object of the directory on its way.
pub(super) struct Traveller {
    pub(super) named: Named,
    pub(super) source: SourceObject,
    pub(super) steps: Vec<Step>,
    /// What is being done with it.
    pub(super) action: ProvisioningAction,
}

impl Traveller {
    pub(super) fn new(named: Named, source: SourceObject, because: &str) -> Self {
        let steps = vec![
            Step::new(
                "EntryImport",
                StepType::Import,
                LogStatus::Success,
                "read from the directory",
            ),
            Step::new(
                "EntrySynchronizationScoping",
                StepType::Scoping,
                LogStatus::Success,
                because,
            ),
        ];
        Self {
            named,
            source,
            steps,
            action: ProvisioningAction::Other,
        }
    }

    pub(super) fn note(&mut self, name: &str, step: StepType, description: impl Into<Box<str>>) {
        self.steps
            .push(Step::new(name, step, LogStatus::Success, description));
    }

    /// What the object is to be when it is created.
    pub(super) fn new_one(&self, rule: &Rule<'_>) -> Result<Mapped, Failure> {
        let mapped = rule
            .mapping
            .apply(&self.source, rule.resource_type, rule.context)
            .map_err(|error| unmappable(&error))?;
        require(&mapped, rule)?;
        if mapped.matching.is_empty() {
            let cause = "none of its matching attributes has a value, so it cannot be looked up: fill one of them in the directory";
            return Err(Failure::new(
                ErrorCode::MissingValues,
                StepType::Processing,
                cause,
            ));
        }
        Ok(mapped)
    }

    /// What of the object flows once it is in the target.
    pub(super) fn existing(&self, rule: &Rule<'_>) -> Result<Resource, Failure> {
        let mapped = rule
            .mapping
            .apply_to_existing(&self.source, rule.resource_type, rule.context)
            .map_err(|error| unmappable(&error))?;
        require(&mapped, rule)?;
        Ok(mapped.resource)
    }

    /// What the object is to be looked up by, now that it is in the target.
    pub(super) fn matching(&self, rule: &Rule<'_>) -> Result<Vec<TargetValue>, Failure> {
        let mapped = rule
            .mapping
            .apply_to_existing(&self.source, rule.resource_type, rule.context)
            .map_err(|error| unmappable(&error))?;
        Ok(mapped.matching)
    }

    /// What an object of the target is to be.
    pub(super) fn onto(&self, present: &Resource, rule: &Rule<'_>) -> Result<Mapped, Failure> {
        rule.mapping
            .apply_onto(present, &self.source, rule.resource_type, rule.context)
            .map_err(|error| unmappable(&error))
    }

    pub(super) fn link(&self, kind: ObjectKind, target: ResourceId, document: &str) -> Link {
        link(&self.named, kind, target, document)
    }
}

/// The link of an active object.
pub(super) fn link(object: &Named, kind: ObjectKind, target: ResourceId, document: &str) -> Link {
    Link {
        kind,
        target,
        name: object.name.clone(),
        document: document.into(),
        state: LinkState::Active,
        references: BTreeMap::new(),
    }
}

/// Refuses an object without what the target requires.
fn require(mapped: &Mapped, rule: &Rule<'_>) -> Result<(), Failure> {
    if mapped.missing.is_empty() {
        return Ok(());
    }
    let missing = mapped.missing.iter().map(|target| match rule.source_of(target) {
        Some(source) => format!("`{target}` has no value, but the target requires it: fill `{source}` in the directory"),
        None => format!("`{target}` has no value, but the target requires it: look at its mapping"),
    });
    let cause = missing.collect::<Vec<_>>().join("; ");
    Err(Failure::new(
        ErrorCode::MandatoryFieldsMissing,
        StepType::Processing,
        cause,
    ))
}

pub(super) fn unmappable(error: &scimkit_mapping::Error) -> Failure {
    let cause =
        std::error::Error::source(error).map_or_else(String::new, |source| format!(": {source}"));
    Failure::new(
        ErrorCode::MappingFailed,
        StepType::Processing,
        format!("{error}{cause}"),
    )
}
