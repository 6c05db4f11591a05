//! A kill anywhere, of either end, and starting again: the right state, nobody twice.
//!
//! `SCIMKIT_KILLS` says how many random moments are tried; 50 by default.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a failed test may panic, and a kill needs a real moment"
)]

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread,
    time::{Duration, Instant},
};

use scimkit::schema::Random;
use scimkit::system::SystemRandom;
use scimkit_examples::JourneyClock;
use scimkit_tests::{Company, TestTenant};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Both ends as processes of their own, over one folder.
struct Stage {
    folder: TempDir,
    port: u16,
    runtime: Runtime,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        company().write(&folder.path().join("directory.json"));
        let token = runtime.block_on(async {
            let tenant = TestTenant::start(
                &folder.path().join("tenant.db"),
                "harborline",
                JourneyClock::default(),
            )
            .await;
            tenant.issue("Azure AD").await
        });
        let file = folder.path().join("token");
        std::fs::write(&file, token.secret.expose()).unwrap();
        owner_only(&file);
        let port = free_port();
        Self {
            folder,
            port,
            runtime,
        }
    }

    fn tenant(&self, death: &[&str]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crash_tenant"));
        command
            .arg(self.folder.path().join("tenant.db"))
            .arg(self.port.to_string())
            .args(death);
        let process = Process::start(command);
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "the tenant does not come up"
            );
            thread::sleep(Duration::from_millis(2));
        }
        process
    }

    fn engine(&self, death: &[&str]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crash_engine"));
        let url = format!("http://127.0.0.1:{}{}", self.port, TestTenant::BASE_PATH);
        command.arg(self.folder.path()).arg(url).args(death);
        Process::start(command)
    }

    /// Both ends start again and nothing is killed any more: one cycle must bring the target there.
    fn recover(&self) {
        let _tenant = self.tenant(&[]);
        let code = self.engine(&[]).0.wait().unwrap().code();
        assert_eq!(code, Some(0), "the cycle after the kill");
    }

    fn target(&self) -> Value {
        self.runtime.block_on(async {
            let file = self.folder.path().join("tenant.db");
            let tenant = TestTenant::start(&file, "harborline", JourneyClock::default()).await;
            tenant.read_back().await
        })
    }
}

/// A port for a tenant that comes and goes: below those that the system gives to outgoing connections, so that nobody takes it meanwhile.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 10_000).unwrap() + 15_000;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed) % 5_000);
    ports
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}

/// A process that does not outlive its test.
struct Process(Child);

impl Process {
    fn start(mut command: Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    fn kill(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Twenty-four people in four groups.
fn company() -> Company {
    let people: Vec<String> = (0..24)
        .map(|number| format!("person-{number:02}"))
        .collect();
    let mut company = people
        .iter()
        .fold(Company::new(), |company, id| company.user(id));
    for (number, crew) in people.chunks(8).enumerate() {
        let crew: Vec<&str> = crew.iter().map(String::as_str).collect();
        company = company.group(&format!("crew-{number}"), &crew);
    }
    let everybody: Vec<&str> = people.iter().map(String::as_str).collect();
    company
        .group("everybody", &everybody)
        .assign("Group", &["crew-0", "crew-1", "crew-2", "everybody"])
}

/// What an undisturbed cycle leaves, and how long it takes.
fn undisturbed() -> (Value, Duration) {
    let stage = Stage::new();
    let tenant = stage.tenant(&[]);
    let begun = Instant::now();
    assert_eq!(stage.engine(&[]).0.wait().unwrap().code(), Some(0));
    let took = begun.elapsed();
    tenant.kill();
    let target = stage.target();
    let count = |name: &str| {
        target
            .get(name)
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    };
    assert_eq!((count("users"), count("groups")), (24, 4));
    (target, took)
}

#[test]
fn at_each_named_point() {
    let (expected, _) = undisturbed();
    let tenant_points: [&[&str]; 6] = [
        &["before", "1"],
        &["after", "1"],
        &["before", "13"],
        &["after", "13"],
        &["after", "25"],
        &["after", "30"],
    ];
    let engine_points: [&[&str]; 7] = [
        &["before", "POST", "/Users", "1"],
        &["after", "POST", "/Users", "1"],
        &["after", "POST", "/Users", "24"],
        &["before", "POST", "/Groups", "1"],
        &["after", "POST", "/Groups", "2"],
        &["before", "PATCH", "/Groups", "2"],
        &["after", "PATCH", "/Groups", "2"],
    ];
    for point in tenant_points {
        let stage = Stage::new();
        let mut tenant = stage.tenant(point);
        let _ = stage.engine(&[]).0.wait();
        let died = tenant.0.try_wait().unwrap();
        assert_eq!(
            died.map(|status| status.code()),
            Some(None),
            "the tenant did not die {point:?}"
        );
        stage.recover();
        assert_eq!(stage.target(), expected, "the tenant died {point:?}");
    }
    for point in engine_points {
        let stage = Stage::new();
        let tenant = stage.tenant(&[]);
        let code = stage.engine(point).0.wait().unwrap().code();
        assert_eq!(code, None, "the engine did not die {point:?}");
        tenant.kill();
        stage.recover();
        assert_eq!(stage.target(), expected, "the engine died {point:?}");
    }
}

#[test]
fn at_random_moments() {
    let kills: u64 = std::env::var("SCIMKIT_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(50);
    let (expected, took) = undisturbed();
    for number in 0..kills {
        let wait = took.mul_f64(fraction());
        let stage = Stage::new();
        let tenant = stage.tenant(&[]);
        let engine = stage.engine(&[]);
        thread::sleep(wait);
        let victim = if number % 2 == 0 { "tenant" } else { "engine" };
        if number % 2 == 0 {
            tenant.kill();
            drop(engine);
        } else {
            engine.kill();
            drop(tenant);
        }
        stage.recover();
        assert_eq!(
            stage.target(),
            expected,
            "the {victim} was killed after {wait:?}"
        );
    }
}

fn fraction() -> f64 {
    let mut bytes = [0; 4];
    SystemRandom.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

fn owner_only(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
