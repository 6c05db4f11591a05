use scimkit_mapping::{
    AttributeMapping, Context, ObjectMapping, SourceObject, schema::FlowBehavior,
};
use scimkit_schema::{JsonLimits, core};

use super::*;

fn operations(target: &str, attributes: &[(&str, &str)], always: &str) -> String {
    let mapping = ObjectMapping::new("Users", "User", core::USER);
    let mapping = attributes.iter().fold(mapping, |mapping, (path, text)| {
        let attribute = AttributeMapping::constant(path, text).unwrap();
        let behavior = if *path == always {
            FlowBehavior::FlowAlways
        } else {
            FlowBehavior::FlowWhenChanged
        };
        mapping.with_attribute(attribute.with_flow_behavior(behavior))
    });
    let user = core::user_type();
    let present =
        user.adopt(Resource::from_json(target.as_bytes(), JsonLimits::default()).unwrap());
    let source = SourceObject::new("User");
    let wanted = mapping
        .apply_onto(&present, &source, &user, &Context::default())
        .unwrap();
    let Some(plan) = plan(&present, &wanted, &user) else {
        return "nothing".into();
    };
    let lines = plan
        .patch
        .operations()
        .iter()
        .map(|operation| operation.to_value().to_string());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn only_what_flows_and_differs_is_sent() {
    let target = r#"{"id":"1","meta":{"version":"x"},"userName":"mira","title":"Analyst","name":{"givenName":"Mira","familyName":"Okafor"},
        "emails":[{"type":"home","value":"h@x"},{"type":"work","value":"w@x","primary":true}]}"#;
    let work = r#"emails[type eq "work"].value"#;
    let same = [
        ("userName", "mira"),
        ("name.givenName", "Mira"),
        (work, "w@x"),
    ];
    assert_eq!(operations(target, &same, ""), "nothing");
    assert_eq!(operations(target, &same, "userName"), "nothing");
    let changed = [
        ("userName", "mira"),
        ("active", "True"),
        ("name.familyName", "Lovelace"),
        (work, "w@y"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "Quay",
        ),
    ];
    insta::assert_snapshot!(operations(target, &changed, "userName"), @r#"
    {"op":"replace","path":"name.familyName","value":"Lovelace"}
    {"op":"add","path":"active","value":true}
    {"op":"replace","path":"emails[type eq \"work\"].value","value":"w@y"}
    {"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Quay"}
    {"op":"replace","path":"userName","value":"mira"}
    "#);
    insta::assert_snapshot!(operations(r#"{"userName":"mira"}"#, &[(work, "w@x")], ""), @r#"{"op":"add","path":"emails","value":[{"value":"w@x","type":"work"}]}"#);
}
