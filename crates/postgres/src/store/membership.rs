use std::collections::{BTreeMap, BTreeSet};

use scimkit_filter::{MembershipNeed, Related};
use scimkit_schema::{Membership, ResourceId};
use scimkit_sql::postgres;
use scimkit_store::Relation;
use tokio_postgres::Row;

use super::rows::{self, column, id};
use crate::{
    error::Trouble,
    session::{Session, With},
};

/// One page of the relation, in the order of ids.
pub(super) async fn page(
    session: &Session,
    tid: i64,
    of: &Relation,
    after: Option<&ResourceId>,
    limit: usize,
) -> Result<Vec<Related>, Trouble> {
    // Every id is greater than no text.
    let behind = after.map_or("", ResourceId::as_str);
    let most = rows::limit(limit);
    let found = match of {
        Relation::MembersOf(group) => {
            session
                .query(
                    postgres::MEMBERS_OF,
                    &[&tid, &group.as_str(), &behind, &most],
                )
                .await
        }
        Relation::GroupsOf(member) => {
            session
                .query(
                    postgres::GROUPS_OF,
                    &[&tid, &member.as_str(), &behind, &most],
                )
                .await
        }
        Relation::Among { group, ids } => {
            let ids: BTreeSet<_> = ids.iter().map(ResourceId::as_str).collect();
            let ids: Vec<_> = ids.into_iter().filter(|id| *id > behind).collect();
            let with: With<'_> = &[&tid, &group.as_str(), &ids];
            return among(&session.query(postgres::MEMBERS_AMONG, with).await?, limit);
        }
    };
    found?.iter().map(|row| rows::related(row, 0)).collect()
}

/// The first of some members.
fn among(rows: &[Row], limit: usize) -> Result<Vec<Related>, Trouble> {
    let found: Result<Vec<_>, _> = rows.iter().map(|row| rows::related(row, 0)).collect();
    let mut found = found?;
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found.truncate(limit);
    Ok(found)
}

/// The first groups of each of some members.
pub(super) async fn groups_of_all(
    session: &Session,
    tid: i64,
    members: &[ResourceId],
    limit: usize,
) -> Result<Vec<Vec<Related>>, Trouble> {
    let ids: BTreeSet<_> = members.iter().map(ResourceId::as_str).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let with: With<'_> = &[&tid, &ids, &rows::limit(limit)];
    let mut found = of_each(&session.query(postgres::GROUPS_OF_EACH, with).await?)?;
    for groups in found.values_mut() {
        groups.sort_by(|one, other| one.id.cmp(&other.id));
    }
    let of_each = members.iter().map(|member| found.get(member).cloned());
    Ok(of_each.map(Option::unwrap_or_default).collect())
}

/// What a filter needs to see of the relation of some resources, which are of one type.
pub(super) async fn needed(
    session: &Session,
    tid: i64,
    of: &[ResourceId],
    side: Membership,
    need: &MembershipNeed,
) -> Result<BTreeMap<ResourceId, Vec<Related>>, Trouble> {
    let (each, these) = match side {
        Membership::Group => (postgres::MEMBERS_OF_EACH, postgres::THESE_MEMBERS),
        Membership::Member => (postgres::GROUPS_OF_EACH, postgres::THESE_GROUPS),
    };
    let of: Vec<_> = of.iter().map(ResourceId::as_str).collect();
    let found = match need {
        MembershipNeed::Nothing => return Ok(BTreeMap::new()),
        MembershipNeed::These(ids) => {
            let ids: Vec<_> = ids.iter().map(ResourceId::as_str).collect();
            session.query(these, &[&tid, &of, &ids]).await?
        }
        MembershipNeed::Any => session.query(each, &[&tid, &of, &1_i64]).await?,
        MembershipNeed::All => session.query(each, &[&tid, &of, &i64::MAX]).await?,
    };
    of_each(&found)
}

/// Rows of an id and what is related to it.
fn of_each(found: &[Row]) -> Result<BTreeMap<ResourceId, Vec<Related>>, Trouble> {
    let mut related: BTreeMap<ResourceId, Vec<Related>> = BTreeMap::new();
    for row in found {
        related
            .entry(id(column(row, 0)?)?)
            .or_default()
            .push(rows::related(row, 1)?);
    }
    Ok(related)
}
