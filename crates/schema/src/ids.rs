use std::fmt;

/// The `id` that a service provider gave a resource ([RFC 7643 §3.1](https://www.rfc-editor.org/rfc/rfc7643#section-3.1)).
///
/// It compares exactly and never changes. It is a type of its own so that what a client supplied ([`ExternalId`]) cannot be
/// taken for it.
///
/// ```
/// use scimkit_schema::ResourceId;
///
/// let id = ResourceId::new("0190b2f0-7c4e-7cc3-9a41-3a3e5c1f0001")?;
/// assert_eq!(id.as_str(), "0190b2f0-7c4e-7cc3-9a41-3a3e5c1f0001");
/// assert!(ResourceId::new("bulkId:1").is_err());
/// # Ok::<(), scimkit_schema::InvalidId>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ResourceId(Box<str>);

impl ResourceId {
    /// The longest id that is accepted, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Takes a text of 1 to 255 bytes without control characters that does not contain the reserved word `bulkId`.
    ///
    /// # Errors
    /// [`InvalidId`], which shows the text that was refused.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let shown = || text.chars().take(40).flat_map(char::escape_debug).collect();
        if text.is_empty()
            || text.len() > Self::MAX_BYTES
            || text.contains("bulkId")
            || text.contains(char::is_control)
        {
            return Err(InvalidId(shown()));
        }
        Ok(Self(text.into()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot be the `id` of a resource.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{0}` cannot be a resource id: it must have 1 to 255 bytes, no control characters, and not contain `bulkId`"
)]
pub struct InvalidId(Box<str>);

/// The `externalId` by which a client knows a resource
/// ([RFC 7643 §3.1](https://www.rfc-editor.org/rfc/rfc7643#section-3.1)).
///
/// It is scoped to that client, need not be unique, and never equals or becomes a [`ResourceId`].
///
/// ```
/// use scimkit_schema::ExternalId;
///
/// assert_eq!(ExternalId::new("HL-40217").to_string(), "HL-40217");
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ExternalId(Box<str>);

impl ExternalId {
    /// Takes any text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_reserved_empty_long_and_control() {
        for text in ["", "bulkId", "x-bulkId:7", "a\nb", "a\0", &"x".repeat(256)] {
            assert!(ResourceId::new(text).is_err(), "{text:?}");
        }
        assert!(ResourceId::new(&"x".repeat(255)).is_ok());
    }
}
