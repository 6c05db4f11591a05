//! Accounts that were taken over, or made twice.

use scimkit_server::{Profile, http::Method};
use serde_json::{Value, json};

use crate::tenant::Tenant;

/// CVE-2025-41115: a number in `externalId` became the number of the account.
#[test]
fn an_external_id_opens_no_account_and_becomes_none() {
    let tenant = Tenant::new(Profile::default());
    let admin = tenant.user("admin@harborline.example");
    let guest = tenant.user("guest@harborline.example");
    for (number, external) in [
        "0",
        "1",
        "-1",
        "id-0000",
        "admin",
        admin.as_str(),
        guest.as_str(),
    ]
    .iter()
    .enumerate()
    {
        let body =
            format!(r#"{{"id":"{external}","userName":"u{number}@x","externalId":"{external}"}}"#);
        let created = tenant.post("/Users", &body);
        assert_eq!(created.status, 201, "{external}: {}", created.body);
        assert_ne!(created.body["id"], *external);
        let path = format!("/Users/{}", created.body["id"].as_str().unwrap());
        let patched = tenant.patch(
            &path,
            &format!(r#"[{{"op":"replace","path":"externalId","value":"{admin}"}}]"#),
        );
        assert_eq!(
            (patched.status.as_u16(), &patched.body["id"]),
            (200, &created.body["id"])
        );
        let replaced = tenant.send(Method::PUT, &path, &body);
        assert_eq!(
            (replaced.status.as_u16(), &replaced.body["id"]),
            (200, &created.body["id"])
        );
        let renumbered = tenant.patch(
            &path,
            &format!(r#"[{{"op":"replace","path":"id","value":"{admin}"}}]"#),
        );
        assert_eq!(renumbered.body["scimType"], "mutability");
    }
    for (id, name) in [
        (&admin, "admin@harborline.example"),
        (&guest, "guest@harborline.example"),
    ] {
        let read = tenant.get(&format!("/Users/{id}")).body;
        assert_eq!(
            (
                &read["userName"],
                &read["externalId"],
                &read["meta"]["version"]
            ),
            (&json!(name), &Value::Null, &json!("W/\"1\""))
        );
        let by_id = tenant.get(&format!("/Users?filter=id+eq+%22{id}%22")).body;
        assert_eq!(
            (&by_id["totalResults"], &by_id["Resources"][0]["userName"]),
            (&json!(1), &json!(name))
        );
    }
    for id in ["0", "1", "-1", "admin"] {
        assert_eq!(tenant.get(&format!("/Users/{id}")).status, 404);
    }
}

/// CVE-2019-11282: what a person typed became part of a filter. In the picker of principals it never does, see
/// `principals::users_and_groups_are_found_by_a_fragment_in_any_letter_case`; and a value in a filter stays one, whatever it holds.
#[test]
fn a_value_in_a_filter_is_never_syntax() {
    let tenant = Tenant::new(Profile::default());
    tenant.user("mira@harborline.example");
    for value in [
        r#"x\" or userName pr or userName eq \"x"#,
        r#"x\") or (userName pr"#,
        r#"x\\\" or userName pr or userName eq \""#,
        "%' or '1'='1",
        "%",
        "_ira@harborline.example",
        "*",
        r"mira\u0040harborline.exampl",
    ] {
        let filter: String = form(&format!(r#"userName eq "{value}""#));
        let found = tenant.get(&format!("/Users?filter={filter}"));
        assert_eq!(
            (found.status.as_u16(), &found.body["totalResults"]),
            (200, &json!(0)),
            "{value}"
        );
    }
    for operator in ["co", "sw", "ew"] {
        let filter = form(&format!(r#"userName {operator} "%""#));
        assert_eq!(
            tenant.get(&format!("/Users?filter={filter}")).body["totalResults"],
            0,
            "{operator}"
        );
    }
}

/// A text in a query string.
fn form(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// PostHog#52372, ciso-assistant#4658, eneo#443, langfuse#16027: an account that was there was taken over by whoever came with its mail
/// address, or got a log-in by a password that came with it.
#[test]
fn an_account_is_never_taken_over_by_its_mail() {
    let tenant = Tenant::new(Profile::default());
    let body = r#"{"userName":"owner","emails":[{"value":"owner@harborline.example","type":"work","primary":true}],"externalId":"e1"}"#;
    let owner = tenant.post("/Users", body).body;
    let path = format!("/Users/{}", owner["id"].as_str().unwrap());
    let body = r#"{"userName":"stranger","emails":[{"value":"OWNER@harborline.example","type":"work","primary":true}],"externalId":"e1","password":"Wysteria7"}"#;
    let stranger = tenant.post("/Users", body);
    assert_eq!(stranger.status, 201);
    assert_ne!(stranger.body["id"], owner["id"]);
    assert_eq!(tenant.get(&path).body, owner);
    assert!(!format!("{:?}", tenant.events()).contains("Wysteria7"));
    let taken = tenant.post(
        "/Users",
        r#"{"userName":"OWNER","emails":[{"value":"stranger@x"}]}"#,
    );
    assert_eq!(taken.status, 409, "by its name neither");
    assert_eq!(tenant.get(&path).body, owner);
}

/// langfuse#13528, onyx#14097: a name in other letters passed the check for duplicates. Here what a filter calls equal is what a create
/// is refused for: there are no two opinions. Look-alikes that Unicode does not fold are different names, for both.
#[test]
fn what_a_filter_calls_equal_cannot_be_made_twice() {
    for (name, variant, same) in [
        ("mira@x", "MIRA@X", true),
        ("straße@x", "STRASSE@x", true),
        ("straße@x", "STRAẞE@X", true),
        ("\u{e5}ngström@x", "A\u{30a}NGSTRÖM@x", true),
        ("ﬁnn@x", "FINN@x", true),
        ("σίσυφος@x", "ΣΊΣΥΦΟΣ@x", true),
        ("kelvin@x", "\u{212a}elvin@x", true),
        ("ilo@x", "ılo@x", false),
        ("mira@x", "ｍｉｒａ@x", false),
        ("mira@x", "mi\u{200b}ra@x", false),
        ("mira@x", " mira@x", false),
        ("mira@x", "mіra@x", false),
    ] {
        let tenant = Tenant::new(Profile::default());
        tenant.user(name);
        let filter = form(&format!(r#"userName eq "{variant}""#));
        let found = tenant.get(&format!("/Users?filter={filter}")).body["totalResults"] == 1;
        let created = tenant.post("/Users", &json!({"userName": variant}).to_string());
        assert_eq!(
            (found, created.status.as_u16()),
            (same, if same { 409 } else { 201 }),
            "{name} {variant}"
        );
        let other = tenant.user("other@x");
        let renamed = tenant.patch(
            &format!("/Users/{other}"),
            &format!(r#"[{{"op":"replace","path":"userName","value":"{variant}"}}]"#),
        );
        assert_eq!(renamed.status, 409, "a rename is no way around it");
    }
}
