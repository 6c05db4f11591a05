use scimkit_schema::{AttributeType, ScimType};

use crate::CompareOp;

/// A filter that does not fit the schema.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_filter::{BoundFilter, Filter};
/// use scimkit_schema::{Compat, core};
///
/// let filter: Filter = "usrName pr".parse()?;
/// let error = BoundFilter::bind(&filter, &[Arc::new(core::user_type())], Compat::strict()).unwrap_err();
/// assert_eq!(error.to_string(), "`usrName`: the schema has no such attribute, did you mean `userName`?");
/// # Ok::<(), scimkit_filter::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{path}`: {kind}")]
pub struct BindError {
    kind: BindErrorKind,
    path: Box<str>,
}

impl BindError {
    pub(crate) fn new(kind: BindErrorKind, path: impl Into<Box<str>>) -> Self {
        Self {
            kind,
            path: path.into(),
        }
    }

    /// What does not fit.
    #[must_use]
    pub const fn kind(&self) -> &BindErrorKind {
        &self.kind
    }

    /// The attribute, as the filter spells it: at most 40 characters, without its URN if that is too long.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The keyword that a SCIM error carries for this: `invalidFilter`
    /// ([RFC 7644 §3.12](https://www.rfc-editor.org/rfc/rfc7644#section-3.12)).
    #[must_use]
    pub const fn scim_type(&self) -> ScimType {
        ScimType::InvalidFilter
    }
}

/// What does not fit.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BindErrorKind {
    /// The schema has no attribute of this name.
    #[error("the schema has no such attribute{}", nearest.as_deref().map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
    UnknownAttribute {
        /// The known name that is most like it.
        nearest: Option<Box<str>>,
    },
    /// The attribute is never returned, so a filter must not find out about it.
    #[error("the attribute is never returned and cannot be filtered on")]
    NeverReturned,
    /// A complex attribute has no value of its own to compare.
    #[error("the attribute is complex, name one of its sub-attributes{}", example.as_deref().map(|name| format!(", such as `{name}`")).unwrap_or_default())]
    NeedsSubAttribute {
        /// One of them.
        example: Option<Box<str>>,
    },
    /// The attribute's type does not have this comparison.
    #[error("{} does not go with an attribute of type {}", op.as_str(), attribute_type.as_str())]
    Operator {
        /// The comparison.
        op: CompareOp,
        /// The type of the attribute.
        attribute_type: AttributeType,
    },
    /// `null` is compared by order or as text.
    #[error("{} does not go with null, use eq or ne", op.as_str())]
    NullOperator {
        /// The comparison.
        op: CompareOp,
    },
    /// The right side is of another kind than the attribute.
    #[error("the value must be {expected}")]
    Operand {
        /// What the attribute is compared with.
        expected: &'static str,
    },
    /// Brackets behind an attribute that is not complex and has a single value.
    #[error("only a complex or multi-valued attribute takes brackets")]
    NotSelectable,
    /// A URN or a dot in the name of a sub-attribute, or brackets in brackets.
    #[error("brackets hold plain names of sub-attributes")]
    NotASubAttribute,
    /// An extension as a whole is compared with something.
    #[error("the extension as a whole can only be tested with pr")]
    ExtensionAsAWhole,
}
