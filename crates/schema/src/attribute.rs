use serde::{Deserialize, Serialize};

use crate::{Name, Value};

/// The definition of one attribute, with every characteristic of
/// [RFC 7643 §2.2](https://www.rfc-editor.org/rfc/rfc7643#section-2.2) and §7.
///
/// It starts with the RFC's defaults; the `with_…` methods change them.
///
/// ```
/// use scimkit_schema::{Attribute, AttributeType, Mutability, Uniqueness};
///
/// let badge = Attribute::new("badge", AttributeType::String)
///     .with_case_exact(true)
///     .with_uniqueness(Uniqueness::Server);
/// assert_eq!(badge.mutability(), Mutability::ReadWrite);
/// assert!(!badge.is_required());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    name: Name,
    attribute_type: AttributeType,
    multi_valued: bool,
    description: Box<str>,
    required: bool,
    canonical_values: Vec<Box<str>>,
    case_exact: bool,
    mutability: Mutability,
    returned: Returned,
    uniqueness: Uniqueness,
    reference_types: Vec<Box<str>>,
    sub_attributes: Vec<Self>,
    default: Option<Value>,
}

impl Attribute {
    /// An optional, single-valued, readWrite attribute that ignores case.
    ///
    /// Binary values and references always compare exactly, whatever `caseExact` says
    /// ([RFC 7643 §2.3.6 and §2.3.7](https://www.rfc-editor.org/rfc/rfc7643#section-2.3.6)).
    #[must_use]
    pub fn new(name: &str, attribute_type: AttributeType) -> Self {
        Self {
            name: Name::from(name),
            attribute_type,
            multi_valued: false,
            description: Box::default(),
            required: false,
            canonical_values: Vec::new(),
            case_exact: matches!(
                attribute_type,
                AttributeType::Binary | AttributeType::Reference
            ),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
            default: None,
        }
    }

    /// A complex attribute of these sub-attributes.
    ///
    /// ```
    /// use scimkit_schema::{Attribute, AttributeType};
    ///
    /// let size = Attribute::complex("size", [Attribute::new("width", AttributeType::Integer)]);
    /// assert_eq!(size.sub_attribute("WIDTH").unwrap().attribute_type(), AttributeType::Integer);
    /// ```
    #[must_use]
    pub fn complex(name: &str, sub_attributes: impl IntoIterator<Item = Self>) -> Self {
        Self {
            sub_attributes: sub_attributes.into_iter().collect(),
            ..Self::new(name, AttributeType::Complex)
        }
    }

    /// Says what the sub-attributes of a complex attribute are.
    #[must_use]
    pub fn with_sub_attributes(mut self, sub_attributes: impl IntoIterator<Item = Self>) -> Self {
        self.sub_attributes = sub_attributes.into_iter().collect();
        self
    }

    /// Says in words what the attribute is for.
    #[must_use]
    pub fn with_description(mut self, description: &str) -> Self {
        self.description = description.into();
        self
    }

    /// Says whether the attribute holds several values.
    #[must_use]
    pub const fn with_multi_valued(mut self, multi_valued: bool) -> Self {
        self.multi_valued = multi_valued;
        self
    }

    /// Says whether the attribute must have a value.
    #[must_use]
    pub const fn with_required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// Suggests values; others stay allowed.
    #[must_use]
    pub fn with_canonical_values<T: Into<Box<str>>>(
        mut self,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        self.canonical_values = values.into_iter().map(Into::into).collect();
        self
    }

    /// Says whether upper and lower case differ.
    #[must_use]
    pub const fn with_case_exact(mut self, case_exact: bool) -> Self {
        self.case_exact = case_exact;
        self
    }

