use std::sync::Arc;

use deadpool_postgres::PoolError;
use scimkit_store::StoreError;
use tokio_postgres::error::SqlState;

/// A PostgreSQL database that could not be opened or used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What was wrong, and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL cannot be read.
    #[error(
        "the address of the database cannot be read: write `postgres://user:password@host/database`"
    )]
    Url,
    /// There is no tokio runtime.
    #[error(
        "there is no tokio runtime here: connect inside of one, and keep it while the database is in use"
    )]
    NoRuntime,
    /// Nobody answers at that address, or the connection was lost.
    #[error("the database cannot be reached: check its address, and that it accepts connections")]
    Unreachable,
    /// The user is unknown, or the password is wrong.
    #[error("the database does not let this user in: check name and password")]
    Refused,
    /// There is no such database.
    #[error("the database does not exist: make it first, with this user as its owner")]
    NoDatabase,
    /// The user may not do what is needed.
    #[error("the user may not use or make the tables: make it the owner of their schema")]
    NotAllowed,
    /// Too much goes on at once: every connection is taken, or somebody else held the tenant for too long.
    #[error("the database is busy: try again, and raise the number of connections if this goes on")]
    Busy,
    /// The database only reads, as a standby does.
    #[error("the database is read-only: connect to the primary")]
    ReadOnly,
    /// The disk is full.
    #[error(
        "the disk of the database is full: free some space and try again; nothing that was acknowledged is lost"
    )]
    Full,
    /// The tables are those of some other program.
    #[error(
        "the schema holds tables of another program: use a database or a search path of its own"
    )]
    Foreign,
    /// Newer code has been here.
    #[error(
        "the database has schema version {found}, and this program knows no more than {known}: use a newer release"
    )]
    Newer {
        /// The version of the database.
        found: i64,
        /// The newest version that this code knows.
        known: i64,
    },
    /// The database has been opened with other schemas since.
    #[error(
        "another process has opened the database with other schemas: start this one again with the same schemas"
    )]
    OtherSchemas,
    /// The schemas now ask for unique values, and the database holds one twice.
    #[error(
        "two resources have the same `{path}`, which the schemas now want unique: open with the former schemas and change one"
    )]
    Duplicate {
        /// The canonical path of the attribute.
        path: Box<str>,
    },
    /// Something stored is not what was written.
    #[error("the database is damaged: restore it from a backup")]
    Damaged,
    /// The connection was lost while a write was committed, and what came of it could not be read.
    #[error("the connection was lost during a commit: read the resource before you try again")]
    InDoubt,
    /// The work was given up: it panicked, or the runtime has stopped.
    #[error(
        "the work was given up: look in the logs for a panic, and keep the runtime while the database is in use"
    )]
    GivenUp,
    /// Anything else.
    #[error("the database failed")]
    Other,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn with_source(
        kind: ErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = Some(Arc::from(source.into()));
        Self { kind, source }
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether another try may do better.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(self.kind, ErrorKind::Busy | ErrorKind::Unreachable)
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        if error.is_passing() {
            Self::Busy
        } else {
            Self::other(error)
        }
    }
}

/// Why a piece of work was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The answer to whoever asked.
    Answer(StoreError),
    /// The database failed.
    Failed(Error),
    /// The transaction lost against another one and may be tried again.
    Lost(Error),
}

impl Trouble {
    pub(crate) const fn is_passing(&self) -> bool {
        match self {
            Self::Answer(_) => false,
            Self::Failed(error) => error.is_passing(),
            Self::Lost(_) => true,
        }
    }

    /// What whoever asked is told when there is no further try.
    pub(crate) fn into_answer(self) -> StoreError {
        match self {
            Self::Answer(error) => error,
            Self::Failed(error) => error.into(),
            Self::Lost(_) => StoreError::Busy,
        }
    }

