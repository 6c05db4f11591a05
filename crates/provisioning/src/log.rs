mod query;

use std::{collections::BTreeMap, fmt};

use scimkit_schema::DateTime;
use serde::{Deserialize, Serialize};

pub use self::query::LogQuery;
use crate::{Application, ErrorCategory, ErrorCode, Named, ObjectKind};

/// One entry of the provisioning log, in the shape of Graph's `provisioningObjectSummary`.
///
/// It serializes to Graph's JSON; one entry in each line makes a file that log tools read.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LogEntry {
    /// The place in the log, ascending from 1.
    #[serde(skip)]
    pub number: u64,
    /// The id of the entry.
    pub id: Box<str>,
    /// When it happened.
    #[serde(with = "crate::text")]
    pub activity_date_time: DateTime,
    /// How long the object took, in milliseconds.
    #[serde(default)]
    pub duration_in_milliseconds: u64,
    /// The name of the application.
    pub job_id: Box<str>,
    /// The cycle it happened in.
    pub cycle_id: Box<str>,
    /// The id of the change that the entry is about.
    pub change_id: Box<str>,
    /// What was done, or tried.
    pub provisioning_action: ProvisioningAction,
    /// How it went.
    pub provisioning_status_info: StatusInfo,
    /// The way of the object through the engine, up to where it came.
    pub provisioning_steps: Vec<Step>,
    /// What changed in the target.
    pub modified_properties: Vec<ModifiedProperty>,
    /// The object of the directory.
    pub source_identity: Identity,
    /// The object of the target, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_identity: Option<Identity>,
    /// The application, as Entra's enterprise application.
    #[serde(default, skip_serializing_if = "is_default")]
    pub service_principal: System,
    /// Where the object comes from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub source_system: System,
    /// Where the object goes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub target_system: System,
    /// Who set it off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub initiated_by: Initiator,
}

/// A system or an application.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct System {
    /// What it is known by: the name of the application, the base URL of the target.
    pub id: Box<str>,
    /// The name to show.
    pub display_name: Box<str>,
    /// More about it.
    #[serde(default)]
    pub details: Details,
}

/// Who set a change off.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Initiator {
    /// Empty for the engine itself.
    pub id: Box<str>,
    /// The name to show.
    pub display_name: Box<str>,
    /// `system` for the engine itself.
    pub initiator_type: Box<str>,
}

/// Facts under their names.
pub type Details = BTreeMap<Box<str>, Box<str>>;

/// What was done with an object.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ProvisioningAction {
    /// It was created.
    Create,
    /// It was deleted.
    Delete,
    /// It was disabled.
    Disable,
    /// It was linked, skipped, or looked at.
    Other,
    /// It would have been deleted or disabled, but for the guard.
    StagedDelete,
    /// It was changed.
    Update,
}

/// How it went.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatusInfo {
    /// In one word.
    pub status: LogStatus,
    /// What went wrong; none on success.
    pub error_information: Option<ErrorInformation>,
}

/// How it went, in one word.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogStatus {
    /// It was tried and did not work.
    Failure,
    /// It was left out on purpose.
    Skipped,
    /// It was done.
    Success,
    /// It was done, but somebody should look.
    Warning,
}

/// What went wrong.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorInformation {
    /// The kind of trouble.
    pub error_code: ErrorCode,
    /// A sentence with the object, the cause and the mend.
    pub reason: Box<str>,
    /// What the engine adds to the reason; nothing so far.
    #[serde(default)]
    pub additional_details: Option<Box<str>>,
    /// Who has to act.
    #[serde(default)]
    pub error_category: ErrorCategory,
    /// What to do about this kind of trouble.
    pub recommended_action: Box<str>,
}

/// One step on the way of an object through the engine.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Step {
    /// Microsoft's name of the step, such as `EntryExportAdd`.
    pub name: Box<str>,
    /// What kind of step it is.
    pub provisioning_step_type: StepType,
    /// How it went.
    pub status: LogStatus,
    /// What happened, as a sentence.
    pub description: Box<str>,
    /// Facts that it was decided by.
    #[serde(default)]
    pub details: Details,
}

