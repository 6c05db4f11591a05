use std::{error::Error, fmt, process::ExitCode};

use scimkit::provisioning::{CycleError, CycleErrorKind, CycleReport, ErrorCode, OpenIssue};

/// How the program ends, for scripts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    Done = 0,
    /// Wrong usage or configuration.
    Wrong = 1,
    /// Done, but some objects failed.
    Failures = 2,
    /// The guard stopped the cycle.
    Guard = 3,
    /// The target as a whole cannot be worked with.
    Quarantined = 4,
    /// The source is incomplete, or could not be read.
    Incomplete = 5,
}

impl Exit {
    /// How a cycle ended; what is worst counts.
    pub(crate) fn of(outcome: &Result<CycleReport, CycleError>, issues: &[OpenIssue]) -> Self {
        match outcome {
            Err(error) => Self::of_error(error.kind()),
            Ok(_)
                if issues
                    .iter()
                    .any(|issue| issue.code == ErrorCode::IncompleteSource) =>
            {
                Self::Incomplete
            }
            Ok(report) if report.failed > 0 => Self::Failures,
            Ok(_) => Self::Done,
        }
    }

    pub(crate) const fn of_error(kind: &CycleErrorKind) -> Self {
        match kind {
            CycleErrorKind::TooManyDeletes { .. } | CycleErrorKind::SourceEmpty { .. } => {
                Self::Guard
            }
            CycleErrorKind::Directory(_) => Self::Incomplete,
            CycleErrorKind::AlreadyRunning
            | CycleErrorKind::Mapping(_)
            | CycleErrorKind::NoSuchObject { .. }
            | CycleErrorKind::Off { .. }
            | CycleErrorKind::OtherTarget { .. }
            | CycleErrorKind::SeveralObjects { .. }
            | CycleErrorKind::Store(_) => Self::Wrong,
            _ => Self::Quarantined,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why the program cannot do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// Something is wrong with the configuration, or with how the program was called.
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Wrong,
            message: message.into(),
        }
    }

    /// An error with all its causes.
    pub(crate) fn of(exit: Exit, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(reason) = cause {
            message = format!("{message}: {reason}");
            cause = reason.source();
        }
        Self { exit, message }
    }

    /// An error of the program's own surroundings, such as its state file.
    pub(crate) fn from_error(error: &dyn Error) -> Self {
        Self::of(Exit::Wrong, error)
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl From<CycleError> for Failure {
    fn from(error: CycleError) -> Self {
        Self::of(Exit::of_error(error.kind()), &error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
