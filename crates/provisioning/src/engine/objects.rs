//! Users and groups: look up, create, link, update, restore.

use scimkit_client::{Error, ErrorKind, Transport};
use scimkit_filter::Filter;
use scimkit_mapping::{Mapped, TargetValue, schema::FlowType};
use scimkit_schema::{Resource, ResourceId};
use scimkit_store::StateStore;

use super::{
    PlantedBug,
    references::Reference,
    rule::Rule,
    run::{Event, Run},
    traveller::{Traveller, unmappable},
    trouble::{Failure, Halt, Trouble, is_gone, pause},
};
use crate::{
    Adoption, Directory, ErrorCode, LogStatus, Named, ObjectKind, ProvisioningAction, Stage,
    StatusInfo, Step, StepType,
    creations::Creation,
    fingerprint::fingerprint,
    links::{Link, LinkState},
    matching::{Claims, Found, Mismatch, look_up, without_relation},
    modified::modified,
    plan::{Plan, plan},
    scope::Population,
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
            Err(error) if is_gone(&error) => {
                self.let_go(&traveller.named, traveller.steps.clone(), &link)
                    .await?;
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
        if self.creations.is_open(&traveller.named.id) {
            // it failed when that was looked at
            return Ok(());
        }
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
        if let Some(found) = self.find(rule, &mapped).await? {
            return self.adopt(rule, traveller, found).await;
        }
        if !rule.flows(&FlowType::Add) {
            return Ok(());
        }
        traveller.note("EntryMatching", StepType::Matching, "not in the target yet");
        let mapped = self.choose(rule, mapped).await?;
        self.announce(&traveller.named, &mapped).await?;
        match self
            .client()
            .create(rule.resource_type, &mapped.resource)
            .await
        {
            Ok(answer) => {
                self.record_created(rule, traveller, &mapped.resource, &answer)
                    .await
            }
            // the next cycle looks it up before it creates anything
            Err(error) if pause(&error).is_some() => Err(error.into()),
            Err(error) if *error.kind() == ErrorKind::Conflict || error.may_have_happened() => {
                self.look_again(rule, traveller, &mapped, error).await
            }
            Err(error) => {
                self.withdraw(&traveller.named).await?;
                Err(error.into())
            }
        }
    }

    /// Puts into a new object those of its candidates that nobody in the target has.
    async fn choose(&self, rule: &Rule<'_>, mut mapped: Mapped) -> Result<Mapped, Trouble> {
        for candidates in std::mem::take(&mut mapped.candidates) {
            let mut free = None;
            for candidate in candidates.each() {
                let filters = [candidate.to_filter()];
                let (client, planted) = (self.client(), self.engine.planted);
                let found = look_up(client, rule.resource_type, &filters, planted).await;
                match found {
                    Ok(None) => {
                        free = Some(candidate);
                        break;
                    }
                    Ok(Some(_)) | Err(Mismatch::Several(_) | Mismatch::NoId(_)) => {}
                    Err(mismatch) => return Err(mismatch.into()),
                }
            }
            let Some(TargetValue { path, value, .. }) = free else {
                let cause = format!(
                    "each of the {} values that `{}` may have is taken in the target: let the mapping offer more",
                    candidates.values.len(),
                    candidates.path
                );
                return Err(Failure::new(ErrorCode::Conflict, StepType::Matching, cause).into());
            };
            path.put(&mut mapped.resource, rule.resource_type, value)
                .map_err(|error| unmappable(&error))?;
        }
        Ok(mapped)
    }

    async fn find(&self, rule: &Rule<'_>, mapped: &Mapped) -> Result<Option<Found>, Mismatch> {
        let (client, planted) = (self.client(), self.engine.planted);
        look_up(client, rule.resource_type, &filters(mapped), planted).await
    }

    /// Writes down that a create is about to be sent.
    async fn announce(&mut self, object: &Named, mapped: &Mapped) -> Result<(), Halt> {
        let filters = filters(mapped).into_iter();
        let filters = filters.map(|filter| filter.to_string().into());
        let creation = Creation {
            object: object.clone(),
            filters: filters.collect(),
        };
        let mut batch = self.batch();
        self.creations.begin(creation, &mut batch)?;
        self.commit(batch).await
    }

    /// Nothing came of a create.
    async fn withdraw(&mut self, object: &Named) -> Result<(), Halt> {
        let mut batch = self.batch();
        self.creations.end(&object.id, &mut batch);
        self.commit(batch).await
    }

    /// After a create whose outcome is not known, or that somebody else was faster with.
    async fn look_again(
        &mut self,
        rule: &Rule<'_>,
        traveller: &mut Traveller,
        mapped: &Mapped,
        error: Error,
    ) -> Result<(), Trouble> {
        if self.engine.planted.is(PlantedBug::RepeatCreate) {
            let (client, sent) = (self.client(), &mapped.resource);
            let answer = client.create(rule.resource_type, sent).await?;
            return self.record_created(rule, traveller, sent, &answer).await;
        }
        if let Some(found) = self.find(rule, mapped).await? {
            return self.adopt(rule, traveller, found).await;
        }
        self.withdraw(&traveller.named).await?;
        Err(error.into())
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
        self.creations.end(&traveller.named.id, &mut batch);
        self.links
            .put(&traveller.named.id, link.clone(), &mut batch)?;
        self.commit(batch).await?;
        self.update(rule, traveller, link, &found.resource, &desired)
            .await
    }

    /// Sends what differs, and links the object with the document that was `desired`.
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
        self.target_works();
        let mut batch = self.batch();
        self.creations.end(&traveller.named.id, &mut batch);
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

/// What the object is looked up by.
fn filters(mapped: &Mapped) -> Vec<Filter> {
    let matching = mapped.matching.iter();
    matching.map(TargetValue::to_filter).collect()
}
