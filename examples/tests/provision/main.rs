//! The built program `provision` against a tenant of our own, over real sockets.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test talks by panicking, in its functions beside the tests too"
)]

mod configuration;
mod graph;
mod workshop;

use serde_json::{Value, json};

use crate::workshop::{Tenant, Workshop, person};

fn two_people() -> Value {
    let member = |id: &str| json!({ "@odata.type": "#microsoft.graph.user", "id": id });
    json!({
        "users": [person("mira"), person("tomasz")],
        "groups": [{ "id": "g1", "displayName": "Finance", "members": [member("mira"), member("tomasz")] }],
        "appRoleAssignedTo": [{ "principalId": "g1", "principalType": "Group", "appRoleId": "18d1" }],
    })
}

#[test]
fn from_the_test_to_the_second_cycle() {
    let tenant = Tenant::start();
    let work = Workshop::new(&tenant);
    work.write_directory(&two_people());

    let early = work.run(&["run"]);
    assert_eq!(early.code, 1);
    assert!(
        early
            .errors
            .contains("no application `Quayside` is saved: test a connection and save it first"),
        "{}",
        early.errors
    );

    let tested = work.run(&["test"]);
    assert_eq!(tested.code, 0, "{}", tested.errors);
    assert!(tested.text.starts_with("passed: "), "{}", tested.text);

    let planned = work.run(&["plan"]);
    assert_eq!(planned.code, 0, "{}", planned.errors);
    insta::assert_snapshot!(planned.text, @r#"
    A cycle would do this now; nothing was sent.
    + create   User   mira@harborline.example
          active: – → true
          displayName: – → mira
          emails[type eq "work"].value: – → mira@harborline.example
          externalId: – → mira
          name.familyName: – → Test
          name.formatted: – → mira Test
          name.givenName: – → mira
          userName: – → mira@harborline.example
    + create   User   tomasz@harborline.example
          active: – → true
          displayName: – → tomasz
          emails[type eq "work"].value: – → tomasz@harborline.example
          externalId: – → tomasz
          name.familyName: – → Test
          name.formatted: – → tomasz Test
          name.givenName: – → tomasz
          userName: – → tomasz@harborline.example
    + create   Group  Finance
          displayName: – → Finance
          externalId: – → g1
    ~ update   Group  Finance
          members: – → mira@harborline.example
          members: – → tomasz@harborline.example
    users        2 created, 0 adopted, 0 updated, 0 disabled, 0 restored, 0 deleted, 0 unchanged
    groups       1 created, 0 adopted, 0 updated, 0 disabled, 0 restored, 0 deleted, 0 unchanged
    memberships  2 added, 0 removed
    objects      0 failed, 0 skipped, 0 deferred references
    "#);
    assert_eq!(tenant.users(), 0);

    let first = work.run(&["run"]);
    assert_eq!(first.code, 0, "{}", first.errors);
    assert_eq!(tenant.users(), 2);
    // the same as was planned
    assert_eq!(first.text, planned.text.split_once('\n').unwrap().1);

    let mut later = two_people();
    later["users"][0]["surname"] = json!("Okafor");
    work.write_directory(&later);
    let second = work.run(&["run"]);
    insta::assert_snapshot!(second.text, @"
    ~ update   User   mira@harborline.example
          name.familyName: Test → Okafor
          name.formatted: mira Test → mira Okafor
    users        0 created, 0 adopted, 1 updated, 0 disabled, 0 restored, 0 deleted, 1 unchanged
    groups       0 created, 0 adopted, 0 updated, 0 disabled, 0 restored, 0 deleted, 1 unchanged
    memberships  0 added, 0 removed
    objects      0 failed, 0 skipped, 0 deferred references
    ");
    assert_eq!(
        work.run(&["run"]).text.lines().next().unwrap(),
        "users        0 created, 0 adopted, 0 updated, 0 disabled, 0 restored, 0 deleted, 2 unchanged"
    );
}

#[test]
fn programs_get_lines_of_json() {
    let tenant = Tenant::start();
    let work = Workshop::new(&tenant);
    work.write_directory(&two_people());
    assert_eq!(work.lines(&["test"])[0]["event"], "tested");

    let planned = work.lines(&["plan"]);
    let of = |lines: &[Value], event: &str| {
        lines
            .iter()
            .filter(|line| line["event"] == event)
            .cloned()
            .collect::<Vec<_>>()
    };
    let entries = of(&planned, "entry");
    assert_eq!(entries.len(), 4);
    assert_eq!(entries[0]["provisioningAction"], "create");
    assert_eq!(entries[0]["targetSystem"]["id"], tenant.url);
    let progress = of(&planned, "progress");
    assert_eq!(progress.last().unwrap()["percent"], 100);

    let report = &of(&work.lines(&["run"]), "report")[0];
    assert_eq!(
        (&report["users"]["created"], &report["membersAdded"]),
        (&json!(2), &json!(2))
    );
    let status = work.lines(&["status"]).pop().unwrap();
    assert_eq!(
        (
            &status["provisioning"],
            &status["users"],
            &status["openFailures"]
        ),
        (&json!("ON"), &json!(2), &json!(0))
    );

    let log = work.lines(&["log", "--about", "mira", "--action", "create"]);
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["servicePrincipal"]["displayName"], "Quayside");
    assert_eq!(work.lines(&["log", "--status", "failure"]).len(), 0);
    assert_eq!(
        work.lines(&["log", "--limit", "2", "--after", "1"]).len(),
        2
    );

    let wrong = work.run(&["--json", "on-demand", "user", "nobody"]);
    assert_eq!(wrong.code, 1);
    let error: Value = serde_json::from_str(wrong.text.trim()).unwrap();
    assert_eq!(
        error["message"],
        "the directory has no user `nobody`: give its object id or its name"
    );
}

#[test]
fn one_object_on_demand_shows_its_steps() {
    let tenant = Tenant::start();
    let work = Workshop::new(&tenant);
    work.write_directory(&two_people());
    work.run(&["test"]);
    let done = work.run(&["on-demand", "user", "mira@harborline.example"]);
    assert_eq!(done.code, 0, "{}", done.errors);
    insta::assert_snapshot!(tenant.hide_ids(&done.text), @r#"
    mira@harborline.example
      in scope: member of the assigned group `Finance`
      EntryImport                  success  read from the directory
      EntrySynchronizationScoping  success  member of the assigned group `Finance`
      EntryMatching                success  not in the target yet
      EntryExportAdd               success  created as `ID`
          active: – → true
          displayName: – → mira
          emails[type eq "work"].value: – → mira@harborline.example
          externalId: – → mira
          name.familyName: – → Test
          name.formatted: – → mira Test
          name.givenName: – → mira
          userName: – → mira@harborline.example
    "#);
    assert_eq!(tenant.users(), 1);
    let again = work.run(&["on-demand", "user", "mira"]);
    assert!(
        again
            .text
            .contains("source and target agree, nothing was sent"),
        "{}",
        again.text
    );
}

#[test]
fn exit_codes_say_what_scripts_have_to_know() {
    let mut tenant = Tenant::start();
    let work = Workshop::new(&tenant);
    // one of them has nothing that the target requires
    let mut people = two_people();
    let many = (0..30).map(|n| person(&format!("u{n}")));
    people["users"].as_array_mut().unwrap().extend(many);
    for n in 0..30 {
        let member = json!({ "@odata.type": "#microsoft.graph.user", "id": format!("u{n}") });
        people["groups"][0]["members"]
            .as_array_mut()
            .unwrap()
            .push(member);
    }
    people["users"][1]["userPrincipalName"] = Value::Null;
    work.write_directory(&people);
    work.run(&["test"]);
    let failed = work.run(&["run"]);
    assert_eq!(failed.code, 2, "{}\n{}", failed.text, failed.errors);
    assert!(
        failed.text.contains("Fill the attribute in the directory"),
        "{}",
        failed.text
    );
    assert_eq!(tenant.users(), 31);

    let mut gone = two_people();
    gone["users"] = json!([person("mira")]);
    work.write_directory(&gone);
    let planned = work.run(&["plan"]);
    assert_eq!(planned.code, 3, "{}", planned.text);
    let held = work.run(&["run"]);
    assert_eq!(held.code, 3, "{}", held.text);
    assert!(held.text.contains("are more than the"), "{}", held.text);
    let status = work.run(&["status"]).text;
    assert!(
        status.contains("provisioning    ON, quarantined:"),
        "{status}"
    );
    assert!(status.contains("quarantine      since "), "{status}");
    assert_eq!(tenant.users(), 31);

    let mut incomplete = people.clone();
    incomplete.as_object_mut().unwrap().remove("groups");
    work.write_directory(&incomplete);
    let partly = work.run(&["run"]);
    assert_eq!(partly.code, 5, "{}", partly.text);
    std::fs::write(work.file("export.json"), "{ \"users\": [").unwrap();
    let unreadable = work.run(&["run"]);
    assert_eq!(unreadable.code, 5, "{}", unreadable.text);
    assert!(
        unreadable
            .text
            .contains("the directory file is incomplete: it ends at line 1"),
        "{}",
        unreadable.text
    );

    work.write_directory(&gone);
    let allowed = work.run(&["run", "--allow-deletions"]);
    assert_eq!(allowed.code, 0, "{}", allowed.text);
    assert_eq!(tenant.users(), 1);

    // what is not what was tested is not used
    work.write_secret("token", "scimkit_another_token_that_is_long_enough");
    let other = work.run(&["run"]);
    assert_eq!(other.code, 1);
    assert!(
        other.errors.contains("is not the one that was tested"),
        "{}",
        other.errors
    );
    assert_eq!(work.run(&["test"]).code, 4);
    work.write_secret("token", &tenant.token);

    tenant.stop();
    let down = work.run(&["run"]);
    assert_eq!(down.code, 4, "{}", down.text);
    assert!(down.text.contains("does the server run"), "{}", down.text);
}

#[test]
fn watching_runs_cycles_when_they_are_due() {
    let tenant = Tenant::start();
    let mut work = Workshop::new(&tenant);
    work.replace("interval = \"40m\"", "interval = \"1s\"");
    work.replace(
        "file = \"export.json\"",
        "[source.csv]\nusers = \"users.csv\"\ngroups = \"groups.csv\"\nmembers = \"members.csv\"",
    );
    work.replace("scope = \"assigned\"", "scope = \"everyone\"");
    std::fs::write(work.file("users.csv"), "id,userPrincipalName,mail,mailNickname,givenName,surname,accountEnabled\nu1,mira@harborline.example,mira@harborline.example,mira,Mira,Okafor,true\n").unwrap();
    std::fs::write(work.file("groups.csv"), "id,displayName\ng1,Finance\n").unwrap();
    std::fs::write(work.file("members.csv"), "group,member\ng1,u1\n").unwrap();
    work.run(&["test"]);
    let lines = work.lines(&["watch", "--cycles", "2"]);
    let reports: Vec<_> = lines
        .iter()
        .filter(|line| line["event"] == "report")
        .collect();
    assert_eq!(reports.len(), 2);
    assert_eq!(
        (
            &reports[0]["users"]["created"],
            &reports[1]["users"]["unchanged"]
        ),
        (&json!(1), &json!(1))
    );

    std::fs::write(work.file("members.csv"), "group,member\ng1,\n").unwrap();
    let broken = work.run(&["run"]);
    assert_eq!(broken.code, 5);
    assert!(
        broken
            .text
            .contains("members.csv`, line 2, column `member`: a value must stand here"),
        "{}",
        broken.text
    );
}
