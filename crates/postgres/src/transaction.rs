//! Writes of one tenant, together in one transaction.
//!
//! # Why this is right
//!
//! Whoever writes takes the tenant's row first (`SELECT … FOR UPDATE`) and holds it until the commit. So two transactions that write for one
//! tenant never overlap, in whichever processes they run, and under READ COMMITTED each statement behind the lock sees everything that
//! earlier holders committed. What is read behind the lock stays true until the commit, and a decision made on it in Rust is as good as one
//! made by a single writer:
//!
//! - versions: of two PUTs on one version, the second reads the version that the first one made, and is stale;
//! - unique values: who has a value is read, not tried; the primary key of `uniq` would only catch a writer who ignores the lock;
//! - members: whether a member exists is read behind the lock that the deletion of the member takes, too, so no membership outlives its
//!   member or its group;
//! - events: the next number is read from the locked row and written back in the same transaction, so numbers follow the order of commits
//!   and have no gaps, whatever is rolled back;
//! - index tables: whether they are filled for other schemas meanwhile is asked behind the lock, too, since whoever fills them takes it;
//! - deadlocks: the tenant's row is the first lock of every transaction and the only one that others of the tenant want, and no transaction
//!   belongs to two tenants.
//!
//! Should the lock fail to keep writers apart, the numbers of events still do: two transactions that read the same next number write the same
//! row of the log, and the second one starts again.
//!
//! A process that dies or falls silent in the middle loses its connection, or its session times out, and the lock is free again. Engines
//! that decide at the commit instead of locking report 40001, and the transaction is tried again.
//!
//! # Round trips
//!
//! The writes of a transaction are decided in *waves*: what they depend on is read at once, they are decided one after another on what was
//! read and on what the earlier ones changed, and the differences are stored at once. A deletion is a wave of its own, since what it does to
//! groups is not followed any further. The lock travels with the first reading and the commit with the last storing: two round trips for a
//! batch without deletions.
//!
//! # A lost answer
//!
//! When the connection is lost during the commit, nobody knows what came of it. The last event of a transaction carries a mark that no other
//! transaction has. The next try takes the tenant's lock, which the lost transaction held until its end, and looks for the mark: if it is
//! there, everything was committed and the answers stand; if not, nothing was.

mod facts;
mod tracked;

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use futures_util::join;
use scimkit_sql::postgres;
use scimkit_store::{Answer, Document, StoreError, Write, Written};

use self::facts::{Facts, Log};
use crate::{
    database::Inner,
    error::{ErrorKind, Trouble, from_driver},
    session::Session,
};

/// What a transaction would have come to whose commit got no answer.
#[derive(Debug, Default)]
pub(crate) struct Doubt(Mutex<Option<Unanswered>>);

#[derive(Debug)]
struct Unanswered {
    /// The number and the mark of its last event.
    seq: i64,
    mark: String,
    answers: Vec<Answer<Written>>,
}

impl Doubt {
    pub(crate) fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Unanswered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the doubt; gives the answers.
    fn close(&self) -> Vec<Answer<Written>> {
        self.lock()
            .take()
            .map(|lost| lost.answers)
            .unwrap_or_default()
    }

    /// Whether the transaction in doubt was committed. Right only behind the lock of the tenant.
    async fn was_committed(&self, session: &Session, tid: i64) -> Result<bool, Trouble> {
        let lost = self
            .lock()
            .as_ref()
            .map(|lost| (lost.seq, lost.mark.clone()));
        let Some((seq, mark)) = lost else {
            return Ok(false);
        };
        let found = session
            .one(postgres::WAS_COMMITTED, &[&tid, &seq, &mark])
            .await?;
        Ok(found.is_some())
    }
}

/// Does writes in one transaction, each with its own outcome: one that is refused leaves no trace. Fails if the transaction does; what is
/// then in doubt stays in `doubt` for the next try.
pub(crate) async fn write_together(
    inner: &Inner,
    tid: i64,
    writes: &[Write],
    doubt: &Doubt,
) -> Result<Vec<Answer<Written>>, Trouble> {
    let session = inner.open_transaction(postgres::BEGIN_WRITE).await?;
    match attempt(inner, &session, tid, writes, doubt).await {
        Ok(Outcome::Committed(answers)) => {
            session.done();
            Ok(answers)
        }
        Ok(Outcome::NothingToWrite(answers)) => {
            session.undo().await;
            Ok(answers)
        }
        Err(trouble) => {
            session.undo().await;
            Err(trouble)
        }
    }
}

enum Outcome {
    Committed(Vec<Answer<Written>>),
    NothingToWrite(Vec<Answer<Written>>),
}

async fn attempt(
    inner: &Inner,
    session: &Session,
    tid: i64,
    writes: &[Write],
    doubt: &Doubt,
) -> Result<Outcome, Trouble> {
    let mut waves = waves(writes);
    let mut wave = waves.next().unwrap_or_default();
    let (locked, entered, was_committed, facts) = join!(
        async { session.one(postgres::LOCK_TENANT, &[&tid]).await },
        session.enter(tid, &inner.coverage),
        doubt.was_committed(session, tid),
        Facts::load(session, tid, &inner.indexes, wave)
    );
    let next_seq = locked?
        .ok_or(StoreError::Gone)?
        .try_get(0)
        .map_err(from_driver)?;
    entered?;
    let was_committed = was_committed?;
    let lost = doubt.close();
    if was_committed {
        return Ok(Outcome::NothingToWrite(lost));
    }
    let mut facts = facts?;
    let mut log = Log::starting_with(next_seq);
    let mut answers = Vec::with_capacity(writes.len());
    loop {
        answers.extend(wave.iter().map(|write| facts.apply(write, &mut log)));
        let Some(next) = waves.next() else { break };
        wave = next;
        let (stored, loaded) = join!(
            facts.store(session, tid),
            Facts::load(session, tid, &inner.indexes, wave)
        );
        stored?;
        facts = loaded?;
    }
    let Some(last) = log.last() else {
        return Ok(Outcome::NothingToWrite(answers));
    };
    let mark = next_mark(inner);
    *doubt.lock() = Some(Unanswered {
        seq: last,
        mark: mark.clone(),
        answers,
    });
    let (stored, logged, committed) = join!(
        facts.store(session, tid),
        log.store(session, tid, &mark),
        session.commit()
    );
    match stored.and(logged).and(committed) {
        Ok(()) => Ok(Outcome::Committed(doubt.close())),
        Err(trouble) => {
            if !is_unanswered(&trouble) {
                doubt.close();
            }
            Err(trouble)
        }
    }
}

/// Whether this may hide a commit that was done. In every other case the server has said that it was not.
const fn is_unanswered(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Failed(error) if matches!(error.kind(), ErrorKind::Unreachable))
}

fn waves(writes: &[Write]) -> impl Iterator<Item = &[Write]> {
    let stays = |write: &Write| !matches!(write.document, Document::Delete);
    writes.chunk_by(move |one, next| stays(one) && stays(next))
}

fn next_mark(inner: &Inner) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", inner.mark, NEXT.fetch_add(1, Ordering::Relaxed))
}
