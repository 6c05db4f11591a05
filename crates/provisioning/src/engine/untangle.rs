//! Objects that stand in each other's way: one has the name that another one is to get.

use std::collections::{BTreeMap, BTreeSet};

use scimkit_client::Transport;
use scimkit_mapping::TargetValue;
use scimkit_patch::{Operation, PatchOp};
use scimkit_schema::Value;
use scimkit_store::StateStore;

use super::{
    objects::Following,
    rule::Rule,
    run::{Event, Run},
    traveller::Traveller,
    trouble::{Failure, Halt, Trouble},
};
use crate::{
    Directory, LogStatus, ModifiedProperty, ProvisioningAction, StatusInfo, Step, StepType,
    matching::{Claims, look_up},
};

/// An object that could not be changed because another one is in the way.
pub(super) struct Conflict {
    pub(super) traveller: Traveller,
    pub(super) failure: Failure,
}

/// Who is in the way of an object.
enum Hindrance {
    /// Nobody any more.
    Nobody,
    /// Another object that could not be changed either, with this value.
    Waiting(Box<str>, TargetValue),
    /// Somebody who stays where they are, as the beginning of a sentence.
    Settled(String),
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Changes those whose way is free by now, one after another. Of those who wait for each other in a circle, one gets another value for a
    /// moment.
    pub(super) async fn untangle(
        &mut self,
        rule: &Rule<'_>,
        claims: &Claims,
        conflicts: Vec<Conflict>,
    ) -> Result<(), Halt> {
        let mut open: BTreeMap<Box<str>, Conflict> = conflicts
            .into_iter()
            .map(|conflict| (conflict.traveller.named.id.clone(), conflict))
            .collect();
        let ids: BTreeSet<Box<str>> = open.keys().cloned().collect();
        let mut hindered = BTreeMap::new();
        let mut free = Vec::new();
        for (id, conflict) in &mut open {
            match self.hindrance(rule, &conflict.traveller, &ids).await {
                Ok(Hindrance::Nobody) => free.push(id.clone()),
                Ok(Hindrance::Waiting(other, value)) => {
                    hindered.insert(id.clone(), (other, value));
                }
                Ok(Hindrance::Settled(who)) => {
                    let cause = &conflict.failure.cause;
                    conflict.failure.cause = format!("{who} and keeps it; {cause}");
                }
                Err(Trouble::Object(_)) => {}
                Err(Trouble::Cycle(halt)) => return Err(halt),
            }
        }
        loop {
            while let Some(id) = free.pop() {
                let Some(conflict) = open.remove(&id) else {
                    continue;
                };
                if self.try_again(rule, claims, conflict).await? {
                    let waited = hindered.iter().filter(|(_, (other, _))| *other == id);
                    free.extend(waited.map(|(waiting, _)| waiting.clone()));
                }
            }
            let Some(waiting) = circle(&hindered, &open) else {
                break;
            };
            let Some((id, value)) = hindered.get(&waiting).cloned() else {
                break;
            };
            if let Some(conflict) = open.get(&id)
                && self.step_aside(rule, &conflict.traveller, &value).await?
            {
                free.push(waiting);
            } else {
                hindered.remove(&waiting);
            }
        }
        for Conflict { traveller, failure } in open.into_values() {
            self.fail_of(traveller, failure.into()).await?;
        }
        Ok(())
    }

    /// Gives whether it worked.
    async fn try_again(
        &mut self,
        rule: &Rule<'_>,
        claims: &Claims,
        mut conflict: Conflict,
    ) -> Result<bool, Halt> {
        match self.follow(rule, &mut conflict.traveller).await {
            Ok(Following::Done) => Ok(true),
            Ok(Following::IsNew) => {
                let again = vec![conflict.traveller];
                self.provision(rule, claims, again).await.map(|()| true)
            }
            Err(trouble) => {
                let failed = self.fail_of(conflict.traveller, trouble).await;
                failed.map(|()| false)
            }
        }
    }

