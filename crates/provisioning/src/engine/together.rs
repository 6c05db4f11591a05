//! Many new objects in one request: as much as the target says that it takes, and as long as its answers prove it.

use std::{collections::BTreeMap, num::NonZero};

use scimkit_client::{Error, ErrorKind, Transport};
use scimkit_filter::Filter;
use scimkit_protocol::ServiceProviderConfig;
use scimkit_schema::ResourceId;
use scimkit_store::StateStore;

use super::{
    brake::{Brake, Cause, Request},
    newcomers::{Newcomer, filters},
    rule::Rule,
    run::Run,
    trouble::{Halt, Trouble},
};
use crate::{
    Directory, NewObjects, ObjectKind,
    matching::{Found, Mismatch, Witness, look_up, look_up_together},
};

/// What the target takes of many new objects in one request, as far as this cycle knows.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// Whether the target was asked what it can do.
    is_known: bool,
    /// Look-ups in one filter.
    look_ups: usize,
    /// Creations in one bulk request.
    creations: usize,
    /// The bytes of a bulk request.
    bytes: usize,
    witnesses: BTreeMap<ObjectKind, Vec<Witness>>,
}

/// What became of the creation of one object.
pub(super) enum Sending {
    /// It was not sent.
    Kept,
    /// The target refused the request that it was in, as it refuses every one of its kind.
    Refused,
    /// It was sent.
    Answered(Result<ResourceId, Error>),
    /// It failed with the whole request that it was in, which another object stands for.
    Shared(Error),
}

/// What became of one look-up; none if it was not sent.
pub(super) type Search = Option<Result<Option<Found>, Mismatch>>;

impl Together {
    /// How many have to be known for a question about many.
    pub(super) const WITNESSES: usize = 2;

    /// Two who are in the target for sure, if many can be asked for at once.
    fn witnesses(&self, kind: ObjectKind) -> Option<[&Witness; 2]> {
        match self.witnesses.get(&kind)?.as_slice() {
            [first, second, ..] if self.look_ups > 1 => Some([first, second]),
            _ => None,
        }
    }

    /// How many objects have to go one by one before others can be asked for together.
    pub(super) fn missing_witnesses(&self, kind: ObjectKind) -> usize {
        let known = self.witnesses.get(&kind).map_or(0, Vec::len);
        if self.look_ups > 1 {
            Self::WITNESSES.saturating_sub(known)
        } else {
            0
        }
    }

    /// Remembers somebody who is in the target for sure.
    pub(super) fn remember(&mut self, kind: ObjectKind, target: &ResourceId, filter: Filter) {
        let known = self.witnesses.entry(kind).or_default();
        if known.len() < Self::WITNESSES && known.iter().all(|witness| witness.target != *target) {
            let target = target.clone();
            known.push(Witness { filter, target });
        }
    }

    fn learn(&mut self, config: &ServiceProviderConfig) {
        let bound = |said: Option<u64>, most: usize| {
            said.and_then(|said| usize::try_from(said).ok())
                .map_or(most, |said| said.min(most))
        };
        if config.filter {
            self.look_ups = bound(config.filter_max_results, TERMS).saturating_sub(Self::WITNESSES);
        }
        if config.bulk {
            self.creations = bound(config.bulk_max_operations, OPERATIONS);
            self.bytes = bound(config.bulk_max_payload_size, BYTES);
        }
    }
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Asks the target once in a cycle what it takes, unless new objects are to go one by one.
    pub(super) async fn learn(&mut self) -> Result<(), Halt> {
        let new_objects = self.engine.application.options().new_objects;
        if new_objects == NewObjects::OneByOne || self.together.is_known {
            return Ok(());
        }
        self.together.is_known = true;
        match self.client().service_provider_config().await {
            Ok(config) => self.together.learn(&config),
            Err(error) if Cause::of(&error) == Cause::Ends => {
                if let Trouble::Cycle(halt) = Trouble::from(error) {
                    return Err(halt);
                }
            }
            // without a word on it they go one by one
            Err(_) => {}
        }
        Ok(())
    }

