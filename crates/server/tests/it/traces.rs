//! What listeners of `tracing` hear of a request, and what they never hear.

use std::{
    io,
    sync::{Arc, Mutex},
};

use scimkit_server::{Profile, http::Method};
use tracing_subscriber::fmt::MakeWriter;

use crate::tenant::Tenant;

/// Keeps everything that is written, at the finest level.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Paper {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn heard(what: impl FnOnce()) -> String {
    let paper = Paper::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(paper.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, what);
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_request_is_told_with_its_route_and_who_asked() {
    let tenant = Tenant::new(Profile::lenient());
    let user = format!("/Users/{}", tenant.user("mira@x"));
    let log = heard(|| {
        let headers = [("x-request-id", "proxy-7")];
        tenant.send_with(Method::GET, &user, &headers, "");
        let headers = [("x-request-id", "two\twords")];
        tenant.send_with(Method::GET, "/Nowhere", &headers, "");
    });
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    let route = r#"method=GET id="proxy-7" route=/Users/{id} actor="Azure AD" tenant="harborline" status=200"#;
    assert!(lines[0].contains(route), "{log}");
    assert!(
        !lines[1].contains("words") && lines[1].contains("status=404"),
        "{log}"
    );
}

#[test]
fn secrets_and_people_are_never_told() {
    let tenant = Tenant::new(Profile::lenient());
    let log = heard(|| {
        let user =
            r#"{"userName":"canary-name","password":"canary-password","title":"canary-title"}"#;
        tenant.post("/Users", user);
        tenant.post("/Users", user);
        tenant.get("/Users?filter=userName+eq+%22canary-filter%22");
        tenant.get("/Users?filter=userName+eq+%22canary-broken");
        tenant.get("/Users/canary-id");
        tenant.post("/Users", r#"{"userName":"canary-body"#);
        let headers = [("cookie", "canary-cookie")];
        tenant.send_with(Method::GET, "/Users", &headers, "");
    });
    assert_eq!(log.lines().count(), 7, "{log}");
    assert!(!log.contains("canary"), "{log}");
    assert!(!log.contains(&tenant.token), "{log}");
}
