use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use scimkit::schema::{Clock, DateTime, IdSource, ResourceId};

/// A clock that only moves when it is told to. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Time(Arc<AtomicI64>);

impl Time {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_767_614_400_000_000)))
    }

    pub(crate) fn micros(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn pass_millis(&self, millis: i64) {
        self.0.fetch_add(millis * 1_000, Ordering::Relaxed);
    }

    /// Lets time pass until `at`, if that is not over.
    pub(crate) fn reach(&self, at: &DateTime) {
        self.0.fetch_max(at.unix_micros(), Ordering::Relaxed);
    }
}

impl Clock for Time {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(self.micros())
    }
}

/// Ids in the order in which they are asked for.
#[derive(Debug)]
pub(crate) struct Numbers {
    prefix: &'static str,
    next: AtomicU64,
}

impl Numbers {
    pub(crate) const fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            next: AtomicU64::new(1),
        }
    }
}

impl IdSource for Numbers {
    fn next_id(&self) -> ResourceId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        ResourceId::new(&format!("{}{number}", self.prefix)).unwrap()
    }
}
