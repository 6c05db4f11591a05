use std::{fmt, str::FromStr};

use crate::{
    Error,
    error::{NOTHING, Part},
    parser::scanner::{Scanner, is_name_byte},
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
    /// The whole path as it is written. Its parts are looked for when they are asked for, so that a parsed path is small to move.
    text: Box<str>,
}

impl AttributePath {
    /// The attribute `name`, without URI and sub-attribute.
    ///
    /// The name is not checked; text from outside goes through `FromStr`, which does.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { text: name.into() }
    }

    /// This path, in the schema `uri`.
    #[must_use]
    pub fn with_uri(self, uri: &str) -> Self {
        Self::from_parts(Some(uri), self.name(), self.sub())
    }

    /// This path, down to the sub-attribute `sub`.
    #[must_use]
    pub fn with_sub(self, sub: &str) -> Self {
        Self::from_parts(self.uri(), self.name(), Some(sub))
    }

    /// The URI of the schema, if the path names it.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.text.rsplit_once(':').map(|(uri, _)| uri)
    }

    /// The name of the attribute.
    #[must_use]
    pub fn name(&self) -> &str {
        let local = self.local();
        local.split_once('.').map_or(local, |(name, _)| name)
    }

    /// The name of the sub-attribute, if the path goes down to one.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.local().split_once('.').map(|(_, sub)| sub)
    }

    /// What stands behind the URI and its colon.
    fn local(&self) -> &str {
        let text = &*self.text;
        text.rsplit_once(':').map_or(text, |(_, local)| local)
    }

    fn from_parts(uri: Option<&str>, name: &str, sub: Option<&str>) -> Self {
        let mut text = String::new();
        if let Some(uri) = uri {
            text.push_str(uri);
            text.push(':');
        }
        text.push_str(name);
        if let Some(sub) = sub {
            text.push('.');
            text.push_str(sub);
        }
        Self { text: text.into() }
    }
}

/// Steps over a path, which it checks. Its text is copied only where it is kept.
#[inline]
pub(crate) fn scan_path<'a>(scanner: &mut Scanner<'a>, scope: NameScope) -> Result<&'a str, Error> {
    match scanner.plain_path() {
        Some(text) => Ok(text),
        None => scan_any(scanner, scope),
    }
}

fn scan_any<'a>(scanner: &mut Scanner<'a>, scope: NameScope) -> Result<&'a str, Error> {
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
    Ok(token)
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
        let read = scan_path(&mut scanner, NameScope::Attribute).and_then(|path| {
            if scanner.is_at_end() {
                return Ok(Self::new(path));
            }
            let found = scanner.next_character();
            Err(Error::unexpected("the end", found, scanner.offset()))
        });
        read.map_err(|error| error.in_part(Part::Path))
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
    let mut characters = name.char_indices();
    let bad = characters.find(|(index, c)| {
        !c.is_ascii_alphabetic() && (*index == 0 || !u8::try_from(*c).is_ok_and(is_name_byte))
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
        .find(|(_, c)| !c.is_ascii_graphic() || matches!(c, '[' | ']' | '(' | ')' | '"' | ','));
    match bad {
        None => Ok(()),
        Some((index, c)) => {
            let shown = uri.get(..index + c.len_utf8()).unwrap_or(uri);
            Err(Error::unexpected(EXPECTED, shown, offset + index))
        }
    }
}
