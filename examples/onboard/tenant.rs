use std::{error::Error, path::Path, sync::Arc};

use scimkit::{
    schema::{Clock, SchemaSet},
    server::{
        BearerTokens, IssuedToken, PrincipalKind, PrincipalQuery, Principals, Profile, Service,
        http::HeaderName,
    },
    sqlite::{SqliteDatabase, SqliteStore},
    store::{Event, EventQuery, Scope, Store, TenantId},
    system::{SystemRandom, UuidV7Ids},
    tower::ScimService,
};
use scimkit_examples::JourneyClock;

/// A security product's tenant on loopback: one SQLite file behind a SCIM service that behaves as a Netskope tenant does.
pub(crate) struct LocalTenant {
    pub(crate) base_url: String,
    tokens: BearerTokens<SqliteDatabase, SqliteDatabase>,
    store: SqliteStore,
    schemas: Arc<SchemaSet>,
    clock: JourneyClock,
}

impl LocalTenant {
    const BASE_PATH: &str = "/api/v2/scim";

    pub(crate) async fn start(file: &Path, clock: JourneyClock) -> Result<Self, Box<dyn Error>> {
        let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
        let database = SqliteDatabase::open(file, schemas.clone())?;
        let name = TenantId::new("harborline")?;
        let store = database.create_tenant(&name).await?;
        let shared = Arc::new(clock.clone());
        let tokens = BearerTokens::new(name, database.clone(), database, shared.clone())
            .with_header(HeaderName::from_static("netskope-api-token"));

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}{}", listener.local_addr()?, Self::BASE_PATH);
        let service = Service::new(
            tokens.clone(),
            schemas.clone(),
            shared,
            Arc::new(UuidV7Ids::new(clock.clone())),
        )
        .with_profile(Profile::netskope())
        .with_base_path(Self::BASE_PATH)
        .with_public_url(&base_url);
        let app = axum::Router::new().fallback_service(ScimService::new(service));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self {
            base_url,
            tokens,
            store,
            schemas,
            clock,
        })
    }

    /// Makes a token for ninety days.
    pub(crate) async fn issue(&self, name: &str) -> Result<IssuedToken, Box<dyn Error>> {
        let expires = self.clock.now().plus_seconds(90 * 24 * 3_600);
        Ok(self
            .tokens
            .issue(name, Scope::ReadWrite, Some(expires), &SystemRandom)
            .await?)
    }

    /// When the token was last used, to the minute, as the tenant's page shows it.
    pub(crate) async fn last_used(&self, lookup: &str) -> Result<String, Box<dyn Error>> {
        let tokens = self.tokens.list().await?;
        let used = tokens
            .iter()
            .find(|token| &*token.lookup == lookup)
            .and_then(|token| token.last_used.clone());
        let to_the_minute =
            |at: scimkit::schema::DateTime| at.to_string().chars().take(16).collect();
        Ok(used.map_or_else(|| "never".to_owned(), to_the_minute))
    }

    pub(crate) async fn events(&self) -> Result<Vec<Event>, Box<dyn Error>> {
        Ok(self
            .store
            .events(&EventQuery::default().with_limit(10_000))
            .await?)
    }

    /// What the policy editor offers when somebody types a fragment.
    pub(crate) async fn pick(
        &self,
        kind: PrincipalKind,
        fragment: &str,
    ) -> Result<Vec<String>, Box<dyn Error>> {
        let typed = PrincipalQuery::new(kind)
            .with_fragment(fragment)
            .with_limit(5);
        let found = Principals::new(&self.store, &self.schemas)
            .find(&typed)
            .await?;
        let shown = found.items.into_iter().map(|one| match one.email {
            Some(email) => format!("{} <{email}>", one.name),
            None => one.name.into(),
        });
        Ok(shown.collect())
    }
}
