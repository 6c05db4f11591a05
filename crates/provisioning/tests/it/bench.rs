//! A directory, a target, a clock and an engine on one bench.

use std::{
    fmt::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use pollster::block_on;
use scimkit_client::Token;
use scimkit_mapping::{MappingSet, SourceObject, Value};
use scimkit_provisioning::{
    Application, Assignment, Connection, CycleError, CycleReport, Directory, DirectoryError,
    Engine, LogEntry, MemberKind, Options, SecretError, SecretReference, SecretSource, Snapshot,
    SourceGroup, SourceMember, SourceUser, TestedConnection,
};
use scimkit_schema::{Clock, DateTime, IdSource, ResourceId};
use scimkit_store::MemoryState;

use crate::target::Target;

#[derive(Default)]
pub(crate) struct Time(AtomicI64);

impl Time {
    pub(crate) fn pass(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }
}

impl Clock for Time {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
pub(crate) struct Numbers(AtomicU64);

impl IdSource for Numbers {
    fn next_id(&self) -> ResourceId {
        ResourceId::new(&format!("id-{}", self.0.fetch_add(1, Ordering::Relaxed))).unwrap()
    }
}

pub(crate) struct OneToken;

impl SecretSource for OneToken {
    async fn resolve(&self, reference: &SecretReference) -> Result<Token, SecretError> {
        Ok(Token::new(&reference.to_string()).unwrap())
    }
}

/// A directory that tests change.
#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Arc<Mutex<Snapshot>>);

impl Directory for Shared {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        Ok(self.0.lock().unwrap().clone())
    }
}

pub(crate) type TestEngine = Engine<Shared, Target, MemoryState>;

pub(crate) struct Bench {
    pub(crate) directory: Shared,
    pub(crate) target: Target,
    pub(crate) state: MemoryState,
    pub(crate) time: Arc<Time>,
    pub(crate) ids: Arc<Numbers>,
    pub(crate) engine: TestEngine,
    last_entry: u64,
}

impl Bench {
    /// Mira and Tomasz in Finance, which is assigned.
    pub(crate) fn new() -> Self {
        Self::with(
            MappingSet::netskope_user_authentication(),
            Options::default(),
        )
    }

    pub(crate) fn with(mappings: MappingSet, options: Options) -> Self {
        let (target, state) = (Target::default(), MemoryState::new());
        let (time, ids) = (Arc::new(Time::default()), Arc::new(Numbers::default()));
        let tested = tested(&target, &mappings, &*time, &*ids);
        target.take_trace();
        let application = block_on(Application::save(
            &tested, "Netskope", mappings, options, &state,
        ))
        .unwrap();
        let directory = Shared::default();
        *directory.0.lock().unwrap() = snapshot();
        let engine = Engine::new(
            application,
            directory.clone(),
            tested.client(),
            state.clone(),
            time.clone(),
            ids.clone(),
        );
        block_on(engine.start()).unwrap();
        Self {
            directory,
            target,
            state,
            time,
            ids,
            engine,
            last_entry: 0,
        }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.directory.0.lock().unwrap());
    }

    pub(crate) fn cycle(&self) -> CycleReport {
        self.try_cycle().unwrap()
    }

    pub(crate) fn try_cycle(&self) -> Result<CycleReport, CycleError> {
        self.time.pass(40);
        block_on(self.engine.cycle(&|_| {}))
    }

    /// Another engine over the same state, as after a crash.
    pub(crate) fn restart(&mut self) {
        self.engine = self.another_engine();
    }

    pub(crate) fn another_engine(&self) -> TestEngine {
        let application = block_on(Application::load("Netskope", &self.state)).unwrap();
        let tested = tested(
            &self.target,
            application.mappings(),
            &*self.time,
            &*self.ids,
        );
        let (time, ids) = (self.time.clone(), self.ids.clone());
        self.target.take_trace();
        Engine::new(
            application,
            self.directory.clone(),
            tested.client(),
            self.state.clone(),
            time,
            ids,
        )
    }

    /// The log since the last call, one line each.
    pub(crate) fn log(&mut self) -> String {
        let entries = block_on(self.engine.log(self.last_entry, 1_000)).unwrap();
        self.last_entry += entries.len() as u64;
        entries.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn trace(&self) -> String {
        self.target.take_trace().join("\n")
    }
}

pub(crate) fn line(entry: &LogEntry) -> String {
    let mut line = format!(
        "{} {} {}",
        entry.provisioning_action,
        entry.status(),
        entry.source_identity.display_name
    );
    if let (Some(code), Some(reason)) = (entry.error_code(), entry.reason()) {
        write!(line, " {code}: {reason}").unwrap();
    }
    for property in &entry.modified_properties {
        let text = |value: &Option<Box<str>>| value.as_deref().unwrap_or("-").to_owned();
        let (old, new) = (text(&property.old_value), text(&property.new_value));
        write!(line, "\n  {}: {old} => {new}", property.display_name).unwrap();
    }
    line
}

pub(crate) fn connection(target: &Target) -> Connection<Target> {
    let base = "http://127.0.0.1:8080/scim".parse().unwrap();
    Connection::new(base, "env:TOKEN".parse().unwrap(), target.clone())
}

pub(crate) fn tested(
    target: &Target,
    mappings: &MappingSet,
    clock: &dyn Clock,
    ids: &dyn IdSource,
) -> TestedConnection<Target> {
    block_on(connection(target).test(&OneToken, mappings, clock, ids)).unwrap()
}

pub(crate) fn user(name: &str) -> SourceUser {
    let mail = format!("{name}@harborline.example");
    let object = SourceObject::new("User")
        .with("objectId", format!("s-{name}"))
        .with("userPrincipalName", mail.as_str())
        .with("mail", mail.as_str())
        .with("mailNickname", name)
        .with("surname", name);
    SourceUser::new(&format!("s-{name}"), object)
}

pub(crate) fn with_manager(name: &str, manager: &str) -> SourceUser {
    let id = format!("s-{manager}");
    let mut user = user(name);
    user.object = user.object.with("manager", Value::Reference(id.clone()));
    user.manager = Some(id.into());
    user
}

pub(crate) fn group(name: &str, members: &[&str]) -> SourceGroup {
    let id = format!("s-{name}");
    let object = SourceObject::new("Group")
        .with("objectId", id.as_str())
        .with("displayName", name);
    let mut group = SourceGroup::new(&id, object);
    group.members = members
        .iter()
        .map(|member| SourceMember {
            id: format!("s-{member}").into(),
            kind: MemberKind::User,
        })
        .collect();
    group
}

pub(crate) fn assigned(names: &[&str]) -> Vec<Assignment> {
    let assignment = |name: &&str| Assignment {
        principal: format!("s-{name}").into(),
        role: "18d1".into(),
    };
    names.iter().map(assignment).collect()
}

pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        users: vec![user("mira"), user("tomasz")],
        groups: vec![group("Finance", &["mira", "tomasz"])],
        assignments: Some(assigned(&["Finance"])),
        ..Snapshot::default()
    }
}
