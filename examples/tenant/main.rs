//! A SCIM tenant to run: what a provisioning service or a conformance tool is pointed at.
//!
//! ```console
//! cargo run --example tenant                                       # on loopback, in memory, with a token of its own
//! cargo run --example tenant -- --store sqlite:tenant.db --profile entra
//! cargo run --example tenant -- --schema widget.json --resource-type widgets.json
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod arguments;
mod listen;
mod token;

use std::{error::Error, path::PathBuf, process::ExitCode, sync::Arc};

use clap::Parser;
use scimkit::{
    schema::SchemaSet,
    server::{BearerTokens, Service, http::HeaderName},
    sqlite::SqliteDatabase,
    store::{MemoryTenants, MemoryTokens, TenantId, Tenants, Tokens},
    system::{SystemClock, UuidV7Ids},
    tower::ScimService,
};
use scimkit_examples::read_file;

use crate::arguments::{Arguments, Place};

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let schemas = Arc::new(known_types(arguments)?);
    let tenant = TenantId::new("tenant")?;
    match &arguments.store {
        Place::Memory => {
            let tenants = MemoryTenants::new();
            let _ = tenants.create(tenant.clone(), schemas.clone());
            serve(arguments, schemas, tenant, tenants, MemoryTokens::new()).await
        }
        Place::Sqlite(file) => {
            let database = SqliteDatabase::open(file, schemas.clone())?;
            database.create_tenant(&tenant).await?;
            serve(arguments, schemas, tenant, database.clone(), database).await
        }
    }
}

/// The core types, and those of the files.
fn known_types(arguments: &Arguments) -> Result<SchemaSet, Box<dyn Error>> {
    let core = if arguments.profile.name == "netskope" {
        SchemaSet::core_with_unique_group_names()
    } else {
        SchemaSet::core()
    };
    let files = arguments.schema.iter().chain(&arguments.resource_type);
    let read = |file: &PathBuf| -> Result<_, Box<dyn Error>> {
        let text = String::from_utf8(read_file(file)?);
        Ok((
            file.display().to_string(),
            text.map_err(|_| format!("`{}` is no UTF-8 text", file.display()))?,
        ))
    };
    let files: Vec<_> = files.map(read).collect::<Result<_, _>>()?;
    Ok(core.with_documents(files)?)
}

async fn serve<T, K>(
    arguments: &Arguments,
    schemas: Arc<SchemaSet>,
    tenant: TenantId,
    tenants: T,
    tokens: K,
) -> Result<(), Box<dyn Error>>
where
    T: Tenants + 'static,
    K: Tokens + 'static,
{
    let clock = Arc::new(SystemClock);
    let tokens = BearerTokens::new(tenant, tenants, tokens, clock.clone())
        .with_header(HeaderName::from_static("netskope-api-token"));
    let new_token = token::prepare(&tokens, arguments).await?;

    let listener = listen::bind(arguments)?;
    let ids = Arc::new(UuidV7Ids::new(SystemClock));
    let mut service = Service::new(tokens, schemas, clock, ids)
        .with_profile(arguments.profile.clone())
        .with_base_path(&arguments.base_path);
    let address = listener.local_addr()?;
    let (scheme, is_encrypted) = match arguments.tls_cert {
        Some(_) => ("https", true),
        None => ("http", false),
    };
    let here = format!("{scheme}://{address}{}", service.base_path());
    let url = arguments.public_url.as_deref().unwrap_or(&here);
    // Without either, locations follow the `Host` of each request.
    if is_encrypted || arguments.public_url.is_some() {
        service = service.with_public_url(url);
    }

    println!("SCIM base URL  {url}");
    if let Some(token) = new_token {
        println!("token          {token}   (shown this once)");
    }
    let app = axum::Router::new().fallback_service(ScimService::new(service));
    listen::serve(listener, app, arguments).await
}
