use std::fmt;

use scimkit_schema::ScimType;

use crate::OpKind;

/// A PATCH that could not be read or applied; the resource is as it was.
///
/// The message counts operations from 1, shows paths without the text of their filters, and says what to change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    place: Place,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, place: Place) -> Self {
        Self { kind, place }
    }

    /// What was wrong.
    #[must_use]
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The index of the operation, from 0; none when the message as a whole is wrong.
    #[must_use]
    pub const fn operation(&self) -> Option<usize> {
        self.place.operation
    }

    /// What the operation was to do.
    #[must_use]
    pub const fn op(&self) -> Option<OpKind> {
        self.place.op
    }

    /// The path of the operation, or the key in the value of an operation without path; at most 40 characters of it, and no text
    /// that a filter compares with.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.place.path.as_deref()
    }

    /// The keyword that a SCIM error carries for this
    /// ([RFC 7644 §3.12](https://www.rfc-editor.org/rfc/rfc7644#section-3.12)).
    #[must_use]
    pub fn scim_type(&self) -> ScimType {
        self.kind.scim_type()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(index) = self.place.operation {
            write!(f, "operation {}", index + 1)?;
            match (self.place.op, &self.place.path) {
                (Some(op), Some(path)) => write!(f, " (`{op}` `{path}`)")?,
                (Some(op), None) => write!(f, " (`{op}`)")?,
                (None, _) => {}
            }
            f.write_str(": ")?;
        }
        write!(f, "{}", self.kind)
    }
}

impl std::error::Error for Error {}

/// What was wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The body is no PATCH message.
    #[error("{0}")]
    Body(Box<str>),
    /// The path cannot be read.
    #[error("the path cannot be read: {0}")]
    Path(scimkit_filter::Error),
    /// The path does not fit the attribute, or the operation.
    #[error("{0}")]
    PathUse(Box<str>),
    /// The schema has no such attribute.
    #[error("the schema has no such attribute{}", nearest.as_deref().map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
    UnknownAttribute {
        /// The known name that is most like it.
        nearest: Option<Box<str>>,
    },
    /// The filter of the path does not fit the attribute.
    #[error("the filter does not fit the attribute: {0}")]
    Filter(Box<str>),
    /// A `remove` without a path.
    #[error("`remove` needs a `path` that says what to remove")]
    NoPath,
    /// The filter of the path selects nothing.
    #[error("the filter selects no value; add the value to the attribute without a filter")]
    NoTarget,
    /// The value does not fit the attribute.
    #[error("{0}")]
    Value(scimkit_schema::Error),
    /// The value does not fit the operation.
    #[error("{0}")]
    ValueUse(&'static str),
    /// The attribute is readOnly or immutable, as the word says.
    #[error("the attribute is {0} and cannot be changed")]
    Mutability(&'static str),
    /// The attribute must keep a value.
    #[error("the attribute is required and cannot be unassigned; replace its value")]
    Required,
}

impl ErrorKind {
    fn scim_type(&self) -> ScimType {
        match self {
            Self::Body(_) => ScimType::InvalidSyntax,
            Self::Path(error) => error.scim_type(),
            Self::PathUse(_) | Self::UnknownAttribute { .. } => ScimType::InvalidPath,
            Self::Filter(_) => ScimType::InvalidFilter,
            Self::NoPath | Self::NoTarget => ScimType::NoTarget,
            Self::Value(error) => match error.kind() {
                scimkit_schema::ErrorKind::UnknownAttribute { .. } => ScimType::InvalidPath,
                scimkit_schema::ErrorKind::Mutability(_) => ScimType::Mutability,
                _ => ScimType::InvalidValue,
            },
            Self::ValueUse(_) => ScimType::InvalidValue,
            Self::Mutability(_) | Self::Required => ScimType::Mutability,
        }
    }
}

/// Where in the message an error is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Place {
    operation: Option<usize>,
    op: Option<OpKind>,
    path: Option<Box<str>>,
}

impl Place {
    /// The operation of this index, before anything else is known of it.
    pub(crate) fn operation(index: usize) -> Self {
        Self {
            operation: Some(index),
            ..Self::default()
        }
    }

    pub(crate) fn with_op(self, op: OpKind) -> Self {
        Self {
            op: Some(op),
            ..self
        }
    }

    /// Takes what may be shown of `path`.
    pub(crate) fn with_path(self, path: &str) -> Self {
        Self {
            path: Some(shown(path)),
            ..self
        }
    }

    /// A sub-attribute of the path that is there.
    pub(crate) fn below(self, name: &str) -> Self {
        let name = excerpt(name);
        let path = match &self.path {
            Some(path) => format!("{path}.{name}"),
            None => name,
        };
        Self {
            path: Some(path.into()),
            ..self
        }
    }
}

/// At most 40 characters of the input, escaped.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars()
        .take(MOST)
        .flat_map(char::escape_debug)
        .collect()
}

/// At most 40 characters at the end of a path, its filter left out.
fn shown(path: &str) -> Box<str> {
    let bare = match (path.split_once('['), path.rsplit_once(']')) {
        (Some((attribute, _)), Some((_, sub))) => format!("{attribute}[…]{sub}"),
        (Some((attribute, _)), None) => format!("{attribute}[…"),
        (None, _) => path.to_owned(),
    };
    let length = bare.chars().count();
    if length <= MOST {
        return bare.chars().flat_map(char::escape_debug).collect();
    }
    let end = bare.chars().skip(length - MOST);
    std::iter::once('…')
        .chain(end.flat_map(char::escape_debug))
        .collect()
}

const MOST: usize = 40;