    /// Asks the target who has what the object is to get.
    async fn hindrance(
        &self,
        rule: &Rule<'_>,
        traveller: &Traveller,
        open: &BTreeSet<Box<str>>,
    ) -> Result<Hindrance, Trouble> {
        let Some(own) = self.links.of(&traveller.named.id) else {
            return Ok(Hindrance::Nobody);
        };
        for value in traveller.matching(rule)? {
            let filters = [value.to_filter()];
            let (client, planted) = (self.client(), self.engine.planted);
            let found = look_up(client, rule.resource_type, &filters, planted).await?;
            let Some(found) = found.filter(|found| found.id != own.target) else {
                continue;
            };
            let source = self.links.source_of(rule.kind, &found.id);
            let link = source.and_then(|source| self.links.of(source));
            let name = link.map_or(found.id.as_str(), |link| &*link.name);
            return Ok(match source.filter(|source| open.contains(*source)) {
                Some(source) => Hindrance::Waiting(source.into(), value),
                None => Hindrance::Settled(format!("`{name}` has `{}`", found.filter)),
            });
        }
        Ok(Hindrance::Nobody)
    }

    /// Gives an object another value for a moment, so that somebody else can have the one it has. Gives whether it worked.
    ///
    /// If it is the last thing that works, the object has a strange value until the next cycle, which looks at it again.
    async fn step_aside(
        &mut self,
        rule: &Rule<'_>,
        traveller: &Traveller,
        value: &TargetValue,
    ) -> Result<bool, Halt> {
        let object = &traveller.named;
        let (Some(link), Some(text)) = (self.links.of(&object.id), value.value.as_str()) else {
            return Ok(false);
        };
        let target = link.target.clone();
        let aside = aside(text, self.engine.ids.next_id().as_str());
        let path = value.path.path().clone();
        let patch = PatchOp::new([Operation::replace(path, Value::from(aside.as_str()))]);
        match self.change(rule.resource_type, &target, None, &patch).await {
            Ok(()) => {}
            Err(unchanged) => {
                return match unchanged.into() {
                    Trouble::Cycle(halt) => Err(halt),
                    Trouble::Object(_) => Ok(false),
                };
            }
        }
        self.target_works();
        let mut batch = self.batch();
        let step = Step::new(
            "EntryExportUpdate",
            StepType::Export,
            LogStatus::Success,
            "moved aside for a moment, since another object is to have its value",
        );
        let event = Event {
            object,
            target: Some(&target),
            action: ProvisioningAction::Update,
            status: StatusInfo::success(),
            steps: vec![step],
            modified: vec![ModifiedProperty {
                display_name: value.path.as_str().into(),
                old_value: Some(text.into()),
                new_value: Some(aside.as_str().into()),
            }],
        };
        self.log(&mut batch, event)?;
        self.commit(batch).await?;
        Ok(true)
    }
}

/// One of those who wait for each other in a circle.
fn circle(
    hindered: &BTreeMap<Box<str>, (Box<str>, TargetValue)>,
    open: &BTreeMap<Box<str>, Conflict>,
) -> Option<Box<str>> {
    hindered.keys().find_map(|start| {
        let mut at = start;
        // whoever is not back after as many steps as there are is in no circle
        for _ in 0..hindered.len() {
            let (next, _) = hindered.get(at)?;
            if !open.contains_key(at) || !open.contains_key(next) {
                return None;
            }
            if next == start {
                return Some(at.clone());
            }
            at = next;
        }
        None
    })
}

/// A value that nobody has, and that looks like this one: what stands behind an `@` stays.
fn aside(text: &str, id: &str) -> String {
    match text.rsplit_once('@') {
        Some((name, domain)) => format!("{name}-{id}@{domain}"),
        None => format!("{text}-{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_one() {
        assert_eq!(
            aside("mira@harborline.example", "7"),
            "mira-7@harborline.example"
        );
        assert_eq!(aside("Finance", "7"), "Finance-7");
    }
}
