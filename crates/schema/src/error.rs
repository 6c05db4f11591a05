use std::fmt;

use crate::ScimType;

/// What is wrong with a JSON text, a resource or a schema, and where.
///
/// ```
/// use scimkit_schema::{Attribute, AttributeType, ErrorKind, Schema};
///
/// let twice = ["badge", "Badge"].map(|name| Attribute::new(name, AttributeType::String));
/// let error = Schema::new("urn:example:badge", "Badge", twice).unwrap_err();
/// assert_eq!(error.path(), "attributes[1].name");
/// assert!(matches!(error.kind(), ErrorKind::Definition(_)));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    path: Box<str>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, path: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            path: path.into(),
        }
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Where it was wrong, such as `emails[2].primary`; empty for the whole text.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The keyword that a SCIM error carries for this
    /// ([RFC 7644 §3.12](https://www.rfc-editor.org/rfc/rfc7644#section-3.12)).
    #[must_use]
    pub const fn scim_type(&self) -> ScimType {
        self.kind.scim_type()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        write!(f, "{}", self.kind)
    }
}

impl std::error::Error for Error {}

/// What was wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is no JSON.
    #[error("not valid JSON: {0}")]
    Json(Box<str>),
    /// The text is JSON, but no object.
    #[error("expected a JSON object, found {found}")]
    NotAnObject {
        /// What was there.
        found: &'static str,
    },
    /// A member stands twice in one object, perhaps in different letter case.
    #[error("this name stands twice in one object")]
    DuplicateName,
    /// A string holds U+0000.
    #[error("a string must not hold U+0000")]
    Nul,
    /// A number is outside what is kept exactly.
    #[error("the number is outside the range of 64-bit integers")]
    NumberRange,
    /// Arrays and objects are nested too deeply.
    #[error("more than {limit} levels of arrays and objects")]
    TooDeep {
        /// The deepest level allowed.
        limit: usize,
    },
    /// The value is of another kind than the attribute.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// What the attribute holds.
        expected: &'static str,
        /// What was there.
        found: &'static str,
    },
    /// The value does not fit the attribute.
    #[error("{0}")]
    BadValue(&'static str),
    /// A required attribute has no value.
    #[error("a value is required")]
    Required,
    /// The schema has no attribute of this name.
    #[error("the schema has no such attribute{}", nearest.as_deref().map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
    UnknownAttribute {
        /// The known name that is most like it.
        nearest: Option<Box<str>>,
    },
    /// An immutable or readOnly attribute would change.
    #[error("the attribute is {0} and cannot be changed")]
    Mutability(&'static str),
    /// `schemas` is missing or names what the resource type does not have.
    #[error("{0}")]
    Schemas(Box<str>),
    /// A schema definition contradicts itself or the RFC.
    #[error("{0}")]
    Definition(Box<str>),
    /// One of several documents is wrong.
    #[error("`{file}`: {error}")]
    Document {
        /// The name that was given for the document.
        file: Box<str>,
        /// What is wrong in it.
        error: Box<Error>,
    },
}

impl ErrorKind {
    const fn scim_type(&self) -> ScimType {
        match self {
            Self::Json(_)
            | Self::NotAnObject { .. }
            | Self::DuplicateName
            | Self::Nul
            | Self::TooDeep { .. }
            | Self::UnknownAttribute { .. }
            | Self::Schemas(_)
            | Self::Definition(_)
            | Self::Document { .. } => ScimType::InvalidSyntax,
            Self::NumberRange | Self::WrongType { .. } | Self::BadValue(_) | Self::Required => {
                ScimType::InvalidValue
            }
            Self::Mutability(_) => ScimType::Mutability,
        }
    }
}
