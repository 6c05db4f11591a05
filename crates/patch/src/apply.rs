//! What a PATCH makes of a resource: every operation is translated into steps on the schema's attributes, then the steps are taken.

mod assign;
mod changed;
mod elements;
mod members;
mod selection;
mod step;
mod target;

use std::sync::Arc;

use scimkit_schema::{
    Attribute, Compat, Complex, Mutability, Name, ReadOnly, Resource, ResourceType, Rule, Value,
    ValueReader, nearest,
};

pub use self::{changed::changed_paths, members::MemberChange};
use self::{
    members::Members,
    step::Step,
    target::{Part, Target},
};
use crate::{
    Error, ErrorKind, OpKind, PatchOp,
    error::{Place, excerpt},
};

/// What a PATCH changed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Applied {
    /// The new resource; none when the document is as it was.
    pub document: Option<Resource>,
    /// The change of the group's members, who are no part of the document.
    pub members: MemberChange,
    /// The attributes that changed, as they are written in a path: `name.givenName`, `emails`, `urn:…:User:department`.
    pub paths: Vec<Box<str>>,
    /// The rules that were needed to understand the operations.
    pub bent: Compat,
    /// Unknown attributes that were left out.
    pub ignored: Vec<Box<str>>,
}

/// Applies a PATCH to a resource: in order, all or nothing
/// ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)).
///
/// `before` holds what [`ResourceType::read`] makes: the schema's spelling and types, no members. An `id` in it is carried along; a
/// client may repeat it, and with no `id` in `before` any `id` of the client is refused. `schemas` gains the URN of every extension
/// that gets a value, and never loses one by itself.
///
/// # Errors
/// The first operation that cannot be applied: wrong paths of any operation before wrong values.
///
/// ```
/// use scimkit_patch::{Operation, PatchOp, apply};
/// use scimkit_schema::{Compat, Resource, core};
///
/// let before = Resource::new(core::USER).with("userName", "mira@harborline.example").with("active", true);
/// let patch = PatchOp::new([Operation::replace("active".parse()?, false)]);
/// let applied = apply(&before, &patch, &core::user_type(), Compat::strict())?;
/// assert_eq!(&*applied.paths[0], "active");
/// assert!(apply(&applied.document.unwrap(), &patch, &core::user_type(), Compat::strict())?.document.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn apply(
    before: &Resource,
    patch: &PatchOp,
    resource_type: &ResourceType,
    compat: Compat,
) -> Result<Applied, Error> {
    let mut work = Work::new(resource_type, compat);
    let steps = work.steps(patch)?;
    let mut after = before.clone();
    let mut members = Members::default();
    for step in steps {
        let place = step.place.clone();
        work.take(step, &mut after, &mut members)
            .map_err(|fault| fault.at(place))?;
    }
    work.complete(before, &mut after)
        .map_err(|kind| Error::new(kind, Place::default()))?;
    let members = MemberChange::from(members);
    let mut paths = changed_paths(before, &after, resource_type);
    if members != MemberChange::None {
        paths.push("members".into());
    }
    Ok(Applied {
        document: (after != *before).then_some(after),
        members,
        paths,
        bent: work.bent.union(work.reader.bent()),
        ignored: work
            .ignored
            .into_iter()
            .chain(work.reader.ignored().iter().cloned())
            .collect(),
    })
}

/// What is wrong, before it is known which operation it is about.
#[derive(Debug)]
pub(crate) struct Fault {
    kind: ErrorKind,
    sub: Option<Name>,
}

impl Fault {
    fn below(self, sub: &Name) -> Self {
        Self {
            sub: Some(sub.clone()),
            ..self
        }
    }

    fn at(self, place: Place) -> Error {
        let place = match self.sub {
            Some(sub) => place.below(&sub),
            None => place,
        };
        Error::new(self.kind, place)
    }
}

impl From<ErrorKind> for Fault {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, sub: None }
    }
}

/// What the steps of one PATCH share.
pub(crate) struct Work<'t> {
    resource_type: &'t ResourceType,
    shared_type: Option<Arc<ResourceType>>,
    compat: Compat,
    bent: Compat,
    ignored: Vec<Box<str>>,
    reader: ValueReader,
}

impl<'t> Work<'t> {
    pub(crate) fn new(resource_type: &'t ResourceType, compat: Compat) -> Self {
        Self {
            resource_type,
            shared_type: None,
            compat,
            bent: Compat::strict(),
            ignored: Vec::new(),
            reader: ValueReader::new(compat, ReadOnly::Refused),
        }
    }

