//! From a source object to what it is in the target.

use scimkit_schema::{self as scim, Resource, ResourceType};

use super::write::{Manner, TargetAttribute};
use super::{
    AttributeMapping, Candidates, FlowNulls, Mapped, Note, NoteReason, ObjectMapping, TargetValue,
    UnresolvedReference,
};
use crate::error::Error;
use crate::expression::Expression;
use crate::schema::{AttributeFlowType, FlowBehavior};
use crate::{Compiled, Context, SourceObject, Value};

/// Whether an object is about to be created or is in the target already.
#[derive(Clone, Copy, Debug)]
pub enum Occasion<'a> {
    /// It is created.
    Creation,
    /// It is in the target, which is not looked at: everything that may flow.
    Update,
    /// It is in the target, and this is what it has there.
    UpdateOf(&'a Resource),
}

impl ObjectMapping {
    /// What `source` is to be created as in `target`.
    ///
    /// # Errors
    /// [`Error`] that names the target attribute whose expression fails, which `target` does not have, or whose value is not of
    /// its type.
    pub fn apply(
        &self,
        source: &SourceObject,
        target: &ResourceType,
        context: &Context,
    ) -> Result<Mapped, Error> {
        self.run(source, target, Occasion::Creation, context)
    }

    /// What of `source` may flow into an object that is already there, without looking at it: not the default values, and not what
    /// is for new objects only.
    ///
    /// The same source gives the same answer, so it tells whether an object is worth looking at.
    ///
    /// # Errors
    /// As [`ObjectMapping::apply`].
    pub fn apply_to_existing(
        &self,
        source: &SourceObject,
        target: &ResourceType,
        context: &Context,
    ) -> Result<Mapped, Error> {
        self.run(source, target, Occasion::Update, context)
    }

    /// What `present`, an object of the target, is to be, as the flow type of each mapping says. What no mapping gives is kept.
    ///
    /// # Errors
    /// As [`ObjectMapping::apply`].
    pub fn apply_onto(
        &self,
        present: &Resource,
        source: &SourceObject,
        target: &ResourceType,
        context: &Context,
    ) -> Result<Mapped, Error> {
        self.run(source, target, Occasion::UpdateOf(present), context)
    }

    fn run(
        &self,
        source: &SourceObject,
        target: &ResourceType,
        occasion: Occasion<'_>,
        context: &Context,
    ) -> Result<Mapped, Error> {
        let mut draft = Draft::new(target, occasion);
        for attribute in &self.attributes {
            let placed = draft.place(attribute, || attribute.evaluate(source, context));
            drop(placed.map_err(|error| error.in_mapping_of(attribute.target().as_str()))?);
        }
        Ok(self.finish(draft))
    }

    /// What was drafted, with the required attributes that no mapping gives.
    pub(super) fn finish(&self, draft: Draft<'_>) -> Mapped {
        let mut mapped = draft.finish();
        mapped
            .missing
            .extend(self.unmapped.iter().map(ToString::to_string));
        mapped
    }
}

