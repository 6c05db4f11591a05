use std::sync::Arc;

use scimkit_store::StoreError;

/// A SQLite file that could not be opened or used.
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
    /// Another process holds the file.
    #[error(
        "the database is locked by another process: stop that one, or wait until it has finished"
    )]
    Locked,
    /// The file or its folder may not be written.
    #[error("the database is read-only: let this process write the file and its folder")]
    ReadOnly,
    /// The disk is full.
    #[error(
        "the disk is full: free some space and try again; nothing that was acknowledged is lost"
    )]
    Full,
    /// The file is something else.
    #[error("the file is no SQLite database: name another one, or one that does not exist yet")]
    NotADatabase,
    /// The file is a database of some other program.
    #[error(
        "the SQLite database belongs to another program: name another file, or one that does not exist yet"
    )]
    Foreign,
    /// Newer code has written the file.
    #[error(
        "the database has schema version {found}, and this program knows no more than {known}: use a newer release"
    )]
    Newer {
        /// The version of the file.
        found: i64,
        /// The newest version that this code knows.
        known: i64,
    },
    /// The file cannot be opened or made.
    #[error(
        "the database file cannot be opened: its folder must exist, and this process must be allowed to use it"
    )]
    CannotOpen,
    /// The file is damaged.
    #[error("the database is damaged: restore it from a backup")]
    Damaged,
    /// The schemas now ask for unique values, and the file holds one twice.
    #[error(
        "two resources have the same `{path}`, which the schemas now want unique: open with the former schemas and change one"
    )]
    Duplicate {
        /// The canonical path of the attribute.
        path: Box<str>,
    },
    /// The request, or one beside it in the same transaction, broke the transaction or the thread.
    #[error(
        "the database gave up this request: try again, and look in the logs for a panic or a full disk"
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
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        let source: Option<Arc<dyn std::error::Error + Send + Sync>> = Some(Arc::new(source));
        Self { kind, source }
    }

    /// Damage, as the engine describes it.
    pub(crate) fn damaged(what: &str) -> Self {
        let source: Box<dyn std::error::Error + Send + Sync> = what.into();
        let (kind, source) = (ErrorKind::Damaged, Some(source.into()));
        Self { kind, source }
    }

    pub(crate) fn other(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            kind: ErrorKind::Other,
            source: Some(Arc::new(source)),
        }
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error.kind {
            ErrorKind::Locked => Self::Busy,
            _ => Self::other(error),
        }
    }
}

/// Reads the driver's error. A function, since a `From` would put the driver into the public interface.
pub(crate) fn from_driver(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ErrorKind::Locked,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => ErrorKind::ReadOnly,
        Some(ErrorCode::DiskFull) => ErrorKind::Full,
        Some(ErrorCode::NotADatabase) => ErrorKind::NotADatabase,
        Some(ErrorCode::CannotOpen) => ErrorKind::CannotOpen,
        Some(ErrorCode::DatabaseCorrupt) => ErrorKind::Damaged,
        _ => ErrorKind::Other,
    };
    Error {
        kind,
        source: Some(Arc::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn the_drivers_codes_say_what_to_do() {
        for (code, kind) in [
            (ffi::SQLITE_BUSY, ErrorKind::Locked),
            (ffi::SQLITE_READONLY_DIRECTORY, ErrorKind::ReadOnly),
            (ffi::SQLITE_FULL, ErrorKind::Full),
            (ffi::SQLITE_NOTADB, ErrorKind::NotADatabase),
            (ffi::SQLITE_CANTOPEN_ISDIR, ErrorKind::CannotOpen),
            (ffi::SQLITE_CORRUPT, ErrorKind::Damaged),
            (ffi::SQLITE_MISUSE, ErrorKind::Other),
        ] {
            let error = from_driver(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
            assert_eq!(error.kind(), &kind, "{code}");
            assert!(std::error::Error::source(&error).is_some());
        }
    }

    #[test]
    fn a_lock_is_busy_for_a_store() {
        assert!(matches!(
            StoreError::from(Error::new(ErrorKind::Locked)),
            StoreError::Busy
        ));
        assert!(matches!(
            StoreError::from(Error::new(ErrorKind::Full)),
            StoreError::Other(_)
        ));
    }
}
