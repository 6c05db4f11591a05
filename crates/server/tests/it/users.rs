//! One user from creation to deletion.

use scimkit_server::{
    Profile,
    bytes::Bytes,
    http::{Method, Request},
};
use serde_json::json;

use crate::tenant::Tenant;

#[test]
fn a_user_is_created_read_replaced_and_deleted() {
    let tenant = Tenant::new(Profile::strict());
    let created = tenant.post(
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira@x","externalId":"e1",
            "emails":[{"type":"work","value":"mira@x","primary":true}],"password":"t0p"}"#,
    );
    assert_eq!(created.status, 201);
    assert_eq!(
        created.body,
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "id-0000",
            "externalId": "e1",
            "userName": "mira@x",
            "active": true,
            "emails": [{ "value": "mira@x", "type": "work", "primary": true }],
            "meta": {
                "resourceType": "User",
                "created": "2026-01-05T08:00:00Z",
                "lastModified": "2026-01-05T08:00:00Z",
                "location": "https://tenant.example/scim/v2/Users/id-0000",
                "version": "W/\"1\""
            }
        })
    );
    assert_eq!(
        created.header("location"),
        "https://tenant.example/scim/v2/Users/id-0000"
    );
    assert_eq!(created.header("etag"), "W/\"1\"");
    assert_eq!(created.header("content-type"), "application/scim+json");
    assert_eq!(tenant.get("/Users/id-0000").body, created.body);

    tenant.clock.advance(60);
    let body = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"other","userName":"Mira@x"}"#;
    let replaced = tenant.send(Method::PUT, "/Users/id-0000", body);
    assert_eq!(replaced.status, 200, "{}", replaced.body);
    assert_eq!(replaced.body["id"], "id-0000");
    assert_eq!(replaced.body["userName"], "Mira@x");
    assert_eq!(replaced.body["emails"], json!(null));
    assert_eq!(replaced.body["meta"]["created"], "2026-01-05T08:00:00Z");
    assert_eq!(
        replaced.body["meta"]["lastModified"],
        "2026-01-05T08:01:00Z"
    );

    assert_eq!(
        tenant.send(Method::DELETE, "/Users/id-0000", "").status,
        204
    );
    assert_eq!(
        tenant.get("/Users/id-0000").error(),
        "404 -: there is no User of this id here"
    );
    assert_eq!(
        tenant.send(Method::DELETE, "/Users/id-0000", "").status,
        404
    );
}

#[test]
fn letters_of_any_script_come_back_as_they_were_sent() {
    let tenant = Tenant::new(Profile::strict());
    let name = "Zoë 東京 🚢 \u{5e9}\u{5dc}\u{5d5}\u{5dd}";
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "zoe@x", "displayName": name});
    for content_type in [
        "application/scim+json",
        "application/scim+json; charset=utf-8",
    ] {
        let headers = [("content-type", content_type)];
        let created = tenant.send_with(Method::POST, "/Users", &headers, &body.to_string());
        assert_eq!(created.status, 201, "{}", created.body);
        assert_eq!(created.body["displayName"], name);
        let text = std::str::from_utf8(created.response.body()).unwrap();
        assert!(text.contains("東京"), "{text}");
        let path = format!("/Users/{}", created.body["id"].as_str().unwrap());
        assert_eq!(tenant.get(&path).body["displayName"], name);
        tenant.send(Method::DELETE, &path, "");
    }
    let latin = Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", tenant.token))
        .body(Bytes::from_static(b"{\"userName\":\"zo\xeb\"}"));
    assert_eq!(tenant.answer(latin.unwrap()).status, 400);
    let wide: Vec<u8> = body
        .to_string()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let wide = Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", tenant.token))
        .header("content-type", "application/scim+json; charset=utf-16")
        .body(Bytes::from(wide));
    assert_eq!(tenant.answer(wide.unwrap()).status, 400);
}

#[test]
fn what_was_read_can_be_sent_back_as_it_is() {
    let tenant = Tenant::new(Profile::strict());
    let id = tenant.user("mira@x");
    tenant.group("Crew", &[&id]);
    let path = format!("/Users/{id}");
    let read = tenant.get(&path);
    assert_eq!(read.body["groups"][0]["display"], "Crew");
    let events = tenant.events();
    let put = tenant.send(Method::PUT, &path, &read.body.to_string());
    assert_eq!(
        (put.status.as_u16(), &put.body, put.header("etag")),
        (200, &read.body, read.header("etag"))
    );
    assert_eq!(tenant.events(), events);
}

