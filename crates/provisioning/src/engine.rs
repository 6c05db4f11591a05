//! Cycles: from what the directory holds to what the target holds.

mod memberships;
mod objects;
mod references;
mod removals;
mod run;
mod trouble;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use scimkit_client::{Client, Transport};
use scimkit_schema::{Clock, DateTime, IdSource, SchemaSet};
use scimkit_store::{StateStore, StoreError};

use self::{run::Run, trouble::Halt};
use crate::{
    Application, CycleEnd, CycleError, CycleErrorKind, CycleReport, CycleState, Directory,
    IssueKind, LogEntry, ObjectKind, OpenIssue, Phase, Progress, Provisioning, Status,
    cycle_record::{CycleRecord, next_due},
    issues::Issues,
    links::Links,
    state::{Batch, Rows},
};

/// Provisions what a directory holds into the target of a saved application.
///
/// It has no thread and no timer: whoever embeds it calls [`run_if_due`](Self::run_if_due) now and then. It can be shared between tasks;
/// of two cycles at once, the second is refused.
///
/// Every step is committed before the next request, so it may be killed at any moment. The next cycle looks up before it creates, and repeats
/// only what can be repeated.
pub struct Engine<D, T, S> {
    application: Application,
    directory: D,
    client: Client<T>,
    state: S,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    target: SchemaSet,
    rows: Rows,
    activity: Activity,
}

impl<D: Directory, T: Transport, S: StateStore> Engine<D, T, S> {
    /// An engine for one application. The client is that of the tested connection
    /// ([`TestedConnection::client`](crate::TestedConnection::client)).
    #[must_use]
    pub fn new(
        application: Application,
        directory: D,
        client: Client<T>,
        state: S,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self {
            rows: Rows::of(application.name()),
            application,
            directory,
            client,
            state,
            clock,
            ids,
            target: SchemaSet::core(),
            activity: Activity::default(),
        }
    }

    /// The application.
    #[must_use]
    pub const fn application(&self) -> &Application {
        &self.application
    }

