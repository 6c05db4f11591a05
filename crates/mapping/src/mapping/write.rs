//! Putting a value at a target path of a resource.

use scimkit_filter::Literal;
use scimkit_schema::{
    self as scim, Attribute, AttributeType, Complex, Found, Mutability, Name, Resource,
    ResourceType, nearest,
};

use crate::error::{Error, ErrorKind, excerpt};
use crate::{TargetPath, Value};

/// A target path whose names are found in the schema.
pub(crate) struct TargetAttribute<'a> {
    path: &'a TargetPath,
    found: Found<'a>,
    sub: Option<&'a Attribute>,
    /// The sub-attributes that the filter names, with their values in the types of the schema.
    terms: Complex,
}

/// What happens to the values that a list has already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Manner {
    /// They stay.
    Add,
    /// Those that are not among the new ones go.
    Replace,
}

impl<'a> TargetAttribute<'a> {
    pub(crate) fn bind(path: &'a TargetPath, target: &'a ResourceType) -> Result<Self, Error> {
        let found = target.find(path.uri(), path.attribute());
        let found =
            found.ok_or_else(|| unknown(path, path.attribute(), target.attribute_names()))?;
        let attribute = found.attribute;
        let subs = attribute.sub_attributes();
        let sub = match path.sub_attribute() {
            None if subs.is_empty() || path.terms().is_empty() => None,
            // `emails[type eq "work"]` and a text: the value of that element.
            None => Some("value"),
            name => name,
        };
        let sub = sub.map(|name| {
            let names = subs.iter().map(|sub| sub.name().as_str());
            attribute
                .sub_attribute(name)
                .ok_or_else(|| unknown(path, name, names))
        });
        let sub = sub.transpose()?;
        if sub.unwrap_or(attribute).mutability() == Mutability::ReadOnly {
            return Err(Error::new(ErrorKind::ReadOnlyTarget {
                target: excerpt(path.as_str()),
            }));
        }
        let mut bound = Self {
            path,
            found,
            sub,
            terms: Complex::new(),
        };
        bound.terms = bound.terms()?;
        Ok(bound)
    }

    /// Whether values are other resources: what has a `$ref` beside its `value`.
    pub(crate) fn is_link(&self) -> bool {
        let names_it = self.sub.is_none_or(|sub| sub.name() == "value");
        names_it && self.found.attribute.sub_attribute("$ref").is_some()
    }

    /// Whether all values of a multi-valued attribute are meant.
    pub(crate) const fn is_list(&self) -> bool {
        self.sub.is_none() && self.is_multi_valued()
    }

    pub(crate) const fn is_multi_valued(&self) -> bool {
        self.found.attribute.is_multi_valued()
    }

    /// The value in the type of the attribute.
    pub(crate) fn convert(&self, value: &Value) -> Result<scim::Value, Error> {
        let attribute = self.sub.unwrap_or(self.found.attribute);
        if self.is_list() {
            let values = value
                .values()
                .iter()
                .map(|value| self.element(attribute, value));
            return Ok(scim::Value::from(values.collect::<Result<Vec<_>, _>>()?));
        }
        let text = value
            .as_text()
            .ok_or_else(|| self.wrong_type("one value; pick one with `Item`"))?;
        typed(attribute, &text).map_err(|expected| self.wrong_type(expected))
    }

    /// One value of a multi-valued attribute; a text stands for the `value` of a complex one.
    fn element(&self, attribute: &Attribute, value: &Value) -> Result<scim::Value, Error> {
        let wrong = |expected| self.wrong_type(expected);
        let text = |value: &Value| {
            let text = value.as_text().map(std::borrow::Cow::into_owned);
            text.ok_or_else(|| wrong("a list of single values"))
        };
        let part = |sub: &Attribute, value: &Value| {
            let value = typed(sub, &text(value)?).map_err(wrong)?;
            Ok((sub.name().clone(), value))
        };
        if let (Value::Complex(parts), false) = (value, attribute.sub_attributes().is_empty()) {
            // what the target does not have is left out, such as the `id` of a role
            let parts = parts.iter().filter_map(|(name, value)| {
                let sub = attribute.sub_attribute(name)?;
                (!value.is_null()).then(|| part(sub, value))
            });
            return Ok(parts.collect::<Result<Complex, Error>>()?.into());
        }
        match attribute.sub_attribute("value") {
            None => typed(attribute, &text(value)?).map_err(wrong),
            Some(sub) => Ok(Complex::from_iter([part(sub, value)?]).into()),
        }
    }

