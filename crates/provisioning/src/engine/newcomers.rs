//! Objects that are new to the target: found there and taken over, or else created, many at once.

use scimkit_client::{Error, ErrorKind, Transport};
use scimkit_filter::Filter;
use scimkit_mapping::{Mapped, TargetValue, schema::FlowType};
use scimkit_schema::{Resource, ResourceId};
use scimkit_store::StateStore;

use super::{
    PlantedBug,
    brake::{Brake, Cause},
    rule::Rule,
    run::Run,
    together::{Sending, Together},
    traveller::{Traveller, unmappable},
    trouble::{Failure, Halt, Trouble, pause},
};
use crate::{
    Adoption, Directory, ErrorCode, Named, ObjectKind, ProvisioningAction, StatusInfo, StepType,
    creations::Creation,
    fingerprint::fingerprint,
    matching::{Claims, Found, Mismatch, look_up},
    modified::modified,
    state::Batch,
};

/// An object on its way, and what it is to be in the target.
pub(super) struct Newcomer {
    pub(super) traveller: Traveller,
    pub(super) mapped: Mapped,
}

impl<'e, D: Directory, T: Transport, S: StateStore> Run<'e, D, T, S> {
    /// Finds these objects in the target, or else creates them. Creates are written down before they are sent, and what came of them is
    /// written down together.
    pub(super) async fn provision(
        &mut self,
        rule: &Rule<'_>,
        claims: &Claims,
        travellers: Vec<Traveller>,
    ) -> Result<(), Halt> {
        let mut newcomers = Vec::with_capacity(travellers.len());
        for mut traveller in travellers {
            traveller.action = ProvisioningAction::Create;
            let prepared = prepare(rule, claims, &traveller);
            match prepared.and_then(|mapped| self.without_doubt(&traveller.named, mapped)) {
                Ok(mapped) => newcomers.push(Newcomer { traveller, mapped }),
                Err(failure) => {
                    self.fail_of(traveller, failure.into()).await?;
                    self.step()?;
                }
            }
        }
        if newcomers.len() > Together::WITNESSES {
            self.learn().await?;
        }
        let alone = self
            .together
            .missing_witnesses(rule.kind)
            .min(newcomers.len());
        let others = newcomers.split_off(alone);
        for together in [newcomers, others] {
            self.provision_all(rule, together).await?;
        }
        Ok(())
    }

    async fn provision_all(
        &mut self,
        rule: &Rule<'_>,
        newcomers: Vec<Newcomer>,
    ) -> Result<(), Halt> {
        let mut strangers = self.take_over(rule, newcomers).await?;
        if !rule.flows(&FlowType::Add) {
            return Ok(());
        }
        let choosing: Vec<Newcomer> = strangers
            .extract_if(.., |one| !one.mapped.candidates.is_empty())
            .collect();
        self.create_all(rule, strangers).await?;
        // one after another, since what one chooses is no longer free for the next
        for newcomer in choosing {
            let Newcomer { traveller, mapped } = newcomer;
            match self.choose(rule, mapped).await {
                Ok(mapped) => {
                    let chosen = vec![Newcomer { traveller, mapped }];
                    self.create_all(rule, chosen).await?;
                }
                Err(trouble) => {
                    self.fail_of(traveller, trouble).await?;
                    self.step()?;
                }
            }
        }
        Ok(())
    }

    /// Waits with an object that could be taken for another whose create is in doubt.
    fn without_doubt(&self, object: &Named, mapped: Mapped) -> Result<Mapped, Failure> {
        match self.creations.rival(object, &filters(&mapped)) {
            None => Ok(mapped),
            Some(rival) => {
                let cause = format!(
                    "it is not known yet whether {rival} was created in the target, and the two would be the same object there"
                );
                let code = ErrorCode::DuplicateSourceEntries;
                Err(Failure::new(code, StepType::Matching, cause))
            }
        }
    }

