//! Users and groups: look up, create, link, update, restore.

use std::{collections::BTreeMap, sync::Arc};

use scimkit_client::{Error, ErrorKind, Transport};
use scimkit_mapping::{Mapped, MappingKind, ObjectMapping, SourceObject, schema::FlowType};
use scimkit_schema::{Resource, ResourceId, ResourceType};
use scimkit_store::StateStore;

use super::{
    references::Reference,
    run::{Event, Run},
    trouble::{Failure, Halt, Trouble},
};
use crate::{
    Adoption, CycleErrorKind, Directory, ErrorCode, LogStatus, Named, ObjectKind,
    ProvisioningAction, Stage, StatusInfo, Step, StepType,
    fingerprint::fingerprint,
    links::{Link, LinkState},
    matching::{Claims, Found, look_up, without_relation},
    modified::modified,
    plan::{Plan, plan},
    scope::Population,
};

/// How objects of one kind get into the target.
pub(super) struct Rule<'e> {
    pub(super) kind: ObjectKind,
    pub(super) mapping: &'e ObjectMapping,
    pub(super) resource_type: &'e Arc<ResourceType>,
}

/// An object of the directory on its way.
struct Traveller {
    named: Named,
    source: SourceObject,
    steps: Vec<Step>,
    /// What is being done with it.
    action: ProvisioningAction,
}

impl<'e, D: Directory, T: Transport, S: StateStore> Run<'e, D, T, S> {
    /// Brings the users over, and gives back whom they refer to.
    pub(super) async fn bring_users(
        &mut self,
        population: &Population<'_>,
    ) -> Result<Vec<Reference>, Halt> {
        self.enter(Stage::Users, population.users.len());
        let Some(rule) = self.rule(ObjectKind::User)? else {
            return Ok(Vec::new());
        };
        let users = population.users.iter().map(|user| {
            let named = Named::new(ObjectKind::User, &user.source.id, user.source.name());
            let source = user.source.object.clone().with("IsSoftDeleted", false);
            Traveller::new(named, source, &user.because)
        });
        self.bring(&rule, &users).await
    }