    /// Says who may change the value, and when.
    #[must_use]
    pub const fn with_mutability(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    /// Says when the value is in an answer.
    #[must_use]
    pub const fn with_returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    /// Says where the value must be unique.
    #[must_use]
    pub const fn with_uniqueness(mut self, uniqueness: Uniqueness) -> Self {
        self.uniqueness = uniqueness;
        self
    }

    /// Says what a reference may point to: resource type names, `external`, `uri`.
    #[must_use]
    pub fn with_reference_types<T: Into<Box<str>>>(
        mut self,
        types: impl IntoIterator<Item = T>,
    ) -> Self {
        self.reference_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// Gives the value that a new resource has when its creator sent none.
    ///
    /// The RFC has no such characteristic, so it is not part of the schema's JSON.
    #[must_use]
    pub fn with_default(mut self, value: Value) -> Self {
        self.default = Some(value);
        self
    }

    /// The name, in the spelling that answers use.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The data type.
    #[must_use]
    pub const fn attribute_type(&self) -> AttributeType {
        self.attribute_type
    }

    /// Whether the attribute holds several values.
    #[must_use]
    pub const fn is_multi_valued(&self) -> bool {
        self.multi_valued
    }

    /// What the attribute is for.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whether the attribute must have a value.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// The suggested values.
    pub fn canonical_values(&self) -> impl Iterator<Item = &str> {
        self.canonical_values.iter().map(|value| &**value)
    }

    /// Whether upper and lower case differ.
    #[must_use]
    pub const fn is_case_exact(&self) -> bool {
        self.case_exact
    }

    /// Who may change the value, and when.
    #[must_use]
    pub const fn mutability(&self) -> Mutability {
        self.mutability
    }

    /// When the value is in an answer.
    #[must_use]
    pub const fn returned(&self) -> Returned {
        self.returned
    }

    /// Where the value must be unique.
    #[must_use]
    pub const fn uniqueness(&self) -> Uniqueness {
        self.uniqueness
    }

    /// What a reference may point to.
    pub fn reference_types(&self) -> impl Iterator<Item = &str> {
        self.reference_types.iter().map(|name| &**name)
    }

    /// The sub-attributes of a complex attribute.
    #[must_use]
    pub fn sub_attributes(&self) -> &[Self] {
        &self.sub_attributes
    }

    /// The value of a new resource whose creator sent none.
    #[must_use]
    pub const fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Whether the characteristics are those of `other`: all but description, default and sub-attributes.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let bare = |attribute: &Self| Self {
            description: Box::default(),
            default: None,
            sub_attributes: Vec::new(),
            ..attribute.clone()
        };
        bare(self) == bare(other)
    }

    /// The sub-attribute `name`, in any letter case.
    #[must_use]
    pub fn sub_attribute(&self, name: &str) -> Option<&Self> {
        self.sub_attributes
            .iter()
            .find(|known| known.name.matches(name))
    }
}

macro_rules! keywords {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every one, in the RFC's order.
            pub const ALL: [Self; [$(Self::$variant),+].len()] = [$(Self::$variant),+];

            /// The spelling in schema documents.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

keywords! {
    /// The data type of an attribute ([RFC 7643 §2.3](https://www.rfc-editor.org/rfc/rfc7643#section-2.3)).
    AttributeType {
        /// Text.
        String = "string",
        /// `true` or `false`.
        Boolean = "boolean",
        /// A number with a fraction.
        Decimal = "decimal",
        /// A whole number.
        Integer = "integer",
        /// An instant.
        DateTime = "dateTime",
        /// Octets, in base64.
        Binary = "binary",
        /// The URI of a resource.
        Reference = "reference",
        /// Sub-attributes.
        Complex = "complex",
    }
}

keywords! {
    /// Who may change an attribute, and when ([RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7)).
    Mutability {
        /// Only the service provider.
        ReadOnly = "readOnly",
        /// The client, at any time.
        ReadWrite = "readWrite",
        /// The client, once.
        Immutable = "immutable",
        /// The client, at any time; it is never read back.
        WriteOnly = "writeOnly",
    }
}

keywords! {
    /// When an attribute is in an answer ([RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7)).
    Returned {
        /// Always, whatever was asked for.
        Always = "always",
        /// Never.
        Never = "never",
        /// Unless other attributes were asked for or this one was excluded.
        Default = "default",
        /// Only when asked for.
        Request = "request",
    }
}

keywords! {
    /// Where a value must be unique ([RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7)).
    Uniqueness {
        /// Nowhere.
        None = "none",
        /// Among the resources of the type in one tenant.
        Server = "server",
        /// Everywhere.
        Global = "global",
        /// In one enterprise (a word of RFC 9944's schemas); kept in one tenant, like `server`.
        Enterprise = "Enterprise",
        /// Among what one manufacturer makes (a word of RFC 9944's schemas); kept in one tenant, like `server`.
        Manufacturer = "Manufacturer",
    }
}
