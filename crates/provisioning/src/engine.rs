//! Cycles: from what the directory holds to what the target holds.

mod activity;
mod brake;
mod change;
mod dry_run;
mod job;
mod members;
mod memberships;
mod newcomers;
mod objects;
mod on_demand;
mod planted;
mod recovery;
mod references;
mod removals;
mod rule;
mod run;
mod standing;
mod together;
mod traveller;
mod trouble;
mod untangle;

use std::{fmt, sync::Arc};

use scimkit_client::{Client, Transport};
use scimkit_mapping::Context;
use scimkit_schema::{Clock, DateTime, IdSource, Random, SchemaSet};
use scimkit_store::{StateStore, StoreError};

pub(crate) use self::planted::Planted;
#[doc(hidden)]
pub use self::planted::PlantedBug;
use self::{activity::Activity, change::Changing};
pub use self::{dry_run::DryRun, on_demand::OnDemand};
use crate::{
    Application, CycleError, CycleErrorKind, Directory, LogEntry, Notice, OpenIssue, Provisioning,
    Quarantine, cycle_record::CycleRecord, issues::Issues, state::Rows,
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
    /// Under which name it works, if that is not another one for each cycle.
    holder: Option<Box<str>>,
    /// Whether nothing that it does counts.
    is_dry: bool,
    notify: Box<dyn Fn(&Notice) + Send + Sync>,
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
            holder: None,
            is_dry: false,
            notify: Box::new(|_| {}),
        }
    }

    /// The same with randomness for the expressions of the mappings that ask for it; without it, such an expression fails.
    #[must_use]
    pub fn with_random(mut self, random: impl Random + 'static) -> Self {
        self.context = self.context.with_random(random);
        self
    }

    /// The same with a name of its own among the engines that work on this application, such as that of the machine.
    ///
    /// An engine that died keeps others away for five minutes, since nobody knows that it is dead. One with the same name may take over at
    /// once; so two that live must not share a name.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.holder = Some(name.replace('\0', "").into());
        self
    }

    /// The same, telling `notify` what a person should hear of at once: once for each time in quarantine, and ahead of the end of the token.
    #[must_use]
    pub fn with_notices(mut self, notify: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.notify = Box::new(notify);
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

    async fn quarantine(&self) -> Result<Option<Quarantine>, CycleError> {
        Ok(self.rows.read(&self.state, QUARANTINE, &[]).await?)
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
pub(crate) const DUE: &str = "due";
const LOG: &str = "log";
const LOG_END: &str = "log-end";
const PAUSE: &str = "pause";
pub(crate) const QUARANTINE: &str = "quarantine";
const RECORD: &str = "cycle";
const SWITCH: &str = "switch";