/// A source object that is half mapped.
pub(super) struct Draft<'a> {
    target: &'a ResourceType,
    occasion: Occasion<'a>,
    mapped: Mapped,
    matching: Vec<(u32, TargetValue)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(target: &'a ResourceType, occasion: Occasion<'a>) -> Self {
        let resource = match occasion {
            Occasion::Creation | Occasion::Update => Resource::new(target.schema().id()),
            Occasion::UpdateOf(present) => present.clone(),
        };
        let mapped = Mapped {
            resource,
            references: Vec::new(),
            matching: Vec::new(),
            candidates: Vec::new(),
            repeated: Vec::new(),
            missing: Vec::new(),
            notes: Vec::new(),
        };
        Self {
            target,
            occasion,
            mapped,
            matching: Vec::new(),
        }
    }

    /// Places what `evaluate` gives; gives back what flows, in the words of the source, or why nothing does.
    pub(super) fn place(
        &mut self,
        attribute: &AttributeMapping,
        evaluate: impl FnOnce() -> Result<Value, Error>,
    ) -> Result<Result<Value, NoteReason>, Error> {
        let target = TargetAttribute::bind(attribute.target(), self.target)?;
        if !target.is_link()
            && let Some(reason) = self.barrier(attribute, &target)
        {
            return Ok(Err(self.note(attribute, reason)));
        }
        let value = self.defaulted(attribute, evaluate()?);
        if attribute.is_required() && value.is_null_or_empty() && !self.keeps_default(attribute) {
            self.mapped.missing.push(attribute.target().to_string());
        }
        match &value {
            Value::NoFlow => return Ok(Err(self.note(attribute, NoteReason::LeftOut))),
            Value::Null => return Ok(Err(self.null(attribute, &target))),
            list if target.is_link() => self.refer(attribute, list),
            empty if empty.is_null() => return Ok(Err(self.null(attribute, &target))),
            Value::Candidates(values) => {
                if !self.is_new() {
                    return Ok(Err(self.note(attribute, NoteReason::OnlyOnCreation)));
                }
                self.choose(attribute, &target, values)?;
            }
            value => self.write(attribute, &target, value)?,
        }
        Ok(Ok(value))
    }

    /// Why the attribute does not flow on this occasion, whatever its value.
    fn barrier(
        &self,
        attribute: &AttributeMapping,
        target: &TargetAttribute<'_>,
    ) -> Option<NoteReason> {
        if self.is_new() {
            return None;
        }
        if attribute.expression().is_none() {
            return Some(NoteReason::OnlyOnCreation);
        }
        let fills_only = match attribute.flow_type() {
            AttributeFlowType::Always => return None,
            AttributeFlowType::AttributeAddOnly => true,
            AttributeFlowType::MultiValueAddOnly if !target.is_multi_valued() => {
                return Some(NoteReason::OnlyAdditions);
            }
            AttributeFlowType::MultiValueAddOnly | AttributeFlowType::ValueAddOnly => {
                !target.is_list()
            }
            // a word that nobody knows yet: the careful reading
            AttributeFlowType::ObjectAddOnly | AttributeFlowType::Other(_) => {
                return Some(NoteReason::OnlyOnCreation);
            }
        };
        match self.occasion {
            Occasion::UpdateOf(present) if fills_only && target.read(present).is_some() => {
                Some(NoteReason::HasValue)
            }
            _ => None,
        }
    }

    /// The default value in the place of null, for a new object.
    fn defaulted(&self, attribute: &AttributeMapping, value: Value) -> Value {
        match (value, attribute.default()) {
            (Value::Null, Some(default)) if self.is_new() => default.into(),
            (value, _) => value,
        }
    }

    const fn is_new(&self) -> bool {
        matches!(self.occasion, Occasion::Creation)
    }

    /// Whether an object that is in the target already got the default value of `attribute` when it was created.
    fn keeps_default(&self, attribute: &AttributeMapping) -> bool {
        !self.is_new() && attribute.default().is_some()
    }

    fn null(&mut self, attribute: &AttributeMapping, target: &TargetAttribute<'_>) -> NoteReason {
        let clears = attribute.flow_nulls() == FlowNulls::Clear && !target.is_list();
        if self.is_new() || !clears {
            return self.note(attribute, NoteReason::Null);
        }
        target.clear(&mut self.mapped.resource);
        self.note(attribute, NoteReason::Cleared)
    }

    fn refer(&mut self, attribute: &AttributeMapping, value: &Value) {
        let ids = value.values().iter().filter_map(Value::as_text);
        self.mapped.references.push(UnresolvedReference {
            target: attribute.target().clone(),
            source_ids: ids.map(Into::into).collect(),
            flow_type: attribute.flow_type().clone(),
        });
    }

    fn choose(
        &mut self,
        attribute: &AttributeMapping,
        target: &TargetAttribute<'_>,
        values: &[Value],
    ) -> Result<(), Error> {
        let values = values.iter().map(|value| target.convert(value));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        if let Some(first) = values.first() {
            target.write(&mut self.mapped.resource, first.clone(), Manner::Replace);
        }
        let path = attribute.target().clone();
        self.mapped.candidates.push(Candidates { path, values });
        Ok(())
    }

    fn write(
        &mut self,
        attribute: &AttributeMapping,
        target: &TargetAttribute<'_>,
        value: &Value,
    ) -> Result<(), Error> {
        let value = target.convert(value)?;
        if let Some(priority) = attribute.matching_priority() {
            let value = target_value(attribute, &value);
            self.matching.push((priority, value));
        }
        if let Occasion::UpdateOf(present) = self.occasion
            && *attribute.flow_behavior() == FlowBehavior::FlowAlways
            && target.read(present) == Some(&value)
        {
            let value = target_value(attribute, &value);
            self.mapped.repeated.push(value);
        }
        let manner = match attribute.flow_type() {
            AttributeFlowType::Always if !attribute.adds_roles() => Manner::Replace,
            _ => Manner::Add,
        };
        target.write(&mut self.mapped.resource, value, manner);
        Ok(())
    }

    fn note(&mut self, attribute: &AttributeMapping, reason: NoteReason) -> NoteReason {
        let target = attribute.target().clone();
        self.mapped.notes.push(Note { target, reason });
        reason
    }

    fn finish(mut self) -> Mapped {
        self.matching.sort_by_key(|(priority, _)| *priority);
        self.mapped.matching = self.matching.into_iter().map(|(_, value)| value).collect();
        self.target.arrange(&mut self.mapped.resource);
        self.mapped
    }
}

impl AttributeMapping {
    /// The value of the expression; null without one.
    fn evaluate(&self, source: &SourceObject, context: &Context) -> Result<Value, Error> {
        match self.expression() {
            Some(expression) => expression.evaluate(source, context),
            None => Ok(Value::Null),
        }
    }

    /// Whether this is the function whose roles Entra only ever adds, whatever the flow type.
    fn adds_roles(&self) -> bool {
        matches!(
            self.expression().map(Compiled::expression),
            Some(Expression::Call(call)) if call.name() == "AppRoleAssignmentsComplex"
        )
    }
}

fn target_value(attribute: &AttributeMapping, value: &scim::Value) -> TargetValue {
    TargetValue {
        path: attribute.target().clone(),
        value: value.clone(),
    }
}

#[cfg(test)]
mod tests;