    /// What whoever opens the database is told.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Answer(StoreError::Taken { path }) => Error::new(ErrorKind::Duplicate { path }),
            Self::Answer(error) => Error::with_source(ErrorKind::Other, error),
            Self::Failed(error) => error,
            Self::Lost(error) => Error::with_source(ErrorKind::Busy, error),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Answer(error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Something stored that is not what was written.
impl From<scimkit_sql::Error> for Trouble {
    fn from(error: scimkit_sql::Error) -> Self {
        Self::Failed(Error::with_source(ErrorKind::Damaged, error))
    }
}

/// Reads the driver's error. A function, since a `From` for [`Error`] would put the driver into the public interface.
pub(crate) fn from_driver(error: tokio_postgres::Error) -> Trouble {
    let Some(code) = error.code() else {
        // Without a code it is not the server who speaks: the connection is gone, or a value could not be read.
        let is_ours = std::error::Error::source(&error)
            .is_none_or(<dyn std::error::Error>::is::<std::io::Error>);
        let kind = if is_ours {
            ErrorKind::Unreachable
        } else {
            ErrorKind::Other
        };
        return Trouble::Failed(Error::with_source(kind, error));
    };
    let Some(kind) = of_code(code) else {
        return Trouble::Lost(Error::with_source(ErrorKind::Other, error));
    };
    Trouble::Failed(Error::with_source(kind, error))
}

/// What a code of the server means; nothing for a transaction that lost against another one.
fn of_code(code: &SqlState) -> Option<ErrorKind> {
    Some(match code.code() {
        // A serialization failure, a deadlock, and a unique value that somebody took without having the tenant: all of them are read
        // again on the next try.
        "40001" | "40P01" | "23505" => return None,
        // The server stops, starts, or has lost the connection.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => ErrorKind::Unreachable,
        // Too many connections, a lock that was not to be had in time.
        "53300" | "55P03" => ErrorKind::Busy,
        "25006" => ErrorKind::ReadOnly,
        "53100" => ErrorKind::Full,
        "28000" | "28P01" => ErrorKind::Refused,
        "3D000" => ErrorKind::NoDatabase,
        "42501" => ErrorKind::NotAllowed,
        code if code.starts_with("08") => ErrorKind::Unreachable,
        code if code.starts_with("XX") => ErrorKind::Damaged,
        _ => ErrorKind::Other,
    })
}

pub(crate) fn from_pool(error: PoolError) -> Trouble {
    match error {
        PoolError::Backend(error) => from_driver(error),
        PoolError::PostCreateHook(deadpool_postgres::HookError::Backend(error)) => {
            from_driver(error)
        }
        PoolError::Timeout(_) => Error::with_source(ErrorKind::Busy, error).into(),
        other => Error::with_source(ErrorKind::Other, other).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_server_say_what_to_do() {
        for (code, kind) in [
            ("40001", None),
            ("40P01", None),
            ("23505", None),
            ("57P01", Some(ErrorKind::Unreachable)),
            ("08006", Some(ErrorKind::Unreachable)),
            ("53300", Some(ErrorKind::Busy)),
            ("55P03", Some(ErrorKind::Busy)),
            ("25006", Some(ErrorKind::ReadOnly)),
            ("53100", Some(ErrorKind::Full)),
            ("28P01", Some(ErrorKind::Refused)),
            ("3D000", Some(ErrorKind::NoDatabase)),
            ("42501", Some(ErrorKind::NotAllowed)),
            ("XX001", Some(ErrorKind::Damaged)),
            ("22021", Some(ErrorKind::Other)),
        ] {
            assert_eq!(of_code(&SqlState::from_code(code)), kind, "{code}");
        }
    }

    #[test]
    fn what_passes_is_busy_for_a_store() {
        for kind in [ErrorKind::Busy, ErrorKind::Unreachable] {
            assert!(matches!(
                StoreError::from(Error::new(kind)),
                StoreError::Busy
            ));
        }
        let full = StoreError::from(Error::new(ErrorKind::Full));
        assert!(matches!(full, StoreError::Other(_)));
    }
}
