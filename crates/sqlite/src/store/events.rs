use rusqlite::{Connection, Row};
use scimkit_schema::DateTime;
use scimkit_sql::{sqlite, statements};
use scimkit_store::{Answer, Event, EventQuery};

use super::rows::RawEvent;
use crate::ask::{Ask, limit};

/// Reads the events that a query wants, a stretch at a time: an index finds those of a resource or of a stretch of time, and the rest of
/// the query is asked about each.
pub(super) fn read(connection: &Connection, tid: i64, query: &EventQuery) -> Answer<Vec<Event>> {
    let mut found = Vec::new();
    let mut after = i64::try_from(query.after).unwrap_or(i64::MAX);
    while found.len() < query.limit {
        let stretch = STRETCH.min(query.limit.max(FEW));
        let rows = stretch_of(connection, tid, after, stretch, query)?;
        let is_last = rows.len() < stretch;
        for row in rows {
            let event = Event::try_from(row)?;
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

/// Forgets the oldest events, some at a time. Gives how many went, and whether there may be more.
pub(super) fn forget(connection: &Connection, tid: i64, before: i64) -> Answer<(u64, bool)> {
    let with = (tid, limit(STRETCH));
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let oldest: Vec<(i64, i64)> = connection.many(statements::OLDEST_EVENTS, with, read)?;
    let old = oldest.iter().take_while(|(_, at)| *at < before);
    let Some((last, _)) = old.last() else {
        return Ok((0, false));
    };
    connection.change(sqlite::KEEP_NEXT_SEQ, [tid])?;
    let gone = connection.change(statements::FORGET_EVENTS, (tid, last))?;
    Ok((gone as u64, gone == STRETCH))
}

fn stretch_of(
    connection: &Connection,
    tid: i64,
    after: i64,
    stretch: usize,
    query: &EventQuery,
) -> Answer<Vec<RawEvent>> {
    let stretch = limit(stretch);
    if let Some(key) = &query.resource {
        let (name, id) = (key.type_name.as_str(), key.id.as_str());
        let with = (tid, after, stretch, name, id);
        return connection.many(statements::EVENTS_OF, with, RawEvent::read);
    }
    if query.since.is_some() || query.until.is_some() {
        let since = query.since.as_ref().map_or(i64::MIN, DateTime::unix_micros);
        let until = query.until.as_ref().map_or(i64::MAX, DateTime::unix_micros);
        let with = (tid, after, stretch, since, until);
        return connection.many(statements::EVENTS_BETWEEN, with, RawEvent::read);
    }
    let with = (tid, after, stretch);
    connection.many(statements::EVENTS, with, RawEvent::read)
}

/// How many rows are in memory at once, and how few are worth a look.
const STRETCH: usize = 1_000;
const FEW: usize = 100;
