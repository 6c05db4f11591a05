//! What nobody means well by sending: every attribute with values of every wrong type, bodies that are no SCIM or no JSON, and every
//! address in every spelling with every method and every kind of credential. Nothing of it ends in a server error, and nothing that is
//! refused leaves a trace.

mod bodies;
mod credentials;
mod routes;
mod spellings;
mod values;

use crate::tenant::Tenant;

/// Everything that a tenant holds, as text: resources with their members and versions, and the events.
fn state(tenant: &Tenant) -> String {
    let all = tenant.get("/?count=1000");
    assert_eq!(all.status, 200, "{}", all.body);
    format!("{} {:?}", all.body, tenant.events())
}
