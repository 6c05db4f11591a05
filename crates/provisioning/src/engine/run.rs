//! One cycle, from the probe to the last removal.

use scimkit_client::{Client, Transport};
use scimkit_mapping::ObjectMapping;
use scimkit_schema::{DateTime, ResourceId};
use scimkit_store::{StateStore, StoreError};

use super::{
    ALLOWANCE, Engine, LOG, LOG_END, PlantedBug, place,
    together::Together,
    trouble::{Blame, Failure, Halt},
};
use crate::{
    Completeness, CycleErrorKind, CycleReport, Directory, ErrorCode, Identity, Initiator,
    IssueKind, LogEntry, LogStatus, ModifiedProperty, Named, Notice, ObjectKind, OpenIssue, Phase,
    Progress, ProvisioningAction, Snapshot, Stage, StatusInfo, Step, StepType, System,
    creations::Creations,
    guard::Allowance,
    issues::{Issues, Novelty},
    lease::Lease,
    links::Links,
    probe::probe,
    progress::Meter,
    report::Counts,
    scope::Population,
    state::Batch,
};

/// What a cycle knows while it runs.
pub(super) struct Run<'e, D, T, S> {
    pub(super) engine: &'e Engine<D, T, S>,
    pub(super) links: Links,
    pub(super) creations: Creations,
    pub(super) allowance: Allowance,
    pub(super) report: CycleReport,
    observer: &'e (dyn Fn(Progress) + Sync),
    lease: Lease,
    issues: Issues,
    meter: Meter,
    last_entry: u64,
    /// When the object that is looked at now had its turn.
    turn: DateTime,
    /// How many requests failed after another for reasons of the target.
    pub(super) outages: u32,
    /// What the target takes of many new objects at once.
    pub(super) together: Together,
}

/// Something that stands open after this cycle.
pub(super) struct Finding {
    pub(super) kind: IssueKind,
    pub(super) object: Named,
    pub(super) member: Option<Named>,
    pub(super) code: ErrorCode,
    /// A sentence with the object, the cause and the mend.
    pub(super) reason: String,
    /// Where it was met.
    pub(super) at: StepType,
}

/// What a log entry says beside who, when and in which cycle.
pub(super) struct Event<'a> {
    pub(super) object: &'a Named,
    pub(super) target: Option<&'a ResourceId>,
    pub(super) action: ProvisioningAction,
    pub(super) status: StatusInfo,
    pub(super) steps: Vec<Step>,
    pub(super) modified: Vec<ModifiedProperty>,
}

impl<'e, D: Directory, T: Transport, S: StateStore> Run<'e, D, T, S> {
    pub(super) async fn begin(
        engine: &'e Engine<D, T, S>,
        observer: &'e (dyn Fn(Progress) + Sync),
        phase: Phase,
        started: DateTime,
    ) -> Result<Self, CycleErrorKind> {
        let (rows, store) = (&engine.rows, &engine.state);
        let cycle_id = engine.ids.next_id();
        let lease = engine.lease(cycle_id.as_str()).await?;
        let allowed: Option<bool> = rows.read(store, ALLOWANCE, &[]).await?;
        Ok(Self {
            engine,
            turn: started.clone(),
            links: Links::load(rows, store).await?,
            creations: Creations::load(rows, store).await?,
            allowance: if allowed == Some(true) {
                Allowance::Once
            } else {
                Allowance::None
            },
            report: CycleReport::new(cycle_id.as_str(), phase, started),
            observer,
            lease,
            issues: Issues::load(rows, store).await?,
            meter: Meter::default(),
            last_entry: rows.read(store, LOG_END, &[]).await?.unwrap_or(0),
            outages: 0,
            together: Together::default(),
        })
    }

    /// The whole cycle. If it ends early, the log says why.
    pub(super) async fn finish(&mut self) -> Result<(), Halt> {
        let outcome = self.stages().await;
        if let Err(Halt::Failed(kind)) = &outcome
            && let Some(code) = kind.error_code()
        {
            self.log_end(code, &kind.to_string()).await?;
        }
        outcome
    }

