//! What cycles do when nothing goes wrong.

use pollster::block_on;
use scimkit_mapping::{MappingSet, SourceObject};
use scimkit_provisioning::{
    Adoption, Completeness, CycleErrorKind, CycleState, Options, OutOfScope, Provisioning, Removed,
    Scope,
};
use scimkit_schema::{Resource, core};

use crate::bench::{Bench, assigned, group, user, with_manager};

#[test]
fn the_trace_of_one_user_in_one_group() {
    let mut bench = Bench::new();
    bench.change(|directory| {
        directory.users.truncate(1);
        directory.groups = vec![group("Finance", &["mira"])];
    });
    let report = bench.cycle();
    assert_eq!(
        (
            report.users.created,
            report.groups.created,
            report.members_added
        ),
        (1, 1, 1)
    );
    insta::assert_snapshot!(bench.trace(), @r#"
    GET /Users?userName eq "id-2"
    GET /Users?userName eq "mira@harborline.example"
    POST /Users
    GET /Groups?displayName eq "Finance"
    POST /Groups
    PATCH /Groups/g-2
    "#);
    insta::assert_snapshot!(bench.log(), @r#"
    create success mira@harborline.example
      active: - => true
      emails[type eq "work"].value: - => mira@harborline.example
      externalId: - => mira
      name.familyName: - => mira
      userName: - => mira@harborline.example
    create success Finance
      displayName: - => Finance
      externalId: - => s-Finance
    update success Finance
      members: - => mira@harborline.example
    "#);
    insta::assert_snapshot!(bench.target.shown(), @r#"
    mira@harborline.example active=Some(true)
    Finance ["mira@harborline.example"]
    "#);
}

#[test]
fn a_second_cycle_asks_for_nobody_and_nothing_else() {
    let mut bench = Bench::new();
    bench.cycle();
    bench.trace();
    bench.log();
    let report = bench.cycle();
    assert!(report.is_quiet());
    insta::assert_snapshot!(bench.trace(), @r#"GET /Users?userName eq "id-12""#);
    assert_eq!(bench.log(), "");
    bench.restart();
    bench.cycle();
    assert_eq!(bench.trace().lines().count(), 1);
}

#[test]
fn exactly_the_changes_are_sent() {
    let mut bench = Bench::new();
    bench.change(|directory| {
        directory.users.extend([user("declan"), user("farid")]);
        directory.groups = vec![
            group("Finance", &["mira", "tomasz", "declan", "farid"]),
            group("Legal", &[]),
        ];
        directory.assignments = Some(assigned(&["Finance", "Legal"]));
    });
    bench.cycle();
    bench.trace();
    bench.log();
    bench.change(|directory| {
        directory.users[0].object = user("mira").object.with("surname", "Lovelace");
        directory.users[1].account_enabled = Some(false);
        directory.users.remove(2);
        directory.groups = vec![
            group("Finance", &["mira", "tomasz"]),
            group("Legal", &["farid"]),
        ];
        directory.groups[1].object = SourceObject::new("Group")
            .with("objectId", "s-Legal")
            .with("displayName", "Law");
    });
    let report = bench.cycle();
    assert_eq!(
        (
            report.users.updated,
            report.users.disabled,
            report.users.deleted
        ),
        (1, 1, 1)
    );
    assert_eq!(
        (
            report.groups.updated,
            report.members_added,
            report.members_removed
        ),
        (1, 1, 1)
    );
    insta::assert_snapshot!(bench.trace(), @r#"
    GET /Users?userName eq "id-18"
    GET /Users/u-1
    PATCH /Users/u-1
    GET /Groups/g-6
    PATCH /Groups/g-6
    PATCH /Groups/g-5
    PATCH /Groups/g-6
    GET /Users/u-2
    PATCH /Users/u-2
    DELETE /Users/u-3
    "#);
    insta::assert_snapshot!(bench.log(), @"
    update success mira@harborline.example
      name.familyName: mira => Lovelace
    update success Law
      displayName: Legal => Law
    update success Finance
      members: farid@harborline.example => -
    update success Law
      members: - => farid@harborline.example
    disable success tomasz@harborline.example
      active: true => false
    delete success declan@harborline.example
    ");
    insta::assert_snapshot!(bench.target.shown(), @r#"
    mira@harborline.example active=Some(true)
    tomasz@harborline.example active=Some(false)
    farid@harborline.example active=Some(true)
    Finance ["mira@harborline.example", "tomasz@harborline.example"]
    Law ["farid@harborline.example"]
    "#);
    assert!(bench.cycle().is_quiet());
}

#[test]
fn a_disabled_account_comes_back_with_its_memberships() {
    let mut bench = Bench::new();
    bench.cycle();
    bench.change(|directory| directory.users[0].account_enabled = Some(false));
    assert_eq!(bench.cycle().users.disabled, 1);
    assert!(bench.cycle().is_quiet());
    bench.log();
    bench.trace();
    bench.change(|directory| directory.users[0].account_enabled = Some(true));
    let report = bench.cycle();
    assert_eq!((report.users.restored, report.members_added), (1, 0));
    insta::assert_snapshot!(bench.trace(), @r#"
    GET /Users?userName eq "id-18"
    GET /Users/u-1
    PATCH /Users/u-1
    "#);
    insta::assert_snapshot!(bench.log(), @"
    update success mira@harborline.example
      active: false => true
    ");
}

#[test]
fn who_is_deleted_in_the_directory_and_how_decides() {
    let bench = Bench::new();
    bench.cycle();
    bench.change(|directory| {
        directory.users[0].removed = Some(Removed::Soft);
        directory.users[1].removed = Some(Removed::Hard);
    });
    let report = bench.cycle();
    assert_eq!((report.users.disabled, report.users.deleted), (1, 1));
}

#[test]
fn who_leaves_the_scope_is_disabled_unless_that_is_skipped() {
    for (option, disabled, deleted) in [(OutOfScope::Remove, 2, 1), (OutOfScope::Skip, 0, 0)] {
        let options = Options::default().with_out_of_scope(option);
        let bench = Bench::with(MappingSet::netskope_user_authentication(), options);
        bench.cycle();
        bench.change(|directory| directory.assignments = Some(assigned(&[])));
        let report = bench.cycle();
        assert_eq!(
            (report.users.disabled, report.groups.deleted),
            (disabled, deleted),
            "{option:?}"
        );
        assert!(bench.cycle().is_quiet());
    }
}

#[test]
fn from_an_incomplete_source_nothing_is_removed() {
    let mut bench = Bench::new();
    bench.cycle();
    bench.log();
    bench.change(|directory| {
        directory.users = vec![user("nkechi")];
        directory.groups = vec![group("Finance", &["nkechi"])];
        directory.completeness =
            Completeness::Incomplete(vec!["the file has further pages".into()]);
    });
    let report = bench.cycle();
    assert_eq!(
        (
            report.users.created,
            report.users.changed(),
            report.members_removed
        ),
        (1, 1, 0)
    );
    insta::assert_snapshot!(bench.log().lines().next().unwrap(), @"other warning the directory IncompleteSource: nothing is removed, since the file has further pages: the directory has to be read again as a whole");
}

#[test]
fn without_assignments_those_who_are_linked_stay_up_to_date() {
    let bench = Bench::new();
    bench.cycle();
    bench.change(|directory| {
        directory.assignments = None;
        directory.completeness =
            Completeness::Incomplete(vec!["there is no `appRoleAssignedTo`".into()]);
        directory.users.push(user("nkechi"));
        directory.users[0].object = user("mira").object.with("surname", "Lovelace");
    });
    let report = bench.cycle();
    assert_eq!((report.users.updated, report.users.changed()), (1, 1));
}

#[test]
fn an_empty_directory_stops_the_cycle() {
    let bench = Bench::new();
    bench.cycle();
    bench.change(|directory| directory.users.clear());
    block_on(bench.engine.allow_deletions()).unwrap();
    let error = bench.try_cycle().unwrap_err();
    assert!(matches!(
        error.kind(),
        CycleErrorKind::SourceEmpty { linked: 3 }
    ));
    insta::assert_snapshot!(error.to_string(), @"the directory is empty, but 3 objects were provisioned from it: nothing was removed; look whether the export is right");
}

#[test]
fn many_removals_wait_until_they_are_allowed_once() {
    let mut bench = Bench::new();
    let names: Vec<_> = (10..30).map(|n| format!("p{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    bench.change(|directory| {
        directory.users = names.iter().map(|name| user(name)).collect();
        directory.groups = vec![group("Finance", &names)];
    });
    bench.cycle();
    bench.log();
    bench.change(|directory| {
        directory.users.truncate(5);
        directory.users.push(user("nkechi"));
        directory.groups = vec![group("Finance", &["p10", "nkechi"])];
    });
    let error = bench.try_cycle().unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"19 objects to disable or delete are more than the 10 that one cycle may do: none of them was done; look at them, and allow it once if they are right");
    assert_eq!(error.report().unwrap().users.created, 1);
    insta::assert_snapshot!(bench.log().lines().take(16).collect::<Vec<_>>().join("\n"), @r#"
    create success nkechi@harborline.example
      active: - => true
      emails[type eq "work"].value: - => nkechi@harborline.example
      externalId: - => nkechi
      name.familyName: - => nkechi
      userName: - => nkechi@harborline.example
    update success Finance
      members: p11@harborline.example => -
      members: p12@harborline.example => -
      members: p13@harborline.example => -
      members: p14@harborline.example => -
      members: - => nkechi@harborline.example
    other warning the directory TooManyDeletes: 19 objects to disable or delete are more than the 10 that one cycle may do: none of them was done; look at them, and allow it once if they are right
    stageddelete warning p11@harborline.example TooManyDeletes: the user `p11@harborline.example` would be disabled: allow it once if that is right
    stageddelete warning p12@harborline.example TooManyDeletes: the user `p12@harborline.example` would be disabled: allow it once if that is right
    stageddelete warning p13@harborline.example TooManyDeletes: the user `p13@harborline.example` would be disabled: allow it once if that is right
    "#);
    assert_eq!(bench.target.tenant().users.len(), 21);

    block_on(bench.engine.allow_deletions()).unwrap();
    let report = bench.cycle();
    assert_eq!((report.users.deleted, report.users.disabled), (15, 4));
    assert!(bench.cycle().is_quiet());
}

#[test]
fn removed_members_have_a_guard_of_their_own() {
    let mut bench = Bench::new();
    let names: Vec<_> = (10..30).map(|n| format!("p{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    bench.change(|directory| {
        directory.users = names.iter().map(|name| user(name)).collect();
        directory.groups = vec![group("Finance", &names), group("Everyone", &names)];
        directory.assignments = Some(assigned(&["Finance", "Everyone"]));
    });
    assert_eq!(bench.cycle().members_added, 40);
    bench.log();
    bench.change(|directory| directory.groups[0] = group("Finance", &[]));
    insta::assert_snapshot!(bench.try_cycle().unwrap_err().to_string(), @"20 removals of members from groups are more than the 10 that one cycle may do: none of them was done; look at them, and allow it once if they are right");
    block_on(bench.engine.allow_deletions()).unwrap();
    insta::assert_snapshot!(bench.log(), @"
    other warning the directory TooManyDeletes: 20 removals of members from groups are more than the 10 that one cycle may do: none of them was done; look at them, and allow it once if they are right
    stageddelete warning Finance TooManyDeletes: the group `Finance` would lose 20 members: allow it once if that is right
    ");
    assert_eq!(bench.cycle().members_removed, 20);
}

#[test]
fn many_members_go_in_chunks() {
    let bench = Bench::new();
    let names: Vec<_> = (0..1_200).map(|n| format!("p{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    bench.change(|directory| {
        directory.users = names.iter().map(|name| user(name)).collect();
        directory.groups = vec![group("Finance", &names)];
    });
    assert_eq!(bench.cycle().members_added, 1_200);
    let trace = bench.target.take_trace();
    let patches = trace.iter().filter(|request| request.starts_with("PATCH"));
    assert_eq!(patches.count(), 3);
}

#[test]
fn what_is_in_the_target_already_is_adopted_or_left_alone() {
    for (adoption, adopted, updated, failed) in
        [(Adoption::Adopt, 1, 1, 0), (Adoption::Refuse, 0, 0, 1)]
    {
        let mut bench = Bench::with(
            MappingSet::netskope_user_authentication(),
            Options::default().with_adoption(adoption),
        );
        let present = Resource::new(core::USER)
            .with("id", "u-old")
            .with("userName", "MIRA@harborline.example")
            .with("title", "Analyst");
        bench.target.tenant().users.insert("u-old".into(), present);
        let report = bench.cycle();
        assert_eq!(
            (report.users.adopted, report.users.updated, report.failed),
            (adopted, updated, failed)
        );
        let old = bench.target.tenant().users["u-old"].clone();
        assert_eq!(old.text("title"), Some("Analyst"));
        if adoption == Adoption::Adopt {
            assert_eq!(old.text("userName"), Some("mira@harborline.example"));
            insta::assert_snapshot!(bench.log().lines().take(8).collect::<Vec<_>>().join("\n"), @r#"
            update success mira@harborline.example
              active: - => true
              emails[type eq "work"].value: - => mira@harborline.example
              externalId: - => mira
              name.familyName: - => mira
              userName: MIRA@harborline.example => mira@harborline.example
            create success tomasz@harborline.example
              active: - => true
            "#);
        } else {
            insta::assert_snapshot!(bench.log().lines().next().unwrap(), @r#"create failure mira@harborline.example Conflict: the user `mira@harborline.example`: it is in the target already (`userName eq "mira@harborline.example"`), and the options refuse to take it over"#);
        }
    }
}

#[test]
fn a_person_without_mail_is_named_and_waits() {
    let mut bench = Bench::new();
    bench.change(|directory| {
        directory.users[1].object.attributes.remove("mail");
    });
    let report = bench.cycle();
    assert_eq!(
        (
            report.users.created,
            report.failed,
            report.deferred,
            report.members_added
        ),
        (1, 1, 1, 1)
    );
    insta::assert_snapshot!(bench.log(), @r#"
    create failure tomasz@harborline.example MandatoryFieldsMissing: the user `tomasz@harborline.example`: `emails[type eq "work"].value` has no value, but the target requires it: fill `mail` in the directory
    create success mira@harborline.example
      active: - => true
      emails[type eq "work"].value: - => mira@harborline.example
      externalId: - => mira
      name.familyName: - => mira
      userName: - => mira@harborline.example
    create success Finance
      displayName: - => Finance
      externalId: - => s-Finance
    other skipped Finance UnableToResolveReferenceAttributeValue: the membership of `tomasz@harborline.example` in the group `Finance` waits: `tomasz@harborline.example` is not in the target
    update success Finance
      members: - => mira@harborline.example
    "#);
    assert_eq!(block_on(bench.engine.open_issues()).unwrap().len(), 2);
    bench.cycle();
    assert_eq!(bench.log(), "");
    assert_eq!(block_on(bench.engine.status()).unwrap().open_failures, 1);
    bench.change(|directory| directory.users[1] = user("tomasz"));
    let report = bench.cycle();
    assert_eq!((report.users.created, report.members_added), (1, 1));
    assert!(block_on(bench.engine.open_issues()).unwrap().is_empty());
}

#[test]
fn two_people_with_one_name_are_told_apart_by_who_came_first() {
    let mut bench = Bench::new();
    bench.change(|directory| {
        let mut twin = user("mira2");
        twin.object = twin
            .object
            .with("userPrincipalName", "MIRA@HARBORLINE.EXAMPLE");
        directory.users.insert(0, twin);
        directory.groups[0] = group("Finance", &["mira2", "mira"]);
    });
    let report = bench.cycle();
    assert_eq!((report.users.created, report.failed), (1, 1));
    insta::assert_snapshot!(bench.log().lines().find(|line| line.contains("Duplicate")).unwrap(), @r#"create failure mira@harborline.example DuplicateSourceEntries: the user `mira@harborline.example`: in the directory, `MIRA@HARBORLINE.EXAMPLE` would be the same object of the target (`userName eq "mira@harborline.example"`): only `MIRA@HARBORLINE.EXAMPLE` is provisioned"#);
}

#[test]
fn managers_follow_once_both_are_there() {
    let mut bench = Bench::with(
        MappingSet::generic_scim(),
        Options::default().with_scope(Scope::Everyone),
    );
    bench.change(|directory| {
        directory.users = vec![
            with_manager("mira", "tomasz"),
            with_manager("tomasz", "gone"),
            user("nkechi"),
        ];
        directory.groups.clear();
    });
    let report = bench.cycle();
    assert_eq!((report.references, report.deferred), (1, 1));
    let patches = |bench: &Bench| {
        bench
            .target
            .take_trace()
            .iter()
            .filter(|it| it.starts_with("PATCH"))
            .count()
    };
    assert_eq!(patches(&bench), 1);
    insta::assert_snapshot!(bench.log().lines().filter(|line| line.contains("manager")).collect::<Vec<_>>().join("\n"), @"
      urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager: - => u-2
    other skipped tomasz@harborline.example UnableToResolveReferenceAttributeValue: `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager` of the user `tomasz@harborline.example` waits: `s-gone` is not in the target
    ");
    assert!(bench.cycle().is_quiet());
    bench.change(|directory| directory.users[0] = with_manager("mira", "nkechi"));
    assert_eq!(bench.cycle().references, 1);
    let mira = bench.target.tenant().users["u-1"].clone();
    insta::assert_snapshot!(mira.extension(core::ENTERPRISE_USER).unwrap().get("manager").unwrap().to_string(), @r#"{"value":"u-3"}"#);
}

#[test]
fn a_manager_cycle_is_named() {
    let mut bench = Bench::with(
        MappingSet::generic_scim(),
        Options::default().with_scope(Scope::Everyone),
    );
    bench.change(|directory| {
        directory.users = vec![
            with_manager("mira", "tomasz"),
            with_manager("tomasz", "mira"),
        ];
        directory.groups.clear();
    });
    assert_eq!(bench.cycle().references, 2);
    insta::assert_snapshot!(bench.log().lines().find(|line| line.contains("ManagerCycle")).unwrap(), @"other warning mira@harborline.example ManagerCycle: `mira@harborline.example` reports to `tomasz@harborline.example` reports to `mira@harborline.example`: correct the manager of one of them in the directory");
}

#[test]
fn the_clock_decides_when_a_cycle_is_due() {
    let bench = Bench::new();
    let due = |bench: &Bench| {
        block_on(bench.engine.run_if_due(&|_| {}))
            .unwrap()
            .is_some()
    };
    assert_eq!(
        block_on(bench.engine.status()).unwrap().state,
        CycleState::NotRun
    );
    assert!(due(&bench));
    assert!(!due(&bench));
    bench.time.pass(39);
    assert!(!due(&bench));
    bench.time.pass(1);
    assert!(due(&bench));
    bench.time.pass(100);
    assert!(due(&bench));
    let status = block_on(bench.engine.status()).unwrap();
    assert_eq!(
        status.next_cycle_at.unwrap().unix_micros() / 60_000_000,
        160
    );
    assert_eq!(
        (status.state, status.percent, status.users, status.groups),
        (CycleState::IncrementalCompleted, 100, 2, 1)
    );
    assert_eq!((status.open_failures, status.interval_seconds), (0, 2_400));
}

#[test]
fn off_means_off_and_on_goes_on() {
    let bench = Bench::new();
    block_on(bench.engine.stop()).unwrap();
    assert!(
        block_on(bench.engine.run_if_due(&|_| {}))
            .unwrap()
            .is_none()
    );
    insta::assert_snapshot!(bench.try_cycle().unwrap_err().to_string(), @"provisioning of `Netskope` is off: start it first");
    assert_eq!(
        block_on(bench.engine.status()).unwrap().provisioning,
        Provisioning::Off
    );
    block_on(bench.engine.start()).unwrap();
    assert!(
        block_on(bench.engine.run_if_due(&|_| {}))
            .unwrap()
            .is_some()
    );
    assert!(bench.cycle().is_quiet());
}

#[test]
fn switched_off_a_cycle_ends_with_what_is_under_way() {
    let bench = Bench::new();
    bench.time.pass(40);
    let observer = |progress: scimkit_provisioning::Progress| {
        if progress.done == 1 && progress.total == 2 {
            block_on(bench.engine.stop()).unwrap();
        }
    };
    let report = block_on(bench.engine.cycle(&observer)).unwrap();
    assert_eq!(report.end, scimkit_provisioning::CycleEnd::Stopped);
    assert_eq!(bench.target.tenant().users.len(), 2);
    assert!(bench.target.tenant().groups.is_empty());
    block_on(bench.engine.start()).unwrap();
    let report = block_on(bench.engine.run_if_due(&|_| {})).unwrap().unwrap();
    assert_eq!(
        (
            report.users.created,
            report.users.unchanged,
            report.groups.created
        ),
        (0, 2, 1)
    );
}

#[test]
fn names_may_be_passed_on_and_around() {
    let mut bench = Bench::new();
    bench.change(|directory| {
        directory.users.extend(["nkechi", "farid"].map(user));
        let all = ["mira", "tomasz", "nkechi", "farid"];
        directory.groups[0] = group("Finance", &all);
    });
    bench.cycle();
    bench.change(|directory| {
        // three in a circle
        for (number, name) in ["tomasz", "nkechi", "mira"].into_iter().enumerate() {
            let object = directory.users[number].object.clone();
            let name = format!("{name}@harborline.example");
            directory.users[number].object = object.with("userPrincipalName", name);
        }
    });
    bench.trace();
    bench.log();
    let report = bench.cycle();
    assert_eq!((report.users.updated, report.failed), (3, 0));
    insta::assert_snapshot!(bench.target.shown(), @r#"
    tomasz@harborline.example active=Some(true)
    nkechi@harborline.example active=Some(true)
    mira@harborline.example active=Some(true)
    farid@harborline.example active=Some(true)
    Finance ["tomasz@harborline.example", "nkechi@harborline.example", "mira@harborline.example", "farid@harborline.example"]
    "#);
    assert!(bench.cycle().is_quiet());
}

#[test]
fn a_name_that_stays_with_another_is_a_conflict() {
    let mut bench = Bench::new();
    bench.cycle();
    bench.change(|directory| {
        let object = directory.users[0].object.clone();
        directory.users[0].object = object.with("userPrincipalName", "tomasz@harborline.example");
    });
    bench.log();
    assert_eq!(bench.cycle().failed, 1);
    insta::assert_snapshot!(bench.log(), @r#"update failure tomasz@harborline.example Conflict: the user `tomasz@harborline.example`: `tomasz@harborline.example` has `userName eq "tomasz@harborline.example"` and keeps it; `PATCH /Users/u-1`: another resource is in the way (409); the server says: taken"#);
}
