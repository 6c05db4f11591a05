use std::{
    future::Future,
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, Receiver, SyncSender, TrySendError},
    thread::{self, JoinHandle},
};

use futures_channel::oneshot;
use rusqlite::Connection;
use scimkit_store::{Answer, StoreError};

use crate::error::{Error, ErrorKind, from_driver};

/// The one thread that writes. What is queued while it works goes into the next transaction together, so that many writes share one
/// wait for the disk; each is told its outcome only when the disk has it.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

type Job = Box<dyn Queued>;

/// A piece of work and whoever waits for it.
trait Queued: Send {
    /// Does the work inside the transaction; again, if the transaction was undone.
    fn run(&mut self, connection: &Connection) -> State;

    /// Tells the caller, once it is known whether the transaction is on disk.
    fn tell(self: Box<Self>, committed: Result<(), Error>);
}

/// What a piece of work leaves behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// All that it was to do, or nothing.
    Whole,
    /// Perhaps a part of it.
    Broken,
}

struct Task<T, W> {
    work: W,
    /// None until it ran.
    answer: Option<Answer<T>>,
    waiting: oneshot::Sender<Answer<T>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection) -> Result<Self, Error> {
        let (queue, jobs) = mpsc::sync_channel(QUEUE);
        let thread = thread::Builder::new()
            .name("scimkit-sqlite-writer".into())
            .spawn(move || run(&connection, &jobs));
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread.map_err(Error::other)?),
        })
    }

    /// Queues a piece of work; the future is ready when its outcome is on disk. The work is done even if the future is dropped.
    ///
    /// Work that fails or panics leaves nothing behind, and the work beside it in the transaction is not touched: if it had changed
    /// something, all of them are undone and done again, each in a transaction of its own.
    pub(crate) fn submit<T, W>(&self, work: W) -> impl Future<Output = Answer<T>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnMut(&Connection) -> Answer<T> + Send + 'static,
    {
        let (waiting, receiver) = oneshot::channel();
        let job: Job = Box::new(Task {
            work,
            answer: None,
            waiting,
        });
        let queued = match self.queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(StoreError::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(given_up()),
        };
        async move {
            queued?;
            receiver.await.unwrap_or_else(|_| Err(given_up()))
        }
    }
}

impl<T, W> Queued for Task<T, W>
where
    T: Send,
    W: FnMut(&Connection) -> Answer<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> State {
        let before = connection.total_changes();
        let work = AssertUnwindSafe(|| (self.work)(connection));
        let answer = catch_unwind(work).unwrap_or_else(|_| Err(given_up()));
        let is_lost = connection.is_autocommit();
        let is_untouched = connection.total_changes() == before;
        let is_whole = !is_lost && (answer.is_ok() || is_untouched);
        self.answer =
            Some(answer.and_then(|value| if is_lost { Err(given_up()) } else { Ok(value) }));
        if is_whole {
            State::Whole
        } else {
            State::Broken
        }
    }

    fn tell(self: Box<Self>, committed: Result<(), Error>) {
        let Self {
            answer, waiting, ..
        } = *self;
        let answer = match (answer, committed) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(given_up()),
        };
        // The caller may have gone away.
        let _ = waiting.send(answer);
    }
}

/// Waits until everything queued is on disk.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self
            .thread
            .take()
            .filter(|thread| thread.thread().id() != thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut batch: Vec<_> = iter::once(first)
            .chain(jobs.try_iter().take(BATCH - 1))
            .collect();
        match commit(connection, &mut batch) {
            Ok(State::Whole) => tell(batch, &Ok(())),
            Err(error) => tell(batch, &Err(error)),
            Ok(State::Broken) => {
                for job in batch {
                    let mut alone = vec![job];
                    let committed = commit(connection, &mut alone).map(|_| ());
                    tell(alone, &committed);
                }
            }
        }
    }
}

/// Does some work in one transaction and commits it, or undoes all of it.
fn commit(connection: &Connection, jobs: &mut [Job]) -> Result<State, Error> {
    let run = |sql| connection.execute_batch(sql).map_err(from_driver);
    run("BEGIN IMMEDIATE")?;
    for job in jobs {
        if job.run(connection) == State::Broken {
            // After some failures, such as a full disk, SQLite has undone everything by itself.
            if !connection.is_autocommit() {
                run("ROLLBACK")?;
            }
            return Ok(State::Broken);
        }
    }
    let committed = run("COMMIT");
    if committed.is_err() && !connection.is_autocommit() {
        let _ = run("ROLLBACK");
    }
    committed.map(|()| State::Whole)
}

fn tell(jobs: Vec<Job>, committed: &Result<(), Error>) {
    for job in jobs {
        // Telling wakes foreign code, whose panic is not this thread's.
        let _ = catch_unwind(AssertUnwindSafe(|| job.tell(committed.clone())));
    }
}

fn given_up() -> StoreError {
    Error::new(ErrorKind::GivenUp).into()
}

/// How many jobs may wait; beyond it the store is busy.
const QUEUE: usize = 10_000;

/// How many jobs share one transaction at most.
const BATCH: usize = 500;

#[cfg(test)]
mod tests;
