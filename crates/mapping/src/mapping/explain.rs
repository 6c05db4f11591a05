//! Why each target attribute has the value that it has.

mod table;

use scimkit_schema::ResourceType;

use super::apply::{Draft, Occasion};
use super::{AttributeMapping, MappingKind, NoteReason, ObjectMapping, source_names};
use crate::error::Error;
use crate::{Context, ScopeVerdict, SourceObject, TargetPath, Trace, Value};

/// What each mapping makes of an object, part by part. Prints as a table.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// What the scoping filter says of the object.
    pub scope: Result<ScopeVerdict, Error>,
    /// The attributes, in the order of the mapping.
    pub attributes: Vec<ExplainedAttribute>,
    /// The required attributes that have no value.
    pub missing: Vec<String>,
}

/// What one mapping makes of an object.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ExplainedAttribute {
    /// The target attribute.
    pub target: TargetPath,
    /// What the source of the mapping is.
    pub kind: MappingKind,
    /// The matching priority; none if the attribute does not match.
    pub matching: Option<u32>,
    /// The source attributes that the expression reads, each with what the object has for it.
    pub sources: Vec<(String, Value)>,
    /// What the expression gave, and each part of it; none for a mapping without a source.
    pub trace: Option<Trace>,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of a target attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The object cannot be provisioned because of this attribute.
    Fails(Error),
    /// This value flows.
    Flows(Value),
    /// Nothing flows.
    Stays(NoteReason),
}

impl ObjectMapping {
    /// What becomes of each attribute when `source` is mapped into `target` on this occasion. Nothing is hidden by an error: the
    /// attributes after it are explained all the same.
    ///
    /// ```
    /// use scimkit_mapping::{Context, MappingSet, Occasion, SourceObject};
    /// use scimkit_schema::core;
    ///
    /// let set = MappingSet::netskope_user_authentication();
    /// let mira = SourceObject::new("User")
    ///     .with("userPrincipalName", "mira@harborline.example")
    ///     .with("IsSoftDeleted", false);
    /// let users = set.of("User").expect("the template has users");
    /// let explanation = users.explain(&mira, &core::user_type(), Occasion::Creation, &Context::default());
    /// assert_eq!(explanation.missing, [r#"emails[type eq "work"].value"#]);
    /// assert!(explanation.to_string().contains("[IsSoftDeleted] = False"));
    /// ```
    #[must_use]
    pub fn explain(
        &self,
        source: &SourceObject,
        target: &ResourceType,
        occasion: Occasion<'_>,
        context: &Context,
    ) -> Explanation {
        let mut draft = Draft::new(target, occasion);
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| attribute.explain(source, &mut draft, context));
        let attributes = attributes.collect();
        let scope = self.scope.as_ref();
        Explanation {
            scope: scope.map_or(Ok(ScopeVerdict::InScope), |scope| scope.judge(source)),
            attributes,
            missing: self.finish(draft).missing,
        }
    }
}

impl AttributeMapping {
    fn explain(
        &self,
        source: &SourceObject,
        draft: &mut Draft<'_>,
        context: &Context,
    ) -> ExplainedAttribute {
        let expression = self.expression();
        let names = expression.map(|compiled| source_names(compiled.expression()));
        let names = names.unwrap_or_default().into_iter();
        let trace = expression.map(|compiled| compiled.explain(source, context));
        let value = trace.as_ref().map(|trace| trace.value.clone());
        let placed = draft.place(self, || value.unwrap_or(Ok(Value::Null)));
        ExplainedAttribute {
            target: self.target().clone(),
            kind: self.kind(),
            matching: self.matching_priority(),
            sources: names
                .map(|name| (name.to_owned(), source.attribute(name).clone()))
                .collect(),
            trace,
            outcome: match placed {
                Ok(Ok(value)) => Outcome::Flows(value),
                Ok(Err(reason)) => Outcome::Stays(reason),
                Err(error) => Outcome::Fails(error),
            },
        }
    }
}

#[cfg(test)]
mod tests;
