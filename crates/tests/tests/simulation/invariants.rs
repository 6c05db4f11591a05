//! What must hold after every cycle, and what when all is settled.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    sync::Arc,
};

use scimkit::{
    provisioning::{
        Completeness, IssueKind, LogStatus, OpenIssue, ProvisioningAction, Removed, Snapshot,
    },
    schema::{Resource, core, fold},
    server::block_on,
    store::Action,
};

use crate::{
    company::Person,
    tenant::{Picture, Tenant},
    world::{End, World},
};

/// What should never be.
#[derive(Debug)]
pub(crate) struct Wrong(pub(crate) String);

/// Looks at the target from cycle to cycle.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    before: Picture,
    last_event: u64,
    last_entry: u64,
    /// The objects of the target that the log tells of: the id in the directory, and the id in the target.
    told: BTreeSet<(String, String)>,
    /// The objects of the directory that the log tells failures of.
    failures: BTreeSet<String>,
    /// The ids in the target that the log says are gone.
    told_gone: BTreeSet<String>,
    /// The ids in the target that the engine deleted.
    deleted: BTreeSet<String>,
    /// Deletes and disables of this cycle.
    removals: usize,
    /// The folded names that each object of the directory ever had.
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Watch {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let mut watch = Self::default();
        watch.catch_up(tenant);
        watch
    }

    /// Passes over what somebody else did.
    pub(crate) fn catch_up(&mut self, tenant: &Tenant) {
        if let Some(event) = tenant.events(self.last_event).last() {
            self.last_event = event.seq;
        }
    }

    /// Somebody else deleted this.
    pub(crate) fn deleted_elsewhere(&mut self, path: &str) {
        let id = path.rsplit('/').next().unwrap();
        self.told_gone.insert(id.to_owned());
    }

    pub(crate) fn before(&mut self, tenant: &Tenant) {
        self.before = tenant.picture();
        self.removals = 0;
    }

    /// Looks at what a cycle did.
    pub(crate) fn after(&mut self, world: &World, end: &End) -> Result<(), Wrong> {
        if let Some(wrong) = world.wire.take_wrongs().into_iter().next() {
            return Err(Wrong(wrong));
        }
        let now = world.tenant.picture();
        self.note_names(world.told.as_ref());
        self.deletes(world)?;
        let before = std::mem::take(&mut self.before);
        self.unrelated(&before, &now)?;
        one_to_one(&now)?;
        self.disables(world, &before, &now)?;
        leavers(world.told.as_ref(), &before, &now)?;
        guarded(self.removals, end)?;
        bounded(world)?;
        self.read_log(world)?;
        Ok(())
    }

    /// Whoever is deleted has to be gone from the directory for sure.
    fn deletes(&mut self, world: &World) -> Result<(), Wrong> {
        for event in world.tenant.events(self.last_event) {
            self.last_event = event.seq;
            if event.draft.action != Action::Delete {
                continue;
            }
            let id = event.key.id.as_str();
            let is_user = event.key.type_name.as_str() == "User";
            let before = if is_user {
                self.before.users.get(id)
            } else {
                self.before.groups.get(id)
            };
            let Some(before) = before else {
                return wrong(&format!("{} was made and deleted in one cycle", event.key));
            };
            let may_go = |source: &str| {
                world.told.as_ref().is_some_and(|told| {
                    if is_user {
                        let user = told.users.iter().find(|user| *user.id == *source);
                        match user {
                            Some(user) => user.removed == Some(Removed::Hard),
                            None => is_complete(told),
                        }
                    } else {
                        is_complete(told) && !has_group(told, source)
                    }
                })
            };
            let owners = self.owners(before);
            if owners.is_empty() {
                return wrong(&format!("{} is not ours, and was deleted", event.key));
            }
            if !owners.iter().any(|source| may_go(source)) {
                return wrong(&format!("{} ({owners:?}) should have stayed", event.key));
            }
            self.removals += 1;
            self.deleted.insert(id.to_owned());
        }
        Ok(())
    }

    /// Whoever is disabled has to be barred or out of scope.
    fn disables(&mut self, world: &World, before: &Picture, now: &Picture) -> Result<(), Wrong> {
        for (id, was) in &before.users {
            let Some(is) = now.users.get(id) else {
                continue;
            };
            if !is_active(was) || is_active(is) {
                continue;
            }
            // somebody who was taken over may have got another name before anything was sent
            let owners = self.owners(is);
            let may = world.told.as_ref().is_some_and(|told| {
                let mut users = told.users.iter();
                users.any(|user| {
                    let may_go = user.account_enabled == Some(false)
                        || user.removed.is_some()
                        || is_complete(told) && !world.company.provisions(&user.id);
                    may_go && owners.iter().any(|owner| **owner == *user.id)
                })
            });
            if !may {
                return wrong(&format!("the user {id} should have stayed active: {is}"));
            }
            self.removals += 1;
        }
        Ok(())
    }

    /// Whom something of the target belongs to, or may have been taken over by.
    fn owners(&self, resource: &Resource) -> Vec<String> {
        if let Some(source) = resource.text("externalId") {
            return vec![source.to_owned()];
        }
        let name = resource
            .text("userName")
            .or_else(|| resource.text("displayName"));
        let name = fold(name.unwrap_or_default());
        let owners = self.names.iter();
        let owners = owners.filter(|(_, names)| names.contains(&*name));
        owners.map(|(id, _)| id.clone()).collect()
    }

    fn note_names(&mut self, told: Option<&Snapshot>) {
        let Some(told) = told else {
            return;
        };
        let users = told.users.iter().map(|user| (&user.id, user.name()));
        let groups = told.groups.iter().map(|group| (&group.id, group.name()));
        for (id, name) in users.chain(groups) {
            let names = self.names.entry(id.to_string()).or_default();
            names.insert(fold(&name).into_owned());
        }
    }

    /// What is not ours stays as it was, unless it was taken over by its name; what is ours stays with its object of the directory.
    fn unrelated(&self, before: &Picture, now: &Picture) -> Result<(), Wrong> {
        for (id, was) in before.users.iter().chain(&before.groups) {
            let Some(is) = now.users.get(id).or_else(|| now.groups.get(id)) else {
                continue;
            };
            match (was.text("externalId"), is.text("externalId")) {
                // somebody who was taken over may leave before anything else was sent
                (None, None) if was != is && self.owners(was).is_empty() => {
                    return wrong(&format!("{id} is not ours, and was changed to {is}"));
                }
                (None, Some(source)) if !self.owners(was).iter().any(|owner| owner == source) => {
                    return wrong(&format!("{id} is not ours, and was made {source}: {is}"));
                }
                (Some(was), is) if is != Some(was) => {
                    return wrong(&format!("{id} was {was}, and is {is:?} now"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_log(&mut self, world: &World) -> Result<(), Wrong> {
        let entries = block_on(world.engine.log(self.last_entry, usize::MAX)).unwrap();
        for entry in entries {
            if entry.number != self.last_entry + 1 {
                return wrong(&format!(
                    "the log goes from {} to {}",
                    self.last_entry, entry.number
                ));
            }
            self.last_entry = entry.number;
            let source = entry.source_identity.id.to_string();
            if entry.status() != LogStatus::Success {
                let information = entry.provisioning_status_info.error_information.as_ref();
                let is_told = information
                    .is_some_and(|it| !it.reason.is_empty() && !it.recommended_action.is_empty());
                if !is_told {
                    return wrong(&format!("an entry has no reason: {}", entry.to_json()));
                }
            }
            let target = entry.target_identity.as_ref().map(|it| it.id.to_string());
            match (entry.status(), target) {
                (LogStatus::Failure, target) => {
                    self.told
                        .extend(target.map(|target| (source.clone(), target)));
                    self.failures.insert(source);
                }
                (LogStatus::Success, Some(target))
                    if entry.provisioning_action == ProvisioningAction::Delete =>
                {
                    self.told_gone.insert(target);
                }
                (LogStatus::Success, Some(target)) => {
                    if entry
                        .provisioning_steps
                        .iter()
                        .any(|step| &*step.description == "gone from the target already")
                    {
                        self.told_gone.insert(target.clone());
                    }
                    self.told.insert((source, target));
                }
                (LogStatus::Warning, Some(target)) => _ = self.told_gone.insert(target),
                _ => {}
            }
        }
        Ok(())
    }

    /// Compares the target with the company, when all should be as it should be.
    pub(crate) fn settled(&self, world: &World, issues: &[OpenIssue]) -> Result<(), Wrong> {
        let picture = world.tenant.picture();
        let oracle = Oracle::new(world, &picture, issues);
        for id in world.company.people.keys() {
            oracle.person(id)?;
        }
        for id in world.company.teams.keys() {
            oracle.team(id)?;
        }
        oracle.nobody_else()?;
        for (source, target) in oracle.users.iter().chain(&oracle.groups) {
            let both = ((*source).to_owned(), (*target).to_owned());
            if !self.told.contains(&both) {
                return wrong(&format!(
                    "the log does not tell of {source}, which is {target}"
                ));
            }
        }
        if let Some(id) = self.deleted.difference(&self.told_gone).next() {
            return wrong(&format!("the log does not tell that {id} was deleted"));
        }
        for issue in issues
            .iter()
            .filter(|issue| issue.kind == IssueKind::Failed)
        {
            if issue.reason.is_empty() || !self.failures.contains(&*issue.object.id) {
                return wrong(&format!("the log does not tell of {issue:?}"));
            }
        }
        Ok(())
    }
}

/// What the target should hold, told without the engine.
struct Oracle<'w> {
    world: &'w World,
    picture: &'w Picture,
    issues: &'w [OpenIssue],
    /// By id in the directory, the id in the target.
    users: BTreeMap<&'w str, &'w str>,
    groups: BTreeMap<&'w str, &'w str>,
}

impl<'w> Oracle<'w> {
    fn new(world: &'w World, picture: &'w Picture, issues: &'w [OpenIssue]) -> Self {
        fn ours(resources: &BTreeMap<String, Arc<Resource>>) -> BTreeMap<&str, &str> {
            let ours = resources
                .iter()
                .filter_map(|(id, it)| Some((it.text("externalId")?, id.as_str())));
            ours.collect()
        }
        Self {
            world,
            issues,
            users: ours(&picture.users),
            groups: ours(&picture.groups),
            picture,
        }
    }

    fn person(&self, id: &str) -> Result<(), Wrong> {
        let person = &self.world.company.people[id];
        let user = self
            .users
            .get(id)
            .map(|target| &*self.picture.users[*target]);
        if self.world.company.provisions(id) {
            return match user {
                Some(user) if self.is_as_told(person, user).is_ok() => Ok(()),
                _ if self.is_excused(id, person) => Ok(()),
                Some(user) => self.is_as_told(person, user),
                None => wrong(&format!("{id} is missing: {person:?}")),
            };
        }
        match user {
            Some(_) if person.removed == Some(Removed::Hard) => {
                wrong(&format!("{id} was deleted and is still there"))
            }
            Some(user) if is_active(user) => wrong(&format!("{id} is still active: {person:?}")),
            _ => Ok(()),
        }
    }

    fn is_as_told(&self, person: &Person, user: &Resource) -> Result<(), Wrong> {
        let values = |path: &str| -> Option<String> {
            match path.split_once('.') {
                Some((name, part)) => Some(user.get(name)?.as_complex()?.text(part)?.to_owned()),
                None => Some(user.text(path)?.to_owned()),
            }
        };
        let enterprise = |name: &str| {
            user.get(core::ENTERPRISE_USER)?
                .as_complex()?
                .get(name)
                .cloned()
        };
        same("userName", person.upn.as_ref(), values("userName").as_ref())?;
        same("active", Some(&true), Some(&is_active(user)))?;
        for (source, value) in &person.attributes {
            let is = match *source {
                "surname" => values("name.familyName"),
                "jobTitle" => values("title"),
                "department" => {
                    enterprise("department").and_then(|it| it.as_str().map(str::to_owned))
                }
                "mail" => {
                    let emails = user.get("emails").map(|it| it.elements().to_vec());
                    let mut emails = emails.into_iter().flatten();
                    emails.find_map(|it| Some(it.as_complex()?.text("value")?.to_owned()))
                }
                other => values(other),
            };
            same(source, Some(value), is.as_ref())?;
        }
        if let Some(manager) = person
            .manager
            .as_ref()
            .and_then(|it| self.users.get(it.as_str()))
        {
            let is = enterprise("manager")
                .and_then(|it| Some(it.as_complex()?.text("value")?.to_owned()));
            same("manager", Some(&(*manager).to_owned()), is.as_ref())?;
        }
        Ok(())
    }

    /// Whether it is right that this person could not be brought over.
    fn is_excused(&self, id: &str, person: &Person) -> bool {
        let Some(upn) = &person.upn else {
            return self.is_reported(id);
        };
        let name = fold(upn);
        let company = &self.world.company;
        let has_rival = company.people.iter().any(|(other, it)| {
            other != id
                && company.provisions(other)
                && it.upn.as_ref().is_some_and(|upn| fold(upn) == name)
        });
        // an account without an owner could have been taken over, unless somebody was about to
        let has_namesake = company
            .people
            .iter()
            .any(|(other, it)| other != id && it.upn.as_ref().is_some_and(|upn| fold(upn) == name));
        let is_held = self.picture.users.values().any(|user| {
            user.text("externalId") != Some(id)
                && user.text("userName").is_some_and(|it| fold(it) == name)
                && (user.text("externalId").is_some()
                    || self.users.contains_key(id)
                    || has_namesake)
        });
        (has_rival || is_held && !self.is_in_circle(id)) && self.is_reported(id)
    }

    /// Whether this person waits for somebody who waits for this person: they can pass their names on.
    fn is_in_circle(&self, id: &str) -> bool {
        let people = &self.world.company.people;
        let name = |id: &str| Some(fold(people.get(id)?.upn.as_ref()?).into_owned());
        let mut at = id.to_owned();
        for _ in 0..people.len() {
            let Some(wanted) = name(&at) else {
                return false;
            };
            let mut users = self.picture.users.values();
            let holder = users.find(|user| {
                user.text("userName")
                    .is_some_and(|held| *fold(held) == *wanted)
            });
            let holder = holder.and_then(|user| user.text("externalId"));
            match holder.filter(|holder| self.world.company.provisions(holder)) {
                Some(holder) if holder == id && at != id => return true,
                Some(holder) if holder != at => holder.clone_into(&mut at),
                _ => return false,
            }
        }
        false
    }

    fn is_reported(&self, id: &str) -> bool {
        let mut issues = self.issues.iter();
        issues.any(|issue| issue.kind == IssueKind::Failed && *issue.object.id == *id)
    }

    fn team(&self, id: &str) -> Result<(), Wrong> {
        let team = &self.world.company.teams[id];
        let target = self.groups.get(id).copied();
        let Some(target) = target else {
            if self.world.company.provisions_team(id) && !self.is_excused_team(id, &team.name) {
                return wrong(&format!("{id} is missing: {team:?}"));
            }
            return Ok(());
        };
        if !self.world.company.provisions_team(id) {
            return wrong(&format!("{id} is still there: {team:?}"));
        }
        let group = &self.picture.groups[target];
        if group.text("displayName") != Some(&team.name) && !self.is_excused_team(id, &team.name) {
            return wrong(&format!("{id} is not called {}", team.name));
        }
        let wanted: BTreeSet<&str> = team
            .members
            .iter()
            .filter_map(|member| self.users.get(member.as_str()).copied())
            .collect();
        let ours: BTreeSet<&str> = self.users.values().copied().collect();
        let is = self.picture.members[target].iter().map(String::as_str);
        let is: BTreeSet<&str> = is.filter(|member| ours.contains(member)).collect();
        same(&format!("the members of {id}"), Some(&wanted), Some(&is))
    }

    fn is_excused_team(&self, id: &str, name: &str) -> bool {
        let company = &self.world.company;
        let name = fold(name);
        let has_rival = company.teams.iter().any(|(other, it)| {
            other != id && company.provisions_team(other) && fold(&it.name) == name
        });
        let has_namesake = company
            .teams
            .iter()
            .any(|(other, it)| other != id && fold(&it.name) == name);
        let is_held = self.picture.groups.values().any(|group| {
            group.text("externalId") != Some(id)
                && group.text("displayName").is_some_and(|it| fold(it) == name)
                && (group.text("externalId").is_some()
                    || self.groups.contains_key(id)
                    || has_namesake)
        });
        (has_rival || is_held) && self.is_reported(id)
    }

    /// Nothing of ours is there that the company does not have.
    fn nobody_else(&self) -> Result<(), Wrong> {
        let company = &self.world.company;
        let mut users = self.users.keys();
        if let Some(source) = users.find(|id| !company.people.contains_key(**id)) {
            return wrong(&format!("{source} is gone, and still in the target"));
        }
        let mut groups = self.groups.keys();
        if let Some(source) = groups.find(|id| !company.teams.contains_key(**id)) {
            return wrong(&format!("{source} is gone, and still in the target"));
        }
        Ok(())
    }
}

/// No object of the directory is there twice.
fn one_to_one(now: &Picture) -> Result<(), Wrong> {
    for resources in [&now.users, &now.groups] {
        let mut seen = BTreeMap::new();
        for (id, it) in resources {
            if let Some(source) = it.text("externalId")
                && let Some(other) = seen.insert(source, id)
            {
                return wrong(&format!("{source} is there twice, as {other} and as {id}"));
            }
        }
    }
    Ok(())
}

/// Whoever leaves a group is not in it any more for sure.
fn leavers(told: Option<&Snapshot>, before: &Picture, now: &Picture) -> Result<(), Wrong> {
    for (group, members) in &before.members {
        let (Some(is), Some(left)) = (now.groups.get(group), now.members.get(group)) else {
            continue;
        };
        let source = is.text("externalId").unwrap_or_default();
        for member in members.difference(left) {
            // who is deleted leaves with that
            let Some(user) = now.users.get(member) else {
                continue;
            };
            let user = user.text("externalId").unwrap_or_default();
            let told_group = told
                .filter(|told| is_complete(told))
                .and_then(|told| told.groups.iter().find(|group| *group.id == *source));
            let may_leave =
                told_group.is_some_and(|it| !it.members.iter().any(|member| *member.id == *user));
            if !may_leave {
                return wrong(&format!("{user} should have stayed in {source}"));
            }
        }
    }
    Ok(())
}

/// Nothing was written, and nothing asked for that is not stuck.
pub(crate) fn is_quiet(world: &World, end: &End, issues: &[OpenIssue]) -> Result<(), Wrong> {
    let stuck = issues
        .iter()
        .filter(|issue| issue.kind == IssueKind::Failed)
        .count();
    let End::Done(report) = end else {
        return wrong(&format!("a cycle without work ended with {end:?}"));
    };
    if !report.is_quiet() {
        return wrong(&format!("a cycle without work did {report:?}"));
    }
    if stuck == 0 && world.wire.trace().len() != 1 {
        return wrong("a cycle without work asked for more than nobody");
    }
    if world.wire.writes() > stuck {
        return wrong("a cycle without work asked for changes");
    }
    Ok(())
}

/// More than a few removals need a person's word.
fn guarded(removals: usize, end: &End) -> Result<(), Wrong> {
    if let End::Failed(error) = end
        && matches!(error.kind(), scimkit::provisioning::CycleErrorKind::TooManyDeletes { what, .. } if what.contains("disable"))
        && removals > 0
    {
        return wrong(&format!("{removals} were removed although the guard held"));
    }
    Ok(())
}

/// A cycle asks for a few things for each object.
fn bounded(world: &World) -> Result<(), Wrong> {
    let objects = world.company.people.len() + world.company.teams.len();
    let (requests, limit) = (world.wire.trace().len(), 20 + 12 * objects);
    if requests > limit {
        return wrong(&format!("{requests} requests for {objects} objects"));
    }
    Ok(())
}

fn has_group(told: &Snapshot, id: &str) -> bool {
    let is_there = told
        .groups
        .iter()
        .any(|group| *group.id == *id && group.removed.is_none());
    let is_assigned = told
        .assignments
        .iter()
        .flatten()
        .any(|assignment| *assignment.principal == *id);
    is_there && is_assigned
}

fn is_complete(told: &Snapshot) -> bool {
    told.completeness == Completeness::Complete
}

fn is_active(user: &Resource) -> bool {
    user.get("active").and_then(scimkit::schema::Value::as_bool) == Some(true)
}

fn same<T: Debug + PartialEq>(what: &str, wanted: Option<&T>, is: Option<&T>) -> Result<(), Wrong> {
    if wanted == is {
        return Ok(());
    }
    wrong(&format!("{what} should be {wanted:?} and is {is:?}"))
}

fn wrong<T>(what: &str) -> Result<T, Wrong> {
    Err(Wrong(what.to_owned()))
}
