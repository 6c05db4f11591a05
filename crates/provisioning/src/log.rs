use std::fmt;

use scimkit_schema::DateTime;
use serde::{Deserialize, Serialize};

use crate::{ErrorCode, Named, ObjectKind};

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
}

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
            recommended_action: code.advice().into(),
        };
        Self {
            status,
            error_information: Some(error_information),
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
        }
    }
}

impl Identity {
    pub(crate) fn of(named: &Named) -> Self {
        let identity_type = named.kind.map_or("Other", ObjectKind::as_str);
        Self {
            id: named.id.clone(),
            display_name: named.name.clone(),
            identity_type: identity_type.into(),
        }
    }

    pub(crate) fn of_target(named: &Named, id: &str) -> Self {
        Self {
            id: id.into(),
            ..Self::of(named)
        }
    }
}
