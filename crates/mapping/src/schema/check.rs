//! Whether everything that a schema names is there.

use super::{
    AttributeDefinition, AttributeMapping, AttributeType, Filter, ObjectDefinition, ObjectMapping,
    SynchronizationRule, SynchronizationSchema,
};
use crate::Compiled;
use crate::error::{Error, ErrorKind, excerpt};
use crate::expression::{Expression, ValueKind};
use crate::mapping::source_names;
use crate::{TargetPath, scope};

/// Something in a schema that does not work.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{place}: {error}")]
#[non_exhaustive]
pub struct Problem {
    /// Where, as a JSON path such as `$.synchronizationRules[0].objectMappings[1].attributeMappings[4].source`.
    pub place: String,
    /// What is wrong there.
    pub error: Error,
}

impl SynchronizationSchema {
    /// Everything that does not work: names of directories, objects and attributes that are not defined, expressions, target paths
    /// and scoping filters that cannot be used, mappings without an attribute to match by.
    ///
    /// A published schema may well have problems: many samples leave the definitions out.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut check = Check {
            schema: self,
            problems: Vec::new(),
        };
        for (number, rule) in self.synchronization_rules.as_slice().iter().enumerate() {
            check.rule(rule, &format!("$.synchronizationRules[{number}]"));
        }
        for (number, directory) in self.directories.as_slice().iter().enumerate() {
            let objects = directory.objects.as_slice();
            for (position, object) in objects.iter().enumerate() {
                let place = format!("$.directories[{number}].objects[{position}]");
                check.object(object, objects, &place);
            }
        }
        check.problems
    }
}

