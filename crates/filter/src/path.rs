use std::{fmt, str::FromStr};

use scimkit_schema::Compat;

use crate::{AttributePath, Error, Filter, Limits, Parsed, parser::Parser};

/// The target of a PATCH operation ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)): `name.givenName`,
/// `emails[type eq "work"].value`.
///
/// ```
/// use scimkit_filter::Path;
///
/// let path: Path = r#"emails[type eq "work"].value"#.parse()?;
/// assert_eq!(path.attribute.name(), "emails");
/// assert_eq!(path.sub.as_deref(), Some("value"));
/// assert_eq!(path.to_string(), r#"emails[type eq "work"].value"#);
/// # Ok::<(), scimkit_filter::Error>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Path {
    /// The attribute; without a filter its sub-attribute too.
    pub attribute: AttributePath,
    /// Which values of the attribute are meant.
    pub filter: Option<Filter>,
    /// The sub-attribute behind the brackets; none without a filter.
    pub sub: Option<Box<str>>,
}

impl Path {
    /// Reads a path.
    ///
    /// `compat` applies inside the brackets, as in [`Filter::parse`].
    ///
    /// # Errors
    /// [`Error`], with the place and what belongs there.
    pub fn parse(text: &str, limits: Limits, compat: Compat) -> Result<Parsed<Self>, Error> {
        Parser::new(text, limits, compat).path()
    }
}

impl From<AttributePath> for Path {
    fn from(attribute: AttributePath) -> Self {
        Self {
            attribute,
            filter: None,
            sub: None,
        }
    }
}

/// Reads strictly, within the default [`Limits`].
impl FromStr for Path {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(Self::parse(text, Limits::default(), Compat::strict())?.value)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        if let Some(sub) = &self.sub {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}
