//! Members of groups.

use std::collections::{BTreeMap, BTreeSet};

use scimkit_client::{Error, Transport};
use scimkit_filter::{AttributePath, Filter, Path};
use scimkit_mapping::schema::AttributeFlowType;
use scimkit_patch::{Operation, PatchOp};
use scimkit_schema::{Complex, ResourceId, Value};
use scimkit_store::StateStore;

use super::{
    PlantedBug,
    removals::Removals,
    rule::Rule,
    run::{Event, Finding, Run},
    trouble::{Blame, Halt, Trouble, is_gone},
};
use crate::{
    Completeness, CycleErrorKind, Directory, ErrorCode, IssueKind, LogStatus, MemberKind,
    ModifiedProperty, Named, ObjectKind, ProvisioningAction, Snapshot, SourceGroup, Stage,
    StatusInfo, Step, StepType,
    guard::{Verdict, judge},
    links::Member,
    matching::without_relation,
    scope::Population,
};

/// A change of one membership.
#[derive(Clone, Debug)]
struct Change {
    user: Box<str>,
    /// The id of the user in the target.
    target: Box<str>,
    way: Way,
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

/// What became of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sent {
    Done,
    /// Nothing of it was done because of some of the changes.
    Refused,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    Join,
    Leave,
}

/// The memberships of one group that differ from what the target has of us.
struct Delta<'s> {
    group: &'s SourceGroup,
    changes: Vec<Change>,
    /// Members that are not in the target.
    waiting: Vec<&'s str>,
}

