//! Values at the door: what a client sent for one attribute becomes a value of the attribute's type, or an error.

use std::fmt;

use crate::{
    Attribute, AttributeType, Compat, Complex, DateTime, Error, ErrorKind, Mutability, Name, Rule,
    Value, View, decode_base64,
    multi_valued::{TWO_PRIMARIES, has_two_primaries, merge_twins},
    nearest, reference,
    required::first_missing,
};

/// What happens to a readOnly attribute that a client sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadOnly {
    /// It is left out, as in POST and PUT.
    Ignored,
    /// It is an error, as in PATCH ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)).
    Refused,
    /// It is kept: the value is a server's answer.
    Kept,
}

/// Reads the values of single attributes: of a body, or of a PATCH operation.
///
/// ```
/// use scimkit_schema::{Compat, ReadOnly, Rule, Value, ValueReader, core};
///
/// let users = core::user_type();
/// let active = users.find(None, "active").unwrap().attribute;
/// let mut reader = ValueReader::new(Compat::entra(), ReadOnly::Refused);
/// let value = reader.attribute(active, Value::from("False"), "active")?;
/// assert_eq!(value, Value::from(false));
/// assert!(reader.bent().allows(Rule::StringBoolean));
/// # Ok::<(), scimkit_schema::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ValueReader {
    compat: Compat,
    read_only: ReadOnly,
    bent: Compat,
    ignored: Vec<Box<str>>,
}

impl ValueReader {
    /// A reader that may bend the rules of `compat`.
    #[must_use]
    pub const fn new(compat: Compat, read_only: ReadOnly) -> Self {
        Self {
            compat,
            read_only,
            bent: Compat::strict(),
            ignored: Vec::new(),
        }
    }

    /// The rules that were needed so far.
    #[must_use]
    pub const fn bent(&self) -> Compat {
        self.bent
    }

    /// Paths of unknown attributes that were left out so far.
    #[must_use]
    pub fn ignored(&self) -> &[Box<str>] {
        &self.ignored
    }

    pub(crate) fn into_ignored(self) -> Vec<Box<str>> {
        self.ignored
    }

    pub(crate) fn forget_ignored(&mut self) {
        self.ignored.clear();
    }

    /// Reads the whole value of an attribute. The answer is null when nothing is left to store. Of several values, those with the same
    /// `value` and `type` become one, and at most one may be primary
    /// ([RFC 7643 §2.4](https://www.rfc-editor.org/rfc/rfc7643#section-2.4)).
    ///
    /// `path` is where the value stands, for messages.
    ///
    /// # Errors
    /// What does not fit the attribute's definition.
    pub fn attribute(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &str,
    ) -> Result<Value, Error> {
        self.attribute_at(attribute, value, Place::Outermost(path))
    }

    /// Reads the value of a single-valued attribute, or one element of a multi-valued one.
    ///
    /// # Errors
    /// What does not fit the attribute's definition.
    pub fn element(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &str,
    ) -> Result<Value, Error> {
        self.element_at(attribute, value, Place::Outermost(path))
    }

