//! The examples that explain answer other programs: every shared vector, asked over a pipe.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test talks by panicking, in its functions beside the tests too"
)]

mod mapping;

use std::{
    collections::BTreeMap,
    env,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
};

use serde_json::{Map, Value, json};

fn fixture(name: &str) -> PathBuf {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    fixtures.join(name)
}

fn vectors(name: &str) -> Value {
    let text = std::fs::read(fixture(name)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn example(name: &str) -> Command {
    // Beside the folder of this test; `cargo test` builds the examples first.
    let here = env::current_exe().unwrap();
    let folder = here.parent().unwrap().parent().unwrap().join("examples");
    Command::new(folder.join(name).with_extension(env::consts::EXE_EXTENSION))
}

fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`cargo build --examples` first");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn with_widgets(name: &str) -> Command {
    let mut command = example(name);
    command.arg("--json-lines");
    for file in [
        "test-Widget-resourcetype",
        "test-Widget",
        "test-WidgetAudit",
    ] {
        let file = fixture(&format!("schemas/{file}.json"));
        command.arg("--schema").arg(file);
    }
    command
}

/// The answers by id.
fn ask(name: &str, requests: &[Value]) -> BTreeMap<String, Value> {
    answers(&mut with_widgets(name), requests)
}

fn answers(command: &mut Command, requests: &[Value]) -> BTreeMap<String, Value> {
    let input: Vec<_> = requests.iter().map(|line| format!("{line}\n")).collect();
    let output = run(command, &input.concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers = answers.lines().map(|line| {
        let answer: Value = serde_json::from_str(line).unwrap();
        (answer["id"].as_str().unwrap().to_owned(), answer)
    });
    let answers: BTreeMap<_, _> = answers.collect();
    assert_eq!(answers.len(), requests.len());
    answers
}

#[test]
fn filters_and_paths_are_read_as_the_vectors_say() {
    let rows = vectors("filter-vectors.json");
    let rows = rows.as_array().unwrap();
    // A whole row is a request: what a program does not know is left out.
    let answers = ask("filter_explain", rows);
    for row in rows {
        let answer = &answers[row["id"].as_str().unwrap()];
        assert_eq!(answer["accept"], row["accept"], "{row}\n{answer}");
        assert_eq!(answer["sexpr"], row["sexpr"], "{row}\n{answer}");
        assert_eq!(answer["error"].is_string(), row["accept"] == false);
    }
}

#[test]
fn filters_match_as_the_vectors_say() {
    let set = vectors("filter-eval.json");
    let rows = set["vectors"].as_array().unwrap();
    let requests: Vec<_> = rows
        .iter()
        .map(|row| {
            let resource = &set["resources"][row["resource"].as_str().unwrap()];
            json!({ "id": row["id"], "kind": "filter", "input": row["filter"], "resource": resource })
        })
        .collect();
    let answers = ask("filter_explain", &requests);
    for row in rows {
        let answer = &answers[row["id"].as_str().unwrap()];
        assert_eq!(answer["match"], row["match"], "{row}\n{answer}");
    }
}

#[test]
fn patches_come_out_as_the_vectors_say() {
    let rows: Vec<_> = ["patch-vectors.json", "patch-dialect-vectors.json"]
        .iter()
        .flat_map(|file| vectors(file).as_array().unwrap().clone())
        .collect();
    let requests: Vec<_> = rows
        .iter()
        .map(|row| {
            let mut request = row.clone();
            request["resource"] = row["resource_before"].clone();
            request
        })
        .collect();
    let answers = ask("patch_explain", &requests);
    for row in &rows {
        let answer = &answers[row["id"].as_str().unwrap()];
        if let Some(error) = row.get("expected_error") {
            assert_eq!(
                answer["error"]["status"], error["status"],
                "{row}\n{answer}"
            );
            assert_eq!(
                answer["error"]["scimType"], error["scimType"],
                "{row}\n{answer}"
            );
            assert!(answer["error"]["detail"].is_string());
            continue;
        }
        assert!(answer["resource"].is_object(), "{row}\n{answer}");
        let (found, wanted) = (normal(&answer["resource"]), normal(&row["expected_after"]));
        assert_eq!(found, wanted, "{row}\n{answer}");
        let unchanged = row["unchanged"] == true || row["changed"] == false;
        assert!(!unchanged || answer["changed"] == false, "{row}\n{answer}");
        if let Some(rules) = row.get("rules") {
            let rules = rules.as_array().unwrap();
            let used = answer["rules"].as_array().unwrap();
            assert!(
                used.iter().all(|rule| rules.contains(rule)),
                "{row}\n{answer}"
            );
        }
    }
}

/// The equalities of the vectors: null, an empty list and absence are one; so are `primary: false` and absence; lists have no order;
/// `meta` does not count, and of members only value and type.
fn normal(resource: &Value) -> Value {
    let fields = resource.as_object().unwrap().iter();
    let fields = fields.filter(|(name, _)| *name != "meta");
    let fields = fields.map(|(name, value)| {
        let mut value = value.clone();
        if let (true, Some(members)) = (name == "members", value.as_array_mut()) {
            for member in members {
                let member = member.as_object_mut().unwrap();
                member.retain(|name, _| name == "value" || name == "type");
            }
        }
        (name.to_lowercase(), plain(&value))
    });
    fields
        .filter(|(_, value)| !is_nothing(value))
        .collect::<Map<_, _>>()
        .into()
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Array(list) => {
            let mut list: Vec<_> = list.iter().map(plain).collect();
            list.sort_by_key(Value::to_string);
            list.into()
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.to_lowercase(), plain(value)));
            let fields = fields.filter(|(name, value)| !(name == "primary" && *value == false));
            let fields = fields.filter(|(_, value)| !is_nothing(value));
            fields.collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

#[test]
fn a_broken_line_is_told_and_the_rest_goes_on() {
    let lines = concat!(
        "no JSON\n\n",
        r#"{"id":1,"kind":"filter"}"#,
        "\n",
        r#"{"id":"a","kind":"rhyme","input":"title pr"}"#,
        "\n",
        r#"{"id":[2],"kind":"filter","input":"title pr","profile":"nice"}"#,
        "\n",
        r#"{"id":3,"kind":"filter","input":"title pr","resource":{"schemas":["urn:x:unknown"]}}"#,
        "\n",
        r#"{"id":4,"kind":"filter","input":"title pr","resource":{"title":"a","Title":"b"}}"#,
        "\n",
        r#"{"id":5,"input":"title PR"}"#,
    );
    let output = run(&mut with_widgets("filter_explain"), lines);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r#"
    {"error":"expected a JSON object in one line: expected ident at line 1 column 2","id":null}
    {"error":"`input` is missing","id":1}
    {"error":"`kind` must be `filter` or `path`","id":"a"}
    {"error":"no such profile, the profiles are strict, entra, okta and lenient","id":[2]}
    {"error":"`resource`: no resource type has one of these `schemas`; name the files of its schemas with --schema","id":3}
    {"error":"`resource`: `Title`: this name stands twice in one object","id":4}
    {"accept":true,"id":5,"sexpr":"(pr title)"}
    "#);

    let lines = concat!(
        "[]\n",
        r#"{"id":1,"operations":[]}"#,
        "\n",
        r#"{"id":2,"resource":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"m"}}"#,
        "\n",
        r#"{"id":3,"resource":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"m"},"schemas":["urn:x:unknown"],"operations":[]}"#,
        "\n",
        r#"{"id":4,"resource":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"m"},"request_body":{"a":1,"A":2}}"#,
        "\n",
        r#"{"id":5,"resource":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"m"},"operations":[{"op":"add","path":"title","value":"Pilot"}]}"#,
        "\n",
    );
    let output = run(&mut with_widgets("patch_explain"), lines);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r#"
    {"error":"expected a JSON object in one line: invalid type: sequence, expected a map at line 1 column 0","id":null}
    {"error":"`resource` is missing","id":1}
    {"error":"`operations` or `request_body` is missing","id":2}
    {"error":"no resource type has one of these `schemas`; name the files of its schemas with --schema","id":3}
    {"error":{"detail":"`A`: this name stands twice in one object","scimType":"invalidSyntax","status":400},"id":4}
    {"changed":true,"id":5,"resource":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"title":"Pilot","userName":"m"},"rules":[]}
    "#);
}

#[test]
fn people_see_the_tree_and_the_place_of_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let user = folder.path().join("user.json");
    let resource = &vectors("filter-eval.json")["resources"]["u1"];
    std::fs::write(&user, resource.to_string()).unwrap();
    let mut said = String::new();
    for (filter, options, code) in [
        (
            r#"title pr or emails[type eq "work"]"#,
            &["--resource"][..],
            0,
        ),
        ("not (active eq false) and userName pr", &["--resource"], 1),
        (
            r#"emails[type eq "work"].value"#,
            &["--path", "--resource"],
            0,
        ),
        ("usrName pr", &["--resource"], 1),
        ("usrName pr", &[], 0),
        (r#"userName is "x""#, &[], 1),
        ("userName eq mira", &["--profile", "okta"], 0),
    ] {
        let mut command = example("filter_explain");
        command.arg(filter).args(options);
        if options.contains(&"--resource") {
            command.arg(&user);
        }
        let output = run(&mut command, "");
        said.extend(["$ ", filter, " ", &options.join(" "), "\n"]);
        said += &String::from_utf8(output.stdout).unwrap();
        said += "\n";
        assert_eq!(output.status.code(), Some(code), "{filter}");
    }
    insta::assert_snapshot!(said, @r#"
    $ title pr or emails[type eq "work"] --resource
    (or (pr title) (vp emails (eq type "work")))

    yes  or
    no     title pr
    yes    one value of emails with
             type eq "work"

    the User matches

    $ not (active eq false) and userName pr --resource
    (and (not (eq active false)) (pr userName))

    no   and
    no     not
    yes      active eq false
    yes    userName pr

    the User does not match

    $ emails[type eq "work"].value --path --resource
    (path (vp emails (eq type "work")) value)

    in the User:
      "bjensen@example.com"

    $ usrName pr --resource
    (pr usrName)

    usrName pr

    refused: `usrName`: the schema has no such attribute, did you mean `userName`?

    $ usrName pr 
    (pr usrName)

    usrName pr

    does not fit User: `usrName`: the schema has no such attribute, did you mean `userName`?
    does not fit Group: `usrName`: the schema has no such attribute

    $ userName is "x" 
    userName is "x"
             ^

    refused: unknown operator `is`, use one of eq, ne, co, sw, ew, gt, lt, ge, le, pr at byte 9

    $ userName eq mira --profile okta
    (eq userName "mira")

    userName eq "mira"

    read with the rule FilterBareWord

    fits User
    does not fit Group: `userName`: the schema has no such attribute
    "#);
}

#[test]
fn people_see_what_a_patch_changes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &Value| {
        let file = folder.path().join(name);
        std::fs::write(&file, content.to_string()).unwrap();
        file
    };
    let resource = write(
        "group.json",
        &json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Crew",
            "members": [{ "value": "a", "type": "User" }, { "value": "b", "type": "User" }],
        }),
    );
    let patch = write(
        "patch.json",
        &json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [
                { "op": "Remove", "path": "members", "value": [{ "value": "a" }] },
                { "op": "Add", "path": "members", "value": [{ "value": "c", "type": "User" }] },
            ],
        }),
    );
    let mut said = String::new();
    for (profile, code) in [("entra", 0), ("strict", 1)] {
        let mut command = example("patch_explain");
        command.arg("--resource").arg(&resource);
        command.arg("--patch").arg(&patch);
        command.args(["--profile", profile]);
        let output = run(&mut command, "");
        assert_eq!(output.status.code(), Some(code), "{profile}");
        said.extend(["$ --profile ", profile, "\n"]);
        said += &String::from_utf8(output.stdout).unwrap();
        said += "\n";
    }
    insta::assert_snapshot!(said, @r#"
    $ --profile entra
    changes members

    - members: [{"value":"a","type":"User"},{"value":"b","type":"User"}]
    + members: [{"value":"b","type":"User"},{"value":"c","type":"User"}]

    read with the rule OpCase

    read with the rule RemoveMembersByValue

    $ --profile strict
    400 invalidSyntax: operation 1: `op` must be `add`, `remove` or `replace`, in lower case

    The resource is as it was.
    "#);
}

