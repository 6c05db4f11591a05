use std::path::Path;

use super::*;

/// Reads users, groups, members and assignments with these contents.
fn read(files: [&str; 4]) -> Result<Snapshot, String> {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["users", "groups", "members", "assignments"]
        .map(|name| folder.path().join(format!("{name}.csv")));
    for (path, text) in paths.iter().zip(files) {
        std::fs::write(path, text).unwrap();
    }
    let [users, groups, members, assignments] = paths;
    let directory = CsvDirectory::new(users)
        .with_groups(groups, members)
        .with_assignments(assignments);
    directory
        .read()
        .map_err(|error| shown(&error, folder.path()))
}

fn shown(error: &DirectoryError, folder: &Path) -> String {
    error
        .to_string()
        .replace(&format!("{}/", folder.display()), "")
}

const USERS: &str = "\u{feff}id,userPrincipalName,displayName,accountEnabled,manager,mobilePhone,businessPhones,otherMails[]\r\n\
    u1,mira@harborline.example,\"Okafor, Mira\",TRUE,u2,+44 1,+44 2,a@x.example; b@x.example\r\n\
    u2,ada@harborline.example,Ada,false,,,,\r\n";
const GROUPS: &str = "displayName,id\nFinance,g1\nOffices,g2\n";
const MEMBERS: &str = "group,member\ng2,u1\ng2,g1\ng1,u2\ng1,u2\ng9,u1\n";
const ASSIGNMENTS: &str = "principal,role\ng2,18d1\nu2,\n";

#[test]
fn four_files_are_a_directory() {
    let snapshot = read([USERS, GROUPS, MEMBERS, ASSIGNMENTS]).unwrap();
    assert_eq!(snapshot.completeness, Completeness::Complete);
    let mira = &snapshot.users[0];
    assert_eq!(
        (mira.account_enabled, mira.manager.as_deref()),
        (Some(true), Some("u2"))
    );
    let text = |name: &str| {
        mira.object
            .attribute(name)
            .as_text()
            .map(|text| text.as_ref().to_owned())
    };
    assert_eq!(text("displayName").as_deref(), Some("Okafor, Mira"));
    assert_eq!(text("mobile").as_deref(), Some("+44 1"));
    assert_eq!(text("telephoneNumber").as_deref(), Some("+44 2"));
    assert_eq!(text("objectId").as_deref(), Some("u1"));
    assert_eq!(mira.object.attribute("otherMails").values().len(), 2);
    let ada = &snapshot.users[1];
    assert_eq!(
        (ada.account_enabled, ada.manager.as_deref()),
        (Some(false), None)
    );
    assert!(ada.object.attribute("mobile").is_null());

    let members: Vec<_> = snapshot.groups[1]
        .members
        .iter()
        .map(|it| (&*it.id, it.kind))
        .collect();
    assert_eq!(
        members,
        [("u1", MemberKind::User), ("g1", MemberKind::Group)]
    );
    assert_eq!(snapshot.groups[0].members.len(), 1);
    let assigned: Vec<_> = snapshot
        .assignments
        .iter()
        .flatten()
        .map(|it| (&*it.principal, &*it.role))
        .collect();
    assert_eq!(
        assigned,
        [("g2", "18d1"), ("u2", Assignment::DEFAULT_ACCESS)]
    );
    insta::assert_snapshot!(snapshot.warnings.join("\n"), @"line 6 of the members names the group `g9`, which is not among the groups");
}

#[test]
fn an_id_that_is_there_twice_counts_once() {
    let twice = "id,displayName\nu1,Mira\nu1,Other\n";
    let snapshot = read([twice, GROUPS, "group,member\n", ASSIGNMENTS]).unwrap();
    assert_eq!(snapshot.users.len(), 1);
    assert!(
        snapshot.warnings[0].starts_with("line 3 of `"),
        "{:?}",
        snapshot.warnings
    );
}

#[test]
fn what_is_wrong_is_named_with_line_and_column() {
    let users = |text: &str| read([text, GROUPS, MEMBERS, ASSIGNMENTS]).unwrap_err();
    let members = |text: &str| read([USERS, GROUPS, text, ASSIGNMENTS]).unwrap_err();
    insta::assert_snapshot!([
        users(""),
        users("name\nMira\n"),
        users("id,id\n1,2\n"),
        users("id,\n1,2\n"),
        users("id,accountEnabled\nu1,true\n\n\"u2\n\",yes\n"),
        users("id,displayName\n,Mira\n"),
        users("id,displayName\nu1,Mira\nu2\n"),
        users("id,displayName\nu1,\"Mira\nu2,Ada\n"),
        members("group,member\ng1,\n"),
        members("group\ng1\n"),
    ].join("\n"), @"
    `users.csv`, line 1: there is no line with the names of the columns
    `users.csv`, line 1: there is no column `id`
    `users.csv`, line 1, column `id`: the name is there twice
    `users.csv`, line 1: column 2 has no name
    `users.csv`, line 4, column `accountEnabled`: `yes` is neither `true` nor `false`
    `users.csv`, line 2, column `id`: a value must stand here
    `users.csv`, line 3: there are 2 columns, but the line has 1
    `users.csv`, line 2: a quotation mark is opened and never closed: is the file cut off?
    `members.csv`, line 2, column `member`: a value must stand here
    `members.csv`, line 1: there is no column `member`
    ");
    let missing = CsvDirectory::new("/nowhere/users.csv").read().unwrap_err();
    insta::assert_snapshot!(missing, @"the directory file `/nowhere/users.csv` cannot be read");
}

#[test]
fn text_in_another_encoding_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.csv");
    std::fs::write(&path, b"id,displayName\nu1,Mira\nu2,Ren\xe9e\n").unwrap();
    let error = CsvDirectory::new(&path).read().unwrap_err();
    insta::assert_snapshot!(shown(&error, folder.path()), @"`users.csv`, line 3, column 2: the cell is no UTF-8 text: save the file as UTF-8");
}
