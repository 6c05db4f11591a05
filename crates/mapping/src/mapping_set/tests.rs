use super::*;
use crate::schema::{self, AttributeFlowType, FlowBehavior};
use crate::{AttributeMapping, FlowNulls, Scope};
use proptest::prelude::*;
use scimkit_schema::core;
use serde_json::json;

fn hand_made() -> Vec<ObjectMapping> {
    let filter = json!({ "groups": [{ "clauses": [{ "sourceOperandName": "country", "operatorName": "IS NOT NULL" }] }] });
    let scope = Scope::new(&serde_json::from_value(filter).unwrap()).unwrap();
    let groups = ObjectMapping::new("Groups", "Group", core::GROUP).with_attribute(
        AttributeMapping::direct("displayName", "displayName")
            .unwrap()
            .with_matching_priority(1),
    );
    let users = ObjectMapping::new("Users", "User", core::USER)
        .with_scope(scope)
        .with_flow_types(schema::FlowTypes::new("Add,Update"))
        .with_attribute(
            AttributeMapping::new("userName", "ToLower([userPrincipalName])")
                .unwrap()
                .with_matching_priority(1)
                .with_required(true),
        )
        .with_attribute(
            AttributeMapping::direct("title", "jobTitle")
                .unwrap()
                .with_flow_type(AttributeFlowType::AttributeAddOnly)
                .with_flow_behavior(FlowBehavior::FlowAlways)
                .with_flow_nulls(FlowNulls::Clear),
        )
        .with_attribute(AttributeMapping::constant("userType", "a \"b\"").unwrap())
        .with_attribute(AttributeMapping::none("locale", "en-GB").unwrap());
    vec![groups, users]
}

#[test]
fn hand_made_mappings_say_the_same_as_a_schema() {
    let made = MappingSet::new("Quayside", hand_made());
    assert_eq!(made.schema().check(), []);
    assert!(!made.is_locked());
    let json = made.schema().to_json();
    let read =
        MappingSet::from_schema("Quayside", SynchronizationSchema::from_json(&json).unwrap())
            .unwrap();
    assert_eq!(
        format!("{:?}", made.objects()),
        format!("{:?}", read.objects())
    );
    let order: Vec<_> = made.objects().iter().map(ObjectMapping::name).collect();
    assert_eq!(order, ["Users", "Groups"]);
}

#[test]
fn groups_come_last_whatever_the_order_of_the_file() {
    let set = MappingSet::generic_scim();
    let in_file = &set.schema().synchronization_rules.as_slice()[0]
        .object_mappings
        .as_slice()[0];
    assert_eq!(in_file.source_object_name.as_str(), "Group");
    assert_eq!(set.objects()[0].source_object(), "User");
}

proptest! {
    /// Whatever the edit, a locked mapping stays as it is and says so.
    #[test]
    fn a_locked_mapping_never_changes(
        member in 0..5_usize, text in any::<String>(), rule in any::<bool>(), object in 0..2_usize, row in 0..3_usize,
    ) {
        let mut set = MappingSet::netskope_user_authentication();
        let before = set.clone();
        let result = set.edit(|schema| {
            let rules = schema.synchronization_rules.as_mut().unwrap();
            let first = &mut rules[0];
            let mapping = &mut first.object_mappings.as_mut().unwrap()[object];
            let attributes = mapping.attribute_mappings.as_mut().unwrap();
            match member {
                0 => attributes[row].target_attribute_name = text.into(),
                1 => attributes[row].source = schema::Member::Null,
                2 => drop(attributes.remove(row)),
                3 => mapping.enabled = false.into(),
                _ => first.name = text.into(),
            }
            if rule {
                first.editable = true.into();
            }
        });
        let refused = matches!(result.unwrap_err().kind(), ErrorKind::Locked { .. });
        prop_assert!(refused);
        prop_assert_eq!(set.schema(), before.schema());
        prop_assert_eq!(format!("{:?}", set.objects()), format!("{:?}", before.objects()));
    }
}