    pub(crate) fn attribute_at(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: Place<'_>,
    ) -> Result<Value, Error> {
        if value.is_unassigned() {
            return Ok(Value::NULL);
        }
        if attribute.mutability() == Mutability::ReadOnly && self.read_only != ReadOnly::Kept {
            return match self.read_only {
                ReadOnly::Refused => Err(place.error(ErrorKind::Mutability("readOnly"))),
                _ => Ok(Value::NULL),
            };
        }
        if !attribute.is_multi_valued() {
            return self.element_at(attribute, value, place);
        }
        let values = value.into_list().map_err(|value| {
            place.error(ErrorKind::WrongType {
                expected: "an array",
                found: value.kind(),
            })
        })?;
        let mut read = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let value = self.element_at(attribute, value, Place::Element(&place, index))?;
            if !value.is_unassigned() {
                read.push(value);
            }
        }
        if self.read_only != ReadOnly::Kept {
            merge_twins(attribute, &mut read);
        }
        if has_two_primaries(&read) {
            return Err(place.error(TWO_PRIMARIES));
        }
        if read.is_empty() {
            Ok(Value::NULL)
        } else {
            Ok(read.into())
        }
    }

    fn element_at(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: Place<'_>,
    ) -> Result<Value, Error> {
        let value = match value.view() {
            View::List(_) | View::Complex(_) => self.unwrapped(attribute, value),
            _ => value,
        };
        let wrong = |found: &Value| {
            place.error(ErrorKind::WrongType {
                expected: expectation(attribute.attribute_type()),
                found: found.kind(),
            })
        };
        let bad = |what: &'static str| place.error(ErrorKind::BadValue(what));
        match (attribute.attribute_type(), value.view()) {
            (_, View::Null) => Ok(Value::NULL),
            (AttributeType::Reference, View::String(text)) => {
                match reference::fault(attribute, text) {
                    Some(what) if !self.bend(Rule::LooseReference) => Err(bad(what)),
                    _ => Ok(value),
                }
            }
            (AttributeType::String, View::String(_))
            | (AttributeType::Boolean, View::Boolean(_))
            | (AttributeType::Integer, View::Integer(_))
            | (AttributeType::Decimal, View::Decimal(_))
            | (AttributeType::DateTime, View::DateTime(_)) => Ok(value),
            (AttributeType::Boolean, View::String(text)) => {
                match boolean(text).filter(|_| self.compat.allows(Rule::StringBoolean)) {
                    Some(boolean) => {
                        self.bent.insert(Rule::StringBoolean);
                        Ok(boolean.into())
                    }
                    None => Err(wrong(&value)),
                }
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "a decimal attribute is a double by definition"
            )]
            (AttributeType::Decimal, View::Integer(number)) => Ok(Value::decimal(number as f64)),
            (AttributeType::DateTime, View::String(text)) => text
                .parse::<DateTime>()
                .map(Value::from)
                .map_err(|_| bad("not a dateTime such as 2026-01-05T08:00:00Z")),
            (AttributeType::Binary, View::String(text)) => {
                if decode_base64(text).is_some() {
                    Ok(value)
                } else {
                    Err(bad("not base64"))
                }
            }
            (AttributeType::Complex, View::Complex(_)) => match value.into_complex() {
                Ok(fields) => self.complex(attribute, fields, place),
                Err(value) => Err(wrong(&value)),
            },
            (AttributeType::Complex, View::String(_)) => match self.scalar(attribute, value) {
                Ok(fields) => self.complex(attribute, fields, place),
                Err(value) => Err(wrong(&value)),
            },
            _ => Err(wrong(&value)),
        }
    }

    fn complex(
        &mut self,
        attribute: &Attribute,
        fields: Complex,
        place: Place<'_>,
    ) -> Result<Value, Error> {
        let mut read = Complex::with_capacity(fields.len());
        for (name, value) in fields {
            let Some(sub) = attribute.sub_attribute(&name) else {
                let known = attribute
                    .sub_attributes()
                    .iter()
                    .map(|sub| sub.name().as_str());
                self.unknown(&Place::Field(&place, &name).to_string(), known)?;
                continue;
            };
            let value = self.attribute_at(sub, value, Place::Field(&place, sub.name()))?;
            put(&mut read, sub.name(), value, &name)?;
        }
        if let Some(missing) = first_missing(attribute.sub_attributes(), &read)
            .filter(|_| !read.is_empty() && self.read_only != ReadOnly::Kept)
        {
            return Err(Place::Field(&place, missing.name()).error(ErrorKind::Required));
        }
        attribute.arrange(&mut read);
        if read.is_empty() {
            Ok(Value::NULL)
        } else {
            Ok(read.into())
        }
    }

    /// A plain text where an object belongs: its `value`, if a rule says so.
    fn scalar(&mut self, attribute: &Attribute, value: Value) -> Result<Complex, Value> {
        let rule = if attribute.is_multi_valued() {
            Rule::BareStringMember
        } else {
            Rule::ScalarManager
        };
        match attribute.sub_attribute("value") {
            Some(sub) if self.bend(rule) => {
                Ok(Complex::from_distinct(vec![(sub.name().clone(), value)]))
            }
            _ => Err(value),
        }
    }

    /// Takes a single value out of the wrapping that some clients put around it.
    fn unwrapped(&mut self, attribute: &Attribute, value: Value) -> Value {
        let mut value = value;
        let lone =
            !attribute.is_multi_valued() && value.as_list().is_some_and(|list| list.len() == 1);
        if lone && self.bend(Rule::OneElementArrayForSingle) {
            value = value
                .into_list()
                .ok()
                .and_then(|mut list| list.pop())
                .unwrap_or(Value::NULL);
            if attribute.attribute_type() != AttributeType::Complex {
                value = inner_value(value);
            }
        }
        if attribute.attribute_type() == AttributeType::Boolean
            && value
                .as_complex()
                .is_some_and(|fields| fields.len() == 1 && fields.get("value").is_some())
            && self.bend(Rule::ObjectWrappedBoolean)
        {
            value = inner_value(value);
        }
        value
    }

    pub(crate) fn bend(&mut self, rule: Rule) -> bool {
        let allowed = self.compat.allows(rule);
        if allowed {
            self.bent.insert(rule);
        }
        allowed
    }

    pub(crate) fn unknown<'a>(
        &mut self,
        path: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), Error> {
        let shown: String = path
            .chars()
            .take(120)
            .flat_map(char::escape_debug)
            .collect();
        if self.read_only == ReadOnly::Kept || self.bend(Rule::UnknownAttributeIgnored) {
            self.ignored.push(shown.into());
            return Ok(());
        }
        let typed = path.rsplit(['.', ':']).next().unwrap_or(path);
        let nearest = nearest(typed, known).map(Into::into);
        Err(Error::new(ErrorKind::UnknownAttribute { nearest }, shown))
    }
}

