//! What cycles do when the target misbehaves.

use pollster::block_on;
use scimkit_provisioning::CycleErrorKind;

use crate::{bench::Bench, target::Fault};

/// Runs cycles until all is well: both users and the group are there once, with both members.
fn settles(bench: &Bench) {
    bench.target.heal();
    for _ in 0..2 {
        bench.cycle();
    }
    bench.target.take_trace();
    assert!(bench.cycle().is_quiet());
    assert_eq!(bench.target.take_trace().len(), 1);
    // who came first depends on what failed
    let shown = bench.target.shown();
    let swapped = r#"["tomasz@harborline.example", "mira@harborline.example"]"#;
    let shown = shown.replace(
        swapped,
        r#"["mira@harborline.example", "tomasz@harborline.example"]"#,
    );
    let mut end: Vec<_> = shown.lines().map(str::to_owned).collect();
    end.sort_unstable();
    assert_eq!(
        end,
        [
            r#"Finance ["mira@harborline.example", "tomasz@harborline.example"]"#,
            "mira@harborline.example active=Some(true)",
            "tomasz@harborline.example active=Some(true)",
        ]
    );
}

#[test]
fn whatever_request_fails_how_ever_the_end_is_right() {
    let requests = [
        "GET /Users",
        "POST /Users",
        "GET /Groups",
        "POST /Groups",
        "PATCH /Groups",
    ];
    let faults = [
        Fault::LoseAnswer,
        Fault::Refuse,
        Fault::Status(400),
        Fault::Status(429),
        Fault::Status(500),
        Fault::DoneButStatus(503),
        Fault::DoneButStatus(409),
    ];
    for request in requests {
        for fault in faults {
            for times in [1, 2] {
                let bench = Bench::new();
                bench.target.fault(request, times, fault);
                let _ = bench.try_cycle();
                settles(&bench);
            }
        }
    }
}

