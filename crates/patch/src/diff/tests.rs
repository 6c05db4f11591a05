use insta::assert_snapshot;
use proptest::prelude::*;
use scimkit_schema::{Compat, Complex, Resource, ResourceType, Value, core};

use super::diff;
use crate::{
    PatchOp, apply,
    sample::{normal, user, widget, widget_type},
};

proptest! {
    #[test]
    fn the_patch_between_two_users_leads_from_one_to_the_other(a in user(), b in user()) {
        law(&a, &b, &core::user_type());
    }

    #[test]
    fn the_patch_between_two_widgets_leads_from_one_to_the_other(a in widget(), b in widget()) {
        law(&a, &b, &widget_type());
    }
}

fn law(a: &Resource, b: &Resource, resource_type: &ResourceType) {
    let reached = match diff(a, b, resource_type) {
        None => a.clone(),
        Some(patch) => apply(a, &patch, resource_type, Compat::strict())
            .unwrap_or_else(|error| panic!("{error}\n{patch}"))
            .document
            .unwrap_or_else(|| panic!("{patch} changes nothing")),
    };
    assert_eq!(normal(&reached), normal(b));
    for extension in resource_type.extensions() {
        let urn = extension.schema.id();
        assert!(reached.extension(urn).is_none() || reached.schemas().any(|known| known == &**urn));
    }
}

#[test]
fn single_values_go_by_path() {
    let before = user_with([("nickName", "M".into()), ("title", "Pilot".into())]);
    let after = user_with([("nickName", "Mi".into()), ("locale", "de".into())]);
    assert_snapshot!(between(&before, &after), @r##"
{"op":"replace","path":"nickName","value":"Mi"}
{"op":"remove","path":"title"}
{"op":"add","path":"locale","value":"de"}
"##);
}

#[test]
fn complex_values_go_by_sub_attribute() {
    let before = user_with([("name", name(&[("givenName", "Mira"), ("middleName", "X")]))]);
    let after = user_with([(
        "name",
        name(&[("givenName", "Mia"), ("familyName", "Okafor")]),
    )]);
    assert_snapshot!(between(&before, &after), @r##"
{"op":"add","path":"name.familyName","value":"Okafor"}
{"op":"replace","path":"name.givenName","value":"Mia"}
{"op":"remove","path":"name.middleName"}
"##);
}

#[test]
fn extensions_go_by_urn() {
    let before = user_with([]);
    let after = user_with([(
        core::ENTERPRISE_USER,
        name(&[("department", "Dock"), ("costCenter", "7")]),
    )]);
    assert_snapshot!(between(&before, &after), @r##"
{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter","value":"7"}
{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Dock"}
"##);
}

#[test]
fn lists_take_the_shortest_way() {
    let before = user_with([("emails", vec![mail("a", "work"), mail("b", "home")].into())]);
    let part = user_with([("emails", vec![mail("c", "work"), mail("b", "home")].into())]);
    assert_snapshot!(between(&before, &part), @r##"{"op":"replace","path":"emails[type eq \"work\"].value","value":"c"}"##);
    let one_more = user_with([(
        "emails",
        vec![mail("a", "work"), mail("b", "home"), mail("c", "other")].into(),
    )]);
    assert_snapshot!(between(&before, &one_more), @r##"{"op":"add","path":"emails","value":[{"value":"c","type":"other"}]}"##);
    assert_snapshot!(between(&one_more, &before), @r##"{"op":"remove","path":"emails[value eq \"c\"]"}"##);
    let all_new = user_with([(
        "emails",
        vec![Value::from(Complex::new().with("value", "z"))].into(),
    )]);
    assert_snapshot!(between(&one_more, &all_new), @r##"{"op":"replace","path":"emails","value":[{"value":"z"}]}"##);
    let reversed = user_with([("emails", vec![mail("b", "home"), mail("a", "work")].into())]);
    assert!(diff(&before, &reversed, &core::user_type()).is_none());
}

#[test]
fn what_a_client_cannot_change_is_left_alone() {
    let widget = |serial: &str| {
        Resource::new(widget_type().schema().id())
            .with("code", "A1")
            .with("owners", vec![mail("o", "x")])
            .with("serial", serial)
    };
    assert!(diff(&widget("1"), &widget("2"), &widget_type()).is_none());
    let without_owners = Resource::new(widget_type().schema().id())
        .with("code", "A1")
        .with("serial", "1");
    assert!(diff(&widget("1"), &without_owners, &widget_type()).is_none());
    let group = |id: &str, member: &str| {
        Resource::new(core::GROUP)
            .with("displayName", "Crew")
            .with("id", id)
            .with("members", vec![mail(member, "User")])
    };
    assert!(diff(&group("1", "u-1"), &group("2", "u-2"), &core::group_type()).is_none());
}

fn between(before: &Resource, after: &Resource) -> String {
    let patch = diff(before, after, &core::user_type()).unwrap();
    let lines = patch
        .operations()
        .iter()
        .map(|operation| operation.to_value().to_string());
    lines.collect::<Vec<_>>().join("\n")
}

fn user_with<const N: usize>(fields: [(&str, Value); N]) -> Resource {
    let user = Resource::new(core::USER).with("userName", "mira");
    fields
        .into_iter()
        .fold(user, |user, (name, value)| user.with(name, value))
}

fn name(parts: &[(&str, &str)]) -> Value {
    let parts = parts.iter();
    parts
        .fold(Complex::new(), |name, (part, text)| name.with(part, *text))
        .into()
}

fn mail(value: &str, kind: &str) -> Value {
    Complex::new()
        .with("value", value)
        .with("type", kind)
        .into()
}

#[test]
fn a_patch_prints_as_its_message() {
    assert_eq!(
        PatchOp::default().to_string(),
        format!(r#"{{"schemas":["{}"],"Operations":[]}}"#, PatchOp::SCHEMA)
    );
}
