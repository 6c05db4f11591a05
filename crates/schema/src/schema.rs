use serde::{Deserialize, Serialize};

use crate::{Attribute, AttributeType, Error, ErrorKind, Mutability, Name, Returned, Uniqueness};

/// A set of attribute definitions under one URN ([RFC 7643 §7](https://www.rfc-editor.org/rfc/rfc7643#section-7)).
///
/// ```
/// use scimkit_schema::{Attribute, AttributeType, Schema};
///
/// let badges = Schema::new(
///     "urn:example:scim:schemas:extension:badge:2.0:User",
///     "Badge",
///     [Attribute::new("badge", AttributeType::String)],
/// )?;
/// assert_eq!(Schema::from_json(&badges.to_json())?, badges);
/// # Ok::<(), scimkit_schema::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    id: Name,
    name: Box<str>,
    description: Box<str>,
    attributes: Vec<Attribute>,
}

impl Schema {
    /// A schema of these attributes.
    ///
    /// # Errors
    /// [`ErrorKind::Definition`] when a name cannot be one or stands twice, when a complex attribute is inside another or has no
    /// sub-attributes, or when `id` is no URI.
    pub fn new(
        id: &str,
        name: &str,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Result<Self, Error> {
        let schema = Self {
            id: Name::from(id),
            name: name.into(),
            description: Box::default(),
            attributes: attributes.into_iter().collect(),
        };
        schema.check()?;
        Ok(schema)
    }

    /// Says in words what the schema is for.
    #[must_use]
    pub fn with_description(mut self, description: &str) -> Self {
        self.description = description.into();
        self
    }

    /// Reads the JSON of a `/Schemas` entry; unknown members are left out.
    ///
    /// # Errors
    /// [`ErrorKind::Json`] when it is no schema document, and what [`Schema::new`] refuses.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let document: SchemaDocument = serde_json::from_str(text)
            .map_err(|error| Error::new(ErrorKind::Json(error.to_string().into()), ""))?;
        let mut schema = Self::new(
            &document.id,
            &document.name,
            document.attributes.into_iter().map(Attribute::from),
        )?;
        schema.description = document.description;
        Ok(schema)
    }

    /// The JSON of a `/Schemas` entry, without `meta`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&SchemaDocument::from(self)).unwrap_or_default()
    }

    /// The URN of the schema.
    #[must_use]
    pub const fn id(&self) -> &Name {
        &self.id
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the schema is for.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The attributes, in the order in which resources print them.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The attribute `name`, in any letter case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|known| known.name().matches(name))
    }

    /// Replaces the definition of the attribute of the same name; `false` if there is none.
    pub(crate) fn replace(&mut self, attribute: Attribute) -> bool {
        let present = self
            .attributes
            .iter_mut()
            .find(|known| known.name() == attribute.name());
        present.map(|known| *known = attribute).is_some()
    }

    fn check(&self) -> Result<(), Error> {
        if !self.id.contains(':') {
            return Err(definition(
                &self.id,
                "the id of a schema must be a URI, such as `urn:example:scim:schemas:2.0:Thing`",
            ));
        }
        check_names(&self.attributes, "")?;
        for attribute in &self.attributes {
            let path = attribute.name().as_str();
            let complex = attribute.attribute_type() == AttributeType::Complex;
            if complex == attribute.sub_attributes().is_empty() {
                return Err(definition(
                    path,
                    "a complex attribute, and no other, has sub-attributes",
                ));
            }
            check_names(attribute.sub_attributes(), path)?;
            if attribute
                .sub_attributes()
                .iter()
                .any(|sub| sub.attribute_type() == AttributeType::Complex)
            {
                return Err(definition(
                    path,
                    "a complex attribute cannot hold another one",
                ));
            }
        }
        Ok(())
    }
}

fn check_names(attributes: &[Attribute], path: &str) -> Result<(), Error> {
    for (index, attribute) in attributes.iter().enumerate() {
        let name = attribute.name();
        let place = if path.is_empty() {
            name.to_string()
        } else {
            format!("{path}.{name}")
        };
        let mut letters = name.chars();
        let starts_well = name == "$ref"
            || letters
                .next()
                .is_some_and(|first| first.is_ascii_alphabetic());
        if !starts_well
            || !letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$'))
        {
            return Err(definition(
                &place,
                "an attribute name is a letter, then letters, digits, `-`, `_` or `$`",
            ));
        }
        if attributes
            .iter()
            .take(index)
            .any(|earlier| earlier.name().matches(name))
        {
            return Err(definition(&place, "two attributes have this name"));
        }
    }
    Ok(())
}

