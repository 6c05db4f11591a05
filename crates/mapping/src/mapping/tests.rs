use super::*;
use crate::{Context, MappingSet, SourceObject, SynchronizationSchema, TargetPath, Value};
use proptest::prelude::*;
use scimkit_schema::{Resource, core};
use serde_json::json;

fn mira() -> SourceObject {
    SourceObject::new("User")
        .with("userPrincipalName", "mira@harborline.example")
        .with("IsSoftDeleted", false)
        .with("mail", "mira.okafor@harborline.example")
        .with("mailNickname", "mira")
        .with("givenName", "Mira")
        .with("surname", "Okafor")
}

fn json(resource: &Resource) -> serde_json::Value {
    serde_json::from_str(&resource.to_string()).unwrap()
}

fn map(set: &MappingSet, object: &SourceObject) -> Result<Mapped, Error> {
    let target = SchemaSet::core();
    let mapping = set.of(&object.object_type).unwrap();
    mapping.apply(object, mapping.resource_type(&target)?, &Context::default())
}

fn users(attributes: impl IntoIterator<Item = AttributeMapping>) -> ObjectMapping {
    let mapping = ObjectMapping::new("Users", "User", core::USER);
    attributes
        .into_iter()
        .fold(mapping, ObjectMapping::with_attribute)
}

fn attribute(target: &str, expression: &str) -> AttributeMapping {
    AttributeMapping::new(target, expression).unwrap()
}

fn single(target: &str, expression: &str, object: &SourceObject) -> Result<Mapped, Error> {
    users([attribute(target, expression)]).apply(object, &core::user_type(), &Context::default())
}

