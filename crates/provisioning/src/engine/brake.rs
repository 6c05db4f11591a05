use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use futures_util::{StreamExt, stream::FuturesOrdered};
use scimkit_client::{Error, ErrorKind};

use super::{
    activity::Activity,
    run::OUTAGES,
    trouble::{is_of_target, pause},
};

/// A request that is sent once it is polled.
pub(super) type Request<'r, O> = Pin<Box<dyn Future<Output = O> + Send + 'r>>;

/// Sends requests side by side until the target, or a person, wants no more of them: then those that wait are not sent.
pub(super) struct Brake<'e> {
    activity: &'e Activity,
    /// How many requests are under way at once.
    at_once: usize,
    is_pulled: AtomicBool,
    /// How many requests failed after another for reasons of the target.
    outages: AtomicU32,
}

/// What a failed request means for the next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cause {
    /// The target wants no more requests now, or none with this credential.
    Ends,
    /// The target is in trouble.
    Target,
    /// It is about the one object.
    Object,
}

impl Cause {
    pub(super) fn of(error: &Error) -> Self {
        if *error.kind() == ErrorKind::Unauthorized || pause(error).is_some() {
            Self::Ends
        } else if is_of_target(error) {
            Self::Target
        } else {
            Self::Object
        }
    }
}

impl<'e> Brake<'e> {
    pub(super) const fn new(activity: &'e Activity, at_once: usize, outages: u32) -> Self {
        Self {
            activity,
            at_once,
            is_pulled: AtomicBool::new(false),
            outages: AtomicU32::new(outages),
        }
    }

    /// The answers in the order of the requests; none for one that was not sent.
    pub(super) async fn all<O: Send>(
        &self,
        requests: Vec<Request<'_, O>>,
        cause: fn(&O) -> Option<Cause>,
    ) -> Vec<Option<O>> {
        let mut under_way = FuturesOrdered::new();
        let mut answers = Vec::with_capacity(requests.len());
        let mut waiting = requests.into_iter();
        loop {
            while under_way.len() < self.at_once
                && let Some(request) = waiting.next()
            {
                under_way.push_back(self.sent(request, cause));
            }
            match under_way.next().await {
                Some(answer) => answers.push(answer),
                None => return answers,
            }
        }
    }

    async fn sent<O>(&self, request: Request<'_, O>, cause: fn(&O) -> Option<Cause>) -> Option<O> {
        if self.is_pulled.load(Ordering::Relaxed) || self.activity.is_stopping() {
            return None;
        }
        let answer = request.await;
        self.feel(cause(&answer));
        Some(answer)
    }

    fn feel(&self, cause: Option<Cause>) {
        let is_over = match cause {
            Some(Cause::Ends) => true,
            Some(Cause::Target) => self.outages.fetch_add(1, Ordering::Relaxed) + 1 >= OUTAGES,
            Some(Cause::Object) | None => {
                self.outages.store(0, Ordering::Relaxed);
                false
            }
        };
        if is_over {
            self.is_pulled.store(true, Ordering::Relaxed);
        }
    }
}
