//! What Okta sends: its SPEC suite step by step, and what group push does. Each case holds under the default profile and under Okta's own.

mod push;
mod spec;

use scimkit_server::{Profile, http::Method};

use crate::tenant::{Answer, Tenant};

fn under_both(case: impl Fn(&Tenant)) {
    for profile in [Profile::default(), Profile::okta()] {
        case(&Tenant::new(profile));
    }
}

/// A request with the headers that Okta sends.
fn send(tenant: &Tenant, method: Method, path: &str, body: &str) -> Answer {
    const HEADERS: &[(&str, &str)] = &[
        ("accept", "application/scim+json"),
        ("accept-charset", "utf-8"),
        ("user-agent", "Okta SCIM Client 1.0.0"),
        ("content-type", "application/scim+json; charset=utf-8"),
    ];
    let headers = if body.is_empty() {
        &HEADERS[..3]
    } else {
        HEADERS
    };
    tenant.send_with(method, path, headers, body)
}

fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant, Method::GET, path, "")
}

/// The body of a user as an application of Okta's creates it.
fn person(given: &str, family: &str, email: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{email}","name":{{"givenName":"{given}","familyName":"{family}"}},
            "emails":[{{"primary":true,"value":"{email}","type":"work"}}],"displayName":"{given} {family}","locale":"en-US","externalId":"00u{given}",
            "groups":[],"password":"1mz050nq","active":true}}"#
    )
}
