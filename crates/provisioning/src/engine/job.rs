//! The job: switched on and off, restarted, run when it is due, and put into quarantine.

use scimkit_client::Transport;
use scimkit_schema::DateTime;
use scimkit_store::StateStore;

use super::{
    ALLOWANCE, DUE, Engine, PAUSE, QUARANTINE, RECORD, SWITCH,
    run::Run,
    trouble::{Halt, LONGEST_PAUSE},
};
use crate::{
    CycleEnd, CycleError, CycleErrorKind, CycleReport, Directory, ErrorCode, Notice, Phase,
    Progress, Provisioning, Quarantine, Reset, creations,
    cycle_record::{CycleRecord, next_due},
    issues,
    lease::{Lease, Taken},
    links::{self, Links},
    quarantine::{self, QuarantineReason},
    state::Batch,
};

impl<D: Directory, T: Transport, S: StateStore> Engine<D, T, S> {
    /// Switches provisioning on; a cycle is due at once. What was provisioned before is not done again.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn start(&self) -> Result<(), CycleError> {
        let before = self.provisioning().await?;
        if before == Provisioning::On {
            return Ok(());
        }
        let mut batch = Batch::new(&self.rows);
        if before == Provisioning::Disabled {
            batch.remove(QUARANTINE, &[]);
        }
        self.switch_on(&mut batch)?;
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

    /// Switches provisioning on, out of quarantine, and lets the next cycle look at every object. The log stays.
    ///
    /// # Errors
    /// [`CycleErrorKind::AlreadyRunning`] and [`CycleErrorKind::RunningElsewhere`] while a cycle runs, and [`CycleErrorKind::Store`].
    pub async fn restart(&self, reset: Reset) -> Result<(), CycleError> {
        let Some(_idle) = self.activity.begin() else {
            return Err(CycleErrorKind::AlreadyRunning.into());
        };
        let lease = self.lease(self.ids.next_id().as_str()).await?;
        let mut batch = Batch::new(&self.rows);
        batch.clear(issues::ROOM, &self.state).await?;
        match reset {
            Reset::KeepLinks => {
                let mut links = Links::load(&self.rows, &self.state).await?;
                links.doubt_all(&mut batch)?;
            }
            Reset::Full => {
                for room in links::ROOMS.into_iter().chain([creations::ROOM]) {
                    batch.clear(room, &self.state).await?;
                }
                batch.remove(RECORD, &[]);
            }
        }
        batch.remove(ALLOWANCE, &[]);
        batch.remove(QUARANTINE, &[]);
        self.switch_on(&mut batch)?;
        lease.release(&mut batch);
        Ok(batch.commit(&self.state).await?)
    }

    /// Allows one cycle to disable, delete and remove as much as it wants, which is due at once. The allowance ends with the next cycle that
    /// comes to its end.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`].
    pub async fn allow_deletions(&self) -> Result<(), CycleError> {
        let mut batch = Batch::new(&self.rows);
        batch.put(ALLOWANCE, &[], &true)?;
        let waits = self.quarantine().await?;
        if waits.is_some_and(|it| it.reason == QuarantineReason::TooManyDeletes) {
            batch.put(DUE, &[], &self.clock.now().to_string())?;
        }
        Ok(batch.commit(&self.state).await?)
    }

