use std::{fmt, str::FromStr};

use scimkit_schema::Compat;

use crate::{AttributePath, CompareOp, Error, Limits, Literal, Parsed, parser::Parser};

/// A filter ([RFC 7644 §3.4.2.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2)) as it was written, not yet compared with any schema.
///
/// Chains of `and` and `or` are flat, so that a long one needs no deep stack anywhere: a parsed `And` or `Or` has at least two
/// children, and the first is never of its own kind. A filter that is built by hand need not hold to that; it prints and means
/// the same.
///
/// Parsing what [`Display`](fmt::Display) printed gives the same filter.
///
/// ```
/// use scimkit_filter::{AttributePath, Filter};
///
/// let filter: Filter = r#"title pr AND (active EQ true or emails[type eq "work"])"#.parse()?;
/// assert_eq!(filter.to_string(), r#"title pr and (active eq true or emails[type eq "work"])"#);
///
/// let lookup = Filter::eq(AttributePath::new("userName"), "mira \"m\" okafor");
/// assert_eq!(lookup.to_string(), r#"userName eq "mira \"m\" okafor""#);
/// # Ok::<(), scimkit_filter::Error>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// All of them.
    And(Vec<Self>),
    /// At least one of them.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// The attribute has a value.
    Present(AttributePath),
    /// The attribute has a value that compares so.
    Compare {
        /// The attribute.
        path: AttributePath,
        /// The comparison.
        op: CompareOp,
        /// What the attribute is compared with.
        value: Literal,
    },
    /// One value of the attribute makes the filter in the brackets true.
    ValuePath {
        /// The attribute.
        path: AttributePath,
        /// A filter over the sub-attributes, without a value path inside.
        filter: Box<Self>,
    },
}

impl Filter {
    /// Reads a filter.
    ///
    /// `compat` may allow [`FilterSubAttributeAfterValuePath`](scimkit_schema::Rule::FilterSubAttributeAfterValuePath),
    /// [`FilterBareWord`](scimkit_schema::Rule::FilterBareWord) and
    /// [`FilterMissingBlank`](scimkit_schema::Rule::FilterMissingBlank); other rules are for binding.
    ///
    /// # Errors
    /// [`Error`], with the place and what belongs there.
    pub fn parse(text: &str, limits: Limits, compat: Compat) -> Result<Parsed<Self>, Error> {
        Parser::new(text, limits, compat).filter()
    }

    /// `path eq "text"`: a look-up, safe for any text.
    #[must_use]
    pub fn eq(path: AttributePath, text: &str) -> Self {
        Self::Compare {
            path,
            op: CompareOp::Eq,
            value: Literal::from(text),
        }
    }

    fn fmt_joined(
        &self,
        terms: &[Self],
        separator: &str,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        for (index, term) in terms.iter().enumerate() {
            if index > 0 {
                f.write_str(separator)?;
            }
            if self.needs_group(term) {
                write!(f, "({term})")?;
            } else {
                write!(f, "{term}")?;
            }
        }
        Ok(())
    }

    /// Whether `child` must stand in parentheses below this: a chain below `and`, an `or` below `or`.
    const fn needs_group(&self, child: &Self) -> bool {
        match child {
            Self::Or(_) => true,
            Self::And(_) => matches!(self, Self::And(_)),
            _ => false,
        }
    }
}

/// Reads strictly, within the default [`Limits`].
impl FromStr for Filter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(Self::parse(text, Limits::default(), Compat::strict())?.value)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(terms) => self.fmt_joined(terms, " and ", f),
            Self::Or(terms) => self.fmt_joined(terms, " or ", f),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Present(path) => write!(f, "{path} pr"),
            Self::Compare { path, op, value } => write!(f, "{path} {op} {value}"),
            Self::ValuePath { path, filter } => write!(f, "{path}[{filter}]"),
        }
    }
}

#[cfg(test)]
mod tests;
