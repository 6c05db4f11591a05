use std::{borrow::Borrow, fmt, hash, ops::Deref, sync::Arc};

/// The name of an attribute, a schema or a resource type, shared instead of copied.
///
/// A resource that was read against its schema carries the schema's own names, so that comparing two of them
/// is a comparison of pointers. Comparison is exact; ignoring case happens once, at the door
/// ([RFC 7643 §2.1](https://www.rfc-editor.org/rfc/rfc7643#section-2.1)).
///
/// ```
/// use scimkit_schema::Name;
///
/// let name = Name::from("userName");
/// assert_eq!(name, "userName");
/// assert!(name.matches("USERNAME"));
/// ```
#[derive(Clone, Eq, Ord, PartialOrd)]
pub struct Name(Arc<str>);

impl Name {
    /// The name as text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` spells this name, ignoring the case of ASCII letters.
    #[inline]
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        // Most names that are compared are the schema's own: then there is nothing to read.
        std::ptr::eq(self.as_str(), text) || self.0.eq_ignore_ascii_case(text)
    }
}

impl PartialEq for Name {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// As the text does, so that a map keyed by names can be asked with a `&str`.
impl hash::Hash for Name {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq<str> for Name {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Name {
    #[inline]
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Deref for Name {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
