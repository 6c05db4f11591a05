//! Who is provisioned, and who is left out for which reason.

use std::collections::{BTreeMap, BTreeSet};

use scimkit_mapping::{self as mapping, ScopeVerdict, SourceObject, scope::ScopeFilter};

use crate::{
    Assignment, DefaultAccess, ErrorCode, MemberKind, Named, ObjectKind, Options, Scope, Snapshot,
    SourceGroup, SourceUser,
};

/// Those whom a snapshot and the options put into scope.
#[derive(Debug, Default)]
pub(crate) struct Population<'s> {
    /// The users to be active in the target, in the order of the snapshot.
    pub(crate) users: Vec<Entitled<&'s SourceUser>>,
    /// The groups to be in the target, in the order of the snapshot.
    pub(crate) groups: Vec<Entitled<&'s SourceGroup>>,
    /// Those who are left out although somebody might expect them.
    pub(crate) skips: Vec<Skip>,
    /// Those outside of this cycle, whatever was done with them before.
    pub(crate) left_alone: BTreeSet<Box<str>>,
}

/// Somebody in scope, and why.
#[derive(Debug)]
pub(crate) struct Entitled<T> {
    pub(crate) source: T,
    pub(crate) because: Box<str>,
}

/// Somebody who is left out, and why.
#[derive(Debug)]
pub(crate) struct Skip {
    pub(crate) code: ErrorCode,
    pub(crate) object: Named,
    pub(crate) member: Option<Named>,
    pub(crate) reason: String,
}

impl<'s> Population<'s> {
    /// `is_linked` tells whether an object of the directory was provisioned before.
    pub(crate) fn of(
        snapshot: &'s Snapshot,
        options: &Options,
        is_linked: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut scoping = Scoping {
            users: snapshot
                .users
                .iter()
                .map(|user| (&*user.id, user))
                .collect(),
            groups: snapshot
                .groups
                .iter()
                .map(|group| (&*group.id, group))
                .collect(),
            why: BTreeMap::new(),
            skips: Vec::new(),
        };
        match (options.scope, &snapshot.assignments) {
            (Scope::Everyone, _) => scoping.everyone(),
            (Scope::AssignedOnly, Some(assignments)) => {
                scoping.assigned(assignments, options.default_access);
            }
            (Scope::AssignedOnly, None) => scoping.only_linked(is_linked),
        }
        scoping.members();
        scoping.finish(snapshot, is_linked)
    }

    /// Leaves out whom the scoping filter of their mapping excludes.
    pub(crate) fn narrow(&mut self, kind: ObjectKind, scope: &mapping::Scope) {
        let mut barred = Barred {
            scope,
            skips: &mut self.skips,
            left_alone: &mut self.left_alone,
        };
        match kind {
            ObjectKind::Group => self.groups.retain(|group| {
                let named = Named::new(kind, &group.source.id, group.source.name());
                barred.admits(named, &group.source.object)
            }),
            ObjectKind::User => self.users.retain(|user| {
                let named = Named::new(kind, &user.source.id, user.source.name());
                // what makes a user soft-deleted kept them out before
                let object = user.source.object.clone().with("IsSoftDeleted", false);
                barred.admits(named, &object)
            }),
        }
    }
}

/// Who does not get past a scoping filter.
struct Barred<'a> {
    scope: &'a mapping::Scope,
    skips: &'a mut Vec<Skip>,
    left_alone: &'a mut BTreeSet<Box<str>>,
}

impl Barred<'_> {
    fn admits(&mut self, object: Named, source: &SourceObject) -> bool {
        let word = object.kind.map_or("object", ObjectKind::word);
        let (code, reason, is_left_alone) = match self.scope.judge(source) {
            Ok(ScopeVerdict::InScope) => return true,
            Ok(ScopeVerdict::OutOfScope(exclusion)) => (
                ErrorCode::NotEffectivelyEntitled,
                format!("the {word} {object} is out of scope: {exclusion}"),
                exclusion.filter != ScopeFilter::Groups,
            ),
            // nobody is removed because a filter could not be asked
            Err(error) => (
                ErrorCode::MappingFailed,
                format!("nobody knows whether the {word} {object} is in scope: {error}"),
                true,
            ),
        };
        if is_left_alone {
            self.left_alone.insert(object.id.clone());
        }
        self.skips.push(Skip {
            code,
            object,
            member: None,
            reason,
        });
        false
    }
}

