//! Those who leave: disabled while they are in the directory, deleted when they are gone from it.

use std::collections::{BTreeMap, BTreeSet};

use scimkit_client::Transport;
use scimkit_mapping::{Mapped, SourceObject, schema::FlowType};
use scimkit_schema::{Name, Resource};
use scimkit_store::StateStore;

use super::{
    rule::Rule,
    run::{Event, Finding, Run},
    traveller::unmappable,
    trouble::{Failure, Halt, Trouble, is_gone},
};
use crate::{
    Completeness, CycleErrorKind, Directory, ErrorCode, IssueKind, LogStatus, ModifiedProperty,
    Named, ObjectKind, OutOfScope, ProvisioningAction, Removed, Snapshot, SourceUser, Stage,
    StatusInfo, Step, StepType,
    guard::{Verdict, judge},
    links::{Link, LinkState},
    matching::without_relation,
    plan::plan,
    scope::Population,
};

/// Everything that is to be removed in a cycle.
#[derive(Debug, Default)]
pub(super) struct Removals {
    disables: Vec<(Named, SourceObject)>,
    deletes: Vec<Named>,
    deleted: BTreeSet<Box<str>>,
}

impl Removals {
    pub(super) fn len(&self) -> usize {
        self.disables.len() + self.deletes.len()
    }

    /// Whether this object is to be deleted.
    pub(super) fn deletes(&self, source: &str) -> bool {
        self.deleted.contains(source)
    }

    fn delete(&mut self, object: Named) {
        self.deleted.insert(object.id.clone());
        self.deletes.push(object);
    }
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Compares what is linked with what is in scope.
    pub(super) fn plan_removals(
        &self,
        snapshot: &Snapshot,
        population: &Population<'_>,
    ) -> Removals {
        let is_complete = snapshot.completeness == Completeness::Complete;
        let skips = self.engine.application.options().out_of_scope == OutOfScope::Skip;
        let in_scope: BTreeSet<&str> = population
            .users
            .iter()
            .map(|user| &*user.source.id)
            .chain(population.groups.iter().map(|group| &*group.source.id))
            .collect();
        let users: BTreeMap<&str, &SourceUser> = snapshot
            .users
            .iter()
            .map(|user| (&*user.id, user))
            .collect();
        let groups: BTreeSet<&str> = snapshot
            .groups
            .iter()
            .filter(|group| group.removed.is_none())
            .map(|group| &*group.id)
            .collect();
        let mut removals = Removals::default();
        for (source, link) in self.links.iter().filter(|(source, _)| {
            !in_scope.contains(source) && !population.left_alone.contains(*source)
        }) {
            let object = Named::new(link.kind, source, link.name.clone());
            match (link.kind, users.get(source)) {
                (ObjectKind::User, Some(user)) if user.removed == Some(Removed::Hard) => {
                    removals.delete(object);
                }
                (ObjectKind::User, Some(user)) => {
                    let is_barred = user.removed.is_some() || user.account_enabled == Some(false);
                    if link.state == LinkState::Active && (is_barred || is_complete && !skips) {
                        removals.disables.push((object, user.object.clone()));
                    }
                }
                (ObjectKind::Group, _) if groups.contains(source) && skips => {}
                _ if is_complete => removals.delete(object),
                _ => {}
            }
        }
        removals
    }

    /// Disables and deletes, unless the guard holds it; gives back what was held.
    pub(super) async fn remove(
        &mut self,
        removals: Removals,
    ) -> Result<Option<CycleErrorKind>, Halt> {
        let count = removals.len();
        self.enter(Stage::Removals, count);
        let guard = self.engine.application.options().deletion_guard;
        if let Verdict::Hold { limit } =
            judge(count, self.links.iter().count(), guard, self.allowance)
        {
            let held = CycleErrorKind::TooManyDeletes {
                what: LEAVERS,
                count,
                limit,
            };
            self.hold(LEAVERS, &held).await?;
            for (object, _) in &removals.disables {
                self.stage(object, "be disabled").await?;
            }
            for object in &removals.deletes {
                self.stage(object, "be deleted").await?;
            }
            return Ok(Some(held));
        }
        for (object, source) in &removals.disables {
            let outcome = self.disable(object, source).await;
            self.settle(object, ProvisioningAction::Disable, outcome)
                .await?;
        }
        let is_user = |object: &&Named| object.kind == Some(ObjectKind::User);
        let users = removals.deletes.iter().filter(is_user);
        let groups = removals.deletes.iter().filter(|object| !is_user(object));
        for object in users.chain(groups) {
            let outcome = self.delete(object).await;
            self.settle(object, ProvisioningAction::Delete, outcome)
                .await?;
        }
        Ok(None)
    }

