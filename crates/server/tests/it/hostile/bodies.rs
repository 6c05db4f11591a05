//! Bodies that are no JSON, or more of it than anybody needs.

use scimkit_server::{
    Profile,
    bytes::Bytes,
    http::{Method, Request},
};

use super::state;
use crate::tenant::{Answer, Tenant};

fn send(tenant: &Tenant, method: &Method, path: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method(method.clone())
        .uri(format!("/scim/v2{path}"))
        .header("authorization", format!("Bearer {}", tenant.token))
        .header("content-type", "application/scim+json");
    tenant.answer(request.body(Bytes::from(body)).unwrap())
}

/// Every address that takes a body.
fn takers(user: &str, group: &str) -> Vec<(Method, String)> {
    vec![
        (Method::POST, "/Users".into()),
        (Method::POST, "/Groups".into()),
        (Method::PUT, format!("/Users/{user}")),
        (Method::PUT, format!("/Groups/{group}")),
        (Method::PATCH, format!("/Users/{user}")),
        (Method::PATCH, format!("/Groups/{group}")),
        (Method::POST, "/.search".into()),
        (Method::POST, "/Users/.search".into()),
        (Method::POST, "/Bulk".into()),
    ]
}

/// Bytes that are no JSON object that may be sent here.
#[expect(clippy::too_many_lines, reason = "a table")]
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let user = r#"{"userName":"mira"}"#;
    let wide =
        |encode: fn(u16) -> [u8; 2]| user.encode_utf16().flat_map(encode).collect::<Vec<u8>>();
    vec![
        ("nothing", Vec::new()),
        ("blanks", text(" \r\n\t ")),
        ("a NUL", vec![0]),
        (
            "a byte order mark",
            [b"\xef\xbb\xbf", user.as_bytes()].concat(),
        ),
        ("UTF-16", wide(u16::to_le_bytes)),
        ("UTF-16 of the other end", wide(u16::to_be_bytes)),
        ("no UTF-8", b"{\"userName\":\"mi\xffra\"}".to_vec()),
        (
            "overlong UTF-8",
            b"{\"userName\":\"mi\xc0\xafra\"}".to_vec(),
        ),
        (
            "a surrogate in UTF-8",
            b"{\"userName\":\"mi\xed\xa0\x80ra\"}".to_vec(),
        ),
        ("no UTF-8 in a name", b"{\"user\xff\":\"mira\"}".to_vec()),
        (
            "an escaped lone surrogate",
            text(r#"{"userName":"mi\ud800ra"}"#),
        ),
        (
            "a surrogate pair the wrong way round",
            text(r#"{"userName":"\udc00\ud800"}"#),
        ),
        ("an escaped NUL", text(r#"{"userName":"mi\u0000ra"}"#)),
        (
            "an escaped NUL in a name",
            text(r#"{"user\u0000Name":"mira"}"#),
        ),
        ("a raw NUL", b"{\"userName\":\"mi\0ra\"}".to_vec()),
        ("a raw line feed in text", text("{\"userName\":\"mi\nra\"}")),
        ("null", text("null")),
        ("true", text("true")),
        ("a number", text("5")),
        ("text", text(r#""userName""#)),
        ("an array", text(r#"[{"userName":"mira"}]"#)),
        (
            "two objects",
            text(r#"{"userName":"mira"}{"userName":"ben"}"#),
        ),
        ("something behind it", text(r#"{"userName":"mira"} x"#)),
        ("a comma behind it", text(r#"{"userName":"mira"},"#)),
        ("a trailing comma", text(r#"{"userName":"mira",}"#)),
        ("a comment", text(r#"{"userName":"mira"/* x */}"#)),
        ("single quotes", text("{'userName':'mira'}")),
        ("bare names", text(r#"{userName:"mira"}"#)),
        ("half of it", text(r#"{"userName":"mi"#)),
        ("NaN", text(r#"{"userName":NaN}"#)),
        (
            "a number past a double",
            text(r#"{"userName":"mira","odd":1e400}"#),
        ),
        (
            "a number past a negative double",
            text(r#"{"userName":"mira","odd":-1e400}"#),
        ),
        (
            "a number with a leading zero",
            text(r#"{"userName":"mira","odd":01}"#),
        ),
        (
            "a hexadecimal number",
            text(r#"{"userName":"mira","odd":0x1F}"#),
        ),
        (
            "one name twice",
            text(r#"{"userName":"mira","userName":"ben"}"#),
        ),
        (
            "one name twice in other case",
            text(r#"{"userName":"mira","USERNAME":"ben"}"#),
        ),
        (
            "one name twice by an escape",
            text(r#"{"userName":"mira","user\u004eame":"ben"}"#),
        ),
        (
            "one name twice inside",
            text(r#"{"userName":"mira","name":{"givenName":"a","GivenName":"b"}}"#),
        ),
        (
            "one unknown name twice",
            text(r#"{"userName":"mira","odd":1,"odd":2}"#),
        ),
        (
            "one name twice in a list",
            text(r#"{"userName":"mira","emails":[{"value":"a","value":"b"}]}"#),
        ),
        (
            "arrays in arrays",
            [
                text(r#"{"userName":"mira","odd":"#),
                vec![b'['; 500_000],
                vec![b']'; 500_000],
                text("}"),
            ]
            .concat(),
        ),
        ("arrays in arrays without an end", vec![b'['; 1_000_000]),
        (
            "objects in objects",
            [
                text(&r#"{"a":"#.repeat(100_000)),
                text("1"),
                vec![b'}'; 100_000],
            ]
            .concat(),
        ),
        ("a form", text("userName=mira&active=true")),
        (
            "XML",
            text("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY y \"z\">]><x>&y;</x>"),
        ),
    ]
}

#[test]
fn a_broken_body_is_refused_everywhere_and_leaves_no_trace() {
    let tenant = Tenant::new(Profile::default());
    let (user, group) = (tenant.user("first"), tenant.group("first", &[]));
    let before = state(&tenant);
    for (name, body) in broken() {
        for (method, path) in takers(&user, &group) {
            let answer = send(&tenant, &method, &path, body.clone());
            let what = format!("{name}: {method} {path} {}", answer.body);
            assert_eq!(
                (answer.status.as_u16(), answer.body["scimType"].as_str()),
                (400, Some("invalidSyntax")),
                "{what}"
            );
            assert_eq!(answer.body["status"], "400", "{what}");
            assert!((1..400).contains(&answer.detail().len()), "{what}");
        }
        assert_eq!(state(&tenant), before, "{name}");
    }
}

/// JSON has no largest integer; a service has one.
#[test]
fn an_integer_past_64_bits_is_refused() {
    let tenant = Tenant::new(Profile::default());
    let body = r#"{"userName":"mira","odd":123456789012345678901234567890}"#;
    assert_eq!(
        tenant.post("/Users", body).error(),
        "400 invalidValue: `odd`: the number is outside the range of 64-bit integers"
    );
    assert!(tenant.events().is_empty());
}

/// Bodies within the limits that would cost much where each of their parts is searched for among the others: minutes, for these. How
/// long they take here is left to the one who waits for the test.
#[test]
fn long_bodies_cost_no_more_than_their_length() {
    let tenant = Tenant::new(Profile::default());
    let user = tenant.user("first");
    let list = |number: usize, one: &dyn Fn(usize) -> String| {
        (0..number).map(one).collect::<Vec<_>>().join(",")
    };
    let bodies = [
        (
            "many unknown names",
            list(60_000, &|n| format!(r#""odd{n}":1"#)),
        ),
        (
            "many names of one extension",
            format!(
                r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{{{}}}"#,
                list(60_000, &|n| format!(r#""odd{n}":1"#))
            ),
        ),
        (
            "many mail addresses",
            format!(
                r#""emails":[{}]"#,
                list(25_000, &|n| format!(
                    r#"{{"value":"m{n}@x","type":"work"}}"#
                ))
            ),
        ),
        (
            "one mail address many times",
            format!(
                r#""emails":[{}]"#,
                list(25_000, &|_| r#"{"value":"m@x","type":"work"}"#.into())
            ),
        ),
        (
            "many schemas",
            format!(
                r#""schemas":[{}]"#,
                list(60_000, &|n| format!(r#""urn:x:{n}""#))
            ),
        ),
        (
            "many empty objects",
            format!(r#""emails":[{}]"#, list(200_000, &|_| "{}".into())),
        ),
        ("a long name", format!(r#""{}":1"#, "a".repeat(900_000))),
        (
            "a long text",
            format!(r#""title":"{}""#, "a".repeat(900_000)),
        ),
        (
            "a long text of escapes",
            format!(r#""title":"{}""#, r"\u0041".repeat(150_000)),
        ),
    ];
    for (name, attributes) in bodies {
        let body = format!(
            r#"{{"userName":"{}",{attributes}}}"#,
            name.replace(' ', ".")
        );
        let created = tenant.post("/Users", &body);
        let replaced = tenant.send(
            Method::PUT,
            &format!("/Users/{user}"),
            &body.replace("\"userName\":\"", "\"userName\":\"put."),
        );
        let patched = tenant.patch(
            &format!("/Users/{user}"),
            &format!(r#"[{{"op":"add","value":{{{attributes}}}}}]"#),
        );
        for answer in [created, replaced, patched] {
            assert!(
                matches!(answer.status.as_u16(), 200 | 201 | 400 | 413),
                "{name}: {} {}",
                answer.status,
                answer.detail()
            );
        }
    }
}

/// Names that mean something elsewhere mean nothing here.
#[test]
fn names_of_other_worlds_are_unknown_attributes() {
    let tenant = Tenant::new(Profile::default());
    for (number, odd) in [
        r#""__proto__":{"admin":true}"#,
        r#""constructor":{"prototype":{}}"#,
        r#""$where":"1""#,
        r#""":1"#,
        r#"" ":1"#,
        r#""userName ":"x""#,
        r#""name.givenName":"x""#,
        r#""emails[0]":"x""#,
        r#""\u202euserName":"x""#,
    ]
    .iter()
    .enumerate()
    {
        let created = tenant.post("/Users", &format!(r#"{{"userName":"u{number}",{odd}}}"#));
        assert_eq!(created.status, 201, "{odd}: {}", created.body);
        let mut names: Vec<_> = created
            .body
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["active", "id", "meta", "schemas", "userName"],
            "{odd}"
        );
        assert_eq!(created.body["userName"], format!("u{number}"));
    }
}
