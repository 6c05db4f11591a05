use scimkit_client::Transport;
use scimkit_schema::{DateTime, eq_folded, fold};
use scimkit_store::StateStore;

use crate::{CycleError, Directory, Engine, ErrorCode, LogEntry, LogStatus, ProvisioningAction};

/// Which entries of the provisioning log are asked for. What is not said admits every entry.
///
/// ```
/// use scimkit_provisioning::{LogQuery, LogStatus};
///
/// let query = LogQuery::default().about("mira@harborline.example").with_status(LogStatus::Failure);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogQuery {
    about: Option<Box<str>>,
    action: Option<ProvisioningAction>,
    code: Option<ErrorCode>,
    cycle: Option<Box<str>>,
    since: Option<DateTime>,
    status: Option<LogStatus>,
    until: Option<DateTime>,
}

impl LogQuery {
    /// This, about the object with this id at either end, or with this in its name, in any letter case.
    #[must_use]
    pub fn about(mut self, id_or_name: &str) -> Self {
        self.about = Some(id_or_name.into());
        self
    }

    /// This, with one action.
    #[must_use]
    pub const fn with_action(mut self, action: ProvisioningAction) -> Self {
        self.action = Some(action);
        self
    }

    /// This, with one kind of trouble.
    #[must_use]
    pub const fn with_code(mut self, code: ErrorCode) -> Self {
        self.code = Some(code);
        self
    }

    /// This, of one cycle.
    #[must_use]
    pub fn with_cycle(mut self, cycle_id: &str) -> Self {
        self.cycle = Some(cycle_id.into());
        self
    }

    /// This, with one status.
    #[must_use]
    pub const fn with_status(mut self, status: LogStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// This, from this moment on.
    #[must_use]
    pub fn since(mut self, moment: DateTime) -> Self {
        self.since = Some(moment);
        self
    }

    /// This, before this moment.
    #[must_use]
    pub fn until(mut self, moment: DateTime) -> Self {
        self.until = Some(moment);
        self
    }

    /// Whether the entry is one of them.
    #[must_use]
    pub fn admits(&self, entry: &LogEntry) -> bool {
        let at = &entry.activity_date_time;
        self.about
            .as_deref()
            .is_none_or(|text| is_about(entry, text))
            && self.action.is_none_or(|it| it == entry.provisioning_action)
            && self.code.is_none_or(|it| Some(it) == entry.error_code())
            && self.cycle.as_ref().is_none_or(|it| *it == entry.cycle_id)
            && self.since.as_ref().is_none_or(|it| it <= at)
            && self.status.is_none_or(|it| it == entry.status())
            && self.until.as_ref().is_none_or(|it| at < it)
    }
}

fn is_about(entry: &LogEntry, text: &str) -> bool {
    let ends = [Some(&entry.source_identity), entry.target_identity.as_ref()];
    let mut ends = ends.into_iter().flatten();
    ends.any(|end| eq_folded(&end.id, text) || fold(&end.display_name).contains(&*fold(text)))
}

impl<D: Directory, T: Transport, S: StateStore> Engine<D, T, S> {
    /// At most `limit` entries that the query admits and whose number is above `after`, in their order.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`](crate::CycleErrorKind::Store).
    pub async fn find_log(
        &self,
        query: &LogQuery,
        after: u64,
        limit: usize,
    ) -> Result<Vec<LogEntry>, CycleError> {
        let mut found = Vec::new();
        let mut after = after;
        while found.len() < limit {
            let entries = self.log(after, BATCH).await?;
            let Some(last) = entries.last() else {
                break;
            };
            after = last.number;
            let room = limit - found.len();
            found.extend(
                entries
                    .into_iter()
                    .filter(|entry| query.admits(entry))
                    .take(room),
            );
        }
        Ok(found)
    }
}

/// How many entries are read at once.
const BATCH: usize = 500;
