use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use http::request::Parts;
use scimkit_schema::Clock;

use crate::{Access, Authenticator, Denied};

/// Lets each tenant in only so often: requests past that are answered with 429 and `Retry-After`.
///
/// A request counts once its credential was found good, so that nobody can use up a tenant's share from outside. Tenants that [`Access::tenant`]
/// does not tell apart share one allowance.
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
    /// When each tenant's allowance is whole again, in microseconds of Unix time.
    whole: Mutex<BTreeMap<Option<Box<str>>, i64>>,
}

const SECOND: i64 = 1_000_000;

impl<A: Authenticator> RateLimited<A> {
    /// 50 requests a second for each tenant, and 100 at once.
    #[must_use]
    pub fn new(inner: A, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            clock,
            interval: SECOND / 50,
            ahead: 99 * (SECOND / 50),
            whole: Mutex::default(),
        }
    }

    /// The same with `per_second` requests a second in the long run, at most a million, and `at_once` after a pause.
    #[must_use]
    pub fn with_rate(mut self, per_second: NonZeroU32, at_once: NonZeroU32) -> Self {
        self.interval = (SECOND / i64::from(per_second.get())).max(1);
        self.ahead = i64::from(at_once.get() - 1) * self.interval;
        self
    }

    /// Takes one request off the tenant's allowance.
    fn take(&self, tenant: Option<&str>) -> Result<(), Denied> {
        let now = self.clock.now().unix_micros();
        let mut tenants = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = tenants.entry(tenant.map(Into::into)).or_insert(now);
        let from = now.max(*whole);
        let missing = from - now - self.ahead;
        if missing > 0 {
            let seconds = (missing + SECOND - 1) / SECOND;
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            return Err(Denied::TooMany {
                retry_after: NonZeroU32::new(seconds).unwrap_or(NonZeroU32::MIN),
            });
        }
        *whole = from + self.interval;
        Ok(())
    }
}

impl<A: Authenticator> Authenticator for RateLimited<A> {
    type Store = A::Store;

    async fn authenticate(&self, head: &Parts) -> Result<Access<A::Store>, Denied> {
        let access = self.inner.authenticate(head).await?;
        self.take(access.tenant.as_deref())?;
        Ok(access)
    }
}

impl<A: fmt::Debug> fmt::Debug for RateLimited<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimited")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
