//! What a PATCH makes of the members of a group, written a second time: the list is rewritten by every operation, and read off at the end.

use arbitrary::{Arbitrary, Result, Unstructured};
use serde_json::{Value, json};

/// A group's members and what a client does to them.
#[derive(Debug)]
pub struct Story {
    pub before: Vec<&'static str>,
    pub steps: Vec<Step>,
}

/// One operation of the client.
#[derive(Debug)]
pub enum Step {
    Add(Ids, Form),
    Replace(Ids, Form),
    RemoveAll,
    /// By a filter in the path.
    RemoveSelected(Ids),
    /// By a `value` beside the path, as Entra does.
    RemoveListed(Ids),
    /// Something else about the group.
    Rename(bool),
}

/// How an operation says where it applies.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Form {
    Path,
    UrnPath,
    NoPath,
}

/// Some members; not always each once.
#[derive(Debug)]
pub struct Ids(Vec<&'static str>);

impl<'a> Arbitrary<'a> for Story {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let Ids(mut before) = bytes.arbitrary()?;
        before.sort_unstable();
        before.dedup();
        let count = bytes.int_in_range(1..=6)?;
        let steps = (0..count).map(|_| step(bytes)).collect::<Result<_>>()?;
        Ok(Self { before, steps })
    }
}

fn step(bytes: &mut Unstructured<'_>) -> Result<Step> {
    Ok(match bytes.int_in_range(0..=5)? {
        0 => Step::Add(bytes.arbitrary()?, bytes.arbitrary()?),
        1 => Step::Replace(bytes.arbitrary()?, bytes.arbitrary()?),
        2 => Step::RemoveAll,
        3 => Step::RemoveSelected(at_least_one(bytes)?),
        4 => Step::RemoveListed(at_least_one(bytes)?),
        _ => Step::Rename(bytes.arbitrary()?),
    })
}

impl<'a> Arbitrary<'a> for Ids {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let count = bytes.int_in_range(0..=4)?;
        let ids = (0..count).map(|_| bytes.choose(IDS).copied());
        Ok(Self(ids.collect::<Result<_>>()?))
    }
}

fn at_least_one(bytes: &mut Unstructured<'_>) -> Result<Ids> {
    let Ids(mut ids) = bytes.arbitrary()?;
    ids.push(bytes.choose(IDS)?);
    Ok(Ids(ids))
}

/// Ids differ by case.
const IDS: &[&str] = &["a", "A", "b", "c", "d e", "ß", "\"]", "e"];

impl Story {
    /// The message of the client.
    pub fn body(&self) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": self.steps.iter().map(Step::operation).collect::<Vec<_>>(),
        })
    }

    /// Who is in the group afterwards, sorted.
    pub fn after(&self) -> Vec<&'static str> {
        let mut list = self.before.clone();
        for step in &self.steps {
            step.rewrite(&mut list);
        }
        list.sort_unstable();
        list
    }

    /// The last name that the group got.
    pub fn name(&self) -> &'static str {
        let renamed = self.steps.iter().rev().find_map(|step| match step {
            Step::Rename(to_pilots) => Some(name(*to_pilots)),
            _ => None,
        });
        renamed.unwrap_or("Crew")
    }
}

impl Step {
    fn rewrite(&self, list: &mut Vec<&'static str>) {
        match self {
            Self::Rename(_) => {}
            Self::RemoveAll => list.clear(),
            Self::RemoveSelected(Ids(ids)) | Self::RemoveListed(Ids(ids)) => {
                list.retain(|id| !ids.contains(id));
            }
            Self::Add(Ids(ids), _) => add(list, ids),
            Self::Replace(Ids(ids), _) => {
                list.clear();
                add(list, ids);
            }
        }
    }

    fn operation(&self) -> Value {
        match self {
            Self::Rename(to_pilots) => {
                json!({ "op": "replace", "path": "displayName", "value": name(*to_pilots) })
            }
            Self::RemoveAll => json!({ "op": "remove", "path": "members" }),
            Self::RemoveSelected(Ids(ids)) => {
                let terms: Vec<_> = ids
                    .iter()
                    .map(|id| format!("value eq {}", json!(id)))
                    .collect();
                json!({ "op": "remove", "path": format!("members[{}]", terms.join(" or ")) })
            }
            Self::RemoveListed(ids) => {
                json!({ "op": "remove", "path": "members", "value": ids.members() })
            }
            Self::Add(ids, form) => form.operation("add", ids.members()),
            Self::Replace(ids, form) => form.operation("replace", ids.members()),
        }
    }
}

impl Form {
    fn operation(self, op: &str, members: Value) -> Value {
        match self {
            Self::Path => json!({ "op": op, "path": "members", "value": members }),
            Self::UrnPath => {
                let path = "urn:ietf:params:scim:schemas:core:2.0:Group:members";
                json!({ "op": op, "path": path, "value": members })
            }
            Self::NoPath => json!({ "op": op, "value": { "members": members } }),
        }
    }
}

impl Ids {
    fn members(&self) -> Value {
        let members = self
            .0
            .iter()
            .enumerate()
            .map(|(index, id)| match index % 3 {
                0 => json!({ "value": id }),
                1 => json!({ "value": id, "type": "User", "display": "left out" }),
                _ => json!({ "$ref": "https://example.com/v2/Users/1", "value": id }),
            });
        members.collect()
    }
}

fn add(list: &mut Vec<&'static str>, ids: &[&'static str]) {
    for id in ids {
        if !list.contains(id) {
            list.push(id);
        }
    }
}

const fn name(to_pilots: bool) -> &'static str {
    if to_pilots { "Pilots" } else { "Crew" }
}
