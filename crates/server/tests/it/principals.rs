//! The policy picker.

use scimkit_schema::ResourceId;
use scimkit_server::{
    PrincipalCounts, PrincipalKind, PrincipalQuery, Principals, Profile, Standing, block_on,
    http::Method,
};
use scimkit_store::MemoryStore;

use crate::tenant::Tenant;

fn principals(tenant: &Tenant) -> Principals<'_, MemoryStore> {
    Principals::new(&tenant.store, tenant.service.schemas())
}

fn pick(tenant: &Tenant, kind: PrincipalKind, fragment: &str) -> Vec<String> {
    names(tenant, &PrincipalQuery::new(kind).with_fragment(fragment))
}

fn names(tenant: &Tenant, wanted: &PrincipalQuery) -> Vec<String> {
    let found = block_on(principals(tenant).find(wanted)).unwrap();
    found
        .items
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
    let all = PrincipalQuery::new(PrincipalKind::User).with_inactive();
    let found = block_on(principals(&tenant).find(&all)).unwrap();
    assert!(!found.items[0].is_active);
}

#[test]
fn pages_follow_each_other() {
    let tenant = Tenant::new(Profile::lenient());
    for number in 0..5 {
        tenant.user(&format!("user-{number}"));
    }
    let mut wanted = PrincipalQuery::new(PrincipalKind::User).with_limit(2);
    let mut seen = Vec::new();
    loop {
        let page = block_on(principals(&tenant).find(&wanted)).unwrap();
        seen.push(page.items.len());
        match page.next {
            Some(next) => wanted = wanted.with_after(next),
            None => break,
        }
    }
    assert_eq!(seen, [2, 2, 1]);
    let counts = block_on(principals(&tenant).counts()).unwrap();
    assert_eq!(
        counts,
        PrincipalCounts {
            users: 5,
            groups: 0
        }
    );
}

#[test]
fn the_page_of_a_group_lists_its_members_and_searches_among_them() {
    let tenant = Tenant::new(Profile::lenient());
    let (one, two) = (tenant.user("one@x"), tenant.user("two@x"));
    tenant.user("other@x");
    let group = tenant.group("Crew", &[&one, &two]);
    tenant.group("Fleet", &[&group]);
    let members = |kind| PrincipalQuery::new(kind).with_group(ResourceId::new(&group).unwrap());
    assert_eq!(
        names(&tenant, &members(PrincipalKind::User)),
        ["one@x", "two@x"]
    );
    let searched = members(PrincipalKind::User).with_fragment("TWO");
    assert_eq!(names(&tenant, &searched), ["two@x"]);
    assert_eq!(names(&tenant, &members(PrincipalKind::Group)), [""; 0]);
}

#[test]
fn a_policy_keeps_ids_that_survive_a_rename_and_tell_what_was_deleted() {
    let tenant = Tenant::new(Profile::lenient());
    let (user, group) = (tenant.user("mira@x"), tenant.group("Crew", &[]));
    let never = "019a0000-0000-7000-8000-000000000000";
    let policy: Vec<_> = [&*user, &*group, never]
        .into_iter()
        .map(|id| ResourceId::new(id).unwrap())
        .collect();
    let rename = r#"[{"op":"replace","path":"displayName","value":"Deck crew"}]"#;
    tenant.patch(&format!("/Groups/{group}"), rename);
    let standing = || {
        let resolved = block_on(principals(&tenant).resolve(&policy)).unwrap();
        let told = resolved.into_iter().map(|one| match one.standing {
            Standing::Present(principal) => format!("{} {}", principal.name, principal.is_active),
            Standing::Deleted { kind, name, .. } => format!("{kind:?} {name:?} is gone"),
            Standing::Unknown => "unknown".to_owned(),
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(standing(), ["mira@x true", "Deck crew true", "unknown"]);
    let disable = r#"[{"op":"replace","path":"active","value":false}]"#;
    tenant.patch(&format!("/Users/{user}"), disable);
    tenant.send(Method::DELETE, &format!("/Groups/{group}"), "");
    assert_eq!(
        standing(),
        [
            "mira@x false",
            r#"Group Some("Deck crew") is gone"#,
            "unknown"
        ]
    );
    tenant.send(Method::DELETE, &format!("/Users/{user}"), "");
    assert_eq!(standing()[0], r#"User Some("mira@x") is gone"#);
}
