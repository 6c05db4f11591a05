use std::{fmt, sync::Mutex};

use scimkit_schema::{Clock, IdSource, ResourceId};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::SystemClock;

/// Ids that are UUIDs of version 7 ([RFC 9562 §5.7](https://www.rfc-editor.org/rfc/rfc9562#section-5.7)): the time in milliseconds, a
/// counter, and 32 random bits.
///
/// The ids of one `UuidV7Ids` ascend strictly, as values and as text, also when its clock stands still or goes back. Those of two
/// processes differ by their random bits. They tell when they were made, so an id is no secret.
///
/// ```
/// use scimkit_schema::IdSource;
/// use scimkit_system::{SystemClock, UuidV7Ids};
///
/// let ids = UuidV7Ids::new(SystemClock);
/// assert!(ids.next_id() < ids.next_id());
/// ```
pub struct UuidV7Ids<C = SystemClock> {
    clock: C,
    context: Mutex<ContextV7>,
}

impl<C: Clock> UuidV7Ids<C> {
    /// Ids that carry the time of `clock`; a time before 1970 counts as its start.
    #[must_use]
    pub const fn new(clock: C) -> Self {
        Self {
            clock,
            context: Mutex::new(ContextV7::new()),
        }
    }
}

impl<C: Clock> IdSource for UuidV7Ids<C> {
    /// # Panics
    /// When the operating system has no random numbers to give.
    #[expect(
        clippy::expect_used,
        reason = "the text of a UUID is 36 hexadecimal digits and hyphens, which is always an id"
    )]
    fn next_id(&self) -> ResourceId {
        let micros = u64::try_from(self.clock.now().unix_micros()).unwrap_or(0);
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
        let timestamp = Timestamp::from_unix(&self.context, micros / 1_000_000, nanos);
        let text = Uuid::new_v7(timestamp).hyphenated().to_string();
        ResourceId::new(&text).expect("a UUID is an id")
    }
}

/// Ids of the machine's clock.
impl Default for UuidV7Ids {
    fn default() -> Self {
        Self::new(SystemClock)
    }
}

impl<C: fmt::Debug> fmt::Debug for UuidV7Ids<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UuidV7Ids")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::DateTime;
    use std::{collections::BTreeSet, sync::atomic::AtomicI64, sync::atomic::Ordering, thread};

    /// Moves by `step` microseconds at every look.
    struct Steps {
        at: AtomicI64,
        step: i64,
    }

    impl Clock for Steps {
        fn now(&self) -> DateTime {
            DateTime::from_unix_micros(self.at.fetch_add(self.step, Ordering::Relaxed))
        }
    }

    fn ids(start: i64, step: i64) -> Vec<ResourceId> {
        let at = AtomicI64::new(start);
        let ids = UuidV7Ids::new(Steps { at, step });
        (0..2_000).map(|_| ids.next_id()).collect()
    }

    #[test]
    fn they_ascend_whatever_the_clock_does() {
        for (start, step) in [
            (1_767_600_000_000_000, 700),
            (1_767_600_000_000_000, 0),
            (1_767_600_000_000_000, -1_500_000),
            (-5, 0),
        ] {
            let ids = ids(start, step);
            assert!(ids.is_sorted_by(|a, b| a < b), "{start} {step}");
        }
    }

    #[test]
    fn they_carry_the_time_of_the_clock() {
        // 2026-01-05T08:00:00Z is 0x019b8d2b8c00 milliseconds after 1970.
        for id in ids(1_767_600_000_000_000, 0) {
            assert!(id.as_str().starts_with("019b8d2b-8c00-7"), "{id}");
        }
    }

    #[test]
    fn threads_never_share_one() {
        let ids = UuidV7Ids::default();
        let all: Vec<ResourceId> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..500).map(|_| ids.next_id()).collect::<Vec<_>>()))
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 2_000);
    }
}