    /// Takes one step on `document`.
    fn take(
        &mut self,
        step: Step<'t>,
        document: &mut Resource,
        members: &mut Members,
    ) -> Result<(), Fault> {
        let Target { extension, part } = step.target;
        let attribute = match part {
            Part::Members(attribute, only) => {
                return self.take_members(members, attribute, only, step.op, step.value);
            }
            Part::Extension(schema) => {
                // Adding nothing changes nothing; what has values was translated into steps of its own.
                return match (step.op, assign::operand(step.op, step.value)?) {
                    (OpKind::Add, Some(_)) => Ok(()),
                    _ => self.remove_extension(document, schema),
                };
            }
            Part::Attribute(attribute)
            | Part::Sub(attribute, _)
            | Part::Selected { attribute, .. } => attribute,
        };
        let mut fields = match extension {
            None => std::mem::take(document.attributes_mut()),
            Some(urn) => document
                .attributes_mut()
                .remove(urn)
                .and_then(|value| value.into_complex().ok())
                .unwrap_or_default(),
        };
        let present = fields.remove(attribute.name()).unwrap_or(Value::NULL);
        let value = match part {
            Part::Sub(_, sub) => self.change_sub(attribute, sub, &present, step.op, step.value)?,
            Part::Selected { selection, sub, .. } => {
                self.change_selected(attribute, &selection, sub, present, step.op, step.value)?
            }
            _ => self.change(attribute, present, step.op, step.value)?,
        };
        if extension.is_none() && attribute.name() == "schemas" {
            self.check_schemas(&value)?;
        }
        if !value.is_unassigned() {
            fields.insert(attribute.name().clone(), value);
        }
        match extension {
            None => *document.attributes_mut() = fields,
            Some(urn) if !fields.is_empty() => {
                document.attributes_mut().insert(urn.clone(), fields.into());
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn remove_extension(
        &self,
        document: &mut Resource,
        schema: &scimkit_schema::Schema,
    ) -> Result<(), Fault> {
        let Some(fields) = document.extension(schema.id()) else {
            return Ok(());
        };
        let fixed = schema.attributes().iter().find(|attribute| {
            let fixed =
                [Mutability::Immutable, Mutability::ReadOnly].contains(&attribute.mutability());
            fixed && fields.get(attribute.name()).is_some()
        });
        if let Some(attribute) = fixed {
            let kind = ErrorKind::Mutability(attribute.mutability().as_str());
            return Err(Fault::from(kind).below(attribute.name()));
        }
        let required = self
            .resource_type
            .extension(schema.id())
            .is_some_and(|extension| extension.required);
        if required {
            return Err(ErrorKind::Required.into());
        }
        document.attributes_mut().remove(schema.id());
        Ok(())
    }

    /// `schemas` may name what the resource type has, and must name its main schema.
    fn check_schemas(&self, schemas: &Value) -> Result<(), ErrorKind> {
        let urns = || schemas.elements().iter().filter_map(Value::as_str);
        let main = self.resource_type.schema().id();
        let known = |urn: &str| main.matches(urn) || self.resource_type.extension(urn).is_some();
        if !urns().any(|urn| main.matches(urn)) {
            return Err(ErrorKind::Required);
        }
        if !urns().all(known) {
            return Err(ErrorKind::ValueUse(
                "`schemas` may only name the schemas of the resource type",
            ));
        }
        Ok(())
    }

    /// What the operations imply for the resource as a whole.
    fn complete(&self, before: &Resource, after: &mut Resource) -> Result<(), ErrorKind> {
        for extension in self.resource_type.extensions() {
            let urn = extension.schema.id();
            if let Some(fields) = after.extension(urn).cloned() {
                let ordered = ordered(fields, extension.schema.attributes());
                after.attributes_mut().insert(urn.clone(), ordered.into());
                after.add_schema(urn);
            }
        }
        if self.resource_type.check_required(before).is_ok() {
            self.resource_type
                .check_required(after)
                .map_err(ErrorKind::Value)?;
        }
        self.resource_type.arrange(after);
        Ok(())
    }

    fn bend(&mut self, rule: Rule) -> bool {
        let allowed = self.compat.allows(rule);
        if allowed {
            self.bent.insert(rule);
        }
        allowed
    }

    /// Leaves an unknown attribute out, if a rule allows it; `prefix` is what stands before its name in a path.
    fn leave_out<'a>(
        &mut self,
        prefix: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), ErrorKind> {
        if self.bend(Rule::UnknownAttributeIgnored) {
            self.ignored
                .push(format!("{prefix}{}", excerpt(name)).into());
            return Ok(());
        }
        Err(ErrorKind::UnknownAttribute {
            nearest: nearest(name, known).map(Into::into),
        })
    }
}

/// The fields in the order of their definitions, unknown ones last.
fn ordered(fields: Complex, definitions: &[Attribute]) -> Complex {
    let rank = |name: &Name| definitions.iter().position(|known| known.name() == name);
    let mut fields: Vec<_> = fields.into_iter().collect();
    fields.sort_by_key(|(name, _)| rank(name).unwrap_or(usize::MAX));
    fields.into_iter().collect()
}

const REMOVE_WITH_VALUE: &str = "`remove` takes no `value`; say what to remove with a filter in the path, such as `emails[type eq \"work\"]`";

#[cfg(test)]
mod tests;
