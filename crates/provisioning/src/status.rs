use std::fmt;

use scimkit_schema::DateTime;
use serde::{Deserialize, Serialize};

use crate::Quarantine;

/// The state of provisioning, as a status panel shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// Whether provisioning is on.
    pub provisioning: Provisioning,
    /// How far it has come.
    pub state: CycleState,
    /// Why it is left alone most of the time, if it is.
    pub quarantine: Option<Quarantine>,
    /// How much of the running cycle is done; 100 when none runs and one has completed.
    pub percent: u8,
    /// How many users of the target are ours.
    pub users: usize,
    /// How many groups of the target are ours.
    pub groups: usize,
    /// When the last complete cycle ended.
    pub last_completed: Option<DateTime>,
    /// How long the last complete cycle took, in seconds.
    pub last_duration_seconds: Option<u64>,
    /// Since when every cycle came to its end.
    pub steady_state_since: Option<DateTime>,
    /// From the due time of one cycle to the next, in seconds.
    pub interval_seconds: u32,
    /// When the next cycle is due.
    pub next_cycle_at: Option<DateTime>,
    /// When the token ends, if it is known.
    pub token_expires_at: Option<DateTime>,
    /// How many objects could not be brought over.
    pub open_failures: usize,
    /// How many objects and memberships are left out on purpose.
    pub skipped: usize,
    /// How many references wait for what they point to.
    pub deferred_references: usize,
    /// How many cycles failed since the last one that came to its end.
    pub failed_in_a_row: u32,
    /// Why the last cycle did not come to its end.
    pub last_error: Option<Box<str>>,
}

/// Whether provisioning is on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Provisioning {
    /// No cycle runs.
    #[default]
    Off,
    /// Cycles run when they are due.
    On,
    /// No cycle runs, since the job was in quarantine for 28 days. [`Engine::start`](crate::Engine::start) switches it on again.
    Disabled,
}

/// The state of a job, in one word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum JobState {
    /// It was in quarantine for 28 days, and was switched off.
    Disabled,
    /// It has not brought everything over once.
    Initial,
    /// It brings over what changes.
    Incremental,
    /// It is switched off.
    Off,
    /// It is left alone most of the time, because its cycles do not work.
    Quarantined,
}

impl Status {
    /// The state of the job, in one word.
    #[must_use]
    pub const fn job(&self) -> JobState {
        match (self.provisioning, &self.quarantine, self.state) {
            (Provisioning::Off, _, _) => JobState::Off,
            (Provisioning::Disabled, _, _) => JobState::Disabled,
            (Provisioning::On, Some(_), _) => JobState::Quarantined,
            (Provisioning::On, None, CycleState::NotRun | CycleState::InitialRunning) => {
                JobState::Initial
            }
            (Provisioning::On, None, _) => JobState::Incremental,
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Disabled => "disabled",
            Self::Initial => "initial",
            Self::Incremental => "incremental",
            Self::Off => "off",
            Self::Quarantined => "quarantined",
        })
    }
}

/// How far provisioning has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CycleState {
    /// No cycle has completed, and none runs.
    NotRun,
    /// The initial cycle runs.
    InitialRunning,
    /// The initial cycle has completed.
    InitialCompleted,
    /// An incremental cycle runs.
    IncrementalRunning,
    /// An incremental cycle has completed.
    IncrementalCompleted,
}

impl fmt::Display for CycleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotRun => "no cycle has run yet",
            Self::InitialRunning => "initial cycle running",
            Self::InitialCompleted => "initial cycle completed",
            Self::IncrementalRunning => "incremental cycle running",
            Self::IncrementalCompleted => "incremental cycle completed",
        })
    }
}

impl fmt::Display for Provisioning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Off => "OFF",
            Self::On => "ON",
            Self::Disabled => "DISABLED",
        })
    }
}