    /// Notes that the guard held `what`.
    pub(super) async fn hold(&mut self, what: &str, held: &CycleErrorKind) -> Result<(), Halt> {
        self.notice(Finding {
            kind: IssueKind::Warning,
            object: Named::directory(),
            member: Some(Named::unknown(what)),
            code: ErrorCode::TooManyDeletes,
            reason: held.to_string(),
            at: StepType::Processing,
        })
        .await
    }

    /// Notes what would happen to an object if the guard allowed it.
    pub(super) async fn stage(&mut self, object: &Named, fate: &str) -> Result<(), Halt> {
        let word = object.kind.map_or("object", ObjectKind::word);
        let finding = Finding {
            kind: IssueKind::Warning,
            object: object.clone(),
            member: None,
            code: ErrorCode::TooManyDeletes,
            reason: format!("the {word} {object} would {fate}: allow it once if that is right"),
            at: StepType::Processing,
        };
        let (action, step) = (ProvisioningAction::StagedDelete, "EntrySynchronizationSkip");
        self.open(finding, action, step, Vec::new()).await
    }

    async fn settle(
        &mut self,
        object: &Named,
        action: ProvisioningAction,
        outcome: Result<(), Trouble>,
    ) -> Result<(), Halt> {
        match outcome {
            Ok(()) => {}
            Err(Trouble::Cycle(halt)) => return Err(halt),
            Err(Trouble::Object(failure)) => self.fail(object, action, Vec::new(), failure).await?,
        }
        self.step()
    }

    /// Sends what says that the object is soft-deleted; deletes it if the mapping has nothing that does.
    async fn disable(&mut self, object: &Named, source: &SourceObject) -> Result<(), Trouble> {
        let (Some(rule), Some(link)) = (
            self.rule(ObjectKind::User)?,
            self.links.of(&object.id).cloned(),
        ) else {
            return Ok(());
        };
        let dependents = dependents(&rule, source)?;
        if dependents.is_empty() {
            return self.delete(object).await;
        }
        if !rule.flows(&FlowType::Update) {
            return Ok(());
        }
        let projection = without_relation(rule.resource_type);
        let present = match self
            .client()
            .get(rule.resource_type, &link.target, &projection)
            .await
        {
            Ok(present) => present,
            Err(error) if is_gone(&error) => {
                return self
                    .forget(
                        object,
                        ProvisioningAction::Disable,
                        "gone from the target already",
                    )
                    .await;
            }
            Err(error) => return Err(error.into()),
        };
        let wanted = soft_deleted(&rule, source, &present, &dependents)?;
        let planned = plan(&present, &wanted, rule.resource_type);
        if let Some(plan) = &planned {
            // the answer may be lost, and the directory say something else by then
            let mut batch = self.batch();
            self.links.doubt(&object.id, &mut batch)?;
            self.commit(batch).await?;
            self.change(
                rule.resource_type,
                &link.target,
                Some(&present),
                &plan.patch,
            )
            .await?;
        }
        self.target_works();
        self.report.users.disabled += 1;
        let mut batch = self.batch();
        let target = link.target.clone();
        // an empty document: whoever comes back is looked at as a whole
        let disabled = Link {
            state: LinkState::Disabled,
            document: "".into(),
            ..link
        };
        self.links.put(&object.id, disabled, &mut batch)?;
        let modified = planned.map(|plan| plan.modified).unwrap_or_default();
        self.log(
            &mut batch,
            removed(
                object,
                &target,
                ProvisioningAction::Disable,
                "disabled",
                modified,
            ),
        )?;
        Ok(self.commit(batch).await?)
    }

