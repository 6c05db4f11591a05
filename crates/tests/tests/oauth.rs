//! The engine with OAuth 2.0 client credentials, against the token endpoint of a tenant of our own.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{path::Path, sync::Arc};

use axum::{Router, body::Body, extract::Request, routing::post};
use scimkit::{
    client::{OAuthClient, bytes::Bytes, http::Method},
    mapping::MappingSet,
    provisioning::{Application, Connection, CycleErrorKind, MachineSecrets, Options},
    schema::SchemaSet,
    server::{ClientCredentials, IssuedToken, Service, SigningKey},
    sqlite::SqliteDatabase,
    store::{Scope, TenantId},
    system::{SystemRandom, UuidV7Ids},
    tower::ScimService,
};
use scimkit_examples::JourneyClock;
use scimkit_tests::{Company, Counting, Journey};

type Clients = ClientCredentials<SqliteDatabase, SqliteDatabase>;

/// A tenant that takes nothing but access tokens: its address, its clients, and one of them.
async fn tenant(folder: &Path, clock: &JourneyClock) -> (String, Clients, IssuedToken) {
    let schemas = Arc::new(SchemaSet::core());
    let database = SqliteDatabase::open(folder.join("oauth.db"), schemas.clone()).unwrap();
    let name = TenantId::new("harborline").unwrap();
    database.create_tenant(&name).await.unwrap();
    let shared = Arc::new(clock.clone());
    let key = SigningKey::generate(&SystemRandom);
    let clients = ClientCredentials::new(name, database.clone(), database, key, shared.clone());
    let azure = clients
        .register("Azure AD", Scope::ReadWrite, None, &SystemRandom)
        .await
        .unwrap();
    let ids = Arc::new(UuidV7Ids::new(clock.clone()));
    let service = Service::new(clients.clone(), schemas, shared, ids).with_base_path("/scim");
    let endpoint = clients.clone();
    let app = Router::new()
        .route(
            "/oauth2/token",
            post(async move |request: Request| {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 16 << 10).await.unwrap();
                let response = endpoint.token(Request::from_parts(head, body)).await;
                response.map(|body: Bytes| Body::from(body))
            }),
        )
        .fallback_service(ScimService::new(service));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, clients, azure)
}

#[tokio::test]
async fn access_tokens_are_fetched_renewed_and_missed_when_the_client_is_revoked() {
    let journey = Journey::begin().await;
    let (url, clients, azure) = tenant(journey.folder(), &journey.clock).await;
    journey.enter_token(azure.secret.expose());
    let oauth = |id: &str| {
        let endpoint = format!("{url}/oauth2/token").parse().unwrap();
        OAuthClient::new(endpoint, id, Arc::new(journey.clock.clone())).with_scope("scim")
    };
    let connection = |id: &str| -> Connection<Counting<_>> {
        journey
            .connection_to(&format!("{url}/scim"))
            .with_oauth_client(oauth(id))
    };

    let failed = journey.test(&connection("nobody")).await.unwrap_err();
    let said = failed.to_string();
    assert!(
        said.starts_with(
            "`POST /oauth2/token`: the token endpoint gives no access token (`invalid_client`: "
        ),
        "{said}"
    );

    let tested = journey.test(&connection(&azure.info.lookup)).await.unwrap();
    let evidence = tested.evidence();
    let with_evidence = async |id: &str| {
        let connection = connection(id);
        let tested = connection.with_evidence(Some(evidence), &MachineSecrets);
        tested.await.map_err(|error| error.to_string())
    };
    assert!(with_evidence(&azure.info.lookup).await.is_ok());
    let other = with_evidence("other").await.unwrap_err();
    assert!(
        other.starts_with("the client, its scope, its token endpoint or the secret"),
        "{other}"
    );

    let mappings = MappingSet::netskope_user_authentication();
    let application = Application::save(
        &tested,
        "OAuth",
        mappings,
        Options::default(),
        &journey.state,
    )
    .await
    .unwrap();
    let engine = journey.engine_of(application, &tested);
    Company::new()
        .user("mira")
        .assign("User", &["mira"])
        .write(&journey.directory_file());
    engine.start().await.unwrap();
    let _ = journey.wire.take();
    let report = engine.cycle(&|_| {}).await.unwrap();
    assert_eq!((report.users.created, report.failed), (1, 0));
    let asked = || {
        let sent = journey.wire.take();
        sent.iter()
            .filter(|sent| sent.is(&Method::POST, "/oauth2/token"))
            .count()
    };
    assert_eq!(asked(), 0, "the token of the test still works");

    assert!(journey.next(&engine).await.is_quiet());
    assert_eq!(asked(), 0);
    assert!(journey.next(&engine).await.is_quiet());
    assert_eq!(asked(), 1, "eighty minutes later it is renewed");

    clients.revoke(&azure.info.lookup).await.unwrap();
    let ended = journey.try_next(&engine).await.unwrap_err();
    assert!(
        matches!(ended.kind(), CycleErrorKind::InvalidCredentials(_)),
        "{ended}"
    );
    assert_eq!(asked(), 1);
}
