use std::fmt;

use scimkit_filter::{AttributePath, CompareOp, Filter, Literal};
use scimkit_schema::{self as scim, Resource, ResourceType, View};

use super::write::TargetAttribute;
use super::{AttributeMapping, ObjectMapping};
use crate::error::Error;
use crate::schema::AttributeFlowType;
use crate::{Context, SourceObject, TargetPath, Value};

/// What a source object is to be in the target.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Mapped {
    /// The attributes that flow. What is absent here is to be left alone in the target.
    pub resource: Resource,
    /// The attributes that refer to other objects, which are not in `resource`.
    pub references: Vec<UnresolvedReference>,
    /// What to look the object up by in the target, first the one to try first. Attributes without a value are passed over.
    pub matching: Vec<MatchingValue>,
    /// The required attributes that have no value: with any of them, the object cannot be provisioned.
    pub missing: Vec<String>,
    /// What does not flow, and why.
    pub notes: Vec<Note>,
}

/// An attribute whose values are other objects, still named by their ids in the source.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnresolvedReference {
    /// The attribute, such as `members` or `urn:…:User:manager`.
    pub target: TargetPath,
    /// The ids of the source objects: all that there are, so none means that the target is to have none.
    pub source_ids: Vec<String>,
}

/// A value by which the object can be found in the target.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MatchingValue {
    /// The attribute.
    pub path: TargetPath,
    /// The value, in the type of the target attribute.
    pub value: scim::Value,
}

/// An attribute that does not flow.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Note {
    /// The attribute.
    pub target: TargetPath,
    /// Why.
    pub reason: NoteReason,
}

/// Why an attribute does not flow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NoteReason {
    /// `IgnoreFlowIfNullOrEmpty` left it out.
    LeftOut,
    /// The source is null, and there is no default value to use.
    Null,
    /// The mapping is for new objects only.
    OnlyOnCreation,
}

impl ObjectMapping {
    /// What `source` is to be created as in `target`.
    ///
    /// # Errors
    /// [`Error`] that names the target attribute whose expression fails, which `target` does not have, or whose value is not of
    /// its type.
    pub fn apply(&self, source: &SourceObject, target: &ResourceType) -> Result<Mapped, Error> {
        self.run(source, target, Occasion::Creation)
    }

    /// What of `source` flows into an object that is already there: not the default values, and not the mappings whose flow type
    /// says that a value of the target is to stay.
    ///
    /// # Errors
    /// As [`ObjectMapping::apply`].
    pub fn apply_to_existing(
        &self,
        source: &SourceObject,
        target: &ResourceType,
    ) -> Result<Mapped, Error> {
        self.run(source, target, Occasion::Update)
    }

    fn run(
        &self,
        source: &SourceObject,
        target: &ResourceType,
        occasion: Occasion,
    ) -> Result<Mapped, Error> {
        let mut draft = Draft::new(target, occasion);
        for attribute in &self.attributes {
            let placed = draft.place(attribute, source);
            placed.map_err(|error| error.in_mapping_of(attribute.target().as_str()))?;
        }
        draft
            .mapped
            .missing
            .extend(self.unmapped.iter().map(ToString::to_string));
        Ok(draft.finish())
    }
}

/// Whether the object is about to be created or is in the target already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Occasion {
    Creation,
    Update,
}

/// A source object that is half mapped.
struct Draft<'a> {
    target: &'a ResourceType,
    occasion: Occasion,
    mapped: Mapped,
    matching: Vec<(u32, MatchingValue)>,
}

