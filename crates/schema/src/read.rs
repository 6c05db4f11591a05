//! Request validation: what a client sent becomes a [`Resource`] in the schema's spelling, order and types, or an error.

use base64::Engine;

use crate::{
    Attribute, AttributeType, Compat, Complex, DateTime, Error, ErrorKind, Found, Mutability, Name,
    Resource, ResourceType, Rule, Value, View, nearest,
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
    /// ReadOnly attributes are left out, as the RFC asks. Null and empty lists are the same as absence. Attributes that the
    /// schema does not know are left out with [`Rule::UnknownAttributeIgnored`] and refused without.
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
        let mut attributes = Complex::new();
        let mut declared = None;
        for (name, value) in body {
            if name.matches("schemas") {
                declared = Some(value);
            } else if let Some(extension) = self.extension(&name) {
                self.read_extension(
                    &mut reader,
                    extension.schema.attributes(),
                    &name,
                    value,
                    &mut attributes,
                )?;
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
                let value = reader.attribute(found.attribute, value, found.attribute.name())?;
                put(&mut attributes, found.attribute.name(), value, &name)?;
            } else {
                reader.unknown(&name, self.attribute_names())?;
            }
        }
        self.check_schemas(&mut reader, declared.as_ref())?;
        let mut resource = Resource::new(self.schema().id());
        for extension in self.extensions() {
            let urn = extension.schema.id();
            if attributes.get(urn).is_some() {
                resource.add_schema(urn);
            } else if extension.required {
                return Err(Error::new(ErrorKind::Required, urn.as_str()));
            }
        }
        for (name, value) in attributes {
            resource.attributes_mut().push_new(name, value);
        }
        self.complete(&mut resource, purpose)?;
        self.arrange(&mut resource);
        Ok(Accepted {
            resource,
            bent: reader.bent,
            ignored: reader.ignored,
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
                let urn = extension.schema.id().clone();
                let value = match value.into_complex() {
                    Ok(fields) => {
                        let attribute = |name: &str| extension.schema.attribute(name);
                        fields
                            .into_iter()
                            .map(|(name, value)| {
                                adopt_one(&mut reader, attribute(&name), name, value)
                            })
                            .collect::<Complex>()
                            .into()
                    }
                    Err(other) => other,
                };
                adopted.insert(urn, value);
            } else {
                let found = self
                    .find(None, &name)
                    .filter(|found| found.extension.is_none());
                let (name, value) =
                    adopt_one(&mut reader, found.map(|found| found.attribute), name, value);
                adopted.insert(name, value);
            }
        }
        let mut resource = Resource::from(adopted);
        self.arrange(&mut resource);
        resource
    }

    /// Checks what must hold of every stored resource of this type: required attributes have values.
    ///
    /// # Errors
    /// [`ErrorKind::Required`] with the name of the first that has none.
    pub fn check_required(&self, resource: &Resource) -> Result<(), Error> {
        for attribute in self
            .schema()
            .attributes()
            .iter()
            .filter(|attribute| attribute.is_required())
        {
            let value = resource.get(attribute.name()).unwrap_or(&Value::NULL);
            if value.is_unassigned() || value.as_str() == Some("") {
                return Err(Error::new(ErrorKind::Required, attribute.name().as_str()));
            }
        }
        for extension in self.extensions() {
            let Some(values) = resource.extension(extension.schema.id()) else {
                continue;
            };
            for attribute in extension
                .schema
                .attributes()
                .iter()
                .filter(|attribute| attribute.is_required())
            {
                if values
                    .get(attribute.name())
                    .is_none_or(Value::is_unassigned)
                {
                    return Err(Error::new(
                        ErrorKind::Required,
                        format!("{}:{}", extension.schema.id(), attribute.name()),
                    ));
                }
            }
        }
        Ok(())
    }

    fn read_extension(
        &self,
        reader: &mut ValueReader,
        known: &[Attribute],
        urn: &Name,
        value: Value,
        attributes: &mut Complex,
    ) -> Result<(), Error> {
        if value.is_unassigned() {
            return Ok(());
        }
        let found = value.kind();
        let fields = value.into_complex().map_err(|_| {
            Error::new(
                ErrorKind::WrongType {
                    expected: "an object",
                    found,
                },
                urn.as_str(),
            )
        })?;
        let mut values = Complex::new();
        for (name, value) in fields {
            match known
                .iter()
                .find(|attribute| attribute.name().matches(&name))
            {
                Some(attribute) => {
                    let value = reader.attribute(
                        attribute,
                        value,
                        &format!("{urn}:{}", attribute.name()),
                    )?;
                    put(&mut values, attribute.name(), value, &name)?;
                }
                None => reader.unknown(
                    &format!("{urn}:{name}"),
                    known.iter().map(|attribute| attribute.name().as_str()),
                )?,
            }
        }
        if values.is_empty() {
            return Ok(());
        }
        values.sort_by_rank(|name| known.iter().position(|attribute| attribute.name() == name));
        let canonical = self
            .extension(urn)
            .map_or_else(|| urn.clone(), |extension| extension.schema.id().clone());
        attributes.insert(canonical, values.into());
        Ok(())
    }

    fn check_schemas(
        &self,
        reader: &mut ValueReader,
        declared: Option<&Value>,
    ) -> Result<(), Error> {
        let wrong = |text: String| Error::new(ErrorKind::Schemas(text.into()), "schemas");
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
        let trouble = if let Some(unknown) = urns.clone().find(|urn| !known(urn)) {
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
        for attribute in self.schema().attributes() {
            let name = attribute.name();
            match purpose {
                Purpose::Create => {
                    if let Some(default) =
                        attribute.default().filter(|_| resource.get(name).is_none())
                    {
                        resource
                            .attributes_mut()
                            .push_new(name.clone(), default.clone());
                    }
                }
                Purpose::Replace(current) => {
                    let before = current
                        .get(name)
                        .filter(|_| attribute.mutability() == Mutability::Immutable);
                    if before.is_some_and(|before| {
                        resource.get(name).is_some_and(|after| after != before)
                    }) {
                        return Err(Error::new(
                            ErrorKind::Mutability("immutable"),
                            name.as_str(),
                        ));
                    }
                }
            }
        }
        self.check_required(resource)
    }
}

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

    /// Reads the whole value of an attribute. The answer is null when nothing is left to store.
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
        if value.is_unassigned() {
            return Ok(Value::NULL);
        }
        if attribute.mutability() == Mutability::ReadOnly && self.read_only != ReadOnly::Kept {
            return match self.read_only {
                ReadOnly::Refused => Err(Error::new(ErrorKind::Mutability("readOnly"), path)),
                _ => Ok(Value::NULL),
            };
        }
        if !attribute.is_multi_valued() {
            return self.element(attribute, value, path);
        }
        let found = value.kind();
        let values = value.into_list().map_err(|_| {
            Error::new(
                ErrorKind::WrongType {
                    expected: "an array",
                    found,
                },
                path,
            )
        })?;
        let mut read = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let value = self.element(attribute, value, &format!("{path}[{index}]"))?;
            if !value.is_unassigned() {
                read.push(value);
            }
        }
        check_primary(&read, path)?;
        if read.is_empty() {
            Ok(Value::NULL)
        } else {
            Ok(read.into())
        }
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
        let value = self.unwrapped(attribute, value);
        let expected = expectation(attribute.attribute_type());
        let wrong = |found: &Value| {
            Error::new(
                ErrorKind::WrongType {
                    expected,
                    found: found.kind(),
                },
                path,
            )
        };
        let bad = |what: &'static str| Error::new(ErrorKind::BadValue(what), path);
        match (attribute.attribute_type(), value.view()) {
            (_, View::Null) => Ok(Value::NULL),
            (AttributeType::String | AttributeType::Reference, View::String(_))
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
                Ok(fields) => self.complex(attribute, fields, path),
                Err(value) => Err(wrong(&value)),
            },
            (AttributeType::Complex, View::String(_)) => {
                self.scalar(attribute, value).map_err(|value| wrong(&value))
            }
            _ => Err(wrong(&value)),
        }
    }

    fn complex(
        &mut self,
        attribute: &Attribute,
        fields: Complex,
        path: &str,
    ) -> Result<Value, Error> {
        let mut read = Complex::new();
        for (name, value) in fields {
            let Some(sub) = attribute.sub_attribute(&name) else {
                let known = attribute
                    .sub_attributes()
                    .iter()
                    .map(|sub| sub.name().as_str());
                self.unknown(&format!("{path}.{name}"), known)?;
                continue;
            };
            let value = self.attribute(sub, value, &format!("{path}.{}", sub.name()))?;
            put(&mut read, sub.name(), value, &name)?;
        }
        for sub in attribute
            .sub_attributes()
            .iter()
            .filter(|sub| sub.is_required())
        {
            if !read.is_empty() && read.get(sub.name()).is_none() {
                return Err(Error::new(
                    ErrorKind::Required,
                    format!("{path}.{}", sub.name()),
                ));
            }
        }
        attribute.arrange(&mut read);
        if read.is_empty() {
            Ok(Value::NULL)
        } else {
            Ok(read.into())
        }
    }

    /// A plain text where an object belongs: its `value`, if a rule says so.
    fn scalar(&mut self, attribute: &Attribute, value: Value) -> Result<Value, Value> {
        let rule = if attribute.is_multi_valued() {
            Rule::BareStringMember
        } else {
            Rule::ScalarManager
        };
        match attribute.sub_attribute("value") {
            Some(sub) if self.bend(rule) => {
                Ok(Complex::from_distinct(vec![(sub.name().clone(), value)]).into())
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

    fn bend(&mut self, rule: Rule) -> bool {
        let allowed = self.compat.allows(rule);
        if allowed {
            self.bent.insert(rule);
        }
        allowed
    }

    fn unknown<'a>(
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

/// The octets of a base64 text, standard or URL-safe, padded or not.
#[must_use]
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let bare = text.trim_end_matches('=');
    STANDARD_NO_PAD
        .decode(bare)
        .or_else(|_| URL_SAFE_NO_PAD.decode(bare))
        .ok()
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
fn put(into: &mut Complex, name: &Name, value: Value, spelled: &Name) -> Result<(), Error> {
    if into.get(name).is_some() {
        return Err(Error::new(ErrorKind::DuplicateName, spelled.as_str()));
    }
    if !value.is_unassigned() {
        into.push_new(name.clone(), value);
    }
    Ok(())
}

/// At most one value may be primary ([RFC 7643 §2.4](https://www.rfc-editor.org/rfc/rfc7643#section-2.4)).
///
/// # Errors
/// [`ErrorKind::BadValue`] at `path` when there are two.
pub fn check_primary(values: &[Value], path: &str) -> Result<(), Error> {
    let primary = |value: &&Value| {
        value
            .as_complex()
            .and_then(|fields| fields.get("primary"))
            .and_then(Value::as_bool)
            == Some(true)
    };
    if values.iter().filter(primary).count() > 1 {
        return Err(Error::new(
            ErrorKind::BadValue("only one value may be primary"),
            path,
        ));
    }
    Ok(())
}

fn adopt_one(
    reader: &mut ValueReader,
    attribute: Option<&Attribute>,
    name: Name,
    value: Value,
) -> (Name, Value) {
    let Some(attribute) = attribute else {
        return (name, value);
    };
    let adopted = reader
        .attribute(attribute, value.clone(), attribute.name())
        .ok()
        .filter(|_| reader.ignored.is_empty());
    reader.ignored.clear();
    (attribute.name().clone(), adopted.unwrap_or(value))
}

impl Found<'_> {
    /// How the attribute is written in a path: its name, or its extension's URN, a colon, and its name.
    #[must_use]
    pub fn path(&self) -> String {
        match self.extension {
            Some(schema) => format!("{}:{}", schema.id(), self.attribute.name()),
            None => self.attribute.name().to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
