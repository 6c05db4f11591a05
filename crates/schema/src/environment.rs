//! What the machine would be asked for: time, ids, randomness. Nothing below the adapters asks it; they take these traits.

use std::sync::Arc;

use crate::{DateTime, ResourceId};

/// Tells the time. `scimkit-system` has the real one; tests bring their own and a year passes in a second.
///
/// ```
/// use scimkit_schema::{Clock, DateTime};
///
/// struct Noon;
///
/// impl Clock for Noon {
///     fn now(&self) -> DateTime {
///         DateTime::from_unix_micros(1_767_614_400_000_000)
///     }
/// }
///
/// assert_eq!(Noon.now().to_string(), "2026-01-05T12:00:00Z");
/// ```
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime;
}

/// Gives new resource ids, never the same one twice.
pub trait IdSource: Send + Sync {
    /// An id that was not given before.
    fn next_id(&self) -> ResourceId;
}

/// Gives random bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> DateTime {
        (**self).now()
    }
}

impl<T: IdSource + ?Sized> IdSource for Arc<T> {
    fn next_id(&self) -> ResourceId {
        (**self).next_id()
    }
}

impl<T: Random + ?Sized> Random for Arc<T> {
    fn fill(&self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}