    /// Switches provisioning on; a cycle is due at once. What was provisioned before is not done again.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn start(&self) -> Result<(), CycleError> {
        if self.provisioning().await? == Provisioning::On {
            return Ok(());
        }
        let mut batch = Batch::new(&self.rows);
        batch
            .put(SWITCH, &[], &Provisioning::On)
            .map_err(CycleErrorKind::Store)?;
        batch
            .put(DUE, &[], &self.clock.now().to_string())
            .map_err(CycleErrorKind::Store)?;
        Ok(self.commit(batch).await?)
    }

    /// Switches provisioning off. A running cycle stops before its next object.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn stop(&self) -> Result<(), CycleError> {
        let mut batch = Batch::new(&self.rows);
        batch
            .put(SWITCH, &[], &Provisioning::Off)
            .map_err(CycleErrorKind::Store)?;
        self.commit(batch).await?;
        self.activity.stop();
        Ok(())
    }

    /// Allows one cycle to disable, delete and remove as much as it wants. The allowance ends with the next cycle that comes to its end.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn allow_deletions(&self) -> Result<(), CycleError> {
        let mut batch = Batch::new(&self.rows);
        batch
            .put(ALLOWANCE, &[], &true)
            .map_err(CycleErrorKind::Store)?;
        Ok(self.commit(batch).await?)
    }

    /// Runs a cycle if provisioning is on and one is due.
    ///
    /// # Errors
    /// As [`cycle`](Self::cycle), but for [`CycleErrorKind::Off`].
    pub async fn run_if_due(
        &self,
        observer: &(dyn Fn(Progress) + Sync),
    ) -> Result<Option<CycleReport>, CycleError> {
        if self.provisioning().await? == Provisioning::Off {
            return Ok(None);
        }
        match self.due().await? {
            Some(due) if due > self.clock.now() => Ok(None),
            _ => self.cycle(observer).await.map(Some),
        }
    }

    /// Runs a cycle now.
    ///
    /// # Errors
    /// [`CycleError`] when provisioning is off, a cycle is running, or this one could not come to its end. Trouble with single objects is
    /// no error: it is in the log and among the [`open_issues`](Self::open_issues).
    pub async fn cycle(
        &self,
        observer: &(dyn Fn(Progress) + Sync),
    ) -> Result<CycleReport, CycleError> {
        self.check_target()?;
        let Some(_running) = self.activity.begin() else {
            return Err(CycleErrorKind::AlreadyRunning.into());
        };
        if self.provisioning().await? == Provisioning::Off {
            let application = self.application.name().into();
            return Err(CycleErrorKind::Off { application }.into());
        }
        let started = self.clock.now();
        let due = self
            .due()
            .await?
            .filter(|due| *due < started)
            .unwrap_or_else(|| started.clone());
        let record = self.record().await?;
        let phase = if record.completed == 0 {
            Phase::Initial
        } else {
            Phase::Incremental
        };
        self.activity.enter(phase);

        let mut run = Run::begin(self, observer, phase, started).await?;
        let outcome = run.finish().await;
        let ended = self.clock.now();
        let mut batch = Batch::new(&self.rows);
        let interval = self.application.options().interval_seconds;
        batch
            .put(DUE, &[], &next_due(&due, interval, &ended).to_string())
            .map_err(CycleErrorKind::Store)?;
        self.close(run, outcome, record, ended, batch).await
    }

    /// Writes down how a cycle ended.
    async fn close(
        &self,
        run: Run<'_, D, T, S>,
        outcome: Result<(), Halt>,
        mut record: CycleRecord,
        ended: DateTime,
        mut batch: Batch,
    ) -> Result<CycleReport, CycleError> {
        let mut report = run.into_report();
        report.ended = ended.clone();
        let failure = match outcome {
            Ok(()) => {
                record.completed += 1;
                record.last_duration_seconds = Some(report.duration_seconds());
                record.last_completed = Some(ended.clone());
                record.steady_state_since.get_or_insert(ended);
                batch.remove(ALLOWANCE, &[]);
                None
            }
            Err(Halt::Stopped) => {
                report.end = CycleEnd::Stopped;
                None
            }
            Err(Halt::Failed(kind)) => {
                record.steady_state_since = None;
                Some(kind)
            }
        };
        record.last_error = failure.as_ref().map(|kind| kind.to_string().into());
        batch
            .put(RECORD, &[], &record)
            .map_err(CycleErrorKind::Store)?;
        let written = self.commit(batch).await;
        match (failure, written) {
            (Some(kind), _) | (None, Err(kind)) => Err(CycleError::new(kind, Some(report))),
            (None, Ok(())) => Ok(report),
        }
    }

    /// How provisioning stands.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn status(&self) -> Result<Status, CycleError> {
        let record = self.record().await?;
        let links = Links::load(&self.rows, &self.state)
            .await
            .map_err(CycleErrorKind::Store)?;
        let issues = self.open_issues().await?;
        let count = |kind| issues.iter().filter(|issue| issue.kind == kind).count();
        let (running, percent) = self.activity.now();
        Ok(Status {
            provisioning: self.provisioning().await?,
            state: match (running, record.completed) {
                (Some(Phase::Initial), _) => CycleState::InitialRunning,
                (Some(Phase::Incremental), _) => CycleState::IncrementalRunning,
                (None, 0) => CycleState::NotRun,
                (None, 1) => CycleState::InitialCompleted,
                (None, _) => CycleState::IncrementalCompleted,
            },
            percent: match (running, record.completed) {
                (Some(_), _) => percent,
                (None, 0) => 0,
                (None, _) => 100,
            },
            users: links.count(ObjectKind::User),
            groups: links.count(ObjectKind::Group),
            last_completed: record.last_completed,
            last_duration_seconds: record.last_duration_seconds,
            steady_state_since: record.steady_state_since,
            interval_seconds: self.application.options().interval_seconds,
            next_cycle_at: self.due().await?,
            open_failures: count(IssueKind::Failed),
            skipped: count(IssueKind::Skipped),
            deferred_references: count(IssueKind::Deferred),
            last_error: record.last_error,
        })
    }

    /// At most `limit` entries of the provisioning log whose number is above `after`, in their order.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn log(&self, after: u64, limit: usize) -> Result<Vec<LogEntry>, CycleError> {
        let after = place(after);
        let rows = self
            .rows
            .read_after::<LogEntry>(&self.state, LOG, &after, limit)
            .await;
        let rows = rows.map_err(CycleErrorKind::Store)?;
        let entries = rows.into_iter().map(|(parts, mut entry)| {
            entry.number = parts
                .first()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0);
            entry
        });
        Ok(entries.collect())
    }

    /// What stands open: failures, skips and deferred references, each with its reason, whether or not the last cycle logged it anew.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn open_issues(&self) -> Result<Vec<OpenIssue>, CycleError> {
        let issues = Issues::load(&self.rows, &self.state).await;
        Ok(issues.map_err(CycleErrorKind::Store)?.into_open())
    }

    fn check_target(&self) -> Result<(), CycleErrorKind> {
        let tested = self.application.evidence().base_url();
        let client = self.client.base().to_string();
        if tested == client {
            return Ok(());
        }
        Err(CycleErrorKind::OtherTarget {
            tested: tested.into(),
            client: client.into(),
        })
    }

    async fn provisioning(&self) -> Result<Provisioning, CycleErrorKind> {
        Ok(self
            .rows
            .read(&self.state, SWITCH, &[])
            .await?
            .unwrap_or_default())
    }

    async fn due(&self) -> Result<Option<DateTime>, CycleErrorKind> {
        let text: Option<Box<str>> = self.rows.read(&self.state, DUE, &[]).await?;
        text.map(|text| {
            text.parse()
                .map_err(|error| StoreError::other(error).into())
        })
        .transpose()
    }

    async fn record(&self) -> Result<CycleRecord, CycleErrorKind> {
        Ok(self
            .rows
            .read(&self.state, RECORD, &[])
            .await?
            .unwrap_or_default())
    }

    async fn commit(&self, batch: Batch) -> Result<(), CycleErrorKind> {
        Ok(batch.commit(&self.state).await?)
    }
}

