use futures_util::join;
use scimkit_schema::DateTime;
use scimkit_sql::{postgres, statements::with_dollars as statements};
use scimkit_store::{Event, EventQuery, StoreError};
use tokio_postgres::Row;

use super::rows::{self, limit};
use crate::{database::Inner, error::Trouble, session::Session};

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

/// Forgets the oldest events, some at a time. Gives how many went, and whether there may be more.
pub(super) async fn forget(inner: &Inner, tid: i64, before: i64) -> Result<(u64, bool), Trouble> {
    let session = inner.open_transaction(postgres::BEGIN_WRITE).await?;
    match forget_in(inner, &session, tid, before).await {
        Ok(gone) => {
            session.done();
            Ok((gone as u64, gone == STRETCH))
        }
        Err(trouble) => {
            session.undo().await;
            Err(trouble)
        }
    }
}

async fn forget_in(
    inner: &Inner,
    session: &Session,
    tid: i64,
    before: i64,
) -> Result<usize, Trouble> {
    let (locked, entered, oldest) = join!(
        async { session.one(postgres::LOCK_TENANT, &[&tid]).await },
        session.enter(tid, &inner.coverage),
        async {
            session
                .query(statements::OLDEST_EVENTS, &[&tid, &limit(STRETCH)])
                .await
        }
    );
    locked?.ok_or(StoreError::Gone)?;
    entered?;
    let (mut gone, mut last) = (0, 0_i64);
    for row in &oldest? {
        if rows::column::<i64>(row, 1)? >= before {
            break;
        }
        (gone, last) = (gone + 1, rows::column(row, 0)?);
    }
    let (forgotten, committed) = join!(
        async {
            session
                .change(gone, statements::FORGET_EVENTS, &[&tid, &last])
                .await
        },
        session.commit()
    );
    forgotten.and(committed)?;
    Ok(gone)
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
