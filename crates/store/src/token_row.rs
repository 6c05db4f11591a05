use std::fmt;

use scimkit_schema::DateTime;

/// The name of a tenant, as operators write it: 1 to 64 lower-case letters, digits and hyphens.
///
/// ```
/// use scimkit_store::TenantId;
///
/// assert_eq!(TenantId::new("harborline")?.as_str(), "harborline");
/// assert!(TenantId::new("../other").is_err());
/// # Ok::<(), scimkit_store::InvalidTenantId>(())
/// ```
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TenantId(Box<str>);

impl TenantId {
    /// Takes a tenant's name.
    ///
    /// # Errors
    /// [`InvalidTenantId`] when it has other characters or another length.
    pub fn new(text: &str) -> Result<Self, InvalidTenantId> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) {
            return Err(InvalidTenantId(
                text.chars().take(40).flat_map(char::escape_debug).collect(),
            ));
        }
        Ok(Self(text.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot name a tenant.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` cannot name a tenant: use 1 to 64 lower-case letters, digits and hyphens")]
pub struct InvalidTenantId(Box<str>);

/// What a token may do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Read resources.
    Read,
    /// Read and change resources.
    ReadWrite,
}

impl Scope {
    /// The word for it in storage and lists.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWrite => "read-write",
        }
    }

    /// The scope that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Read, Self::ReadWrite]
            .into_iter()
            .find(|scope| scope.as_str() == word)
    }
}

/// A token as it is kept. The secret itself is nowhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenRow {
    /// The public part of the token, by which it is found.
    pub lookup: Box<str>,
    /// The tenant that it opens.
    pub tenant: TenantId,
    /// What people call it: the client it was made for.
    pub name: Box<str>,
    /// SHA-256 of the whole token.
    pub hash: [u8; 32],
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created: DateTime,
    /// When it stops working; none for never.
    pub expires: Option<DateTime>,
    /// When it was revoked; none while it is not.
    pub revoked: Option<DateTime>,
    /// When it was last used; none until then.
    pub last_used: Option<DateTime>,
}