fn definition(path: &str, message: &str) -> Error {
    Error::new(ErrorKind::Definition(message.into()), path)
}

/// The schema document of RFC 7643 §8.7.
#[derive(Deserialize, Serialize)]
struct SchemaDocument {
    #[serde(skip_deserializing)]
    schemas: [&'static str; 1],
    id: Box<str>,
    #[serde(default)]
    name: Box<str>,
    #[serde(default)]
    description: Box<str>,
    #[serde(default)]
    attributes: Vec<AttributeDocument>,
}

impl From<&Schema> for SchemaDocument {
    fn from(schema: &Schema) -> Self {
        Self {
            schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            id: schema.id.as_str().into(),
            name: schema.name.clone(),
            description: schema.description.clone(),
            attributes: schema
                .attributes
                .iter()
                .map(AttributeDocument::from)
                .collect(),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributeDocument {
    name: Box<str>,
    #[serde(rename = "type", default = "string_type")]
    attribute_type: AttributeType,
    #[serde(default)]
    multi_valued: bool,
    #[serde(default)]
    description: Box<str>,
    #[serde(default)]
    required: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    canonical_values: Vec<Box<str>>,
    case_exact: Option<bool>,
    #[serde(default = "read_write")]
    mutability: Mutability,
    #[serde(default = "by_default")]
    returned: Returned,
    #[serde(default = "no_uniqueness")]
    uniqueness: Uniqueness,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reference_types: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sub_attributes: Vec<Self>,
}

const fn string_type() -> AttributeType {
    AttributeType::String
}

const fn read_write() -> Mutability {
    Mutability::ReadWrite
}

const fn by_default() -> Returned {
    Returned::Default
}

const fn no_uniqueness() -> Uniqueness {
    Uniqueness::None
}

impl From<AttributeDocument> for Attribute {
    fn from(document: AttributeDocument) -> Self {
        let attribute = Self::new(&document.name, document.attribute_type);
        let case_exact = document.case_exact.unwrap_or(attribute.is_case_exact());
        let sub_attributes = document.sub_attributes.into_iter().map(Self::from);
        let attribute = if document.attribute_type == AttributeType::Complex {
            Self::complex(&document.name, sub_attributes)
        } else {
            attribute
        };
        attribute
            .with_multi_valued(document.multi_valued)
            .with_description(&document.description)
            .with_required(document.required)
            .with_canonical_values(document.canonical_values)
            .with_case_exact(case_exact)
            .with_mutability(document.mutability)
            .with_returned(document.returned)
            .with_uniqueness(document.uniqueness)
            .with_reference_types(document.reference_types)
    }
}

impl From<&Attribute> for AttributeDocument {
    fn from(attribute: &Attribute) -> Self {
        Self {
            name: attribute.name().as_str().into(),
            attribute_type: attribute.attribute_type(),
            multi_valued: attribute.is_multi_valued(),
            description: attribute.description().into(),
            required: attribute.is_required(),
            canonical_values: attribute.canonical_values().map(Into::into).collect(),
            case_exact: Some(attribute.is_case_exact()),
            mutability: attribute.mutability(),
            returned: attribute.returned(),
            uniqueness: attribute.uniqueness(),
            reference_types: attribute.reference_types().map(Into::into).collect(),
            sub_attributes: attribute.sub_attributes().iter().map(Self::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_definition_names_the_place() {
        let twice = r#"{"id":"urn:x:y","attributes":[{"name":"a"},{"name":"A"}]}"#;
        assert_eq!(
            Schema::from_json(twice).unwrap_err().to_string(),
            "`A`: two attributes have this name"
        );
        let nested = r#"{"id":"urn:x:y","attributes":[{"name":"a","type":"complex","subAttributes":[{"name":"b","type":"complex"}]}]}"#;
        assert!(
            Schema::from_json(nested)
                .unwrap_err()
                .to_string()
                .contains("cannot hold another")
        );
        let unknown = r#"{"id":"urn:x:y","attributes":[{"name":"a","type":"text"}]}"#;
        assert!(
            Schema::from_json(unknown)
                .unwrap_err()
                .to_string()
                .contains("text")
        );
        assert!(Schema::new("plain", "x", []).is_err());
        assert!(
            Schema::new(
                "urn:x:y",
                "x",
                [Attribute::new("9a", AttributeType::String)]
            )
            .is_err()
        );
    }
}