/// Where a value stands. Messages need it as text, which is written only for them.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Outermost(&'a str),
    /// An attribute of the extension with this URN.
    Extension(&'a str, &'a str),
    /// A sub-attribute of what stands there.
    Field(&'a Self, &'a str),
    Element(&'a Self, usize),
}

impl Place<'_> {
    #[cold]
    pub(crate) fn error(self, kind: ErrorKind) -> Error {
        Error::new(kind, self.to_string())
    }
}

// The recursion goes as deep as attributes do: an element, and a sub-attribute of it.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outermost(path) => f.write_str(path),
            Self::Extension(urn, name) => write!(f, "{urn}:{name}"),
            Self::Field(of, name) => write!(f, "{of}.{name}"),
            Self::Element(of, index) => write!(f, "{of}[{index}]"),
        }
    }
}

/// Reads `true` and `false` in any letter case.
fn boolean(text: &str) -> Option<bool> {
    [true, false]
        .into_iter()
        .find(|value| text.eq_ignore_ascii_case(if *value { "true" } else { "false" }))
}

fn inner_value(value: Value) -> Value {
    match value.into_complex() {
        Ok(mut fields) => fields.remove("value").unwrap_or_else(|| fields.into()),
        Err(value) => value,
    }
}

fn expectation(attribute_type: AttributeType) -> &'static str {
    match attribute_type {
        AttributeType::String => "a string",
        AttributeType::Boolean => "true or false",
        AttributeType::Decimal => "a number",
        AttributeType::Integer => "an integer",
        AttributeType::DateTime => "a dateTime string",
        AttributeType::Binary => "a base64 string",
        AttributeType::Reference => "a URI string",
        AttributeType::Complex => "an object",
    }
}

/// Stores a value unless there is none; a second one for the same attribute, differently spelled, is refused.
pub(crate) fn put(
    into: &mut Complex,
    name: &Name,
    value: Value,
    spelled: &Name,
) -> Result<(), Error> {
    if into.get(name).is_some() {
        return Err(Error::new(ErrorKind::DuplicateName, spelled.as_str()));
    }
    if !value.is_unassigned() {
        into.push_new(name.clone(), value);
    }
    Ok(())
}
