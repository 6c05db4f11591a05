//! From the configuration to an engine.

use std::{path::Path, sync::Arc, time::Duration};

use scimkit::{
    client::{BaseUrl, Client, OAuthClient, PatchDialect, PlainHttp, Token, Transport},
    mapping::{MappingSet, SynchronizationSchema},
    provisioning::{
        Application, ApplicationErrorKind, Connection, CsvDirectory, Directory, DirectoryError,
        DirectoryFile, Engine, GraphDirectory, MachineSecrets, Options, SecretReference,
        SecretSource, Snapshot, TestedConnection,
    },
    reqwest::ReqwestTransport,
    schema::SchemaSet,
    sqlite::{SqliteDatabase, SqliteState},
    system::{SystemClock, SystemRandom, UuidV7Ids},
};
use tokio::time::{Sleep, sleep};
use toml::Spanned;

use crate::{
    config::{Config, Csv, Dialect, Graph, Mapping, Source, Template},
    exit::{Exit, Failure},
    place::Text,
};

pub(crate) type ProvisionEngine = Engine<AnyDirectory, ReqwestTransport, SqliteState>;

/// How Graph is waited for.
type Patience = fn(Duration) -> Sleep;

/// The directory that the configuration names.
pub(crate) enum AnyDirectory {
    Csv(CsvDirectory),
    File(DirectoryFile),
    Graph(Box<GraphDirectory<ReqwestTransport, Patience>>),
}

/// What the configuration comes to.
pub(crate) struct Setup {
    name: String,
    state: SqliteState,
    connection: Connection<ReqwestTransport>,
    mappings: MappingSet,
    options: Options,
    dialect: PatchDialect,
    text: Text,
    source: Spanned<Source>,
    transport: ReqwestTransport,
}

/// Whether secrets of the source are fetched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Secrets {
    Fetch,
    /// It is only to be named.
    LeaveAlone,
}

impl Setup {
    pub(crate) fn new(file: &Path) -> Result<Self, Failure> {
        let text = Text::read(file)?;
        let config = Config::read(&text)?;
        let transport = ReqwestTransport::new().map_err(|error| Failure::from_error(&error))?;
        let (connection, dialect) = connection(&text, &config, transport.clone())?;
        let place = text.path(&config.state);
        let schemas = Arc::new(SchemaSet::core());
        let database = SqliteDatabase::open(&place, schemas).map_err(|error| {
            let why = Failure::from_error(&error);
            Failure::wrong(format!(
                "the state `{}` cannot be opened: {why}",
                place.display()
            ))
        })?;
        Ok(Self {
            name: config.name.get_ref().clone(),
            state: database.state("provision"),
            connection,
            mappings: mappings(&text, &config.mapping)?,
            options: config.provisioning.options(&text)?,
            dialect,
            source: config.source,
            transport,
            text,
        })
    }

    /// Tests the connection, and saves the application.
    pub(crate) async fn test(&self) -> Result<Application, Failure> {
        let ids = UuidV7Ids::new(SystemClock);
        let tested = self
            .connection
            .test(&MachineSecrets, &self.mappings, &SystemClock, &ids)
            .await
            .map_err(|error| match error.request() {
                None if !error.ignores_filter() => Failure::from_error(&error),
                _ => Failure::of(Exit::Quarantined, &error),
            })?;
        self.save(&tested).await
    }

    async fn save(
        &self,
        tested: &TestedConnection<ReqwestTransport>,
    ) -> Result<Application, Failure> {
        let (mappings, options) = (self.mappings.clone(), self.options.clone());
        let saved = Application::save(tested, &self.name, mappings, options, &self.state).await;
        saved.map_err(|error| Failure::from_error(&error))
    }

    /// An engine over the connection that was tested, with mappings and options as they are now.
    pub(crate) async fn engine(self) -> Result<ProvisionEngine, Failure> {
        let directory = self.directory(Secrets::Fetch).await?;
        let saved = self.load().await?;
        let evidence = Some(saved.evidence());
        let tested = self
            .connection
            .with_evidence(evidence, &MachineSecrets)
            .await;
        let tested = tested.map_err(|error| {
            let why = Failure::from_error(&error);
            Failure::wrong(format!("{why} (`provision test` does both)"))
        })?;
        let application = self.save(&tested).await?;
        let client = tested.client().with_dialect(self.dialect);
        Ok(self.engine_with(application, directory, client))
    }

