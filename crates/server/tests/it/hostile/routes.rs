//! Every route, in every spelling, with every method, by everybody.

use scimkit_server::{
    bytes::Bytes,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri},
};

use super::{
    credentials::Doors,
    spellings::{Names, SPELLINGS, Spelling},
    state,
};
use crate::tenant::Tenant;

/// Every route that there is, and some that are none.
fn routes(doors: &Doors) -> Vec<String> {
    let (user, group) = (&doors.user, &doors.group);
    vec![
        String::new(),
        "/ServiceProviderConfig".into(),
        "/ResourceTypes".into(),
        "/ResourceTypes/User".into(),
        "/Schemas".into(),
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User".into(),
        "/Users".into(),
        "/Groups".into(),
        format!("/Users/{user}"),
        format!("/Groups/{group}"),
        "/Users/nobody".into(),
        "/.search".into(),
        "/Users/.search".into(),
        "/Groups/.search".into(),
        "/Bulk".into(),
        "/Me".into(),
        "/Nothing".into(),
        format!("/Users/{user}/nothing"),
    ]
}

fn methods() -> Vec<Method> {
    let odd = ["PROPFIND", "get", "PURGE"].map(|name| Method::from_bytes(name.as_bytes()).unwrap());
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    known.into_iter().chain(odd).collect()
}

/// A body with which the method would do something here.
fn body(route: &str, method: &Method, user: &str) -> String {
    let is_group = route.starts_with("/Groups");
    match (method.as_str(), route) {
        ("POST", search) if search.ends_with(".search") => r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"id pr"}"#.into(),
        ("POST", "/Bulk") => format!(
            r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{"method":"DELETE","path":"/Users/{user}"}},
                {{"method":"POST","path":"/Users","bulkId":"b","data":{{"userName":"new"}}}}]}}"#
        ),
        ("PATCH", _) => r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"Changed"}]}"#.into(),
        ("POST" | "PUT", _) if is_group => r#"{"displayName":"Changed","members":[]}"#.into(),
        ("POST" | "PUT", _) => r#"{"userName":"changed","active":false}"#.into(),
        _ => String::new(),
    }
}

type Seen = (StatusCode, HeaderMap, Bytes);

/// None where no request can have such an address.
fn ask(
    tenant: &Tenant,
    method: &Method,
    uri: &str,
    authorization: Option<&str>,
    body: &str,
) -> Option<Seen> {
    let uri: Uri = uri.parse().ok()?;
    let mut request = Request::builder().method(method.clone()).uri(uri);
    if let Some(value) = authorization {
        request = request.header(
            "authorization",
            HeaderValue::from_bytes(value.as_bytes()).ok()?,
        );
    }
    let response: Response<Bytes> = tenant
        .service
        .handle_blocking(request.body(Bytes::from(body.to_owned())).ok()?);
    let (head, body) = response.into_parts();
    Some((head.status, head.headers, body))
}

/// Whether an answer is one of an address that names nothing: not found, or of another version of the protocol. What stands behind the
/// last slash may be an id, which then is nobody's.
fn is_nothing(method: &Method, (status, _, body): &Seen) -> bool {
    match status.as_u16() {
        404 | 405 => true,
        204 => method == Method::OPTIONS,
        400 => method == Method::HEAD || String::from_utf8_lossy(body).contains("invalidVers"),
        _ => false,
    }
}

fn uris(doors: &Doors) -> Vec<(String, &'static Spelling, String)> {
    let routes = routes(doors);
    let all = routes.iter().flat_map(|route| {
        SPELLINGS
            .iter()
            .map(move |spelling| (route.clone(), spelling, spelling.of(route)))
    });
    all.collect()
}

