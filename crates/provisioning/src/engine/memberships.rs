//! Which memberships differ from what the target has of us.

use std::collections::{BTreeMap, BTreeSet};

use scimkit_client::Transport;
use scimkit_mapping::schema::AttributeFlowType;
use scimkit_store::StateStore;

use super::{
    members::{Change, Way, Work},
    removals::Removals,
    rule::Rule,
    run::{Finding, Run},
    trouble::Halt,
};
use crate::{
    Completeness, CycleErrorKind, Directory, ErrorCode, IssueKind, MemberKind, Named, ObjectKind,
    Snapshot, SourceGroup, Stage, StepType,
    guard::{Verdict, judge},
    scope::Population,
};

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
        for deltas in deltas.chunks(TOGETHER) {
            let mut works = Vec::with_capacity(deltas.len());
            for delta in deltas {
                let object = delta.named();
                for user in &delta.waiting {
                    self.defer_member(&object, user, names.get(user).map(|name| &**name))
                        .await?;
                }
                works.push(Work::new(object, &delta.changes));
            }
            self.change_members(&rule, works, &names).await?;
        }
        Ok(held)
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

/// When members flow; none if they are not mapped.
fn members_flow<'r>(rule: &Rule<'r>) -> Option<&'r AttributeFlowType> {
    let relation = rule.resource_type.relation_attribute();
    let mut attributes = rule.mapping.attributes().iter();
    let members = attributes.find(|attribute| Some(attribute.target().attribute()) == relation)?;
    Some(members.flow_type())
}

/// How many groups are changed together.
const TOGETHER: usize = 64;

const LEAVERS: &str = "removals of members from groups";