    /// Looks for all of these in the target.
    pub(super) async fn find_all(
        &mut self,
        rule: &Rule<'_>,
        newcomers: &[Newcomer],
    ) -> Vec<Search> {
        let brake = self.brake();
        let filters: Vec<Vec<Filter>> = newcomers
            .iter()
            .map(|newcomer| filters(&newcomer.mapped))
            .collect();
        let mut searches = self.find_together(rule, &filters, &brake).await;
        let (client, planted) = (self.client(), self.engine.planted);
        let mut open: Vec<Request<'_, _>> = Vec::new();
        for (filters, search) in filters.iter().zip(&searches) {
            let rest = match search {
                Asked::Not => filters.as_slice(),
                // the first filter found nobody
                Asked::First => filters.get(1..).unwrap_or_default(),
                Asked::Settled(_) => continue,
            };
            let find = look_up(client, rule.resource_type, rest, planted);
            open.push(Box::pin(find));
        }
        let mut found = brake.all(open, cause_of_find).await.into_iter();
        searches
            .iter_mut()
            .map(|search| match std::mem::replace(search, Asked::Not) {
                Asked::Settled(search) => search,
                Asked::Not | Asked::First => found.next().flatten(),
            })
            .collect()
    }

    /// Asks for many at once by the first filter of each, as far as that can be trusted.
    async fn find_together(
        &mut self,
        rule: &Rule<'_>,
        filters: &[Vec<Filter>],
        brake: &Brake<'_>,
    ) -> Vec<Asked> {
        let firsts: Vec<&Filter> = filters
            .iter()
            .filter_map(|filters| filters.first())
            .collect();
        let witnesses = self.together.witnesses(rule.kind);
        let Some(witnesses) =
            witnesses.filter(|_| firsts.len() == filters.len() && firsts.len() > 1)
        else {
            return filters.iter().map(|_| Asked::Not).collect();
        };
        let longest = firsts.iter().map(|filter| sent_length(filter)).max();
        let room = FILTER_BYTES / longest.unwrap_or(1).max(1);
        let size = room.clamp(1, self.together.look_ups);
        let client = self.client();
        let mut questions: Vec<Request<'_, _>> = Vec::new();
        for chunk in firsts.chunks(size) {
            let question = look_up_together(client, rule.resource_type, chunk, witnesses);
            questions.push(Box::pin(question));
        }
        let answers = brake.all(questions, cause_of_question).await;
        let mut searches = Vec::with_capacity(filters.len());
        for (chunk, answer) in filters.chunks(size).zip(answers) {
            match answer {
                None => searches.extend(chunk.iter().map(|_| Asked::Settled(None))),
                Some(Ok(Some(found))) => {
                    let found = chunk.iter().zip(found);
                    searches.extend(found.map(|(filters, found)| match found {
                        Ok(None) if filters.len() > 1 => Asked::First,
                        found => Asked::Settled(Some(found)),
                    }));
                }
                Some(Err(error)) if Cause::of(&error) == Cause::Ends => {
                    let ends = || Asked::Settled(Some(Err(Mismatch::Request(error.clone()))));
                    searches.extend(chunk.iter().map(|_| ends()));
                }
                Some(answer) => {
                    // it may have been the way; what came of one lost answer says nothing of the target
                    if answer.map_or_else(|error| Cause::of(&error) != Cause::Target, |_| true) {
                        self.together.look_ups = 0;
                    }
                    searches.extend(chunk.iter().map(|_| Asked::Not));
                }
            }
        }
        searches
    }

    /// Sends the creations of these, which are written down.
    pub(super) async fn send_creates(
        &mut self,
        rule: &Rule<'_>,
        newcomers: &[Newcomer],
    ) -> Vec<Sending> {
        let size = self.creations_at_once(newcomers);
        let client = self.client();
        let Some(size) = size.filter(|size| size.get() > 1) else {
            let mut creates: Vec<Request<'_, _>> = Vec::with_capacity(newcomers.len());
            for newcomer in newcomers {
                let create = client.create(rule.resource_type, &newcomer.mapped.resource);
                creates.push(Box::pin(async { create.await.map(|answer| answer.id()) }));
            }
            let answers = self.brake().all(creates, cause_of_create).await.into_iter();
            return answers.map(Sending::of_one).collect();
        };
        let mut bulks: Vec<Request<'_, _>> = Vec::new();
        for chunk in newcomers.chunks(size.get()) {
            let resources: Vec<_> = chunk.iter().map(|one| &one.mapped.resource).collect();
            bulks.push(Box::pin(async move {
                client.create_all(rule.resource_type, &resources).await
            }));
        }
        let answers = self.brake().all(bulks, cause_of_bulk).await;
        let mut sendings = Vec::with_capacity(newcomers.len());
        for (chunk, answer) in newcomers.chunks(size.get()).zip(answers) {
            match answer {
                None => sendings.extend(chunk.iter().map(|_| Sending::Kept)),
                Some(Ok(outcomes)) => sendings.extend(outcomes.into_iter().map(Sending::Answered)),
                Some(Err(error)) if is_refused(&error) => {
                    self.together.creations = 0;
                    sendings.extend(chunk.iter().map(|_| Sending::Refused));
                }
                Some(Err(error)) => {
                    let others = chunk.iter().skip(1).map(|_| Sending::Shared(error.clone()));
                    let first = Sending::Answered(Err(error.clone()));
                    sendings.extend([first].into_iter().chain(others));
                }
            }
        }
        sendings
    }