    async fn stages(&mut self) -> Result<(), Halt> {
        self.enter(Stage::Probe, 1);
        let engine = self.engine;
        probe(
            &engine.client,
            engine.application.mappings(),
            &engine.target,
            &*engine.ids,
        )
        .await?;

        self.warn_of_expiry().await?;

        self.enter(Stage::Import, 1);
        let mut snapshot = engine
            .directory
            .snapshot()
            .await
            .map_err(CycleErrorKind::Directory)?;
        if engine.planted.is(PlantedBug::RemoveOnIncomplete) {
            snapshot.completeness = Completeness::Complete;
        }
        self.check_source(&snapshot).await?;
        self.recover().await?;
        let options = engine.application.options();
        let mut population = Population::of(&snapshot, options, &|id| self.links.of(id).is_some());
        for kind in [ObjectKind::User, ObjectKind::Group] {
            let mapping = engine.application.mappings().of(kind.as_str());
            if let Some(scope) = mapping.and_then(ObjectMapping::scope) {
                population.narrow(kind, scope);
            }
        }
        let removals = self.plan_removals(&snapshot, &population);
        self.meter
            .expect(population.users.len() + 2 * population.groups.len() + removals.len());
        self.note_skips(&population).await?;

        let references = self.bring_users(&population).await?;
        self.bring_groups(&population).await?;
        let held_members = self
            .change_memberships(&snapshot, &population, &removals)
            .await?;
        self.set_references(&snapshot, references).await?;
        let held_removals = self.remove(removals).await?;

        let mut batch = self.batch();
        self.issues.close_unseen(&mut batch);
        self.commit(batch).await?;
        if let Some(progress) = self.meter.finish() {
            self.show(progress);
        }
        match held_removals.or(held_members) {
            Some(held) => Err(Halt::Failed(held)),
            None => Ok(()),
        }
    }

    pub(super) fn into_report(self, ended: DateTime) -> (CycleReport, Lease) {
        let report = CycleReport {
            ended,
            ..self.report
        };
        (report, self.lease)
    }

    /// Stops before an empty directory, and notes what is missing or looks wrong.
    async fn check_source(&mut self, snapshot: &Snapshot) -> Result<(), Halt> {
        let linked = self.links.iter().count();
        match &snapshot.completeness {
            Completeness::Incomplete(gaps) => {
                let gaps = gaps.join(", and ");
                let reason = format!(
                    "nothing is removed, since {gaps}: the directory has to be read again as a whole"
                );
                self.warn_of_source(ErrorCode::IncompleteSource, reason)
                    .await?;
            }
            Completeness::Complete if snapshot.users.is_empty() && linked > 0 => {
                return Err(CycleErrorKind::SourceEmpty { linked }.into());
            }
            Completeness::Complete => {}
        }
        if snapshot.warnings.is_empty() {
            return Ok(());
        }
        let reason = snapshot.warnings.join("; ");
        self.warn_of_source(ErrorCode::SuspiciousSource, reason)
            .await
    }

    /// Says ahead that the token ends: once in the log, and once to whoever wants to hear of it.
    async fn warn_of_expiry(&mut self) -> Result<(), Halt> {
        let engine = self.engine;
        let Some(at) = &engine.application.options().token_expires_at else {
            return Ok(());
        };
        if *at > engine.clock.now().plus_seconds(AHEAD) {
            return Ok(());
        }
        let is_known = self.issues.has(ErrorCode::CredentialExpires);
        self.notice(Finding {
            kind: IssueKind::Warning,
            object: Named::cycle(),
            member: None,
            code: ErrorCode::CredentialExpires,
            reason: format!("the token ends at {at}: make a new one before"),
            at: StepType::Import,
        })
        .await?;
        if !is_known {
            (engine.notify)(&Notice::TokenExpires { at: at.clone() });
        }
        Ok(())
    }

    async fn warn_of_source(&mut self, code: ErrorCode, reason: String) -> Result<(), Halt> {
        self.notice(Finding {
            kind: IssueKind::Warning,
            object: Named::directory(),
            member: None,
            code,
            reason,
            at: StepType::Import,
        })
        .await
    }

