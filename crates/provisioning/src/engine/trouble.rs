//! What can go wrong with one object, and with the whole cycle.

use scimkit_client::{Body, Error, ErrorKind, TransportErrorKind};
use scimkit_store::StoreError;

use crate::{CycleErrorKind, ErrorCode, StepType, matching::Mismatch, probe::ProbeError};

/// Why an object was not brought over.
#[derive(Debug)]
pub(super) enum Trouble {
    /// This one only; the others go on.
    Object(Failure),
    /// The cycle ends here.
    Cycle(Halt),
}

/// What is wrong with one object.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: ErrorCode,
    /// The cause and the mend, as the second half of a sentence.
    pub(super) cause: String,
    pub(super) at: StepType,
    pub(super) blame: Blame,
}

/// Who is to blame. Several failures of the target after another end the cycle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Blame {
    Object,
    Target,
    /// The target, with a request that was counted already.
    TargetAgain,
}

/// Why a cycle ends before its end.
#[derive(Debug)]
pub(super) enum Halt {
    Failed(CycleErrorKind),
    Stopped,
}

impl Failure {
    pub(super) fn new(code: ErrorCode, at: StepType, cause: impl Into<String>) -> Self {
        Self {
            code,
            cause: cause.into(),
            at,
            blame: Blame::Object,
        }
    }
}

impl Trouble {
    /// The same, for a further object of the same request.
    pub(super) fn of_same_request(mut self) -> Self {
        if let Self::Object(failure) = &mut self
            && failure.blame == Blame::Target
        {
            failure.blame = Blame::TargetAgain;
        }
        self
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Object(failure)
    }
}

impl From<Halt> for Trouble {
    fn from(halt: Halt) -> Self {
        Self::Cycle(halt)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Cycle(error.into())
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Failed(CycleErrorKind::Store(error))
    }
}

impl From<CycleErrorKind> for Halt {
    fn from(kind: CycleErrorKind) -> Self {
        Self::Failed(kind)
    }
}

/// A call of the target that failed while an object was written.
impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        if *error.kind() == ErrorKind::Unauthorized {
            return Self::Cycle(Halt::Failed(CycleErrorKind::InvalidCredentials(error)));
        }
        if let Some(seconds) = pause(&error) {
            return Self::Cycle(Halt::Failed(CycleErrorKind::Throttled { seconds, error }));
        }
        let blame = if is_of_target(&error) {
            Blame::Target
        } else {
            Blame::Object
        };
        Self::Object(Failure {
            code: code(&error),
            cause: error.to_string(),
            at: StepType::Export,
            blame,
        })
    }
}

impl From<Mismatch> for Trouble {
    fn from(mismatch: Mismatch) -> Self {
        let (code, cause) = match mismatch {
            Mismatch::Filter(cause) => (ErrorCode::ServiceIncompatibleFiltering, cause),
            Mismatch::NoId(filter) => (
                ErrorCode::ServiceIncompatible,
                format!("the target has an object for `{filter}` but shows no `id` of it"),
            ),
            Mismatch::Several(filter) => (
                ErrorCode::DuplicateTargetEntries,
                format!(
                    "the target has several objects for `{filter}`: remove or rename all but one of them there"
                ),
            ),
            Mismatch::Request(error) => {
                return match Self::from(error) {
                    Self::Object(failure) => Self::Object(Failure {
                        at: StepType::Matching,
                        ..failure
                    }),
                    halt @ Self::Cycle(_) => halt,
                };
            }
        };
        Self::Object(Failure::new(code, StepType::Matching, cause))
    }
}

impl From<ProbeError> for Halt {
    fn from(error: ProbeError) -> Self {
        Self::Failed(match error {
            ProbeError::Request(error) if *error.kind() == ErrorKind::Unauthorized => {
                CycleErrorKind::InvalidCredentials(error)
            }
            ProbeError::Request(error) => match pause(&error) {
                Some(seconds) => CycleErrorKind::Throttled { seconds, error },
                None => CycleErrorKind::Probe(error),
            },
            ignores @ ProbeError::IgnoresFilter { .. } => {
                CycleErrorKind::IgnoresFilter(ignores.to_string().into())
            }
            other => CycleErrorKind::Mapping(other.to_string().into()),
        })
    }
}

/// Whether a request failed because of the target, whatever it was about.
pub(super) fn is_of_target(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Transport(_) => true,
        ErrorKind::Status => error.status().is_some_and(|status| status >= 500),
        _ => false,
    }
}

/// Whether the target says that the object is not there. A gateway in front of it that knows no such route says nothing of the object.
pub(super) fn is_gone(error: &Error) -> bool {
    let says_so = |body: &Body| matches!(body, Body::Scim(_));
    *error.kind() == ErrorKind::NotFound && error.body().is_none_or(says_so)
}

/// How many seconds the target wants to be left alone, if it does.
pub(super) fn pause(error: &Error) -> Option<u32> {
    let asked = error
        .retry_after()
        .filter(|seconds| *seconds > 0)
        .map(|seconds| {
            u32::try_from(seconds)
                .unwrap_or(u32::MAX)
                .min(LONGEST_PAUSE)
        });
    match error.kind() {
        ErrorKind::TooManyRequests => Some(asked.unwrap_or(UNSAID_PAUSE)),
        ErrorKind::Status if error.status() == Some(503) => asked,
        _ => None,
    }
}

/// Microsoft's word for a call that failed.
fn code(error: &Error) -> ErrorCode {
    match error.kind() {
        ErrorKind::Transport(TransportErrorKind::Timeout) => ErrorCode::Timeout,
        ErrorKind::Unauthorized => ErrorCode::InvalidCredentials,
        ErrorKind::Forbidden => ErrorCode::InsufficientRights,
        ErrorKind::NotFound => ErrorCode::InvalidAnchor,
        ErrorKind::Conflict => ErrorCode::Conflict,
        ErrorKind::TooManyRequests => ErrorCode::TooManyRequests,
        ErrorKind::NotScim { .. }
        | ErrorKind::NoId
        | ErrorKind::Redirect { .. }
        | ErrorKind::Untold => ErrorCode::ServiceIncompatible,
        _ => match error.status() {
            Some(400) => ErrorCode::BadRequest,
            Some(405 | 501) => ErrorCode::MethodNotAllowed,
            Some(422) => ErrorCode::UnprocessableEntity,
            Some(500..) => ErrorCode::InternalServerError,
            _ => ErrorCode::WebExceptionProtocolError,
        },
    }
}

/// The longest pause that a target can ask for, in seconds: whatever it says, the engine looks again every day.
pub(super) const LONGEST_PAUSE: u32 = 24 * 3_600;

/// The pause after a 429 that names none, in seconds.
const UNSAID_PAUSE: u32 = 60;