    /// Links those who are in the target already, and gives back the others.
    async fn take_over(
        &mut self,
        rule: &Rule<'_>,
        mut newcomers: Vec<Newcomer>,
    ) -> Result<Vec<Newcomer>, Halt> {
        let mut strangers = Vec::new();
        while !newcomers.is_empty() {
            self.check_running()?;
            let answers = self.find_all(rule, &newcomers).await;
            let mut unasked = Vec::new();
            let mut answered: Vec<_> = newcomers.into_iter().zip(answers).collect();
            // whatever says that nothing more is wanted is heard before anything more is sent
            answered.sort_by_key(|(_, answer)| {
            !matches!(answer, Some(Err(Mismatch::Request(error))) if Cause::of(error) == Cause::Ends)
        });
            for (newcomer, answer) in answered {
                let Newcomer {
                    mut traveller,
                    mapped,
                } = newcomer;
                let outcome = match answer {
                    // if the cycle does not end, its turn comes
                    None => {
                        unasked.push(Newcomer { traveller, mapped });
                        continue;
                    }
                    Some(Ok(None)) => {
                        strangers.push(Newcomer { traveller, mapped });
                        continue;
                    }
                    Some(Ok(Some(found))) => self.adopt(rule, &mut traveller, found).await,
                    Some(Err(mismatch)) => Err(mismatch.into()),
                };
                if let Err(trouble) = outcome {
                    self.fail_of(traveller, trouble).await?;
                }
                self.step()?;
            }
            newcomers = unasked;
        }
        Ok(strangers)
    }

    /// Creates these, which are not in the target.
    async fn create_all(&mut self, rule: &Rule<'_>, newcomers: Vec<Newcomer>) -> Result<(), Halt> {
        let mut left = self.create_announced(rule, newcomers).await?;
        while !left.is_empty() {
            let strangers = self.take_over(rule, left).await?;
            left = self.create_announced(rule, strangers).await?;
        }
        Ok(())
    }

