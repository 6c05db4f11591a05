use std::{error::Error as StdError, fmt};

use scimkit_schema::DateTime;
use scimkit_store::StoreError;

use crate::{CycleReport, DirectoryError, ErrorCode, ObjectKind};

/// A cycle that did not come to its end. What it did until then stays done, and the next one goes on from there.
#[derive(Debug)]
pub struct CycleError {
    kind: CycleErrorKind,
    report: Option<Box<CycleReport>>,
}

/// Why a cycle did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CycleErrorKind {
    /// A cycle of this engine is running.
    #[error("a cycle is running: wait until it ends")]
    AlreadyRunning,
    /// The directory could not be read.
    #[error(transparent)]
    Directory(DirectoryError),
    /// The target answers with somebody when nobody is asked for.
    #[error("{0}")]
    IgnoresFilter(Box<str>),
    /// The target does not accept the token any more.
    #[error(transparent)]
    InvalidCredentials(scimkit_client::Error),
    /// The mappings cannot be used with this target.
    #[error("{0}")]
    Mapping(Box<str>),
    /// The directory has no such object.
    #[error("the directory has no {} `{which}`: give its object id or its name", .kind.word())]
    NoSuchObject {
        /// What was looked for.
        kind: ObjectKind,
        /// The id or name.
        which: Box<str>,
    },
    /// Provisioning is switched off.
    #[error("provisioning of `{application}` is off: start it first")]
    Off {
        /// The name of the application.
        application: Box<str>,
    },
    /// The client goes to another address than the one that was tested.
    #[error(
        "the application was tested with `{tested}`, but the client goes to `{client}`: test that address and save it first"
    )]
    OtherTarget {
        /// The address that was tested.
        tested: Box<str>,
        /// The address of the client.
        client: Box<str>,
    },
    /// The target wants to be left alone for a while.
    #[error("the target asked for a pause, which ends at {until}: nothing is sent before")]
    Paused {
        /// When it ends.
        until: DateTime,
    },
    /// The probe failed.
    #[error(transparent)]
    Probe(scimkit_client::Error),
    /// Several objects of the directory have the name.
    #[error("the directory has several {}s called `{which}`: give the object id of one of them", .kind.word())]
    SeveralObjects {
        /// What was looked for.
        kind: ObjectKind,
        /// The name.
        which: Box<str>,
    },
    /// The directory has nothing any more, although it had something.
    #[error(
        "the directory is empty, but {linked} objects were provisioned from it: nothing was removed; look whether the export is right"
    )]
    SourceEmpty {
        /// How many objects of the target are ours.
        linked: usize,
    },
    /// Another engine runs a cycle of this application.
    #[error("another engine works on this application, at least until {until}: wait until it ends")]
    RunningElsewhere {
        /// Until when it has said so; it may say so again.
        until: DateTime,
    },
    /// This engine was held up so long that another one may have taken over.
    #[error(
        "the cycle was held up for too long, and another engine may have taken over: the next one goes on"
    )]
    HeldUp,
    /// The state cannot be read or written.
    #[error("the state of the application cannot be read or written")]
    Store(#[source] StoreError),
    /// Several requests after another failed for reasons of the target.
    #[error("{count} requests after another failed, the last with {last}")]
    TargetTrouble {
        /// How many.
        count: u32,
        /// What the last one said.
        last: Box<str>,
    },
    /// The target is asked too much, and wants a pause. The next cycle is due after it.
    #[error("{error}; the next cycle waits for {seconds} s")]
    Throttled {
        /// How long to wait, in seconds: what the target says, but a day at the most, and a minute if it says nothing.
        seconds: u32,
        /// What it said.
        #[source]
        error: scimkit_client::Error,
    },
    /// More would be removed than the guard allows.
    #[error(
        "{count} {what} are more than the {limit} that one cycle may do: none of them was done; look at them, and allow it once if they are right"
    )]
    TooManyDeletes {
        /// What was held back.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
}

impl CycleError {
    pub(crate) fn new(kind: CycleErrorKind, report: Option<CycleReport>) -> Self {
        Self {
            kind,
            report: report.map(Box::new),
        }
    }

    /// Why.
    #[must_use]
    pub const fn kind(&self) -> &CycleErrorKind {
        &self.kind
    }

    /// What was done until then, if the cycle began at all.
    #[must_use]
    pub fn report(&self) -> Option<&CycleReport> {
        self.report.as_deref()
    }
}

impl CycleErrorKind {
    /// The code of the log entry about it; none for what the log cannot hold, and for what it holds already.
    pub(crate) const fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::AlreadyRunning
            | Self::NoSuchObject { .. }
            | Self::SeveralObjects { .. }
            | Self::Off { .. }
            | Self::OtherTarget { .. }
            | Self::HeldUp
            | Self::Paused { .. }
            | Self::RunningElsewhere { .. }
            | Self::Store(_)
            | Self::TooManyDeletes { .. } => None,
            Self::Directory(_) | Self::SourceEmpty { .. } => Some(ErrorCode::IncompleteSource),
            Self::IgnoresFilter(_) => Some(ErrorCode::ServiceIncompatibleFiltering),
            Self::InvalidCredentials(_) => Some(ErrorCode::InvalidCredentials),
            Self::Mapping(_) => Some(ErrorCode::MappingFailed),
            Self::Probe(_) => Some(ErrorCode::ServiceIncompatible),
            Self::TargetTrouble { .. } => Some(ErrorCode::InternalServerError),
            Self::Throttled { .. } => Some(ErrorCode::TooManyRequests),
        }
    }
}

impl From<CycleErrorKind> for CycleError {
    fn from(kind: CycleErrorKind) -> Self {
        Self::new(kind, None)
    }
}

impl From<StoreError> for CycleError {
    fn from(error: StoreError) -> Self {
        CycleErrorKind::Store(error).into()
    }
}

impl From<StoreError> for CycleErrorKind {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for CycleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl StdError for CycleError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.kind.source()
    }
}
