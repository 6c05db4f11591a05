//! Paths, bound to the schema.

use scimkit_filter::{AttributePath, Path};
use scimkit_schema::{Attribute, Found, Name, ResourceId, ResourceType, Rule, Schema, nearest};

use super::{Work, members, selection::Selection};
use crate::{ErrorKind, OpKind};

/// What an operation is about.
pub(super) struct Target<'t> {
    /// The URN of the extension that the attribute is in.
    pub(super) extension: Option<&'t Name>,
    pub(super) part: Part<'t>,
}

pub(super) enum Part<'t> {
    /// Everything of an extension.
    Extension(&'t Schema),
    /// An attribute as a whole.
    Attribute(&'t Attribute),
    /// A sub-attribute of a single-valued attribute.
    Sub(&'t Attribute, &'t Attribute),
    /// Some values of a multi-valued attribute, or a sub-attribute of theirs.
    Selected {
        attribute: &'t Attribute,
        selection: Selection<'t>,
        sub: Option<&'t Attribute>,
    },
    /// The members of a group: all, or these.
    Members(&'t Attribute, Option<Vec<ResourceId>>),
}

impl<'t> Target<'t> {
    /// A whole attribute.
    pub(super) fn attribute(resource_type: &ResourceType, found: Found<'t>) -> Self {
        let part = if is_members(resource_type, found) {
            Part::Members(found.attribute, None)
        } else {
            Part::Attribute(found.attribute)
        };
        Self {
            extension: found.extension.map(Schema::id),
            part,
        }
    }
}

impl<'t> Work<'t> {
    /// Finds what `path` is about.
    pub(super) fn target(&mut self, op: OpKind, path: &Path) -> Result<Target<'t>, ErrorKind> {
        let resource_type = self.resource_type;
        if path.filter.is_none()
            && let Some(extension) = resource_type.extension(&path.attribute.to_string())
        {
            return Ok(Target {
                extension: Some(extension.schema.id()),
                part: Part::Extension(&extension.schema),
            });
        }
        let (found, sub_name) = self.find(&path.attribute)?;
        let attribute = found.attribute;
        let Some(filter) = &path.filter else {
            let Some(sub_name) = sub_name else {
                return Ok(Target::attribute(resource_type, found));
            };
            let sub = sub_attribute(attribute, sub_name)?;
            if attribute.is_multi_valued() {
                let name = attribute.name();
                return Err(ErrorKind::PathUse(
                    format!("`{name}` has several values; select one with a filter, such as `{name}[type eq \"work\"].{}`", sub.name()).into(),
                ));
            }
            return Ok(Target {
                extension: found.extension.map(Schema::id),
                part: Part::Sub(attribute, sub),
            });
        };
        if sub_name.is_some() {
            return Err(ErrorKind::PathUse(
                "the filter stands behind the attribute, before the sub-attribute".into(),
            ));
        }
        if !attribute.is_multi_valued() {
            return Err(ErrorKind::PathUse(
                format!(
                    "`{}` has one value, so it takes no filter",
                    attribute.name()
                )
                .into(),
            ));
        }
        let sub = path
            .sub
            .as_deref()
            .map(|name| sub_attribute(attribute, name))
            .transpose()?;
        let part = if is_members(resource_type, found) {
            if sub.is_some() || op != OpKind::Remove {
                return Err(ErrorKind::Mutability("immutable"));
            }
            Part::Members(attribute, Some(members::selected(filter)?))
        } else {
            Part::Selected {
                attribute,
                selection: self.selection(found, filter)?,
                sub,
            }
        };
        Ok(Target {
            extension: found.extension.map(Schema::id),
            part,
        })
    }

    fn find<'p>(
        &mut self,
        path: &'p AttributePath,
    ) -> Result<(Found<'t>, Option<&'p str>), ErrorKind> {
        let resource_type = self.resource_type;
        if let Some(found) = resource_type.find(path.uri(), path.name()) {
            return Ok((found, path.sub()));
        }
        if let (Some(uri), Some(name)) = (path.uri(), path.sub()) {
            let urn = format!("{uri}:{}", path.name());
            if let Some(found) = resource_type.find(Some(&urn), name)
                && self.bend(Rule::UrnDotAttribute)
            {
                return Ok((found, None));
            }
        }
        Err(unknown(resource_type, path))
    }
}

/// Whether the attribute is kept as a relation and not in the document.
fn is_members(resource_type: &ResourceType, found: Found<'_>) -> bool {
    found.extension.is_none()
        && found.attribute.name() == "members"
        && resource_type.relation_attribute() == Some("members")
}

fn sub_attribute<'t>(attribute: &'t Attribute, name: &str) -> Result<&'t Attribute, ErrorKind> {
    attribute.sub_attribute(name).ok_or_else(|| {
        let known = attribute
            .sub_attributes()
            .iter()
            .map(|sub| sub.name().as_str());
        ErrorKind::UnknownAttribute {
            nearest: nearest(name, known).map(Into::into),
        }
    })
}

fn unknown(resource_type: &ResourceType, path: &AttributePath) -> ErrorKind {
    let names = |schema: &Schema| -> Vec<String> {
        schema
            .attributes()
            .iter()
            .map(|known| known.name().to_string())
            .collect()
    };
    let known = match path.uri() {
        None => resource_type.attribute_names().map(str::to_owned).collect(),
        Some(uri) if resource_type.schema().id().matches(uri) => names(resource_type.schema()),
        Some(uri) => match resource_type.extension(uri) {
            Some(extension) => names(&extension.schema),
            None => {
                return ErrorKind::PathUse(
                    "the resource type has no schema with this URN; a colon separates the URN from the attribute".into(),
                );
            }
        },
    };
    ErrorKind::UnknownAttribute {
        nearest: nearest(path.name(), known.iter().map(String::as_str)).map(Into::into),
    }
}