#[test]
fn every_effective_write_is_one_event() {
    let tenant = Tenant::new(Profile::lenient());
    let id = tenant.user("mira@x");
    tenant.patch(
        &format!("/Users/{id}"),
        r#"[{"op":"Replace","path":"active","value":"False"}]"#,
    );
    tenant.patch(
        &format!("/Users/{id}"),
        r#"[{"op":"Replace","path":"active","value":"False"}]"#,
    );
    tenant.post("/Users", r#"{"userName":"mira@x"}"#);
    tenant.send(Method::DELETE, &format!("/Users/{id}"), "");
    let seen: Vec<_> = tenant
        .events()
        .into_iter()
        .map(|event| {
            format!(
                "{} {} {} {:?} {:?}",
                event.seq,
                event.draft.actor,
                event.draft.action.as_str(),
                event
                    .draft
                    .changes
                    .iter()
                    .map(|change| &*change.path)
                    .collect::<Vec<_>>(),
                event.draft.notes
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            r#"1 Azure AD create ["schemas", "userName", "active"] []"#,
            r#"2 Azure AD patch ["active"] ["accepted by the rule OpCase", "accepted by the rule StringBoolean"]"#,
            "3 Azure AD delete [] []",
        ]
    );
}

#[test]
fn a_taken_user_name_is_409_in_any_letter_case() {
    let tenant = Tenant::new(Profile::lenient());
    tenant.user("mira@x");
    let other = tenant.user("other@x");
    let taken = "409 uniqueness: the value of `userName` is taken: choose another, or change the resource that has it";
    assert_eq!(
        tenant.post("/Users", r#"{"userName":"MIRA@x"}"#).error(),
        taken
    );
    let patched = tenant.patch(
        &format!("/Users/{other}"),
        r#"[{"op":"replace","path":"userName","value":"Mira@X"}]"#,
    );
    assert_eq!(patched.error(), taken);
    assert_eq!(
        tenant.get(&format!("/Users/{other}")).body["userName"],
        "other@x"
    );
}

#[test]
fn entity_tags_guard_reads_and_writes() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let unchanged = tenant.send_with(Method::GET, &path, &[("if-none-match", "W/\"1\"")], "");
    assert_eq!(
        (unchanged.status.as_u16(), unchanged.response.body().len()),
        (304, 0)
    );
    let body = r#"{"userName":"renamed@x"}"#;
    assert_eq!(
        tenant
            .send_with(Method::PUT, &path, &[("if-match", "\"1\"")], body)
            .status,
        200
    );
    for (method, body) in [
        (Method::PUT, body),
        (
            Method::PATCH,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"x"}]}"#,
        ),
        (Method::DELETE, ""),
    ] {
        assert_eq!(
            tenant
                .send_with(method, &path, &[("if-match", "W/\"1\"")], body)
                .status,
            412
        );
    }
    let odd = tenant.send_with(Method::PUT, &path, &[("if-match", "three")], body);
    assert_eq!(
        odd.error(),
        "400 invalidValue: `if-match`: `three` is no entity tag: write it like W/\"3\""
    );
    assert_eq!(
        tenant
            .send_with(Method::DELETE, &path, &[("if-match", "*")], "")
            .status,
        204
    );
}

#[test]
fn an_inactive_user_stays_readable_and_comes_back() {
    let tenant = Tenant::new(Profile::entra());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    tenant.patch(
        &path,
        r#"[{"op":"Replace","path":"active","value":"False"}]"#,
    );
    assert_eq!(tenant.get(&path).body["active"], false);
    assert_eq!(
        tenant.get("/Users?filter=userName+eq+%22mira%40x%22").body["totalResults"],
        1
    );
    tenant.patch(
        &path,
        r#"[{"op":"Replace","path":"active","value":"True"}]"#,
    );
    assert_eq!(tenant.get(&path).body["active"], true);
}

#[test]
fn a_replacement_does_not_wake_a_disabled_user() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    tenant.patch(&path, r#"[{"op":"replace","path":"active","value":false}]"#);
    let silent = tenant.send(
        Method::PUT,
        &path,
        r#"{"userName":"mira@x","title":"Pilot"}"#,
    );
    assert_eq!(
        (silent.status.as_u16(), &silent.body["active"]),
        (200, &json!(false))
    );
    let null = tenant.send(Method::PUT, &path, r#"{"userName":"mira@x","active":null}"#);
    assert_eq!(
        null.error(),
        "400 invalidValue: `active`: a state needs a value: say which, or leave it out"
    );
    assert_eq!(tenant.get(&path).body["active"], false);
}