    /// The same; gives back those whose turn did not come, or that were refused with a whole request.
    async fn create_announced(
        &mut self,
        rule: &Rule<'_>,
        newcomers: Vec<Newcomer>,
    ) -> Result<Vec<Newcomer>, Halt> {
        let mut batch = self.batch();
        for newcomer in &newcomers {
            self.announce(newcomer, &mut batch)?;
        }
        self.commit(batch).await?;
        let sendings = self.send_creates(rule, &newcomers).await;

        let mut batch = self.batch();
        let (mut failed, mut left) = (Vec::new(), Vec::new());
        let mut done = 0_usize;
        for (mut newcomer, sending) in newcomers.into_iter().zip(sendings) {
            match sending {
                Sending::Kept => {
                    self.creations.end(&newcomer.traveller.named.id, &mut batch);
                    left.push(newcomer);
                }
                // nothing of it should have been done, but that is seen before it is believed
                Sending::Refused => left.push(newcomer),
                Sending::Answered(Ok(target)) => {
                    match self.record_created(rule, &mut newcomer, target, &mut batch)? {
                        Ok(()) => done += 1,
                        Err(failure) => failed.push((newcomer, Cure::None(failure))),
                    }
                }
                Sending::Answered(Err(error)) => failed.push((newcomer, Cure::Look(error))),
                Sending::Shared(error) => failed.push((newcomer, Cure::LookToo(error))),
            }
        }
        self.commit(batch).await?;
        for _ in 0..done {
            self.step()?;
        }
        // whatever says that nothing more is wanted is heard before anything more is sent
        failed.sort_by_key(
            |(_, cure)| !matches!(cure, Cure::Look(error) if Cause::of(error) == Cause::Ends),
        );
        for (mut newcomer, cure) in failed {
            let outcome = match cure {
                Cure::Look(error) => self.after_error(rule, &mut newcomer, error).await,
                Cure::LookToo(error) => {
                    let outcome = self.after_error(rule, &mut newcomer, error).await;
                    outcome.map_err(Trouble::of_same_request)
                }
                Cure::None(failure) => Err(failure.into()),
            };
            if let Err(trouble) = outcome {
                self.fail_of(newcomer.traveller, trouble).await?;
            }
            self.step()?;
        }
        Ok(left)
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
    fn announce(&mut self, newcomer: &Newcomer, batch: &mut Batch) -> Result<(), Halt> {
        let filters = filters(&newcomer.mapped).into_iter();
        let filters = filters.map(|filter| filter.to_string().into());
        let creation = Creation {
            object: newcomer.traveller.named.clone(),
            filters: filters.collect(),
        };
        Ok(self.creations.begin(creation, batch)?)
    }

    /// Nothing came of a create.
    async fn withdraw(&mut self, object: &Named) -> Result<(), Halt> {
        let mut batch = self.batch();
        self.creations.end(&object.id, &mut batch);
        self.commit(batch).await
    }

    /// What to do about a create that failed, or whose outcome is not known.
    async fn after_error(
        &mut self,
        rule: &Rule<'_>,
        newcomer: &mut Newcomer,
        error: Error,
    ) -> Result<(), Trouble> {
        // the next cycle looks it up before it creates anything
        if pause(&error).is_some() {
            return Err(error.into());
        }
        if *error.kind() == ErrorKind::Conflict || error.may_have_happened() {
            return self.look_again(rule, newcomer, error).await;
        }
        self.withdraw(&newcomer.traveller.named).await?;
        Err(error.into())
    }

    /// After a create whose outcome is not known, or that somebody else was faster with.
    async fn look_again(
        &mut self,
        rule: &Rule<'_>,
        newcomer: &mut Newcomer,
        error: Error,
    ) -> Result<(), Trouble> {
        if self.engine.planted.is(PlantedBug::RepeatCreate) {
            let (client, sent) = (self.client(), &newcomer.mapped.resource);
            let answer = client.create(rule.resource_type, sent).await?;
            if let Some(target) = answer.id() {
                let mut batch = self.batch();
                self.record_created(rule, newcomer, target, &mut batch)??;
                self.commit(batch).await?;
            }
            return Ok(());
        }
        if let Some(found) = self.find(rule, &newcomer.mapped).await? {
            return self.adopt(rule, &mut newcomer.traveller, found).await;
        }
        self.withdraw(&newcomer.traveller.named).await?;
        Err(error.into())
    }

    /// Puts the link of an object that was created into `batch`, with its log entry.
    fn record_created(
        &mut self,
        rule: &Rule<'_>,
        newcomer: &mut Newcomer,
        target: ResourceId,
        batch: &mut Batch,
    ) -> Result<Result<(), Failure>, Halt> {
        let Newcomer { traveller, mapped } = newcomer;
        if let Err(failure) = self.check_free(rule.kind, &target, &traveller.named) {
            return Ok(Err(failure));
        }
        let document = match traveller.existing(rule) {
            Ok(document) => fingerprint(&document.to_string()),
            Err(failure) => return Ok(Err(failure)),
        };
        if let Some(value) = mapped.matching.first() {
            self.together
                .remember(rule.kind, &target, value.to_filter());
        }
        let created = format!("created as `{target}`");
        traveller.note("EntryMatching", StepType::Matching, "not in the target yet");
        traveller.note("EntryExportAdd", StepType::Export, created);
        let link = traveller.link(rule.kind, target, &document);
        self.counts(rule.kind).created += 1;
        let modified = modified(&Resource::default(), &mapped.resource, rule.resource_type);
        self.record(traveller, link, StatusInfo::success(), modified, batch)?;
        Ok(Ok(()))
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
        self.together.remember(rule.kind, &found.id, found.filter);
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

    pub(super) fn brake(&self) -> Brake<'e> {
        let at_once = self.engine.application.options().requests_at_once;
        Brake::new(&self.engine.activity, at_once.get().into(), self.outages)
    }
}

/// What is left to do for an object that was not created for sure.
enum Cure {
    /// It is looked for, if need be.
    Look(Error),
    /// The same, after the failure of a request that another object stands for.
    LookToo(Error),
    None(Failure),
}

/// Maps an object for its creation, unless somebody else of the directory would be the same object of the target.
fn prepare(rule: &Rule<'_>, claims: &Claims, traveller: &Traveller) -> Result<Mapped, Failure> {
    let mapped = traveller.new_one(rule)?;
    let Some(rival) = claims.rival(&mapped.matching, rule.resource_type, &traveller.named) else {
        return Ok(mapped);
    };
    let value = mapped
        .matching
        .first()
        .map_or_else(String::new, |value| value.to_filter().to_string());
    let cause = format!(
        "in the directory, {rival} would be the same object of the target (`{value}`): only {rival} is provisioned"
    );
    let code = ErrorCode::DuplicateSourceEntries;
    Err(Failure::new(code, StepType::Matching, cause))
}

/// What the object is looked up by.
pub(super) fn filters(mapped: &Mapped) -> Vec<Filter> {
    let matching = mapped.matching.iter();
    matching.map(TargetValue::to_filter).collect()
}
