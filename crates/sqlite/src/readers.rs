use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, SyncSender, TrySendError},
    },
    thread::{self, JoinHandle},
};

use futures_channel::oneshot;
use rusqlite::Connection;
use scimkit_store::{Answer, StoreError};

use crate::{
    connection::Location,
    error::{Error, ErrorKind},
};

/// Reads beside the writer: look-ups on the caller's thread, long reads on threads of their own, so that no executor waits for them.
#[derive(Debug)]
pub(crate) struct Readers {
    pool: Arc<Pool>,
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

type Job = Box<dyn FnOnce(&Pool) + Send>;

/// Connections that nobody uses right now.
#[derive(Debug)]
struct Pool {
    location: Location,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn start(location: Location) -> Result<Self, Error> {
        let pool = Arc::new(Pool {
            location,
            idle: Mutex::default(),
        });
        let (queue, jobs) = mpsc::sync_channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let mut readers = Self {
            pool,
            queue: Some(queue),
            threads: Vec::new(),
        };
        for _ in 0..THREADS {
            let (pool, jobs) = (readers.pool.clone(), jobs.clone());
            let thread = thread::Builder::new()
                .name("scimkit-sqlite-reader".into())
                .spawn(move || run(&pool, &jobs));
            readers.threads.push(thread.map_err(Error::other)?);
        }
        Ok(readers)
    }

    /// Reads now, on this thread: for what a few steps in an index answer.
    pub(crate) fn here<T>(&self, work: impl FnOnce(&Connection) -> Answer<T>) -> Answer<T> {
        self.pool.with(work)
    }

    /// Reads on a reader's thread: for whatever may take long.
    pub(crate) fn aside<T, W>(&self, work: W) -> impl Future<Output = Answer<T>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Answer<T> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |pool| {
            // Nobody waits for a dropped future.
            if !sender.is_canceled() {
                let _ = sender.send(pool.with(work));
            }
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

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self
            .threads
            .drain(..)
            .filter(|thread| thread.thread().id() != thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

impl Pool {
    /// Lends a connection. One that the work panicked on does not come back.
    fn with<T>(&self, work: impl FnOnce(&Connection) -> Answer<T>) -> Answer<T> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let free = idle().pop();
        let connection = match free {
            Some(connection) => connection,
            None => self.location.open_reader()?,
        };
        let answer = work(&connection);
        let mut idle = idle();
        if idle.len() < IDLE {
            idle.push(connection);
        }
        answer
    }
}

fn run(pool: &Pool, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // The caller sees that its answer will not come.
        let _ = catch_unwind(AssertUnwindSafe(|| job(pool)));
    }
}

fn given_up() -> StoreError {
    Error::new(ErrorKind::GivenUp).into()
}

/// How many long reads may wait; beyond it the store is busy.
const QUEUE: usize = 500;

/// How many threads read.
const THREADS: usize = 2;

/// How many connections stay open while nobody uses them.
const IDLE: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_can_wait_is_busy() {
        let readers = Readers::start(Location::memory()).unwrap();
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let wait = || {
            let held = held.clone();
            readers.aside(move |_| {
                let _ = held.lock().map(|held| held.recv());
                Ok(())
            })
        };
        let waiting: Vec<_> = (0..=QUEUE + THREADS).map(|_| wait()).collect();
        let outcomes = pollster::block_on(async {
            drop(release);
            let mut outcomes = Vec::new();
            for one in waiting {
                outcomes.push(one.await);
            }
            outcomes
        });
        let busy = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Err(StoreError::Busy)));
        assert!(busy.count() >= 1);
        assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() >= QUEUE);
        assert!(pollster::block_on(readers.aside(|_| Ok(()))).is_ok());
    }
}
