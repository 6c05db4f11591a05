use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row};
use scimkit_filter::{MembershipNeed, Related};
use scimkit_patch::MemberChange;
use scimkit_schema::{JsonLimits, Membership, Name, ResourceId, SchemaSet, Value, json};
use scimkit_sql::{sqlite, statements};
use scimkit_store::{
    Answer, Before, Change, Decision, Expect, Key, Relation, StoreError, Stored, Write,
};

use super::rows::{RawRelated, id, read_resource};
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

/// One resource and its first groups.
pub(super) fn with_groups(
    connection: &Connection,
    tid: i64,
    schemas: &SchemaSet,
    key: &Key,
    limit: usize,
) -> Answer<Option<(Stored, Vec<Related>)>> {
    let with = (
        tid,
        key.type_name.as_str(),
        key.id.as_str(),
        sql_limit(limit),
    );
    let read = |row: &Row<'_>| Ok((read_resource(row)?, row.get::<_, String>(5)?));
    let Some((row, groups)) = connection.one(sqlite::RESOURCE_WITH_GROUPS, with, read)? else {
        return Ok(None);
    };
    let groups =
        json::parse_object(groups.as_bytes(), JsonLimits::default()).map_err(StoreError::other)?;
    let groups = groups.get("groups").map(Value::elements);
    let groups = groups.unwrap_or_default().iter().map(|group| {
        let column = |at: usize| group.elements().get(at).and_then(Value::as_str);
        Ok(Related {
            id: id(column(0).unwrap_or_default())?,
            type_name: column(1).unwrap_or_default().into(),
            display: column(2).map(Into::into),
        })
    });
    let mut groups = groups.collect::<Answer<Vec<_>>>()?;
    groups.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Some((row.into_stored(schemas, &key.type_name)?, groups)))
}

/// The first groups of each of some members.
pub(super) fn groups_of_all(
    connection: &Connection,
    tid: i64,
    members: &[ResourceId],
    limit: usize,
) -> Answer<Vec<Vec<Related>>> {
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, RawRelated::read_from(row, 1)?));
    let ids: BTreeSet<_> = members.iter().collect();
    let with = (tid, array(ids), sql_limit(limit));
    let mut found: BTreeMap<ResourceId, Vec<Related>> = BTreeMap::new();
    for (member, group) in connection.many(sqlite::GROUPS_OF_EACH, with, read)? {
        found
            .entry(id(&member)?)
            .or_default()
            .push(group.try_into()?);
    }
    for groups in found.values_mut() {
        groups.sort_by(|one, other| one.id.cmp(&other.id));
    }
    let of_each = members.iter().map(|member| found.get(member).cloned());
    Ok(of_each.map(Option::unwrap_or_default).collect())
}

/// What a filter needs to see of the relation of one resource.
pub(super) fn needed(
    connection: &Connection,
    tid: i64,
    id: &ResourceId,
    side: Membership,
    need: &MembershipNeed,
) -> Answer<Vec<Related>> {
    let (all, single) = match side {
        Membership::Group => (statements::MEMBERS_OF, statements::MEMBER),
        Membership::Member => (statements::GROUPS_OF, statements::GROUP),
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

/// Reads what the decision on a change of members depends on.
pub(super) fn before(
    connection: &Connection,
    tid: i64,
    write: &Write,
    before: &mut Before,
) -> Answer<()> {
    let group = write.key.id.as_str();
    let read = |row: &Row<'_>| row.get::<_, String>(0);
    let wanted = match &write.members {
        MemberChange::None => return Ok(()),
        MemberChange::Delta { add, remove } if add.is_empty() => {
            let with = (tid, group, array(remove));
            for text in connection.many(sqlite::MEMBERS_AMONG, with, read)? {
                before.members.insert(id(&text)?);
            }
            return Ok(());
        }
        MemberChange::Delta { add, remove } => {
            let with = (tid, group, array(add.iter().chain(remove)));
            let read = |row: &Row<'_>| {
                let (id, kind) = (row.get::<_, String>(0)?, row.get::<_, String>(1)?);
                Ok((id, kind, row.get::<_, bool>(2)?))
            };
            for (text, kind, is_member) in connection.many(sqlite::TYPES_AND_MEMBERS, with, read)? {
                let id = id(&text)?;
                if is_member {
                    before.members.insert(id);
                } else {
                    before.types.insert(id, kind.into());
                }
            }
            return Ok(());
        }
        // What is not there has no members.
        MemberChange::Exactly(ids) if write.expect == Expect::Absent => ids,
        MemberChange::Exactly(ids) => {
            let with = (tid, group, i64::MAX);
            for text in connection.many(statements::MEMBER_IDS_OF, with, read)? {
                before.members.insert(id(&text)?);
            }
            ids
        }
    };
    let new: Vec<_> = wanted
        .iter()
        .filter(|id| !before.members.contains(*id))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let read = |row: &Row<'_>| {
        let (id, kind) = (row.get::<_, String>(0)?, row.get::<_, String>(1)?);
        Ok((id, kind, row.get::<_, Option<String>>(2)?))
    };
    for (member, kind, display) in connection.many(sqlite::TYPES_OF, (tid, array(new)), read)? {
        let member = id(&member)?;
        if let Some(display) = display {
            before.displays.insert(member.clone(), display.into());
        }
        before.types.insert(member, kind.into());
    }
    Ok(())
}

/// The members of a group that is created, unless it is one of them.
pub(super) fn of_new(write: &Write, decision: &Decision, before: &Before) -> Option<Vec<Related>> {
    let is_set = matches!(write.members, MemberChange::Exactly(_));
    let is_new = decision.change == Change::Create && is_set;
    if !is_new || decision.add.contains_key(&write.key.id) {
        return None;
    }
    let related = |(id, kind): (&ResourceId, &Name)| Related {
        id: id.clone(),
        type_name: kind.clone(),
        display: before.displays.get(id).cloned(),
    };
    Some(decision.add.iter().map(related).collect())
}

/// Adds and removes members as it was decided.
pub(super) fn change(
    connection: &Connection,
    tid: i64,
    group: &ResourceId,
    decision: &Decision,
    seq: i64,
) -> Answer<()> {
    let group = group.as_str();
    if !decision.add.is_empty() {
        let pair = |(member, kind): (&ResourceId, &Name)| {
            Value::from(vec![Value::from(member.as_str()), kind.as_str().into()])
        };
        let pairs: Value = decision.add.iter().map(pair).collect();
        connection.change(sqlite::ADD_MEMBERS, (tid, group, seq, pairs.to_string()))?;
    }
    if !decision.remove.is_empty() {
        let with = (tid, group, array(&decision.remove));
        connection.change(sqlite::REMOVE_MEMBERS, with)?;
    }
    Ok(())
}

/// Ids as a JSON array.
pub(super) fn array<'a>(ids: impl IntoIterator<Item = &'a ResourceId>) -> String {
    let ids = ids.into_iter().map(|id| Value::from(id.as_str()));
    ids.collect::<Value>().to_string()
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
