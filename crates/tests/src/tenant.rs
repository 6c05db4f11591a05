use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use scimkit::{
    client::{BaseUrl, Client, PlainHttp, Token},
    reqwest::ReqwestTransport,
    schema::{Clock, DateTime, ResourceId, SchemaSet},
    server::{
        BearerTokens, IssuedToken, PrincipalKind, PrincipalQuery, Principals, Profile, Service,
        Standing, http::HeaderName,
    },
    sqlite::{SqliteDatabase, SqliteStore},
    store::{Event, EventQuery, Scope, Store, TenantId},
    system::{SystemRandom, UuidV7Ids},
    tower::ScimService,
};
use scimkit_examples::{JourneyClock, read_back};
use serde_json::Value;

/// A Netskope-like tenant on a socket of its own, kept in a SQLite file.
pub struct TestTenant {
    /// Where the tenant's SCIM service is.
    pub base_url: String,
    /// The tenant's tokens.
    pub tokens: BearerTokens<SqliteDatabase, SqliteDatabase>,
    /// The tenant's resources, past the wire.
    pub store: SqliteStore,
    /// The tenant's clock.
    pub clock: JourneyClock,
    schemas: Arc<SchemaSet>,
}

impl TestTenant {
    /// The path below which the tenant answers.
    pub const BASE_PATH: &'static str = "/api/v2/scim";

    /// Starts the tenant `name` of the file on any free port.
    pub async fn start(file: &Path, name: &str, clock: JourneyClock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(file, name, clock, listener).await
    }

    /// Starts the tenant `name` of the file on this listener.
    pub async fn serve(
        file: &Path,
        name: &str,
        clock: JourneyClock,
        listener: tokio::net::TcpListener,
    ) -> Self {
        Self::serve_as(file, name, clock, listener, Profile::netskope()).await
    }

    /// Starts the tenant `name` of the file on this listener, with the habits of this profile.
    pub async fn serve_as(
        file: &Path,
        name: &str,
        clock: JourneyClock,
        listener: tokio::net::TcpListener,
        profile: Profile,
    ) -> Self {
        let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
        let database = SqliteDatabase::open(file, schemas.clone()).unwrap();
        let tenant = TenantId::new(name).unwrap();
        let store = database.create_tenant(&tenant).await.unwrap();
        let shared = Arc::new(clock.clone());
        let tokens = BearerTokens::new(tenant, database.clone(), database, shared.clone())
            .with_header(HeaderName::from_static("netskope-api-token"));
        let base_url = format!(
            "http://{}{}",
            listener.local_addr().unwrap(),
            Self::BASE_PATH
        );
        let ids = Arc::new(UuidV7Ids::new(clock.clone()));
        let service = Service::new(tokens.clone(), schemas.clone(), shared, ids)
            .with_profile(profile)
            .with_base_path(Self::BASE_PATH)
            .with_public_url(&base_url);
        let app = axum::Router::new().fallback_service(ScimService::new(service));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            base_url,
            tokens,
            store,
            clock,
            schemas,
        }
    }

    /// Makes a token for a day.
    pub async fn issue(&self, name: &str) -> IssuedToken {
        let expires = self.clock.now().plus_seconds(24 * 3_600);
        self.tokens
            .issue(name, Scope::ReadWrite, Some(expires), &SystemRandom)
            .await
            .unwrap()
    }

    /// When the token `lookup` was last used.
    pub async fn last_used(&self, lookup: &str) -> Option<DateTime> {
        let tokens = self.tokens.list().await.unwrap();
        tokens
            .into_iter()
            .find(|token| &*token.lookup == lookup)
            .and_then(|token| token.last_used)
    }

    /// A client with this token, on a connection of its own.
    #[must_use]
    pub fn client(&self, token: &IssuedToken) -> Client<ReqwestTransport> {
        let base = BaseUrl::parse(&self.base_url, PlainHttp::OnLoopback).unwrap();
        Client::new(
            base,
            Token::new(token.secret.expose()).unwrap(),
            ReqwestTransport::new().unwrap(),
        )
    }

    /// What the tenant holds, read over HTTP with a token made for it.
    pub async fn read_back(&self) -> Value {
        let token = self.issue("read-back").await;
        let read = read_back(&self.client(&token)).await.unwrap();
        self.tokens.revoke(token.secret.lookup()).await.unwrap();
        read
    }

    /// The tenant's audit log.
    pub async fn events(&self) -> Vec<Event> {
        self.store
            .events(&EventQuery::after(0).with_limit(100_000))
            .await
            .unwrap()
    }

    /// The ids that the policy editor keeps for a fragment.
    pub async fn pick_ids(&self, kind: PrincipalKind, fragment: &str) -> Vec<ResourceId> {
        let typed = PrincipalQuery::new(kind).with_fragment(fragment);
        let principals = Principals::new(&self.store, &self.schemas);
        let found = principals.find(&typed).await.unwrap();
        found
            .items
            .into_iter()
            .map(|principal| principal.id)
            .collect()
    }

    /// What became of those whose ids a policy keeps.
    pub async fn resolve(&self, ids: &[ResourceId]) -> Vec<Standing> {
        let principals = Principals::new(&self.store, &self.schemas);
        let resolved = principals.resolve(ids).await.unwrap();
        resolved.into_iter().map(|one| one.standing).collect()
    }

    /// Names that the policy editor offers for a fragment.
    pub async fn pick(&self, kind: PrincipalKind, fragment: &str) -> Vec<String> {
        let typed = PrincipalQuery::new(kind).with_fragment(fragment);
        let principals = Principals::new(&self.store, &self.schemas);
        let found = principals.find(&typed.with_limit(1_000)).await.unwrap();
        let found = found.items.into_iter();
        found.map(|principal| principal.name.into()).collect()
    }
}

impl std::fmt::Debug for TestTenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestTenant")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// A file of the onboard sample.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/onboard")
        .join(name)
}
