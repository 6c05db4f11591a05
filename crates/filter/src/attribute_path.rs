use std::{fmt, str::FromStr};

use crate::{
    Error,
    error::{NOTHING, Part},
    parser::scanner::{Scanner, is_delimiter},
};

/// The name of an attribute or sub-attribute, perhaps with the URN of its schema
/// ([RFC 7644 §3.10](https://www.rfc-editor.org/rfc/rfc7644#section-3.10)): `userName`, `name.givenName`, `urn:…:User:department`.
///
/// It keeps the spelling it was written in; binding finds the attribute in any letter case. Equality is exact.
///
/// ```
/// use scimkit_filter::AttributePath;
///
/// let path: AttributePath = "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName".parse()?;
/// assert_eq!(path.uri(), Some("urn:ietf:params:scim:schemas:core:2.0:User"));
/// assert_eq!(path.name(), "name");
/// assert_eq!(path.sub(), Some("givenName"));
/// assert_eq!(AttributePath::new("name").with_sub("givenName").to_string(), "name.givenName");
/// # Ok::<(), scimkit_filter::Error>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AttributePath {
    uri: Option<Box<str>>,
    name: Box<str>,
    sub: Option<Box<str>>,
}

impl AttributePath {
    /// The attribute `name`, as a schema spells it. Text from outside is parsed instead.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            uri: None,
            name: name.into(),
            sub: None,
        }
    }

    /// This, in the schema `uri`.
    #[must_use]
    pub fn with_uri(mut self, uri: &str) -> Self {
        self.uri = Some(uri.into());
        self
    }

    /// The sub-attribute `sub` of this.
    #[must_use]
    pub fn with_sub(mut self, sub: &str) -> Self {
        self.sub = Some(sub.into());
        self
    }

    /// The URN of the schema, without the colon that ends it.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// The name of the attribute.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the sub-attribute.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.sub.as_deref()
    }

    /// Reads the token that starts at the scanner. The last colon ends the URN, because a URN may hold dots.
    pub(crate) fn scan(scanner: &mut Scanner<'_>, scope: NameScope) -> Result<Self, Error> {
        let start = scanner.offset();
        let token = scanner.token();
        if token.is_empty() {
            return Err(Error::unexpected(
                "an attribute name",
                scanner.next_character(),
                start,
            ));
        }
        let (uri, local) = match token.rsplit_once(':') {
            None => (None, token),
            Some((uri, local)) => {
                check_uri(uri, start)?;
                (Some(uri), local)
            }
        };
        let local_start = start + token.len() - local.len();
        let (name, sub) = match local.split_once('.') {
            None => (local, None),
            Some((name, sub)) => (name, Some(sub)),
        };
        if scope == NameScope::Attribute || uri.is_some() || !is_ref(name) {
            check_name(name, "an attribute name", local_start)?;
        }
        if let Some(sub) = sub {
            check_sub_name(sub, local_start + name.len() + 1)?;
        }
        Ok(Self {
            uri: uri.map(Into::into),
            name: name.into(),
            sub: sub.map(Into::into),
        })
    }
}

/// Whether a name stands for itself or inside the brackets of a value path, where `$ref` is a name too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NameScope {
    Attribute,
    SubAttribute,
}

impl FromStr for AttributePath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut scanner = Scanner::new(text);
        let read = Self::scan(&mut scanner, NameScope::Attribute).and_then(|path| {
            if scanner.is_at_end() {
                return Ok(path);
            }
            let found = scanner.next_character();
            Err(Error::unexpected("the end", found, scanner.offset()))
        });
        read.map_err(|error| error.in_part(Part::Path))
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(uri) = &self.uri {
            write!(f, "{uri}:")?;
        }
        f.write_str(&self.name)?;
        if let Some(sub) = &self.sub {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}

/// Checks the name behind a dot; `offset` is where it starts.
pub(crate) fn check_sub_name(sub: &str, offset: usize) -> Result<(), Error> {
    if is_ref(sub) {
        return Ok(());
    }
    check_name(sub, "a sub-attribute name", offset)
}

fn is_ref(name: &str) -> bool {
    name.eq_ignore_ascii_case("$ref")
}

fn check_name(name: &str, expected: &'static str, offset: usize) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::unexpected(expected, NOTHING, offset));
    }
    let bad = name.char_indices().find(|(index, c)| {
        let fits = c.is_ascii_alphabetic()
            || *index > 0 && (c.is_ascii_digit() || matches!(c, '-' | '_' | '$'));
        !fits
    });
    let Some((index, c)) = bad else {
        return Ok(());
    };
    if c == '.' {
        let expected = "at most one sub-attribute";
        return Err(Error::unexpected(expected, ".", offset + index));
    }
    // What follows the wrong character may be a value (`userName=…`), so it is not shown.
    let shown = name.get(..index + c.len_utf8()).unwrap_or(name);
    Err(Error::unexpected(expected, shown, offset + index))
}

fn check_uri(uri: &str, offset: usize) -> Result<(), Error> {
    const EXPECTED: &str = "the URN of a schema before the colon";
    if uri.is_empty() {
        return Err(Error::unexpected(EXPECTED, ":", offset));
    }
    let bad = uri
        .char_indices()
        .find(|(_, c)| !c.is_ascii_graphic() || is_delimiter(*c) || *c == ',');
    match bad {
        None => Ok(()),
        Some((index, c)) => {
            let shown = uri.get(..index + c.len_utf8()).unwrap_or(uri);
            Err(Error::unexpected(EXPECTED, shown, offset + index))
        }
    }
}
