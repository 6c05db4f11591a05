//! What identity providers beside Entra and Okta send that another would not.

use scimkit_server::Profile;
use serde_json::json;

use crate::tenant::Tenant;

/// Operators begin with a capital in the templates of `PingOne`.
#[test]
fn operators_ignore_case() {
    let tenant = Tenant::new(Profile::default());
    tenant.user("mira@harborline.example");
    for filter in [
        "userName+Eq+%22mira%40harborline.example%22",
        "userName+Co+%22HARBOR%22",
        "userName+SW+%22mira%22+AND+active+EQ+true",
    ] {
        assert_eq!(
            tenant.get(&format!("/Users?filter={filter}")).body["totalResults"],
            1,
            "{filter}"
        );
    }
}

/// `PingFederate` compares `emails` itself, which means the values.
#[test]
fn emails_without_a_part_are_compared_by_value() {
    let tenant = Tenant::new(Profile::default());
    let created = tenant.post(
        "/Users",
        r#"{"userName":"mira","emails":[{"value":"mira@harborline.example","type":"work"}]}"#,
    );
    let found = tenant
        .get("/Users?filter=emails+eq+%22mira%40harborline.example%22")
        .body;
    assert_eq!(
        (&found["totalResults"], &found["Resources"][0]["id"]),
        (&json!(1), &created.body["id"])
    );
    assert_eq!(
        tenant.get("/Users?filter=emails+Co+%22work%22").body["totalResults"],
        0
    );
}

/// Some connectors ask for `/Users/0` before everything, and want a 404.
#[test]
fn the_user_0_is_not_found() {
    let tenant = Tenant::new(Profile::default());
    assert_eq!(
        tenant.get("/Users/0").error(),
        "404 -: there is no User of this id here"
    );
}
