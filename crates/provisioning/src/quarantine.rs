use std::fmt;

use scimkit_schema::DateTime;
use serde::{Deserialize, Serialize};

use crate::{CycleErrorKind, CycleReport, ErrorCode};

/// A job that is left alone most of the time, because its cycles do not work. It leaves quarantine with the first cycle that does, or when
/// somebody restarts it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Quarantine {
    /// Why, in Microsoft's words.
    pub reason: QuarantineReason,
    /// What kind of trouble it is; its [`advice`](ErrorCode::advice) says what to do.
    pub code: ErrorCode,
    /// A sentence about the last attempt.
    pub message: Box<str>,
    /// When the first cycle of the episode failed.
    #[serde(with = "crate::text")]
    pub since: DateTime,
    /// When it is tried again.
    #[serde(with = "crate::text")]
    pub next_attempt: DateTime,
    /// How many cycles have failed in the episode.
    pub attempts: u32,
}

/// Why a job is in quarantine.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub enum QuarantineReason {
    /// Too many objects failed, whatever their share.
    EncounteredBaseEscrowThreshold,
    /// Too large a part of the objects failed.
    EncounteredEscrowProportionThreshold,
    /// The target does not let the engine in, cannot be reached, or is no SCIM service as it should be.
    EncounteredQuarantineException,
    /// Too many objects and references failed or wait.
    EncounteredTotalEscrowThreshold,
    /// The directory cannot be read.
    IngestionInterrupted,
    /// More would be removed than the guard allows.
    TooManyDeletes,
}

/// In Graph's spelling.
impl fmt::Display for QuarantineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Quarantine {
    /// The quarantine after a cycle that failed at `now`; `before` is the one that it was in already.
    pub(crate) fn after(
        before: Option<Self>,
        reason: QuarantineReason,
        code: ErrorCode,
        message: &str,
        now: &DateTime,
    ) -> Self {
        let (since, attempts) = match before {
            Some(before) => (before.since, before.attempts.saturating_add(1)),
            None => (now.clone(), 1),
        };
        Self {
            reason,
            code,
            message: message.into(),
            next_attempt: next_attempt(&since, now),
            since,
            attempts,
        }
    }

    /// Whether it has lasted so long that nobody will mend it any more.
    pub(crate) fn is_hopeless(&self, now: &DateTime) -> bool {
        self.since.plus_seconds(PATIENCE) <= *now
    }
}

/// 6, 12 and 24 hours after the first failure, then every 24 hours.
fn next_attempt(since: &DateTime, now: &DateTime) -> DateTime {
    let over = now.unix_micros().saturating_sub(since.unix_micros()) / 1_000_000;
    let next = match over.max(0) / HOUR {
        0..6 => 6,
        6..12 => 12,
        hours => (hours / 24 + 1) * 24,
    };
    since.plus_seconds(next * HOUR)
}

/// Why a cycle that failed puts its job into quarantine, if it does. `in_a_row` counts the failed cycles with this one.
pub(crate) fn reason(kind: &CycleErrorKind, in_a_row: u32) -> Option<QuarantineReason> {
    let lasts = in_a_row >= PATIENT_CYCLES;
    match kind {
        CycleErrorKind::IgnoresFilter(_)
        | CycleErrorKind::InvalidCredentials(_)
        | CycleErrorKind::Mapping(_) => Some(QuarantineReason::EncounteredQuarantineException),
        CycleErrorKind::Probe(error) => {
            let may_pass = error.may_have_happened() || error.status().is_none();
            let is_web_page = matches!(error.kind(), scimkit_client::ErrorKind::NotScim { .. });
            (!may_pass || is_web_page || lasts)
                .then_some(QuarantineReason::EncounteredQuarantineException)
        }
        CycleErrorKind::TargetTrouble { .. } => {
            lasts.then_some(QuarantineReason::EncounteredQuarantineException)
        }
        CycleErrorKind::Directory(_) | CycleErrorKind::SourceEmpty { .. } => {
            lasts.then_some(QuarantineReason::IngestionInterrupted)
        }
        CycleErrorKind::TooManyDeletes { .. } => Some(QuarantineReason::TooManyDeletes),
        _ => None,
    }
}

/// Why a cycle that came to its end puts its job into quarantine, if it does. Not before many objects failed; references count for less.
pub(crate) fn escrow_reason(report: &CycleReport) -> Option<QuarantineReason> {
    let (failed, objects) = (report.failed, report.objects());
    if failed + report.deferred >= TOTAL_LIMIT {
        Some(QuarantineReason::EncounteredTotalEscrowThreshold)
    } else if failed > BASE_LIMIT {
        Some(QuarantineReason::EncounteredBaseEscrowThreshold)
    } else if failed >= LEAST_FAILURES && failed * 100 > objects * PROPORTION {
        Some(QuarantineReason::EncounteredEscrowProportionThreshold)
    } else {
        None
    }
}

const HOUR: i64 = 3_600;

/// After 28 days, in seconds, the job is disabled.
const PATIENCE: i64 = 28 * 24 * HOUR;

/// How many cycles in a row may fail for what often passes by itself.
const PATIENT_CYCLES: u32 = 3;

const LEAST_FAILURES: usize = 5_000;
const PROPORTION: usize = 40;
const BASE_LIMIT: usize = 40_000;
const TOTAL_LIMIT: usize = 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Phase, report::Counts};

    #[test]
    fn attempts_become_rare() {
        let at = |hours: i64| DateTime::from_unix_micros(hours * 3_600_000_000);
        for (now, expected) in [
            (0, 6),
            (5, 6),
            (6, 12),
            (12, 24),
            (23, 24),
            (24, 48),
            (50, 72),
        ] {
            assert_eq!(next_attempt(&at(0), &at(now)), at(expected), "{now}");
        }
    }

    #[test]
    fn only_many_failures_are_too_many() {
        let reason = |failed, deferred, unchanged| {
            let mut report =
                CycleReport::new("c", Phase::Incremental, DateTime::from_unix_micros(0));
            (report.failed, report.deferred) = (failed, deferred);
            report.users = Counts {
                unchanged,
                ..Counts::default()
            };
            escrow_reason(&report)
        };
        assert_eq!(reason(4_999, 0, 0), None);
        assert_eq!(reason(5_000, 50_000, 7_500), None);
        assert_eq!(
            reason(5_001, 0, 7_500),
            Some(QuarantineReason::EncounteredEscrowProportionThreshold)
        );
        assert_eq!(
            reason(40_001, 0, 9_000_000),
            Some(QuarantineReason::EncounteredBaseEscrowThreshold)
        );
        assert_eq!(
            reason(10_000, 50_000, 9_000_000),
            Some(QuarantineReason::EncounteredTotalEscrowThreshold)
        );
    }
}
