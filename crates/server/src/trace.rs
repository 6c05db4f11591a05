//! What is told about a request to whoever listens through `tracing`: a span with its id, method, route, tenant, actor and status. Never
//! a header's value, a query or a body, since those hold secrets and people.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use http::{StatusCode, request::Parts};
use tracing::{Span, field::Empty};

use crate::{Access, route::Route};

/// The header by which a proxy in front tells its own name of a request.
const REQUEST_ID: &str = "x-request-id";

/// The span of a request. It has the id that the proxy in front gives it, or else the next number.
pub(crate) fn span(head: &Parts, numbers: &AtomicU64) -> Span {
    let span = tracing::info_span!(
        "scim request",
        id = Empty,
        method = %head.method,
        route = Empty,
        tenant = Empty,
        actor = Empty,
        status = Empty,
    );
    if !span.is_disabled() {
        match given_id(head) {
            Some(id) => span.record("id", id),
            None => span.record("id", numbers.fetch_add(1, Ordering::Relaxed)),
        };
    }
    span
}

/// The id from outside, if it is one that a log can hold.
fn given_id(head: &Parts) -> Option<&str> {
    const LONGEST: usize = 64;
    let id = head.headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    (!id.is_empty() && id.len() <= LONGEST && id.bytes().all(is_plain)).then_some(id)
}

/// Tells who was let in, and to what.
pub(crate) fn admitted<S>(span: &Span, access: &Access<S>, route: &Route) {
    if span.is_disabled() {
        return;
    }
    span.record("route", tracing::field::display(Template(route)));
    span.record("actor", &*access.actor);
    if let Some(tenant) = &access.tenant {
        span.record("tenant", &**tenant);
    }
}

/// Tells how a request ended.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("status", status.as_u16());
    span.in_scope(|| {
        if status.is_server_error() {
            tracing::warn!("failed");
        } else {
            tracing::debug!("answered");
        }
    });
}

/// A route without the ids in it.
struct Template<'a>(&'a Route);

impl fmt::Display for Template<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Route::Root => f.write_str("/"),
            Route::ServiceProviderConfig => f.write_str("/ServiceProviderConfig"),
            Route::ResourceTypes(_) => f.write_str("/ResourceTypes"),
            Route::Schemas(_) => f.write_str("/Schemas"),
            Route::Type(known) => f.write_str(known.endpoint()),
            Route::Resource(known, _) => write!(f, "{}/{{id}}", known.endpoint()),
            Route::Search(None) => f.write_str("/.search"),
            Route::Search(Some(known)) => write!(f, "{}/.search", known.endpoint()),
            Route::Bulk => f.write_str("/Bulk"),
            Route::Me => f.write_str("/Me"),
        }
    }
}