struct Check<'a> {
    schema: &'a SynchronizationSchema,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn report(&mut self, place: impl Into<String>, error: Error) {
        let place = place.into();
        self.problems.push(Problem { place, error });
    }

    fn rule(&mut self, rule: &'a SynchronizationRule, place: &str) {
        let source = rule.source_directory_name.as_str();
        let target = rule.target_directory_name.as_str();
        let source = self.directory(source, &format!("{place}.sourceDirectoryName"));
        let target = self.directory(target, &format!("{place}.targetDirectoryName"));
        for (number, mapping) in rule.object_mappings.as_slice().iter().enumerate() {
            let place = format!("{place}.objectMappings[{number}]");
            let names = [
                (
                    source,
                    mapping.source_object_name.as_str(),
                    "sourceObjectName",
                ),
                (
                    target,
                    mapping.target_object_name.as_str(),
                    "targetObjectName",
                ),
            ];
            let [source, target] = names.map(|(objects, name, member)| {
                self.named(objects?, name, &format!("{place}.{member}"))
            });
            self.mapping(mapping, source, target, &place);
        }
    }

    /// The objects of a directory; none if it is not defined.
    fn directory(&mut self, name: &str, place: &str) -> Option<&'a [ObjectDefinition]> {
        let directories = self.schema.directories.as_slice();
        let mut same = directories.iter().filter(|it| it.name.as_str() == name);
        let found = same.next().map(|directory| directory.objects.as_slice());
        if found.is_none() {
            let nearest = nearest(name, directories.iter().map(|it| it.name.as_str()));
            let name = excerpt(name);
            let kind = ErrorKind::UnknownDirectory { name, nearest };
            self.report(place, Error::new(kind));
        }
        found
    }

    fn named(
        &mut self,
        objects: &'a [ObjectDefinition],
        name: &str,
        place: &str,
    ) -> Option<&'a ObjectDefinition> {
        let found = objects.iter().find(|it| it.name.as_str() == name);
        if found.is_none() {
            let nearest = nearest(name, objects.iter().map(|it| it.name.as_str()));
            let name = excerpt(name);
            let kind = ErrorKind::UnknownObject { name, nearest };
            self.report(place, Error::new(kind));
        }
        found
    }

    fn mapping(
        &mut self,
        mapping: &ObjectMapping,
        source: Option<&ObjectDefinition>,
        target: Option<&ObjectDefinition>,
        place: &str,
    ) {
        if let Some(filter) = mapping.scope.as_ref() {
            self.scope(filter, source, &format!("{place}.scope"));
        }
        let attributes = mapping.attribute_mappings.as_slice();
        for (number, attribute) in attributes.iter().enumerate() {
            let place = format!("{place}.attributeMappings[{number}]");
            let name = attribute.target_attribute_name.as_str();
            let mut before = attributes.iter().take(number);
            if before.any(|other| other.target_attribute_name.as_str() == name) {
                let target = excerpt(name);
                self.report(
                    format!("{place}.targetAttributeName"),
                    Error::new(ErrorKind::RepeatedTarget { target }),
                );
            }
            self.attribute(attribute, source, target, &place);
        }
        let matches = |attribute: &AttributeMapping| attribute.matching_priority.or_default() > 0;
        let is_enabled = mapping.enabled.as_ref().copied().unwrap_or(true);
        if is_enabled && !attributes.iter().any(matches) {
            self.report(
                format!("{place}.attributeMappings"),
                Error::new(ErrorKind::NoMatching),
            );
        }
    }

    fn attribute(
        &mut self,
        mapping: &AttributeMapping,
        source: Option<&ObjectDefinition>,
        target: Option<&ObjectDefinition>,
        place: &str,
    ) {
        let name = mapping.target_attribute_name.as_str();
        let at_target = format!("{place}.targetAttributeName");
        if let Err(error) = name.parse::<TargetPath>() {
            self.report(at_target, error);
        } else if let Some(target) = target
            && target.attribute(name).is_none()
        {
            let nearest = nearest(name, names(target));
            let target = excerpt(name);
            let kind = ErrorKind::UnknownTarget { target, nearest };
            self.report(at_target, Error::new(kind));
        }
        let Some(tree) = mapping.source.as_ref() else {
            return;
        };
        let at_source = format!("{place}.source");
        let expression = match tree.to_expression() {
            Ok(expression) => expression,
            Err(error) => return self.report(at_source, error),
        };
        let kind_of = |name: &str| kind(name, source?.attribute(name)?);
        let mut errors = expression.check(kind_of);
        if errors.is_empty() {
            errors.extend(Compiled::new(expression.clone()).err());
        }
        for error in errors {
            self.report(at_source.as_str(), error);
        }
        if mapping.matching_priority.or_default() > 0 && gives_candidates(&expression) {
            let target = excerpt(name);
            let kind = ErrorKind::MatchingCandidates { target };
            self.report(at_source.as_str(), Error::new(kind));
        }
        if let Some(source) = source {
            for attribute in source_names(&expression) {
                self.source(attribute, source, &at_source);
            }
        }
    }

    fn scope(&mut self, filter: &Filter, source: Option<&ObjectDefinition>, place: &str) {
        for (kind, groups) in scope::lists(filter) {
            for (number, group) in groups.iter().enumerate() {
                for (position, clause) in group.clauses.as_slice().iter().enumerate() {
                    let place = format!("{place}.{kind}[{number}].clauses[{position}]");
                    if let Err(error) = scope::check_clause(clause) {
                        self.report(place, error);
                    } else if let Some(source) = source {
                        self.source(clause.source_operand_name.as_str(), source, &place);
                    }
                }
            }
        }
    }

    fn source(&mut self, attribute: &str, source: &ObjectDefinition, place: &str) {
        if attribute == SOFT_DELETED || source.attribute(attribute).is_some() {
            return;
        }
        let nearest = nearest(attribute, names(source));
        let attribute = excerpt(attribute);
        let kind = ErrorKind::UnknownSource { attribute, nearest };
        self.report(place, Error::new(kind));
    }

    /// Whether references lead to objects of the same directory.
    fn object(&mut self, object: &ObjectDefinition, siblings: &[ObjectDefinition], place: &str) {
        for (number, attribute) in object.attributes.as_slice().iter().enumerate() {
            let referenced = attribute.referenced_objects.as_slice();
            for (position, reference) in referenced.iter().enumerate() {
                let name = reference.referenced_object_name.as_str();
                if siblings.iter().any(|it| it.name.as_str() == name) {
                    continue;
                }
                let nearest = nearest(name, siblings.iter().map(|it| it.name.as_str()));
                let name = excerpt(name);
                let kind = ErrorKind::UnknownObject { name, nearest };
                let place = format!("{place}.attributes[{number}].referencedObjects[{position}]");
                self.report(place, Error::new(kind));
            }
        }
    }
}

/// What a source attribute holds, as the language sees it; none if the definition does not say.
fn kind(name: &str, definition: &AttributeDefinition) -> Option<ValueKind> {
    if name == APP_ROLES {
        return Some(ValueKind::Roles);
    }
    if definition.multivalued.or_default() {
        return Some(ValueKind::List);
    }
    Some(match definition.r#type.as_ref()? {
        AttributeType::Binary => ValueKind::Binary,
        AttributeType::Boolean => ValueKind::Boolean,
        AttributeType::DateTime => ValueKind::DateTime,
        AttributeType::Integer => ValueKind::Integer,
        AttributeType::String => ValueKind::Text,
        AttributeType::Reference | AttributeType::Other(_) => return None,
    })
}

fn gives_candidates(expression: &Expression) -> bool {
    matches!(expression, Expression::Call(call) if call.name() == "SelectUniqueValue")
}

fn names(object: &ObjectDefinition) -> impl Iterator<Item = &str> {
    let attributes = object.attributes.as_slice().iter();
    attributes.map(|attribute: &AttributeDefinition| attribute.name.as_str())
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<Box<str>> {
    scimkit_schema::nearest(name, known).map(Into::into)
}

/// Its values are not texts, and only the functions for roles read it.
const APP_ROLES: &str = "appRoleAssignments";

/// Computed by whoever provisions, so a source need not define it.
const SOFT_DELETED: &str = "IsSoftDeleted";

#[cfg(test)]
mod tests;
