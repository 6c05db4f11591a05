//! What mapping an object gives.

use std::fmt;

use scimkit_filter::{AttributePath, CompareOp, Filter, Literal};
use scimkit_schema::{self as scim, Resource, View};

use crate::TargetPath;
use crate::schema::AttributeFlowType;

/// What a source object is to be in the target.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mapped {
    /// For a new object, all that it has. For one that is in the target and was not looked at, what may flow into it; what is absent
    /// is to be left alone. For one that was looked at, what it is to be as a whole.
    pub resource: Resource,
    /// The attributes that refer to other objects, which are not in `resource`.
    pub references: Vec<UnresolvedReference>,
    /// What to look the object up by in the target, first the one to try first. Attributes without a value are passed over.
    pub matching: Vec<TargetValue>,
    /// The attributes of a new object of which several values will do. `resource` has the first one of each.
    pub candidates: Vec<Candidates>,
    /// What belongs into every export of an object that is in the target, although the target has it already. Alone it is no reason
    /// for an export.
    pub repeated: Vec<TargetValue>,
    /// The required attributes that have no value: with any of them, the object cannot be provisioned.
    pub missing: Vec<String>,
    /// What does not flow, and why.
    pub notes: Vec<Note>,
}

/// An attribute whose values are other objects, still named by their ids in the source.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnresolvedReference {
    /// The attribute, such as `members` or `urn:…:User:manager`.
    pub target: TargetPath,
    /// The ids of the source objects: all that there are, so none means that the target is to have none.
    pub source_ids: Vec<String>,
    /// When they flow. Nothing here looks at what the target refers to, so whoever sends them has to heed it.
    pub flow_type: AttributeFlowType,
}

/// A target attribute with a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TargetValue {
    /// The attribute.
    pub path: TargetPath,
    /// The value, in the type of the target attribute.
    pub value: scim::Value,
}

/// A target attribute with several values of which one will do.
///
/// They come from `SelectUniqueValue`: the first that nobody has in the target yet is the right one. Put another than the first one
/// into the resource with [`TargetPath::put`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Candidates {
    /// The attribute.
    pub path: TargetPath,
    /// The values in the order in which they are to be tried, in the type of the target attribute.
    pub values: Vec<scim::Value>,
}

/// An attribute that does not flow.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Note {
    /// The attribute.
    pub target: TargetPath,
    /// Why.
    pub reason: NoteReason,
}

/// Why an attribute does not flow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NoteReason {
    /// The source is null, and the mapping clears the target then.
    Cleared,
    /// The target has a value, and the mapping only fills an empty attribute.
    HasValue,
    /// `IgnoreFlowIfNullOrEmpty` left it out.
    LeftOut,
    /// The source is null, and there is no default value to use.
    Null,
    /// The mapping only adds to several values, and the attribute has one.
    OnlyAdditions,
    /// The mapping is for new objects only.
    OnlyOnCreation,
}

impl Candidates {
    /// The attribute with each of the values, in the order in which they are to be tried.
    pub fn each(&self) -> impl Iterator<Item = TargetValue> + '_ {
        self.values.iter().map(|value| TargetValue {
            path: self.path.clone(),
            value: value.clone(),
        })
    }
}

impl TargetValue {
    /// The filter that finds an object with this value.
    #[must_use]
    pub fn to_filter(&self) -> Filter {
        let equals = |path, value| Filter::Compare {
            path,
            op: CompareOp::Eq,
            value,
        };
        let literal = literal(&self.value);
        let attribute = self.path.path().attribute.clone();
        match (&self.path.path().filter, self.path.sub_attribute()) {
            (None, _) => equals(attribute, literal),
            (Some(filter), sub) => {
                let wanted = equals(AttributePath::new(sub.unwrap_or("value")), literal);
                let mut terms = match filter {
                    Filter::And(terms) => terms.clone(),
                    term => vec![term.clone()],
                };
                terms.push(wanted);
                Filter::ValuePath {
                    path: attribute,
                    filter: Filter::And(terms).into(),
                }
            }
        }
    }
}

/// A converted value as a filter writes it; lists are never looked up.
fn literal(value: &scim::Value) -> Literal {
    match value.view() {
        View::Boolean(value) => value.into(),
        View::Integer(number) => number.into(),
        View::Decimal(_) => Literal::Number(value.to_string().into()),
        View::String(text) => text.into(),
        View::DateTime(instant) => instant.to_string().as_str().into(),
        View::Null | View::Complex(_) | View::List(_) => Literal::Null,
    }
}

/// As a sentence for a log.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.target, self.reason)
    }
}

/// As the rest of a sentence about the target attribute.
impl fmt::Display for NoteReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cleared => "has no value at the source, and is cleared in the target",
            Self::HasValue => "flows only where the target has no value, and it has one",
            Self::LeftOut => "is left out, as its expression says",
            Self::Null => "has no value at the source; the target keeps what it has",
            Self::OnlyAdditions => "flows only by adding to several values, and it holds one",
            Self::OnlyOnCreation => "flows only when the object is created",
        })
    }
}