    /// Puts a converted value into the resource.
    ///
    /// The element of a multi-valued attribute that the filter means is made if it is not there, with the filter's own values, so
    /// that mappings with the same filter meet in one element.
    pub(crate) fn write(&self, resource: &mut Resource, value: scim::Value, manner: Manner) {
        let place = |before: scim::Value| match self.sub {
            None if self.is_list() => merged(before, value, manner),
            None => value,
            Some(sub) if self.is_multi_valued() => {
                with_element(before, &self.terms, sub.name(), value)
            }
            Some(sub) => with_sub(before, sub.name(), value),
        };
        self.update(resource, place);
    }

    /// What the resource has there.
    pub(crate) fn read<'r>(&self, resource: &'r Resource) -> Option<&'r scim::Value> {
        let fields = match self.found.extension {
            None => resource.attributes(),
            Some(extension) => resource.extension(extension.id())?,
        };
        let value = fields.get(self.found.attribute.name())?;
        let value = match self.sub {
            None => value,
            Some(sub) if self.is_multi_valued() => {
                let mut elements = value.elements().iter();
                let element = elements.find(|element| has_terms(element, &self.terms))?;
                element.as_complex()?.get(sub.name())?
            }
            Some(sub) => value.as_complex()?.get(sub.name())?,
        };
        Some(value).filter(|value| !value.is_unassigned())
    }

    /// Takes away what the resource has there; an element of which only what the filter says is left goes, too.
    pub(crate) fn clear(&self, resource: &mut Resource) {
        if self.read(resource).is_none() {
            return;
        }
        let without = |before: scim::Value| match self.sub {
            None => scim::Value::NULL,
            Some(sub) if self.is_multi_valued() => {
                let mut elements = before.into_list().unwrap_or_default();
                let at = elements
                    .iter()
                    .position(|element| has_terms(element, &self.terms));
                if let Some(element) = at.and_then(|at| elements.get_mut(at))
                    && let Some(parts) = element.as_complex_mut()
                {
                    parts.remove(sub.name());
                }
                elements.retain(|element| element.as_complex() != Some(&self.terms));
                elements.into()
            }
            Some(sub) => {
                let mut complex = before.into_complex().unwrap_or_default();
                complex.remove(sub.name());
                complex.into()
            }
        };
        self.update(resource, without);
    }

    fn update(&self, resource: &mut Resource, change: impl FnOnce(scim::Value) -> scim::Value) {
        let name = self.found.attribute.name();
        match self.found.extension {
            None => update(resource.attributes_mut(), name, change),
            Some(extension) => {
                resource.add_schema(extension.id());
                update(resource.attributes_mut(), extension.id(), |before| {
                    let mut extension = before.into_complex().unwrap_or_default();
                    update(&mut extension, name, change);
                    extension.into()
                });
            }
        }
    }

    fn terms(&self) -> Result<Complex, Error> {
        let attribute = self.found.attribute;
        let terms = self.path.terms().iter().map(|(name, literal)| {
            let names = attribute
                .sub_attributes()
                .iter()
                .map(|sub| sub.name().as_str());
            let sub = attribute
                .sub_attribute(name)
                .ok_or_else(|| unknown(self.path, name, names))?;
            let value = match literal {
                Literal::Boolean(value) => Ok((*value).into()),
                Literal::Null => Ok(scim::Value::NULL),
                Literal::Number(text) | Literal::String(text) => typed(sub, text),
            };
            let value = value.map_err(|expected| self.wrong_type(expected))?;
            Ok((sub.name().clone(), value))
        });
        terms.collect()
    }

    fn wrong_type(&self, expected: &'static str) -> Error {
        Error::new(ErrorKind::WrongType {
            target: excerpt(self.path.as_str()),
            expected,
        })
    }
}