impl Delta<'_> {
    fn named(&self) -> Named {
        Named::new(ObjectKind::Group, &self.group.id, self.group.name())
    }
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Adds and removes members; gives back what the guard held.
    pub(super) async fn change_memberships(
        &mut self,
        snapshot: &Snapshot,
        population: &Population<'_>,
        removals: &Removals,
    ) -> Result<Option<CycleErrorKind>, Halt> {
        self.enter(Stage::Memberships, population.groups.len());
        let rule = self.rule(ObjectKind::Group)?;
        let Some(rule) = rule.filter(|rule| members_flow(rule).is_some()) else {
            return Ok(None);
        };
        let groups = population.groups.iter().map(|group| group.source);
        let mut deltas: Vec<_> = groups
            .filter_map(|group| self.delta(&rule, group, snapshot, removals))
            .collect();
        let held = self.judge_leavers(&mut deltas).await?;
        let names: BTreeMap<_, _> = snapshot
            .users
            .iter()
            .map(|user| (&*user.id, user.name()))
            .collect();
        for delta in deltas {
            let object = delta.named();
            for user in &delta.waiting {
                self.defer_member(&object, user, names.get(user).map(|name| &**name))
                    .await?;
            }
            self.change_all(&rule, &object, &delta.changes, &names)
                .await?;
            self.step()?;
        }
        Ok(held)
    }

    /// Sends all changes of a group. Whatever the target refuses is sent again in halves, so that one member does not hold up the others.
    async fn change_all(
        &mut self,
        rule: &Rule<'_>,
        object: &Named,
        changes: &[Change],
        names: &BTreeMap<&str, Box<str>>,
    ) -> Result<(), Halt> {
        let mut open: Vec<_> = changes.chunks(CHUNK).rev().collect();
        while let Some(chunk) = open.pop() {
            match self.change_members(rule, object, chunk, names).await {
                Ok(Sent::Done) => {}
                Ok(Sent::Refused) => {
                    let (first, second) = chunk.split_at(chunk.len() / 2);
                    open.extend([second, first]);
                }
                Err(Trouble::Cycle(halt)) => return Err(halt),
                Err(Trouble::Object(failure)) => {
                    let is_over = failure.blame == Blame::Target || self.is_doubted(object);
                    self.fail(object, ProvisioningAction::Update, Vec::new(), failure)
                        .await?;
                    if is_over {
                        break;
                    }
                }
            }
            self.check_running()?;
        }
        Ok(())
    }

    /// Whether the group may be gone from the target.
    fn is_doubted(&self, group: &Named) -> bool {
        let link = self.links.of(&group.id);
        link.is_none_or(|link| link.document.is_empty())
    }

    /// What has to change in a group that is in the target.
    fn delta<'s>(
        &self,
        rule: &Rule<'_>,
        group: &'s SourceGroup,
        snapshot: &Snapshot,
        removals: &Removals,
    ) -> Option<Delta<'s>> {
        self.links.of(&group.id)?;
        let users = group
            .members
            .iter()
            .filter(|member| member.kind == MemberKind::User);
        let groups: BTreeSet<&str> = snapshot.groups.iter().map(|group| &*group.id).collect();
        let mut wanted = BTreeMap::new();
        let mut waiting = Vec::new();
        for member in users {
            match self.links.of(&member.id) {
                Some(link) if link.kind == ObjectKind::User => {
                    wanted.insert(&*member.id, link.target.as_str());
                }
                Some(_) => {}
                None if groups.contains(&*member.id) => {}
                None => waiting.push(&*member.id),
            }
        }
        let joins = wanted
            .iter()
            .filter(|(user, target)| self.links.member(&group.id, user) != Some(target))
            .map(|(user, target)| Change {
                user: (*user).into(),
                target: (*target).into(),
                way: Way::Join,
            });
        // those who are deleted leave their groups with that
        let leaves = self
            .links
            .members_of(&group.id)
            .filter(|(user, _)| {
                snapshot.completeness == Completeness::Complete
                    && !wanted.contains_key(user)
                    && !removals.deletes(user)
            })
            .map(|(user, member)| Change {
                user: user.into(),
                target: member.target.clone(),
                way: Way::Leave,
            });
        let changes = match members_flow(rule) {
            Some(AttributeFlowType::Always) => leaves.chain(joins).collect(),
            Some(AttributeFlowType::MultiValueAddOnly | AttributeFlowType::ValueAddOnly) => {
                joins.collect()
            }
            // into groups without members only
            _ if !self
                .links
                .members_of(&group.id)
                .any(|(_, member)| member.is_certain) =>
            {
                joins.collect()
            }
            _ => Vec::new(),
        };
        Some(Delta {
            group,
            changes,
            waiting,
        })
    }

    /// Drops all removals from the deltas if there are too many.
    async fn judge_leavers(
        &mut self,
        deltas: &mut [Delta<'_>],
    ) -> Result<Option<CycleErrorKind>, Halt> {
        let changes = deltas.iter().flat_map(|delta| &delta.changes);
        let count = changes.filter(|change| change.way == Way::Leave).count();
        let guard = self.engine.application.options().deletion_guard;
        match judge(count, self.links.count_members(), guard, self.allowance) {
            Verdict::Go => Ok(None),
            Verdict::Hold { limit } => {
                let held = CycleErrorKind::TooManyDeletes {
                    what: LEAVERS,
                    count,
                    limit,
                };
                self.hold(LEAVERS, &held).await?;
                for delta in deltas {
                    let before = delta.changes.len();
                    delta.changes.retain(|change| change.way == Way::Join);
                    let leavers = before - delta.changes.len();
                    if leavers > 0 {
                        let fate = format!("lose {leavers} members");
                        self.stage(&delta.named(), &fate).await?;
                    }
                }
                Ok(Some(held))
            }
        }
    }

    /// Sends one request for a chunk of changes, and notes each of them.
    async fn change_members(
        &mut self,
        rule: &Rule<'_>,
        object: &Named,
        changes: &[Change],
        names: &BTreeMap<&str, Box<str>>,
    ) -> Result<Sent, Trouble> {
        let Some(group) = self.links.of(&object.id).map(|link| link.target.clone()) else {
            return Ok(Sent::Done);
        };
        let patch = patch(changes);
        self.announce_members(object, changes).await?;
        let sent = self.change(rule.resource_type, &group, None, &patch).await;
        if let Err(error) = sent {
            if let Some(refusal) = error.refusal()
                && let Some(sent) = self
                    .look_into(rule, object, &group, changes, refusal)
                    .await?
            {
                return Ok(sent);
            }
            if self.engine.planted.is(PlantedBug::DropEscrow) {
                let mut batch = self.batch();
                for change in changes.iter().filter(|change| change.way == Way::Join) {
                    let member = change.member(Certainty::Sure);
                    self.links
                        .join(&object.id, &change.user, member, &mut batch)?;
                }
                self.commit(batch).await?;
            }
            return Err(naming_joiners(error.into(), changes, names));
        }
        self.target_works();
        let mut batch = self.batch();
        let mut modified = Vec::new();
        for change in changes {
            let name = names.get(&*change.user).unwrap_or(&change.user).clone();
            let (old_value, new_value) = match change.way {
                Way::Join => {
                    self.report.members_added += 1;
                    let member = change.member(Certainty::Sure);
                    self.links
                        .join(&object.id, &change.user, member, &mut batch)?;
                    (None, Some(name))
                }
                Way::Leave => {
                    self.report.members_removed += 1;
                    self.links.leave(&object.id, &change.user, &mut batch);
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
            &mut batch,
            Event {
                object,
                target: Some(&group),
                action: ProvisioningAction::Update,
                status: StatusInfo::success(),
                steps: vec![step],
                modified,
            },
        )?;
        self.commit(batch).await?;
        Ok(Sent::Done)
    }

    /// Writes down whose membership is about to change: the answer may be lost, and the directory say something else by then.
    async fn announce_members(&mut self, group: &Named, changes: &[Change]) -> Result<(), Halt> {
        let mut batch = self.batch();
        for change in changes {
            let member = change.member(Certainty::Open);
            self.links
                .join(&group.id, &change.user, member, &mut batch)?;
        }
        self.commit(batch).await
    }

    /// After a refusal: the group or one who joins it may be gone from the target. None if it is about the only change there is.
    async fn look_into(
        &mut self,
        rule: &Rule<'_>,
        object: &Named,
        group: &ResourceId,
        changes: &[Change],
        refusal: &Error,
    ) -> Result<Option<Sent>, Trouble> {
        if !is_gone(refusal) && refusal.status() != Some(400) {
            return Ok(None);
        }
        if is_gone(refusal) && self.is_missing(rule, group).await? {
            let mut batch = self.batch();
            self.links.doubt(&object.id, &mut batch)?;
            self.commit(batch).await?;
            return Ok(None);
        }
        let [change] = changes else {
            return Ok(Some(Sent::Refused));
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
        Ok(Some(Sent::Done))
    }

    async fn is_missing(&self, rule: &Rule<'_>, id: &ResourceId) -> Result<bool, Error> {
        let projection = without_relation(rule.resource_type);
        match self.client().get(rule.resource_type, id, &projection).await {
            Ok(_) => Ok(false),
            Err(error) if is_gone(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }

    async fn defer_member(
        &mut self,
        group: &Named,
        user: &str,
        name: Option<&str>,
    ) -> Result<(), Halt> {
        let (member, cause) = match name {
            Some(name) => (
                Named::new(ObjectKind::User, user, name),
                "is not in the target",
            ),
            None => (Named::unknown(user), "is not in the directory"),
        };
        self.notice(Finding {
            kind: IssueKind::Deferred,
            object: group.clone(),
            reason: format!(
                "the membership of {member} in the group {group} waits: {member} {cause}"
            ),
            member: Some(member),
            code: ErrorCode::UnableToResolveReferenceAttributeValue,
            at: StepType::ReferenceResolution,
        })
        .await
    }
}

/// The target names those it does not know by id; a person knows them by name.
fn naming_joiners(
    mut trouble: Trouble,
    changes: &[Change],
    names: &BTreeMap<&str, Box<str>>,
) -> Trouble {
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

/// When members flow; none if they are not mapped.
fn members_flow<'r>(rule: &Rule<'r>) -> Option<&'r AttributeFlowType> {
    let relation = rule.resource_type.relation_attribute();
    let mut attributes = rule.mapping.attributes().iter();
    let members = attributes.find(|attribute| Some(attribute.target().attribute()) == relation)?;
    Some(members.flow_type())
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

const LEAVERS: &str = "removals of members from groups";

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
