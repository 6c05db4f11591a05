//! State before, operation, state after: one row each.

use serde_json::{Value, json};

use super::{ENTERPRISE, create, patch, under_both};

/// A row: attributes that the user has, the operations, and attributes afterwards, with null for what is absent.
type Row = (&'static str, &'static str, &'static str);

const USERS: &[Row] = &[
    (
        r#""active":true"#,
        r#"{"op":"Replace","path":"active","value":"False"}"#,
        r#""active":false"#,
    ),
    (
        r#""active":false"#,
        r#"{"op":"Add","path":"active","value":"true"}"#,
        r#""active":true"#,
    ),
    (
        "",
        r#"{"op":"Add","path":"emails[type eq \"work\"].value","value":"a@x"}"#,
        r#""emails":[{"value":"a@x","type":"work"}]"#,
    ),
    (
        r#""emails":[{"type":"home","value":"h@x"}]"#,
        r#"{"op":"Add","path":"emails[type eq \"work\"].value","value":"a@x"}"#,
        r#""emails":[{"value":"h@x","type":"home"},{"value":"a@x","type":"work"}]"#,
    ),
    (
        r#""emails":[{"type":"work","value":"a@x","primary":true}]"#,
        r#"{"op":"Replace","path":"emails[type eq \"work\"].value","value":"b@x"}"#,
        r#""emails":[{"value":"b@x","type":"work","primary":true}]"#,
    ),
    (
        r#""name":{"givenName":"A","familyName":"K"}"#,
        r#"{"op":"replace","value":{"name.familyName":"L"}}"#,
        r#""name":{"givenName":"A","familyName":"L"}"#,
    ),
    (
        "",
        r#"{"op":"Add","path":"ENT:department","value":"R"}"#,
        r#""ENT":{"department":"R"}"#,
    ),
    (
        "",
        r#"{"op":"Add","path":"ENT:manager","value":"u2"}"#,
        r#""ENT":{"manager":{"value":"u2"}}"#,
    ),
    (
        r#""ENT":{"manager":{"value":"u2"}}"#,
        r#"{"op":"Replace","path":"ENT:manager","value":"u3"}"#,
        r#""ENT":{"manager":{"value":"u3"}}"#,
    ),
    (
        r#""ENT":{"manager":{"value":"u3"}}"#,
        r#"{"op":"Replace","path":"ENT:manager","value":""}"#,
        r#""ENT":null"#,
    ),
    (
        r#""ENT":{"manager":{"value":"u3"}}"#,
        r#"{"op":"Replace","path":"ENT:manager","value":null}"#,
        r#""ENT":null"#,
    ),
    (
        r#""ENT":{"manager":{"value":"u3"}}"#,
        r#"{"op":"Replace","path":"ENT:manager","value":{"value":""}}"#,
        r#""ENT":null"#,
    ),
    (
        "",
        r#"{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Admin"}"#,
        r#""roles":[{"value":"Admin","primary":true}]"#,
    ),
    (
        r#""displayName":"X""#,
        r#"{"op":"Replace","path":"displayName","value":[{"$ref":null,"value":"Y"}]}"#,
        r#""displayName":"Y""#,
    ),
    (
        r#""displayName":"X""#,
        r#"{"op":"remove","path":"displayName"},{"op":"add","path":"displayName","value":"Y"},{"op":"replace","path":"displayName","value":"Z"}"#,
        r#""displayName":"Z""#,
    ),
    (
        r#""nickName":"N""#,
        r#"{"op":"replace","path":"nickName","value":""}"#,
        r#""nickName":null"#,
    ),
    (
        r#""nickName":"N""#,
        r#"{"op":"replace","path":"nickName","value":null}"#,
        r#""nickName":null"#,
    ),
    (
        r#""displayName":"X""#,
        r#"{"op":"Replace","path":"displayName","value":"X"}"#,
        r#""displayName":"X""#,
    ),
];

#[test]
fn users_are_what_the_operation_makes_of_them() {
    for (before, operation, after) in USERS {
        under_both(|tenant| {
            let full = |text: &str| text.replace("ENT", ENTERPRISE);
            let separator = if before.is_empty() { "" } else { "," };
            let body = full(&format!(
                r#"{{"userName":"ada@contoso.example"{separator}{before}}}"#
            ));
            let path = create(tenant, "/Users", &body);
            let read = patch(tenant, &path, &format!("[{}]", full(operation)));
            let expected: Value = serde_json::from_str(&full(&format!("{{{after}}}"))).unwrap();
            for (name, value) in expected.as_object().unwrap() {
                assert_eq!(&read[&**name], value, "{operation}");
            }
            if !read[ENTERPRISE].is_null() {
                let schemas = read["schemas"].as_array().unwrap();
                assert!(schemas.contains(&json!(ENTERPRISE)), "{operation}");
            }
        });
    }
}

/// Members before, operation, members after, by the letters of their names.
const MEMBERS: &[(&str, &str, &str)] = &[
    (
        "ab",
        r#"{"op":"Remove","path":"members","value":[{"value":"<a>"}]}"#,
        "b",
    ),
    (
        "b",
        r#"{"op":"Remove","path":"members","value":[{"value":"<a>"}]}"#,
        "b",
    ),
    (
        "ab",
        r#"{"op":"remove","path":"members[value eq \"<a>\"]"}"#,
        "b",
    ),
    (
        "a",
        r#"{"op":"Add","path":"members","value":[{"value":"<a>"},{"$ref":null,"value":"<b>"}]}"#,
        "ab",
    ),
    (
        "ab",
        r#"{"op":"replace","path":"members","value":[{"value":"<c>"}]}"#,
        "c",
    ),
    ("ab", r#"{"op":"replace","path":"members","value":[]}"#, ""),
    ("ab", r#"{"op":"Add","path":"members","value":[]}"#, "ab"),
    (
        "",
        r#"{"op":"add","value":{"members":[{"value":"<a>"}]}}"#,
        "a",
    ),
    ("", r#"{"op":"Add","path":"members","value":"<a>"}"#, "a"),
    (
        "a",
        r#"{"op":"add","path":"members","value":[{"value":"<b>"}]},{"op":"remove","path":"members[value eq \"<b>\"]"}"#,
        "a",
    ),
];

#[test]
fn members_are_what_the_operation_makes_of_them() {
    for (before, operation, after) in MEMBERS {
        under_both(|tenant| {
            let users = ["a", "b", "c"].map(|name| tenant.user(name));
            let of = |letters: &str| -> Vec<String> {
                let ids = letters
                    .bytes()
                    .map(|letter| users[usize::from(letter - b'a')].clone());
                ids.collect()
            };
            let ids = of(before);
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            let path = format!("/Groups/{}", tenant.group("Engineers", &ids));
            let operation = ["a", "b", "c"]
                .iter()
                .zip(&users)
                .fold((*operation).to_owned(), |text, (letter, user)| {
                    text.replace(&format!("<{letter}>"), user)
                });
            let read = patch(tenant, &path, &format!("[{operation}]"));
            assert_eq!(super::members(&read), of(after), "{operation}");
        });
    }
}
