//! A company whose directory changes at random.

use std::collections::{BTreeMap, BTreeSet};

use scimkit::{
    mapping::{SourceObject, Value},
    provisioning::{
        Assignment, Completeness, MemberKind, Removed, Snapshot, SourceGroup, SourceMember,
        SourceUser,
    },
};

use crate::dice::Dice;

/// The truth that the directory tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Company {
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) teams: BTreeMap<String, Team>,
    pub(crate) assigned: BTreeSet<String>,
    made: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The user principal name; none for an account that was not set up to its end.
    pub(crate) upn: Option<String>,
    /// Other attributes by their names in the source.
    pub(crate) attributes: BTreeMap<&'static str, String>,
    pub(crate) manager: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) removed: Option<Removed>,
}

#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) name: String,
    pub(crate) members: BTreeSet<String>,
    pub(crate) removed: Option<Removed>,
}

impl Company {
    pub(crate) fn found(dice: &mut Dice) -> Self {
        let mut company = Self::default();
        for _ in 0..3 + dice.below(6) {
            company.hire(dice);
        }
        for _ in 0..=dice.below(3) {
            company.form(dice);
        }
        for _ in 0..6 {
            company.join(dice);
        }
        company
    }

    /// Whether this person is to be active in the target.
    pub(crate) fn provisions(&self, id: &str) -> bool {
        let Some(person) = self.people.get(id) else {
            return false;
        };
        let by_team = || {
            let mut teams = self.teams.iter();
            teams.any(|(team, it)| self.provisions_team(team) && it.members.contains(id))
        };
        person.enabled && person.removed.is_none() && (self.assigned.contains(id) || by_team())
    }

    pub(crate) fn provisions_team(&self, id: &str) -> bool {
        let team = self.teams.get(id);
        team.is_some_and(|team| team.removed.is_none()) && self.assigned.contains(id)
    }

    /// One thing happens.
    pub(crate) fn step(&mut self, dice: &mut Dice) {
        match dice.below(20) {
            0 | 1 => self.hire(dice),
            2 => self.form(dice),
            3 | 4 => self.rename(dice),
            5 => self.swap(dice),
            6 | 7 => self.describe(dice),
            8 => self.edit(dice, |person| person.enabled = !person.enabled),
            9 => self.edit(dice, |person| {
                person.removed = match person.removed {
                    None => Some(Removed::Soft),
                    Some(Removed::Soft) => None,
                    hard => hard,
                };
            }),
            10 => self.lose(dice),
            11 | 12 => self.assign(dice),
            13 | 14 => self.join(dice),
            15 => self.leave(dice),
            16 | 17 => self.report_to(dice),
            18 => self.rename_team(dice),
            _ => self.dissolve(dice),
        }
    }

    fn hire(&mut self, dice: &mut Dice) {
        self.made += 1;
        let id = format!("p{}", self.made);
        let name = self.name(dice);
        let mut person = Person {
            upn: Some(name.clone()),
            attributes: BTreeMap::from([("surname", name)]),
            manager: None,
            enabled: !dice.chance(10),
            removed: None,
        };
        for attribute in ATTRIBUTES {
            if dice.chance(50) {
                person.attributes.insert(attribute, self.text(dice));
            }
        }
        if dice.chance(50) {
            self.assigned.insert(id.clone());
        }
        self.people.insert(id, person);
    }

    fn form(&mut self, dice: &mut Dice) {
        self.made += 1;
        let id = format!("t{}", self.made);
        let team = Team {
            name: self.team_name(dice),
            members: BTreeSet::new(),
            removed: None,
        };
        if dice.chance(80) {
            self.assigned.insert(id.clone());
        }
        self.teams.insert(id, team);
    }

    /// A name that is new, or now and then somebody else's.
    fn name(&self, dice: &mut Dice) -> String {
        let taken: Vec<_> = self
            .people
            .values()
            .filter_map(|it| it.upn.clone())
            .collect();
        match dice.pick(&taken) {
            Some(name) if dice.chance(12) => name,
            _ => format!("{}@harborline.example", self.text(dice)),
        }
    }

    fn team_name(&self, dice: &mut Dice) -> String {
        let taken: Vec<_> = self.teams.values().map(|it| it.name.clone()).collect();
        match dice.pick(&taken) {
            Some(name) if dice.chance(15) => name,
            _ => format!("Team {}", self.text(dice)),
        }
    }

