//! What becomes of an object, or of one expression.

use std::path::Path;

use serde_json::{Value, json};

use crate::{answers, example, fixture, run, vectors};

#[test]
fn expressions_come_out_as_the_vectors_say() {
    let rows = vectors("expression-vectors.json");
    let rows = rows.as_array().unwrap();
    let answers = answers(example("mapping_explain").arg("--json-lines"), rows);
    let known = std::fs::read_to_string(fixture("expression-known-failures.txt")).unwrap();
    let known = known
        .lines()
        .filter_map(|line| Some(line.split_once(": ")?.0));
    let known: Vec<_> = known.collect();
    let mut checked = 0;
    for row in rows {
        let expression = row["expression"].as_str().unwrap();
        // a name in the list is a row, or a function that does not exist
        let is_known = known
            .iter()
            .any(|name| row["id"] == **name || expression.contains(&format!("{name}(")));
        if is_known {
            continue;
        }
        let answer = &answers[row["id"].as_str().unwrap()];
        let (found, wanted) = (&answer["output"], &row["output"]);
        if let Some(random) = wanted.get("$random") {
            assert_random(found.as_str().unwrap(), random);
        } else if wanted.get("$pattern").is_some() {
            assert_guid(found.as_str().unwrap());
        } else {
            assert_eq!(found, wanted, "{row}\n{answer}");
        }
        assert_eq!(answer["error"].is_string(), wanted.get("$error").is_some());
        checked += 1;
    }
    assert!(checked > 150);
}

/// The only pattern of the vectors is that of a GUID.
fn assert_guid(text: &str) {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12], "{text}");
    let is_digit = |digit: char| digit == '-' || digit.is_ascii_hexdigit();
    assert!(text.chars().all(is_digit), "{text}");
}

fn assert_random(text: &str, constraints: &Value) {
    let count = |kind: fn(&char) -> bool| text.chars().filter(kind).count() as u64;
    let least = |name: &str| constraints[name]["min"].as_u64().unwrap();
    assert_eq!(
        Some(count(|_| true)),
        constraints["length"].as_u64(),
        "{text}"
    );
    assert!(count(char::is_ascii_digit) >= least("digits"), "{text}");
    assert!(count(char::is_ascii_uppercase) >= least("upper"), "{text}");
    assert!(count(char::is_ascii_lowercase) >= least("lower"), "{text}");
    assert!(
        count(char::is_ascii_punctuation) >= least("special"),
        "{text}"
    );
    let avoid = constraints["avoid"].as_str().unwrap_or_default();
    assert!(!text.contains(|letter| avoid.contains(letter)), "{text}");
}