impl<'a> Draft<'a> {
    fn new(target: &'a ResourceType, occasion: Occasion) -> Self {
        let mapped = Mapped {
            resource: Resource::new(target.schema().id()),
            references: Vec::new(),
            matching: Vec::new(),
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

    fn place(&mut self, attribute: &AttributeMapping, source: &SourceObject) -> Result<(), Error> {
        let target = TargetAttribute::bind(attribute.target(), self.target)?;
        if self.occasion == Occasion::Update && *attribute.flow_type() != AttributeFlowType::Always
        {
            self.note(attribute, NoteReason::OnlyOnCreation);
            return Ok(());
        }
        let value = attribute.value(source, self.occasion)?;
        if attribute.is_required() && value.is_null_or_empty() && !self.keeps_default(attribute) {
            self.mapped.missing.push(attribute.target().to_string());
        }
        match value {
            Value::NoFlow => self.note(attribute, NoteReason::LeftOut),
            Value::Null => self.note(attribute, NoteReason::Null),
            value if target.is_link() => self.refer(attribute, &value),
            value if value.is_null() => self.note(attribute, NoteReason::Null),
            value => {
                let value = target.convert(&value)?;
                if let Some(priority) = attribute.matching_priority() {
                    let path = attribute.target().clone();
                    self.matching.push((
                        priority,
                        MatchingValue {
                            path,
                            value: value.clone(),
                        },
                    ));
                }
                target.write(&mut self.mapped.resource, value)?;
            }
        }
        Ok(())
    }

    /// Whether an object that is in the target already got the default value of `attribute` when it was created.
    fn keeps_default(&self, attribute: &AttributeMapping) -> bool {
        self.occasion == Occasion::Update && attribute.default().is_some()
    }

    fn refer(&mut self, attribute: &AttributeMapping, value: &Value) {
        let ids = value.values().iter().filter_map(Value::as_text);
        self.mapped.references.push(UnresolvedReference {
            target: attribute.target().clone(),
            source_ids: ids.map(Into::into).collect(),
        });
    }

    fn note(&mut self, attribute: &AttributeMapping, reason: NoteReason) {
        let target = attribute.target().clone();
        self.mapped.notes.push(Note { target, reason });
    }

    fn finish(mut self) -> Mapped {
        self.matching.sort_by_key(|(priority, _)| *priority);
        self.mapped.matching = self.matching.into_iter().map(|(_, value)| value).collect();
        self.target.arrange(&mut self.mapped.resource);
        self.mapped
    }
}

impl AttributeMapping {
    /// The value of the expression, or for a new object the default value in the place of null.
    fn value(&self, source: &SourceObject, occasion: Occasion) -> Result<Value, Error> {
        let value = match self.expression() {
            Some(expression) => expression.evaluate(source, &Context::default())?,
            None => Value::Null,
        };
        Ok(match (value, self.default(), occasion) {
            (Value::Null, Some(default), Occasion::Creation) => default.into(),
            (value, _, _) => value,
        })
    }
}

impl MatchingValue {
    /// The filter that finds the object.
    #[must_use]
    pub fn to_filter(&self) -> Filter {
        let equals = |path, value| Filter::Compare {
            path,
            op: CompareOp::Eq,
            value,
        };
        let literal = literal(&self.value);
        let attribute = self.path.path().attribute.clone();
        match (&self.path.path().filter, self.path.sub_attribute()) {
            (None, _) => equals(attribute, literal),
            (Some(filter), sub) => {
                let wanted = equals(AttributePath::new(sub.unwrap_or("value")), literal);
                let mut terms = match filter {
                    Filter::And(terms) => terms.clone(),
                    term => vec![term.clone()],
                };
                terms.push(wanted);
                Filter::ValuePath {
                    path: attribute,
                    filter: Filter::And(terms).into(),
                }
            }
        }
    }
}

/// What [`TargetAttribute::convert`] makes, as a filter writes it; lists are never looked up.
fn literal(value: &scim::Value) -> Literal {
    match value.view() {
        View::Boolean(value) => value.into(),
        View::Integer(number) => number.into(),
        View::Decimal(_) => Literal::Number(value.to_string().into()),
        View::String(text) => text.into(),
        View::DateTime(instant) => instant.to_string().as_str().into(),
        View::Null | View::Complex(_) | View::List(_) => Literal::Null,
    }
}

/// As a sentence for a log.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        match self.reason {
            NoteReason::LeftOut => write!(f, "`{target}` is left out, as its expression says"),
            NoteReason::Null => write!(
                f,
                "`{target}` has no value at the source; the target keeps what it has"
            ),
            NoteReason::OnlyOnCreation => {
                write!(f, "`{target}` flows only when the object is created")
            }
        }
    }
}
