//! Testing before saving.

use bytes::Bytes;
use http::{Request, Response};
use pollster::block_on;
use scimkit_client::{TransportError, TransportErrorKind};
use scimkit_mapping::{ErrorKind, MappingSet};
use scimkit_provisioning::{
    Application, ApplicationErrorKind, Connection, Options, SecretReference,
};
use scimkit_store::{MemoryState, StateStore};

use crate::{
    bench::{Numbers, OneToken, Time, connection, tested},
    target::{Fault, Target},
};

fn netskope() -> MappingSet {
    MappingSet::netskope_user_authentication()
}

fn message(target: &Target) -> String {
    let outcome = block_on(connection(target).test(
        &OneToken,
        &netskope(),
        &Time::default(),
        &Numbers::default(),
    ));
    outcome.unwrap_err().to_string()
}

/// What the test says about a target that always answers like this.
fn judged(status: u16, header: Option<(&str, &str)>, body: &'static str) -> String {
    let answer = async |_: Request<Bytes>| {
        let mut response = Response::builder().status(status);
        if let Some((name, value)) = header {
            response = response.header(name, value);
        }
        Ok::<_, TransportError>(response.body(Bytes::from_static(body.as_bytes())).unwrap())
    };
    let base = "https://tenant.harborline.example/scim".parse().unwrap();
    let connection = Connection::new(base, "env:TOKEN".parse().unwrap(), &answer);
    block_on(connection.test(
        &OneToken,
        &netskope(),
        &Time::default(),
        &Numbers::default(),
    ))
    .unwrap_err()
    .to_string()
}

#[test]
fn a_failed_test_says_what_to_change() {
    let list = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"Resources":[{"id":"1","userName":"admin"}]}"#;
    let total = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":7,"Resources":[]}"#;
    let refused = {
        let target = Target::default();
        target.fault("GET", 1, Fault::Refuse);
        message(&target)
    };
    insta::assert_snapshot!([
        judged(200, None, list),
        judged(200, None, total),
        judged(200, None, "<!doctype html><title>Sign in</title>"),
        judged(302, Some(("location", "https://login.harborline.example/?next=x")), ""),
        judged(401, None, ""),
        judged(404, None, ""),
        refused,
    ].join("\n"), @"
    the target found someone whose `userName` is an id that was just made up: it ignores the filter, and provisioning into it would change the wrong people
    the target found someone whose `userName` is an id that was just made up: it ignores the filter, and provisioning into it would change the wrong people
    `GET /Users`: the address answers with a web page instead of SCIM: is `https://tenant.harborline.example/scim` the SCIM base URL?
    `GET /Users`: the address answers with a redirect to `https://login.harborline.example/`, which is not followed: is `https://tenant.harborline.example/scim` the SCIM base URL?
    `GET /Users`: the server does not accept the token (401): is it complete, still valid, and made for this tenant?
    `GET /Users`: nothing is served at this address (404): is `https://tenant.harborline.example/scim` the SCIM base URL?
    `GET /Users`: no connection to `http://127.0.0.1:8080/scim`: does the server run, are host and port right, does a firewall stand between?
    ");
}

