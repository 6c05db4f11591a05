//! A SCIM tenant to run: what a provisioning service or a conformance tool is pointed at.
//!
//! ```console
//! cargo run --example tenant                                       # on loopback, in memory, with a token of its own
//! cargo run --example tenant -- --store sqlite:tenant.db --profile entra
//! cargo run --example tenant -- --store postgres://scim@localhost/scim
//! cargo run --example tenant -- --schema widget.json --resource-type widgets.json
//! cargo run --example tenant -- --oauth-client "Azure AD"          # client id and secret in place of a token
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod arguments;
mod listen;
mod token;

use std::{error::Error, num::NonZeroU32, path::PathBuf, process::ExitCode, sync::Arc};

use axum::routing::any;
use clap::Parser;
use scimkit::{
    postgres::PostgresDatabase,
    schema::SchemaSet,
    server::{
        Authenticator, BearerTokens, ClientCredentials, RateLimited, Service, SigningKey,
        http::{self, HeaderName, HeaderValue},
    },
    sqlite::SqliteDatabase,
    store::{MemoryTenants, MemoryTokens, Scope, TenantId, Tenants, Tokens},
    system::{SystemClock, SystemRandom, UuidV7Ids},
    tower::ScimService,
};
use scimkit_examples::read_file;
use tower_http::cors::CorsLayer;

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
        Place::Postgres(url) => {
            let database = PostgresDatabase::connect(url, schemas.clone()).await?;
            database.create_tenant(&tenant).await?;
            serve(arguments, schemas, tenant, database.clone(), database).await
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
    // By the RFC two groups may have one name; who sends as Entra does wants to hear of it.
    let core = match arguments.profile.name {
        "strict" | "okta" => SchemaSet::core(),
        _ => SchemaSet::core_with_unique_group_names(),
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
    T: Tenants + Clone + 'static,
    K: Tokens + Clone + 'static,
{
    let clock = Arc::new(SystemClock);
    let key = SigningKey::generate(&SystemRandom);
    let bearer = BearerTokens::new(
        tenant.clone(),
        tenants.clone(),
        tokens.clone(),
        clock.clone(),
    )
    .with_header(HeaderName::from_static("netskope-api-token"));
    let clients = ClientCredentials::new(tenant, tenants, tokens, key.clone(), clock.clone());
    let new_token = token::prepare(&bearer, arguments).await?;

    let listener = listen::bind(arguments)?;
    let ids = Arc::new(UuidV7Ids::new(SystemClock));
    let authenticator = limited((bearer, clients.clone()), arguments.rate, clock.clone());
    let mut service = Service::new(authenticator, schemas, clock, ids)
        .with_profile(arguments.profile.clone())
        .with_base_path(&arguments.base_path)
        .with_signing_key(key);
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
    if let Some(name) = &arguments.oauth_client {
        let client = clients.register(name, Scope::ReadWrite, None, &SystemRandom);
        let client = client.await?;
        println!("token endpoint {url}{TOKEN_PATH}");
        println!("client id      {}", client.info.lookup);
        println!(
            "client secret  {}   (shown this once)",
            client.secret.expose()
        );
    }
    let token_path = format!("{}{TOKEN_PATH}", service.base_path());
    let app = axum::Router::new()
        .route(
            &token_path,
            any(move |request| token::endpoint(clients, request)),
        )
        .fallback_service(ScimService::new(service))
        .layer(cors(&arguments.cors_origin));
    listen::serve(listener, app, arguments).await
}

/// Lets the tenant be asked so often, or else as often as anybody can count.
fn limited<A: Authenticator>(
    authenticator: A,
    rate: Option<NonZeroU32>,
    clock: Arc<SystemClock>,
) -> RateLimited<A> {
    let limited = RateLimited::new(authenticator, clock);
    match rate {
        Some(rate) => limited.with_rate(rate, rate.saturating_mul(TWO)),
        None => limited
            .with_rate(NonZeroU32::MAX, NonZeroU32::MAX)
            .with_concurrency(NonZeroU32::MAX),
    }
}

const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// Where clients get access tokens, below the base path.
const TOKEN_PATH: &str = "/oauth2/token";

/// Lets the pages of these origins ask. Their preflights carry no credential and are answered before one is wanted.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    use http::{Method, header};

    CorsLayer::new()
        .allow_origin(origins.to_vec())
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
        ])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER])
}