/// CVE-2026-32130, CVE-2025-4210: nobody gets in by spelling or by method. What a stranger is told does not depend on what is there.
#[test]
fn without_a_good_token_there_is_one_answer_and_no_change() {
    let doors = Doors::new();
    let bad = doors.bad();
    let before = state(&doors.tenant);
    let mut asked = 0;
    for (name, authorization) in &bad {
        let missing = [
            "none",
            "empty",
            "scheme only",
            "blank",
            "another scheme",
            "no scheme",
            "garbage of every kind",
        ]
        .contains(name);
        let expected = ask(
            &doors.tenant,
            &Method::GET,
            "/",
            authorization.as_deref(),
            "",
        )
        .unwrap();
        assert_eq!(expected.0, 401, "{name}");
        assert_eq!(
            String::from_utf8_lossy(&expected.2).contains("a token is required"),
            missing,
            "{name}"
        );
        let every = ["none", "garbage", "of the neighbour", "expired", "revoked"].contains(name);
        for (route, spelling, uri) in uris(&doors) {
            if !every && spelling.name != "plain" {
                continue;
            }
            for method in methods() {
                let body = body(&route, &method, &doors.user);
                let Some(mut seen) = ask(
                    &doors.tenant,
                    &method,
                    &uri,
                    authorization.as_deref(),
                    &body,
                ) else {
                    continue;
                };
                asked += 1;
                if method == Method::HEAD {
                    assert!(seen.2.is_empty());
                    seen.1.remove("content-length");
                    seen.2 = expected.2.clone();
                }
                assert_eq!(seen, expected, "{name} {method} {uri} ({})", spelling.name);
            }
        }
        assert_eq!(state(&doors.tenant), before, "{name}");
    }
    assert!(asked > 50_000, "{asked}");
}

/// A spelling names what the plain path names, or nothing; and nothing is never changed.
#[test]
fn with_a_good_token_a_spelling_is_the_plain_path_or_nothing() {
    for method in methods() {
        let fresh = Doors::new();
        for route in routes(&fresh) {
            let plain = {
                let doors = Doors::new();
                let body = body(&route, &method, &doors.user);
                ask(
                    &doors.tenant,
                    &method,
                    &SPELLINGS[0].of(&route),
                    Some(&doors.good()),
                    &body,
                )
                .unwrap()
            };
            let before = state(&fresh.tenant);
            for spelling in SPELLINGS {
                let uri = spelling.of(&route);
                let what = format!("{method} {uri} ({})", spelling.name);
                let body = body(&route, &method, &fresh.user);
                match spelling.names {
                    Names::Same => {
                        let doors = Doors::new();
                        let before = state(&doors.tenant);
                        let seen =
                            ask(&doors.tenant, &method, &uri, Some(&doors.good()), &body).unwrap();
                        assert_eq!(seen, plain, "{what}");
                        let is_read = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS")
                            || route.ends_with(".search");
                        if is_read || !seen.0.is_success() {
                            assert_eq!(state(&doors.tenant), before, "{what}");
                        } else {
                            assert_ne!(state(&doors.tenant), before, "{what}");
                        }
                        assert!(
                            seen.0.as_u16() < 500 || seen.0 == 501 && route == "/Me",
                            "{what}"
                        );
                    }
                    Names::Nothing => {
                        let Some(seen) =
                            ask(&fresh.tenant, &method, &uri, Some(&fresh.good()), &body)
                        else {
                            continue;
                        };
                        assert!(is_nothing(&method, &seen), "{what}: {}", seen.0);
                    }
                }
            }
            assert_eq!(state(&fresh.tenant), before, "{method} {route}");
        }
    }
}

/// Whoever may read reads what the writer reads, and writes nothing, however it is spelled.
#[test]
fn a_reading_token_reads_and_never_writes() {
    let doors = Doors::new();
    let before = state(&doors.tenant);
    for (route, spelling, uri) in uris(&doors) {
        for method in methods() {
            let body = body(&route, &method, &doors.user);
            let Some(seen) = ask(&doors.tenant, &method, &uri, Some(&doors.reader), &body) else {
                continue;
            };
            let is_search = spelling.names == Names::Same
                && route.ends_with(".search")
                && method == Method::POST;
            let is_read = is_search || matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
            let what = format!("{method} {uri} ({}): {}", spelling.name, seen.0);
            if is_read {
                let good = ask(&doors.tenant, &method, &uri, Some(&doors.good()), &body).unwrap();
                assert_eq!(seen, good, "{what}");
            } else {
                assert!(
                    matches!(seen.0.as_u16(), 403..=405 | 501) || is_nothing(&method, &seen),
                    "{what}"
                );
            }
        }
    }
    assert_eq!(state(&doors.tenant), before);
}

