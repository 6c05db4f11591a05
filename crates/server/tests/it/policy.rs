//! The application's last word on writes.

use std::sync::Arc;

use scimkit_server::{Change, Decision, Profile, WritePolicy, http::Method};

use crate::tenant::Tenant;

/// Nobody who is called `root` is disabled or deleted, and nobody else may be called that.
struct KeepRoot;

fn is_active_root(user: &scimkit_schema::Resource) -> bool {
    let active = user.get("active").and_then(scimkit_schema::Value::as_bool);
    user.text("displayName") == Some("root") && active != Some(false)
}

impl WritePolicy for KeepRoot {
    fn decide<'a>(&'a self, change: &'a Change<'a>) -> Decision<'a> {
        Box::pin(async move {
            let is = change.after.is_some_and(is_active_root);
            match change.before.map(is_active_root) {
                Some(true) if !is => Err("the last administrator stays".into()),
                Some(false) if is => Err("there is one administrator already".into()),
                _ => Ok(()),
            }
        })
    }
}

#[test]
fn what_the_application_forbids_is_403_and_changes_nothing() {
    let mut tenant = Tenant::new(Profile::lenient());
    tenant.service = tenant.service.clone().with_write_policy(Arc::new(KeepRoot));
    let created = tenant.post("/Users", r#"{"userName":"r","displayName":"root"}"#);
    assert_eq!(created.status, 201, "{}", created.body);
    let root = format!("/Users/{}", created.body["id"].as_str().unwrap());
    let other = format!("/Users/{}", tenant.user("mira"));
    let events = tenant.events().len();

    let disable = r#"[{"op":"replace","path":"active","value":false}]"#;
    assert_eq!(
        tenant.patch(&root, disable).error(),
        "403 -: the last administrator stays"
    );
    let deleted = tenant.send(Method::DELETE, &root, "");
    assert_eq!(deleted.error(), "403 -: the last administrator stays");
    let rename = r#"[{"op":"replace","path":"displayName","value":"root"}]"#;
    assert_eq!(
        tenant.patch(&other, rename).error(),
        "403 -: there is one administrator already"
    );
    assert_eq!(tenant.events().len(), events);
    assert_eq!(tenant.get(&root).body["active"], true);

    assert_eq!(tenant.patch(&other, disable).status, 200);
}
