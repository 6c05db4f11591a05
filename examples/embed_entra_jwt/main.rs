//! A service that takes the tokens which Microsoft Entra ID mints itself: the *Secret Token* in the portal stays empty. Microsoft means
//! it for tests; a token of the service's own, or client credentials, say more exactly who may come in.
//!
//! ```console
//! cargo run --example embed_entra_jwt -- --keys keys.json --directory 8f2c6d1e-0000-4000-8000-5a1b2c3d4e5f
//! ```
//!
//! `keys.json` is the key set that `jwks_uri` of the directory's `OpenID` configuration names. Microsoft changes its keys: a program that
//! stays up fetches the set anew when a token names a key that it does not know.
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod microsoft;

use std::{collections::BTreeMap, error::Error, net::SocketAddr, path::PathBuf, sync::Arc};

use axum::Router;
use clap::Parser;
use scimkit::{
    schema::SchemaSet,
    server::Service,
    store::MemoryStore,
    system::{SystemClock, UuidV7Ids},
    tower::ScimService,
};
use scimkit_examples::read_file;

use crate::microsoft::{Directories, NON_GALLERY};

/// Serves SCIM to Entra directories that sign in with Microsoft's own tokens.
#[derive(Debug, Parser)]
struct Arguments {
    /// The file with Microsoft's public keys, a JSON Web Key Set.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// The id of a directory that may provision; may be given several times, and each has resources of its own.
    #[arg(long, value_name = "TENANT-ID", required = true)]
    directory: Vec<Box<str>>,
    /// What the tokens must be for: the id of the application. It differs for applications of the gallery.
    #[arg(long, value_name = "ID", default_value = NON_GALLERY)]
    audience: String,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
    let stores: BTreeMap<_, _> = arguments
        .directory
        .iter()
        .map(|id| (id.clone(), MemoryStore::new(schemas.clone())))
        .collect();
    let keys = serde_json::from_slice(&read_file(&arguments.keys)?)
        .map_err(|error| format!("`{}` is no key set: {error}", arguments.keys.display()))?;
    let clock = Arc::new(SystemClock);
    let directories = Directories::new(keys, arguments.audience, stores, clock.clone());
    let scim = Service::new(directories, schemas, clock, Arc::new(UuidV7Ids::default()))
        .with_base_path("/scim/v2");
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    println!("http://{}/scim/v2", listener.local_addr()?);
    let app = Router::new().fallback_service(ScimService::new(scim));
    Ok(axum::serve(listener, app).await?)
}