#[test]
fn wrong_arguments_and_files_end_with_two() {
    let nowhere = fixture("nowhere.json");
    let no_schema = fixture("onboard/changes.json");
    for (name, arguments) in [
        ("filter_explain", vec![]),
        ("filter_explain", vec!["title pr", "--json-lines"]),
        ("filter_explain", vec!["title pr", "--profile", "nice"]),
        (
            "filter_explain",
            vec!["title pr", "--schema", nowhere.to_str().unwrap()],
        ),
        (
            "filter_explain",
            vec!["title pr", "--schema", no_schema.to_str().unwrap()],
        ),
        (
            "filter_explain",
            vec!["title pr", "--resource", nowhere.to_str().unwrap()],
        ),
        ("patch_explain", vec!["--patch", nowhere.to_str().unwrap()]),
        ("filter_to_sql", vec![]),
        ("mapping_explain", vec![]),
        (
            "mapping_explain",
            vec!["--object", nowhere.to_str().unwrap()],
        ),
        (
            "mapping_explain",
            vec![
                "--schema",
                no_schema.to_str().unwrap(),
                "--expression",
                "Now()",
            ],
        ),
    ] {
        let output = run(example(name).args(&arguments), "");
        assert_eq!(output.status.code(), Some(2), "{name} {arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("error: "), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn sql_takes_what_a_client_wrote_as_parameters_only() {
    let mut said = String::new();
    for filter in [
        r#"userName eq "'; DROP TABLE users; --" and not (emails[type eq "work" and primary eq true])"#,
        r#"title pr and nickName sw "m" and meta.created ge "2026-01-05T08:00:00Z""#,
        r#"title eq "a" or nickName eq "b""#,
    ] {
        let output = run(example("filter_to_sql").arg(filter), "");
        assert_eq!(output.status.code(), Some(0));
        said += &String::from_utf8(output.stdout).unwrap();
        said += "\n";
    }
    insta::assert_snapshot!(said, @r#"
    SELECT id FROM users
    WHERE (users.user_name_folded IS NOT NULL AND users.user_name_folded = ?1)
      AND NOT EXISTS (SELECT 1 FROM emails WHERE emails.user_id = users.id AND ((emails.type_folded IS NOT NULL AND emails.type_folded = ?2) AND (coalesce(emails.is_primary, 0) IS NOT NULL AND coalesce(emails.is_primary, 0) = ?3)))
    ?1 = "'; drop table users; --"
    ?2 = "work"
    ?3 = 1

    SELECT id FROM users
    WHERE (users.title_folded IS NOT NULL AND users.title_folded <> '')
      AND (users.created IS NOT NULL AND users.created >= ?1)
    ?1 = 1767600000000000
    not pushed down: `nickName` has no column; look at every row that is found

    SELECT id FROM users
    not pushed down: `nickName` has no column; look at every row that is found
    "#);
}
