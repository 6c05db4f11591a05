//! What a mapping says beside its values: scoping filters, flow types and flow behaviors.

use scimkit_mapping::{MappingSet, SourceObject, schema};
use scimkit_provisioning::{Options, OutOfScope};
use serde_json::{Value, json};

use crate::bench::{Bench, group};

/// The generic mappings with another mapping of `Group` or `User`.
fn edited(object: &str, edit: impl Fn(&mut schema::ObjectMapping)) -> MappingSet {
    let mut set = MappingSet::generic_scim();
    set.edit(|schema| {
        let rules = schema.synchronization_rules.as_mut().unwrap();
        let mappings = rules[0].object_mappings.as_mut().unwrap();
        let same = |it: &&mut schema::ObjectMapping| it.source_object_name.as_str() == object;
        edit(mappings.iter_mut().find(same).unwrap());
    })
    .unwrap();
    set
}

fn scoped(list: &str) -> MappingSet {
    let filter = json!({ list: [{ "name": "Harbour", "clauses": [
        { "sourceOperandName": "surname", "operatorName": "NOT EQUALS", "targetOperand": { "values": ["gone"] } },
    ] }] });
    edited("User", |mapping| {
        mapping.scope = serde_json::from_value(filter.clone()).unwrap();
    })
}

/// The mapping of `target` with these members.
fn flowing(object: &str, target: &str, members: &Value) -> MappingSet {
    edited(object, |mapping| {
        let rows = mapping.attribute_mappings.as_mut().unwrap();
        let same = |it: &&mut schema::AttributeMapping| it.target_attribute_name.as_str() == target;
        let row = rows.iter_mut().find(same).unwrap();
        let mut json = serde_json::to_value(&*row).unwrap();
        for (name, value) in members.as_object().unwrap() {
            json[name] = value.clone();
        }
        *row = serde_json::from_value(json).unwrap();
    })
}

fn with(object: &mut SourceObject, name: &str, text: &str) {
    object.attributes.insert(name.to_owned(), text.into());
}

#[test]
fn whom_the_scoping_filter_excludes_is_disabled_and_the_clause_named() {
    let mut bench = Bench::with(scoped("groups"), Options::default());
    bench.change(|directory| with(&mut directory.users[1].object, "surname", "gone"));
    let report = bench.cycle();
    assert_eq!((report.users.created, report.skipped), (1, 1));
    bench.change(|directory| with(&mut directory.users[0].object, "surname", "gone"));
    bench.log();
    let report = bench.cycle();
    assert_eq!(report.users.disabled, 1);
    insta::assert_snapshot!(bench.log(), @r#"
    other skipped mira@harborline.example NotEffectivelyEntitled: the user `mira@harborline.example` is out of scope: the filter `Harbour` asks for `surname NOT EQUALS "gone"`, and it is `gone`
    disable success mira@harborline.example
      active: true => false
    "#);
    bench.change(|directory| with(&mut directory.users[0].object, "surname", "back"));
    assert_eq!(bench.cycle().users.restored, 1);
}

#[test]
fn who_leaves_an_input_filter_stays_as_he_is() {
    for (list, options) in [
        ("inputFilterGroups", Options::default()),
        ("categoryFilterGroups", Options::default()),
        (
            "groups",
            Options::default().with_out_of_scope(OutOfScope::Skip),
        ),
    ] {
        let bench = Bench::with(scoped(list), options);
        bench.cycle();
        bench.change(|directory| {
            with(&mut directory.users[0].object, "surname", "gone");
            with(&mut directory.users[0].object, "givenName", "unseen");
        });
        let report = bench.cycle();
        assert!(report.is_quiet(), "{list}");
        assert_eq!(report.skipped, 1, "{list}");
    }
}

#[test]
fn a_flow_type_keeps_what_the_target_has() {
    for (flow_type, creates, fills, changes) in [
        ("Always", true, true, true),
        ("ObjectAddOnly", true, false, false),
        ("AttributeAddOnly", true, true, false),
        ("ValueAddOnly", true, true, false),
        ("MultiValueAddOnly", true, false, false),
    ] {
        let mappings = flowing("User", "title", &json!({ "flowType": flow_type }));
        let bench = Bench::with(mappings, Options::default());
        bench.change(|directory| with(&mut directory.users[0].object, "jobTitle", "Pilot"));
        bench.cycle();
        let title = |name: &str| {
            let tenant = bench.target.tenant();
            let mut users = tenant.users.values();
            let user = users.find(|user| user.text("userName").unwrap().starts_with(name));
            user.unwrap().text("title").map(ToOwned::to_owned)
        };
        assert_eq!(title("mira").is_some(), creates, "{flow_type}");
        bench.change(|directory| {
            with(&mut directory.users[0].object, "jobTitle", "Captain");
            with(&mut directory.users[1].object, "jobTitle", "Captain");
        });
        bench.cycle();
        assert_eq!(
            title("mira").as_deref() == Some("Captain"),
            changes,
            "{flow_type}"
        );
        assert_eq!(title("tomasz").is_some(), fills, "{flow_type}");
        assert!(bench.cycle().is_quiet());
    }
}

#[test]
fn what_flows_always_does_not_flow_alone() {
    let mappings = flowing("User", "userName", &json!({ "flowBehavior": "FlowAlways" }));
    let bench = Bench::with(mappings, Options::default());
    bench.cycle();
    assert!(bench.cycle().is_quiet());
    bench.change(|directory| with(&mut directory.users[0].object, "jobTitle", "Pilot"));
    assert_eq!(bench.cycle().users.updated, 1);
}

#[test]
fn members_are_only_added_if_the_flow_type_says_so() {
    for (flow_type, joins, leaves) in [
        ("Always", 1, 1),
        ("MultiValueAddOnly", 1, 0),
        ("ValueAddOnly", 1, 0),
        ("ObjectAddOnly", 0, 0),
        ("AttributeAddOnly", 0, 0),
    ] {
        let mappings = flowing("Group", "members", &json!({ "flowType": flow_type }));
        let bench = Bench::with(mappings, Options::default());
        bench.change(|directory| directory.groups = vec![group("Finance", &["mira"])]);
        bench.cycle();
        bench.change(|directory| directory.groups = vec![group("Finance", &["tomasz"])]);
        let report = bench.cycle();
        assert_eq!(
            (report.members_added, report.members_removed),
            (joins, leaves),
            "{flow_type}"
        );
    }
}
