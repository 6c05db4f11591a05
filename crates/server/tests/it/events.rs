//! The event log, and who hears of a write after its commit.

use std::sync::{Arc, Mutex};

use scimkit_server::{Committed, Profile, Told, WriteHook, http::Method};
use scimkit_store::{Changed, EventQuery, Key, Shown, Store};

use crate::tenant::Tenant;

fn shown(text: &str) -> Shown {
    Shown::Value(text.into())
}

fn last(tenant: &Tenant) -> Vec<(String, Shown, Shown)> {
    let told = |change: Changed| (change.path.to_string(), change.before, change.after);
    let events = tenant.events();
    let last = events.into_iter().next_back().unwrap();
    last.draft.changes.into_iter().map(told).collect()
}

#[test]
fn an_event_tells_what_stood_there_and_what_stands_there_now() {
    let mut tenant = Tenant::new(Profile::lenient());
    tenant.service = tenant.service.clone().with_sensitive_attributes(["title"]);
    let user = format!("/Users/{}", tenant.user("mira@x"));
    assert_eq!(
        last(&tenant)[1],
        ("userName".to_owned(), Shown::Nothing, Shown::Hidden)
    );
    let operations = r#"[
        {"op":"add","path":"name.givenName","value":"Mira"},
        {"op":"add","path":"title","value":"Harbour master"},
        {"op":"replace","path":"active","value":false}
    ]"#;
    assert_eq!(tenant.patch(&user, operations).status, 200);
    assert_eq!(
        last(&tenant),
        [
            (
                "name.givenName".to_owned(),
                Shown::Nothing,
                shown(r#""Mira""#)
            ),
            ("title".to_owned(), Shown::Nothing, Shown::Hidden),
            ("active".to_owned(), shown("true"), shown("false")),
        ]
    );
    let body = r#"{"userName":"tomas@x","name":{"givenName":"Mira"},"active":false}"#;
    assert_eq!(tenant.send(Method::PUT, &user, body).status, 200);
    assert_eq!(
        last(&tenant),
        [
            (
                "userName".to_owned(),
                shown(r#""mira@x""#),
                shown(r#""tomas@x""#)
            ),
            ("title".to_owned(), Shown::Hidden, Shown::Nothing),
        ]
    );
}

#[test]
fn an_event_of_a_group_names_who_came_and_who_left() {
    let tenant = Tenant::new(Profile::lenient());
    let (one, two) = (tenant.user("one"), tenant.user("two"));
    let group = format!("/Groups/{}", tenant.group("Crew", &[&one]));
    let operations = format!(
        r#"[{{"op":"add","path":"members","value":[{{"value":"{two}"}}]}},{{"op":"remove","path":"members[value eq \"{one}\"]"}}]"#
    );
    assert_eq!(tenant.patch(&group, &operations).status, 204);
    let told = |id: &str| Shown::Value(format!(r#"["{id}"]"#).into());
    assert_eq!(
        last(&tenant),
        [("members".to_owned(), told(&one), told(&two))]
    );
}

#[test]
fn events_are_found_by_resource_even_when_it_is_gone() {
    let tenant = Tenant::new(Profile::lenient());
    let (one, _other) = (tenant.user("one"), tenant.user("two"));
    tenant.send(Method::DELETE, &format!("/Users/{one}"), "");
    let key = Key::new(
        "User".into(),
        scimkit_schema::ResourceId::new(&one).unwrap(),
    );
    let query = EventQuery::default().with_resource(key);
    let events = pollster::block_on(tenant.store.events(&query)).unwrap();
    let numbers: Vec<_> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, [1, 3]);
    assert_eq!(events[1].draft.name.as_deref(), Some("one"));
}

/// Writes down what it hears.
#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl WriteHook for Listener {
    fn committed<'a>(&'a self, write: &'a Committed<'a>) -> Told<'a> {
        Box::pin(async move {
            let active = |user: Option<&scimkit_schema::Resource>| {
                user.map(|user| {
                    user.get("active").and_then(scimkit_schema::Value::as_bool) != Some(false)
                })
            };
            let heard = format!(
                "{} {} by {}: {:?} -> {:?}",
                write.action.as_str(),
                write.key.type_name,
                write.actor,
                active(write.before),
                active(write.after)
            );
            self.0.lock().unwrap().push(heard);
        })
    }
}

#[test]
fn who_listens_hears_of_every_effective_write_after_its_commit() {
    let mut tenant = Tenant::new(Profile::lenient());
    let listener = Arc::new(Listener::default());
    tenant.service = tenant.service.clone().with_write_hook(listener.clone());
    let user = format!("/Users/{}", tenant.user("mira"));
    let disable = r#"[{"op":"replace","path":"active","value":false}]"#;
    tenant.patch(&user, disable);
    tenant.patch(&user, disable);
    tenant.post("/Users", r#"{"userName":"MIRA"}"#);
    tenant.send(Method::DELETE, &user, "");
    assert_eq!(
        *listener.0.lock().unwrap(),
        [
            "create User by Azure AD: None -> Some(true)",
            "patch User by Azure AD: Some(true) -> Some(false)",
            "delete User by Azure AD: Some(false) -> None",
        ]
    );
}
