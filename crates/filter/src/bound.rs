use std::sync::Arc;

use scimkit_schema::{Attribute, DateTime, Name};

use crate::CompareOp;

/// A filter after binding to one resource type: names are the schema's, operands are of the attribute's type.
///
/// This is what a planner reads to push a filter down into a query. It is as flat as the [`Filter`](crate::Filter) it came from.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// All of them.
    And(Vec<Self>),
    /// At least one of them.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// The target has a value that is not empty text.
    Present(Target),
    /// Some value of the target compares so. An unassigned one makes `eq null` and `ne` with any value true, the rest false.
    Compare {
        /// What is compared.
        target: Target,
        /// The comparison.
        op: CompareOp,
        /// What it is compared with.
        operand: Operand,
    },
    /// One value of the target makes the filter true, whose targets are all [`Place::Element`].
    ValuePath {
        /// The attribute whose values are looked at.
        target: Target,
        /// What one of them must make true.
        filter: Box<Self>,
    },
    /// True for no resource: the attribute does not exist in this type.
    Never,
}

/// An attribute, and where its values are. Copies share it.
#[derive(Clone, Debug, PartialEq)]
pub struct Target(Arc<Found>);

// Shared, so that a bound filter is small: copying and comparing a deep one needs little stack.
#[derive(Debug, PartialEq)]
struct Found {
    place: Place,
    attribute: Attribute,
    canonical: Box<str>,
}

impl Target {
    pub(crate) fn new(place: Place, attribute: Attribute, canonical: Box<str>) -> Self {
        Self(Arc::new(Found {
            place,
            attribute,
            canonical,
        }))
    }

    /// Where the values are.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// The definition of the attribute, or of the sub-attribute where the target is one.
    ///
    /// An extension as a whole is a complex attribute named by its URN.
    #[must_use]
    pub fn attribute(&self) -> &Attribute {
        &self.0.attribute
    }

    /// The full name in the schema's spelling: `userName`, `emails.value`, `urn:…:User:department`, `meta.lastModified`, also
    /// inside a value path.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.0.canonical
    }
}

/// Where the values of an attribute are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// The `id`.
    Id,
    /// `meta.resourceType`, or `meta` as a whole.
    Type,
    /// `meta.created`.
    Created,
    /// `meta.lastModified`.
    LastModified,
    /// `meta.version`.
    Version,
    /// `meta.location`. Nothing below a server knows it, so in a store it has no value.
    Location,
    /// The membership relation: `members` or `groups`, whichever the type has.
    Relation {
        /// The sub-attribute; none for whole members.
        sub: Option<Name>,
    },
    /// The document of the resource.
    Document {
        /// The URN of the extension that the attribute belongs to; none for core attributes.
        extension: Option<Name>,
        /// The attribute.
        name: Name,
        /// The sub-attribute; none for the attribute itself.
        sub: Option<Name>,
    },
    /// The value that a value path looks at.
    Element {
        /// The sub-attribute; none for the value of a simple attribute.
        sub: Option<Name>,
    },
    /// All attributes of an extension together.
    Extension(Name),
}

/// The right side of a comparison, in the attribute's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// No value.
    Null,
    /// For a boolean.
    Boolean(bool),
    /// For an integer or a decimal: a whole number that 64 bits hold.
    Integer(i64),
    /// For an integer or a decimal: any other number; finite.
    Decimal(f64),
    /// For text and references.
    Text {
        /// Whether the attribute ignores case. The text is then folded already, as [`scimkit_schema::fold`] does.
        folded: bool,
        /// The text.
        text: Box<str>,
    },
    /// For an instant.
    DateTime(DateTime),
    /// For binary data.
    Binary(Vec<u8>),
}