    async fn delete(&mut self, object: &Named) -> Result<(), Trouble> {
        let Some(link) = self.links.of(&object.id).cloned() else {
            return Ok(());
        };
        let Some(rule) = self.rule(link.kind)? else {
            return Ok(());
        };
        if !rule.flows(&FlowType::Delete) {
            return Ok(());
        }
        // the answer may be lost, and the object be wanted again by then
        let mut batch = self.batch();
        self.links.doubt(&object.id, &mut batch)?;
        self.commit(batch).await?;
        let description = match self.client().delete(rule.resource_type, &link.target).await {
            Ok(()) => "deleted",
            Err(error) if is_gone(&error) => "gone from the target already",
            Err(error) => return Err(error.into()),
        };
        self.target_works();
        self.counts(link.kind).deleted += 1;
        self.forget(object, ProvisioningAction::Delete, description)
            .await
    }

    async fn forget(
        &mut self,
        object: &Named,
        action: ProvisioningAction,
        description: &str,
    ) -> Result<(), Trouble> {
        let Some(target) = self.links.of(&object.id).map(|link| link.target.clone()) else {
            return Ok(());
        };
        let mut batch = self.batch();
        self.links.remove(&object.id, &mut batch);
        self.log(
            &mut batch,
            removed(object, &target, action, description, Vec::new()),
        )?;
        Ok(self.commit(batch).await?)
    }
}

/// The attributes of the target that depend on being soft-deleted.
fn dependents(rule: &Rule<'_>, source: &SourceObject) -> Result<Vec<Name>, Failure> {
    let map = |is_soft_deleted: bool| {
        let source = source.clone().with(SOFT_DELETED, is_soft_deleted);
        rule.mapping
            .apply_to_existing(&source, rule.resource_type, rule.context)
            .map_err(|error| unmappable(&error))
    };
    let (active, deleted) = (map(false)?.resource, map(true)?.resource);
    let attributes = deleted.attributes().iter();
    let differing = attributes.filter(|(name, value)| active.get(name) != Some(*value));
    Ok(differing.map(|(name, _)| name.clone()).collect())
}

/// What an object of the target is to be once it is soft-deleted: nothing but `dependents` changes.
fn soft_deleted(
    rule: &Rule<'_>,
    source: &SourceObject,
    present: &Resource,
    dependents: &[Name],
) -> Result<Mapped, Failure> {
    let source = source.clone().with(SOFT_DELETED, true);
    let mut wanted = rule
        .mapping
        .apply_onto(present, &source, rule.resource_type, rule.context)
        .map_err(|error| unmappable(&error))?;
    let mut after = present.clone();
    for name in dependents {
        if rule.resource_type.extension(name).is_some() {
            after.add_schema(name);
        }
        match wanted.resource.attributes_mut().remove(name) {
            Some(value) => after.attributes_mut().insert(name.clone(), value),
            None => after.attributes_mut().remove(name),
        };
    }
    wanted.resource = after;
    Ok(wanted)
}

fn removed<'a>(
    object: &'a Named,
    target: &'a scimkit_schema::ResourceId,
    action: ProvisioningAction,
    description: &str,
    modified: Vec<ModifiedProperty>,
) -> Event<'a> {
    let name = match action {
        ProvisioningAction::Delete => "EntryExportDelete",
        _ => "EntryExportUpdate",
    };
    let steps = vec![Step::new(
        name,
        StepType::Export,
        LogStatus::Success,
        description,
    )];
    Event {
        object,
        target: Some(target),
        action,
        status: StatusInfo::success(),
        steps,
        modified,
    }
}

/// The computed source attribute that says that somebody left.
const SOFT_DELETED: &str = "IsSoftDeleted";

const LEAVERS: &str = "objects to disable or delete";
