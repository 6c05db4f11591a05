use std::{
    collections::VecDeque,
    future::Future,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_channel::oneshot;
use scimkit_store::{Answer, StoreError, Write, Written};

use crate::{
    database::Inner,
    error::{Error, ErrorKind},
    transaction::{Doubt, write_together},
};

/// The writes of one tenant in this process. What is queued while a transaction runs goes into the next one together, so that many writes
/// share the tenant's lock and the wait for the disk; each is told its outcome only when the database has it.
#[derive(Debug)]
pub(crate) struct Queue {
    tid: i64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Whether somebody takes from the queue.
    is_served: bool,
}

/// Writes that one caller waits for.
#[derive(Debug)]
struct Job {
    writes: Vec<Write>,
    done: oneshot::Sender<Vec<Answer<Written>>>,
}

impl Queue {
    pub(crate) fn new(tid: i64) -> Self {
        Self {
            tid,
            state: Mutex::default(),
        }
    }

    pub(crate) const fn tid(&self) -> i64 {
        self.tid
    }

    /// Queues writes. They are done even if the future is dropped.
    pub(crate) fn submit(
        self: &Arc<Self>,
        inner: &Arc<Inner>,
        writes: Vec<Write>,
    ) -> impl Future<Output = Vec<Answer<Written>>> + Send + 'static {
        let asked = writes.len();
        let answers = self.enqueue(inner, writes);
        async move {
            let all = |error: fn() -> StoreError| (0..asked).map(|_| Err(error())).collect();
            match answers {
                Some(answers) => answers.await.unwrap_or_else(|_| all(given_up)),
                None => all(|| StoreError::Busy),
            }
        }
    }

    fn enqueue(
        self: &Arc<Self>,
        inner: &Arc<Inner>,
        writes: Vec<Write>,
    ) -> Option<oneshot::Receiver<Vec<Answer<Written>>>> {
        let (done, answers) = oneshot::channel();
        let mut state = self.lock();
        if state.waiting.len() >= QUEUE {
            return None;
        }
        state.waiting.push_back(Job { writes, done });
        if !mem::replace(&mut state.is_served, true) {
            drop(inner.spawn(serve(self.clone(), inner.clone())));
        }
        Some(answers)
    }

    /// What goes into the next transaction; nothing when the queue is empty and needs no server any more.
    fn next_batch(&self) -> Vec<Job> {
        let mut state = self.lock();
        let mut batch = Vec::new();
        let mut writes = 0;
        while writes < BATCH
            && let Some(job) = state.waiting.pop_front()
        {
            writes += job.writes.len();
            batch.push(job);
        }
        state.is_served = !batch.is_empty();
        batch
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(queue: Arc<Queue>, inner: Arc<Inner>) {
    loop {
        gather(&queue).await;
        let batch = queue.next_batch();
        if batch.is_empty() {
            return;
        }
        // In a task of its own, so that a panic takes this batch along and not the queue.
        let _ = inner.spawn(run(inner.clone(), queue.tid, batch)).await;
    }
}

/// Lets whoever was just answered, or came at the same time, bring a write: those who work in step would else be answered by turns, in
/// twice as many transactions. Nobody waits for somebody who has nothing to bring.
async fn gather(queue: &Queue) {
    let mut came = 0;
    loop {
        tokio::task::yield_now().await;
        let waiting = queue.lock().waiting.len();
        if waiting == came || waiting >= BATCH {
            return;
        }
        came = waiting;
    }
}

async fn run(inner: Arc<Inner>, tid: i64, batch: Vec<Job>) {
    let mut writes = Vec::new();
    let mut callers = Vec::with_capacity(batch.len());
    for job in batch {
        callers.push((job.writes.len(), job.done));
        writes.extend(job.writes);
    }
    let mut answers = decided(&inner, tid, writes).await.into_iter();
    for (count, done) in callers {
        // The caller may have gone away.
        let _ = done.send(answers.by_ref().take(count).collect());
    }
}

/// All writes in one transaction; one by one if the database does not take them together, since then one of them may be why.
async fn decided(inner: &Inner, tid: i64, writes: Vec<Write>) -> Vec<Answer<Written>> {
    let together = tried(inner, tid, &writes).await;
    let error = match together {
        Ok(answers) => return answers,
        Err(error) => error,
    };
    if writes.len() == 1 || error.is_passing() || *error.kind() == ErrorKind::InDoubt {
        return writes.iter().map(|_| Err(error.clone().into())).collect();
    }
    let mut answers = Vec::with_capacity(writes.len());
    for write in &writes {
        let alone = tried(inner, tid, std::slice::from_ref(write)).await;
        let alone = alone.map(|mut answers| answers.pop());
        answers.push(match alone {
            Ok(Some(answer)) => answer,
            Ok(None) => Err(given_up()),
            Err(error) => Err(error.into()),
        });
    }
    answers
}

/// One transaction, tried until it is known to be done or not to be.
async fn tried(inner: &Inner, tid: i64, writes: &[Write]) -> Result<Vec<Answer<Written>>, Error> {
    let doubt = Doubt::default();
    let done = inner
        .backoff
        .retried(|| write_together(inner, tid, writes, &doubt))
        .await;
    done.map_err(|trouble| {
        if doubt.is_open() {
            Error::with_source(ErrorKind::InDoubt, trouble.into_error())
        } else {
            trouble.into_error()
        }
    })
}

fn given_up() -> StoreError {
    Error::new(ErrorKind::GivenUp).into()
}

/// How many callers may wait; beyond it the store is busy.
const QUEUE: usize = 10_000;

/// How many writes share one transaction, if each caller brings one.
const BATCH: usize = 500;
