//! What a cycle would do, and one object on its own.

use pollster::block_on;
use scimkit_mapping::{MappingSet, SourceObject};
use scimkit_provisioning::{
    CycleErrorKind, DryRun, ErrorCode, IssueKind, LogEntry, ObjectKind, OnDemand, Options,
};

use crate::{
    bench::{Bench, assigned, group, line, user, with_manager},
    target::Fault,
};

fn dry_run(bench: &Bench) -> DryRun {
    block_on(bench.engine.dry_run(&|_| {})).unwrap()
}

fn lines(entries: &[LogEntry]) -> String {
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn on_demand(bench: &Bench, kind: ObjectKind, which: &str) -> OnDemand {
    block_on(bench.engine.provision_on_demand(kind, which)).unwrap()
}

#[test]
fn a_dry_run_says_what_the_cycle_then_does() {
    let mut bench = Bench::with(MappingSet::generic_scim(), Options::default());
    let planned = dry_run(&bench);
    assert!(
        bench
            .trace()
            .lines()
            .all(|request| request.starts_with("GET "))
    );
    let said = lines(&planned.entries);
    // nothing was kept either
    assert_eq!(lines(&dry_run(&bench).entries), said);
    assert_eq!(bench.log(), "");
    bench.trace();

    let report = bench.cycle();
    assert_eq!(bench.log(), said);
    let planned = planned.outcome.unwrap();
    assert_eq!(
        (planned.users, planned.groups, planned.members_added),
        (report.users, report.groups, report.members_added)
    );
}

#[test]
fn a_dry_run_of_changes_reads_what_the_target_has() {
    let mut bench = Bench::with(MappingSet::generic_scim(), Options::default());
    bench.cycle();
    bench.change(|directory| {
        directory.users = vec![with_manager("mira", "ada"), user("ada")];
        directory.users[0].object = directory.users[0].object.clone().with("surname", "Okafor");
        directory.groups = vec![group("Finance", &["mira", "ada"])];
    });
    bench.log();
    bench.trace();
    let planned = dry_run(&bench);
    let writes: Vec<_> = bench
        .trace()
        .lines()
        .filter(|line| !line.starts_with("GET "))
        .map(str::to_owned)
        .collect();
    assert!(writes.is_empty(), "{writes:?}");
    insta::assert_snapshot!(lines(&planned.entries), @r#"
    update success mira@harborline.example
      name.familyName: mira => Okafor
      name.formatted: mira => Okafor
    create success ada@harborline.example
      active: - => true
      emails[type eq "work"].value: - => ada@harborline.example
      externalId: - => ada
      name.familyName: - => ada
      name.formatted: - => ada
      userName: - => ada@harborline.example
    update success Finance
      members: - => ada@harborline.example
    update success mira@harborline.example
      urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager: - => dry-run-1
    delete success tomasz@harborline.example
    "#);
    let shown = bench.target.shown();
    bench.cycle();
    // only the ids of what is new are made up
    assert_eq!(
        bench.log().replace("u-4", "dry-run-1"),
        lines(&planned.entries)
    );
    assert_ne!(bench.target.shown(), shown);
}

#[test]
fn a_dry_run_tells_of_the_guard_and_of_what_stands_open() {
    let bench = Bench::new();
    bench.change(|directory| {
        directory.users = (0..30).map(|n| user(&format!("u{n}"))).collect();
        let names: Vec<_> = (0..30).map(|n| format!("u{n}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        directory.groups = vec![group("Finance", &names)];
    });
    bench.cycle();
    bench.change(|directory| {
        directory.users.truncate(1);
        directory.assignments = Some(assigned(&["Finance", "Nowhere"]));
        directory.groups = vec![group("Finance", &["u0", "ghost"])];
    });
    let planned = dry_run(&bench);
    let failed = planned.outcome.unwrap_err();
    assert!(
        matches!(failed.kind(), CycleErrorKind::TooManyDeletes { .. }),
        "{failed}"
    );
    let deferred = planned
        .issues
        .iter()
        .filter(|issue| issue.kind == IssueKind::Deferred);
    assert_eq!(deferred.count(), 1);
    // the cycle itself has not happened
    assert!(block_on(bench.engine.open_issues()).unwrap().is_empty());
}

#[test]
fn one_user_on_demand_leaves_the_others_alone() {
    let mut bench = Bench::with(MappingSet::generic_scim(), Options::default());
    bench.change(|directory| directory.users[0] = with_manager("mira", "tomasz"));
    let done = on_demand(&bench, ObjectKind::User, "MIRA@harborline.example");
    assert_eq!(
        (&*done.object.id, done.because.as_deref()),
        ("s-mira", Some("member of the assigned group `Finance`"))
    );
    assert_eq!(
        lines(&done.entries).lines().next(),
        Some("create success mira@harborline.example")
    );
    let steps: Vec<_> = done.entries[0]
        .provisioning_steps
        .iter()
        .map(|step| &*step.name)
        .collect();
    assert_eq!(
        steps,
        [
            "EntryImport",
            "EntrySynchronizationScoping",
            "EntryMatching",
            "EntryExportAdd"
        ]
    );
    // whom she reports to is not there yet
    assert_eq!(
        done.issues[0].code,
        ErrorCode::UnableToResolveReferenceAttributeValue
    );
    assert_eq!(bench.target.tenant().users.len(), 1);

    let group = on_demand(&bench, ObjectKind::Group, "s-Finance");
    // the group, Mira in it, and Tomasz who waits
    assert_eq!((group.entries.len(), group.issues.len()), (3, 1));
    insta::assert_snapshot!(bench.target.shown(), @r#"
    mira@harborline.example active=Some(true)
    Finance ["mira@harborline.example"]
    "#);

    bench.log();
    let again = on_demand(&bench, ObjectKind::User, "s-mira");
    assert!(again.entries.is_empty());
    let report = bench.cycle();
    assert_eq!((report.users.created, report.users.unchanged), (1, 1));
}

#[test]
fn who_is_left_out_or_not_there_is_said() {
    let bench = Bench::new();
    bench.change(|directory| {
        directory.users[0].account_enabled = Some(false);
        let twin = SourceObject::new("User").with("userPrincipalName", "tomasz@harborline.example");
        directory
            .users
            .push(scimkit_provisioning::SourceUser::new("s-twin", twin));
    });
    let done = on_demand(&bench, ObjectKind::User, "s-mira");
    assert!(
        done.entries
            .iter()
            .all(|entry| entry.error_code() == Some(ErrorCode::NotEffectivelyEntitled))
    );
    assert_eq!(
        (done.because, done.issues[0].code),
        (None, ErrorCode::NotEffectivelyEntitled)
    );
    // it is logged once, but said each time
    let again = on_demand(&bench, ObjectKind::User, "s-mira");
    assert_eq!((again.entries.len(), again.issues.len()), (0, 1));
    assert!(bench.target.tenant().users.is_empty());

    let message = |which| {
        let outcome = block_on(bench.engine.provision_on_demand(ObjectKind::User, which));
        outcome.unwrap_err().to_string()
    };
    insta::assert_snapshot!(message("nobody"), @"the directory has no user `nobody`: give its object id or its name");
    insta::assert_snapshot!(message("tomasz@harborline.example"), @"the directory has several users called `tomasz@harborline.example`: give the object id of one of them");
    bench.target.fault("GET", 1, Fault::Status(401));
    assert!(message("s-tomasz").contains("401"));
}

/// Futures of both can go to any thread.
#[expect(dead_code, reason = "it is enough that this compiles")]
fn both_can_be_awaited_anywhere(bench: &'static Bench) {
    fn movable(future: impl Future + Send) {
        drop(future);
    }
    movable(bench.engine.dry_run(&|_| {}));
    movable(bench.engine.provision_on_demand(ObjectKind::User, "mira"));
}