#[test]
fn the_probe_asks_for_an_id_that_was_just_made() {
    let target = Target::default();
    tested(&target, &netskope(), &Time::default(), &Numbers::default());
    assert_eq!(target.take_trace(), [r#"GET /Users?userName eq "id-0""#]);
}

#[test]
fn evidence_is_about_one_address_and_one_token() {
    let target = Target::default();
    let evidence = tested(&target, &netskope(), &Time::default(), &Numbers::default())
        .evidence()
        .clone();
    let json = serde_json::to_string(&evidence).unwrap();
    insta::assert_snapshot!(json, @r#"{"baseUrl":"http://127.0.0.1:8080/scim","tokenFingerprint":"13de57931b4e43f599553d351334140d925ac5a072ada29b7be123dee13505b9","testedAt":"1970-01-01T00:00:00Z"}"#);
    assert_eq!(
        serde_json::from_str::<scimkit_provisioning::Evidence>(&json).unwrap(),
        evidence
    );

    let same = connection(&target);
    assert!(block_on(same.with_evidence(Some(&evidence), &OneToken)).is_ok());
    let untested = |connection: &Connection<Target>, evidence| {
        block_on(connection.with_evidence(evidence, &OneToken))
            .unwrap_err()
            .to_string()
    };
    let other: SecretReference = "env:OTHER".parse().unwrap();
    insta::assert_snapshot!([
        untested(&same, None),
        untested(&same.clone().with_base("https://other.harborline.example".parse().unwrap()), Some(&evidence)),
        untested(&same.clone().with_secret(other), Some(&evidence)),
    ].join("\n"), @"
    the connection was never tested: test it before saving
    the test was about `http://127.0.0.1:8080/scim`, but the address is now `https://other.harborline.example`: test it again before saving
    the token that `env:OTHER` holds is not the one that was tested: test it again before saving
    ");
}

#[test]
fn applications_are_saved_under_their_names() {
    let (target, state) = (Target::default(), MemoryState::new());
    let tested = tested(&target, &netskope(), &Time::default(), &Numbers::default());
    let save = |name: &str, mappings| {
        block_on(Application::save(
            &tested,
            name,
            mappings,
            Options::default(),
            &state,
        ))
    };
    let missing = block_on(Application::load("Netskope", &state)).unwrap_err();
    insta::assert_snapshot!(missing.to_string(), @"no application `Netskope` is saved: test a connection and save it first");
    insta::assert_snapshot!(save(" ", netskope()).unwrap_err().to_string(), @"an application needs a name of 1 to 120 characters, without control characters");
    assert!(block_on(state.scan(b"", b"\xff", 10)).unwrap().is_empty());

    save("Netskope", netskope()).unwrap();
    save("Second", MappingSet::generic_scim()).unwrap();
    let mut locked = block_on(Application::load("Netskope", &state)).unwrap();
    let mut open = block_on(Application::load("Second", &state)).unwrap();
    assert_eq!(
        (locked.name(), locked.mappings().objects().len()),
        ("Netskope", 2)
    );
    let before = locked.mappings().schema().clone();

    let refused =
        block_on(locked.edit_mappings(|schema| schema.id = "mine".to_owned().into(), &state))
            .unwrap_err();
    assert!(
        matches!(refused.kind(), ApplicationErrorKind::Mapping(error) if matches!(error.kind(), ErrorKind::Locked { .. }))
    );
    insta::assert_snapshot!(refused.to_string(), @"the mappings of `Netskope User Authentication` are fixed, as its target relies on them; start from the generic SCIM mappings to make your own");
    assert_eq!(*locked.mappings().schema(), before);

    block_on(open.edit_mappings(|schema| schema.id = "mine".to_owned().into(), &state)).unwrap();
    let read = block_on(Application::load("Second", &state)).unwrap();
    assert_eq!(read.mappings().schema().id.as_str(), "mine");
    assert_eq!(read.evidence(), tested.evidence());
}

#[test]
fn a_timeout_says_so() {
    let answer = async |_: Request<Bytes>| {
        Err::<Response<Bytes>, _>(TransportError::new(TransportErrorKind::Timeout))
    };
    let base = "https://tenant.harborline.example/scim".parse().unwrap();
    let connection = Connection::new(base, "env:TOKEN".parse().unwrap(), &answer);
    let outcome = block_on(connection.test(
        &OneToken,
        &netskope(),
        &Time::default(),
        &Numbers::default(),
    ));
    let error = outcome.unwrap_err();
    assert!(error.request().is_some() && !error.ignores_filter());
    insta::assert_snapshot!(error.to_string(), @"`GET /Users`: no answer from `https://tenant.harborline.example/scim` in time: try again later");
}
