//! Users and groups: look up, create, link, update, restore.

use scimkit_client::Transport;
use scimkit_mapping::schema::FlowType;
use scimkit_schema::Resource;
use scimkit_store::StateStore;

use super::{
    PlantedBug,
    references::Reference,
    rule::Rule,
    run::{Event, Run},
    traveller::Traveller,
    trouble::{Halt, Trouble, is_gone},
    untangle::Conflict,
};
use crate::{
    Directory, ErrorCode, LogStatus, Named, ObjectKind, ProvisioningAction, Stage, StatusInfo,
    Step, StepType,
    fingerprint::fingerprint,
    links::{Link, LinkState},
    matching::{Claims, without_relation},
    plan::{Plan, plan},
    scope::Population,
    state::Batch,
};

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
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

    async fn bring(
        &mut self,
        rule: &Rule<'_>,
        travellers: &(impl Iterator<Item = Traveller> + Clone),
    ) -> Result<Vec<Reference>, Halt> {
        let (claims, references) = self.look_ahead(rule, travellers);
        let mut newcomers = Vec::new();
        let mut conflicts = Vec::new();
        for mut traveller in travellers.clone() {
            match self.follow(rule, &mut traveller).await {
                Ok(Following::Done) => self.step()?,
                Ok(Following::IsNew) => newcomers.push(traveller),
                // whoever is in the way may still be about to move
                Err(Trouble::Object(failure)) if failure.code == ErrorCode::Conflict => {
                    conflicts.push(Conflict { traveller, failure });
                    self.step()?;
                }
                Err(trouble) => {
                    self.fail_of(traveller, trouble).await?;
                    self.step()?;
                }
            }
            if newcomers.len() == TOGETHER {
                let together = std::mem::take(&mut newcomers);
                self.provision(rule, &claims, together).await?;
            }
        }
        self.provision(rule, &claims, newcomers).await?;
        if !conflicts.is_empty() {
            self.untangle(rule, &claims, conflicts).await?;
        }
        Ok(references)
    }

    /// Notes what went wrong with one object, or ends the cycle.
    pub(super) async fn fail_of(
        &mut self,
        traveller: Traveller,
        trouble: Trouble,
    ) -> Result<(), Halt> {
        match trouble {
            Trouble::Cycle(halt) => Err(halt),
            Trouble::Object(failure) => {
                let Traveller {
                    named,
                    steps,
                    action,
                    ..
                } = traveller;
                self.fail(&named, action, steps, failure).await
            }
        }
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
                let Ok(mapped) = rule.mapping.apply_to_existing(
                    &traveller.source,
                    rule.resource_type,
                    rule.context,
                ) else {
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

    /// Brings an object of the target to what its source is now.
    pub(super) async fn follow(
        &mut self,
        rule: &Rule<'_>,
        traveller: &mut Traveller,
    ) -> Result<Following, Trouble> {
        let Some(link) = self.links.of(&traveller.named.id).cloned() else {
            // one whose create is in doubt failed when that was looked at
            let is_doubted = self.creations.is_open(&traveller.named.id);
            return Ok(if is_doubted {
                Following::Done
            } else {
                Following::IsNew
            });
        };
        traveller.action = ProvisioningAction::Update;
        let desired = traveller.existing(rule)?;
        let document = fingerprint(&desired.to_string());
        if *link.document == *document && link.state == LinkState::Active
            || !rule.flows(&FlowType::Update)
        {
            self.counts(rule.kind).unchanged += 1;
            return Ok(Following::Done);
        }
        let projection = without_relation(rule.resource_type);
        let present = self
            .client()
            .get(rule.resource_type, &link.target, &projection);
        match present.await {
            Ok(present) => {
                self.update(rule, traveller, link, &present, &desired)
                    .await?;
                Ok(Following::Done)
            }
            Err(error) if is_gone(&error) => {
                self.let_go(&traveller.named, traveller.steps.clone(), &link)
                    .await?;
                Ok(Following::IsNew)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Sends what differs, and links the object with the document that was `desired`.
    pub(super) async fn update(
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
        let wanted = traveller.onto(present, rule)?;
        let Some(Plan { patch, modified }) = plan(present, &wanted, rule.resource_type) else {
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
        let mut batch = self.batch();
        if self.engine.planted.is(PlantedBug::EarlyWatermark) {
            self.links
                .put(&traveller.named.id, renewed.clone(), &mut batch)?;
        } else {
            // the answer may be lost, and the directory say something else by then
            let document = Box::default();
            let doubted = Link {
                document,
                ..renewed.clone()
            };
            self.links.put(&traveller.named.id, doubted, &mut batch)?;
        }
        self.commit(batch).await?;
        self.change(rule.resource_type, &renewed.target, Some(present), &patch)
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
        let mut batch = self.batch();
        self.record(traveller, link, status, modified, &mut batch)?;
        Ok(self.commit(batch).await?)
    }

    /// The same, into a batch.
    pub(super) fn record(
        &mut self,
        traveller: &mut Traveller,
        link: Link,
        status: StatusInfo,
        modified: Vec<crate::ModifiedProperty>,
        batch: &mut Batch,
    ) -> Result<(), Halt> {
        self.target_works();
        self.creations.end(&traveller.named.id, batch);
        let target = link.target.clone();
        self.links.put(&traveller.named.id, link, batch)?;
        let steps = std::mem::take(&mut traveller.steps);
        let event = Event {
            object: &traveller.named,
            target: Some(&target),
            action: traveller.action,
            status,
            steps,
            modified,
        };
        self.log(batch, event)
    }

    /// Forgets an object that is gone from the target.
    pub(super) async fn let_go(
        &mut self,
        object: &Named,
        mut steps: Vec<Step>,
        link: &Link,
    ) -> Result<(), Trouble> {
        let cause = format!(
            "the {} {object} was `{}` in the target and is gone from there: it is looked up anew",
            link.kind.word(),
            link.target
        );
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
}

/// What is left to do for an object.
pub(super) enum Following {
    Done,
    /// It is not linked to anybody in the target.
    IsNew,
}

/// How many objects are looked up and created together.
const TOGETHER: usize = 256;
