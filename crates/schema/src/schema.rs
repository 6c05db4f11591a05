use crate::{
    Attribute, AttributeType, Complex, Error, Name,
    core::SCHEMA,
    definition::{Definition, definition, shown},
    reference::is_uri,
};

mod document;

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
    /// [`ErrorKind::Definition`](crate::ErrorKind::Definition) when a name cannot be one or stands twice, when a complex attribute has no
    /// sub-attributes or is inside another (which only the schema of schemas may have), when what is no reference has reference types,
    /// when a default sub-attribute of several values (`primary`, `type`, …) is not of its type, or when `id` is no URI. The path is that of the schema's JSON, such as `attributes[3].name`.
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
        schema.check(&Definition::new(&Complex::new(), String::new()))?;
        Ok(schema)
    }

    /// Says in words what the schema is for.
    #[must_use]
    pub fn with_description(mut self, description: &str) -> Self {
        self.description = description.into();
        self
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

    /// Checks what must hold of every schema; `document` says where it stands.
    fn check(&self, document: &Definition<'_>) -> Result<(), Error> {
        if !is_uri(&self.id) {
            let what = format!(
                "`{}` is no URI; write one such as `urn:example:scim:schemas:2.0:Thing`",
                shown(&self.id)
            );
            return Err(definition(document.place("id"), what));
        }
        let levels = if self.id.matches(SCHEMA) { 3 } else { 2 };
        check_all(&self.attributes, &document.place("attributes"), levels)
    }
}

// The recursion goes as deep as `levels` says.
fn check_all(attributes: &[Attribute], path: &str, levels: usize) -> Result<(), Error> {
    for (index, attribute) in attributes.iter().enumerate() {
        let name = attribute.name();
        let place = |member: &str| format!("{path}[{index}].{member}");
        if !is_attribute_name(name) {
            let what = format!(
                "`{}` cannot be a name: that is a letter, then letters, digits, `-`, `_` or `$`",
                shown(name)
            );
            return Err(definition(place("name"), what));
        }
        let same = |earlier: &Attribute| earlier.name().matches(name);
        if let Some(first) = attributes.iter().take(index).position(same) {
            let what = format!("`{name}` is the name of `{path}[{first}]` already");
            return Err(definition(place("name"), what));
        }
        let complex = attribute.attribute_type() == AttributeType::Complex;
        if complex && levels == 1 {
            let what = "a complex attribute cannot hold another one";
            return Err(definition(place("type"), what));
        }
        if complex && attribute.sub_attributes().is_empty() {
            let what = format!("the complex attribute `{name}` needs at least one sub-attribute");
            return Err(definition(place("subAttributes"), what));
        }
        let reference = attribute.attribute_type() == AttributeType::Reference;
        if !reference && attribute.reference_types().next().is_some() {
            let what = "only an attribute whose type is `reference` has reference types";
            return Err(definition(place("referenceTypes"), what));
        }
        if attribute.is_multi_valued() {
            check_parts(attribute.sub_attributes(), &place("subAttributes"))?;
        }
        let subs = place("subAttributes");
        check_all(attribute.sub_attributes(), &subs, levels.saturating_sub(1))?;
    }
    Ok(())
}

/// Checks the sub-attributes that mean the same in every attribute of several values
/// ([RFC 7643 §2.4](https://www.rfc-editor.org/rfc/rfc7643#section-2.4)). `value` may be of any simple type.
fn check_parts(parts: &[Attribute], path: &str) -> Result<(), Error> {
    const TYPES: [(&str, Option<AttributeType>); 5] = [
        ("type", Some(AttributeType::String)),
        ("primary", Some(AttributeType::Boolean)),
        ("display", Some(AttributeType::String)),
        ("value", None),
        ("$ref", Some(AttributeType::Reference)),
    ];
    for (index, part) in parts.iter().enumerate() {
        let known = TYPES.iter().find(|(name, _)| part.name().matches(name));
        let Some((name, allowed)) = known else {
            continue;
        };
        if let Some(allowed) = allowed.filter(|allowed| *allowed != part.attribute_type()) {
            let what = format!(
                "in an attribute of several values, `{name}` is of type `{}`",
                allowed.as_str()
            );
            return Err(definition(format!("{path}[{index}].type"), what));
        }
        if part.is_multi_valued() {
            let what = format!("in an attribute of several values, `{name}` is one value");
            return Err(definition(format!("{path}[{index}].multiValued"), what));
        }
    }
    Ok(())
}

/// The name of an attribute ([RFC 7643 §2.1](https://www.rfc-editor.org/rfc/rfc7643#section-2.1)), or the one name that starts otherwise.
fn is_attribute_name(name: &str) -> bool {
    let mut letters = name.chars();
    let starts_well = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    name == "$ref"
        || starts_well && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$'))
}
