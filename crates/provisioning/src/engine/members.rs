//! Sending changes of members, to many groups at once.

use std::collections::BTreeMap;

use scimkit_client::{Error, Transport};
use scimkit_filter::{AttributePath, Filter, Path};
use scimkit_patch::{Operation, PatchOp};
use scimkit_schema::{Complex, ResourceId, Value};
use scimkit_store::StateStore;

use super::{
    PlantedBug,
    brake::{Cause, Request},
    change::Unchanged,
    rule::Rule,
    run::{Event, Run},
    trouble::{Blame, Halt, Trouble, is_gone},
};
use crate::{
    Directory, LogStatus, ModifiedProperty, Named, ObjectKind, ProvisioningAction, StatusInfo,
    Step, StepType, links::Member, matching::without_relation, state::Batch,
};

/// A change of one membership.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) user: Box<str>,
    /// The id of the user in the target.
    pub(super) target: Box<str>,
    pub(super) way: Way,
}

impl Change {
    fn member(&self, certainty: Certainty) -> Member {
        Member {
            target: self.target.clone(),
            is_certain: certainty == Certainty::Sure,
        }
    }
}

/// Whether the target has a member for sure, or a change is under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Certainty {
    Open,
    Sure,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    Join,
    Leave,
}

/// What is still to be sent for one group.
pub(super) struct Work<'d> {
    group: Named,
    /// The next one last.
    open: Vec<&'d [Change]>,
}

/// The changes of a group that go in one request.
struct Chunk<'d> {
    work: Work<'d>,
    changes: &'d [Change],
    /// The group in the target.
    target: ResourceId,
    patch: PatchOp,
}

/// What became of the changes of a request that was refused.
enum Refused {
    /// There is nothing left to do for them.
    Settled,
    /// Nothing of them was done because of some of them.
    ForSome,
}

/// The names of users, by their ids in the directory.
type Names<'n> = BTreeMap<&'n str, Box<str>>;

impl<'d> Work<'d> {
    pub(super) fn new(group: Named, changes: &'d [Change]) -> Self {
        Self {
            group,
            open: changes.chunks(CHUNK).rev().collect(),
        }
    }
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Sends all changes of these groups, to each group one request after another. Whatever the target refuses is sent again in halves, so
    /// that one member does not hold up the others.
    pub(super) async fn change_members(
        &mut self,
        rule: &Rule<'_>,
        mut works: Vec<Work<'_>>,
        names: &Names<'_>,
    ) -> Result<(), Halt> {
        while !works.is_empty() {
            let mut chunks = Vec::with_capacity(works.len());
            for mut work in works {
                let target = self
                    .links
                    .of(&work.group.id)
                    .map(|link| link.target.clone());
                match target.and_then(|target| Some((target, work.open.pop()?))) {
                    None => self.step()?,
                    Some((target, changes)) => chunks.push(Chunk {
                        work,
                        changes,
                        target,
                        patch: patch(changes),
                    }),
                }
            }
            works = self.change_once(rule, chunks, names).await?;
            self.check_running()?;
        }
        Ok(())
    }

