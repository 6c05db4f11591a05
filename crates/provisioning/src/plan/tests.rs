use proptest::prelude::*;
use scimkit_patch::apply;
use scimkit_schema::{Compat, JsonLimits, core};

use super::*;

fn resource(text: &str) -> Resource {
    core::user_type().adopt(Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap())
}

fn operations(target: &str, desired: &str) -> String {
    let Some(plan) = plan(&resource(target), &resource(desired), &core::user_type()) else {
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
    assert_eq!(
        operations(
            target,
            r#"{"userName":"mira","name":{"givenName":"Mira"},"emails":[{"type":"work","value":"w@x"}]}"#
        ),
        "nothing"
    );
    insta::assert_snapshot!(operations(target, r#"{"userName":"mira","active":true,"name":{"familyName":"Lovelace"},
        "emails":[{"type":"work","value":"w@y"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Quay"}}"#), @r#"
    {"op":"replace","path":"name.familyName","value":"Lovelace"}
    {"op":"add","path":"active","value":true}
    {"op":"replace","path":"emails[type eq \"work\"].value","value":"w@y"}
    {"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Quay"}
    "#);
    insta::assert_snapshot!(operations(r#"{"userName":"mira"}"#, r#"{"emails":[{"type":"work","value":"w@x"}]}"#), @r#"{"op":"add","path":"emails","value":[{"value":"w@x","type":"work"}]}"#);
}

fn texts() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-c]{1,2}")
}

prop_compose! {
    fn users()(
        title in texts(), given in texts(), family in texts(), work in texts(), home in texts(), active in prop::option::of(any::<bool>()),
        department in texts(), cost in texts(),
    ) -> Resource {
        let complex = |pairs: &[(&str, &Option<String>)]| {
            let pairs = pairs.iter().filter_map(|(name, text)| Some((*name, text.as_deref()?)));
            pairs.fold(scimkit_schema::Complex::new(), |complex, (name, text)| complex.with(name, text))
        };
        let mut user = Resource::new(core::USER).with("userName", "mira");
        if let Some(title) = title {
            user = user.with("title", title);
        }
        if let Some(active) = active {
            user = user.with("active", active);
        }
        let name = complex(&[("givenName", &given), ("familyName", &family)]);
        if !name.is_empty() {
            user = user.with("name", name);
        }
        let mails = [("work", &work), ("home", &home)];
        let mails = mails.iter().filter_map(|(kind, text)| Some(Value::from(complex(&[("value", text)]).with("type", text.as_ref().map(|_| *kind)?))));
        let mails: Vec<Value> = mails.collect();
        if !mails.is_empty() {
            user = user.with("emails", mails);
        }
        let extension = complex(&[("department", &department), ("costCenter", &cost)]);
        if !extension.is_empty() {
            user = user.with(core::ENTERPRISE_USER, extension);
            user.add_schema(core::ENTERPRISE_USER);
        }
        core::user_type().adopt(user)
    }
}

proptest! {
    #[test]
    fn after_the_plan_there_is_nothing_to_plan(target in users(), desired in users()) {
        let user = core::user_type();
        let after = match plan(&target, &desired, &user) {
            None => target.clone(),
            Some(plan) => apply(&target, &plan.patch, &user, Compat::strict()).unwrap().document.unwrap(),
        };
        prop_assert!(plan(&after, &desired, &user).is_none(), "{target} {desired} {after}");
        // what does not flow stays
        for (name, value) in target.attributes().iter() {
            if name != "schemas" && desired.get(name).is_none() {
                prop_assert_eq!(after.get(name), Some(value));
            }
        }
    }
}
