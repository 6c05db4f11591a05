use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::request::Parts;
use scimkit_schema::Clock;

use crate::{Access, Authenticator, Denied};

/// Lets each tenant in only so often, and only so many requests of it at once: those past that are answered with 429 and `Retry-After`.
///
/// A request counts once its credential was found good, so that nobody can use up a tenant's share from outside. Each operation of a bulk
/// request counts as one: all of them are done, and the next request waits for as long as they would have taken. Tenants that
/// [`Access::tenant`] does not tell apart share one allowance.
///
/// ```
/// use std::{num::NonZeroU32, sync::Arc};
/// use scimkit_server::{Authenticator, RateLimited};
///
/// fn limited<A: Authenticator>(inner: A, clock: Arc<dyn scimkit_schema::Clock>) -> RateLimited<A> {
///     RateLimited::new(inner, clock).with_rate(NonZeroU32::new(50).unwrap(), NonZeroU32::new(100).unwrap())
/// }
/// ```
pub struct RateLimited<A> {
    inner: A,
    clock: Arc<dyn Clock>,
    /// Microseconds between two requests at the sustained rate.
    interval: i64,
    /// How far ahead of the clock a tenant may be, in microseconds.
    ahead: i64,
    /// How many requests of a tenant may be under way.
    at_once: u32,
    shares: Arc<Shares>,
}

/// What each tenant has used.
type Shares = Mutex<BTreeMap<Option<Box<str>>, Share>>;

#[derive(Default)]
struct Share {
    /// When the allowance is whole again, in microseconds of Unix time.
    whole: i64,
    /// How many requests are under way.
    running: u32,
}

const SECOND: i64 = 1_000_000;

impl<A: Authenticator> RateLimited<A> {
    /// For each tenant 50 requests a second, 100 after a pause, and 100 under way.
    #[must_use]
    pub fn new(inner: A, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            clock,
            interval: SECOND / 50,
            ahead: 99 * (SECOND / 50),
            at_once: 100,
            shares: Arc::default(),
        }
    }

    /// The same with `per_second` requests a second in the long run, at most a million, and `burst` after a pause.
    #[must_use]
    pub fn with_rate(mut self, per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        self.interval = (SECOND / i64::from(per_second.get())).max(1);
        self.ahead = i64::from(burst.get() - 1) * self.interval;
        self
    }

    /// The same with at most `at_once` requests of a tenant under way.
    #[must_use]
    pub const fn with_concurrency(mut self, at_once: NonZeroU32) -> Self {
        self.at_once = at_once.get();
        self
    }

    /// Takes one request off the tenant's allowance.
    fn take(&self, tenant: Option<&str>) -> Result<Ticket, Denied> {
        let now = self.clock.now().unix_micros();
        let name = tenant.map(Box::from);
        let mut shares = lock(&self.shares);
        let share = shares.entry(name.clone()).or_default();
        if share.running >= self.at_once {
            return Err(Denied::TooMany {
                limit: "at once",
                retry_after: NonZeroU32::MIN,
            });
        }
        let from = now.max(share.whole);
        let missing = from - now - self.ahead;
        if missing > 0 {
            let seconds = (missing + SECOND - 1) / SECOND;
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            return Err(Denied::TooMany {
                limit: "per second",
                retry_after: NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN),
            });
        }
        share.whole = from + self.interval;
        share.running += 1;
        Ok(Ticket {
            shares: self.shares.clone(),
            tenant: name,
            interval: self.interval,
        })
    }
}

/// A request under way, as its tenant's allowance sees it.
pub(crate) struct Ticket {
    shares: Arc<Shares>,
    tenant: Option<Box<str>>,
    interval: i64,
}

impl Ticket {
    /// Counts the request as `more` further ones.
    pub(crate) fn charge(&self, more: usize) {
        let more = i64::try_from(more).unwrap_or(i64::MAX);
        if let Some(share) = lock(&self.shares).get_mut(&self.tenant) {
            share.whole = share
                .whole
                .saturating_add(more.saturating_mul(self.interval));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(share) = lock(&self.shares).get_mut(&self.tenant) {
            share.running = share.running.saturating_sub(1);
        }
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").finish_non_exhaustive()
    }
}

fn lock(shares: &Shares) -> MutexGuard<'_, BTreeMap<Option<Box<str>>, Share>> {
    shares.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<A: Authenticator> Authenticator for RateLimited<A> {
    type Store = A::Store;

    async fn authenticate(&self, head: &Parts) -> Result<Access<A::Store>, Denied> {
        let access = self.inner.authenticate(head).await?;
        let ticket = self.take(access.tenant.as_deref())?;
        Ok(access.with_ticket(ticket))
    }
}

impl<A: fmt::Debug> fmt::Debug for RateLimited<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimited")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
