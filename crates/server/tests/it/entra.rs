//! What Microsoft Entra ID really sends, byte for byte but for the names, and what has to come of it. Each case holds under the default
//! profile and under Entra's own.

mod creates;
mod groups;
mod lifecycle;
mod look_ups;
mod patches;
mod value_paths;
mod vectors;

use scimkit_server::{Profile, http::Method};
use serde_json::Value;

use crate::tenant::{Answer, Tenant};

/// The enterprise extension.
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Runs a case under the profile that a service has unless told otherwise, and under the one for Entra.
fn under_both(case: impl Fn(&Tenant)) {
    for profile in [Profile::default(), Profile::entra()] {
        case(&Tenant::new(profile));
    }
}

/// A request with the headers that Entra sends.
fn send(tenant: &Tenant, method: Method, path: &str, body: &str) -> Answer {
    const HEADERS: &[(&str, &str)] = &[
        ("accept", "application/scim+json"),
        ("adscimversion", "5.0"),
        ("content-type", "application/scim+json; charset=utf-8"),
    ];
    let headers = if body.is_empty() {
        &HEADERS[..2]
    } else {
        HEADERS
    };
    tenant.send_with(method, path, headers, body)
}

fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant, Method::GET, path, "")
}

/// Creates from the client's body, and gives the path of what was made.
fn create(tenant: &Tenant, endpoint: &str, body: &str) -> String {
    let created = send(tenant, Method::POST, endpoint, body);
    assert_eq!(created.status, 201, "{body}: {}", created.body);
    format!("{endpoint}/{}", created.body["id"].as_str().unwrap())
}

fn ada(tenant: &Tenant) -> String {
    create(
        tenant,
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
            "externalId":"ada.king","userName":"ada.king@contoso.example","active":true,"displayName":"Ada King",
            "meta":{"resourceType":"User"},"name":{"formatted":"Ada King","familyName":"King","givenName":"Ada"},"roles":[]}"#,
    )
}

/// A PATCH that has to succeed, and the resource after it.
fn patch(tenant: &Tenant, path: &str, operations: &str) -> Value {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{operations}}}"#
    );
    let answer = send(tenant, Method::PATCH, path, &body);
    let is_group = path.starts_with("/Groups");
    let expected = if is_group { 204 } else { 200 };
    assert_eq!(answer.status, expected, "{operations}: {}", answer.body);
    let after = get(tenant, path).body;
    if !is_group {
        assert_eq!(answer.body, after, "a PATCH answers with what GET gives");
    }
    after
}

/// The ids of a group's members, in order.
fn members(group: &Value) -> Vec<&str> {
    let members = group["members"].as_array().map(Vec::as_slice);
    let values = members.unwrap_or_default().iter();
    values.map(|it| it["value"].as_str().unwrap()).collect()
}

/// The last part of a path.
fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}