    fn text(&self, dice: &mut Dice) -> String {
        let odd = ["", "", "", "o'", "\"", "ß", "%", "+", "\\", " "];
        let odd = odd[dice.below(odd.len())];
        format!("{odd}n{}-{}", self.made, dice.below(1_000))
    }

    fn someone(&self, dice: &mut Dice) -> Option<String> {
        dice.pick(&self.people.keys().cloned().collect::<Vec<_>>())
    }

    fn some_team(&self, dice: &mut Dice) -> Option<String> {
        dice.pick(&self.teams.keys().cloned().collect::<Vec<_>>())
    }

    fn edit(&mut self, dice: &mut Dice, change: impl FnOnce(&mut Person)) {
        if let Some(id) = self.someone(dice) {
            change(self.people.get_mut(&id).unwrap());
        }
    }

    /// Changes an attribute, so that the engine has to look at this person again.
    pub(crate) fn touch(&mut self, id: &str) {
        self.made += 1;
        let text = format!("touched {}", self.made);
        if let Some(person) = self.people.get_mut(id) {
            person.attributes.insert("surname", text.clone());
        }
        if let Some(team) = self.teams.get_mut(id) {
            team.name = text;
        }
    }

    fn rename(&mut self, dice: &mut Dice) {
        let upn = match dice.below(10) {
            0 => None,
            _ => Some(self.name(dice)),
        };
        let changes_case = dice.chance(20);
        self.edit(dice, |person| {
            person.upn = match &person.upn {
                Some(old) if changes_case => Some(old.to_uppercase()),
                _ => upn,
            };
        });
    }

    fn swap(&mut self, dice: &mut Dice) {
        let (Some(one), Some(other)) = (self.someone(dice), self.someone(dice)) else {
            return;
        };
        let (first, second) = (
            self.people[&one].upn.clone(),
            self.people[&other].upn.clone(),
        );
        self.people.get_mut(&one).unwrap().upn = second;
        self.people.get_mut(&other).unwrap().upn = first;
    }

    fn describe(&mut self, dice: &mut Dice) {
        let text = (!dice.chance(15)).then(|| self.text(dice));
        let attribute = ATTRIBUTES[dice.below(ATTRIBUTES.len())];
        self.edit(dice, |person| match text {
            Some(text) => _ = person.attributes.insert(attribute, text),
            None => _ = person.attributes.remove(attribute),
        });
    }

    /// Somebody is deleted for good, with or without a trace.
    fn lose(&mut self, dice: &mut Dice) {
        let Some(id) = self.someone(dice).filter(|_| self.people.len() > 2) else {
            return;
        };
        if dice.chance(50) {
            self.people.get_mut(&id).unwrap().removed = Some(Removed::Hard);
            return;
        }
        self.people.remove(&id);
        self.assigned.remove(&id);
        for team in self.teams.values_mut() {
            team.members.remove(&id);
        }
    }

    fn assign(&mut self, dice: &mut Dice) {
        let all: Vec<_> = self
            .people
            .keys()
            .chain(self.teams.keys())
            .cloned()
            .collect();
        if let Some(id) = dice.pick(&all)
            && !self.assigned.remove(&id)
        {
            self.assigned.insert(id);
        }
    }

    fn join(&mut self, dice: &mut Dice) {
        let nested = dice.chance(5);
        let who = if nested {
            self.some_team(dice)
        } else {
            self.someone(dice)
        };
        if let (Some(who), Some(team)) = (who, self.some_team(dice)) {
            self.teams.get_mut(&team).unwrap().members.insert(who);
        }
    }

    fn leave(&mut self, dice: &mut Dice) {
        let Some(team) = self.some_team(dice) else {
            return;
        };
        let members: Vec<_> = self.teams[&team].members.iter().cloned().collect();
        if let Some(member) = dice.pick(&members) {
            self.teams.get_mut(&team).unwrap().members.remove(&member);
        }
    }

    /// Somebody gets the name of an account that the target had before.
    pub(crate) fn meet_stranger(&mut self, dice: &mut Dice) {
        if dice.chance(30)
            && let Some(team) = self.some_team(dice)
        {
            self.teams.get_mut(&team).unwrap().name = Self::spelled("everyone", dice);
            return;
        }
        let upn = Some(Self::spelled("admin@harborline.example", dice));
        self.edit(dice, |person| person.upn = upn);
    }