/// What each command line prints, with the status that it ends with; names of files are left out.
fn said<'a>(lines: impl IntoIterator<Item = (&'a [&'a str], i32)>) -> String {
    let mut said = String::new();
    for (arguments, code) in lines {
        let output = run(example("mapping_explain").args(arguments), "");
        let shown = arguments.iter().filter(|it| !it.contains(".json"));
        said.extend(["$ ", &shown.copied().collect::<Vec<_>>().join(" "), "\n"]);
        said += &String::from_utf8(output.stdout).unwrap();
        said += "\n";
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
    said
}

fn write(folder: &Path, name: &str, json: &Value) -> String {
    let file = folder.join(name);
    std::fs::write(&file, json.to_string()).unwrap();
    file.into_os_string().into_string().unwrap()
}

#[test]
fn people_see_what_a_mapping_makes_of_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, json: &Value| write(folder.path(), name, json);
    let mira = file(
        "mira.json",
        &json!({
            "userPrincipalName": "mira@harborline.example", "mail": "mira.okafor@harborline.example", "mailNickname": "mira",
            "givenName": "Mira",
        }),
    );
    let present = file(
        "present.json",
        &json!({ "userName": "mira", "active": false }),
    );
    let nobody = file("nobody.json", &json!({ "IsSoftDeleted": true }));
    let licence = fixture("real-shapes/directory-extension.json");
    let licence = licence.to_str().unwrap();
    let said = said([
        (&["--template", "netskope", "--object", &mira][..], 0),
        (
            &[
                "--template",
                "netskope",
                "--object",
                &mira,
                "--present",
                &present,
            ],
            0,
        ),
        (&["--template", "netskope", "--object", &nobody], 1),
        (&["--schema", licence, "--object", &mira], 0),
    ]);
    insta::assert_snapshot!(said, @r#"
    $ --template netskope --object
    Provision Microsoft Entra ID Users

    target                        value                             source
    userName (match 1)            "mira@harborline.example"         [userPrincipalName]
    active                        "True"                            Switch([IsSoftDeleted], , "False", "True", "True", "False")
        [IsSoftDeleted] = False
    emails[type eq "work"].value  "mira.okafor@harborline.example"  [mail]
    name.givenName                "Mira"                            [givenName]
    name.familyName               -                                 [surname]
        has no value at the source; the target keeps what it has
    externalId                    "mira"                            [mailNickname]

    $ --template netskope --object --present
    Provision Microsoft Entra ID Users

    target                        value                             source
    userName (match 1)            "mira@harborline.example"         [userPrincipalName]
    active                        "True"                            Switch([IsSoftDeleted], , "False", "True", "True", "False")
        [IsSoftDeleted] = False
    emails[type eq "work"].value  "mira.okafor@harborline.example"  [mail]
    name.givenName                "Mira"                            [givenName]
    name.familyName               -                                 [surname]
        has no value at the source; the target keeps what it has
    externalId                    "mira"                            [mailNickname]

    $ --template netskope --object
    Provision Microsoft Entra ID Users

    target                        value    source
    userName (match 1)            -        [userPrincipalName]
        has no value at the source; the target keeps what it has
    active                        "False"  Switch([IsSoftDeleted], , "False", "True", "True", "False")
        [IsSoftDeleted] = True
    emails[type eq "work"].value  -        [mail]
        has no value at the source; the target keeps what it has
    name.givenName                -        [givenName]
        has no value at the source; the target keeps what it has
    name.familyName               -        [surname]
        has no value at the source; the target keeps what it has
    externalId                    -        [mailNickname]
        has no value at the source; the target keeps what it has

    required and missing: userName, emails[type eq "work"].value

    $ --schema --object
    target    value  source
    nickName  -      [extension_3f2a9c5e7b8d4416a0c1d2e3f4a5b6c7_dockLicence]
        has no value at the source; the target keeps what it has

    problem at $.synchronizationRules[0].targetDirectoryName: the schema has no directory `Quayside Licences`

    problem at $.synchronizationRules[0].objectMappings[0].attributeMappings: no attribute is for matching: give one a matching priority, or nobody can be found in the target
    "#);
}

#[test]
fn people_try_an_expression() {
    let folder = tempfile::tempdir().unwrap();
    let object = json!({ "mailNickname": "mira", "givenName": "Mira" });
    let mira = write(folder.path(), "mira.json", &object);
    let said = said([
        (
            &[
                "--object",
                &mira,
                "--expression",
                r#"Switch([mailNickname], "x", "mira", ToUpper([givenName]))"#,
            ][..],
            0,
        ),
        (&["--expression", r#"Item(Split("a", ","), 3)"#], 1),
        (&["--expression", r#"Join(",", Swich([a], , "b", "c"))"#], 1),
    ]);
    insta::assert_snapshot!(said, @r#"
    $ --object --expression Switch([mailNickname], "x", "mira", ToUpper([givenName]))
    Switch([mailNickname], "x", "mira", ToUpper([givenName])) = "MIRA"
      [mailNickname] = "mira"
      ToUpper([givenName]) = "MIRA"
        [givenName] = "Mira"

    $ --expression Item(Split("a", ","), 3)
    Item(Split("a", ","), 3) = error: `Item` finds no value number 3: they are numbered from 1 to 1 (at byte 0)
      Split("a", ",") = ["a"]

    $ --expression Join(",", Swich([a], , "b", "c"))
    Join(",", Swich([a], , "b", "c"))
              ^

    refused: there is no function `Swich`; did you mean `Switch`? (at byte 10)
    "#);
}

#[test]
fn a_line_that_is_no_request_is_told() {
    let lines = concat!(
        r#"{"id":1}"#,
        "\n",
        r#"{"id":2,"expression":"Now()","context":{"now":"noon"}}"#,
        "\n",
        r#"{"id":3,"expression":"ToLower([a]","input":{"a":"A"}}"#,
        "\n",
        r#"{"id":4,"expression":"ToLower([a])","input":{"a":["A","B"]}}"#,
        "\n",
    );
    let output = run(example("mapping_explain").arg("--json-lines"), lines);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r#"
    {"error":"`expression` is missing","id":1}
    {"error":"`now` must be an instant such as 2026-01-05T08:00:00Z","id":2}
    {"error":"expected `,` or `)`, found the end of the expression (at byte 11)","id":3,"output":{"$error":"parse"}}
    {"id":4,"output":["a","b"]}
    "#);
}
