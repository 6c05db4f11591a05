//! Methods, headers and addresses.

use scimkit_schema::{Name, ResourceId};
use scimkit_server::{
    Access, Authenticator, BearerTokens, Denied, Profile, Service,
    bytes::Bytes,
    http::{Method, Request, Response, StatusCode, request::Parts},
};
use scimkit_store::{Key, MemoryStore, MemoryTenants, MemoryTokens};
use serde_json::{Value, json};

use crate::tenant::Tenant;

#[test]
fn options_tells_what_an_address_allows() {
    let tenant = Tenant::new(Profile::strict());
    for (path, allow) in [
        ("/", "GET, HEAD, OPTIONS"),
        ("/Users", "GET, HEAD, POST, OPTIONS"),
        ("/Users/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/Users/.search", "POST, OPTIONS"),
        ("/Bulk", "POST, OPTIONS"),
        ("/Schemas", "GET, HEAD, OPTIONS"),
    ] {
        let answer = tenant.send(Method::OPTIONS, path, "");
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow")),
            (204, allow),
            "{path}"
        );
    }
    let mut stranger = tenant;
    stranger.token = "nothing".to_owned();
    assert_eq!(stranger.send(Method::OPTIONS, "/Users", "").status, 401);
}

#[test]
fn a_method_that_does_not_fit_is_405_and_names_those_that_do() {
    let tenant = Tenant::new(Profile::strict());
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for path in [
            "/ServiceProviderConfig",
            "/Schemas",
            "/ResourceTypes/User",
            "/",
        ] {
            let answer = tenant.send(method.clone(), path, "{}");
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        }
    }
    assert_eq!(tenant.send(Method::TRACE, "/Users", "").status, 405);
}

#[test]
fn head_is_get_without_its_body() {
    let tenant = Tenant::new(Profile::strict());
    let id = tenant.user("mira@x");
    for path in [
        format!("/Users/{id}"),
        "/Users".into(),
        "/Schemas".into(),
        "/".into(),
        "/Users/nobody".into(),
    ] {
        let (get, head) = (tenant.get(&path), tenant.send(Method::HEAD, &path, ""));
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.response.body().is_empty());
        assert_eq!(
            head.header("content-length"),
            get.response.body().len().to_string()
        );
        for name in ["content-type", "etag", "location"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}

#[test]
fn answers_have_scims_media_type_unless_plain_json_is_preferred() {
    let tenant = Tenant::new(Profile::lenient());
    let id = tenant.user("mira@x");
    let sent = |accept: &str| {
        let path = format!("/Users/{id}");
        let answer = tenant.send_with(Method::GET, &path, &[("accept", accept)], "");
        (
            answer.status.as_u16(),
            answer.header("content-type").to_owned(),
        )
    };
    let scim = || (200, "application/scim+json".to_owned());
    assert_eq!(sent("application/scim+json"), scim());
    assert_eq!(sent("*/*"), scim());
    assert_eq!(sent("text/html"), scim());
    assert_eq!(
        sent("application/json"),
        (200, "application/json".to_owned())
    );
    assert_eq!(
        tenant.get("/Users").header("content-type"),
        "application/scim+json"
    );
}

#[test]
fn a_client_that_accepts_no_json_gets_406_by_the_letter() {
    let tenant = Tenant::new(Profile::strict());
    let answer = tenant.send_with(Method::GET, "/Users", &[("accept", "text/html")], "");
    assert_eq!(
        answer.error(),
        "406 -: answers are `application/scim+json` or `application/json`: accept one of them"
    );
    let write = tenant.send_with(
        Method::POST,
        "/Users",
        &[("accept", "text/html")],
        r#"{"userName":"a"}"#,
    );
    assert_eq!((write.status.as_u16(), tenant.events().len()), (406, 0));
}

#[test]
fn a_filter_on_discovery_is_403_and_other_parameters_are_passed_over() {
    let tenant = Tenant::new(Profile::strict());
    for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
        assert_eq!(
            tenant.get(&format!("{path}?filter=id+pr")).status,
            403,
            "{path}"
        );
        let plain = tenant.get(path).body;
        let asked = tenant.get(&format!(
            "{path}?count=1&startIndex=2&sortBy=id&attributes=id"
        ));
        assert_eq!((asked.status.as_u16(), asked.body), (200, plain), "{path}");
    }
}

