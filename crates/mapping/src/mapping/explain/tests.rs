use super::*;
use crate::MappingSet;
use crate::schema::AttributeFlowType;
use scimkit_schema::{Resource, core};
use serde_json::json;

fn mapping() -> ObjectMapping {
    let attribute =
        |target: &str, expression: &str| AttributeMapping::new(target, expression).unwrap();
    ObjectMapping::new("Users", "User", core::USER)
        .with_attribute(
            attribute("userName", "ToLower([userPrincipalName])").with_matching_priority(1),
        )
        .with_attribute(attribute(
            "active",
            r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#,
        ))
        .with_attribute(
            attribute("nickName", "[mailNickname]")
                .with_flow_type(AttributeFlowType::AttributeAddOnly),
        )
        .with_attribute(attribute("title", "[jobTitle]").with_default("Staff"))
        .with_attribute(attribute(
            "displayName",
            "IgnoreFlowIfNullOrEmpty(Trim([surname]))",
        ))
        .with_attribute(attribute("userType", "Item([otherMails], 3)"))
        .with_attribute(attribute("name.familyName", "[surname]").with_required(true))
        .with_attribute(AttributeMapping::none("locale", "en-GB").unwrap())
        .with_attribute(AttributeMapping::constant("timezone", "Europe/Amsterdam").unwrap())
        .with_attribute(attribute(
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            "[manager]",
        ))
}

fn mira() -> SourceObject {
    SourceObject::new("User")
        .with("userPrincipalName", "Mira@Harborline.example")
        .with("IsSoftDeleted", false)
        .with("mailNickname", "mira")
        .with("otherMails", vec!["a".into(), "b".into()])
        .with("manager", Value::Reference("77aa".into()))
}

#[test]
fn a_new_object() {
    let explanation = mapping().explain(
        &mira(),
        &core::user_type(),
        Occasion::Creation,
        &Context::default(),
    );
    insta::assert_snapshot!(explanation, @r#"
    target                                    value                      source
    userName (match 1)                        "mira@harborline.example"  ToLower([userPrincipalName])
        [userPrincipalName] = "Mira@Harborline.example"
    active                                    "True"                     Switch([IsSoftDeleted], , "False", "True", "True", "False")
        [IsSoftDeleted] = False
    nickName                                  "mira"                     [mailNickname]
    title                                     "Staff"                    [jobTitle]
        the default value, since the source gives none
    displayName                               -                          IgnoreFlowIfNullOrEmpty(Trim([surname]))
        Trim([surname]) = null
          [surname] = null
        is left out, as its expression says
    userType                                  -                          Item([otherMails], 3)
        [otherMails] = ["a", "b"]
        fails: `Item` finds no value number 3: they are numbered from 1 to 2 (at byte 0)
    name.familyName                           -                          [surname]
        has no value at the source; the target keeps what it has
    locale                                    "en-GB"                    none
        the default value, since the source gives none
    timezone                                  "Europe/Amsterdam"         "Europe/Amsterdam"
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager  object 77aa                [manager]

    required and missing: name.familyName
    "#);
}

#[test]
fn an_object_that_is_there() {
    let present = Resource::new(core::USER).with("nickName", "mim");
    let explanation = mapping().explain(
        &mira(),
        &core::user_type(),
        Occasion::UpdateOf(&present),
        &Context::default(),
    );
    insta::assert_snapshot!(explanation, @r#"
    target                                    value                      source
    userName (match 1)                        "mira@harborline.example"  ToLower([userPrincipalName])
        [userPrincipalName] = "Mira@Harborline.example"
    active                                    "True"                     Switch([IsSoftDeleted], , "False", "True", "True", "False")
        [IsSoftDeleted] = False
    nickName                                  -                          [mailNickname]
        flows only where the target has no value, and it has one
    title                                     -                          [jobTitle]
        has no value at the source; the target keeps what it has
    displayName                               -                          IgnoreFlowIfNullOrEmpty(Trim([surname]))
        Trim([surname]) = null
          [surname] = null
        is left out, as its expression says
    userType                                  -                          Item([otherMails], 3)
        [otherMails] = ["a", "b"]
        fails: `Item` finds no value number 3: they are numbered from 1 to 2 (at byte 0)
    name.familyName                           -                          [surname]
        has no value at the source; the target keeps what it has
    locale                                    -                          none
        flows only when the object is created
    timezone                                  "Europe/Amsterdam"         "Europe/Amsterdam"
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager  object 77aa                [manager]

    required and missing: name.familyName
    "#);
}

#[test]
fn an_object_out_of_scope() {
    let filter = json!({ "groups": [{ "clauses": [{ "sourceOperandName": "country", "operatorName": "IS NOT NULL" }] }] });
    let scope = crate::Scope::new(&serde_json::from_value(filter).unwrap()).unwrap();
    let mapping = ObjectMapping::new("Users", "User", core::USER).with_scope(scope);
    let explanation = mapping.explain(
        &mira(),
        &core::user_type(),
        Occasion::Creation,
        &Context::default(),
    );
    insta::assert_snapshot!(explanation, @r#"
    target  value  source

    out of scope: the filter `1` asks for `country IS NOT NULL`, and it has no value
    "#);
}

#[test]
fn an_explanation_says_what_mapping_does() {
    let user = core::user_type();
    let context = Context::default();
    for set in [
        MappingSet::generic_scim(),
        MappingSet::netskope_user_authentication(),
    ] {
        let users = set.of("User").unwrap();
        let mapped = users.apply(&mira(), &user, &context).unwrap();
        let explanation = users.explain(&mira(), &user, Occasion::Creation, &context);
        assert_eq!(explanation.missing, mapped.missing);
        let stays = explanation
            .attributes
            .iter()
            .filter_map(|it| match it.outcome {
                Outcome::Stays(reason) => Some((it.target.clone(), reason)),
                _ => None,
            });
        let notes = mapped
            .notes
            .into_iter()
            .map(|note| (note.target, note.reason));
        assert!(stays.eq(notes));
    }
}
