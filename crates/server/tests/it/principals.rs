//! The policy picker.

use scimkit_server::{PrincipalKind, Profile, block_on, principals};

use crate::tenant::Tenant;

fn pick(tenant: &Tenant, kind: PrincipalKind, fragment: &str) -> Vec<String> {
    let schemas = tenant.service.schemas();
    let found = block_on(principals(&tenant.store, schemas, kind, fragment, 10)).unwrap();
    found
        .into_iter()
        .map(|principal| principal.name.into())
        .collect()
}

#[test]
fn users_and_groups_are_found_by_a_fragment_in_any_letter_case() {
    let tenant = Tenant::new(Profile::lenient());
    let mira = tenant.user("mira.okafor@x");
    tenant.user("jonas@x");
    tenant.group("Dockside \\\"Ops\\\"", &[]);
    tenant.patch(&format!("/Users/{mira}"), r#"[{"op":"add","value":{"name":{"givenName":"Mira","familyName":"Ødegård"},"emails":[{"value":"m@y"}]}}]"#);
    assert_eq!(pick(&tenant, PrincipalKind::User, "ØDEG"), ["Mira Ødegård"]);
    assert_eq!(pick(&tenant, PrincipalKind::User, "M@Y"), ["Mira Ødegård"]);
    assert_eq!(
        pick(&tenant, PrincipalKind::User, "mira ødegård"),
        ["Mira Ødegård"],
        "the name that is shown"
    );
    assert_eq!(pick(&tenant, PrincipalKind::User, "jon"), ["jonas@x"]);
    assert_eq!(pick(&tenant, PrincipalKind::User, "").len(), 2);
    assert_eq!(
        pick(&tenant, PrincipalKind::Group, "\"ops"),
        ["Dockside \"Ops\""]
    );
    assert_eq!(
        pick(&tenant, PrincipalKind::Group, "\" or displayName pr"),
        [""; 0],
        "a fragment is never syntax"
    );
}

#[test]
fn inactive_users_are_left_out() {
    let tenant = Tenant::new(Profile::lenient());
    let id = tenant.user("mira@x");
    tenant.patch(
        &format!("/Users/{id}"),
        r#"[{"op":"replace","path":"active","value":false}]"#,
    );
    assert_eq!(pick(&tenant, PrincipalKind::User, "mira"), [""; 0]);
}
