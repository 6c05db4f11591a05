//! A PostgreSQL server for the tests: the one that `SCIMKIT_POSTGRES_URL` names, else one of their own, made of the programs of this
//! machine and gone when the tests are.

use std::{
    io::{BufRead, BufReader, Write as _},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

/// Names a server that is there already, as `postgres://user:password@host/database`; the user may make roles and databases.
const URL: &str = "SCIMKIT_POSTGRES_URL";

/// If this is set, tests that find no server fail.
const REQUIRED: &str = "SCIMKIT_POSTGRES_REQUIRED";

/// Who the tests are: nobody special, so that the walls between tenants stand.
const ROLE: &str = "scimkit_tests";

pub(crate) struct Server {
    /// Up to the user.
    scheme: &'static str,
    admin: String,
    /// From behind the user up to the database.
    host: String,
    own: Option<Own>,
}

/// A cluster in a folder of its own.
struct Own {
    programs: PathBuf,
    folder: PathBuf,
    /// Stops the server and removes the folder when its input ends, however this process ends.
    _keeper: Child,
}

/// The runtime that every connection lives on. The tests themselves wait without one.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

impl Server {
    /// The server that the tests share. Without one the program ends, and well: all of its tests need it.
    pub(crate) fn shared() -> &'static Self {
        Self::found().unwrap_or_else(|| std::process::exit(0))
    }

    /// The server that the tests share. Says so if there is none.
    pub(crate) fn found() -> Option<&'static Self> {
        static FOUND: OnceLock<Option<Server>> = OnceLock::new();
        let found = FOUND.get_or_init(|| match std::env::var(URL) {
            Ok(url) => Some(Self::elsewhere(&url)),
            Err(_) => programs_or_say().map(|programs| Self::start(&programs)),
        });
        found.as_ref()
    }

    /// A server that no other test uses, and that may be stopped; none where it takes programs that are not here.
    pub(crate) fn own() -> Option<Self> {
        let programs = programs();
        if programs.is_none() && std::env::var_os(URL).is_some() {
            say(
                "\n*** A test of PostgreSQL was LEFT OUT: it stops its server, and there are no programs to start one. ***\n\n",
            );
            return None;
        }
        let programs = programs.or_else(programs_or_say);
        Some(Self::start(
            &programs.unwrap_or_else(|| std::process::exit(0)),
        ))
    }

    fn start(programs: &Path) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("scimkit-pg")
            .tempdir()
            .unwrap()
            .keep();
        let keeper = keep(programs, &folder);
        let server = Self {
            scheme: "postgres://",
            admin: "postgres".into(),
            host: format!("@{}/", folder.display().to_string().replace('/', "%2F")),
            own: Some(Own {
                programs: programs.to_owned(),
                folder,
                _keeper: keeper,
            }),
        };
        server.make_role();
        server
    }

    fn elsewhere(url: &str) -> Self {
        let rest = url.split_once("://").unwrap().1;
        let (admin, host) = rest.rsplit_once('@').unwrap();
        let host = host.split_once('/').map_or(host, |(host, _)| host);
        let server = Self {
            scheme: "postgres://",
            admin: admin.into(),
            host: format!("@{host}/"),
            own: None,
        };
        server.make_role();
        server
    }

    fn make_role(&self) {
        let made = format!("CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}' NOSUPERUSER");
        // It may be there from another run.
        let _ = runtime().block_on(async { self.admin().await.batch_execute(&made).await });
    }

    /// A new, empty database. Gives its address.
    pub(crate) fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "{ROLE}_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        runtime().block_on(async {
            let make = format!("CREATE DATABASE {name} OWNER {ROLE}");
            self.admin().await.batch_execute(&make).await.unwrap();
        });
        format!("{}{ROLE}:{ROLE}{}{name}", self.scheme, self.host)
    }

    async fn admin(&self) -> Client {
        connect(&format!(
            "{}{}{}postgres",
            self.scheme, self.admin, self.host
        ))
        .await
    }

    /// Where the socket of a server of the tests' own is.
    pub(crate) fn socket(&self) -> PathBuf {
        self.own.as_ref().unwrap().folder.join(".s.PGSQL.5432")
    }

    /// What the server complained about.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.own.as_ref().unwrap().folder.join("log")).unwrap();
        let lines = log
            .lines()
            .filter(|line| line.contains("ERROR") || line.contains("PANIC"));
        lines.map(str::to_owned).collect()
    }

    /// Kills the server as a crash would, and starts it again.
    pub(crate) fn crash(&self) {
        let own = self.own.as_ref().unwrap();
        let mut command = Command::new(own.programs.join("pg_ctl"));
        command.args(["-w", "-s", "-m", "immediate", "restart", "-D"]);
        command
            .arg(own.folder.join("data"))
            .arg("-l")
            .arg(own.folder.join("log"));
        unprivileged(&mut command);
        assert!(command.status().unwrap().success());
    }
}

/// A connection of the test's own.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Makes a cluster and starts it.
fn keep(programs: &Path, folder: &Path) -> Child {
    // Under a locale whose order is not that of bytes, where there is one.
    let script = r#"
        trap 'rm -rf "$2"' EXIT
        initdb="$1/initdb -D $2/data -U postgres -A trust -E UTF8 --no-sync"
        $initdb --locale-provider=icu --icu-locale=en >"$2/log" 2>&1 || { rm -rf "$2/data"; $initdb >"$2/log" 2>&1; } || exit 1
        "$1/pg_ctl" -w -s -D "$2/data" -l "$2/log" -o "-c listen_addresses= -c unix_socket_directories=$2 -c max_connections=200" start || exit 1
        echo ready
        cat >/dev/null
        "$1/pg_ctl" -w -s -m immediate -D "$2/data" stop
    "#;
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(programs).arg(folder);
    // What ends the whole group of this process must not end the one who cleans up behind it.
    command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .current_dir(folder);
    if let Some((uid, gid)) = unprivileged(&mut command) {
        std::os::unix::fs::chown(folder, Some(uid), Some(gid)).unwrap();
    }
    let mut keeper = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ready\n", "the server did not start");
    keeper
}

/// PostgreSQL refuses to run as root.
fn unprivileged(command: &mut Command) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let user = users
        .lines()
        .find_map(|line| line.strip_prefix("postgres:"))
        .unwrap();
    let mut fields = user.split(':').skip(1).map(|field| field.parse().unwrap());
    let (uid, gid) = (fields.next().unwrap(), fields.next().unwrap());
    command.uid(uid).gid(gid);
    Some((uid, gid))
}

/// The folder of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .ok()
        .into_iter()
        .flatten();
    let mut found: Vec<_> = versions
        .map(|version| version.unwrap().path().join("bin"))
        .collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    found
        .into_iter()
        .rev()
        .find(|folder| folder.join("pg_ctl").exists() && folder.join("initdb").exists())
}

/// Straight to the terminal: what tests print is shown only if they fail.
fn say(text: &str) {
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

/// The programs; says so if there are none, which is the end where tests must not be left out.
fn programs_or_say() -> Option<PathBuf> {
    let found = programs();
    if found.is_none() {
        let said = format!(
            "\n*** What takes PostgreSQL was LEFT OUT: there is no server here. ***\n\
             Install one (Debian: `apt-get install postgresql`), or name one: {URL}=postgres://user:password@host/database\n\n"
        );
        say(&said);
        if std::env::var_os(REQUIRED).is_some() {
            std::process::exit(1);
        }
    }
    found
}
