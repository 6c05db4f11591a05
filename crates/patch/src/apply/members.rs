//! The members of a group: a relation that is changed, never a list that is rewritten.

use std::collections::BTreeSet;

use scimkit_filter::{CompareOp, Filter, Literal};
use scimkit_schema::{Attribute, ResourceId, Rule, Value};

use super::{Fault, REMOVE_WITH_VALUE, Work, assign::operand};
use crate::{ErrorKind, OpKind};

/// What a PATCH does to the members of a group. Ids are sorted and stand once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum MemberChange {
    /// Nothing.
    #[default]
    None,
    /// These come and those go; an id that is there already, or already gone, changes nothing. No id is in both lists.
    Delta {
        /// The new members.
        add: Vec<ResourceId>,
        /// The former members.
        remove: Vec<ResourceId>,
    },
    /// These are the members, and nobody else.
    Exactly(Vec<ResourceId>),
}

/// The net change of the operations so far. For one id the last operation wins.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// The members were set; what was there before does not count.
    set: bool,
    present: BTreeSet<ResourceId>,
    absent: BTreeSet<ResourceId>,
}

impl Members {
    fn add(&mut self, ids: impl IntoIterator<Item = ResourceId>) {
        for id in ids {
            self.absent.remove(&id);
            self.present.insert(id);
        }
    }

    fn remove(&mut self, ids: impl IntoIterator<Item = ResourceId>) {
        for id in ids {
            self.present.remove(&id);
            if !self.set {
                self.absent.insert(id);
            }
        }
    }

    fn set(&mut self, ids: impl IntoIterator<Item = ResourceId>) {
        *self = Self {
            set: true,
            present: ids.into_iter().collect(),
            absent: BTreeSet::new(),
        };
    }
}

impl From<Members> for MemberChange {
    fn from(members: Members) -> Self {
        let add: Vec<_> = members.present.into_iter().collect();
        let remove: Vec<_> = members.absent.into_iter().collect();
        if members.set {
            Self::Exactly(add)
        } else if add.is_empty() && remove.is_empty() {
            Self::None
        } else {
            Self::Delta { add, remove }
        }
    }
}

impl Work<'_> {
    pub(super) fn take_members(
        &mut self,
        members: &mut Members,
        attribute: &Attribute,
        only: Option<Vec<ResourceId>>,
        op: OpKind,
        value: Option<Value>,
    ) -> Result<(), Fault> {
        match (op, value) {
            (OpKind::Remove, Some(value)) if !is_null(&value) => {
                if only.is_some() || !self.bend(Rule::RemoveMembersByValue) {
                    return Err(ErrorKind::ValueUse(REMOVE_WITH_VALUE).into());
                }
                let ids = self.member_ids(attribute, value)?;
                if ids.is_empty() {
                    let what = "the `value` names no member; leave it out to remove all members";
                    return Err(ErrorKind::ValueUse(what).into());
                }
                members.remove(ids);
            }
            (OpKind::Remove, _) => match only {
                Some(ids) => members.remove(ids),
                None => members.set([]),
            },
            (_, value) => {
                let value = operand(op, value)?.unwrap_or(Value::NULL);
                let ids = self.member_ids(attribute, value)?;
                if op == OpKind::Add {
                    members.add(ids);
                } else {
                    members.set(ids);
                }
            }
        }
        Ok(())
    }

    /// The ids of the members in a list, or of one member.
    fn member_ids(
        &mut self,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Vec<ResourceId>, Fault> {
        let mut ids = Vec::new();
        for (index, member) in value
            .into_list()
            .unwrap_or_else(|one| vec![one])
            .into_iter()
            .enumerate()
        {
            if is_null(&member) {
                continue;
            }
            let member = self
                .reader
                .element(attribute, member, &format!("[{index}]"))
                .map_err(ErrorKind::Value)?;
            let id = member
                .as_complex()
                .and_then(|fields| fields.text("value"))
                .and_then(|text| ResourceId::new(text).ok());
            ids.push(id.ok_or(ErrorKind::ValueUse(
                "every member needs a `value` that is the id of a resource",
            ))?);
        }
        Ok(ids)
    }
}

fn is_null(value: &Value) -> bool {
    *value == Value::NULL
}

/// The ids that a filter on members selects.
pub(super) fn selected(filter: &Filter) -> Result<Vec<ResourceId>, ErrorKind> {
    let terms = match filter {
        Filter::Or(terms) => terms.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut ids = Vec::new();
    for term in terms {
        match term {
            Filter::Compare {
                path,
                op: CompareOp::Eq,
                value: Literal::String(id),
            } if path.uri().is_none()
                && path.sub().is_none()
                && path.name().eq_ignore_ascii_case("value") =>
            {
                // Text that cannot be an id is nobody's.
                ids.extend(ResourceId::new(id));
            }
            _ => {
                return Err(ErrorKind::PathUse(
                    "members are selected by id only: `members[value eq \"…\"]`, several joined by `or`".into(),
                ));
            }
        }
    }
    Ok(ids)
}
