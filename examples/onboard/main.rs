//! A directory is onboarded into a tenant, over real HTTP.
//!
//! ```console
//! cargo run --example onboard                                   # the whole journey, on loopback
//! cargo run --example onboard -- --directory export.json        # with your own directory
//! cargo run --example onboard -- --tenant URL --token-file F    # into any SCIM server
//! ```
#![expect(clippy::print_stdout, reason = "a program talks to its terminal")]

mod show;
mod tenant;

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use scimkit::{
    client::{BaseUrl, PlainHttp},
    mapping::MappingSet,
    provisioning::{
        Application, Connection, CycleReport, DirectoryFile, Engine, MachineSecrets, Options,
        SecretReference, TestedConnection,
    },
    reqwest::ReqwestTransport,
    schema::SchemaSet,
    server::PrincipalKind,
    sqlite::{SqliteDatabase, SqliteState},
    store::{Changed, Event, Shown},
    system::UuidV7Ids,
};
use serde_json::Value;

use scimkit_examples::{JourneyClock, read_back};

use crate::{
    show::{line, step},
    tenant::LocalTenant,
};

type Outcome<T> = Result<T, Box<dyn Error>>;
type OnboardEngine = Engine<DirectoryFile, ReqwestTransport, SqliteState>;

/// Onboards a directory into a tenant's SCIM service.
#[derive(Debug, Parser)]
struct Arguments {
    /// A directory file in Microsoft Graph's shapes; the sample of 200 people otherwise.
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// The SCIM base URL of a tenant; one on loopback is made otherwise.
    #[arg(long, value_name = "URL", env = "SCIM_TENANT")]
    tenant: Option<String>,
    /// The file that holds the tenant's token; the environment variable `SCIM_TOKEN` otherwise.
    #[arg(long, value_name = "FILE", requires = "tenant")]
    token_file: Option<PathBuf>,
    /// Keeps the tenant on loopback up when the journey is over.
    #[arg(long, conflicts_with = "tenant")]
    serve: bool,
    /// Where the databases are kept; a temporary folder otherwise.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match journey(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nstopped: {error}");
            let mut cause = error.source();
            while let Some(reason) = cause {
                println!("  because {reason}");
                cause = reason.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn journey(arguments: Arguments) -> Outcome<()> {
    let temporary = tempfile::tempdir()?;
    let data = arguments.data.as_deref().unwrap_or(temporary.path());
    fs::create_dir_all(data)
        .map_err(|error| format!("the folder `{}` cannot be made: {error}", data.display()))?;
    let state =
        SqliteDatabase::open(data.join("engine.db"), Arc::new(SchemaSet::core()))?.state("engine");
    match &arguments.tenant {
        Some(url) => into_any_tenant(&arguments, url, data, state).await,
        None => on_loopback(&arguments, data, state).await,
    }
}

/// The whole journey, with a tenant of our own to look into.
async fn on_loopback(arguments: &Arguments, data: &Path, state: SqliteState) -> Outcome<()> {
    let clock = JourneyClock::default();
    let directory = Sample::place(arguments.directory.as_deref(), data)?;
    let tenant = LocalTenant::start(&data.join("tenant.db"), clock.clone()).await?;
    let token_file = data.join("token");
    let mappings = MappingSet::netskope_user_authentication();
    let tested = connect(&tenant, &token_file, &mappings, &clock).await?;

    let engine = saved(&tested, mappings, &directory.file, state, &clock).await?;
    initial_cycle(&engine).await?;
    let client = tested.client();
    step("What the tenant holds now, read back over HTTP");
    let target = read_back(&client).await?;
    count(&target);
    directory.compare(&target, "expected.json")?;
    audit_log(&tenant).await?;

    if directory.change()? {
        step(
            "The directory changes: a rename, a disabled account, a leaver, a mover, a group rename",
        );
        let report = later_cycle(&engine, &clock).await?;
        show::report(&report);
        let log = engine.log(0, usize::MAX).await?;
        let of_this_cycle: Vec<_> = log
            .into_iter()
            .filter(|entry| entry.cycle_id == report.cycle_id)
            .collect();
        show::log(&of_this_cycle, usize::MAX);
        directory.compare(&read_back(&client).await?, "expected-later.json")?;
    }
    quiet_cycle(&engine, &clock).await?;
    policy_editor(&tenant).await?;

    if arguments.serve {
        step("The tenant stays up; stop it with Ctrl-C");
        let bearer = format!("Authorization: Bearer $(cat {})", token_file.display());
        line(format!(
            "curl -H \"{bearer}\" '{}/Users?count=3'",
            tenant.base_url
        ));
        tokio::signal::ctrl_c().await?;
    }
    Ok(())
}

/// From a new token to a connection that was tested, with the mistakes that people make on the way.
async fn connect(
    tenant: &LocalTenant,
    token_file: &Path,
    mappings: &MappingSet,
    clock: &JourneyClock,
) -> Outcome<TestedConnection<ReqwestTransport>> {
    step("The tenant makes a token for Azure AD");
    let issued = tenant.issue("Azure AD").await?;
    let lookup = issued.info.lookup.as_ref();
    line(format!("SCIM base URL  {}", tenant.base_url));
    line(format!(
        "token          scimkit_{lookup}_… (shown once, in full, to whoever made it)"
    ));
    line(format!(
        "last used      {}",
        tenant.last_used(lookup).await?
    ));

    step("A connection that was not tested cannot be saved");
    write_secret(token_file, "scimkit_mistyped")?;
    let secret: SecretReference = format!("file:{}", token_file.display()).parse()?;
    let base = BaseUrl::parse(&tenant.base_url, PlainHttp::OnLoopback)?;
    let connection = Connection::new(base, secret, ReqwestTransport::new()?);
    if let Err(refused) = connection.with_evidence(None, &MachineSecrets).await {
        line(format!("refused: {refused}"));
    }

    step("Test with a wrong token");
    let ids = UuidV7Ids::new(clock.clone());
    match connection
        .test(&MachineSecrets, mappings, clock, &ids)
        .await
    {
        Err(error) => line(format!("failed: {error}")),
        Ok(_) => return Err("a wrong token must not pass".into()),
    }
    line(format!(
        "last used      {}",
        tenant.last_used(lookup).await?
    ));

    step("Test with the right one");
    write_secret(token_file, issued.secret.expose())?;
    let tested = connection
        .test(&MachineSecrets, mappings, clock, &ids)
        .await?;
    line("passed: the credentials are authorized to enable provisioning");
    line(format!(
        "last used      {}",
        tenant.last_used(lookup).await?
    ));
    Ok(tested)
}

async fn audit_log(tenant: &LocalTenant) -> Outcome<()> {
    let events = tenant.events().await?;
    line(format!(
        "the tenant's own audit log has {} events; the last:",
        events.len()
    ));
    if let Some(Event { draft, .. }) = events.last() {
        let name = draft.name.as_deref().unwrap_or_default();
        let (actor, action) = (&draft.actor, draft.action.as_str());
        let changes: Vec<_> = draft.changes.iter().map(told).collect();
        line(format!("{actor} {action} `{name}`: {}", changes.join(", ")));
    }
    Ok(())
}

/// A change as an audit log shows it.
fn told(change: &Changed) -> String {
    let side = |shown: &Shown| match shown {
        Shown::Nothing => "nothing".to_owned(),
        Shown::Value(text) if text.len() > 60 => {
            format!("{}…", text.chars().take(60).collect::<String>())
        }
        Shown::Value(text) => text.to_string(),
        Shown::Hidden => "(hidden)".to_owned(),
    };
    let (before, after) = (side(&change.before), side(&change.after));
    format!("{} from {before} to {after}", change.path)
}

async fn policy_editor(tenant: &LocalTenant) -> Outcome<()> {
    step("Policy editor: type a fragment, pick a user or a group");
    let typed = [
        (PrincipalKind::User, "ØDE"),
        (PrincipalKind::User, "o'neil"),
        (PrincipalKind::Group, "project"),
        (PrincipalKind::Group, "blue\\"),
    ];
    for (kind, fragment) in typed {
        line(format!(
            "{fragment:<8} {}",
            tenant.pick(kind, fragment).await?.join(" · ")
        ));
    }
    Ok(())
}

/// The engine's half of the journey, into a tenant that is somebody else's.
async fn into_any_tenant(
    arguments: &Arguments,
    url: &str,
    data: &Path,
    state: SqliteState,
) -> Outcome<()> {
    let clock = JourneyClock::default();
    let directory = Sample::place(arguments.directory.as_deref(), data)?;
    let secret = match &arguments.token_file {
        Some(file) => format!("file:{}", file.display()).parse()?,
        None => "env:SCIM_TOKEN".parse::<SecretReference>()?,
    };
    let connection = Connection::new(
        BaseUrl::parse(url, PlainHttp::OnLoopback)?,
        secret,
        ReqwestTransport::new()?,
    );

    step("Test the connection");
    let mappings = MappingSet::netskope_user_authentication();
    let tested = connection
        .test(
            &MachineSecrets,
            &mappings,
            &clock,
            &UuidV7Ids::new(clock.clone()),
        )
        .await?;
    line("passed: the credentials are authorized to enable provisioning");

    let engine = saved(&tested, mappings, &directory.file, state, &clock).await?;
    initial_cycle(&engine).await?;
    quiet_cycle(&engine, &clock).await
}

async fn saved(
    tested: &TestedConnection<ReqwestTransport>,
    mappings: MappingSet,
    directory: &Path,
    state: SqliteState,
    clock: &JourneyClock,
) -> Outcome<OnboardEngine> {
    step("Save");
    let mut application = Application::save(
        tested,
        "Netskope User Authentication",
        mappings,
        Options::default(),
        &state,
    )
    .await?;
    line(format!(
        "saved `{}`, tested at {}",
        application.name(),
        application.evidence().tested_at()
    ));

    step("The mappings are fixed: to be viewed, not edited");
    show::mappings(application.mappings());
    if let Err(refused) = application.edit_mappings(|_| {}, &state).await {
        line(format!("an edit is refused: {refused}"));
    }

    let shared = Arc::new(clock.clone());
    let ids = Arc::new(UuidV7Ids::new(clock.clone()));
    Ok(Engine::new(
        application,
        DirectoryFile::new(directory),
        tested.client(),
        state,
        shared,
        ids,
    ))
}

async fn initial_cycle(engine: &OnboardEngine) -> Outcome<()> {
    step("Users and groups are assigned; provisioning is switched ON");
    engine.start().await?;
    let bar = show::bar();
    // at once, also where kept data says that the next cycle is due later
    let report = engine.cycle(&|progress| show::follow(&bar, progress)).await;
    bar.finish_and_clear();
    let report = report?;
    show::report(&report);
    step("Status");
    show::status(&engine.status().await?);
    step("Provisioning log: everything that did not simply succeed, and the first that did");
    show::log(&engine.log(0, usize::MAX).await?, 3);
    Ok(())
}

async fn later_cycle(engine: &OnboardEngine, clock: &JourneyClock) -> Outcome<CycleReport> {
    if let Some(early) = engine.run_if_due(&|_| {}).await? {
        return Err(format!("cycle {} ran before it was due", early.cycle_id).into());
    }
    clock.advance(40 * 60);
    line("… 40 minutes pass …");
    let report = engine.run_if_due(&|_| {}).await?;
    report.ok_or_else(|| "the cycle is not due yet".into())
}

async fn quiet_cycle(engine: &OnboardEngine, clock: &JourneyClock) -> Outcome<()> {
    step("Another 40 minutes, and nothing has changed");
    let report = later_cycle(engine, clock).await?;
    line(if report.is_quiet() {
        "nothing was sent but the probe"
    } else {
        "something was sent again:"
    });
    if !report.is_quiet() {
        show::report(&report);
    }
    Ok(())
}

fn count(target: &Value) {
    let list = |name: &str| {
        target
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let members: usize = list("groups")
        .iter()
        .filter_map(|group| group.get("members")?.as_array())
        .map(Vec::len)
        .sum();
    line(format!(
        "{} users, {} groups, {members} memberships",
        list("users").len(),
        list("groups").len()
    ));
}

/// The directory file that the engine reads: one's own where it is, or the sample where it can be changed.
struct Sample {
    file: PathBuf,
    is_sample: bool,
}

impl Sample {
    fn place(own: Option<&Path>, data: &Path) -> Outcome<Self> {
        if let Some(file) = own {
            return Ok(Self {
                file: file.to_owned(),
                is_sample: false,
            });
        }
        let file = data.join("directory.json");
        fs::copy(fixture("directory.json"), &file)?;
        Ok(Self {
            file,
            is_sample: true,
        })
    }

    /// The sample becomes its own later state; one's own directory stays as it is.
    fn change(&self) -> Outcome<bool> {
        if self.is_sample {
            fs::copy(fixture("directory-later.json"), &self.file)?;
        }
        Ok(self.is_sample)
    }

    /// The sample comes with what must be read back, written from the mapping table by hand.
    fn compare(&self, target: &Value, expected: &str) -> Outcome<()> {
        if !self.is_sample {
            return Ok(());
        }
        let wanted: Value = serde_json::from_slice(&fs::read(fixture(expected))?)?;
        for name in ["users", "groups"] {
            if target.get(name) != wanted.get(name) {
                return Err(format!(
                    "the {name} of the tenant differ from fixtures/onboard/{expected}"
                )
                .into());
            }
        }
        line(format!("equal to fixtures/onboard/{expected}"));
        Ok(())
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/onboard")
        .join(name)
}

/// Writes a file that only its owner can read.
fn write_secret(path: &Path, secret: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(path)?, secret.as_bytes())
}
