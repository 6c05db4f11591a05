use std::collections::BTreeSet;

use rusqlite::Connection;
use scimkit_filter::{MembershipNeed, Related};
use scimkit_patch::MemberChange;
use scimkit_schema::{Membership, ResourceId};
use scimkit_sql::statements;
use scimkit_store::{Answer, Document, Relation, StoreError, UnknownMembers, Write};

use super::rows::RawRelated;
use crate::ask::{Ask, limit as sql_limit};

/// One page of the relation, in the order of ids.
pub(super) fn page(
    connection: &Connection,
    tid: i64,
    of: &Relation,
    after: Option<&ResourceId>,
    limit: usize,
) -> Answer<Vec<Related>> {
    // Every id is greater than no text.
    let behind = after.map_or("", ResourceId::as_str);
    match of {
        Relation::MembersOf(group) => related(
            connection,
            statements::MEMBERS_OF,
            tid,
            group,
            behind,
            limit,
        ),
        Relation::GroupsOf(member) => related(
            connection,
            statements::GROUPS_OF,
            tid,
            member,
            behind,
            limit,
        ),
        Relation::Among { group, ids } => {
            let ids: BTreeSet<_> = ids
                .iter()
                .filter(|id| after.is_none_or(|after| *id > after))
                .collect();
            let found = ids
                .into_iter()
                .filter_map(|id| one(connection, statements::MEMBER, tid, group, id).transpose());
            found.take(limit).collect()
        }
    }
}

/// What a filter needs to see of the relation of one resource.
pub(super) fn needed(
    connection: &Connection,
    tid: i64,
    id: &ResourceId,
    membership: Option<Membership>,
    need: &MembershipNeed,
) -> Answer<Vec<Related>> {
    let (all, single) = match membership {
        Some(Membership::Group) => (statements::MEMBERS_OF, statements::MEMBER),
        Some(Membership::Member) => (statements::GROUPS_OF, statements::GROUP),
        None => return Ok(Vec::new()),
    };
    match need {
        MembershipNeed::Nothing => Ok(Vec::new()),
        MembershipNeed::These(ids) => ids
            .iter()
            .filter_map(|other| one(connection, single, tid, id, other).transpose())
            .collect(),
        MembershipNeed::Any => related(connection, all, tid, id, "", 1),
        MembershipNeed::All => related(connection, all, tid, id, "", usize::MAX),
    }
}

/// What a member change comes to in one group, once it is known which ids exist.
#[derive(Default)]
pub(super) struct Effect {
    pub(super) add: Vec<Addition>,
    pub(super) remove: Vec<ResourceId>,
    pub(super) left_out: Vec<ResourceId>,
}

pub(super) struct Addition {
    pub(super) id: ResourceId,
    /// The type of the member.
    pub(super) kind: String,
}

impl Effect {
    pub(super) fn of(connection: &Connection, tid: i64, write: &Write) -> Answer<Self> {
        let group = &write.key.id;
        let is_member = |id: &ResourceId| {
            let found = connection.one(
                statements::IS_MEMBER,
                (tid, group.as_str(), id.as_str()),
                |_| Ok(()),
            );
            found.map(|row| row.is_some())
        };
        let mut effect = Self::default();
        let wanted = match &write.members {
            MemberChange::None => return Ok(effect),
            MemberChange::Delta { add, remove } => {
                for id in remove {
                    if is_member(id)? {
                        effect.remove.push(id.clone());
                    }
                }
                add
            }
            MemberChange::Exactly(ids) => {
                let keep: BTreeSet<&str> = ids.iter().map(ResourceId::as_str).collect();
                let present = connection.many(
                    statements::MEMBER_IDS_OF,
                    (tid, group.as_str(), i64::MAX),
                    |row| row.get::<_, String>(0),
                )?;
                for id in present.iter().filter(|id| !keep.contains(id.as_str())) {
                    effect.remove.push(super::rows::id(id)?);
                }
                ids
            }
        };
        let mut present = false;
        for id in wanted {
            if is_member(id)? {
                present = true;
            } else if let Some(kind) =
                connection.one(statements::TYPE_OF, (tid, id.as_str()), |row| row.get(0))?
            {
                effect.add.push(Addition {
                    id: id.clone(),
                    kind,
                });
            } else if id == group {
                effect.add.push(Addition {
                    id: id.clone(),
                    kind: write.key.type_name.to_string(),
                });
            } else {
                effect.left_out.push(id.clone());
            }
        }
        if let Some(first) = effect.left_out.first() {
            let nothing_else =
                !present && !effect.changes() && matches!(write.document, Document::Keep);
            if write.unknown_members == UnknownMembers::Refuse || nothing_else {
                return Err(StoreError::NoSuchMember(first.clone()));
            }
        }
        Ok(effect)
    }

    pub(super) const fn changes(&self) -> bool {
        !self.add.is_empty() || !self.remove.is_empty()
    }
}

fn related(
    connection: &Connection,
    sql: &'static str,
    tid: i64,
    of: &ResourceId,
    behind: &str,
    limit: usize,
) -> Answer<Vec<Related>> {
    let rows = connection.many(
        sql,
        (tid, of.as_str(), behind, sql_limit(limit)),
        RawRelated::read,
    )?;
    rows.into_iter().map(Related::try_from).collect()
}

fn one(
    connection: &Connection,
    sql: &'static str,
    tid: i64,
    of: &ResourceId,
    other: &ResourceId,
) -> Answer<Option<Related>> {
    let row = connection.one(sql, (tid, of.as_str(), other.as_str()), RawRelated::read)?;
    row.map(Related::try_from).transpose()
}