/// With the token of the neighbour at the neighbour's own door, what this tenant has is what nobody has: to the byte.
#[test]
fn what_the_neighbour_has_is_like_what_does_not_exist_in_every_spelling() {
    let doors = Doors::new();
    let neighbour = format!("Bearer {}", doors.other.token);
    let before = (state(&doors.tenant), state(&doors.other));
    for (there, nobody) in [
        (format!("/Users/{}", doors.user), "/Users/id-9999"),
        (format!("/Groups/{}", doors.group), "/Groups/id-9999"),
    ] {
        for spelling in SPELLINGS {
            for method in methods() {
                let body = body(&there, &method, &doors.user);
                let seen = |route: &str| {
                    ask(
                        &doors.other,
                        &method,
                        &spelling.of(route),
                        Some(&neighbour),
                        &body,
                    )
                };
                assert_eq!(
                    seen(&there),
                    seen(nobody),
                    "{method} {there} ({})",
                    spelling.name
                );
            }
        }
    }
    assert_eq!((state(&doors.tenant), state(&doors.other)), before);
}

/// Headers by which some servers are talked into another method, path or user.
#[test]
fn headers_do_not_change_what_is_asked_for() {
    let doors = Doors::new();
    let before = state(&doors.tenant);
    for (name, value) in [
        ("x-http-method-override", "DELETE"),
        ("x-method-override", "DELETE"),
        ("x-original-url", "/scim/v2/Users"),
        ("x-rewrite-url", "/scim/v2/Users"),
        ("x-forwarded-user", "admin"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-prefix", "/admin"),
        ("cookie", "session=1"),
        ("netskope-api-token", "x"),
    ] {
        let path = format!("/scim/v2/Users/{}", doors.user);
        let request = |authorization: Option<String>| {
            let mut request = Request::get(&path).header(name, value);
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            doors.tenant.answer(request.body(Bytes::new()).unwrap())
        };
        let plain = doors.tenant.get(&format!("/Users/{}", doors.user));
        assert_eq!(request(Some(doors.good())).body, plain.body, "{name}");
        assert_eq!(request(None).status, 401, "{name}");
    }
    let two = Request::get("/scim/v2/Users")
        .header("authorization", "Bearer x")
        .header("authorization", doors.good());
    assert_eq!(
        doors.tenant.answer(two.body(Bytes::new()).unwrap()).status,
        400,
        "which of them counts would be a guess"
    );
    assert_eq!(state(&doors.tenant), before);
}

/// The other forms of a request's target.
#[test]
fn absolute_and_odd_targets_are_read_by_their_path() {
    let doors = Doors::new();
    let good = doors.good();
    let get = |uri: &str| {
        ask(&doors.tenant, &Method::GET, uri, Some(&good), "").map(|seen| seen.0.as_u16())
    };
    assert_eq!(get("http://elsewhere.example/scim/v2/Users"), Some(200));
    assert_eq!(
        get("https://user:secret@elsewhere.example/scim/v2/Users"),
        Some(200)
    );
    assert_eq!(get("http://elsewhere.example"), Some(404));
    assert_eq!(get("elsewhere.example:443"), Some(404));
    assert_eq!(get("*"), Some(404));
    let long = format!("/scim/v2/Users/{}", "a".repeat(60_000));
    assert_eq!(get(&long), Some(404));
    let deep = format!("/scim/v2{}", "/a".repeat(30_000));
    assert_eq!(get(&deep), Some(404));
    assert_eq!(
        get(&format!("/scim/v2/Users{}", "/".repeat(60_000))),
        Some(200)
    );
}
