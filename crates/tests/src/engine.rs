use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use scimkit::{
    client::{BaseUrl, PatchDialect, PlainHttp},
    mapping::MappingSet,
    provisioning::{
        Application, Connection, CycleError, CycleReport, DirectoryFile, Engine, LogEntry,
        MachineSecrets, Options, SecretReference, TestError, TestedConnection,
    },
    reqwest::ReqwestTransport,
    schema::SchemaSet,
    server::{IssuedToken, Profile},
    sqlite::{SqliteDatabase, SqliteState},
    system::UuidV7Ids,
};
use scimkit_examples::JourneyClock;
use tempfile::TempDir;

use crate::{Company, Counting, TestTenant};

/// The engine of the tests: a directory file, reqwest, SQLite.
pub type TestEngine = Engine<DirectoryFile, Counting<ReqwestTransport>, SqliteState>;

/// Both ends of the wire in one temporary folder: a tenant on a socket, and what an administrator needs to connect to it.
#[derive(Debug)]
pub struct Journey {
    /// The receiving end.
    pub tenant: TestTenant,
    /// The token that the administrator entered.
    pub token: IssuedToken,
    /// What the engine sends.
    pub wire: Counting<ReqwestTransport>,
    /// Both ends' clock.
    pub clock: JourneyClock,
    /// The engine's memory.
    pub state: SqliteState,
    /// In which words the engine sends its PATCH bodies.
    pub dialect: PatchDialect,
    folder: TempDir,
}

impl Journey {
    /// A tenant with one token, and nothing connected yet.
    pub async fn begin() -> Self {
        Self::begin_with(Profile::netskope()).await
    }

    /// A tenant of these habits with one token, and nothing connected yet.
    pub async fn begin_with(profile: Profile) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = JourneyClock::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let file = folder.path().join("tenant.db");
        let tenant =
            TestTenant::serve_as(&file, "harborline", clock.clone(), listener, profile).await;
        let token = tenant.issue("Azure AD").await;
        let schemas = Arc::new(SchemaSet::core());
        let state = SqliteDatabase::open(folder.path().join("engine.db"), schemas)
            .unwrap()
            .state("engine");
        let wire = Counting::new(ReqwestTransport::new().unwrap());
        let journey = Self {
            tenant,
            token,
            wire,
            clock,
            state,
            dialect: PatchDialect::Rfc,
            folder,
        };
        journey.enter_token(journey.token.secret.expose());
        journey
    }

    /// Where the engine reads the directory.
    #[must_use]
    pub fn directory_file(&self) -> PathBuf {
        self.folder.path().join("directory.json")
    }

    /// The temporary folder of both ends.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the token file that the engine reads.
    pub fn enter_token(&self, token: &str) {
        write_secret(&self.folder.path().join("token"), token);
    }

    /// The connection to the tenant, not tested yet.
    #[must_use]
    pub fn connection(&self) -> Connection<Counting<ReqwestTransport>> {
        self.connection_to(&self.tenant.base_url)
    }

    /// A connection to any address, with the administrator's token.
    #[must_use]
    pub fn connection_to(&self, url: &str) -> Connection<Counting<ReqwestTransport>> {
        let base = BaseUrl::parse(url, PlainHttp::OnLoopback).unwrap();
        let secret: SecretReference =
            format!("file:{}", self.folder.path().join("token").display())
                .parse()
                .unwrap();
        Connection::new(base, secret, self.wire.clone())
    }

    /// Presses "Test Connection".
    ///
    /// # Errors
    /// What the test fails with.
    pub async fn test(
        &self,
        connection: &Connection<Counting<ReqwestTransport>>,
    ) -> Result<TestedConnection<Counting<ReqwestTransport>>, TestError> {
        let ids = UuidV7Ids::new(self.clock.clone());
        let mappings = MappingSet::netskope_user_authentication();
        connection
            .test(&MachineSecrets, &mappings, &self.clock, &ids)
            .await
    }

    /// Tests and saves with the locked template, and gives an engine that is not switched on yet.
    pub async fn engine(&self) -> TestEngine {
        self.engine_with(
            "Netskope",
            MappingSet::netskope_user_authentication(),
            Options::default(),
        )
        .await
    }

    /// Tests and saves as said.
    pub async fn engine_with(
        &self,
        name: &str,
        mappings: MappingSet,
        options: Options,
    ) -> TestEngine {
        let tested = self.test(&self.connection()).await.unwrap();
        let application = Application::save(&tested, name, mappings, options, &self.state)
            .await
            .unwrap();
        self.engine_of(application, &tested)
    }

    /// An engine for a saved application.
    #[must_use]
    pub fn engine_of(
        &self,
        application: Application,
        tested: &TestedConnection<Counting<ReqwestTransport>>,
    ) -> TestEngine {
        let clock = Arc::new(self.clock.clone());
        let ids = Arc::new(UuidV7Ids::new(self.clock.clone()));
        Engine::new(
            application,
            DirectoryFile::new(self.directory_file()),
            tested.client().with_dialect(self.dialect),
            self.state.clone(),
            clock,
            ids,
        )
        .with_name("journey")
    }

    /// Connects, saves, switches on and runs the initial cycle over this directory.
    pub async fn onboard(&self, company: &Company) -> TestEngine {
        company.write(&self.directory_file());
        let engine = self.engine().await;
        engine.start().await.unwrap();
        run(&engine).await.unwrap();
        let _ = self.wire.take();
        engine
    }

    /// Lets forty minutes pass and runs the cycle that is due then.
    pub async fn next(&self, engine: &TestEngine) -> CycleReport {
        self.try_next(engine).await.unwrap()
    }

    /// Lets forty minutes pass and tries to run the cycle that is due then.
    ///
    /// # Errors
    /// What the cycle ends with.
    pub async fn try_next(&self, engine: &TestEngine) -> Result<CycleReport, CycleError> {
        let _ = self.wire.take();
        self.clock.advance(40 * 60);
        run(engine).await
    }

    /// Writes the directory anew, lets forty minutes pass and runs the cycle that is due then.
    pub async fn next_with(&self, engine: &TestEngine, company: &Company) -> CycleReport {
        company.write(&self.directory_file());
        self.next(engine).await
    }

    /// Entries of the provisioning log about the object called `name`.
    pub async fn log_of(&self, engine: &TestEngine, name: &str) -> Vec<LogEntry> {
        let log = engine.log(0, usize::MAX).await.unwrap();
        log.into_iter()
            .filter(|entry| entry.source_identity.display_name.contains(name))
            .collect()
    }
}

async fn run(engine: &TestEngine) -> Result<CycleReport, CycleError> {
    Ok(engine.run_if_due(&|_| {}).await?.unwrap())
}

/// Writes a file that only its owner can read.
fn write_secret(path: &Path, secret: &str) {
    std::fs::write(path, secret).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}