    pub(super) async fn bring_groups(&mut self, population: &Population<'_>) -> Result<(), Halt> {
        self.enter(Stage::Groups, population.groups.len());
        let Some(rule) = self.rule(ObjectKind::Group)? else {
            return Ok(());
        };
        let groups = population.groups.iter().map(|group| {
            let named = Named::new(ObjectKind::Group, &group.source.id, group.source.name());
            Traveller::new(named, group.source.object.clone(), &group.because)
        });
        self.bring(&rule, &groups).await?;
        Ok(())
    }

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
        }))
    }

    async fn bring(
        &mut self,
        rule: &Rule<'_>,
        travellers: &(impl Iterator<Item = Traveller> + Clone),
    ) -> Result<Vec<Reference>, Halt> {
        let (claims, references) = self.look_ahead(rule, travellers);
        for mut traveller in travellers.clone() {
            match self.bring_over(rule, &claims, &mut traveller).await {
                Ok(()) => {}
                Err(Trouble::Cycle(halt)) => return Err(halt),
                Err(Trouble::Object(failure)) => {
                    let Traveller {
                        named,
                        steps,
                        action,
                        ..
                    } = traveller;
                    self.fail(&named, action, steps, failure).await?;
                }
            }
            self.step()?;
        }
        Ok(references)
    }

    /// Settles who may be which object of the target, those first who are already, and gathers the references.
    fn look_ahead(
        &self,
        rule: &Rule<'_>,
        travellers: &(impl Iterator<Item = Traveller> + Clone),
    ) -> (Claims, Vec<Reference>) {
        let mut claims = Claims::default();
        let mut references = Vec::new();
        for is_linked in [true, false] {
            for traveller in travellers.clone() {
                if self.links.of(&traveller.named.id).is_some() != is_linked {
                    continue;
                }
                // what cannot be mapped fails when its turn comes
                let Ok(mapped) = rule
                    .mapping
                    .apply_to_existing(&traveller.source, rule.resource_type)
                else {
                    continue;
                };
                claims.claim(&mapped.matching, rule.resource_type, &traveller.named);
                references.extend(Reference::of(
                    &traveller.named,
                    mapped.references,
                    rule.resource_type,
                ));
            }
        }
        (claims, references)
    }

    async fn bring_over(
        &mut self,
        rule: &Rule<'_>,
        claims: &Claims,
        traveller: &mut Traveller,
    ) -> Result<(), Trouble> {
        let Some(link) = self.links.of(&traveller.named.id).cloned() else {
            return self.provision(rule, claims, traveller).await;
        };
        traveller.action = ProvisioningAction::Update;
        let desired = traveller.existing(rule)?;
        let document = fingerprint(&desired.to_string());
        if *link.document == *document && link.state == LinkState::Active
            || !rule.flows(&FlowType::Update)
        {
            self.counts(rule.kind).unchanged += 1;
            return Ok(());
        }
        let projection = without_relation(rule.resource_type);
        match self
            .client()
            .get(rule.resource_type, &link.target, &projection)
            .await
        {
            Ok(present) => self.update(rule, traveller, link, &present, &desired).await,
            Err(error) if *error.kind() == ErrorKind::NotFound => {
                self.let_go(traveller, &link).await?;
                self.provision(rule, claims, traveller).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Finds the object in the target, or else creates it.
    async fn provision(
        &mut self,
        rule: &Rule<'_>,
        claims: &Claims,
        traveller: &mut Traveller,
    ) -> Result<(), Trouble> {
        traveller.action = ProvisioningAction::Create;
        let mapped = traveller.new_one(rule)?;
        if let Some(rival) = claims.rival(&mapped.matching, rule.resource_type, &traveller.named) {
            let value = mapped
                .matching
                .first()
                .map_or_else(String::new, |value| value.to_filter().to_string());
            let cause = format!(
                "in the directory, {rival} would be the same object of the target (`{value}`): only {rival} is provisioned"
            );
            return Err(
                Failure::new(ErrorCode::DuplicateSourceEntries, StepType::Matching, cause).into(),
            );
        }
        if let Some(found) = look_up(self.client(), rule.resource_type, &mapped.matching).await? {
            return self.adopt(rule, traveller, found).await;
        }
        if !rule.flows(&FlowType::Add) {
            return Ok(());
        }
        traveller.note("EntryMatching", StepType::Matching, "not in the target yet");
        match self
            .client()
            .create(rule.resource_type, &mapped.resource)
            .await
        {
            Ok(answer) => {
                self.record_created(rule, traveller, &mapped.resource, &answer)
                    .await
            }
            Err(error) if *error.kind() == ErrorKind::Conflict || error.may_have_happened() => {
                self.look_again(rule, traveller, &mapped, error).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// After a create whose outcome is not known, or that somebody else was faster with.
    async fn look_again(
        &mut self,
        rule: &Rule<'_>,
        traveller: &mut Traveller,
        mapped: &Mapped,
        error: Error,
    ) -> Result<(), Trouble> {
        match look_up(self.client(), rule.resource_type, &mapped.matching).await? {
            Some(found) => self.adopt(rule, traveller, found).await,
            None => Err(error.into()),
        }
    }

    async fn record_created(
        &mut self,
        rule: &Rule<'_>,
        traveller: &mut Traveller,
        sent: &Resource,
        answer: &Resource,
    ) -> Result<(), Trouble> {
        let Some(target) = answer.id() else {
            let cause = "the target created it but gave it no usable `id`";
            return Err(
                Failure::new(ErrorCode::ServiceIncompatible, StepType::Export, cause).into(),
            );
        };
        self.check_free(rule.kind, &target, &traveller.named)?;
        let document = fingerprint(&traveller.existing(rule)?.to_string());
        traveller.note(
            "EntryExportAdd",
            StepType::Export,
            format!("created as `{target}`"),
        );
        let link = traveller.link(rule.kind, target, &document);
        self.counts(rule.kind).created += 1;
        let modified = modified(&Resource::default(), sent, rule.resource_type);
        self.keep(traveller, link, StatusInfo::success(), modified)
            .await
    }

    /// Links an object that is in the target already.
    async fn adopt(
        &mut self,
        rule: &Rule<'_>,
        traveller: &mut Traveller,
        found: Found,
    ) -> Result<(), Trouble> {
        self.check_free(rule.kind, &found.id, &traveller.named)?;
        if self.engine.application.options().adoption == Adoption::Refuse {
            let cause = format!(
                "it is in the target already (`{}`), and the options refuse to take it over",
                found.filter
            );
            return Err(Failure::new(ErrorCode::Conflict, StepType::Matching, cause).into());
        }
        traveller.action = ProvisioningAction::Update;
        traveller.note(
            "EntryMatching",
            StepType::Matching,
            format!("found as `{}` by `{}`", found.id, found.filter),
        );
        self.counts(rule.kind).adopted += 1;
        let desired = traveller.existing(rule)?;
        // an empty document: should the update fail, the object is looked at again
        let link = traveller.link(rule.kind, found.id, "");
        let mut batch = self.batch();
        self.links
            .put(&traveller.named.id, link.clone(), &mut batch)?;
        self.commit(batch).await?;
        self.update(rule, traveller, link, &found.resource, &desired)
            .await
    }

    /// Sends what differs, and links what was sent.
    async fn update(
        &mut self,
        rule: &Rule<'_>,
        traveller: &mut Traveller,
        link: Link,
        present: &Resource,
        desired: &Resource,
    ) -> Result<(), Trouble> {
        let document = fingerprint(&desired.to_string());
        let was = link.state;
        let renewed = Link {
            references: link.references,
            ..traveller.link(rule.kind, link.target, &document)
        };
        let Some(Plan { patch, modified }) = plan(present, desired, rule.resource_type) else {
            self.counts(rule.kind).unchanged += 1;
            traveller.action = ProvisioningAction::Other;
            traveller.note(
                "EntryExportUpdate",
                StepType::Export,
                "source and target agree, nothing was sent",
            );
            return self
                .keep(traveller, renewed, StatusInfo::success(), Vec::new())
                .await;
        };
        self.client()
            .patch(rule.resource_type, &renewed.target, &patch)
            .await?;
        traveller.note("EntryExportUpdate", StepType::Export, "updated");
        let counts = self.counts(rule.kind);
        match was {
            LinkState::Active => counts.updated += 1,
            LinkState::Disabled => counts.restored += 1,
        }
        self.keep(traveller, renewed, StatusInfo::success(), modified)
            .await
    }

    /// Commits what was done for an object, with its log entry.
    async fn keep(
        &mut self,
        traveller: &mut Traveller,
        link: Link,
        status: StatusInfo,
        modified: Vec<crate::ModifiedProperty>,
    ) -> Result<(), Trouble> {
        self.target_works();
        let mut batch = self.batch();
        let target = link.target.clone();
        self.links.put(&traveller.named.id, link, &mut batch)?;
        let steps = std::mem::take(&mut traveller.steps);
        let event = Event {
            object: &traveller.named,
            target: Some(&target),
            action: traveller.action,
            status,
            steps,
            modified,
        };
        self.log(&mut batch, event)?;
        Ok(self.commit(batch).await?)
    }

    /// Forgets an object that is gone from the target.
    async fn let_go(&mut self, traveller: &mut Traveller, link: &Link) -> Result<(), Trouble> {
        let object = &traveller.named;
        let cause = format!(
            "the {} {object} was `{}` in the target and is gone from there: it is looked up anew",
            link.kind.word(),
            link.target
        );
        let mut steps = traveller.steps.clone();
        steps.push(Step::new(
            "EntryMatching",
            StepType::Matching,
            LogStatus::Warning,
            cause.as_str(),
        ));
        let mut batch = self.batch();
        self.links.remove(&object.id, &mut batch);
        let event = Event {
            object,
            target: Some(&link.target),
            action: ProvisioningAction::Other,
            status: StatusInfo::trouble(LogStatus::Warning, ErrorCode::InvalidAnchor, &cause),
            steps,
            modified: Vec::new(),
        };
        self.log(&mut batch, event)?;
        Ok(self.commit(batch).await?)
    }

    /// Refuses an object of the target that belongs to another one of the directory.
    fn check_free(
        &self,
        kind: ObjectKind,
        target: &ResourceId,
        object: &Named,
    ) -> Result<(), Failure> {
        match self.links.source_of(kind, target) {
            Some(source) if *source != *object.id => {
                let other = self.links.of(source).map_or(source, |link| &link.name);
                let cause = format!(
                    "its object in the target, `{target}`, already belongs to `{other}`: nothing was written to it"
                );
                Err(Failure::new(
                    ErrorCode::DuplicateSourceEntries,
                    StepType::Matching,
                    cause,
                ))
            }
            _ => Ok(()),
        }
    }
}

impl Rule<'_> {
    pub(super) fn flows(&self, flow: &FlowType) -> bool {
        self.mapping.flow_types().contains(flow)
    }

    /// The attribute of the directory that a target attribute comes from, as far as it is a single one.
    fn source_of(&self, target: &str) -> Option<String> {
        let mut rows = self.mapping.describe();
        let row = rows.find(|row| row.target == target && row.kind == MappingKind::Direct)?;
        Some(row.source)
    }
}

impl Traveller {
    fn new(named: Named, source: SourceObject, because: &str) -> Self {
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

    fn note(&mut self, name: &str, step: StepType, description: impl Into<Box<str>>) {
        self.steps
            .push(Step::new(name, step, LogStatus::Success, description));
    }

    /// What the object is to be when it is created.
    fn new_one(&self, rule: &Rule<'_>) -> Result<Mapped, Failure> {
        let mapped = rule
            .mapping
            .apply(&self.source, rule.resource_type)
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
    fn existing(&self, rule: &Rule<'_>) -> Result<Resource, Failure> {
        let mapped = rule
            .mapping
            .apply_to_existing(&self.source, rule.resource_type)
            .map_err(|error| unmappable(&error))?;
        require(&mapped, rule)?;
        Ok(mapped.resource)
    }

    fn link(&self, kind: ObjectKind, target: ResourceId, document: &str) -> Link {
        Link {
            kind,
            target,
            name: self.named.name.clone(),
            document: document.into(),
            state: LinkState::Active,
            references: BTreeMap::new(),
        }
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
