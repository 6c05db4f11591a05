//! Mappings that were made by hand, as a synchronization schema.

use std::collections::BTreeMap;

use super::{AttributeMapping, FlowNulls, ObjectMapping, source_names};
use crate::expression::Expression;
use crate::schema::{
    self, AttributeDefinition, AttributeMappingSource, DirectoryDefinition, MappingSourceType,
    ObjectDefinition, SynchronizationRule, SynchronizationSchema,
};
use crate::{Compiled, Scope};

/// A schema with one rule, and with definitions of all that the mappings name.
pub(crate) fn to_schema(name: &str, mappings: &[ObjectMapping]) -> SynchronizationSchema {
    let rule = SynchronizationRule {
        id: name.to_owned().into(),
        name: "USERGROUP_OUTBOUND_USERGROUP".to_owned().into(),
        priority: 1.into(),
        editable: true.into(),
        source_directory_name: SOURCE.to_owned().into(),
        target_directory_name: TARGET.to_owned().into(),
        object_mappings: mappings
            .iter()
            .map(ObjectMapping::to_schema)
            .collect::<Vec<_>>()
            .into(),
        ..SynchronizationRule::default()
    };
    let (mut source, mut target) = (Definitions::new(), Definitions::new());
    for mapping in mappings {
        define_source(&mut source, mapping);
        define_target(&mut target, mapping);
    }
    SynchronizationSchema {
        id: name.to_owned().into(),
        synchronization_rules: vec![rule].into(),
        directories: vec![directory(SOURCE, source), directory(TARGET, target)].into(),
        ..SynchronizationSchema::default()
    }
}

impl ObjectMapping {
    fn to_schema(&self) -> schema::ObjectMapping {
        let attributes = self.attributes().iter().map(AttributeMapping::to_schema);
        schema::ObjectMapping {
            name: self.name().to_owned().into(),
            enabled: self.is_enabled().into(),
            flow_types: self.flow_types().clone().into(),
            source_object_name: self.source_object().to_owned().into(),
            target_object_name: self.target_object().to_owned().into(),
            scope: self
                .scope()
                .map(|scope| scope.as_schema().clone())
                .map_or(schema::Member::Null, Into::into),
            attribute_mappings: attributes.collect::<Vec<_>>().into(),
            ..schema::ObjectMapping::default()
        }
    }
}

impl AttributeMapping {
    fn to_schema(&self) -> schema::AttributeMapping {
        let clears = self.flow_nulls() == FlowNulls::Clear;
        schema::AttributeMapping {
            target_attribute_name: self.target().to_string().into(),
            source: self
                .expression()
                .map_or(schema::Member::Null, |it| source(it).into()),
            default_value: self
                .default()
                .map_or(schema::Member::Null, |text| text.to_owned().into()),
            matching_priority: i64::from(self.matching_priority().unwrap_or(0)).into(),
            flow_type: self.flow_type().clone().into(),
            flow_behavior: self.flow_behavior().clone().into(),
            flow_null_values: if clears {
                true.into()
            } else {
                schema::Member::Absent
            },
            ..schema::AttributeMapping::default()
        }
    }
}

fn source(compiled: &Compiled) -> AttributeMappingSource {
    let (kind, name) = match compiled.expression() {
        Expression::Attribute(name) => (MappingSourceType::Attribute, name.to_string()),
        Expression::Text(text) => (MappingSourceType::Constant, text.to_string()),
        Expression::Call(call) => (MappingSourceType::Function, call.name().to_owned()),
        other => (MappingSourceType::Function, other.to_string()),
    };
    AttributeMappingSource {
        expression: compiled.to_string().into(),
        name: name.into(),
        r#type: kind.into(),
        ..AttributeMappingSource::default()
    }
}

/// By object and name, what is known of an attribute.
type Definitions = BTreeMap<String, BTreeMap<String, AttributeDefinition>>;

fn directory(name: &str, objects: Definitions) -> DirectoryDefinition {
    let objects = objects
        .into_iter()
        .map(|(name, attributes)| ObjectDefinition {
            name: name.into(),
            attributes: attributes.into_values().collect::<Vec<_>>().into(),
            ..ObjectDefinition::default()
        });
    DirectoryDefinition {
        name: name.to_owned().into(),
        objects: objects.collect::<Vec<_>>().into(),
        ..DirectoryDefinition::default()
    }
}

fn define<'a>(
    attributes: &'a mut BTreeMap<String, AttributeDefinition>,
    name: &str,
) -> &'a mut AttributeDefinition {
    attributes
        .entry(name.to_owned())
        .or_insert_with(|| AttributeDefinition {
            name: name.to_owned().into(),
            ..AttributeDefinition::default()
        })
}

fn define_source(objects: &mut Definitions, mapping: &ObjectMapping) {
    let attributes = objects.entry(mapping.source_object().to_owned());
    let attributes = attributes.or_default();
    for attribute in mapping.attributes() {
        let expression = attribute.expression().map(Compiled::expression);
        for name in expression.map(source_names).unwrap_or_default() {
            let definition = define(attributes, name);
            if attribute.flow_nulls() == FlowNulls::Clear {
                definition.flow_null_values = true.into();
            }
        }
    }
    for name in mapping.scope().into_iter().flat_map(Scope::attributes) {
        define(attributes, name);
    }
}

fn define_target(objects: &mut Definitions, mapping: &ObjectMapping) {
    let attributes = objects.entry(mapping.target_object().to_owned());
    let attributes = attributes.or_default();
    for attribute in mapping.attributes() {
        let definition = define(attributes, attribute.target().as_str());
        if attribute.is_required() {
            definition.required = true.into();
        }
    }
}

/// The directory that mappings read, as newer exports call it.
const SOURCE: &str = "Microsoft Entra ID";
/// The directory of an application that is not in the gallery.
const TARGET: &str = "customappsso";
