use std::fmt;
use std::str::FromStr;

use scimkit_filter::{CompareOp, Filter, Literal, Path};

use scimkit_schema::{self as scim, Resource, ResourceType};

use crate::error::{Error, ErrorKind, excerpt};
use crate::mapping::write::{Manner, TargetAttribute};

/// The target of a mapping: an attribute path in one of the forms that Entra uses.
///
/// A filter says which element of a multi-valued attribute is meant, and what it consists of when it has to be made; so it
/// has only `eq` terms, joined by `and`.
///
/// ```
/// use scimkit_mapping::TargetPath;
///
/// let path: TargetPath = r#"emails[type eq "work"].value"#.parse()?;
/// assert_eq!(path.attribute(), "emails");
/// assert_eq!(path.sub_attribute(), Some("value"));
/// assert!("emails[type sw \"w\"].value".parse::<TargetPath>().is_err());
/// # Ok::<(), scimkit_mapping::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TargetPath {
    text: Box<str>,
    path: Path,
    terms: Vec<(Box<str>, Literal)>,
}

impl TargetPath {
    /// The path as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path as it was read.
    #[must_use]
    pub const fn path(&self) -> &Path {
        &self.path
    }

    /// The schema that the attribute is qualified with.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.path.attribute.uri()
    }

    /// The name of the attribute.
    #[must_use]
    pub fn attribute(&self) -> &str {
        self.path.attribute.name()
    }

    /// The name of the sub-attribute.
    #[must_use]
    pub fn sub_attribute(&self) -> Option<&str> {
        self.path
            .sub
            .as_deref()
            .or_else(|| self.path.attribute.sub())
    }

    /// Puts a value of the type of this attribute into a resource, in the place of the one that is there.
    ///
    /// # Errors
    /// [`Error`] if `target` has no such attribute, or the service provider assigns it.
    pub fn put(
        &self,
        resource: &mut Resource,
        target: &ResourceType,
        value: scim::Value,
    ) -> Result<(), Error> {
        TargetAttribute::bind(self, target)?.write(resource, value, Manner::Replace);
        Ok(())
    }

    /// The sub-attributes that the filter names, with their values.
    pub(crate) fn terms(&self) -> &[(Box<str>, Literal)] {
        &self.terms
    }
}

impl FromStr for TargetPath {
    type Err = Error;

    /// # Errors
    /// [`Error`] if the text is no attribute path, or its filter is more than `eq` terms joined by `and`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let fail = |problem: String| {
            Error::new(ErrorKind::Target {
                target: excerpt(text),
                problem: problem.into(),
            })
        };
        let path: Path = text
            .parse()
            .map_err(|error: scimkit_filter::Error| fail(error.to_string()))?;
        let terms = match &path.filter {
            None => Vec::new(),
            Some(filter) => equal_terms(filter).ok_or_else(|| fail(ONLY_EQ.to_owned()))?,
        };
        Ok(Self {
            text: text.into(),
            path,
            terms,
        })
    }
}

impl fmt::Display for TargetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The terms of a filter that is one `eq` or several joined by `and`.
fn equal_terms(filter: &Filter) -> Option<Vec<(Box<str>, Literal)>> {
    let terms = match filter {
        Filter::And(terms) => terms.as_slice(),
        term => std::slice::from_ref(term),
    };
    terms.iter().map(equal_term).collect()
}

fn equal_term(filter: &Filter) -> Option<(Box<str>, Literal)> {
    match filter {
        Filter::Compare {
            path,
            op: CompareOp::Eq,
            value,
        } => Some((path.name().into(), value.clone())),
        _ => None,
    }
}

const ONLY_EQ: &str = "its filter may only have `eq` terms, joined by `and`";