struct Scoping<'s> {
    users: BTreeMap<&'s str, &'s SourceUser>,
    groups: BTreeMap<&'s str, &'s SourceGroup>,
    /// By object id, why it is in scope.
    why: BTreeMap<&'s str, Box<str>>,
    skips: Vec<Skip>,
}

impl<'s> Scoping<'s> {
    fn everyone(&mut self) {
        let all = self.users.keys().chain(self.groups.keys());
        self.why = all.map(|id| (*id, "everyone is in scope".into())).collect();
    }

    fn only_linked(&mut self, is_linked: &dyn Fn(&str) -> bool) {
        let all = self
            .users
            .keys()
            .chain(self.groups.keys())
            .filter(|id| is_linked(id));
        let why = "provisioned before, and who is assigned is not known";
        self.why = all.map(|id| (*id, why.into())).collect();
    }

    fn assigned(&mut self, assignments: &'s [Assignment], default_access: DefaultAccess) {
        let mut left_out = BTreeSet::new();
        for assignment in assignments {
            let principal = &*assignment.principal;
            if default_access == DefaultAccess::Exclude
                && assignment
                    .role
                    .eq_ignore_ascii_case(Assignment::DEFAULT_ACCESS)
            {
                left_out.insert(principal);
            } else {
                self.why
                    .insert(principal, "assigned to the application".into());
            }
        }
        for principal in left_out {
            if self.why.contains_key(principal) {
                continue;
            }
            let object = self.named(principal);
            self.skips.push(Skip {
                code: ErrorCode::NotEffectivelyEntitled,
                reason: format!("{object} is assigned only with the role Default Access, which the options exclude: assign another role"),
                object,
                member: None,
            });
        }
    }

    /// Puts the direct members of the groups in scope into scope, too.
    fn members(&mut self) {
        let in_scope = self
            .groups
            .values()
            .copied()
            .filter(|group| group.removed.is_none() && self.why.contains_key(&*group.id));
        for group in in_scope.collect::<Vec<_>>() {
            for member in &group.members {
                let is_group =
                    self.groups.contains_key(&*member.id) || member.kind == MemberKind::Group;
                if is_group {
                    self.skip_nested(group, &member.id);
                } else if member.kind == MemberKind::User {
                    let why = || format!("member of the assigned group `{}`", group.name()).into();
                    self.why.entry(&member.id).or_insert_with(why);
                }
            }
        }
    }

    fn skip_nested(&mut self, parent: &SourceGroup, child: &str) {
        let object = Named::new(ObjectKind::Group, &parent.id, parent.name());
        let member = self.named(child);
        let reason = if child == &*parent.id {
            format!("the group {object} is a member of itself: remove it from its own members")
        } else {
            format!(
                "the group {member} is a member of the group {object}, and nested groups are not expanded: assign {member} itself, or make its people direct members"
            )
        };
        self.skips.push(Skip {
            code: ErrorCode::NestedGroup,
            object,
            member: Some(member),
            reason,
        });
    }

    fn finish(
        mut self,
        snapshot: &'s Snapshot,
        is_linked: &dyn Fn(&str) -> bool,
    ) -> Population<'s> {
        let mut population = Population::default();
        for user in &snapshot.users {
            let Some(because) = self.why.remove(&*user.id) else {
                continue;
            };
            let hindrance = match (user.removed, user.account_enabled) {
                (Some(_), _) => "was deleted from the directory",
                (None, Some(false)) => "is disabled in the directory",
                (None, _) => {
                    population.users.push(Entitled {
                        source: user,
                        because,
                    });
                    continue;
                }
            };
            if !is_linked(&user.id) {
                let object = self.named(&user.id);
                self.skips.push(Skip {
                    code: ErrorCode::NotEffectivelyEntitled,
                    reason: format!("the user {object} {hindrance} and was never provisioned: enable the account if it should be"),
                    object,
                    member: None,
                });
            }
        }
        let groups = snapshot
            .groups
            .iter()
            .filter(|group| group.removed.is_none());
        population.groups = groups
            .filter_map(|group| {
                Some(Entitled {
                    because: self.why.remove(&*group.id)?,
                    source: group,
                })
            })
            .collect();
        population.skips = self.skips;
        population
    }

    fn named(&self, id: &str) -> Named {
        match (self.users.get(id), self.groups.get(id)) {
            (Some(user), _) => Named::new(ObjectKind::User, id, user.name()),
            (None, Some(group)) => Named::new(ObjectKind::Group, id, group.name()),
            (None, None) => Named::unknown(id),
        }
    }
}

#[cfg(test)]
mod tests;
