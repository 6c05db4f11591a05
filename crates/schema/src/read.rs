//! Request validation: what a client sent becomes a [`Resource`] in the schema's spelling, order and types, or an error.

use crate::{
    Attribute, Compat, Complex, Error, ErrorKind, Name, ReadOnly, Resource, ResourceType, Rule,
    Schema, Value, ValueReader,
    value_reader::{Place, put},
};

/// What the body of a request is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// A new resource ([RFC 7644 §3.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.3)).
    Create,
    /// The new state of this resource ([RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)).
    Replace(&'a Resource),
}

/// A body that was accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The resource: names in the schema's spelling, values of the schema's types, in the fixed order. It holds no `id` and no
    /// `meta`; the attribute of a membership relation stands in it as it was sent.
    pub resource: Resource,
    /// The rules that were needed to read it.
    pub bent: Compat,
    /// Paths of unknown attributes that were left out.
    pub ignored: Vec<Box<str>>,
}

impl ResourceType {
    /// Reads the body of a POST or PUT.
    ///
    /// ReadOnly attributes are left out, as the RFC asks, and never required. Null and empty lists are the same as absence. Attributes
    /// that the schema does not know are left out with [`Rule::UnknownAttributeIgnored`] and refused without. An attribute with a
    /// default gets it, in an extension too, once the resource uses that.
    ///
    /// A replacement keeps of the present resource what its client cannot change or has never seen: readOnly, immutable and writeOnly
    /// values, their parts among them, and the states that it does not name.
    ///
    /// # Errors
    /// What does not fit the schema, with the path to it: [`ErrorKind::WrongType`], [`ErrorKind::BadValue`],
    /// [`ErrorKind::Required`], [`ErrorKind::UnknownAttribute`], [`ErrorKind::Schemas`], [`ErrorKind::DuplicateName`], and
    /// [`ErrorKind::Mutability`] for an immutable value that would change.
    ///
    /// ```
    /// use scimkit_schema::{Compat, JsonLimits, Purpose, core, json};
    ///
    /// let body = json::parse_object(br#"{"USERNAME":"mira@harborline.example","active":"True"}"#, JsonLimits::default())?;
    /// let accepted = core::user_type().read(body, Purpose::Create, Compat::entra())?;
    /// assert_eq!(
    ///     accepted.resource.to_string(),
    ///     r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira@harborline.example","active":true}"#,
    /// );
    /// # Ok::<(), scimkit_schema::Error>(())
    /// ```
    pub fn read(
        &self,
        body: Complex,
        purpose: Purpose<'_>,
        compat: Compat,
    ) -> Result<Accepted, Error> {
        let mut reader = ValueReader::new(compat, ReadOnly::Ignored);
        let mut resource = Resource::new(self.schema().id());
        let attributes = resource.attributes_mut();
        attributes.reserve(body.len());
        let mut declared = None;
        for (name, value) in body {
            if name.matches("schemas") {
                declared = Some(value);
            } else if let Some(extension) = self.extension(&name) {
                if let Some(values) = read_extension(&mut reader, &extension.schema, &name, value)?
                {
                    put(attributes, extension.schema.id(), values.into(), &name)?;
                }
            } else if self.schema().id().matches(&name) {
                return Err(Error::new(
                    ErrorKind::BadValue(
                        "attributes of the core schema stand beside `schemas`, not below its URN",
                    ),
                    &*name,
                ));
            } else if let Some(found) = self
                .find(None, &name)
                .filter(|found| found.extension.is_none())
            {
                let place = Place::Outermost(found.attribute.name());
                check_state(found.attribute, &value, place)?;
                let value = reader.attribute_at(found.attribute, value, place)?;
                put(attributes, found.attribute.name(), value, &name)?;
            } else {
                reader.unknown(&name, self.attribute_names())?;
            }
        }
        self.check_schemas(&mut reader, declared.as_ref())?;
        for extension in self.extensions() {
            let urn = extension.schema.id();
            if resource.get(urn).is_some() {
                resource.add_schema(urn);
            } else if extension.required {
                return Err(Error::new(ErrorKind::Required, urn.as_str()));
            }
        }
        self.complete(&mut resource, purpose)?;
        self.arrange(&mut resource);
        Ok(Accepted {
            resource,
            bent: reader.bent(),
            ignored: reader.into_ignored(),
        })
    }

    /// Gives the attributes of another server's answer the schema's spelling, types and order, as far as they fit. Nothing is refused
    /// and nothing is lost: what is unknown or of another type stays as it came.
    #[must_use]
    pub fn adopt(&self, answer: Resource) -> Resource {
        let mut reader = ValueReader::new(Compat::lenient(), ReadOnly::Kept);
        let mut adopted = Complex::new();
        for (name, value) in answer.into_attributes() {
            if let Some(extension) = self.extension(&name) {
                let value = match value.into_complex() {
                    Ok(fields) => {
                        let mut values = Complex::with_capacity(fields.len());
                        for (name, value) in fields {
                            let attribute = extension.schema.attribute(&name);
                            adopt_one(&mut reader, attribute, name, value, &mut values);
                        }
                        values.into()
                    }
                    Err(other) => other,
                };
                adopted.insert(extension.schema.id().clone(), value);
            } else {
                let found = self
                    .find(None, &name)
                    .filter(|found| found.extension.is_none());
                let attribute = found.map(|found| found.attribute);
                adopt_one(&mut reader, attribute, name, value, &mut adopted);
            }
        }
        let mut resource = Resource::from(adopted);
        self.arrange(&mut resource);
        resource
    }