    /// An engine that only looks at what was done: it has no token, and asks the target nothing.
    pub(crate) async fn reader(self) -> Result<ProvisionEngine, Failure> {
        let application = self.load().await?;
        let directory = self.directory(Secrets::LeaveAlone).await?;
        let client = Client::new(
            self.connection.base().clone(),
            no_token()?,
            self.transport.clone(),
        );
        Ok(self.engine_with(application, directory, client))
    }

    fn engine_with(
        self,
        application: Application,
        directory: AnyDirectory,
        client: Client<ReqwestTransport>,
    ) -> ProvisionEngine {
        let ids = Arc::new(UuidV7Ids::new(SystemClock));
        let clock = Arc::new(SystemClock);
        Engine::new(application, directory, client, self.state, clock, ids)
            .with_random(SystemRandom)
    }

    async fn directory(&self, secrets: Secrets) -> Result<AnyDirectory, Failure> {
        directory(&self.text, &self.source, self.transport.clone(), secrets).await
    }

    async fn load(&self) -> Result<Application, Failure> {
        let loaded = Application::load(&self.name, &self.state).await;
        loaded.map_err(|error| {
            let why = Failure::from_error(&error);
            match error.kind() {
                ApplicationErrorKind::NotSaved { .. } => {
                    Failure::wrong(format!("{why} (`provision test` does both)"))
                }
                _ => why,
            }
        })
    }
}

impl Directory for AnyDirectory {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        match self {
            Self::Csv(directory) => directory.snapshot().await,
            Self::File(directory) => directory.snapshot().await,
            Self::Graph(directory) => directory.snapshot().await,
        }
    }

    fn name(&self) -> Box<str> {
        match self {
            Self::Csv(directory) => directory.name(),
            Self::File(directory) => directory.name(),
            Self::Graph(directory) => directory.name(),
        }
    }
}

fn connection<T: Transport>(
    text: &Text,
    config: &Config,
    transport: T,
) -> Result<(Connection<T>, PatchDialect), Failure> {
    let target = config.target.get_ref();
    let plain_http = if target.plain_http {
        PlainHttp::Anywhere
    } else {
        PlainHttp::OnLoopback
    };
    let base = text.read_as(&target.url, |url| BaseUrl::parse(url, plain_http))?;
    let dialect = match target.dialect {
        Dialect::Entra => PatchDialect::of_entra(&base),
        Dialect::Rfc => PatchDialect::Rfc,
    };
    let connection = match (&target.token, &target.oauth) {
        (Some(token), None) => Connection::new(base, secret(text, token)?, transport),
        (None, Some(oauth)) => {
            let url = text.read_as(&oauth.token_url, str::parse)?;
            let mut client = OAuthClient::new(url, &oauth.client_id, Arc::new(SystemClock))
                .with_secret_place(oauth.secret_in.into());
            if let Some(scope) = &oauth.scope {
                client = client.with_scope(scope);
            }
            Connection::new(base, secret(text, &oauth.secret)?, transport).with_oauth_client(client)
        }
        _ => {
            let span = config.target.span();
            return Err(text.wrong(
                &span,
                "`[target]` has either a `token` or a table `[target.oauth]`",
            ));
        }
    };
    Ok((connection, dialect))
}

async fn directory(
    text: &Text,
    source: &Spanned<Source>,
    transport: ReqwestTransport,
    secrets: Secrets,
) -> Result<AnyDirectory, Failure> {
    match source.get_ref() {
        Source {
            file: Some(file),
            csv: None,
            graph: None,
        } => Ok(AnyDirectory::File(DirectoryFile::new(text.path(file)))),
        Source {
            file: None,
            csv: Some(csv),
            graph: None,
        } => csv_directory(text, csv),
        Source {
            file: None,
            csv: None,
            graph: Some(graph),
        } => graph_directory(text, graph, transport, secrets).await,
        _ => Err(text.wrong(
            &source.span(),
            "`[source]` has exactly one of `file`, a table `[source.csv]` and a table `[source.graph]`",
        )),
    }
}