#[test]
fn a_create_whose_answer_was_lost_is_found_in_the_same_cycle() {
    let mut bench = Bench::new();
    bench.target.fault("POST /Users", 1, Fault::LoseAnswer);
    let report = bench.cycle();
    assert_eq!(
        (report.users.adopted, report.users.created, report.failed),
        (1, 1, 0)
    );
    insta::assert_snapshot!(bench.trace().lines().take(6).collect::<Vec<_>>().join("\n"), @r#"
    GET /Users?userName eq "id-2"
    GET /Users?userName eq "mira@harborline.example"
    GET /Users?userName eq "tomasz@harborline.example"
    POST /Users
    POST /Users
    GET /Users?userName eq "mira@harborline.example"
    "#);
    insta::assert_snapshot!(bench.line_about("mira"), @"other success mira@harborline.example");
}

#[test]
fn a_conflict_that_nobody_is_found_for_is_for_a_person() {
    let mut bench = Bench::new();
    bench.target.fault("POST /Users", 1, Fault::Status(409));
    assert_eq!(bench.cycle().failed, 1);
    insta::assert_snapshot!(bench.line_about("mira"), @"create failure mira@harborline.example Conflict: the user `mira@harborline.example`: `POST /Users`: another resource is in the way (409); the server says: not today");
}

#[test]
fn nothing_is_written_to_a_hit_that_was_not_asked_for() {
    let mut bench = Bench::new();
    bench.cycle();
    bench.change_to_nkechi();
    // the probe is answered rightly
    bench
        .target
        .fault(r#"GET /Users?userName eq "nkechi"#, 1, Fault::IgnoreFilter);
    bench.trace();
    bench.log();
    bench.cycle();
    insta::assert_snapshot!(bench.trace(), @r#"
    GET /Users?userName eq "id-12"
    GET /Users?userName eq "nkechi@harborline.example"
    "#);
    insta::assert_snapshot!(bench.log(), @r#"
    create failure nkechi@harborline.example SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering: the user `nkechi@harborline.example`: the target was asked for `userName eq "nkechi@harborline.example"` and answered with an object that does not have this value; nothing was written to it
    other skipped Finance UnableToResolveReferenceAttributeValue: the membership of `nkechi@harborline.example` in the group `Finance` waits: `nkechi@harborline.example` is not in the target
    "#);
}

#[test]
fn a_target_that_ignores_filters_fails_the_probe() {
    let bench = Bench::new();
    bench.cycle();
    bench.target.fault("GET /Users?", 1, Fault::IgnoreFilter);
    let error = bench.try_cycle().unwrap_err();
    assert!(matches!(error.kind(), CycleErrorKind::IgnoresFilter(_)));
    insta::assert_snapshot!(error.to_string(), @"the target found someone whose `userName` is an id that was just made up: it ignores the filter, and provisioning into it would change the wrong people");
}

#[test]
fn a_refused_token_ends_the_cycle_at_once() {
    let mut bench = Bench::new();
    bench.target.fault("POST /Users", 1, Fault::Status(401));
    let error = bench.try_cycle().unwrap_err();
    assert!(matches!(
        error.kind(),
        CycleErrorKind::InvalidCredentials(_)
    ));
    // the probe, two look-ups, and the create that was refused; the other one was not sent any more
    assert_eq!(bench.target.take_trace().len(), 4);
    insta::assert_snapshot!(bench.log(), @"other failure the cycle SystemForCrossDomainIdentityManagementInvalidCredentials: `POST /Users`: the server does not accept the token (401): is it complete, still valid, and made for this tenant?; the server says: not today");
    assert!(
        block_on(bench.engine.status())
            .unwrap()
            .last_error
            .is_some()
    );
    settles(&bench);
}

#[test]
fn a_target_that_is_down_ends_the_cycle_early() {
    let mut bench = Bench::new();
    bench.change(|directory| {
        let names: Vec<_> = (10..20).map(|n| format!("p{n}")).collect();
        directory
            .users
            .extend(names.iter().map(|name| crate::bench::user(name)));
        let mut members: Vec<_> = names.iter().map(String::as_str).collect();
        members.extend(["mira", "tomasz"]);
        directory.groups[0] = crate::bench::group("Finance", &members);
    });
    bench.target.fault("POST", 100, Fault::Refuse);
    let error = bench.try_cycle().unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"5 requests after another failed, the last with `POST /Users`: no connection to `http://127.0.0.1:8080/scim`: does the server run, are host and port right, does a firewall stand between?");
    assert_eq!(error.report().unwrap().failed, 5);
    bench.target.heal();
    assert_eq!(bench.cycle().users.created, 12);
    bench.log();
}

#[test]
fn what_is_gone_from_the_target_is_created_again() {
    let mut bench = Bench::new();
    bench.cycle();
    bench.target.tenant().users.remove("u-1");
    bench
        .target
        .tenant()
        .members
        .get_mut("g-3")
        .unwrap()
        .remove("u-1");
    bench.change(|directory| {
        directory.users[0].object = crate::bench::user("mira")
            .object
            .with("surname", "Lovelace");
    });
    bench.trace();
    bench.log();
    let report = bench.cycle();
    assert_eq!((report.users.created, report.members_added), (1, 1));
    insta::assert_snapshot!(bench.trace(), @r#"
    GET /Users?userName eq "id-12"
    GET /Users/u-1
    GET /Users?userName eq "mira@harborline.example"
    POST /Users
    PATCH /Groups/g-3
    "#);
    insta::assert_snapshot!(bench.log(), @r#"
    other warning mira@harborline.example InvalidAnchor: the user `mira@harborline.example` was `u-1` in the target and is gone from there: it is looked up anew
    create success mira@harborline.example
      active: - => true
      emails[type eq "work"].value: - => mira@harborline.example
      externalId: - => mira
      name.familyName: - => Lovelace
      userName: - => mira@harborline.example
    update success Finance
      members: - => mira@harborline.example
    "#);
}

#[test]
fn what_is_gone_before_it_is_deleted_is_gone() {
    let bench = Bench::new();
    bench.cycle();
    bench.target.tenant().users.remove("u-1");
    bench.change(|directory| {
        directory.users.remove(0);
        directory.groups[0].members.remove(0);
    });
    let report = bench.cycle();
    assert_eq!((report.users.deleted, report.failed), (1, 0));
}

#[test]
fn a_gateway_without_a_route_makes_nothing_gone() {
    let mut bench = Bench::new();
    bench.cycle();
    bench.change(|directory| {
        directory.users.remove(0);
        directory.groups[0].members.remove(0);
    });
    bench.log();
    bench.target.fault("DELETE", 1, Fault::NoRoute);
    let report = bench.cycle();
    assert_eq!((report.users.deleted, report.failed), (0, 1));
    assert!(
        bench
            .log()
            .contains("delete failure mira@harborline.example")
    );
    assert_eq!(bench.cycle().users.deleted, 1);
    assert!(!bench.target.tenant().users.contains_key("u-1"));
}

#[test]
fn one_poisoned_object_does_not_hold_up_the_others() {
    let mut bench = Bench::new();
    bench.target.fault("POST /Users", 1, Fault::Status(400));
    let report = bench.cycle();
    assert_eq!(
        (
            report.users.created,
            report.groups.created,
            report.failed,
            report.deferred
        ),
        (1, 1, 1, 1)
    );
    insta::assert_snapshot!(bench.line_about("mira"), @"create failure mira@harborline.example SystemForCrossDomainIdentityManagementBadRequest: the user `mira@harborline.example`: `POST /Users`: the server refuses this (400 Bad Request); the server says: not today");
}

impl Bench {
    /// The first line of the log that names somebody.
    fn line_about(&mut self, name: &str) -> String {
        let log = self.log();
        let line = log.lines().find(|line| line.contains(name));
        line.unwrap().to_owned()
    }

    fn change_to_nkechi(&self) {
        self.change(|directory| {
            directory.users.push(crate::bench::user("nkechi"));
            directory.groups[0] = crate::bench::group("Finance", &["mira", "tomasz", "nkechi"]);
        });
    }
}
