//! The enumerations of the synchronization schema.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An enumeration on the wire: read in any case, written as Microsoft does, unknown words kept as they are.
macro_rules! words {
    ($(#[$docs:meta])* $name:ident { $($(#[$word_docs:meta])* $word:ident,)+ }) => {
        $(#[$docs])*
        ///
        /// Read in any case, written as named here; a word that is not known stays as it is.
        #[derive(Clone, Debug, Default, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_docs])* $word,)+
            /// A word that this version does not know.
            Other(Box<str>),
        }

        impl $name {
            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => stringify!($word),)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case(stringify!($word)) {
                    return Self::$word;
                })+
                Self::Other(word.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(String::deserialize(deserializer)?.as_str()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! {
    /// When a mapping applies.
    AttributeFlowType {
        /// On create and update.
        #[default]
        Always,
        /// Only if the target has no value yet.
        AttributeAddOnly,
        /// Only if the change adds values to a multi-valued attribute.
        MultiValueAddOnly,
        /// Only when the object is created.
        ObjectAddOnly,
        /// Additions flow, removals do not.
        ValueAddOnly,
    }
}

words! {
    /// The type of an attribute.
    AttributeType {
        /// Bytes.
        Binary,
        /// True or false.
        Boolean,
        /// An instant.
        DateTime,
        /// A whole number.
        Integer,
        /// Another object.
        Reference,
        /// Text.
        #[default]
        String,
    }
}

words! {
    /// What a directory can be asked about itself.
    Discoverability {
        /// The types of its attributes.
        AttributeDataTypes,
        /// The names of its attributes.
        AttributeNames,
        /// Which attributes cannot be written.
        AttributeReadOnly,
        /// Nothing.
        #[default]
        None,
        /// Which attributes refer to other objects.
        ReferenceAttributes,
    }
}

words! {
    /// Whether a mapping flows in every export.
    FlowBehavior {
        /// In every export of the object.
        FlowAlways,
        /// Only if the attribute changed.
        #[default]
        FlowWhenChanged,
    }
}

words! {
    /// What may happen to the objects of an object mapping.
    FlowType {
        /// They are created.
        #[default]
        Add,
        /// They are deleted.
        Delete,
        /// Nothing.
        None,
        /// They are changed.
        Update,
    }
}

words! {
    /// What the source of a mapping is.
    MappingSourceType {
        /// An attribute of the source object, copied.
        #[default]
        Attribute,
        /// A fixed text.
        Constant,
        /// An expression.
        Function,
    }
}

words! {
    /// Whether an attribute can be written.
    Mutability {
        /// Written once.
        Immutable,
        /// Read only.
        ReadOnly,
        /// Read and written.
        #[default]
        ReadWrite,
        /// Written, never read.
        WriteOnly,
    }
}

/// Several words in one text with commas between them, kept as it was read.
macro_rules! flags {
    ($(#[$docs:meta])* $name:ident of $word:ident) => {
        $(#[$docs])*
        #[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The set that this text names, with or without blanks after the commas.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The words in their order.
            pub fn iter(&self) -> impl Iterator<Item = $word> {
                self.0.split(',').map(|word| $word::from(word.trim()))
            }

            /// Whether the set has this word.
            #[must_use]
            pub fn contains(&self, wanted: &$word) -> bool {
                self.iter().any(|word| word == *wanted)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

flags! {
    /// A set of [`Discoverability`] words in one text, kept as it was read.
    Discoverabilities of Discoverability
}

flags! {
    /// A set of [`FlowType`]s in one text, kept as it was read.
    FlowTypes of FlowType
}
