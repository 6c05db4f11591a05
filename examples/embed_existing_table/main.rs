//! An application puts SCIM in front of the table of users that it has.
//!
//! ```console
//! cargo run --example embed_existing_table
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod store;

use std::{error::Error, sync::Arc};

use rusqlite::Connection;
use scimkit::{
    schema::{SchemaSet, core},
    server::{
        Access, Authenticator, Denied, Service,
        bytes::Bytes,
        http::{Request, request::Parts},
    },
    store::Scope,
    system::{SystemClock, UuidV7Ids},
};

use crate::store::UsersTable;

/// Stands for whatever the application lets its clients in by.
struct OwnKeys(UsersTable);

impl Authenticator for OwnKeys {
    type Store = UsersTable;

    async fn authenticate(&self, head: &Parts) -> Result<Access<UsersTable>, Denied> {
        let key = head.headers.get("x-api-key").ok_or(Denied::Missing)?;
        if key != "from-the-application" {
            return Err(Denied::Invalid);
        }
        Ok(Access::new(self.0.clone(), "directory", Scope::ReadWrite))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let database = Connection::open_in_memory()?;
    database.execute_batch(
        "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, full_name TEXT,
            enabled INTEGER NOT NULL, revision INTEGER NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL);
         INSERT INTO users VALUES ('17', 'mira@harborline.example', 'Mira Okafor', 1, 1, 1767600000000000, 1767600000000000);",
    )?;
    // Users only: the table knows no groups.
    let schemas = Arc::new(SchemaSet::new([core::user_type()])?);
    let keys = OwnKeys(UsersTable::new(database));
    let service = Service::new(
        keys,
        schemas,
        Arc::new(SystemClock),
        Arc::new(UuidV7Ids::default()),
    );

    let user = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"jonas@harborline.example","displayName":"Jonas Berg"}"#;
    let off = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}"#;
    for (method, path, body) in [
        (
            "GET",
            "/Users?filter=userName+eq+%22MIRA@harborline.example%22",
            "",
        ),
        ("POST", "/Users", user),
        ("POST", "/Users", user),
        ("PATCH", "/Users/17", off),
        (
            "GET",
            "/Users?sortBy=displayName&attributes=userName,active",
            "",
        ),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-api-key", "from-the-application")
            .body(Bytes::from(body))?;
        let response = service.handle_blocking(request);
        let status = response.status().as_u16();
        println!(
            "{method} {path}\n  {status} {}",
            String::from_utf8_lossy(response.body())
        );
    }
    Ok(())
}