    pub(super) async fn note_skips(&mut self, population: &Population<'_>) -> Result<(), Halt> {
        for skip in &population.skips {
            self.notice(Finding {
                kind: IssueKind::Skipped,
                object: skip.object.clone(),
                member: skip.member.clone(),
                code: skip.code,
                reason: skip.reason.clone(),
                at: StepType::Scoping,
            })
            .await?;
        }
        Ok(())
    }

    /// Notes that something stands open, and logs it if it is new.
    pub(super) async fn notice(&mut self, finding: Finding) -> Result<(), Halt> {
        let name = match finding.kind {
            IssueKind::Deferred | IssueKind::Skipped => "EntrySynchronizationSkip",
            IssueKind::Failed | IssueKind::Warning => "EntrySynchronizationError",
        };
        self.open(finding, ProvisioningAction::Other, name, Vec::new())
            .await
    }

    /// Notes that an object could not be brought over. Ends the cycle when the target is in trouble.
    pub(super) async fn fail(
        &mut self,
        object: &Named,
        action: ProvisioningAction,
        steps: Vec<Step>,
        failure: Failure,
    ) -> Result<(), Halt> {
        let word = object.kind.map_or("object", ObjectKind::word);
        let name = match (failure.at, action) {
            (StepType::Export, ProvisioningAction::Create) => "EntryExportAdd",
            (StepType::Export, ProvisioningAction::Delete) => "EntryExportDelete",
            (StepType::Export, _) => "EntryExportUpdate",
            (StepType::Matching, _) => "EntryMatching",
            _ => "EntrySynchronizationAdd",
        };
        let finding = Finding {
            kind: IssueKind::Failed,
            object: object.clone(),
            member: None,
            code: failure.code,
            reason: format!("the {word} {object}: {}", failure.cause),
            at: failure.at,
        };
        self.open(finding, action, name, steps).await?;
        match failure.blame {
            Blame::Object => self.outages = 0,
            Blame::Target => self.outages += 1,
            Blame::TargetAgain => {}
        }
        if self.outages < OUTAGES {
            return Ok(());
        }
        let (count, last) = (self.outages, failure.cause.into());
        Err(CycleErrorKind::TargetTrouble { count, last }.into())
    }

    /// Opens or keeps an issue; `name` is that of the step where it was met.
    pub(super) async fn open(
        &mut self,
        finding: Finding,
        action: ProvisioningAction,
        name: &str,
        mut steps: Vec<Step>,
    ) -> Result<(), Halt> {
        let (status, counter) = match finding.kind {
            IssueKind::Deferred => (LogStatus::Skipped, Some(&mut self.report.deferred)),
            IssueKind::Failed => (LogStatus::Failure, Some(&mut self.report.failed)),
            IssueKind::Skipped => (LogStatus::Skipped, Some(&mut self.report.skipped)),
            IssueKind::Warning => (LogStatus::Warning, None),
        };
        if let Some(counter) = counter {
            *counter += 1;
        }
        let mut batch = self.batch();
        let issue = OpenIssue {
            kind: finding.kind,
            object: finding.object.clone(),
            member: finding.member,
            code: finding.code,
            reason: finding.reason.as_str().into(),
            since: self.engine.clock.now(),
        };
        if self.issues.observe(issue, &mut batch)? == Novelty::New {
            let linked = self.links.of(&finding.object.id);
            let target = linked.map(|link| link.target.clone());
            let fact = match status {
                LogStatus::Skipped => "SkipReason",
                _ => "ErrorCode",
            };
            let step = Step::new(name, finding.at, status, &*finding.reason);
            steps.push(step.with_detail(fact, finding.code.as_str()));
            let event = Event {
                object: &finding.object,
                target: target.as_ref(),
                action,
                status: StatusInfo::trouble(status, finding.code, &finding.reason),
                steps,
                modified: Vec::new(),
            };
            self.log(&mut batch, event)?;
        }
        self.commit(batch).await
    }

