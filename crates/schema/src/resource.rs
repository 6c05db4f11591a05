use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Complex, Error, JsonLimits, Name, ResourceId, Value, json};

/// A SCIM resource: a user, a group, or whatever a resource type describes
/// ([RFC 7643 §3](https://www.rfc-editor.org/rfc/rfc7643#section-3)).
///
/// It prints in a fixed order: `schemas`, `id`, `externalId`, the schema's attributes, extensions, `meta`, once
/// [`ResourceType::read`](crate::ResourceType::read) or [`arrange`](crate::ResourceType::arrange) has seen it.
///
/// ```
/// use scimkit_schema::{Resource, core};
///
/// let user = Resource::new(core::USER).with("userName", "mira@harborline.example");
/// assert_eq!(user.text("userName"), Some("mira@harborline.example"));
/// assert_eq!(user.schemas().collect::<Vec<_>>(), [core::USER]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    attributes: Complex,
}

impl Resource {
    /// A resource with nothing but the schema URN `schema`.
    #[must_use]
    pub fn new(schema: &str) -> Self {
        Self {
            attributes: Complex::new().with("schemas", vec![Value::from(schema)]),
        }
    }

    /// Reads a JSON object as it is: names keep their spelling and nothing is compared with a schema.
    ///
    /// This is for the answers of other servers. What a client sends goes through
    /// [`ResourceType::read`](crate::ResourceType::read).
    ///
    /// # Errors
    /// What [`json::parse_object`] refuses.
    ///
    /// ```
    /// use scimkit_schema::{JsonLimits, Resource};
    ///
    /// let answer = Resource::from_json(br#"{"id": "u7", "userName": "mira"}"#, JsonLimits::default())?;
    /// assert_eq!(answer.id().unwrap().as_str(), "u7");
    /// # Ok::<(), scimkit_schema::Error>(())
    /// ```
    pub fn from_json(bytes: &[u8], limits: JsonLimits) -> Result<Self, Error> {
        Ok(Self {
            attributes: json::parse_object(bytes, limits)?,
        })
    }

    /// The attributes of the resource, extensions among them under their URN.
    #[must_use]
    pub const fn attributes(&self) -> &Complex {
        &self.attributes
    }

    /// The attributes to change.
    pub const fn attributes_mut(&mut self) -> &mut Complex {
        &mut self.attributes
    }

    /// Gives the attributes away.
    #[must_use]
    pub fn into_attributes(self) -> Complex {
        self.attributes
    }

    /// The value of a core attribute, spelled as in the schema.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    /// The text of a core attribute.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes.text(name)
    }

    /// The attributes of the extension `urn`.
    #[must_use]
    pub fn extension(&self, urn: &str) -> Option<&Complex> {
        self.attributes.get(urn).and_then(Value::as_complex)
    }

    /// This, with a value for a core attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(Name::from(name), value.into());
        self
    }

    /// The URNs in `schemas`.
    pub fn schemas(&self) -> impl Iterator<Item = &str> {
        self.get("schemas")
            .map(Value::elements)
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
    }

    /// Adds `urn` to `schemas` unless it is there, in any letter case.
    pub fn add_schema(&mut self, urn: &str) {
        if self.schemas().any(|known| known.eq_ignore_ascii_case(urn)) {
            return;
        }
        match self
            .attributes
            .get_mut("schemas")
            .and_then(Value::as_list_mut)
        {
            Some(list) => list.push(Value::from(urn)),
            None => {
                self.attributes
                    .insert(Name::from("schemas"), vec![Value::from(urn)].into());
            }
        }
    }

    /// The `id`, if the resource carries one that can be an id.
    #[must_use]
    pub fn id(&self) -> Option<ResourceId> {
        self.text("id").and_then(|text| ResourceId::new(text).ok())
    }
}

impl From<Complex> for Resource {
    fn from(attributes: Complex) -> Self {
        Self { attributes }
    }
}

impl From<Resource> for Value {
    fn from(resource: Resource) -> Self {
        resource.attributes.into()
    }
}

impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.attributes.serialize(serializer)
    }
}

/// As JSON.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests;
