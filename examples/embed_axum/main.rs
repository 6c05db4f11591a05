//! An axum application with tenants and keys of its own, and SCIM beside its other routes.
//!
//! ```console
//! cargo run --example embed_axum
//! curl -H 'X-Api-Key: key-of-harborline' http://127.0.0.1:8080/scim/v2/Users
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

use std::{collections::BTreeMap, error::Error, sync::Arc};

use axum::{Router, routing::get};
use scimkit::{
    schema::SchemaSet,
    server::{Access, Authenticator, Denied, Service, http::request::Parts},
    store::{MemoryStore, Scope},
    system::{SystemClock, UuidV7Ids},
    tower::ScimService,
};

/// The customers of the application, by their keys. A key opens one customer's resources and no others.
struct Customers(BTreeMap<&'static str, Customer>);

struct Customer {
    name: &'static str,
    scope: Scope,
    resources: MemoryStore,
}

impl Customers {
    fn new(schemas: &Arc<SchemaSet>) -> Self {
        let customer = |name, scope| Customer {
            name,
            scope,
            resources: MemoryStore::new(schemas.clone()),
        };
        Self(BTreeMap::from([
            (
                "key-of-harborline",
                customer("harborline", Scope::ReadWrite),
            ),
            ("key-of-contoso", customer("contoso", Scope::Read)),
        ]))
    }
}

impl Authenticator for Customers {
    type Store = MemoryStore;

    async fn authenticate(&self, head: &Parts) -> Result<Access<MemoryStore>, Denied> {
        let key = head.headers.get("x-api-key").ok_or(Denied::Missing)?;
        let key = key.to_str().map_err(|_| Denied::Invalid)?;
        let customer = self.0.get(key).ok_or(Denied::Invalid)?;
        let resources = customer.resources.clone();
        Ok(Access::new(resources, customer.name, customer.scope).with_tenant(customer.name))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let schemas = Arc::new(SchemaSet::core());
    let customers = Customers::new(&schemas);
    let clock = Arc::new(SystemClock);
    let scim = Service::new(customers, schemas, clock, Arc::new(UuidV7Ids::default()))
        .with_base_path("/scim/v2");

    let app = Router::new()
        .route("/", get(async || "the application's own page"))
        .fallback_service(ScimService::new(scim));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("http://{}/scim/v2", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
