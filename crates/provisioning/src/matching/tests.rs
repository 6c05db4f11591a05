use scimkit_mapping::{Context, MappingSet, ObjectMapping, SourceObject};
use scimkit_schema::core;

use super::*;
use crate::ObjectKind;

fn matching(name: &str) -> Vec<TargetValue> {
    let set = MappingSet::netskope_user_authentication();
    let source = SourceObject::new("User")
        .with("userPrincipalName", name)
        .with("mail", "m@harborline.example");
    let mapping: &ObjectMapping = set.of("User").unwrap();
    mapping
        .apply(&source, &core::user_type(), &Context::default())
        .unwrap()
        .matching
}

fn rival(first: &str, second: &str) -> bool {
    let (user, mut claims) = (core::user_type(), Claims::default());
    let named = |id: &str| Named::new(ObjectKind::User, id, id);
    claims.claim(&matching(first), &user, &named("1"));
    claims.claim(&matching(second), &user, &named("2"));
    assert!(claims.rival(&matching(first), &user, &named("1")).is_none());
    claims
        .rival(&matching(second), &user, &named("2"))
        .is_some_and(|rival| &*rival.id == "1")
}

#[test]
fn names_that_the_target_cannot_tell_apart_are_rivals() {
    assert!(rival("mira@harborline.example", "mira@harborline.example"));
    assert!(rival("mira@harborline.example", "MIRA@Harborline.example"));
    assert!(rival(
        "straße@harborline.example",
        "STRASSE@harborline.example"
    ));
    assert!(!rival("mira@harborline.example", "mire@harborline.example"));
}

#[test]
fn members_are_never_asked_for() {
    assert_eq!(
        without_relation(&core::group_type()),
        Projection::Without(vec![AttributePath::new("members")])
    );
    assert_eq!(without_relation(&core::user_type()), Projection::Default);
}
