//! What is wrong with a configuration is named, with its place and the mend.

use crate::workshop::Workshop;

const RIGHT: &str = r#"name = "Quayside"
state = "provision.db"
[source]
file = "export.json"
[target]
url = "https://tenant.harborline.example/scim/v2"
token = "env:SCIM_TOKEN"
[mapping]
template = "generic"
"#;

/// What the program says about the right configuration with something replaced.
fn said(from: &str, to: &str) -> String {
    assert!(RIGHT.contains(from), "{from}");
    let work = Workshop::with(&RIGHT.replace(from, to));
    let done = work.run(&["plan"]);
    assert_eq!((done.code, &*done.text), (1, ""));
    done.errors
        .trim_end()
        .replace(&work.file("").display().to_string(), "")
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let url = "https://tenant.harborline.example/scim/v2";
    insta::assert_snapshot!([
        said("name = \"Quayside\"", "name = Quayside"),
        said("name = \"Quayside\"\n", ""),
        said("state = \"provision.db\"", "state = 7"),
        said("[mapping]", "colour = \"red\"\n[mapping]"),
        said("file = \"export.json\"", ""),
        said("file = \"export.json\"", "file = \"export.json\"\n[source.csv]\nusers = \"users.csv\""),
        said("file = \"export.json\"", "csv = { users = \"users.csv\", groups = \"groups.csv\" }"),
        said("file = \"export.json\"", "graph = { tenant = \"t\", client_id = \"c\", secret = \"env:NOT_SET_ANYWHERE\", service_principal = \"s\" }"),
        said("file = \"export.json\"", "graph = { tenant = \"t\", client_id = \"c\", secret = \"env:PATH\", service_principal = \"s\", base_url = \"graph\" }"),
        said(url, "tenant.harborline.example"),
        said(url, "http://tenant.harborline.example/scim/v2"),
        said(url, "https://tenant.harborline.example/scim/v2/Users"),
        said("token = \"env:SCIM_TOKEN\"", "token = \"hl_9f2c77\""),
        said("token = \"env:SCIM_TOKEN\"", ""),
        said("token = \"env:SCIM_TOKEN\"", "dialect = \"azure\""),
        said("token = \"env:SCIM_TOKEN\"", "oauth = { token_url = \"http://login.example/token\", client_id = \"c\", secret = \"env:SECRET\" }"),
        said("template = \"generic\"", "template = \"okta\""),
        said("template = \"generic\"", "file = \"mapping.json\""),
        said("template = \"generic\"", ""),
        said("template = \"generic\"", "template = \"generic\"\n[provisioning]\ninterval = \"40\""),
        said("template = \"generic\"", "template = \"generic\"\n[provisioning]\nscope = \"all\""),
    ].join("\n"), @"
    provision: `provision.toml`, line 1, column 8: string values must be quoted, expected literal string
    provision: `provision.toml`, line 1, column 1: missing field `name`
    provision: `provision.toml`, line 2, column 9: invalid type: integer `7`, expected path string
    provision: `provision.toml`, line 8, column 1: unknown field `colour`, expected one of `url`, `token`, `oauth`, `dialect`, `plain_http`
    provision: `provision.toml`, line 3, column 1: `[source]` has exactly one of `file`, a table `[source.csv]` and a table `[source.graph]`
    provision: `provision.toml`, line 3, column 1: `[source]` has exactly one of `file`, a table `[source.csv]` and a table `[source.graph]`
    provision: `provision.toml`, line 4, column 39: `groups` and `members` go together: give both files, or neither
    provision: `provision.toml`, line 4, column 51: the environment variable `NOT_SET_ANYWHERE` is not set: export it before starting
    provision: `provision.toml`, line 4, column 99: the address does not begin with `https://`: it must look like `https://host/scim/v2`
    provision: `provision.toml`, line 6, column 7: the address does not begin with `https://`: it must look like `https://host/scim/v2`
    provision: `provision.toml`, line 6, column 7: plain http to `tenant.harborline.example` would show the token to everybody on the way: use `https://`; plain http is for this machine only
    provision: `provision.toml`, line 6, column 7: the address ends in `/Users`, which is added by itself: use `https://tenant.harborline.example/scim/v2`
    provision: `provision.toml`, line 7, column 9: say where the secret is kept, as `env:NAME` or `file:PATH`; the secret itself is never stored
    provision: `provision.toml`, line 5, column 1: `[target]` has either a `token` or a table `[target.oauth]`
    provision: `provision.toml`, line 7, column 11: unknown variant `azure`, expected `entra` or `rfc`
    provision: `provision.toml`, line 7, column 23: the address of the token endpoint does not begin with `https://`, and everybody on the way would see the secret; plain http is for this machine only
    provision: `provision.toml`, line 9, column 12: unknown variant `okta`, expected `generic` or `netskope`
    provision: `provision.toml`, line 9, column 8: `mapping.json`: No such file or directory (os error 2)
    provision: `provision.toml`, line 8, column 1: `[mapping]` has either a `template`, which is `generic` or `netskope`, or a `file` with a synchronization schema
    provision: `provision.toml`, line 11, column 12: an interval is a whole number with `s`, `m` or `h` behind it, such as `40m`
    provision: `provision.toml`, line 11, column 9: unknown variant `all`, expected `assigned` or `everyone`
    ");
}

#[test]
fn wrong_usage_ends_with_its_own_code() {
    let work = Workshop::with(RIGHT);
    assert_eq!(work.run(&["plan", "--colour"]).code, 1);
    assert_eq!(work.run(&[]).code, 1);
    assert_eq!(work.run(&["log", "--since", "yesterday"]).code, 1);
    assert_eq!(work.run(&["--help"]).code, 0);
    let missing = work.run(&["--config", "nowhere.toml", "plan"]);
    assert_eq!(missing.code, 1);
    assert!(
        missing
            .errors
            .contains("the configuration `nowhere.toml` cannot be read"),
        "{}",
        missing.errors
    );
    let untested = work.run(&["plan"]);
    assert!(
        untested.errors.contains("(`provision test` does both)"),
        "{}",
        untested.errors
    );
}

#[test]
fn the_configuration_of_the_book_is_right() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/provision.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, toml) = page.split_once("```toml\n").unwrap();
    let (toml, _) = toml.split_once("```").unwrap();
    let is_right = |toml: &str| {
        let said = Workshop::with(toml).run(&["status"]).errors;
        assert!(
            said.contains("no application `Quayside` is saved"),
            "{toml}\n{said}"
        );
    };
    is_right(toml);
    // and so is what stands behind the number signs
    let file = "file = \"export.json\"";
    let csv = ["users", "groups", "members", "assignments"];
    is_right(&with_table(&toml.replace(file, ""), "[source.csv]", &csv));
    let graph = [
        "tenant",
        "client_id",
        "secret",
        "service_principal",
        "properties",
    ];
    is_right(&with_table(
        &toml.replace(file, ""),
        "[source.graph]",
        &graph,
    ));
    let oauth = ["token_url", "client_id", "secret", "scope", "secret_in"];
    let token = "token = \"file:tenant.token\"";
    is_right(&with_table(
        &toml.replace(token, ""),
        "[target.oauth]",
        &oauth,
    ));
}

/// The text with the number sign taken from the header of a table, and from the lines of it that begin with one of these names.
fn with_table(text: &str, header: &str, names: &[&str]) -> String {
    let (before, behind) = text.split_once(&format!("# {header}")).unwrap();
    let (table, rest) = behind.split_once("\n\n").unwrap();
    let lines = table.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest)
            if names
                .iter()
                .any(|name| rest.starts_with(&format!("{name} = "))) =>
        {
            rest
        }
        _ => line,
    });
    let table = lines.collect::<Vec<_>>().join("\n");
    format!("{before}{header}{table}\n\n{rest}")
}
