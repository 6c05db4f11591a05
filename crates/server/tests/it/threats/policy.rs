//! What an application forbids is forbidden on every way to it.

use std::sync::Arc;

use scimkit_patch::MemberChange;
use scimkit_schema::Value as Scim;
use scimkit_server::{Change, Decision, Profile, WritePolicy, http::Method};
use serde_json::json;

use crate::tenant::{Answer, Tenant};

/// Accounts that the application made itself are not the client's to change, and nobody becomes an administrator by it.
struct Own;

impl WritePolicy for Own {
    fn decide<'a>(&'a self, change: &'a Change<'a>) -> Decision<'a> {
        Box::pin(async move {
            let is_own = change
                .before
                .is_some_and(|user| user.text("userType") == Some("own"));
            let keys = ["userName", "emails"];
            let same = |name| {
                change.before.and_then(|it| it.get(name))
                    == change.after.and_then(|it| it.get(name))
            };
            if is_own && !keys.into_iter().all(same) {
                return Err("the account signs in with that: change it in the console".into());
            }
            let is_admins = |group: &scimkit_schema::Resource| {
                group.get("displayName").and_then(Scim::as_str) == Some("Admins")
            };
            if change.after.is_some_and(is_admins) && *change.members != MemberChange::None {
                return Err("administrators are made in the console".into());
            }
            Ok(())
        })
    }
}

fn guarded() -> Tenant {
    let mut tenant = Tenant::new(Profile::default());
    tenant.service = tenant.service.clone().with_write_policy(Arc::new(Own));
    tenant
}

fn bulk(tenant: &Tenant, method: &str, path: &str, data: &str) -> Answer {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{"method":"{method}","path":"{path}","bulkId":"b","data":{data}}}]}}"#
    );
    tenant.post("/Bulk", &body)
}

fn bulk_status(answer: &Answer) -> &str {
    answer.body["Operations"][0]["status"].as_str().unwrap()
}

const PATCH: &str =
    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[OP]}"#;

/// CVE-2022-1680: the mail address of somebody else's account was changed through SCIM, and its password reset with it.
/// open-webui#27662: accounts that SCIM did not make were deleted by it.
#[test]
fn the_keys_of_an_account_can_be_kept_on_every_path() {
    let tenant = guarded();
    let body =
        r#"{"userName":"owner@x","userType":"own","emails":[{"value":"owner@x","type":"work"}]}"#;
    let created = tenant.post("/Users", body);
    let id = created.body["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let put =
        r#"{"userName":"owner@x","userType":"own","emails":[{"value":"thief@x","type":"work"}]}"#;
    let mut answers = vec![
        tenant.send(Method::PUT, &path, put),
        tenant.send(Method::DELETE, &path, ""),
    ];
    let mut statuses = vec![bulk_status(&bulk(&tenant, "PUT", &path, put)).to_owned()];
    for operation in [
        r#"{"op":"replace","path":"userName","value":"thief@x"}"#,
        r#"{"op":"replace","path":"emails[type eq \"work\"].value","value":"thief@x"}"#,
        r#"{"op":"replace","path":"emails","value":[{"value":"thief@x"}]}"#,
        r#"{"op":"add","path":"emails","value":[{"value":"thief@x"}]}"#,
        r#"{"op":"remove","path":"emails"}"#,
        r#"{"op":"Replace","value":{"userName":"thief@x"}}"#,
        r#"{"op":"replace","value":{"emails[type eq \"work\"].value":"thief@x"}}"#,
        r#"{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:userName","value":"thief@x"}"#,
        r#"{"op":"replace","path":"userType","value":"client"},{"op":"replace","path":"userName","value":"thief@x"}"#,
    ] {
        answers.push(tenant.patch(&path, &format!("[{operation}]")));
        statuses.push(
            bulk_status(&bulk(
                &tenant,
                "PATCH",
                &path,
                &PATCH.replace("OP", operation),
            ))
            .to_owned(),
        );
    }
    for answer in &answers {
        assert_eq!(
            answer.error(),
            "403 -: the account signs in with that: change it in the console"
        );
    }
    assert!(
        statuses.iter().all(|status| status == "403"),
        "{statuses:?}"
    );
    assert_eq!(tenant.get(&path).body, created.body);
    let other = tenant.patch(
        &path,
        r#"[{"op":"replace","path":"title","value":"Owner"}]"#,
    );
    assert_eq!(other.status, 200, "the rest is the client's");
}

/// keycloak#47536: membership that was fenced in everywhere else could be changed through SCIM.
#[test]
fn membership_meets_the_same_policy_on_every_path() {
    let tenant = guarded();
    let user = tenant.user("mira@x");
    let group = tenant.group("Crew", &[]);
    let renamed = tenant.patch(
        &format!("/Groups/{group}"),
        r#"[{"op":"replace","path":"displayName","value":"Admins"}]"#,
    );
    assert_eq!(renamed.status, 204);
    let path = format!("/Groups/{group}");
    let before = tenant.get(&path).body;
    let whole =
        |name: &str| format!(r#"{{"displayName":"{name}","members":[{{"value":"{user}"}}]}}"#);
    let mut answers = vec![tenant.send(Method::PUT, &path, &whole("Admins"))];
    let mut statuses = vec![bulk_status(&bulk(&tenant, "PUT", &path, &whole("Admins"))).to_owned()];
    for operation in [
        format!(r#"{{"op":"Add","path":"members","value":[{{"value":"{user}"}}]}}"#),
        format!(r#"{{"op":"add","value":{{"members":[{{"value":"{user}"}}]}}}}"#),
        format!(r#"{{"op":"replace","path":"members","value":[{{"value":"{user}"}}]}}"#),
        format!(
            r#"{{"op":"replace","path":"displayName","value":"Admins"}},{{"op":"add","path":"members","value":"{user}"}}"#
        ),
    ] {
        answers.push(tenant.patch(&path, &format!("[{operation}]")));
        statuses.push(
            bulk_status(&bulk(
                &tenant,
                "PATCH",
                &path,
                &PATCH.replace("OP", &operation),
            ))
            .to_owned(),
        );
    }
    for answer in &answers {
        assert_eq!(
            answer.error(),
            "403 -: administrators are made in the console"
        );
    }
    assert!(
        statuses.iter().all(|status| status == "403"),
        "{statuses:?}"
    );
    assert_eq!(tenant.get(&path).body, before);

    let groups = format!(r#"[{{"value":"{group}"}}]"#);
    let created = tenant.post(
        "/Users",
        &format!(r#"{{"userName":"ben@x","groups":{groups}}}"#),
    );
    assert_eq!(
        (created.status.as_u16(), created.body.get("groups")),
        (201, None),
        "`groups` is no way in"
    );
    let put = tenant.send(
        Method::PUT,
        &format!("/Users/{user}"),
        &format!(r#"{{"userName":"mira@x","groups":{groups}}}"#),
    );
    assert_eq!((put.status.as_u16(), put.body.get("groups")), (200, None));
    let patched = tenant.patch(
        &format!("/Users/{user}"),
        &format!(r#"[{{"op":"add","path":"groups","value":{groups}}}]"#),
    );
    assert_eq!(patched.body["scimType"], json!("mutability"));
    assert_eq!(tenant.get(&path).body, before);
}