    /// How many of these fit into one bulk request.
    fn creations_at_once(&self, newcomers: &[Newcomer]) -> Option<NonZero<usize>> {
        if newcomers.len() < 2 || self.together.creations < 2 {
            return None;
        }
        let sizes = newcomers
            .iter()
            .map(|newcomer| newcomer.mapped.resource.to_string().len());
        let largest = sizes.max()? + FRAME;
        let room = self.together.bytes.saturating_sub(FRAME) / largest;
        NonZero::new(room.min(self.together.creations))
    }
}

impl Sending {
    fn of_one(answer: Option<Result<Option<ResourceId>, Error>>) -> Self {
        match answer {
            // the client lets no creation through that has no id
            None | Some(Ok(None)) => Self::Kept,
            Some(Ok(Some(id))) => Self::Answered(Ok(id)),
            Some(Err(error)) => Self::Answered(Err(error)),
        }
    }
}

/// How far a look-up has come.
enum Asked {
    /// Nothing was asked yet.
    Not,
    /// The first filter found nobody, and there are more.
    First,
    Settled(Search),
}

/// Whether the target takes no such request, so that nothing of it was done.
fn is_refused(error: &Error) -> bool {
    let is_general = matches!(error.status(), Some(400..=499 | 501));
    is_general
        && Cause::of(error) != Cause::Ends
        && !matches!(error.kind(), ErrorKind::NotScim { .. })
}

/// About how many bytes a filter takes in an address.
fn sent_length(filter: &Filter) -> usize {
    let text = filter.to_string();
    let encoded = text.bytes().filter(|byte| !byte.is_ascii_alphanumeric());
    text.len() + 2 * encoded.count() + " or ".len()
}

fn cause_of_find(answer: &Result<Option<Found>, Mismatch>) -> Option<Cause> {
    match answer {
        Err(Mismatch::Request(error)) => Some(Cause::of(error)),
        _ => None,
    }
}

fn cause_of_question<O>(answer: &Result<O, Error>) -> Option<Cause> {
    answer.as_ref().err().map(Cause::of)
}

fn cause_of_create(answer: &Result<Option<ResourceId>, Error>) -> Option<Cause> {
    answer.as_ref().err().map(Cause::of)
}

/// The worst of what an answer says.
fn cause_of_bulk(answer: &Result<Vec<Result<ResourceId, Error>>, Error>) -> Option<Cause> {
    match answer {
        Err(error) if is_refused(error) => Some(Cause::Object),
        Err(error) => Some(Cause::of(error)),
        Ok(outcomes) => {
            let errors = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
            let causes: Vec<Cause> = errors.map(Cause::of).collect();
            let is_all = causes.len() == outcomes.len();
            let worst = causes.contains(&Cause::Ends).then_some(Cause::Ends);
            worst.or_else(|| causes.first().copied().filter(|_| is_all))
        }
    }
}

/// How many look-ups go into one filter at the most, with the two that prove it.
const TERMS: usize = 62;

/// How many bytes of an address a filter may take; most servers take twice as many.
const FILTER_BYTES: usize = 4_000;

/// How many creations go into one bulk request at the most.
const OPERATIONS: usize = 64;

/// How many bytes go into one bulk request at the most.
const BYTES: usize = 1 << 20;

/// More bytes than an operation needs around its resource.
const FRAME: usize = 256;
