use scimkit_schema::DateTime;
use scimkit_sql::statements::with_dollars as statements;
use scimkit_store::{Event, EventQuery};
use tokio_postgres::Row;

use super::rows::{self, limit};
use crate::{error::Trouble, session::Session};

/// Reads the events that a query wants, a stretch at a time: an index finds those of a resource or of a stretch of time, and the rest of
/// the query is asked about each.
pub(super) async fn read(
    session: &Session,
    tid: i64,
    query: &EventQuery,
) -> Result<Vec<Event>, Trouble> {
    let mut found = Vec::new();
    let mut after = i64::try_from(query.after).unwrap_or(i64::MAX);
    while found.len() < query.limit {
        let stretch = STRETCH.min(query.limit.max(FEW));
        let rows = stretch_of(session, tid, after, stretch, query).await?;
        let is_last = rows.len() < stretch;
        for row in &rows {
            let event = rows::event(row)?;
            after = i64::try_from(event.seq).unwrap_or(i64::MAX);
            if query.matches(&event) && found.len() < query.limit {
                found.push(event);
            }
        }
        if is_last {
            break;
        }
    }
    Ok(found)
}

async fn stretch_of(
    session: &Session,
    tid: i64,
    after: i64,
    stretch: usize,
    query: &EventQuery,
) -> Result<Vec<Row>, Trouble> {
    let stretch = limit(stretch);
    if let Some(key) = &query.resource {
        let (name, id) = (key.type_name.as_str(), key.id.as_str());
        return session
            .query(statements::EVENTS_OF, &[&tid, &after, &stretch, &name, &id])
            .await;
    }
    if query.since.is_some() || query.until.is_some() {
        let since = query.since.as_ref().map_or(i64::MIN, DateTime::unix_micros);
        let until = query.until.as_ref().map_or(i64::MAX, DateTime::unix_micros);
        return session
            .query(
                statements::EVENTS_BETWEEN,
                &[&tid, &after, &stretch, &since, &until],
            )
            .await;
    }
    session
        .query(statements::EVENTS, &[&tid, &after, &stretch])
        .await
}

/// How many rows are in memory at once, and how few are worth a look.
const STRETCH: usize = 1_000;
const FEW: usize = 100;
