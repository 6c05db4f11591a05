//! Finds every attribute of a filter in the schema and turns every literal into the attribute's type.

mod operand;

use scimkit_schema::{
    Attribute, AttributeType, Compat, Name, ResourceType, Returned, Rule, nearest,
};

use crate::{
    AttributePath, BindError, BindErrorKind, Bound, CompareOp, Filter, Literal, Operand, Place,
    Target, error::escaped,
};

/// What an attribute that no schema knows means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unknown {
    HasNoValue,
    IsAnError,
}

pub(crate) struct Binder {
    compat: Compat,
    unknown: Unknown,
    bent: Compat,
}

/// What names are looked up in.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a ResourceType),
    /// The brackets behind `attribute`; `prefix` is its canonical name.
    Element {
        attribute: &'a Attribute,
        prefix: &'a str,
    },
    /// The brackets behind `meta`, whose single value is spread over several places.
    Meta(&'a ResourceType),
}

impl Binder {
    pub(crate) const fn new(compat: Compat, unknown: Unknown) -> Self {
        Self {
            compat,
            unknown,
            bent: Compat::strict(),
        }
    }

    pub(crate) const fn bent(&self) -> Compat {
        self.bent
    }

    pub(crate) fn bind(
        &mut self,
        filter: &Filter,
        resource_type: &ResourceType,
    ) -> Result<Bound, BindError> {
        self.tree(filter, Scope::Resource(resource_type))
    }

    pub(crate) fn bind_element(
        &mut self,
        filter: &Filter,
        attribute: &Attribute,
    ) -> Result<Bound, BindError> {
        let prefix = attribute.name();
        self.tree(filter, Scope::Element { attribute, prefix })
    }

    /// Goes as deep as the filter does, which parsing bounds. What is no group is done elsewhere, to keep this small on the stack.
    fn tree(&mut self, filter: &Filter, scope: Scope<'_>) -> Result<Bound, BindError> {
        match filter {
            Filter::And(terms) => self.all(terms, scope).map(Bound::And),
            Filter::Or(terms) => self.all(terms, scope).map(Bound::Or),
            Filter::Not(inner) => {
                let inner = self.tree(inner, scope);
                inner.map(|inner| Bound::Not(Box::new(inner)))
            }
            _ => self.term(filter, scope),
        }
    }

    fn term(&mut self, filter: &Filter, scope: Scope<'_>) -> Result<Bound, BindError> {
        match filter {
            Filter::Present(path) => {
                let target = self.target(path, scope)?;
                Ok(target.map_or(Bound::Never, Bound::Present))
            }
            Filter::Compare { path, op, value } => self.comparison(path, *op, value, scope),
            Filter::ValuePath { path, filter } => match scope {
                Scope::Resource(resource_type) => self.value_path(path, filter, resource_type),
                _ => Err(error(BindErrorKind::NotASubAttribute, path)),
            },
            group => self.tree(group, scope),
        }
    }

    fn all(&mut self, terms: &[Filter], scope: Scope<'_>) -> Result<Vec<Bound>, BindError> {
        let mut bound = Vec::with_capacity(terms.len());
        for term in terms {
            bound.push(self.tree(term, scope)?);
        }
        Ok(bound)
    }

    fn comparison(
        &mut self,
        path: &AttributePath,
        op: CompareOp,
        value: &Literal,
        scope: Scope<'_>,
    ) -> Result<Bound, BindError> {
        let Some(target) = self.target(path, scope)? else {
            let is_true = match op {
                CompareOp::Eq => *value == Literal::Null,
                CompareOp::Ne => *value != Literal::Null,
                _ => false,
            };
            return Ok(if is_true {
                Bound::Not(Box::new(Bound::Never))
            } else {
                Bound::Never
            });
        };
        if matches!(target.place(), Place::Extension(_)) {
            return Err(error(BindErrorKind::ExtensionAsAWhole, path));
        }
        let target = if *value == Literal::Null {
            target
        } else {
            self.comparable(target, path)?
        };
        let operand = self.operand(target.attribute(), op, value, path)?;
        Ok(Bound::Compare {
            target,
            op,
            operand,
        })
    }

