use std::fmt;

use super::{AttributeMapping, ObjectMapping};
use crate::Compiled;
use crate::expression::Expression;

/// One line of a table of mappings, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MappingRow {
    /// The name of the source attribute, the constant, or the whole expression.
    pub source: String,
    /// The path of the target attribute.
    pub target: String,
    /// What the source is.
    pub kind: MappingKind,
    /// The matching priority; none if the attribute does not match.
    pub matching: Option<u32>,
    /// Whether an object cannot be without it.
    pub required: bool,
}

/// What the source of a mapping is, in the words of the Entra portal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MappingKind {
    /// A fixed text.
    Constant,
    /// An attribute, copied.
    Direct,
    /// A function.
    Expression,
    /// Nothing: only a default value.
    None,
}

impl fmt::Display for MappingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Constant => "Constant",
            Self::Direct => "Direct",
            Self::Expression => "Expression",
            Self::None => "None",
        })
    }
}

impl ObjectMapping {
    /// The attributes as lines of a table, in the order of the file.
    pub fn describe(&self) -> impl Iterator<Item = MappingRow> {
        self.attributes.iter().map(AttributeMapping::describe)
    }
}

impl AttributeMapping {
    /// The kind of the mapping.
    #[must_use]
    pub fn kind(&self) -> MappingKind {
        match self.expression().map(Compiled::expression) {
            None => MappingKind::None,
            Some(Expression::Attribute(_)) => MappingKind::Direct,
            Some(Expression::Text(_)) => MappingKind::Constant,
            Some(_) => MappingKind::Expression,
        }
    }

    fn describe(&self) -> MappingRow {
        let source = match self.expression().map(Compiled::expression) {
            None => self.default().unwrap_or_default().to_owned(),
            Some(Expression::Attribute(written) | Expression::Text(written)) => written.to_string(),
            Some(expression) => expression.to_string(),
        };
        MappingRow {
            source,
            target: self.target().to_string(),
            kind: self.kind(),
            matching: self.matching_priority(),
            required: self.is_required(),
        }
    }
}