    /// A name in capital and small letters.
    fn spelled(name: &str, dice: &mut Dice) -> String {
        let letters = name.chars();
        let letters = letters.map(|letter| {
            if dice.chance(50) {
                letter.to_ascii_uppercase()
            } else {
                letter
            }
        });
        letters.collect()
    }

    fn report_to(&mut self, dice: &mut Dice) {
        let manager = self.someone(dice);
        self.edit(dice, |person| person.manager = manager);
    }

    fn rename_team(&mut self, dice: &mut Dice) {
        let name = self.team_name(dice);
        if let Some(id) = self.some_team(dice) {
            self.teams.get_mut(&id).unwrap().name = name;
        }
    }

    fn dissolve(&mut self, dice: &mut Dice) {
        let Some(id) = self.some_team(dice) else {
            return;
        };
        if dice.chance(50) {
            self.teams.get_mut(&id).unwrap().removed = Some(Removed::Hard);
            return;
        }
        self.teams.remove(&id);
        self.assigned.remove(&id);
        for team in self.teams.values_mut() {
            team.members.remove(&id);
        }
    }

    /// Many leave at once.
    pub(crate) fn collapse(&mut self) {
        self.assigned.clear();
    }

    /// A line for each person and team.
    pub(crate) fn shown(&self) -> String {
        let people = self.people.iter().map(|(id, it)| {
            let scope = if self.provisions(id) { "in" } else { "out" };
            let (removed, manager) = (it.removed, &it.manager);
            format!(
                "  {id} {scope} {:?} enabled {} removed {removed:?} manager {manager:?}",
                it.upn, it.enabled
            )
        });
        let teams = self.teams.iter().map(|(id, it)| {
            let scope = if self.provisions_team(id) {
                "in"
            } else {
                "out"
            };
            format!(
                "  {id} {scope} {:?} removed {:?} {:?}",
                it.name, it.removed, it.members
            )
        });
        people.chain(teams).collect::<Vec<_>>().join("\n")
    }

    /// What the directory tells when it tells all.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            users: self.people.iter().map(|(id, it)| it.source(id)).collect(),
            groups: self
                .teams
                .iter()
                .map(|(id, it)| it.source(id, self))
                .collect(),
            assignments: Some(self.assigned.iter().map(|id| assignment(id)).collect()),
            ..Snapshot::default()
        }
    }

    /// What it tells when some of it is missing.
    pub(crate) fn snapshot_with_gaps(&self, dice: &mut Dice) -> Snapshot {
        let mut snapshot = self.snapshot();
        snapshot.users.retain(|_| dice.chance(60));
        snapshot.groups.retain(|_| dice.chance(60));
        for group in &mut snapshot.groups {
            group.members.retain(|_| dice.chance(60));
        }
        if dice.chance(30) {
            snapshot.assignments = None;
        } else if let Some(assignments) = &mut snapshot.assignments {
            assignments.retain(|_| dice.chance(60));
        }
        snapshot.completeness = Completeness::Incomplete(vec!["a page did not come".into()]);
        snapshot
    }
}

impl Person {
    fn source(&self, id: &str) -> SourceUser {
        let mut object = SourceObject::new("User").with("objectId", id);
        if let Some(upn) = &self.upn {
            object = object.with("userPrincipalName", upn.as_str());
        }
        for (name, value) in &self.attributes {
            object = object.with(*name, value.as_str());
        }
        if let Some(manager) = &self.manager {
            object = object.with("manager", Value::Reference(manager.clone()));
        }
        let mut user = SourceUser::new(id, object);
        user.account_enabled = Some(self.enabled);
        user.removed = self.removed;
        user.manager = self.manager.as_deref().map(Into::into);
        user
    }
}

impl Team {
    fn source(&self, id: &str, company: &Company) -> SourceGroup {
        let object = SourceObject::new("Group")
            .with("objectId", id)
            .with("displayName", self.name.as_str());
        let mut group = SourceGroup::new(id, object);
        group.removed = self.removed;
        let member = |id: &String| SourceMember {
            id: id.as_str().into(),
            kind: if company.teams.contains_key(id) {
                MemberKind::Group
            } else {
                MemberKind::User
            },
        };
        group.members = self.members.iter().map(member).collect();
        group
    }
}

fn assignment(id: &str) -> Assignment {
    Assignment {
        principal: id.into(),
        role: "18d1".into(),
    }
}

/// What a person may have beside a name.
const ATTRIBUTES: [&str; 4] = ["displayName", "mail", "jobTitle", "department"];