    fn operand(
        &mut self,
        attribute: &Attribute,
        op: CompareOp,
        value: &Literal,
        path: &AttributePath,
    ) -> Result<Operand, BindError> {
        let is_boolean = attribute.attribute_type() == AttributeType::Boolean;
        if let (true, Literal::String(text)) = (is_boolean, value)
            && self.compat.allows(Rule::FilterStringBoolean)
            && let Some(truth) = operand::boolean(text)
        {
            let operand = operand::of(attribute, op, &Literal::Boolean(truth));
            self.bent.insert(Rule::FilterStringBoolean);
            return operand.map_err(|kind| error(kind, path));
        }
        operand::of(attribute, op, value).map_err(|kind| error(kind, path))
    }

    /// A complex target is compared by its `value`: always where it is multi-valued, by a rule where it is not.
    fn comparable(&mut self, target: Target, path: &AttributePath) -> Result<Target, BindError> {
        let attribute = target.attribute();
        if attribute.attribute_type() != AttributeType::Complex {
            return Ok(target);
        }
        let value = attribute.sub_attribute("value");
        let by_rule = !attribute.is_multi_valued();
        let (Some(value), true) = (
            value,
            !by_rule || self.compat.allows(Rule::FilterComplexMeansValue),
        ) else {
            let example = value.or_else(|| attribute.sub_attributes().first());
            let example = example.map(|sub| format!("{path}.{}", sub.name()).into());
            return Err(error(BindErrorKind::NeedsSubAttribute { example }, path));
        };
        if by_rule {
            self.bent.insert(Rule::FilterComplexMeansValue);
        }
        let sub = Some(value.name().clone());
        let place = match target.place().clone() {
            Place::Document {
                extension, name, ..
            } => Place::Document {
                extension,
                name,
                sub,
            },
            Place::Relation { .. } => Place::Relation { sub },
            other => other,
        };
        let canonical = format!("{}.{}", target.canonical(), value.name());
        Ok(Target::new(place, value.clone(), canonical.into()))
    }

    fn value_path(
        &mut self,
        path: &AttributePath,
        filter: &Filter,
        resource_type: &ResourceType,
    ) -> Result<Bound, BindError> {
        let Some(target) = self.target(path, Scope::Resource(resource_type))? else {
            return Ok(Bound::Never);
        };
        let attribute = target.attribute();
        let is_complex = attribute.attribute_type() == AttributeType::Complex;
        let is_extension = matches!(target.place(), Place::Extension(_));
        if path.sub().is_some() || is_extension || !(is_complex || attribute.is_multi_valued()) {
            return Err(error(BindErrorKind::NotSelectable, path));
        }
        if *target.place() == Place::Type {
            let inner = self.tree(filter, Scope::Meta(resource_type))?;
            return Ok(Bound::And(vec![Bound::Present(target), inner]));
        }
        let scope = Scope::Element {
            attribute,
            prefix: target.canonical(),
        };
        let filter = Box::new(self.tree(filter, scope)?);
        Ok(Bound::ValuePath { target, filter })
    }

    /// The attribute that a path names; none if it is unknown and that is no error.
    fn target(
        &mut self,
        path: &AttributePath,
        scope: Scope<'_>,
    ) -> Result<Option<Target>, BindError> {
        let found = match scope {
            Scope::Resource(resource_type) => in_resource(path, resource_type),
            Scope::Element { .. } | Scope::Meta(_)
                if path.uri().is_some() || path.sub().is_some() =>
            {
                return Err(error(BindErrorKind::NotASubAttribute, path));
            }
            Scope::Element { attribute, prefix } => in_element(path.name(), attribute, prefix),
            Scope::Meta(resource_type) => {
                let full = AttributePath::new("meta").with_sub(path.name());
                in_resource(&full, resource_type)
            }
        };
        match found {
            Ok(target) if target.attribute().returned() == Returned::Never => {
                Err(error(BindErrorKind::NeverReturned, path))
            }
            Ok(target) => Ok(Some(target)),
            Err(_) if self.unknown == Unknown::HasNoValue => Ok(None),
            Err(_) if self.compat.allows(Rule::FilterUnknownHasNoValue) => {
                self.bent.insert(Rule::FilterUnknownHasNoValue);
                Ok(None)
            }
            Err(NotFound { nearest }) => {
                Err(error(BindErrorKind::UnknownAttribute { nearest }, path))
            }
        }
    }
}