    /// Sends one request for each of these groups, side by side, and gives back what is left to do.
    async fn change_once<'d>(
        &mut self,
        rule: &Rule<'_>,
        chunks: Vec<Chunk<'d>>,
        names: &Names<'_>,
    ) -> Result<Vec<Work<'d>>, Halt> {
        self.announce_members(&chunks).await?;
        let this = &*self;
        let mut requests: Vec<Request<'_, _>> = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            let change = this.change(rule.resource_type, &chunk.target, None, &chunk.patch);
            requests.push(Box::pin(change));
        }
        let answers = this.brake().all(requests, cause_of_change).await;

        let (mut batch, mut refused, mut left) = (self.batch(), Vec::new(), Vec::new());
        for (chunk, answer) in chunks.into_iter().zip(answers) {
            match answer {
                // if the cycle does not end, its turn comes
                None => {
                    let mut work = chunk.work;
                    work.open.push(chunk.changes);
                    left.push(work);
                }
                Some(Ok(())) => {
                    self.record_changes(&chunk, names, &mut batch)?;
                    left.push(chunk.work);
                }
                Some(Err(unchanged)) => refused.push((chunk, unchanged)),
            }
        }
        self.commit(batch).await?;
        // whatever says that nothing more is wanted is heard before anything more is sent
        refused.sort_by_key(|(_, unchanged)| unchanged.cause() != Cause::Ends);
        for (chunk, unchanged) in refused {
            left.extend(self.after_refusal(rule, chunk, unchanged, names).await?);
        }
        Ok(left)
    }

    /// What is left to do for a group after a request that failed.
    async fn after_refusal<'d>(
        &mut self,
        rule: &Rule<'_>,
        chunk: Chunk<'d>,
        unchanged: Unchanged,
        names: &Names<'_>,
    ) -> Result<Option<Work<'d>>, Halt> {
        let trouble = match self.look_into(rule, &chunk, unchanged, names).await {
            Ok(Refused::Settled) => return Ok(Some(chunk.work)),
            Ok(Refused::ForSome) => {
                let mut work = chunk.work;
                let (first, second) = chunk.changes.split_at(chunk.changes.len() / 2);
                work.open.extend([second, first]);
                return Ok(Some(work));
            }
            Err(trouble) => trouble,
        };
        match trouble {
            Trouble::Cycle(halt) => Err(halt),
            Trouble::Object(failure) => {
                let group = &chunk.work.group;
                let is_over = failure.blame == Blame::Target || self.is_doubted(group);
                self.fail(group, ProvisioningAction::Update, Vec::new(), failure)
                    .await?;
                if is_over {
                    self.step()?;
                    return Ok(None);
                }
                Ok(Some(chunk.work))
            }
        }
    }

    /// Whether the group may be gone from the target.
    fn is_doubted(&self, group: &Named) -> bool {
        let link = self.links.of(&group.id);
        link.is_none_or(|link| link.document.is_empty())
    }

    /// Writes down whose memberships are about to change: the answer may be lost, and the directory say something else by then.
    async fn announce_members(&mut self, chunks: &[Chunk<'_>]) -> Result<(), Halt> {
        let mut batch = self.batch();
        for chunk in chunks {
            for change in chunk.changes {
                let member = change.member(Certainty::Open);
                let group = &chunk.work.group.id;
                self.links.join(group, &change.user, member, &mut batch)?;
            }
        }
        self.commit(batch).await
    }

    /// Puts the changes of a request that was carried out into `batch`, with a log entry.
    fn record_changes(
        &mut self,
        chunk: &Chunk<'_>,
        names: &Names<'_>,
        batch: &mut Batch,
    ) -> Result<(), Halt> {
        let (object, changes) = (&chunk.work.group, chunk.changes);
        self.target_works();
        let mut modified = Vec::new();
        for change in chunk.changes {
            let name = names.get(&*change.user).unwrap_or(&change.user).clone();
            let (old_value, new_value) = match change.way {
                Way::Join => {
                    self.report.members_added += 1;
                    let member = change.member(Certainty::Sure);
                    self.links.join(&object.id, &change.user, member, batch)?;
                    (None, Some(name))
                }
                Way::Leave => {
                    self.report.members_removed += 1;
                    self.links.leave(&object.id, &change.user, batch);
                    (Some(name), None)
                }
            };
            modified.push(ModifiedProperty {
                display_name: "members".into(),
                old_value,
                new_value,
            });
        }
        let joined = changes
            .iter()
            .filter(|change| change.way == Way::Join)
            .count();
        let description = format!("{joined} members added, {} removed", changes.len() - joined);
        let step = Step::new(
            "EntryExportUpdate",
            StepType::Export,
            LogStatus::Success,
            description,
        );
        self.log(
            batch,
            Event {
                object,
                target: Some(&chunk.target),
                action: ProvisioningAction::Update,
                status: StatusInfo::success(),
                steps: vec![step],
                modified,
            },
        )
    }

    /// Why a request failed, unless there is something to do about it.
    async fn look_into(
        &mut self,
        rule: &Rule<'_>,
        chunk: &Chunk<'_>,
        unchanged: Unchanged,
        names: &Names<'_>,
    ) -> Result<Refused, Trouble> {
        if let Some(refusal) = unchanged.refusal()
            && let Some(refused) = self.why_refused(rule, chunk, refusal).await?
        {
            return Ok(refused);
        }
        if self.engine.planted.is(PlantedBug::DropEscrow) {
            let mut batch = self.batch();
            let joins = chunk
                .changes
                .iter()
                .filter(|change| change.way == Way::Join);
            for change in joins {
                let member = change.member(Certainty::Sure);
                let group = &chunk.work.group.id;
                self.links.join(group, &change.user, member, &mut batch)?;
            }
            self.commit(batch).await?;
        }
        Err(naming_joiners(unchanged.into(), chunk.changes, names))
    }

    /// After a refusal: the group or one who joins it may be gone from the target. None if it is about the only change there is.
    async fn why_refused(
        &mut self,
        rule: &Rule<'_>,
        chunk: &Chunk<'_>,
        refusal: &Error,
    ) -> Result<Option<Refused>, Trouble> {
        if !is_gone(refusal) && refusal.status() != Some(400) {
            return Ok(None);
        }
        if is_gone(refusal) && self.is_missing(rule, &chunk.target).await? {
            let mut batch = self.batch();
            self.links.doubt(&chunk.work.group.id, &mut batch)?;
            self.commit(batch).await?;
            return Ok(None);
        }
        let [change] = chunk.changes else {
            return Ok(Some(Refused::ForSome));
        };
        let (Some(users), Some(link)) = (
            self.rule(ObjectKind::User)?,
            self.links.of(&change.user).cloned(),
        ) else {
            return Ok(None);
        };
        if !self.is_missing(&users, &link.target).await? {
            return Ok(None);
        }
        let user = Named::new(ObjectKind::User, &change.user, link.name.clone());
        self.let_go(&user, Vec::new(), &link).await?;
        Ok(Some(Refused::Settled))
    }

    async fn is_missing(&self, rule: &Rule<'_>, id: &ResourceId) -> Result<bool, Error> {
        let projection = without_relation(rule.resource_type);
        match self.client().get(rule.resource_type, id, &projection).await {
            Ok(_) => Ok(false),
            Err(error) if is_gone(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

fn cause_of_change(answer: &Result<(), Unchanged>) -> Option<Cause> {
    answer.as_ref().err().map(Unchanged::cause)
}

/// The target names those it does not know by id; a person knows them by name.
fn naming_joiners(mut trouble: Trouble, changes: &[Change], names: &Names<'_>) -> Trouble {
    let joins = changes.iter().filter(|change| change.way == Way::Join);
    let joiners: Vec<_> = joins
        .map(|change| names.get(&*change.user).unwrap_or(&change.user))
        .collect();
    if let (Trouble::Object(failure), false) = (&mut trouble, joiners.is_empty()) {
        let shown: Vec<_> = joiners
            .iter()
            .take(3)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = match joiners.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        failure.cause = format!("{}; who joins: {}{more}", failure.cause, shown.join(", "));
    }
    trouble
}

/// One operation for all who join, and one for each who leaves.
fn patch(changes: &[Change]) -> PatchOp {
    let leaves = changes
        .iter()
        .filter(|change| change.way == Way::Leave)
        .map(|change| {
            let value = Filter::eq(AttributePath::new("value"), &change.target);
            Operation::remove(Path {
                attribute: AttributePath::new("members"),
                filter: Some(value),
                sub: None,
            })
        });
    let joins = changes.iter().filter(|change| change.way == Way::Join);
    let joins: Value = joins
        .map(|change| Value::from(Complex::new().with("value", &*change.target)))
        .collect();
    let joins = (!joins.is_unassigned())
        .then(|| Operation::add(AttributePath::new("members").into(), joins));
    PatchOp::new(leaves.chain(joins))
}

/// How many members one request adds and removes.
const CHUNK: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_adds_together_and_removes_one_by_one() {
        let change = |target: &str, way| Change {
            user: "s".into(),
            target: target.into(),
            way,
        };
        let changes = [
            change("u1", Way::Leave),
            change("u2", Way::Join),
            change("u3", Way::Join),
        ];
        let operations = patch(&changes)
            .operations()
            .iter()
            .map(|it| it.to_value().to_string())
            .collect::<Vec<_>>();
        insta::assert_snapshot!(operations.join("\n"), @r#"
        {"op":"remove","path":"members[value eq \"u1\"]"}
        {"op":"add","path":"members","value":[{"value":"u2"},{"value":"u3"}]}
        "#);
    }
}
