//! Answers that are lost while the directory goes on: what the simulation found, one by one.

use pollster::block_on;
use scimkit_provisioning::{CycleErrorKind, Removed};

use crate::{
    bench::{Bench, assigned, group, user},
    target::Fault,
};

/// The target after one more cycle, which has nothing left to do.
fn settled(bench: &Bench) -> String {
    bench.target.heal();
    bench.cycle();
    let shown = bench.target.shown();
    assert!(bench.cycle().is_quiet());
    assert_eq!(bench.target.shown(), shown);
    shown
}

#[test]
fn a_create_is_found_under_the_name_it_was_sent_with() {
    let bench = Bench::new();
    let look_up = r#"GET /Users?userName eq "mira"#;
    bench.target.fault(look_up, 1, Fault::Nothing);
    bench.target.fault(look_up, 1, Fault::Refuse);
    bench.target.fault("POST /Users", 1, Fault::LoseAnswer);
    assert_eq!(bench.cycle().failed, 1);
    bench.change(|directory| {
        let mira = &mut directory.users[0];
        mira.object = mira
            .object
            .clone()
            .with("userPrincipalName", "mira.lovelace");
    });
    insta::assert_snapshot!(settled(&bench), @r#"
    mira.lovelace active=Some(true)
    tomasz@harborline.example active=Some(true)
    Finance ["mira.lovelace", "tomasz@harborline.example"]
    "#);
}

#[test]
fn a_create_of_somebody_who_is_gone_by_now_is_taken_back() {
    let bench = Bench::new();
    let look_up = r#"GET /Users?userName eq "mira"#;
    bench.target.fault(look_up, 1, Fault::Nothing);
    bench.target.fault(look_up, 1, Fault::Refuse);
    bench.target.fault("POST /Users", 1, Fault::LoseAnswer);
    bench.cycle();
    bench.change(|directory| {
        directory.users.remove(0);
        directory.groups[0] = group("Finance", &["tomasz"]);
    });
    insta::assert_snapshot!(settled(&bench), @r#"
    tomasz@harborline.example active=Some(true)
    Finance ["tomasz@harborline.example"]
    "#);
}

#[test]
fn a_change_that_is_taken_back_is_taken_back_in_the_target() {
    let bench = Bench::new();
    bench.cycle();
    let surname = |name: &str| {
        bench.change(|directory| {
            let mira = &mut directory.users[0];
            mira.object = mira.object.clone().with("surname", name);
        });
    };
    surname("lovelace");
    bench.target.fault("PATCH", 1, Fault::LoseAnswer);
    bench.cycle();
    surname("mira");
    settled(&bench);
    let tenant = bench.target.tenant();
    let name = tenant.users["u-1"]
        .get("name")
        .unwrap()
        .as_complex()
        .unwrap();
    assert_eq!(name.text("familyName"), Some("mira"));
}

#[test]
fn who_was_disabled_and_comes_back_is_active() {
    let bench = Bench::new();
    bench.cycle();
    bench.change(|directory| directory.users[0].account_enabled = Some(false));
    bench.target.fault("PATCH /Users", 1, Fault::LoseAnswer);
    bench.cycle();
    bench.change(|directory| directory.users[0].account_enabled = Some(true));
    insta::assert_snapshot!(settled(&bench).lines().next().unwrap(), @"mira@harborline.example active=Some(true)");
}

#[test]
fn who_was_restored_and_leaves_is_disabled() {
    let bench = Bench::new();
    bench.cycle();
    let enable = |is_enabled| {
        bench.change(|directory| directory.users[0].account_enabled = Some(is_enabled));
    };
    enable(false);
    bench.cycle();
    enable(true);
    bench.target.fault("PATCH /Users", 1, Fault::LoseAnswer);
    bench.cycle();
    enable(false);
    insta::assert_snapshot!(settled(&bench).lines().next().unwrap(), @"mira@harborline.example active=Some(false)");
}

#[test]
fn memberships_are_as_the_directory_says_in_the_end() {
    let bench = Bench::new();
    bench.target.fault("PATCH /Groups", 1, Fault::LoseAnswer);
    bench.cycle();
    bench.change(|directory| {
        directory.groups[0] = group("Finance", &["tomasz"]);
        directory.assignments = Some(assigned(&["Finance", "mira"]));
    });
    insta::assert_snapshot!(settled(&bench).lines().last().unwrap(), @r#"Finance ["tomasz@harborline.example"]"#);

    bench.change(|directory| directory.groups[0] = group("Finance", &[]));
    bench.target.fault("PATCH /Groups", 1, Fault::LoseAnswer);
    bench.cycle();
    bench.change(|directory| directory.groups[0] = group("Finance", &["tomasz"]));
    insta::assert_snapshot!(settled(&bench).lines().last().unwrap(), @r#"Finance ["tomasz@harborline.example"]"#);
}

#[test]
fn a_group_that_was_deleted_and_is_wanted_again_is_made_again() {
    let bench = Bench::new();
    bench.cycle();
    bench.change(|directory| directory.assignments = Some(assigned(&["mira", "tomasz"])));
    bench.target.fault("DELETE", 1, Fault::LoseAnswer);
    bench.cycle();
    bench.change(|directory| directory.assignments = Some(assigned(&["Finance"])));
    insta::assert_snapshot!(settled(&bench).lines().last().unwrap(), @r#"Finance ["mira@harborline.example", "tomasz@harborline.example"]"#);
}

#[test]
fn one_member_who_is_gone_does_not_hold_up_the_others() {
    let mut bench = Bench::new();
    bench.cycle();
    // mira is disabled, is removed from the target by somebody, and joins a group with two others
    bench.change(|directory| directory.users[0].account_enabled = Some(false));
    bench.cycle();
    bench.target.tenant().users.remove("u-1");
    bench.change(|directory| {
        directory.users.push(user("farid"));
        directory
            .groups
            .push(group("Legal", &["mira", "tomasz", "farid"]));
        directory.assignments = Some(assigned(&["Finance", "Legal"]));
    });
    bench.log();
    bench.trace();
    bench.cycle();
    insta::assert_snapshot!(bench.target.shown().lines().last().unwrap(), @r#"Legal ["tomasz@harborline.example", "farid@harborline.example"]"#);
    assert!(
        bench.log().contains("InvalidAnchor"),
        "mira is let go by name"
    );
    assert!(bench.cycle().is_quiet());
}

#[test]
fn members_of_a_deleted_group_are_not_in_scope() {
    let bench = Bench::new();
    bench.cycle();
    bench.change(|directory| directory.groups[0].removed = Some(Removed::Soft));
    insta::assert_snapshot!(settled(&bench), @"
    mira@harborline.example active=Some(false)
    tomasz@harborline.example active=Some(false)
    ");
}

#[test]
fn a_target_that_wants_a_pause_is_left_alone() {
    let bench = Bench::new();
    bench.target.fault("POST /Users", 1, Fault::Status(429));
    let ended = bench.try_cycle().unwrap_err();
    assert!(matches!(
        ended.kind(),
        CycleErrorKind::Throttled { seconds: 60, .. }
    ));
    bench.target.take_trace();
    let refused = block_on(bench.engine.cycle(&|_| {})).unwrap_err();
    insta::assert_snapshot!(refused.to_string(), @"the target asked for a pause, which ends at 1970-01-01T00:41:00Z: nothing is sent before");
    assert_eq!(block_on(bench.engine.run_if_due(&|_| {})).unwrap(), None);
    assert_eq!(bench.target.take_trace().len(), 0);
    bench.time.pass(1);
    let report = block_on(bench.engine.run_if_due(&|_| {})).unwrap().unwrap();
    assert_eq!((report.users.created, report.failed), (2, 0));
}

#[test]
fn the_last_of_several_answers_may_be_the_one_that_ends_the_cycle() {
    // one is in the way, and the next wants a pause: nobody looks who is in the way before it
    for request in ["GET /Users?userName eq \"tomasz", "POST /Users"] {
        let bench = Bench::new();
        bench
            .target
            .fault("POST /Users", 1, Fault::DoneButStatus(409));
        bench.target.fault(request, 1, Fault::Status(429));
        bench.try_cycle().unwrap_err();
        let last = bench.target.take_trace().pop().unwrap();
        assert!(last.starts_with(request), "{last}");
        assert_eq!(settled(&bench).lines().count(), 3);
    }
}