    /// Runs a cycle if provisioning is on and one is due, unless another engine is running one.
    ///
    /// # Errors
    /// As [`cycle`](Self::cycle), but for [`CycleErrorKind::Off`] and [`CycleErrorKind::RunningElsewhere`].
    pub async fn run_if_due(
        &self,
        observer: &(dyn Fn(Progress) + Sync),
    ) -> Result<Option<CycleReport>, CycleError> {
        if self.provisioning().await? != Provisioning::On {
            return Ok(None);
        }
        match self.due().await? {
            Some(due) if due > self.clock.now() => return Ok(None),
            _ => {}
        }
        match self.cycle(observer).await {
            Ok(report) => Ok(Some(report)),
            Err(error) if matches!(error.kind(), CycleErrorKind::RunningElsewhere { .. }) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Runs a cycle now, also in quarantine.
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
        if self.provisioning().await? != Provisioning::On {
            let application = self.application.name().into();
            return Err(CycleErrorKind::Off { application }.into());
        }
        let started = self.clock.now();
        self.check_pause(&started).await?;
        let mut due = self.due().await?.filter(|due| *due < started);
        let record = self.record().await?;
        let phase = if record.completed == 0 {
            Phase::Initial
        } else {
            Phase::Incremental
        };
        self.activity.enter(phase);

        let mut run = Run::begin(self, observer, phase, started.clone()).await?;
        let outcome = run.finish().await;
        let (report, lease) = run.into_report(self.clock.now());
        let due = due.take().unwrap_or(started);
        self.close(report, outcome, record, &due, &lease).await
    }

    /// Writes down how a cycle ended, and when the next one is due.
    async fn close(
        &self,
        mut report: CycleReport,
        outcome: Result<(), Halt>,
        mut record: CycleRecord,
        due: &DateTime,
        lease: &Lease,
    ) -> Result<CycleReport, CycleError> {
        let mut batch = Batch::new(&self.rows);
        lease.release(&mut batch);
        let mut failure = None;
        match outcome {
            Ok(()) => {
                record.completed += 1;
                record.failed_in_a_row = 0;
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
                record.failed_in_a_row = record.failed_in_a_row.saturating_add(1);
                failure = Some(kind);
            }
        }
        record.last_error = failure.as_ref().map(|kind| kind.to_string().into());
        batch.put(RECORD, &[], &record)?;
        let interval = self.application.options().interval_seconds;
        let mut next = match (report.end, &failure) {
            (CycleEnd::Stopped, _) => None,
            (_, Some(CycleErrorKind::Throttled { seconds, .. })) => {
                let end = report.ended.plus_seconds(i64::from(*seconds));
                batch.put(PAUSE, &[], &end.to_string())?;
                Some(end)
            }
            _ => Some(next_due(due, interval, &report.ended)),
        };
        let mut notice = None;
        let before = self.quarantine().await?;
        let is_known = before.is_some();
        match self.judge(&report, failure.as_ref(), before, &record) {
            Judgement::AsBefore => {}
            Judgement::Healthy => batch.remove(QUARANTINE, &[]),
            Judgement::Sick(quarantine) if quarantine.is_hopeless(&report.ended) => {
                batch.put(SWITCH, &[], &Provisioning::Disabled)?;
                batch.put(QUARANTINE, &[], &quarantine)?;
                batch.clear(issues::ROOM, &self.state).await?;
                batch.remove(DUE, &[]);
                next = None;
                notice = Some(Notice::Disabled(quarantine));
            }
            Judgement::Sick(quarantine) => {
                batch.put(QUARANTINE, &[], &quarantine)?;
                next = Some(quarantine.next_attempt.clone());
                notice = (!is_known).then_some(Notice::Quarantined(quarantine));
            }
        }
        if let Some(next) = next {
            batch.put(DUE, &[], &next.to_string())?;
        }
        let written = batch.commit(&self.state).await;
        if let (Some(notice), Ok(())) = (&notice, &written) {
            (self.notify)(notice);
        }
        match failure.or(written.err().map(Into::into)) {
            Some(kind) => Err(CycleError::new(kind, Some(report))),
            None => Ok(report),
        }
    }

    /// Whether the job belongs into quarantine after this cycle.
    fn judge(
        &self,
        report: &CycleReport,
        failure: Option<&CycleErrorKind>,
        before: Option<Quarantine>,
        record: &CycleRecord,
    ) -> Judgement {
        let now = self.clock.now();
        let sick = |reason, code, message: &str, before| {
            Judgement::Sick(Quarantine::after(before, reason, code, message, &now))
        };
        match failure {
            None if report.end == CycleEnd::Stopped => Judgement::AsBefore,
            None => match quarantine::escrow_reason(report) {
                Some(reason) => {
                    let message = format!(
                        "{} of {} objects failed, {} references wait",
                        report.failed,
                        report.objects(),
                        report.deferred
                    );
                    sick(reason, ErrorCode::InternalServerError, &message, before)
                }
                None => Judgement::Healthy,
            },
            Some(kind) => {
                let reason = quarantine::reason(kind, record.failed_in_a_row);
                // whoever is in quarantine stays there until a cycle works
                let reason = reason.or(before.as_ref().map(|before| before.reason));
                match reason {
                    Some(reason) if !matches!(kind, CycleErrorKind::Throttled { .. }) => {
                        let code = kind.error_code().unwrap_or(ErrorCode::TooManyDeletes);
                        sick(reason, code, &kind.to_string(), before)
                    }
                    _ => Judgement::AsBefore,
                }
            }
        }
    }

    fn switch_on(&self, batch: &mut Batch) -> Result<(), CycleError> {
        batch.put(SWITCH, &[], &Provisioning::On)?;
        batch.put(DUE, &[], &self.clock.now().to_string())?;
        Ok(())
    }

    /// The right to work on the application, unless another engine has it.
    pub(super) async fn lease(&self, cycle: &str) -> Result<Lease, CycleErrorKind> {
        let holder = self.holder.as_deref().unwrap_or(cycle);
        if self.is_dry {
            return Ok(Lease::without_others(holder));
        }
        let now = self.clock.now();
        match Lease::acquire(holder, &now, &self.rows, &self.state).await? {
            Ok(lease) => Ok(lease),
            Err(Taken { until }) => Err(CycleErrorKind::RunningElsewhere { until }),
        }
    }

    /// Refuses to ask a target that wants to be left alone. A pause that is too long to be one comes from a clock that went wrong.
    pub(super) async fn check_pause(&self, now: &DateTime) -> Result<(), CycleError> {
        let Some(until) = self.instant(PAUSE).await? else {
            return Ok(());
        };
        if *now < until && until <= now.plus_seconds(i64::from(LONGEST_PAUSE)) {
            return Err(CycleErrorKind::Paused { until }.into());
        }
        Ok(())
    }
}

/// What a cycle says about its job.
enum Judgement {
    /// Nothing.
    AsBefore,
    Healthy,
    Sick(Quarantine),
}
