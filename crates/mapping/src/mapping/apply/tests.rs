use super::*;
use proptest::prelude::*;
use scimkit_schema::core;
use serde_json::json;

const FLOW_TYPES: [AttributeFlowType; 5] = [
    AttributeFlowType::Always,
    AttributeFlowType::ObjectAddOnly,
    AttributeFlowType::MultiValueAddOnly,
    AttributeFlowType::ValueAddOnly,
    AttributeFlowType::AttributeAddOnly,
];

fn attribute(target: &str, expression: &str) -> AttributeMapping {
    AttributeMapping::new(target, expression).unwrap()
}

fn users(attributes: impl IntoIterator<Item = AttributeMapping>) -> ObjectMapping {
    let mapping = ObjectMapping::new("Users", "User", core::USER);
    attributes
        .into_iter()
        .fold(mapping, ObjectMapping::with_attribute)
}

fn resource(json: &serde_json::Value) -> Resource {
    let json = json.to_string();
    let read = Resource::from_json(json.as_bytes(), scimkit_schema::JsonLimits::default());
    core::user_type().adopt(read.unwrap())
}

fn onto(
    mapping: &ObjectMapping,
    present: &serde_json::Value,
    source: &SourceObject,
) -> (serde_json::Value, Mapped) {
    let mapped = mapping
        .apply_onto(
            &resource(present),
            source,
            &core::user_type(),
            &Context::default(),
        )
        .unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&mapped.resource.to_string()).unwrap();
    json.as_object_mut().unwrap().remove("schemas");
    (json, mapped)
}

