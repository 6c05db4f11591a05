/// Turns a password into what may be kept.
///
/// A service has none unless given one with [`Service::with_password_hasher`](crate::Service::with_password_hasher): then passwords, and
/// all other values that a schema calls writeOnly, are accepted and dropped. With one, its hash stands in the document in place of the
/// password, where the application finds it to check a sign-in; the service itself never shows it, filters or sorts by it, or logs it.
///
/// It runs on the thread that answers the request, at most once for each writeOnly attribute of a resource, and again when a write is
/// repeated because another one was faster. A slow hash is right for passwords; how many run at a time is for the implementation to bound.
///
/// ```
/// use scimkit_server::{PasswordHasher, PasswordRefused};
///
/// struct Argon; // stands for a real one
///
/// impl PasswordHasher for Argon {
///     fn hash(&self, password: &str) -> Result<Box<str>, PasswordRefused> {
///         if password.chars().count() < 12 {
///             return Err(PasswordRefused::new("a password needs 12 characters"));
///         }
///         Ok("$argon2id$v=19$…".into())
///     }
/// }
/// ```
pub trait PasswordHasher: Send + Sync {
    /// The hash of a password, salt and parameters with it.
    ///
    /// # Errors
    /// [`PasswordRefused`], which becomes a 400 `invalidValue`.
    fn hash(&self, password: &str) -> Result<Box<str>, PasswordRefused>;
}

/// A password that is not taken, and why, in words for the client that do not repeat it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct PasswordRefused(Box<str>);

impl PasswordRefused {
    /// A refusal for this reason.
    #[must_use]
    pub fn new(reason: &str) -> Self {
        Self(reason.into())
    }
}