/// A text in the type of `attribute`, or what would fit there.
fn typed(attribute: &Attribute, text: &str) -> Result<scim::Value, &'static str> {
    match attribute.attribute_type() {
        AttributeType::Boolean if text.eq_ignore_ascii_case("true") => Ok(true.into()),
        AttributeType::Boolean if text.eq_ignore_ascii_case("false") => Ok(false.into()),
        AttributeType::Boolean => Err("`True` or `False`"),
        AttributeType::Complex => Err("no text; name one of its sub-attributes"),
        AttributeType::DateTime => match text.parse::<scim::DateTime>() {
            Ok(instant) => Ok(instant.into()),
            Err(_) => Err("an instant such as 2026-01-05T08:00:00Z"),
        },
        AttributeType::Decimal => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(scim::Value::decimal(number)),
            _ => Err("a number"),
        },
        AttributeType::Integer => text
            .parse::<i64>()
            .map(Into::into)
            .map_err(|_| "a whole number"),
        AttributeType::Binary | AttributeType::Reference | AttributeType::String => Ok(text.into()),
    }
}

/// The list with the wanted values, each once; what it has of them already stays as it is.
fn merged(list: scim::Value, wanted: scim::Value, manner: Manner) -> scim::Value {
    let mut list = list.into_list().unwrap_or_default();
    let wanted = wanted.into_list().unwrap_or_default();
    let has = |list: &[scim::Value], value: &scim::Value| {
        list.iter().any(|other| identity(other) == identity(value))
    };
    if manner == Manner::Replace {
        list.retain(|present| has(&wanted, present));
    }
    for value in wanted {
        if !has(&list, &value) {
            list.push(value);
        }
    }
    list.into()
}

/// What tells one value of a list from another.
fn identity(value: &scim::Value) -> &scim::Value {
    let parts = value.as_complex();
    parts.and_then(|parts| parts.get("value")).unwrap_or(value)
}

/// The list with `value` in the element that has these `terms`.
fn with_element(
    list: scim::Value,
    terms: &Complex,
    name: &Name,
    value: scim::Value,
) -> scim::Value {
    let mut elements = list.into_list().unwrap_or_default();
    match elements
        .iter()
        .position(|element| has_terms(element, terms))
    {
        Some(at) => {
            if let Some(element) = elements.get_mut(at) {
                *element = with_sub(std::mem::replace(element, scim::Value::NULL), name, value);
            }
        }
        None => elements.push(with_sub(terms.clone().into(), name, value)),
    }
    elements.into()
}

fn has_terms(element: &scim::Value, terms: &Complex) -> bool {
    element.as_complex().is_some_and(|element| {
        terms
            .iter()
            .all(|(name, value)| element.get(name) == Some(value))
    })
}

/// The complex value with `value` for its sub-attribute `name`.
fn with_sub(complex: scim::Value, name: &Name, value: scim::Value) -> scim::Value {
    let mut complex = complex.into_complex().unwrap_or_default();
    complex.insert(name.clone(), value);
    complex.into()
}

/// Replaces the value of `name` by what `change` makes of it; no value is no attribute.
fn update(parent: &mut Complex, name: &Name, change: impl FnOnce(scim::Value) -> scim::Value) {
    let after = change(parent.remove(name).unwrap_or(scim::Value::NULL));
    if !after.is_unassigned() {
        parent.insert(name.clone(), after);
    }
}

fn unknown<'a>(path: &TargetPath, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    Error::new(ErrorKind::UnknownTarget {
        target: excerpt(path.as_str()),
        nearest: nearest(name, known)
            .filter(|nearest| !nearest.eq_ignore_ascii_case(name))
            .map(Into::into),
    })
}