/// The kinds of steps.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum StepType {
    /// Writing to the target.
    Export,
    /// Reading from the directory.
    Import,
    /// Finding the object in the target.
    Matching,
    /// Applying the mapping.
    Processing,
    /// Finding what the object refers to.
    ReferenceResolution,
    /// Deciding whether the object is provisioned.
    Scoping,
}

/// An attribute that changed in the target.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModifiedProperty {
    /// The path of the attribute.
    pub display_name: Box<str>,
    /// What it was.
    pub old_value: Option<Box<str>>,
    /// What it is.
    pub new_value: Option<Box<str>>,
}

/// An object at either end.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Identity {
    /// Its id there.
    pub id: Box<str>,
    /// The user principal name of a user, the display name of a group.
    pub display_name: Box<str>,
    /// `User`, `Group` or `Other`.
    pub identity_type: Box<str>,
    /// More about it.
    #[serde(default)]
    pub details: Details,
}

impl LogEntry {
    /// How it went, in one word.
    #[must_use]
    pub const fn status(&self) -> LogStatus {
        self.provisioning_status_info.status
    }

    /// The kind of trouble, if there was any.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        let information = self.provisioning_status_info.error_information.as_ref()?;
        Some(information.error_code)
    }

    /// What went wrong, as a sentence.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let information = self.provisioning_status_info.error_information.as_ref()?;
        Some(&information.reason)
    }

    /// Fills in what is the same in every entry of an application.
    pub(crate) fn fill_in(&mut self, application: &Application, directory: &str) {
        let name = application.name();
        self.service_principal = System::new(name, name);
        self.source_system = System::new("", directory);
        self.target_system = System::new(application.evidence().base_url(), name);
        if self.initiated_by == Initiator::default() {
            self.initiated_by = Initiator::engine();
        }
    }

    /// The entry as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Text keys and texts: writing to memory cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// In Graph's spelling.
impl fmt::Display for ProvisioningAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Disable => "disable",
            Self::Other => "other",
            Self::StagedDelete => "stageddelete",
            Self::Update => "update",
        })
    }
}

/// In Graph's spelling.
impl fmt::Display for LogStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Failure => "failure",
            Self::Skipped => "skipped",
            Self::Success => "success",
            Self::Warning => "warning",
        })
    }
}

impl StatusInfo {
    pub(crate) const fn success() -> Self {
        Self {
            status: LogStatus::Success,
            error_information: None,
        }
    }

    pub(crate) fn trouble(status: LogStatus, code: ErrorCode, reason: &str) -> Self {
        let error_information = ErrorInformation {
            error_code: code,
            reason: reason.into(),
            additional_details: None,
            error_category: code.category(),
            recommended_action: code.advice().into(),
        };
        Self {
            status,
            error_information: Some(error_information),
        }
    }
}

impl System {
    pub(crate) fn new(id: &str, display_name: &str) -> Self {
        Self {
            id: id.into(),
            display_name: display_name.into(),
            details: Details::new(),
        }
    }
}

impl Initiator {
    /// The engine, whose cycles come by themselves.
    pub(crate) fn engine() -> Self {
        Self {
            id: Box::default(),
            display_name: "scimkit provisioning".into(),
            initiator_type: "system".into(),
        }
    }
}

impl Step {
    pub(crate) fn new(
        name: &str,
        step: StepType,
        status: LogStatus,
        description: impl Into<Box<str>>,
    ) -> Self {
        Self {
            name: name.into(),
            provisioning_step_type: step,
            status,
            description: description.into(),
            details: Details::new(),
        }
    }

    pub(crate) fn with_detail(mut self, name: &str, fact: &str) -> Self {
        self.details.insert(name.into(), fact.into());
        self
    }
}

impl Identity {
    pub(crate) fn of(named: &Named) -> Self {
        let identity_type = named.kind.map_or("Other", ObjectKind::as_str);
        let mut details = Details::new();
        if named.kind == Some(ObjectKind::User) {
            details.insert("UserPrincipalName".into(), named.name.clone());
        }
        Self {
            id: named.id.clone(),
            display_name: named.name.clone(),
            identity_type: identity_type.into(),
            details,
        }
    }

    pub(crate) fn of_target(named: &Named, id: &str) -> Self {
        Self {
            id: id.into(),
            details: Details::new(),
            ..Self::of(named)
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
