//! What listeners of `tracing` hear of a request, and what they never hear.

use std::{cell::RefCell, io, sync::Once};

use scimkit_server::{Profile, http::Method};

use crate::tenant::Tenant;

thread_local! {
    /// What was told on this thread.
    static PAPER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what is written, each thread for itself: tests run side by side.
struct Paper;

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        PAPER.with_borrow_mut(|paper| paper.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is told at the finest level while something is done. There is one listener for the whole process, since who listens in one thread
/// only can miss what another thread met first.
fn heard(what: impl FnOnce()) -> String {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(|| Paper)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    PAPER.take();
    what();
    String::from_utf8(PAPER.take()).unwrap()
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
