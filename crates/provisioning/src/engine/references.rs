//! Managers and other references from one object to another.

use scimkit_client::Transport;
use scimkit_filter::Path;
use scimkit_mapping::{TargetPath, UnresolvedReference, schema::AttributeFlowType};
use scimkit_patch::{Operation, PatchOp};
use scimkit_schema::{Complex, ResourceType, Value};
use scimkit_store::StateStore;

use super::{
    rule::Rule,
    run::{Event, Finding, Run},
    trouble::{Halt, Trouble, is_gone},
};
use crate::{
    Directory, ErrorCode, IssueKind, LogStatus, ModifiedProperty, Named, ObjectKind,
    ProvisioningAction, Snapshot, Stage, StatusInfo, Step, StepType, links::Link,
    manager_cycle::manager_cycles,
};

/// A reference that an object is to have. One that the directory does not name is left as the target has it: an export may leave it out.
#[derive(Debug)]
pub(super) struct Reference {
    from: Named,
    path: TargetPath,
    to: Box<str>,
    flow_type: AttributeFlowType,
}

impl Reference {
    /// The single-valued references of an object; members of groups go another way.
    pub(super) fn of(
        from: &Named,
        unresolved: Vec<UnresolvedReference>,
        resource_type: &ResourceType,
    ) -> impl Iterator<Item = Self> {
        let relation = resource_type.relation_attribute();
        let unresolved = unresolved
            .into_iter()
            .filter(move |it| Some(it.target.attribute()) != relation);
        unresolved.filter_map(|it| {
            Some(Self {
                from: from.clone(),
                to: it.source_ids.first()?.as_str().into(),
                path: it.target,
                flow_type: it.flow_type,
            })
        })
    }
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Sets the references whose both ends are in the target; the others wait.
    pub(super) async fn set_references(
        &mut self,
        snapshot: &Snapshot,
        references: Vec<Reference>,
    ) -> Result<(), Halt> {
        self.enter(Stage::References, references.len());
        if references.is_empty() {
            return Ok(());
        }
        self.warn_of_cycles(snapshot).await?;
        let Some(rule) = self.rule(ObjectKind::User)? else {
            return Ok(());
        };
        for reference in references {
            match self.set_reference(&rule, snapshot, &reference).await {
                Ok(()) => {}
                Err(Trouble::Cycle(halt)) => return Err(halt),
                Err(Trouble::Object(failure)) => {
                    self.fail(
                        &reference.from,
                        ProvisioningAction::Update,
                        Vec::new(),
                        failure,
                    )
                    .await?;
                }
            }
            self.check_running()?;
        }
        Ok(())
    }

    async fn set_reference(
        &mut self,
        rule: &Rule<'_>,
        snapshot: &Snapshot,
        reference: &Reference,
    ) -> Result<(), Trouble> {
        let Some(link) = self.links.of(&reference.from.id).cloned() else {
            return Ok(());
        };
        let path = reference.path.as_str();
        let before = link.references.get(path).cloned();
        if before.is_some() && reference.flow_type != AttributeFlowType::Always {
            // every other flow type only fills what is empty
            return Ok(());
        }
        let Some(to) = self.links.of(&reference.to) else {
            return Ok(self.defer(snapshot, reference, &reference.to).await?);
        };
        let after: Box<str> = to.target.as_str().into();
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        let patch = PatchOp::new([operation(&reference.path, before.is_some(), &after)]);
        // the answer may be lost, and the directory say something else by then
        let mut link = link;
        if link.references.remove(path).is_some() {
            let mut batch = self.batch();
            self.links
                .put(&reference.from.id, link.clone(), &mut batch)?;
            self.commit(batch).await?;
        }
        let sent = self
            .change(rule.resource_type, &link.target, None, &patch)
            .await;
        if let Err(error) = sent {
            if error.refusal().is_some_and(is_gone) {
                let mut batch = self.batch();
                self.links.doubt(&reference.from.id, &mut batch)?;
                self.commit(batch).await?;
            }
            return Err(error.into());
        }
        self.target_works();
        self.report.references += 1;
        let mut batch = self.batch();
        let mut changed = Link { ..link };
        changed.references.insert(path.into(), after.clone());
        let target = changed.target.clone();
        self.links.put(&reference.from.id, changed, &mut batch)?;
        let step = Step::new(
            "EntryExportUpdate",
            StepType::Export,
            LogStatus::Success,
            format!("`{path}` set"),
        );
        self.log(
            &mut batch,
            Event {
                object: &reference.from,
                target: Some(&target),
                action: ProvisioningAction::Update,
                status: StatusInfo::success(),
                steps: vec![step],
                modified: vec![ModifiedProperty {
                    display_name: path.into(),
                    old_value: before,
                    new_value: Some(after),
                }],
            },
        )?;
        Ok(self.commit(batch).await?)
    }

    async fn defer(
        &mut self,
        snapshot: &Snapshot,
        reference: &Reference,
        to: &str,
    ) -> Result<(), Halt> {
        let other = snapshot.users.iter().find(|user| *user.id == *to);
        let other = other.map_or_else(
            || Named::unknown(to),
            |user| Named::new(ObjectKind::User, to, user.name()),
        );
        let (from, path) = (&reference.from, &reference.path);
        self.notice(Finding {
            kind: IssueKind::Deferred,
            object: from.clone(),
            reason: format!("`{path}` of the user {from} waits: {other} is not in the target"),
            member: Some(other),
            code: ErrorCode::UnableToResolveReferenceAttributeValue,
            at: StepType::ReferenceResolution,
        })
        .await
    }

    async fn warn_of_cycles(&mut self, snapshot: &Snapshot) -> Result<(), Halt> {
        let linked = snapshot
            .users
            .iter()
            .filter(|user| self.links.of(&user.id).is_some());
        for cycle in manager_cycles(linked) {
            let Some(first) = cycle.first() else {
                continue;
            };
            let people = cycle
                .iter()
                .chain(std::iter::once(first))
                .map(|user| format!("`{}`", user.name()));
            let people = people.collect::<Vec<_>>().join(" reports to ");
            self.notice(Finding {
                kind: IssueKind::Warning,
                object: Named::new(ObjectKind::User, &first.id, first.name()),
                member: None,
                code: ErrorCode::ManagerCycle,
                reason: format!("{people}: correct the manager of one of them in the directory"),
                at: StepType::Import,
            })
            .await?;
        }
        Ok(())
    }
}

/// Sets or changes one reference.
fn operation(path: &TargetPath, is_set: bool, id: &str) -> Operation {
    let target: Path = path.path().clone();
    let value = match path.sub_attribute() {
        Some(_) => Value::from(id),
        None => Complex::new().with("value", id).into(),
    };
    if is_set {
        Operation::replace(target, value)
    } else {
        Operation::add(target, value)
    }
}
