//! What strangers send: each ends in a SCIM error that names the place and the mend, and nothing is half-written.

use scimkit_server::{Profile, http::Method};

use crate::tenant::Tenant;

#[test]
fn messages_name_place_and_mend() {
    let tenant = Tenant::new(Profile::lenient());
    let post = |body: &str| tenant.post("/Users", body).error();
    let list = |query: &str| tenant.get(&format!("/Users?{query}")).error();
    insta::assert_snapshot!(
        [
            post(""),
            post("{"),
            post("[]"),
            post(r#"{"userName":"a","USERNAME":"b"}"#),
            post(r#"{"userName":{"x":1}}"#),
            post(r#"{"userName":"a\u0000b"}"#),
            post(r#"{"userName":"a","active":"disabled"}"#),
            post(r#"{"userName":"a","emails":[{"value":5}]}"#),
            post(r#"{"userName":"a","emails":"a@x"}"#),
            list("filter=usrName+eq+%22a%22"),
            list("filter=userName+regex+%22a%22"),
            list("filter=userName+eq"),
            list("filter="),
            list("filter=active+gt+true"),
            list("count=many"),
            tenant.get("/Cats").error(),
            tenant.get("/Me").error(),
            tenant.send(Method::PUT, "/Users", "{}").error(),
            tenant.send(Method::POST, "/Schemas", "{}").error(),
        ]
        .join("\n"),
        @r"
        400 invalidSyntax: the body is empty: it must be a JSON object
        400 invalidSyntax: not valid JSON: EOF while parsing an object at line 1 column 1
        400 invalidSyntax: expected a JSON object, found an array
        400 invalidSyntax: `USERNAME`: this name stands twice in one object
        400 invalidValue: `userName`: expected a string, found an object
        400 invalidSyntax: `userName`: a string must not hold U+0000
        400 invalidValue: `active`: expected true or false, found a string
        400 invalidValue: `emails[0].value`: expected a string, found an integer
        400 invalidValue: `emails`: expected an array, found a string
        400 invalidFilter: the filter does not fit: `usrName`: the schema has no such attribute, did you mean `userName`?
        400 invalidFilter: the filter cannot be read: unknown operator `regex`, use one of eq, ne, co, sw, ew, gt, lt, ge, le, pr at byte 9
        400 invalidFilter: the filter cannot be read: expected a JSON string, number, true, false or null, found the end at byte 11
        400 invalidFilter: the filter cannot be read: expected an attribute name, found the end at byte 0
        400 invalidFilter: the filter does not fit: `active`: gt does not go with an attribute of type boolean
        400 invalidValue: the parameter `count` must be a whole number, found `many`
        404 -: there is no such address here
        501 -: the token stands for no person: `/Me` is not supported for it
        405 -: the method does not fit this address
        405 -: the method does not fit this address
        "
    );
    assert!(tenant.events().is_empty());
    assert_eq!(tenant.get("/Users").body["totalResults"], 0);
}

#[test]
fn bombs_are_refused() {
    let tenant = Tenant::new(Profile::lenient());
    let nested = format!("{}userName+pr{}", "(".repeat(10_000), ")".repeat(10_000));
    let answer = tenant.get(&format!("/Users?filter={nested}"));
    assert_eq!(
        (answer.status.as_u16(), answer.body["scimType"].as_str()),
        (400, Some("invalidFilter")),
        "{}",
        answer.body
    );
    let deep = format!(
        r#"{{"userName":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(tenant.post("/Users", &deep).status, 400);
    let large = format!(r#"{{"userName":"{}"}}"#, "a".repeat(1 << 20));
    assert_eq!(
        tenant.post("/Users", &large).error(),
        "413 -: the body is larger than 1048576 bytes: send less at once"
    );
    let flat = vec!["userName+pr"; 500].join("+and+");
    assert_eq!(
        tenant.get(&format!("/Users?filter={flat}")).body["scimType"],
        "invalidFilter"
    );
}

#[test]
fn other_media_types_are_refused() {
    let tenant = Tenant::new(Profile::lenient());
    let send = |headers: &[(&str, &str)]| {
        tenant
            .send_with(Method::POST, "/Users", headers, r#"{"userName":"a"}"#)
            .status
            .as_u16()
    };
    assert_eq!(send(&[("content-type", "text/xml")]), 415);
    assert_eq!(send(&[("content-encoding", "gzip")]), 415);
    assert_eq!(
        send(&[("content-type", "application/json; charset=utf-8")]),
        201
    );
}

#[test]
fn a_wrong_method_names_the_right_ones() {
    let tenant = Tenant::new(Profile::lenient());
    assert_eq!(
        tenant.send(Method::DELETE, "/Users", "").header("allow"),
        "GET, HEAD, POST, OPTIONS"
    );
    assert_eq!(
        tenant
            .send(Method::POST, "/Users/id-0000", "{}")
            .header("allow"),
        "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
    );
    let head = tenant.send(Method::HEAD, "/Users", "");
    assert_eq!((head.status.as_u16(), head.response.body().len()), (200, 0));
}

#[test]
fn what_a_client_supplies_is_never_an_id() {
    let tenant = Tenant::new(Profile::lenient());
    let first = tenant.user("first@x");
    for external in ["0", "1", "-1", first.as_str()] {
        let body = format!(
            r#"{{"id":"{external}","userName":"u{external}@x","externalId":"{external}"}}"#
        );
        let created = tenant.post("/Users", &body).body;
        assert_ne!(created["id"], external);
        assert_eq!(created["externalId"], external);
    }
    assert_eq!(
        tenant.get(&format!("/Users/{first}")).body["userName"],
        "first@x"
    );
}
