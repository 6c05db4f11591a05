use super::*;
use crate::Removed;

fn read(text: &str) -> Snapshot {
    DirectoryFile::parse(text.as_bytes()).unwrap()
}

fn message(text: &str) -> String {
    DirectoryFile::parse(text.as_bytes())
        .unwrap_err()
        .to_string()
}

fn gaps(text: &str) -> String {
    match read(text).completeness {
        Completeness::Complete => "complete".into(),
        Completeness::Incomplete(gaps) => gaps.join("\n"),
    }
}

#[test]
fn properties_get_the_names_of_the_mappings() {
    let file = r##"{ "users": [{ "id": "1", "@odata.type": "#microsoft.graph.user", "businessPhones": ["+44 1", "+44 2"], "mobilePhone": "+44 3",
        "officeLocation": "Quay 3", "userPrincipalName": "ada_king_contoso.example#EXT#@harborline.example", "mail": null,
        "onPremisesExtensionAttributes": { "extensionAttribute3": "three", "extensionAttribute4": null },
        "manager": { "id": "2" }, "extension_77_badge": "B7", "otherMails": ["a@contoso.example"], "hireYear": 2019,
        "passwordProfile": { "password": "x" } }], "groups": [], "appRoleAssignedTo": [] }"##;
    let attributes = read(file).users.remove(0).object.attributes;
    let lines: Vec<_> = attributes
        .iter()
        .map(|(name, value)| format!("{name} = {value:?}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    extensionAttribute3 = String("three")
    extension_77_badge = String("B7")
    hireYear = Integer(2019)
    manager = Reference("2")
    mobile = String("+44 3")
    objectId = String("1")
    originalUserPrincipalName = String("ada_king_contoso.example#EXT#@harborline.example")
    otherMails = Multi([String("a@contoso.example")])
    passwordProfile.password = String("x")
    physicalDeliveryOfficeName = String("Quay 3")
    telephoneNumber = String("+44 1")
    userPrincipalName = String("ada_king@contoso.example")
    "#);
}

#[test]
fn a_missing_account_enabled_is_unknown() {
    let file = r#"{ "users": [{ "id": "1" }, { "id": "2", "accountEnabled": false }, { "id": "3", "@removed": { "reason": "deleted" } },
        { "id": "4", "@removed": { "reason": "changed" } }] }"#;
    let users = read(file).users;
    assert_eq!(
        users
            .iter()
            .map(|user| user.account_enabled)
            .collect::<Vec<_>>(),
        [None, Some(false), None, None]
    );
    assert_eq!(
        users.iter().map(|user| user.removed).collect::<Vec<_>>(),
        [None, None, Some(Removed::Hard), Some(Removed::Soft)]
    );
}

#[test]
fn what_is_missing_makes_the_snapshot_incomplete() {
    assert_eq!(
        gaps(r#"{ "users": [], "groups": [], "appRoleAssignedTo": [] }"#),
        "complete"
    );
    insta::assert_snapshot!(gaps(r#"{ "@odata.nextLink": "https://graph.contoso.example/users?$skiptoken=x", "users": [],
        "groups": { "value": [{ "id": "g", "displayName": "Finance", "members": [], "members@odata.nextLink": "x" }, { "id": "h" }],
                    "@odata.nextLink": "y" } }"#), @"
    the file has further pages that are not in the file (`@odata.nextLink`)
    `groups` has further pages that are not in the file (`@odata.nextLink`)
    the group `Finance` has further pages that are not in the file (`@odata.nextLink`)
    the group `h` has no `members`
    the directory file has no `appRoleAssignedTo`
    ");
}

#[test]
fn suspicious_groups_and_repeated_objects_get_a_warning() {
    let member = |n: usize| format!(r#"{{ "id": "m{n}" }}"#);
    let members = (0..20).map(member).collect::<Vec<_>>().join(",");
    let file = format!(
        r#"{{ "users": [{{ "id": "m1" }}, {{ "id": "m1" }}], "groups": [{{ "id": "g", "displayName": "Finance", "members": [{members}] }}] }}"#
    );
    let snapshot = read(&file);
    assert_eq!(snapshot.users.len(), 1);
    insta::assert_snapshot!(snapshot.warnings.join("\n"), @"
    `users[1]` has the object id `m1`, which was there before: only the first object with it counts
    the group `Finance` has exactly 20 members, which is where Graph's `$expand=members` stops: if there are more, export them from `/groups/g/members`
    ");
}

#[test]
fn messages_say_where_and_what() {
    insta::assert_snapshot!([
        message("{ \"users\": [\n  { \"id\": \"8d1"),
        message("{ \"users\": [\n  { \"id\": 8d1c } ] }"),
        message("[]"),
        message(r#"{ "users": 7 }"#),
        message(r#"{ "users": [{ "displayName": "Mira" }] }"#),
        message(r#"{ "users": [{ "id": "1", "accountEnabled": "yes" }] }"#),
        message(r#"{ "groups": [{ "id": "1", "members": ["2"] }] }"#),
        DirectoryFile::read("no-such-folder/directory.json").unwrap_err().to_string(),
    ].join("\n"), @"
    the directory file is incomplete: it ends at line 2, byte 27, in the middle of a value; export it again
    the directory file is no JSON at line 2, column 12: expected `,` or `}`
    the top of the directory file must be an object with `users`, `groups` and `appRoleAssignedTo`
    `users` of the directory file must be an array
    `users[0].id` of the directory file must be a text that is not empty
    `users[0].accountEnabled` of the directory file must be true or false
    `groups[0].members[0]` of the directory file must be an object
    the directory file `no-such-folder/directory.json` cannot be read
    ");
}

#[test]
fn every_cut_of_the_sample_is_an_error() {
    let bytes = fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/onboard/directory.json"
    ))
    .unwrap();
    assert_eq!(DirectoryFile::parse(&bytes).unwrap().users.len(), 200);
    let end = bytes.trim_ascii_end().len();
    for cut in (1..end).step_by(7_919) {
        let error = DirectoryFile::parse(&bytes[..cut]).unwrap_err();
        assert!(
            matches!(error.kind(), DirectoryErrorKind::CutOff { .. }),
            "{error}"
        );
    }
}
