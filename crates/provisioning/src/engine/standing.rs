//! How the job stands, for those who look from outside.

use scimkit_client::Transport;
use scimkit_store::StateStore;

use super::Engine;
use crate::{
    CycleError, CycleState, Directory, IssueKind, ObjectKind, Phase, Status, links::Links,
};

impl<D: Directory, T: Transport, S: StateStore> Engine<D, T, S> {
    /// How provisioning stands.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`](crate::CycleErrorKind::Store).
    pub async fn status(&self) -> Result<Status, CycleError> {
        let record = self.record().await?;
        let links = Links::load(&self.rows, &self.state).await?;
        let issues = self.open_issues().await?;
        let count = |kind| issues.iter().filter(|issue| issue.kind == kind).count();
        let (running, percent) = self.activity.now();
        let options = self.application.options();
        Ok(Status {
            provisioning: self.provisioning().await?,
            state: match (running, record.completed) {
                (Some(Phase::Initial), _) => CycleState::InitialRunning,
                (Some(Phase::Incremental), _) => CycleState::IncrementalRunning,
                (None, 0) => CycleState::NotRun,
                (None, 1) => CycleState::InitialCompleted,
                (None, _) => CycleState::IncrementalCompleted,
            },
            quarantine: self.quarantine().await?,
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
            interval_seconds: options.interval_seconds,
            next_cycle_at: self.due().await?,
            token_expires_at: options.token_expires_at.clone(),
            open_failures: count(IssueKind::Failed),
            skipped: count(IssueKind::Skipped),
            deferred_references: count(IssueKind::Deferred),
            failed_in_a_row: record.failed_in_a_row,
            last_error: record.last_error,
        })
    }
}
