use scimkit_mapping::SourceObject;

use super::*;
use crate::SourceMember;

fn user(id: &str) -> SourceUser {
    SourceUser::new(
        id,
        SourceObject::new("User").with("userPrincipalName", format!("{id}@harborline.example")),
    )
}

fn group(id: &str, members: &[&str]) -> SourceGroup {
    let mut group = SourceGroup::new(id, SourceObject::new("Group").with("displayName", id));
    let member = |id: &&str| SourceMember {
        id: (*id).into(),
        kind: MemberKind::User,
    };
    group.members = members.iter().map(member).collect();
    group
}

fn assigned(principals: &[(&str, &str)]) -> Vec<Assignment> {
    let assignment = |(principal, role): &(&str, &str)| Assignment {
        principal: (*principal).into(),
        role: (*role).into(),
    };
    principals.iter().map(assignment).collect()
}

fn lines(snapshot: &Snapshot, options: &Options, linked: &[&str]) -> String {
    let population = Population::of(snapshot, options, &|id| linked.contains(&id));
    let users = population
        .users
        .iter()
        .map(|user| format!("user {}: {}", user.source.id, user.because));
    let groups = population
        .groups
        .iter()
        .map(|group| format!("group {}: {}", group.source.id, group.because));
    let skips = population
        .skips
        .iter()
        .map(|skip| format!("skip {}: {}", skip.code, skip.reason));
    users
        .chain(groups)
        .chain(skips)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A is assigned; B only through the group; C only through the group inside it; D is not.
fn snapshot() -> Snapshot {
    Snapshot {
        users: vec![user("a"), user("b"), user("c"), user("d")],
        groups: vec![
            group("outer", &["b", "inner", "outer"]),
            group("inner", &["c"]),
        ],
        assignments: Some(assigned(&[("a", "18d1"), ("outer", "18d1")])),
        ..Snapshot::default()
    }
}

#[test]
fn direct_members_come_along_and_nested_groups_are_named() {
    insta::assert_snapshot!(lines(&snapshot(), &Options::default(), &[]), @"
    user a: assigned to the application
    user b: member of the assigned group `outer`
    group outer: assigned to the application
    skip NestedGroup: the group `inner` is a member of the group `outer`, and nested groups are not expanded: assign `inner` itself, or make its people direct members
    skip NestedGroup: the group `outer` is a member of itself: remove it from its own members
    ");
}

#[test]
fn an_inner_group_that_is_assigned_itself_is_still_no_member() {
    let mut snapshot = snapshot();
    snapshot.groups[0] = group("outer", &["inner"]);
    snapshot.assignments = Some(assigned(&[("outer", "18d1"), ("inner", "18d1")]));
    insta::assert_snapshot!(lines(&snapshot, &Options::default(), &[]), @"
    user c: member of the assigned group `inner`
    group outer: assigned to the application
    group inner: assigned to the application
    skip NestedGroup: the group `inner` is a member of the group `outer`, and nested groups are not expanded: assign `inner` itself, or make its people direct members
    ");
}

#[test]
fn a_disabled_account_is_a_skip_unless_it_was_provisioned() {
    let mut snapshot = snapshot();
    snapshot.groups.clear();
    snapshot.users[0].account_enabled = Some(false);
    insta::assert_snapshot!(lines(&snapshot, &Options::default(), &[]), @"skip NotEffectivelyEntitled: the user `a@harborline.example` is disabled in the directory and was never provisioned: enable the account if it should be");
    assert_eq!(lines(&snapshot, &Options::default(), &["a"]), "");
}

#[test]
fn default_access_is_included_unless_the_options_say_otherwise() {
    let mut snapshot = snapshot();
    snapshot.groups.clear();
    let default = Assignment::DEFAULT_ACCESS;
    snapshot.assignments = Some(assigned(&[("a", default), ("b", default), ("b", "18d1")]));
    insta::assert_snapshot!(lines(&snapshot, &Options::default(), &[]), @"
    user a: assigned to the application
    user b: assigned to the application
    ");
    let exclude = Options::default().with_default_access(DefaultAccess::Exclude);
    insta::assert_snapshot!(lines(&snapshot, &exclude, &[]), @"
    user b: assigned to the application
    skip NotEffectivelyEntitled: `a@harborline.example` is assigned only with the role Default Access, which the options exclude: assign another role
    ");
}

#[test]
fn everyone_is_everyone_but_the_deleted() {
    let mut snapshot = snapshot();
    snapshot.assignments = None;
    snapshot.users[3].removed = Some(crate::Removed::Soft);
    snapshot.groups[1].removed = Some(crate::Removed::Hard);
    let everyone = Options::default().with_scope(Scope::Everyone);
    insta::assert_snapshot!(lines(&snapshot, &everyone, &["d"]), @"
    user a: everyone is in scope
    user b: everyone is in scope
    user c: everyone is in scope
    group outer: everyone is in scope
    skip NestedGroup: the group `inner` is a member of the group `outer`, and nested groups are not expanded: assign `inner` itself, or make its people direct members
    skip NestedGroup: the group `outer` is a member of itself: remove it from its own members
    ");
}

#[test]
fn without_assignments_only_the_linked_flow() {
    let snapshot = Snapshot {
        assignments: None,
        ..snapshot()
    };
    insta::assert_snapshot!(lines(&snapshot, &Options::default(), &["a", "inner"]), @"
    user a: provisioned before, and who is assigned is not known
    user c: member of the assigned group `inner`
    group inner: provisioned before, and who is assigned is not known
    ");
}