impl<D, T, S> fmt::Debug for Engine<D, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

/// The key of a log entry, so that keys ascend as the numbers do.
fn place(number: u64) -> String {
    format!("{number:020}")
}

/// What the engine does at this moment, for those who look from outside.
#[derive(Debug, Default)]
struct Activity {
    running: AtomicU8,
    percent: AtomicU8,
    stopping: AtomicU8,
}

/// A cycle that is running, until this is dropped.
struct Running<'a>(&'a Activity);

impl Activity {
    /// Claims the engine for a cycle, unless one is running.
    fn begin(&self) -> Option<Running<'_>> {
        let claimed =
            self.running
                .compare_exchange(0, INITIAL, Ordering::AcqRel, Ordering::Acquire);
        claimed.ok()?;
        self.percent.store(0, Ordering::Release);
        self.stopping.store(0, Ordering::Release);
        Some(Running(self))
    }

    fn enter(&self, phase: Phase) {
        let running = match phase {
            Phase::Initial => INITIAL,
            Phase::Incremental => INCREMENTAL,
        };
        self.running.store(running, Ordering::Release);
    }

    fn advance(&self, percent: u8) {
        self.percent.store(percent, Ordering::Release);
    }

    fn stop(&self) {
        self.stopping.store(1, Ordering::Release);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire) != 0
    }

    fn now(&self) -> (Option<Phase>, u8) {
        let phase = match self.running.load(Ordering::Acquire) {
            INITIAL => Some(Phase::Initial),
            INCREMENTAL => Some(Phase::Incremental),
            _ => None,
        };
        (phase, self.percent.load(Ordering::Acquire))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.store(0, Ordering::Release);
    }
}

const INITIAL: u8 = 1;
const INCREMENTAL: u8 = 2;

const ALLOWANCE: &str = "allowance";
const DUE: &str = "due";
const LOG: &str = "log";
const LOG_END: &str = "log-end";
const RECORD: &str = "cycle";
const SWITCH: &str = "switch";

#[cfg(test)]
mod tests;
