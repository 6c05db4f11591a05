//! Cycles: from what the directory holds to what the target holds.

mod activity;
mod change;
mod dry_run;
mod memberships;
mod objects;
mod on_demand;
mod planted;
mod recovery;
mod references;
mod removals;
mod rule;
mod run;
mod traveller;
mod trouble;

use std::{fmt, sync::Arc};

use scimkit_client::{Client, Transport};
use scimkit_mapping::Context;
use scimkit_schema::{Clock, DateTime, IdSource, Random, SchemaSet};
use scimkit_store::{StateStore, StoreError};

pub(crate) use self::planted::Planted;
#[doc(hidden)]
pub use self::planted::PlantedBug;
use self::{
    activity::Activity,
    change::Changing,
    run::Run,
    trouble::{Halt, LONGEST_PAUSE},
};
pub use self::{dry_run::DryRun, on_demand::OnDemand};
use crate::{
    Application, CycleEnd, CycleError, CycleErrorKind, CycleReport, CycleState, Directory,
    IssueKind, LogEntry, ObjectKind, OpenIssue, Phase, Progress, Provisioning, Status, creations,
    cycle_record::{CycleRecord, next_due},
    issues::{self, Issues},
    links::{self, Links},
    state::{Batch, Rows},
};

/// Provisions what a directory holds into the target of a saved application.
///
/// It has no thread and no timer: whoever embeds it calls [`run_if_due`](Self::run_if_due) now and then. It can be shared between tasks;
/// of two cycles at once, the second is refused. Only one engine at a time may work on an application.
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
    /// What expressions may ask for.
    context: Context,
    rows: Rows,
    activity: Activity,
    changing: Changing,
    planted: Planted,
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
            context: Context::default().with_clock(Arc::clone(&clock)),
            clock,
            ids,
            target: SchemaSet::core(),
            activity: Activity::default(),
            changing: Changing::default(),
            planted: Planted::default(),
        }
    }

    /// The same with randomness for the expressions of the mappings that ask for it; without it, such an expression fails.
    #[must_use]
    pub fn with_random(mut self, random: impl Random + 'static) -> Self {
        self.context = self.context.with_random(random);
        self
    }

    /// The same with a bug.
    #[cfg(feature = "planted-bugs")]
    #[doc(hidden)]
    #[must_use]
    pub fn with_planted_bug(mut self, bug: PlantedBug) -> Self {
        self.planted = Planted::new(bug);
        self
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
        batch.put(SWITCH, &[], &Provisioning::On)?;
        batch.put(DUE, &[], &self.clock.now().to_string())?;
        Ok(batch.commit(&self.state).await?)
    }

    /// Switches provisioning off. A running cycle stops before its next object.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn stop(&self) -> Result<(), CycleError> {
        let mut batch = Batch::new(&self.rows);
        batch.put(SWITCH, &[], &Provisioning::Off)?;
        batch.commit(&self.state).await?;
        self.activity.stop();
        Ok(())
    }

    /// Clears the current state and starts anew: the next cycle is an initial one, which looks up every object and adopts what it finds. The
    /// log stays.
    ///
    /// # Errors
    /// [`CycleErrorKind::AlreadyRunning`] while a cycle runs, and [`CycleErrorKind::Store`].
    pub async fn restart(&self) -> Result<(), CycleError> {
        let Some(_idle) = self.activity.begin() else {
            return Err(CycleErrorKind::AlreadyRunning.into());
        };
        let mut batch = Batch::new(&self.rows);
        for room in links::ROOMS
            .into_iter()
            .chain([issues::ROOM, creations::ROOM])
        {
            batch.clear(room, &self.state).await?;
        }
        batch.remove(RECORD, &[]);
        batch.remove(ALLOWANCE, &[]);
        batch.put(SWITCH, &[], &Provisioning::On)?;
        batch.put(DUE, &[], &self.clock.now().to_string())?;
        Ok(batch.commit(&self.state).await?)
    }

    /// Allows one cycle to disable, delete and remove as much as it wants. The allowance ends with the next cycle that comes to its end.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn allow_deletions(&self) -> Result<(), CycleError> {
        let mut batch = Batch::new(&self.rows);
        batch.put(ALLOWANCE, &[], &true)?;
        Ok(batch.commit(&self.state).await?)
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
        self.check_pause(&started).await?;
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
        let report = run.into_report(self.clock.now());
        self.close(report, outcome, record, &due).await
    }

    /// Writes down how a cycle ended, and when the next one is due.
    async fn close(
        &self,
        mut report: CycleReport,
        outcome: Result<(), Halt>,
        mut record: CycleRecord,
        due: &DateTime,
    ) -> Result<CycleReport, CycleError> {
        let mut batch = Batch::new(&self.rows);
        let mut failure = None;
        match outcome {
            Ok(()) => {
                record.completed += 1;
                record.last_duration_seconds = Some(report.duration_seconds());
                record.last_completed = Some(report.ended.clone());
                record
                    .steady_state_since
                    .get_or_insert(report.ended.clone());
                batch.remove(ALLOWANCE, &[]);
            }
            Err(Halt::Stopped) => report.end = CycleEnd::Stopped,
            Err(Halt::Failed(kind)) => {
                report.end = CycleEnd::Failed;
                record.steady_state_since = None;
                failure = Some(kind);
            }
        }
        record.last_error = failure.as_ref().map(|kind| kind.to_string().into());
        let interval = self.application.options().interval_seconds;
        let next = match (report.end, &failure) {
            (CycleEnd::Stopped, _) => None,
            (_, Some(CycleErrorKind::Throttled { seconds, .. })) => {
                let end = report.ended.plus_seconds(i64::from(*seconds));
                batch.put(PAUSE, &[], &end.to_string())?;
                Some(end)
            }
            _ => Some(next_due(due, interval, &report.ended)),
        };
        if let Some(next) = next {
            batch.put(DUE, &[], &next.to_string())?;
        }
        batch.put(RECORD, &[], &record)?;
        let written = batch.commit(&self.state).await;
        match failure.or(written.err().map(Into::into)) {
            Some(kind) => Err(CycleError::new(kind, Some(report))),
            None => Ok(report),
        }
    }

    /// How provisioning stands.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn status(&self) -> Result<Status, CycleError> {
        let record = self.record().await?;
        let links = Links::load(&self.rows, &self.state).await?;
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
            .await?;
        let directory = self.directory.name();
        let entries = rows.into_iter().map(|(parts, mut entry)| {
            entry.fill_in(&self.application, &directory);
            entry.number = parts
                .first()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0);
            entry
        });
        Ok(entries.collect())
    }

    /// The number of the last entry of the provisioning log; 0 for none.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn log_end(&self) -> Result<u64, CycleError> {
        let end = self.rows.read(&self.state, LOG_END, &[]).await?;
        Ok(end.unwrap_or(0))
    }

    /// What stands open: failures, skips and deferred references, each with its reason, whether or not the last cycle logged it anew.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn open_issues(&self) -> Result<Vec<OpenIssue>, CycleError> {
        let issues = Issues::load(&self.rows, &self.state).await;
        Ok(issues?.into_open())
    }

    fn check_target(&self) -> Result<(), CycleError> {
        let tested = self.application.evidence().base_url();
        let client = self.client.base().to_string();
        if tested == client {
            return Ok(());
        }
        let (tested, client) = (tested.into(), client.into());
        Err(CycleErrorKind::OtherTarget { tested, client }.into())
    }

    /// Refuses to ask a target that wants to be left alone. A pause that is too long to be one comes from a clock that went wrong.
    async fn check_pause(&self, now: &DateTime) -> Result<(), CycleError> {
        let Some(until) = self.instant(PAUSE).await? else {
            return Ok(());
        };
        if *now < until && until <= now.plus_seconds(i64::from(LONGEST_PAUSE)) {
            return Err(CycleErrorKind::Paused { until }.into());
        }
        Ok(())
    }

    async fn provisioning(&self) -> Result<Provisioning, CycleError> {
        Ok(self
            .rows
            .read(&self.state, SWITCH, &[])
            .await?
            .unwrap_or_default())
    }

    async fn due(&self) -> Result<Option<DateTime>, CycleError> {
        self.instant(DUE).await
    }

    async fn instant(&self, room: &str) -> Result<Option<DateTime>, CycleError> {
        let text: Option<Box<str>> = self.rows.read(&self.state, room, &[]).await?;
        text.map(|text| {
            text.parse()
                .map_err(|error| StoreError::other(error).into())
        })
        .transpose()
    }

    async fn record(&self) -> Result<CycleRecord, CycleError> {
        Ok(self
            .rows
            .read(&self.state, RECORD, &[])
            .await?
            .unwrap_or_default())
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

const ALLOWANCE: &str = "allowance";
const DUE: &str = "due";
const LOG: &str = "log";
const LOG_END: &str = "log-end";
const PAUSE: &str = "pause";
const RECORD: &str = "cycle";
const SWITCH: &str = "switch";