#[test]
fn each_flow_type_lets_through_what_it_says() {
    let source = SourceObject::new("User")
        .with("title", "Captain")
        .with("mail", "new@x.example")
        .with("mails", vec!["a@x.example".into(), "c@x.example".into()]);
    let full = json!({ "title": "Pilot", "emails": [
        { "type": "work", "value": "old@x.example" }, { "value": "a@x.example", "display": "A" },
    ] });
    let rows = [
        ("title", "[title]"),
        (r#"emails[type eq "work"].value"#, "[mail]"),
        ("emails", "[mails]"),
    ];
    let mut lines = String::new();
    for (target, expression) in rows {
        for present in [&json!({ "nickName": "m" }), &full] {
            for flow_type in FLOW_TYPES {
                let mapping =
                    users([attribute(target, expression).with_flow_type(flow_type.clone())]);
                let (after, mapped) = onto(&mapping, present, &source);
                let name = target.split('[').next().unwrap();
                let (before, after) = (&present[name], &after[name]);
                let shown = if before == after {
                    "kept".to_owned()
                } else {
                    after.to_string()
                };
                let note = mapped
                    .notes
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                lines += format!("{flow_type:18} {before} -> {shown} {note}").trim_end();
                lines.push('\n');
            }
        }
    }
    insta::assert_snapshot!(lines, @r#"
    Always null -> "Captain"
    ObjectAddOnly null -> kept `title` flows only when the object is created
    MultiValueAddOnly null -> kept `title` flows only by adding to several values, and it holds one
    ValueAddOnly null -> "Captain"
    AttributeAddOnly null -> "Captain"
    Always "Pilot" -> "Captain"
    ObjectAddOnly "Pilot" -> kept `title` flows only when the object is created
    MultiValueAddOnly "Pilot" -> kept `title` flows only by adding to several values, and it holds one
    ValueAddOnly "Pilot" -> kept `title` flows only where the target has no value, and it has one
    AttributeAddOnly "Pilot" -> kept `title` flows only where the target has no value, and it has one
    Always null -> [{"type":"work","value":"new@x.example"}]
    ObjectAddOnly null -> kept `emails[type eq "work"].value` flows only when the object is created
    MultiValueAddOnly null -> [{"type":"work","value":"new@x.example"}]
    ValueAddOnly null -> [{"type":"work","value":"new@x.example"}]
    AttributeAddOnly null -> [{"type":"work","value":"new@x.example"}]
    Always [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> [{"type":"work","value":"new@x.example"},{"display":"A","value":"a@x.example"}]
    ObjectAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> kept `emails[type eq "work"].value` flows only when the object is created
    MultiValueAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> kept `emails[type eq "work"].value` flows only where the target has no value, and it has one
    ValueAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> kept `emails[type eq "work"].value` flows only where the target has no value, and it has one
    AttributeAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> kept `emails[type eq "work"].value` flows only where the target has no value, and it has one
    Always null -> [{"value":"a@x.example"},{"value":"c@x.example"}]
    ObjectAddOnly null -> kept `emails` flows only when the object is created
    MultiValueAddOnly null -> [{"value":"a@x.example"},{"value":"c@x.example"}]
    ValueAddOnly null -> [{"value":"a@x.example"},{"value":"c@x.example"}]
    AttributeAddOnly null -> [{"value":"a@x.example"},{"value":"c@x.example"}]
    Always [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> [{"display":"A","value":"a@x.example"},{"value":"c@x.example"}]
    ObjectAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> kept `emails` flows only when the object is created
    MultiValueAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"},{"value":"c@x.example"}]
    ValueAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"},{"value":"c@x.example"}]
    AttributeAddOnly [{"type":"work","value":"old@x.example"},{"display":"A","value":"a@x.example"}] -> kept `emails` flows only where the target has no value, and it has one
    "#);
}

#[test]
fn an_object_that_was_not_looked_at_gets_all_that_may_flow() {
    let rows = FLOW_TYPES
        .iter()
        .zip(["title", "userType", "nickName", "locale", "timezone"]);
    let mapping =
        users(rows.map(|(flow, target)| attribute(target, "\"x\"").with_flow_type(flow.clone())));
    let mapped = mapping
        .apply_to_existing(
            &SourceObject::new("User"),
            &core::user_type(),
            &Context::default(),
        )
        .unwrap();
    let flows: Vec<_> = ["title", "userType", "nickName", "locale", "timezone"]
        .into_iter()
        .filter(|name| mapped.resource.get(name).is_some())
        .collect();
    // `nickName` has one value and its mapping adds to several
    assert_eq!(flows, ["title", "locale", "timezone"]);
}

#[test]
fn references_name_when_they_flow() {
    let manager = format!("{}:manager", core::ENTERPRISE_USER);
    let mapping =
        users([attribute(&manager, "[manager]").with_flow_type(AttributeFlowType::ObjectAddOnly)]);
    let source = SourceObject::new("User").with("manager", Value::Reference("77aa".into()));
    let (_, mapped) = onto(&mapping, &json!({ "title": "Pilot" }), &source);
    assert_eq!(
        mapped.references[0].flow_type,
        AttributeFlowType::ObjectAddOnly
    );
    assert_eq!(mapped.references[0].source_ids, ["77aa"]);
}

#[test]
fn nulls_clear_only_where_the_mapping_says_so() {
    let clear = |target: &str| attribute(target, "[nothing]").with_flow_nulls(FlowNulls::Clear);
    let department = format!("{}:department", core::ENTERPRISE_USER);
    let mapping = users([
        clear("title"),
        clear("name.givenName"),
        clear(r#"emails[type eq "work"].value"#),
        clear(r#"phoneNumbers[type eq "work"].value"#),
        clear(&department),
        clear("roles"),
        attribute("nickName", "[nothing]"),
    ]);
    let present = json!({
        "title": "Pilot", "nickName": "m", "name": { "givenName": "Mira", "familyName": "Okafor" },
        "emails": [{ "type": "work", "value": "w@x.example" }, { "type": "home", "value": "h@x.example" }],
        "phoneNumbers": [{ "type": "work", "value": "1", "display": "desk" }],
        "roles": [{ "value": "a" }],
        core::ENTERPRISE_USER: { "department": "Harbour", "costCenter": "7" },
    });
    let (after, mapped) = onto(&mapping, &present, &SourceObject::new("User"));
    assert_eq!(
        after,
        json!({
            "nickName": "m", "name": { "familyName": "Okafor" },
            "emails": [{ "type": "home", "value": "h@x.example" }],
            "phoneNumbers": [{ "type": "work", "display": "desk" }],
            "roles": [{ "value": "a" }],
            core::ENTERPRISE_USER: { "costCenter": "7" },
        })
    );
    let reasons = mapped.notes.iter().map(|note| note.reason);
    let cleared = reasons.filter(|reason| *reason == NoteReason::Cleared);
    assert_eq!(cleared.count(), 5);
    let created = mapping
        .apply(
            &SourceObject::new("User"),
            &core::user_type(),
            &Context::default(),
        )
        .unwrap();
    assert!(
        created
            .notes
            .iter()
            .all(|note| note.reason == NoteReason::Null)
    );
}

#[test]
fn what_flows_always_is_repeated_if_the_target_has_it() {
    let always =
        |target: &str| attribute(target, "[title]").with_flow_behavior(FlowBehavior::FlowAlways);
    let mapping = users([
        always("title"),
        always("nickName"),
        attribute("userType", "[title]"),
    ]);
    let source = SourceObject::new("User").with("title", "Pilot");
    let (_, mapped) = onto(
        &mapping,
        &json!({ "title": "Pilot", "nickName": "x", "userType": "Pilot" }),
        &source,
    );
    let repeated: Vec<_> = mapped.repeated.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(repeated, ["title"]);
}

#[test]
fn candidates_are_for_new_objects() {
    let mapping = users([attribute("userName", "[names]")]);
    let names = Value::Candidates(vec!["mira".into(), "mira1".into()]);
    let source = SourceObject::new("User").with("names", names);
    let user = core::user_type();
    let mapped = mapping.apply(&source, &user, &Context::default()).unwrap();
    assert_eq!(mapped.resource.text("userName"), Some("mira"));
    let [Candidates { path, values }] = mapped.candidates.as_slice() else {
        panic!("{mapped:?}");
    };
    assert_eq!(values, &["mira".into(), "mira1".into()]);
    let mut resource = mapped.resource.clone();
    path.put(&mut resource, &user, values[1].clone()).unwrap();
    assert_eq!(resource.text("userName"), Some("mira1"));
    let (after, mapped) = onto(&mapping, &json!({ "userName": "mira1" }), &source);
    assert_eq!(after["userName"], "mira1");
    assert_eq!(mapped.notes[0].reason, NoteReason::OnlyOnCreation);
}

#[test]
fn roles_come_with_their_parts_and_only_the_assertive_function_takes_any_away() {
    let role = |name: &str| {
        let parts = [("id", "18d1"), ("value", name), ("displayName", "A role")];
        Value::Complex(
            parts
                .map(|(name, text)| (name.to_owned(), text.into()))
                .into(),
        )
    };
    let source = |roles: Vec<Value>| SourceObject::new("User").with("appRoleAssignments", roles);
    for (function, values) in [
        ("AppRoleAssignmentsComplex", &["Pilot", "Captain"][..]),
        ("AssertiveAppRoleAssignmentsComplex", &["Captain"]),
    ] {
        let mapping = users([attribute(
            "roles",
            &format!("{function}([appRoleAssignments])"),
        )]);
        let user = core::user_type();
        let created = mapping
            .apply(&source(vec![role("Pilot")]), &user, &Context::default())
            .unwrap();
        let created: serde_json::Value =
            serde_json::from_str(&created.resource.to_string()).unwrap();
        let wanted = json!([{ "value": "Pilot", "display": "A role", "type": "WindowsAzureActiveDirectoryRole", "primary": false }]);
        assert_eq!(created["roles"], wanted);
        let (after, _) = onto(&mapping, &created, &source(vec![role("Captain")]));
        let after = after["roles"].as_array().unwrap();
        let after: Vec<_> = after
            .iter()
            .map(|role| role["value"].as_str().unwrap())
            .collect();
        assert_eq!(after, values, "{function}");
    }
}

fn values() -> impl Strategy<Value = Value> {
    let text = "[a-c]{0,2}".prop_map(Value::from);
    prop_oneof![
        Just(Value::Null),
        text.clone(),
        prop::collection::vec(text, 0..3).prop_map(Value::from)
    ]
}

proptest! {
    /// Whatever the flow types: mapping onto what mapping gave changes nothing, and what no mapping names stays.
    #[test]
    fn mapping_onto_its_own_result_changes_nothing(
        flow_types in prop::collection::vec(0..5_usize, 4), before in values(), after in values(), clears in any::<bool>(),
    ) {
        let targets = ["emails", "title", r#"phoneNumbers[type eq "work"].value"#, "name.givenName"];
        let nulls = if clears { FlowNulls::Clear } else { FlowNulls::Keep };
        let mapping = users(targets.iter().zip(&flow_types).map(|(target, flow_type)| {
            let source = if *target == "emails" { "[list]" } else { "Item([list], 1)" };
            attribute(target, source).with_flow_type(FLOW_TYPES[*flow_type].clone()).with_flow_nulls(nulls)
        }));
        let user = core::user_type();
        let source = |value: &Value| SourceObject::new("User").with("list", value.clone());
        let Ok(created) = mapping.apply(&source(&before), &user, &Context::default()) else { return Ok(()); };
        let present = created.resource.with("nickName", "stays");
        let Ok(once) = mapping.apply_onto(&present, &source(&after), &user, &Context::default()) else { return Ok(()); };
        let twice = mapping.apply_onto(&once.resource, &source(&after), &user, &Context::default()).unwrap();
        prop_assert_eq!(&once.resource, &twice.resource);
        prop_assert_eq!(once.resource.text("nickName"), Some("stays"));
    }
}