    /// Puts an entry behind the others in the log.
    pub(super) fn log(&mut self, batch: &mut Batch, event: Event<'_>) -> Result<(), Halt> {
        self.last_entry += 1;
        let now = self.engine.clock.now();
        let entry = LogEntry {
            number: self.last_entry,
            id: self.engine.ids.next_id().as_str().into(),
            duration_in_milliseconds: millis(&self.turn, &now),
            activity_date_time: now.clone(),
            job_id: self.engine.application.name().into(),
            cycle_id: self.report.cycle_id.clone(),
            change_id: self.engine.ids.next_id().as_str().into(),
            provisioning_action: event.action,
            provisioning_status_info: event.status,
            provisioning_steps: event.steps,
            modified_properties: event.modified,
            source_identity: Identity::of(event.object),
            target_identity: event
                .target
                .map(|id| Identity::of_target(event.object, id.as_str())),
            // these say the same in every entry and are filled in where the log is read
            service_principal: System::default(),
            source_system: System::default(),
            target_system: System::default(),
            initiated_by: Initiator::default(),
        };
        batch.put(LOG, &[&place(self.last_entry)], &entry)?;
        batch.put(LOG_END, &[], &self.last_entry)?;
        self.turn = now;
        Ok(())
    }

    /// Logs why the cycle ends early.
    async fn log_end(&mut self, code: ErrorCode, reason: &str) -> Result<(), Halt> {
        let mut batch = self.batch();
        let object = Named::cycle();
        let event = Event {
            object: &object,
            target: None,
            action: ProvisioningAction::Other,
            status: StatusInfo::trouble(LogStatus::Failure, code, reason),
            steps: Vec::new(),
            modified: Vec::new(),
        };
        self.log(&mut batch, event)?;
        self.commit(batch).await
    }

    pub(super) fn batch(&self) -> Batch {
        Batch::new(&self.engine.rows)
    }

    /// Lets others work on the application.
    pub(super) async fn release(self) -> Result<(), StoreError> {
        let mut batch = self.batch();
        self.lease.release(&mut batch);
        batch.commit(&self.engine.state).await
    }

    pub(super) async fn commit(&self, mut batch: Batch) -> Result<(), Halt> {
        let engine = self.engine;
        let now = engine.clock.now();
        if !self.lease.holds(&now) && !self.lease.regain(&now, &engine.rows, &engine.state).await? {
            return Err(CycleErrorKind::HeldUp.into());
        }
        self.lease.renew(&now, &mut batch)?;
        Ok(batch.commit(&self.engine.state).await?)
    }

    pub(super) const fn client(&self) -> &'e Client<T> {
        &self.engine.client
    }

    /// Notes that the target did what it was asked for.
    pub(super) const fn target_works(&mut self) {
        self.outages = 0;
    }

    pub(super) fn enter(&mut self, stage: Stage, total: usize) {
        self.turn = self.engine.clock.now();
        let progress = self.meter.enter(stage, total);
        self.show(progress);
    }

    /// Moves on to the next object, unless provisioning was switched off meanwhile.
    pub(super) fn step(&mut self) -> Result<(), Halt> {
        self.turn = self.engine.clock.now();
        if let Some(progress) = self.meter.step() {
            self.show(progress);
        }
        self.check_running()
    }

    /// Ends the cycle if provisioning was switched off meanwhile.
    pub(super) fn check_running(&self) -> Result<(), Halt> {
        if self.engine.activity.is_stopping() {
            return Err(Halt::Stopped);
        }
        Ok(())
    }

    fn show(&self, progress: Progress) {
        self.engine.activity.advance(progress.percent);
        (self.observer)(progress);
    }

    pub(super) const fn counts(&mut self, kind: ObjectKind) -> &mut Counts {
        match kind {
            ObjectKind::Group => &mut self.report.groups,
            ObjectKind::User => &mut self.report.users,
        }
    }
}

/// From one moment to another; nothing if the clock was set back.
fn millis(from: &DateTime, to: &DateTime) -> u64 {
    let micros = to.unix_micros().saturating_sub(from.unix_micros());
    u64::try_from(micros / 1_000).unwrap_or(0)
}

/// How long before the end of the token people are told, in seconds.
const AHEAD: i64 = 30 * 24 * 3_600;

/// How many failures of the target after another end a cycle.
pub(super) const OUTAGES: u32 = 5;