    fn check_schemas(
        &self,
        reader: &mut ValueReader,
        declared: Option<&Value>,
    ) -> Result<(), Error> {
        let wrong = |text: String| Error::new(ErrorKind::Schemas(text.into()), "schemas");
        let lone = declared.filter(|value| value.as_str().is_some());
        let declared = declared.map(Value::elements).unwrap_or_default();
        let known = |urn: &str| self.schema().id().matches(urn) || self.extension(urn).is_some();
        if let Some(other) = declared.iter().find(|urn| urn.as_str().is_none()) {
            return Err(Error::new(
                ErrorKind::WrongType {
                    expected: "an array of URNs",
                    found: other.kind(),
                },
                "schemas",
            ));
        }
        let mut urns = declared.iter().filter_map(Value::as_str);
        let trouble = if lone.is_some() {
            Some("expected an array of URNs, found a string".to_owned())
        } else if let Some(unknown) = urns.clone().find(|urn| !known(urn)) {
            let shown: String = unknown
                .chars()
                .take(80)
                .flat_map(char::escape_debug)
                .collect();
            Some(format!("`{shown}` is no schema of {}", self.name()))
        } else if !urns.any(|urn| self.schema().id().matches(urn)) {
            Some(format!("it must name `{}`", self.schema().id()))
        } else {
            None
        };
        match trouble {
            Some(text) if !reader.bend(Rule::LooseSchemas) => Err(wrong(text)),
            _ => Ok(()),
        }
    }

    fn complete(&self, resource: &mut Resource, purpose: Purpose<'_>) -> Result<(), Error> {
        if let Purpose::Replace(current) = purpose {
            self.carry_over(resource, current)?;
        }
        add_defaults(self.schema().attributes(), resource.attributes_mut());
        for extension in self.extensions() {
            let urn = extension.schema.id();
            let values = resource.attributes_mut().get_mut(urn);
            if let Some(values) = values.and_then(Value::as_complex_mut) {
                add_defaults(extension.schema.attributes(), values);
                extension.schema.arrange(values);
            }
        }
        self.check_required(resource)
    }
}

/// Reads the attributes of an extension; none when nothing is said.
fn read_extension(
    reader: &mut ValueReader,
    schema: &Schema,
    urn: &Name,
    value: Value,
) -> Result<Option<Complex>, Error> {
    if value.is_unassigned() {
        return Ok(None);
    }
    let found = value.kind();
    let expected = "an object";
    let fields = value
        .into_complex()
        .map_err(|_| Error::new(ErrorKind::WrongType { expected, found }, urn.as_str()))?;
    let mut values = Complex::with_capacity(fields.len());
    for (name, value) in fields {
        if let Some(attribute) = schema.attribute(&name) {
            let place = Place::Extension(urn, attribute.name());
            check_state(attribute, &value, place)?;
            let value = reader.attribute_at(attribute, value, place)?;
            put(&mut values, attribute.name(), value, &name)?;
        } else {
            let known = schema.attributes().iter();
            let known = known.map(|attribute| attribute.name().as_str());
            reader.unknown(&Place::Extension(urn, &name).to_string(), known)?;
        }
    }
    Ok(Some(values).filter(|values| !values.is_empty()))
}

/// An attribute with a default always has a value, so that null says nothing.
fn check_state(attribute: &Attribute, value: &Value, place: Place<'_>) -> Result<(), Error> {
    if value.is_unassigned() && attribute.default().is_some() {
        let what = "a state needs a value: say which, or leave it out";
        return Err(place.error(ErrorKind::BadValue(what)));
    }
    Ok(())
}

fn add_defaults(attributes: &[Attribute], values: &mut Complex) {
    for attribute in attributes {
        let name = attribute.name();
        let default = attribute.default().filter(|_| values.get(name).is_none());
        if let Some(default) = default.cloned() {
            values.push_new(name.clone(), default);
        }
    }
}

fn adopt_one(
    reader: &mut ValueReader,
    attribute: Option<&Attribute>,
    name: Name,
    value: Value,
    into: &mut Complex,
) {
    let Some(attribute) = attribute else {
        // An answer names it once, and what is known has another name. There may be very many, so that none is searched for.
        into.push_new(name, value);
        return;
    };
    let adopted = reader
        .attribute(attribute, value.clone(), attribute.name())
        .ok()
        .filter(|_| reader.ignored().is_empty());
    reader.forget_ignored();
    into.insert(attribute.name().clone(), adopted.unwrap_or(value));
}

#[cfg(test)]
mod tests;
