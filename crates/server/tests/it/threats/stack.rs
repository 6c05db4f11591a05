//! Bombs: input that is nested, or long, without end.

use std::thread;

use scimkit_server::{Profile, http::Method};

use crate::tenant::Tenant;

/// The service in unoptimized code, whose futures lie on the stack. What it is made of gets by with half: see `tests/it/stack.rs` of
/// `scimkit-schema`.
const STACK: usize = 128 * 1024;

fn on_a_small_stack(what: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, what).unwrap().join().unwrap();
    });
}

/// keycloak#50472, apache/directory-scimple#1126, AzureAD/SCIMReferenceCode#138, ShiftControl-io/scim-v2-rust#49: nesting without a
/// limit, or one that is looked at after the tree was built, ended the process.
#[test]
fn bombs_are_answered_on_a_small_stack() {
    let tenant = Tenant::new(Profile::default());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let before = tenant.events();
    let times = |text: &str, number: usize| text.repeat(number);
    let chain = |term: &str, link: &str, number: usize| vec![term; number].join(link);
    let filters = [
        format!(
            "{}userName pr{}",
            times("(", 1_000_000),
            times(")", 1_000_000)
        ),
        format!("{}userName pr", times("(", 1_000_000)),
        format!(
            "{}(userName pr){}",
            times("not (", 100_000),
            times(")", 100_000)
        ),
        format!(
            "{}type pr{}",
            times("emails[", 100_000),
            times("]", 100_000)
        ),
        chain("userName pr", " and ", 100_000),
        chain("userName pr", " or ", 100_000),
        chain("a", ".", 100_000),
        format!("userName eq \"{}\"", times("\\\\", 100_000)),
    ];
    let deep = |open: &str, close: &str, number: usize| {
        format!("{}1{}", times(open, number), times(close, number))
    };
    let values = [
        times("[", 1_000_000),
        deep("[", "]", 100_000),
        deep(r#"{"value":"#, "}", 50_000),
        deep(r#"[{"emails":"#, "}]", 40_000),
    ];
    on_a_small_stack(|| {
        let refused = |answer: crate::tenant::Answer, what: &str| {
            assert!(
                matches!(answer.status.as_u16(), 400 | 413),
                "{what}: {}",
                answer.status
            );
            assert_eq!(answer.body["status"], answer.status.as_u16().to_string());
        };
        for filter in &filters {
            // An address holds no more than 64 KiB.
            let cut: String = filter.chars().take(20_000).collect();
            let cut = cut
                .replace(' ', "+")
                .replace('"', "%22")
                .replace('[', "%5B")
                .replace(']', "%5D")
                .replace('\\', "%5C");
            refused(tenant.get(&format!("/Users?filter={cut}")), "filter");
            let body = serde_json::json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter});
            refused(tenant.post("/.search", &body.to_string()), "search");
            let body = serde_json::json!([{"op": "replace", "path": filter, "value": 1}]);
            refused(tenant.patch(&path, &body.to_string()), "path");
            let body = serde_json::json!([{"op": "replace", "value": {filter: 1}}]);
            let answer = tenant.patch(&path, &body.to_string());
            assert!(answer.status.as_u16() < 500, "an unknown key is left out");
        }
        for value in &values {
            refused(tenant.post("/Users", value), "body");
            refused(
                tenant.post("/Users", &format!(r#"{{"userName":"a","title":{value}}}"#)),
                "attribute",
            );
            refused(
                tenant.send(
                    Method::PUT,
                    &path,
                    &format!(r#"{{"userName":"a","odd":{value}}}"#),
                ),
                "unknown attribute",
            );
            refused(
                tenant.patch(
                    &path,
                    &format!(r#"[{{"op":"add","path":"emails","value":{value}}}]"#),
                ),
                "PATCH",
            );
            refused(tenant.post("/Bulk", &format!(r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":{value}}}"#)), "bulk");
        }
    });
    assert_eq!(tenant.events(), before);
}