fn csv_directory(text: &Text, csv: &Csv) -> Result<AnyDirectory, Failure> {
    let mut directory = CsvDirectory::new(text.path(&csv.users));
    match (&csv.groups, &csv.members) {
        (Some(groups), Some(members)) => {
            let (groups, members) = (groups.get_ref(), members.get_ref());
            directory = directory.with_groups(text.path(groups), text.path(members));
        }
        (Some(alone), None) | (None, Some(alone)) => {
            return Err(text.wrong(
                &alone.span(),
                "`groups` and `members` go together: give both files, or neither",
            ));
        }
        (None, None) => {}
    }
    if let Some(assignments) = &csv.assignments {
        directory = directory.with_assignments(text.path(assignments));
    }
    Ok(AnyDirectory::Csv(directory))
}

async fn graph_directory(
    text: &Text,
    graph: &Graph,
    transport: ReqwestTransport,
    secrets: Secrets,
) -> Result<AnyDirectory, Failure> {
    let base = match &graph.base_url {
        Some(url) => text.read_as(url, str::parse::<BaseUrl>)?,
        None => GraphDirectory::<ReqwestTransport>::BASE
            .parse()
            .map_err(|error| Failure::from_error(&error))?,
    };
    let url = match &graph.token_url {
        Some(url) => text.read_as(url, str::parse)?,
        None => format!(
            "https://login.microsoftonline.com/{}/oauth2/v2.0/token",
            graph.tenant
        )
        .parse()
        .map_err(|error| Failure::from_error(&error))?,
    };
    let scope = graph
        .scope
        .as_deref()
        .unwrap_or("https://graph.microsoft.com/.default");
    let client = OAuthClient::new(url, &graph.client_id, Arc::new(SystemClock)).with_scope(scope);
    let reference = secret(text, &graph.secret)?;
    let secret = match secrets {
        Secrets::Fetch => MachineSecrets.resolve(&reference).await,
        Secrets::LeaveAlone => Ok(no_token()?),
    };
    let secret =
        secret.map_err(|error| text.wrong(&graph.secret.span(), Failure::from_error(&error)))?;
    let tokens = client.with_secret(secret);
    let mut directory = GraphDirectory::new(base, tokens, &graph.service_principal, transport);
    for property in &graph.properties {
        directory = directory.with_user_property(property);
    }
    let directory = directory.with_pause(sleep as Patience);
    Ok(AnyDirectory::Graph(Box::new(directory)))
}

fn mappings(text: &Text, mapping: &Spanned<Mapping>) -> Result<MappingSet, Failure> {
    match (&mapping.get_ref().file, mapping.get_ref().template) {
        (None, Some(Template::Generic)) => Ok(MappingSet::generic_scim()),
        (None, Some(Template::Netskope)) => Ok(MappingSet::netskope_user_authentication()),
        (Some(file), None) => {
            let path = text.path(file.get_ref());
            let wrong = |error: &dyn std::error::Error| {
                let why = Failure::from_error(error);
                text.wrong(&file.span(), format!("`{}`: {why}", path.display()))
            };
            let json = std::fs::read_to_string(&path).map_err(|error| wrong(&error))?;
            let schema = SynchronizationSchema::from_json(&json).map_err(|error| wrong(&error))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            MappingSet::from_schema(&name, schema).map_err(|error| wrong(&error))
        }
        _ => Err(text.wrong(
            &mapping.span(),
            "`[mapping]` has either a `template`, which is `generic` or `netskope`, or a `file` with a synchronization schema",
        )),
    }
}

/// Stands where nothing is asked.
fn no_token() -> Result<Token, Failure> {
    Token::new("none").map_err(|error| Failure::from_error(&error))
}

/// Where a secret is kept; files lie relative to the configuration.
fn secret(text: &Text, value: &Spanned<String>) -> Result<SecretReference, Failure> {
    let reference = text.read_as(value, str::parse)?;
    Ok(match reference {
        SecretReference::File(path) => SecretReference::File(text.path(&path)),
        other => other,
    })
}
