//! What one cycle leaves for the next.

use scimkit_schema::DateTime;
use serde::{Deserialize, Serialize};

/// The row that a cycle leaves behind.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct CycleRecord {
    /// How many cycles came to their end.
    pub(crate) completed: u64,
    #[serde(with = "crate::text::option")]
    pub(crate) last_completed: Option<DateTime>,
    pub(crate) last_duration_seconds: Option<u64>,
    #[serde(with = "crate::text::option")]
    pub(crate) steady_state_since: Option<DateTime>,
    pub(crate) last_error: Option<Box<str>>,
    /// How many cycles failed since the last one that came to its end.
    #[serde(default)]
    pub(crate) failed_in_a_row: u32,
}

/// When the cycle after the one that was due at `due` is due: whole intervals later, and not before `now`, so that cycles that were missed do
/// not bunch.
pub(crate) fn next_due(due: &DateTime, interval_seconds: u32, now: &DateTime) -> DateTime {
    let interval = i64::from(interval_seconds.max(1));
    let late = now.unix_micros().saturating_sub(due.unix_micros()) / 1_000_000;
    let missed = late.max(0) / interval;
    due.plus_seconds(interval.saturating_mul(missed + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_keep_their_rhythm_and_do_not_bunch() {
        let at = |minutes: i64| DateTime::from_unix_micros(minutes * 60_000_000);
        let next = |due, now| next_due(&at(due), 2_400, &at(now));
        assert_eq!(next(0, 0), at(40));
        assert_eq!(next(0, 39), at(40));
        assert_eq!(next(0, 45), at(80));
        assert_eq!(next(40, 45), at(80));
        assert_eq!(next(0, 1_000), at(1_040));
        assert_eq!(next(10, 0), at(50));
    }
}