#[test]
fn a_netskope_user() {
    let mapped = map(&MappingSet::netskope_user_authentication(), &mira()).unwrap();
    assert_eq!(
        json(&mapped.resource),
        json!({
            "schemas": [core::USER],
            "externalId": "mira",
            "userName": "mira@harborline.example",
            "name": { "givenName": "Mira", "familyName": "Okafor" },
            "active": true,
            "emails": [{ "type": "work", "value": "mira.okafor@harborline.example" }],
        })
    );
    assert_eq!(mapped.missing, [""; 0]);
    assert_eq!(mapped.notes, []);
    assert_eq!(mapped.references, []);
    let filters: Vec<_> = mapped
        .matching
        .iter()
        .map(|value| value.to_filter().to_string())
        .collect();
    assert_eq!(filters, [r#"userName eq "mira@harborline.example""#]);
}

#[test]
fn a_netskope_user_without_mail_misses_it() {
    let mapped = map(
        &MappingSet::netskope_user_authentication(),
        &mira().with("mail", Value::Null),
    )
    .unwrap();
    assert_eq!(mapped.missing, [r#"emails[type eq "work"].value"#]);
    assert_eq!(mapped.resource.get("emails"), None);
}

#[test]
fn what_is_null_is_left_out_and_noted() {
    let object = mira()
        .with("surname", Value::Null)
        .with("givenName", Value::Null);
    let mapped = map(&MappingSet::netskope_user_authentication(), &object).unwrap();
    assert_eq!(mapped.resource.get("name"), None);
    let notes: Vec<_> = mapped.notes.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(notes.join("\n"), @r#"
    `name.givenName` has no value at the source; the target keeps what it has
    `name.familyName` has no value at the source; the target keeps what it has
    "#);
}

#[test]
fn a_group_and_its_members() {
    let members = vec![
        Value::Reference("8d1c".into()),
        Value::Reference("beef".into()),
    ];
    let group = SourceObject::new("Group")
        .with("displayName", "Finance")
        .with("objectId", "c0de")
        .with("members", members);
    let mapped = map(&MappingSet::netskope_user_authentication(), &group).unwrap();
    assert_eq!(
        json(&mapped.resource),
        json!({ "schemas": [core::GROUP], "externalId": "c0de", "displayName": "Finance" })
    );
    assert_eq!(mapped.references.len(), 1);
    assert_eq!(mapped.references[0].target.as_str(), "members");
    assert_eq!(mapped.references[0].source_ids, ["8d1c", "beef"]);
}

#[test]
fn no_members_is_not_the_same_as_unknown_members() {
    let set = MappingSet::netskope_user_authentication();
    let group = SourceObject::new("Group").with("displayName", "Finance");
    assert_eq!(map(&set, &group).unwrap().references, []);
    let mapped = map(&set, &group.with("members", Vec::new())).unwrap();
    assert_eq!(mapped.references[0].source_ids, [""; 0]);
}

#[test]
fn a_generic_user_with_everything() {
    let object = mira()
        .with("streetAddress", "1 Quay")
        .with("city", "Rotterdam")
        .with("telephoneNumber", "1")
        .with("mobile", "2")
        .with("employeeId", "HL0001")
        .with("manager", Value::Reference("77aa".into()));
    let mapped = map(&MappingSet::generic_scim(), &object).unwrap();
    assert_eq!(
        json(&mapped.resource),
        json!({
            "schemas": [core::USER, core::ENTERPRISE_USER],
            "externalId": "mira",
            "userName": "mira@harborline.example",
            "name": { "givenName": "Mira", "familyName": "Okafor", "formatted": "Mira Okafor" },
            "active": true,
            "emails": [{ "type": "work", "value": "mira.okafor@harborline.example" }],
            "phoneNumbers": [{ "type": "work", "value": "1" }, { "type": "mobile", "value": "2" }],
            "addresses": [{ "type": "work", "streetAddress": "1 Quay", "locality": "Rotterdam" }],
            core::ENTERPRISE_USER: { "employeeNumber": "HL0001" },
        })
    );
    let manager = &mapped.references[0];
    assert_eq!(
        manager.target.as_str(),
        format!("{}:manager", core::ENTERPRISE_USER)
    );
    assert_eq!(manager.source_ids, ["77aa"]);
}

#[test]
fn every_template_row_fits_the_core_schemas() {
    for set in [
        MappingSet::netskope_user_authentication(),
        MappingSet::generic_scim(),
    ] {
        for mapping in set.objects() {
            let object = SourceObject::new(mapping.source_object());
            assert!(
                map(&set, &object).is_ok(),
                "{}: {}",
                set.name(),
                mapping.name()
            );
        }
    }
}

#[test]
fn the_filter_gives_its_own_values_in_their_types() {
    let mapping = users([
        attribute(r#"roles[primary eq "True"].value"#, "[role]"),
        attribute(r#"roles[primary eq "True"].DISPLAY"#, "\"Role\""),
        attribute(
            r#"emails[type eq "work" and primary eq true].value"#,
            "\"m@x.example\"",
        ),
    ]);
    let mapped = mapping
        .apply(
            &SourceObject::new("User").with("role", "Admin"),
            &core::user_type(),
            &Context::default(),
        )
        .unwrap();
    assert_eq!(
        json(&mapped.resource),
        json!({
            "schemas": [core::USER],
            "roles": [{ "primary": true, "value": "Admin", "display": "Role" }],
            "emails": [{ "type": "work", "primary": true, "value": "m@x.example" }],
        })
    );
}

#[test]
fn lists_become_lists() {
    let object = SourceObject::new("User").with(
        "otherMails",
        vec!["a@x.example".into(), "b@x.example".into()],
    );
    let mapped = single("emails", "[otherMails]", &object).unwrap();
    let expected = json!([{ "value": "a@x.example" }, { "value": "b@x.example" }]);
    assert_eq!(json(&mapped.resource)["emails"], expected);
}

#[test]
fn matching_values_come_in_the_order_of_their_priority() {
    let mapping = users([
        attribute("externalId", "[mailNickname]").with_matching_priority(3),
        attribute(r#"emails[type eq "work"].value"#, "[mail]").with_matching_priority(2),
        attribute("title", "[jobTitle]").with_matching_priority(1),
        attribute("userName", "[userPrincipalName]").with_matching_priority(0),
    ]);
    let mapped = mapping
        .apply(&mira(), &core::user_type(), &Context::default())
        .unwrap();
    let filters: Vec<_> = mapped
        .matching
        .iter()
        .map(|value| value.to_filter().to_string())
        .collect();
    assert_eq!(
        filters,
        [
            r#"emails[type eq "work" and value eq "mira.okafor@harborline.example"]"#,
            r#"externalId eq "mira""#,
        ]
    );
}

#[test]
fn defaults_are_for_new_objects_only() {
    let mapping = users([
        attribute("title", "[jobTitle]")
            .with_default("Staff")
            .with_required(true),
        attribute("nickName", "IgnoreFlowIfNullOrEmpty([none])").with_default("never"),
    ]);
    let user = core::user_type();
    let created = mapping.apply(&mira(), &user, &Context::default()).unwrap();
    assert_eq!(created.resource.text("title"), Some("Staff"));
    assert_eq!(created.resource.get("nickName"), None);
    let updated = mapping
        .apply_to_existing(&mira(), &user, &Context::default())
        .unwrap();
    assert_eq!(updated.resource.get("title"), None);
    assert_eq!(updated.missing, [""; 0]);
}

#[test]
fn mappings_for_creation_do_not_flow_into_existing_objects() {
    let schema = json!({ "synchronizationRules": [{ "targetDirectoryName": "t", "objectMappings": [{
        "sourceObjectName": "User", "targetObjectName": core::USER, "attributeMappings": [
            { "targetAttributeName": "userName", "source": { "name": "mail" }, "flowType": "objectaddonly" },
            { "targetAttributeName": "title", "source": { "type": "Constant", "name": "Staff" } },
            { "targetAttributeName": "locale", "source": null, "defaultValue": "en" },
        ],
    }] }], "directories": [{ "name": "t", "objects": [{ "name": core::USER, "attributes": [
        { "name": "id", "required": true, "anchor": true },
        { "name": "nickName", "required": true },
    ] }] }] });
    let set = MappingSet::from_schema(
        "mine",
        SynchronizationSchema::from_json(&schema.to_string()).unwrap(),
    )
    .unwrap();
    let created = map(&set, &mira()).unwrap();
    assert_eq!(
        created.resource.text("userName"),
        Some("mira.okafor@harborline.example")
    );
    assert_eq!(created.resource.text("locale"), Some("en"));
    assert_eq!(created.missing, ["nickName"]);
    let updated = set
        .of("User")
        .unwrap()
        .apply_to_existing(&mira(), &core::user_type(), &Context::default())
        .unwrap();
    assert_eq!(
        json(&updated.resource),
        json!({ "schemas": [core::USER], "title": "Staff" })
    );
    assert_eq!(updated.notes[0].reason, NoteReason::OnlyOnCreation);
}

#[test]
fn a_locked_set_stays_as_it_is() {
    let mut set = MappingSet::netskope_user_authentication();
    let before = set.schema().clone();
    let error = set
        .edit(|schema| schema.synchronization_rules = Vec::new().into())
        .unwrap_err();
    insta::assert_snapshot!(error, @"the mappings of `Netskope User Authentication` are fixed, as its target relies on them; start from the generic SCIM mappings to make your own");
    assert_eq!(*set.schema(), before);
    assert!(set.is_locked());
}

#[test]
fn an_edit_that_fails_changes_nothing() {
    let mut set = MappingSet::generic_scim();
    let expression = |text: &'static str| {
        move |schema: &mut SynchronizationSchema| {
            let rules = schema.synchronization_rules.as_mut().unwrap();
            let user = &mut rules[0].object_mappings.as_mut().unwrap()[1];
            let mapping = &mut user.attribute_mappings.as_mut().unwrap()[0];
            mapping.source.as_mut().unwrap().expression = text.to_owned().into();
        }
    };
    let error = set.edit(expression("Lower([mail])")).unwrap_err();
    assert_eq!(error.to_string(), "the mapping of `userName` does not work");
    assert_eq!(*set.schema(), *MappingSet::generic_scim().schema());
    set.edit(expression("ToLower([mail])")).unwrap();
    assert_eq!(
        map(&set, &mira().with("mail", "M@X.EXAMPLE"))
            .unwrap()
            .resource
            .text("userName"),
        Some("m@x.example")
    );
}

#[test]
fn each_error_says_what_to_change() {
    let object = mira().with("list", vec!["a".into(), "b".into()]);
    let lines = [
        ("usrName", "[mail]"),
        ("name.given", "[mail]"),
        (r#"emails[typ eq "work"].value"#, "[mail]"),
        ("id", "[mail]"),
        ("groups", "[mail]"),
        ("name", "[mail]"),
        ("active", "[mail]"),
        ("title", "[list]"),
        ("title", "Item([list], 3)"),
    ];
    let messages = lines.map(|(target, expression)| {
        let error = single(target, expression, &object).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    });
    insta::assert_snapshot!(messages.join("\n"), @r#"
    the mapping of `usrName` does not work: the target has no attribute `usrName`; did you mean `userName`?
    the mapping of `name.given` does not work: the target has no attribute `name.given`
    the mapping of `emails[typ eq "work"].value` does not work: the target has no attribute `emails[typ eq "work"].value`; did you mean `type`?
    the mapping of `id` does not work: the service provider assigns `id`; it cannot be a target
    the mapping of `groups` does not work: the service provider assigns `groups`; it cannot be a target
    the mapping of `name` does not work: `name` takes no text; name one of its sub-attributes
    the mapping of `active` does not work: `active` takes `True` or `False`
    the mapping of `title` does not work: `title` takes one value; pick one with `Item`
    the mapping of `title` does not work: `Item` finds no value number 3: they are numbered from 1 to 2 (at byte 0)
    "#);
    for target in ["", "a.b.c", "emails[type eq]"] {
        let error = target.parse::<TargetPath>().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Target { .. }), "{target}");
    }
    let filtered = r#"emails[type co "w"].value"#.parse::<TargetPath>().unwrap_err();
    insta::assert_snapshot!(filtered, @r#"`emails[type co "w"].value` is no target: its filter may only have `eq` terms, joined by `and`"#);
}

#[test]
fn the_table_for_people() {
    let rows = MappingSet::netskope_user_authentication();
    let rows = rows.describe().map(|(object, row)| {
        let matching = row
            .matching
            .map_or_else(String::new, |priority| priority.to_string());
        let required = if row.required { "required" } else { "" };
        format!(
            "{object:5} {:10} {:30} {:63} {matching:1} {required}",
            row.kind, row.target, row.source
        )
        .trim_end()
        .to_owned()
    });
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @r#"
    User  Direct     userName                       userPrincipalName                                               1 required
    User  Expression active                         Switch([IsSoftDeleted], , "False", "True", "True", "False")
    User  Direct     emails[type eq "work"].value   mail                                                              required
    User  Direct     name.givenName                 givenName
    User  Direct     name.familyName                surname
    User  Direct     externalId                     mailNickname
    Group Direct     displayName                    displayName                                                     1 required
    Group Direct     externalId                     objectId
    Group Direct     members                        members
    "#);
}

proptest! {
    #[test]
    fn mapping_is_deterministic_and_never_panics(
        attributes in prop::collection::btree_map("(mail|surname|givenName|IsSoftDeleted|manager)", any::<String>(), 0..5)
    ) {
        let object = attributes.into_iter().fold(SourceObject::new("User"), |object, (name, text)| object.with(name, text));
        let set = MappingSet::generic_scim();
        prop_assert_eq!(map(&set, &object), map(&set, &object));
    }
}
