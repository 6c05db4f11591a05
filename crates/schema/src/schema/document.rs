//! The schema document of [RFC 7643 §8.7](https://www.rfc-editor.org/rfc/rfc7643#section-8.7).

use serde::Serialize;

use crate::{
    Attribute, AttributeType, Error, Mutability, Returned, Schema, Uniqueness,
    core::SCHEMA,
    definition::{Definition, definition, parse},
};

impl Schema {
    /// Reads the JSON of a `/Schemas` entry; unknown members are left out. Words such as `readWrite` may be in any letter case, and
    /// one reference type may stand without its array.
    ///
    /// # Errors
    /// What [`json::parse`](crate::json::parse) and [`Schema::new`] refuse; [`ErrorKind::Required`](crate::ErrorKind::Required) for a
    /// missing `id` or `name` of an attribute, [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for a value of another kind, and
    /// [`ErrorKind::Definition`](crate::ErrorKind::Definition) for a word that the RFC does not have. The path is that of the document.
    ///
    /// ```
    /// use scimkit_schema::Schema;
    ///
    /// let text = r#"{"id": "urn:example:badge", "attributes": [{"name": "badge", "type": "text"}]}"#;
    /// let error = Schema::from_json(text).unwrap_err();
    /// assert_eq!(error.path(), "attributes[0].type");
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_definition(&Definition::new(&parse(text)?, String::new()))
    }

    /// The JSON of a `/Schemas` entry, without `meta`.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&SchemaDocument::from(self)).unwrap_or_default()
    }

    /// Reads one object of a document. The paths of errors are those of the document.
    pub(crate) fn from_definition(document: &Definition<'_>) -> Result<Self, Error> {
        let id = document.required_text("id")?;
        let levels = if id.eq_ignore_ascii_case(SCHEMA) {
            LEVELS + 1
        } else {
            LEVELS
        };
        let attributes = document.objects("attributes")?;
        let attributes: Result<Vec<_>, _> = attributes
            .iter()
            .map(|attribute| read_attribute(attribute, levels))
            .collect();
        let name = document.text("name")?.unwrap_or_default();
        let schema = Self {
            id: id.into(),
            name: name.into(),
            description: document.text("description")?.unwrap_or_default().into(),
            attributes: attributes?,
        };
        schema.check(document)?;
        Ok(schema)
    }
}

/// How deep attributes may be: an attribute, and a sub-attribute of it.
const LEVELS: usize = 2;

// The recursion goes as deep as `levels` says.
fn read_attribute(document: &Definition<'_>, levels: usize) -> Result<Attribute, Error> {
    let name = document.required_text("name")?;
    let attribute_type = document
        .keyword("type", &AttributeType::ALL, AttributeType::as_str)?
        .unwrap_or(AttributeType::String);
    if attribute_type == AttributeType::Complex && levels == 1 {
        let what = "a complex attribute cannot hold another one";
        return Err(definition(document.place("type"), what));
    }
    let subs = document.objects("subAttributes")?;
    if !subs.is_empty() && attribute_type != AttributeType::Complex {
        let what = "only an attribute whose type is `complex` has sub-attributes";
        return Err(definition(document.place("subAttributes"), what));
    }
    let subs: Result<Vec<_>, _> = subs
        .iter()
        .map(|sub| read_attribute(sub, levels.saturating_sub(1)))
        .collect();
    let attribute = Attribute::new(name, attribute_type).with_sub_attributes(subs?);
    let case_exact = document
        .boolean("caseExact")?
        .unwrap_or(attribute.is_case_exact());
    let mutability = document.keyword("mutability", &Mutability::ALL, Mutability::as_str)?;
    let returned = document.keyword("returned", &Returned::ALL, Returned::as_str)?;
    let uniqueness = document.keyword("uniqueness", &Uniqueness::ALL, Uniqueness::as_str)?;
    Ok(attribute
        .with_multi_valued(document.boolean("multiValued")?.unwrap_or_default())
        .with_description(document.text("description")?.unwrap_or_default())
        .with_required(document.boolean("required")?.unwrap_or_default())
        .with_canonical_values(document.texts("canonicalValues")?)
        .with_case_exact(case_exact)
        .with_mutability(mutability.unwrap_or(Mutability::ReadWrite))
        .with_returned(returned.unwrap_or(Returned::Default))
        .with_uniqueness(uniqueness.unwrap_or(Uniqueness::None))
        .with_reference_types(document.text_or_texts("referenceTypes")?))
}

#[derive(Serialize)]
struct SchemaDocument<'a> {
    schemas: [&'static str; 1],
    id: &'a str,
    name: &'a str,
    description: &'a str,
    attributes: Vec<AttributeDocument<'a>>,
}

impl<'a> From<&'a Schema> for SchemaDocument<'a> {
    fn from(schema: &'a Schema) -> Self {
        Self {
            schemas: [SCHEMA],
            id: schema.id(),
            name: schema.name(),
            description: schema.description(),
            attributes: schema
                .attributes()
                .iter()
                .map(AttributeDocument::from)
                .collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributeDocument<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    attribute_type: AttributeType,
    multi_valued: bool,
    description: &'a str,
    required: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    canonical_values: Vec<&'a str>,
    case_exact: bool,
    mutability: Mutability,
    returned: Returned,
    uniqueness: Uniqueness,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_types: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sub_attributes: Vec<Self>,
}

impl<'a> From<&'a Attribute> for AttributeDocument<'a> {
    fn from(attribute: &'a Attribute) -> Self {
        Self {
            name: attribute.name(),
            attribute_type: attribute.attribute_type(),
            multi_valued: attribute.is_multi_valued(),
            description: attribute.description(),
            required: attribute.is_required(),
            canonical_values: attribute.canonical_values().collect(),
            case_exact: attribute.is_case_exact(),
            mutability: attribute.mutability(),
            returned: attribute.returned(),
            uniqueness: attribute.uniqueness(),
            reference_types: attribute.reference_types().collect(),
            sub_attributes: attribute.sub_attributes().iter().map(Self::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