#[test]
fn if_none_match_spares_a_body_and_forbids_a_write() {
    let tenant = Tenant::new(Profile::strict());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let tag = tenant.get(&path).header("etag").to_owned();
    let send = |method: Method, value: &str, body: &str| {
        tenant.send_with(method, &path, &[("if-none-match", value)], body)
    };
    for value in [
        &*tag,
        "*",
        &format!("\"other\", {tag}"),
        tag.trim_start_matches("W/"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = send(method, value, "");
            assert_eq!(
                (answer.status.as_u16(), answer.response.body().len()),
                (304, 0),
                "{value}"
            );
            assert_eq!(answer.header("etag"), tag);
            assert_eq!(
                answer.header("location"),
                format!("https://tenant.example/scim/v2{path}")
            );
        }
    }
    assert_eq!(send(Method::GET, "\"other\"", "").status, 200);
    assert_eq!(send(Method::DELETE, "*", "").status, 412);
    assert_eq!(send(Method::PUT, &tag, r#"{"userName":"b"}"#).status, 412);
    assert_eq!(tenant.get(&path).header("etag"), tag);
}

#[test]
fn if_match_lets_only_the_version_it_names_pass() {
    let tenant = Tenant::new(Profile::lenient());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let tag = tenant.get(&path).header("etag").to_owned();
    let put = |value: &str, title: &str| {
        let body = format!(r#"{{"userName":"mira@x","title":"{title}"}}"#);
        tenant
            .send_with(Method::PUT, &path, &[("if-match", value)], &body)
            .status
            .as_u16()
    };
    assert_eq!(put("W/\"77\"", "a"), 412);
    assert_eq!(put(&tag, "b"), 200);
    assert_eq!(put(&tag, "c"), 412, "somebody was faster");
    assert_eq!(put("*", "d"), 200);
    let get = tenant.send_with(Method::GET, &path, &[("if-match", &tag)], "");
    assert_eq!(get.status, 412);
    let delete = tenant.send_with(Method::DELETE, &path, &[("if-match", &tag)], "");
    assert_eq!(delete.status, 412);
    let nobody = tenant.send_with(Method::PUT, "/Users/nobody", &[("if-match", "*")], "{}");
    assert_eq!(nobody.status, 404);
    let nonsense = tenant.send_with(Method::DELETE, &path, &[("if-match", "x")], "");
    assert_eq!(nonsense.status, 400);
    assert_eq!(tenant.get(&path).body["title"], "d");
}

#[test]
fn if_match_is_asked_before_if_none_match() {
    let tenant = Tenant::new(Profile::strict());
    let path = format!("/Users/{}", tenant.user("mira@x"));
    let tag = tenant.get(&path).header("etag").to_owned();
    let ask = |if_match: &str| {
        let headers = [("if-none-match", &*tag), ("if-match", if_match)];
        tenant.send_with(Method::GET, &path, &headers, "").status
    };
    assert_eq!(ask("\"other\""), 412);
    assert_eq!(ask(&tag), 304);
}

#[test]
fn the_version_in_meta_is_the_tag_of_the_answer() {
    let tenant = Tenant::new(Profile::strict());
    let created = tenant.post(
        "/Users",
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"mira@x"}"#,
    );
    let path = format!("/Users/{}", created.body["id"].as_str().unwrap());
    let patched = tenant.patch(&path, r#"[{"op":"add","path":"title","value":"Pilot"}]"#);
    for answer in [created, patched, tenant.get(&path)] {
        assert_eq!(answer.body["meta"]["version"], answer.header("etag"));
        assert_eq!(answer.body["meta"]["location"], answer.header("location"));
        assert!(answer.header("etag").starts_with("W/"));
    }
}

/// Tokens that stand for a person.
#[derive(Clone)]
struct Person(BearerTokens<MemoryTenants, MemoryTokens>, Option<Key>);

impl Authenticator for Person {
    type Store = MemoryStore;

    async fn authenticate(&self, head: &Parts) -> Result<Access<MemoryStore>, Denied> {
        let access = self.0.authenticate(head).await?;
        if head.headers.contains_key("x-forbidden") {
            return Err(Denied::Forbidden("this network is not let in".into()));
        }
        if head.headers.contains_key("x-often") {
            let retry_after = 7.try_into().unwrap();
            return Err(Denied::TooMany {
                limit: "per second",
                retry_after,
            });
        }
        Ok(match &self.1 {
            Some(key) => access.with_subject(key.clone()),
            None => access,
        })
    }
}

struct Door<'a>(&'a Tenant, Service<Person>);

impl<'a> Door<'a> {
    fn of(tenant: &'a Tenant, person: Option<&str>) -> Self {
        let key = person.map(|id| Key::new(Name::from("User"), ResourceId::new(id).unwrap()));
        let authenticator = Person(tenant.tokens.clone(), key);
        let ids = std::sync::Arc::new(crate::tenant::Counting::default());
        let schemas = tenant.service.schemas().clone();
        let service = Service::new(authenticator, schemas, tenant.clock.clone(), ids);
        Self(tenant, service)
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> (StatusCode, Value, Response<Bytes>) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.0.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .1
            .handle_blocking(request.body(Bytes::from(body)).unwrap());
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        (response.status(), body, response)
    }
}

#[test]
fn me_is_the_resource_of_who_asks() {
    let tenant = Tenant::new(Profile::strict());
    let id = tenant.user("mira@x");
    let door = Door::of(&tenant, Some(&id));
    let (status, body, response) = door.send("GET", "/Me", &[("host", "tenant.example")], "");
    assert_eq!(
        (status, &body["userName"]),
        (StatusCode::OK, &json!("mira@x"))
    );
    let location = format!("http://tenant.example/Users/{id}");
    assert_eq!(response.headers()["location"], location.as_str());
    assert_eq!(body["meta"]["location"], location);
    let patch = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"Pilot"}]}"#;
    assert_eq!(door.send("PATCH", "/Me", &[], patch).1["title"], "Pilot");
    assert_eq!(
        door.send("POST", "/Me", &[], "{}").0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(
        door.send("DELETE", "/Me", &[], "").0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(door.send("GET", "/Me", &[], "").0, StatusCode::NOT_FOUND);
}

#[test]
fn me_is_501_for_a_credential_that_is_no_persons() {
    let tenant = Tenant::new(Profile::strict());
    let door = Door::of(&tenant, None);
    assert_eq!(
        door.send("GET", "/Me", &[], "").0,
        StatusCode::NOT_IMPLEMENTED
    );
}

#[test]
fn an_authenticator_may_forbid_and_slow_down() {
    let tenant = Tenant::new(Profile::strict());
    let door = Door::of(&tenant, None);
    let (status, body, _) = door.send("GET", "/Users", &[("x-forbidden", "1")], "");
    assert_eq!(
        (status.as_u16(), &body["detail"]),
        (403, &json!("this network is not let in"))
    );
    let (status, body, response) = door.send("GET", "/Users", &[("x-often", "1")], "");
    assert_eq!((status.as_u16(), &body["status"]), (429, &json!("429")));
    assert_eq!(response.headers()["retry-after"], "7");
}

#[test]
fn locations_follow_the_request_and_forwarded_headers_only_on_demand() {
    let tenant = Tenant::new(Profile::strict());
    let id = tenant.user("mira@x");
    let mut door = Door::of(&tenant, None);
    let headers = [
        ("host", "inside.example"),
        ("x-forwarded-host", "tenant.example"),
        ("x-forwarded-proto", "https"),
    ];
    let location = |door: &Door<'_>| {
        let body = door.send("GET", &format!("/Users/{id}"), &headers, "").1;
        body["meta"]["location"].as_str().unwrap().to_owned()
    };
    assert_eq!(location(&door), format!("http://inside.example/Users/{id}"));
    door.1 = door.1.with_forwarded_headers();
    assert_eq!(
        location(&door),
        format!("https://tenant.example/Users/{id}")
    );
}

#[test]
fn a_deleted_user_is_in_no_group_and_no_result() {
    let tenant = Tenant::new(Profile::strict());
    let (a, b) = (tenant.user("a@x"), tenant.user("b@x"));
    let group = tenant.group("Staff", &[&a, &b]);
    let before = tenant
        .get(&format!("/Groups/{group}"))
        .header("etag")
        .to_owned();
    assert_eq!(
        tenant
            .send(Method::DELETE, &format!("/Users/{a}"), "")
            .status,
        204
    );
    let read = tenant.get(&format!("/Groups/{group}"));
    assert_eq!(read.body["members"].as_array().unwrap().len(), 1);
    assert_ne!(read.header("etag"), before);
    assert_eq!(tenant.get("/Users").body["totalResults"], 1);
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let body = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"x"}]}"#;
        assert_eq!(
            tenant.send(method, &format!("/Users/{a}"), body).status,
            404
        );
    }
    let again = tenant.user("a@x");
    assert_ne!(again, a);
}
