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

use crate::{
    ask::Ask,
    error::{Error, ErrorKind, from_driver},
};

/// The one thread that writes. What is queued while it works goes into the next transaction together, so that many writes share one
/// wait for the disk; each is told its outcome only when the disk has it.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// Does its work on a connection inside the transaction, or learns that there is none.
type Job = Box<dyn FnOnce(Result<&Connection, Error>) -> Told + Send>;

/// Tells the caller, once it is known whether the transaction is on disk.
type Told = Box<dyn FnOnce(Result<(), Error>)>;

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
    /// Work that fails or panics leaves nothing behind, and the work beside it in the transaction is not touched.
    pub(crate) fn submit<T, W>(&self, work: W) -> impl Future<Output = Answer<T>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Answer<T> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let answer = connection
                .map_err(StoreError::from)
                .and_then(|connection| isolated(connection, || work(connection)));
            Box::new(move |committed| {
                // The caller may have gone away.
                let _ = sender.send(
                    answer.and_then(|value| committed.map(|()| value).map_err(StoreError::from)),
                );
            })
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

/// Runs a piece of work so that its failure undoes it and nothing else.
pub(crate) fn isolated<T>(connection: &Connection, work: impl FnOnce() -> Answer<T>) -> Answer<T> {
    if connection.is_autocommit() {
        // The transaction is lost, and a savepoint would be one of its own.
        return Err(given_up());
    }
    connection.change("SAVEPOINT work", [])?;
    let answer = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(given_up()));
    // After some failures, such as a full disk, SQLite has rolled everything back by itself.
    if !connection.is_autocommit() {
        if answer.is_err() {
            connection.change("ROLLBACK TO work", [])?;
        }
        connection.change("RELEASE work", [])?;
    }
    answer
}

fn run(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let batch = iter::once(first).chain(jobs.try_iter().take(BATCH - 1));
        let (told, committed) = commit_together(connection, batch);
        for tell in told {
            // Telling wakes foreign code, whose panic is not this thread's.
            let _ = catch_unwind(AssertUnwindSafe(|| tell(committed.clone())));
        }
    }
}

fn commit_together(
    connection: &Connection,
    batch: impl Iterator<Item = Job>,
) -> (Vec<Told>, Result<(), Error>) {
    let begun = connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(from_driver);
    // A failure can end the transaction for all of them: nothing may run outside of it.
    let alive = || match &begun {
        Ok(()) if connection.is_autocommit() => Err(Error::new(ErrorKind::GivenUp)),
        begun => begun.clone(),
    };
    let told = batch.map(|job| job(alive().map(|()| connection))).collect();
    let committed = alive().and_then(|()| connection.execute_batch("COMMIT").map_err(from_driver));
    if committed.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    (told, committed)
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