struct NotFound {
    nearest: Option<Box<str>>,
}

fn in_element(name: &str, attribute: &Attribute, prefix: &str) -> Result<Target, NotFound> {
    if attribute.attribute_type() != AttributeType::Complex {
        if !name.eq_ignore_ascii_case("value") {
            return Err(not_found(name, ["value"]));
        }
        let place = Place::Element { sub: None };
        return Ok(Target::new(place, attribute.clone(), prefix.into()));
    }
    let sub = sub_attribute(attribute, name)?;
    let place = Place::Element {
        sub: Some(sub.name().clone()),
    };
    let canonical = format!("{prefix}.{}", sub.name());
    Ok(Target::new(place, sub.clone(), canonical.into()))
}

fn in_resource(path: &AttributePath, resource_type: &ResourceType) -> Result<Target, NotFound> {
    if path.uri().is_some()
        && let Some(extension) = resource_type.extension(&path.to_string())
    {
        let schema = &extension.schema;
        let container = Attribute::complex(schema.id(), schema.attributes().iter().cloned());
        let place = Place::Extension(schema.id().clone());
        return Ok(Target::new(place, container, schema.id().as_str().into()));
    }
    let Some(found) = resource_type.find(path.uri(), path.name()) else {
        return Err(not_found(path.name(), known_names(path, resource_type)));
    };
    let attribute = found.attribute;
    let sub = path
        .sub()
        .map(|name| sub_attribute(attribute, name))
        .transpose()?;
    let sub_name = sub.map(|sub| sub.name().clone());
    let extension = found.extension.map(|schema| schema.id().clone());
    let canonical = AttributePath::new(attribute.name());
    let canonical = extension
        .iter()
        .fold(canonical, |path, urn| path.with_uri(urn));
    let canonical = sub_name
        .iter()
        .fold(canonical, |path, sub| path.with_sub(sub));
    let place = place(extension, attribute.name(), sub_name, resource_type);
    let definition = sub.unwrap_or(attribute).clone();
    Ok(Target::new(place, definition, canonical.to_string().into()))
}

fn place(
    extension: Option<Name>,
    name: &Name,
    sub: Option<Name>,
    resource_type: &ResourceType,
) -> Place {
    let is_core = extension.is_none();
    if is_core && resource_type.relation_attribute() == Some(name.as_str()) {
        return Place::Relation { sub };
    }
    match (name.as_str(), sub.as_deref()) {
        ("id", _) if is_core => Place::Id,
        ("meta", None | Some("resourceType")) if is_core => Place::Type,
        ("meta", Some("created")) if is_core => Place::Created,
        ("meta", Some("lastModified")) if is_core => Place::LastModified,
        ("meta", Some("version")) if is_core => Place::Version,
        ("meta", Some("location")) if is_core => Place::Location,
        _ => Place::Document {
            extension,
            name: name.clone(),
            sub,
        },
    }
}

fn sub_attribute<'a>(attribute: &'a Attribute, name: &str) -> Result<&'a Attribute, NotFound> {
    attribute.sub_attribute(name).ok_or_else(|| {
        let known = attribute.sub_attributes().iter();
        not_found(name, known.map(|sub| sub.name().as_str()))
    })
}

fn known_names<'a>(path: &AttributePath, resource_type: &'a ResourceType) -> Vec<&'a str> {
    let of_extension = path.uri().and_then(|uri| resource_type.extension(uri));
    match of_extension {
        None => resource_type.attribute_names().collect(),
        Some(extension) => {
            let attributes = extension.schema.attributes().iter();
            attributes.map(|known| known.name().as_str()).collect()
        }
    }
}

fn not_found<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> NotFound {
    NotFound {
        nearest: nearest(name, known)
            .filter(|known| !known.eq_ignore_ascii_case(name))
            .map(Into::into),
    }
}

/// Names the attribute; a URN that would take all the room is left out.
fn error(kind: BindErrorKind, path: &AttributePath) -> BindError {
    const ROOM: usize = 40;
    let full = path.to_string();
    let shown = match path.uri() {
        Some(uri) if full.len() > ROOM => {
            format!("…{}", full.strip_prefix(uri).unwrap_or(&full))
        }
        _ => full,
    };
    BindError::new(kind, escaped(&shown))
}
