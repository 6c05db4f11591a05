//! One seed: a company, a target, a wire that breaks, and an engine that dies.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{Arc, Mutex, OnceLock},
    task::{Context, Poll, Waker},
};

use scimkit::{
    client::{Token, http::Method},
    mapping::{AttributeMapping, MappingSet, ObjectMapping},
    provisioning::{
        Application, Connection, CycleError, CycleErrorKind, CycleReport, Directory,
        DirectoryError, Engine, NewObjects, Options, SecretError, SecretReference, SecretSource,
        Snapshot,
    },
    schema::core,
    server::{Profile, block_on},
    store::MemoryState,
};
use scimkit_provisioning::PlantedBug;

use crate::{
    clock::{Numbers, Time},
    company::Company,
    dice::Dice,
    faults::Fault,
    invariants::{Watch, Wrong, is_quiet},
    tenant::{BASE, Tenant},
    wire::{BulkQuirk, Quirk, Wire},
};

type SimulatedEngine = Engine<Source, Wire, MemoryState>;

/// Everything that one seed is about.
pub(crate) struct World {
    pub(crate) company: Company,
    pub(crate) tenant: Tenant,
    pub(crate) wire: Wire,
    pub(crate) engine: SimulatedEngine,
    /// What the directory told the cycle that ran last.
    pub(crate) told: Option<Snapshot>,
    quirk: Quirk,
    dice: Dice,
    source: Source,
    state: MemoryState,
    time: Time,
    ids: Arc<Numbers>,
    bug: Option<PlantedBug>,
    watch: Watch,
    /// What the world is like.
    begin: String,
    diary: Option<Vec<String>>,
}

/// How a cycle ended.
#[derive(Debug)]
pub(crate) enum End {
    Done(CycleReport),
    Failed(CycleError),
    Killed,
}

/// What the directory does with the question of a cycle.
#[derive(Clone, Copy, Debug)]
enum Telling {
    All,
    Gaps,
    Nothing,
    Trouble,
}

/// Plays a seed to its end.
///
/// # Errors
/// What was wrong, with everything that led there.
pub(crate) fn play(seed: u64, bug: Option<PlantedBug>) -> Result<(), String> {
    World::new(seed, bug).live().map_err(|Wrong(wrong)| {
        // the same once more, with a diary
        let mut world = World::new(seed, bug);
        world.diary = Some(Vec::new());
        let again = world.live().err().map(|Wrong(again)| again);
        let diary = world.diary.unwrap_or_default().join("\n");
        let begin = world.begin;
        let same = again.as_ref() == Some(&wrong);
        assert!(
            same,
            "seed {seed} ends once with {wrong}, once with {again:?}"
        );
        format!("seed {seed}: {wrong}\n\n{begin}\n{diary}\n\nreplay with SCIMKIT_SEED={seed}")
    })
}

impl World {
    fn new(seed: u64, bug: Option<PlantedBug>) -> Self {
        let mut dice = Dice::new(seed);
        let profiles = ["strict", "lenient", "entra", "okta", "netskope"];
        let profile = Profile::by_name(dice.pick(&profiles).unwrap()).unwrap();
        let has_unique_names = dice.chance(60);
        let quirk = match dice.below(20) {
            0 => Quirk::IgnoresFilters,
            1 => Quirk::LiesAboutTotals,
            2 => Quirk::LateConflict,
            3 => Quirk::NoPatch,
            _ => Quirk::None,
        };
        // nobody can tell what a group that was created without an answer is, if names are not unique
        let has_unique_names = has_unique_names || quirk == Quirk::LateConflict;
        let matching = dice.below(2);
        let time = Time::new();
        let ids = Arc::new(Numbers::new("engine-"));
        let company = Company::found(&mut dice);
        let tenant = Tenant::new(profile.clone(), has_unique_names, &time);
        for name in ["admin", "break-glass"] {
            let body = format!(
                r#"{{"schemas":["{}"],"userName":"{name}@harborline.example","displayName":"{name}","active":true}}"#,
                core::USER
            );
            tenant.act(Method::POST, "/Users", &body);
        }
        let body = format!(
            r#"{{"schemas":["{}"],"displayName":"Everyone"}}"#,
            core::GROUP
        );
        tenant.act(Method::POST, "/Groups", &body);
        let new_objects = if seed.is_multiple_of(3) {
            NewObjects::InBulk
        } else {
            NewObjects::OneByOne
        };
        let bulk = match seed % 21 {
            0 => BulkQuirk::FirstTermOnly,
            3 => BulkQuirk::ForgetsResults,
            6 => BulkQuirk::Refuses,
            _ => BulkQuirk::None,
        };
        let wire = Wire::new(
            tenant.clone(),
            time.clone(),
            quirk,
            has_unique_names,
            dice.clone(),
        )
        .with_bulk_quirk(bulk);
        let (state, source) = (MemoryState::new(), Source::default());
        let begin = format!(
            "a target like {}, {quirk:?}, {bulk:?}, {}, matching {matching}, {new_objects:?}",
            profile.name,
            if has_unique_names {
                "unique names of groups"
            } else {
                "any names of groups"
            },
        );
        // a target that gives everybody fails the test, so this one learned it later
        let kind_wire = Wire::new(
            tenant.clone(),
            time.clone(),
            Quirk::None,
            true,
            dice.clone(),
        );
        let connection =
            Connection::new(BASE.parse().unwrap(), "env:T".parse().unwrap(), kind_wire);
        let mappings = mappings(matching);
        let tested = block_on(connection.test(&OneToken, &mappings, &time, &*ids)).unwrap();
        let options = Options::default().with_new_objects(new_objects);
        let saved = Application::save(&tested, NAME, mappings, options, &state);
        block_on(saved).unwrap();
        let engine = engine(&source, &wire, &state, &time, &ids, bug);
        block_on(engine.start()).unwrap();
        let watch = Watch::new(&tenant);
        Self {
            company,
            tenant,
            wire,
            engine,
            told: None,
            quirk,
            dice,
            source,
            state,
            time,
            ids,
            bug,
            watch,
            begin,
            diary: None,
        }
    }

    fn live(&mut self) -> Result<(), Wrong> {
        for _ in 0..=self.dice.below(3) {
            for _ in 0..=self.dice.below(4) {
                self.change();
                self.storm()?;
            }
            if self.converges() {
                self.settle()?;
            }
        }
        Ok(())
    }

    /// Whether the target can be brought to what it should be at all.
    fn converges(&self) -> bool {
        !matches!(self.quirk, Quirk::IgnoresFilters | Quirk::LiesAboutTotals)
    }

    /// The world goes on, in the directory and in the target.
    fn change(&mut self) {
        self.tenant.open(true);
        for _ in 0..self.dice.below(5) {
            self.company.step(&mut self.dice);
        }
        if self.dice.chance(2) {
            self.note("everybody is taken out of scope");
            self.company.collapse();
        }
        let picture = self.tenant.picture();
        let all: Vec<_> = picture
            .users
            .iter()
            .map(|(id, user)| (format!("/Users/{id}"), user))
            .chain(
                picture
                    .groups
                    .iter()
                    .map(|(id, group)| (format!("/Groups/{id}"), group)),
            )
            .map(|(path, it)| (path, it.text("externalId").map(str::to_owned)))
            .collect();
        if self.dice.chance(10)
            && let Some((path, Some(source))) = self.dice.pick(&all)
        {
            self.note(&format!("somebody deletes {path} in the target"));
            self.tenant.act(Method::DELETE, &path, "");
            self.company.touch(&source);
            self.watch.deleted_elsewhere(&path);
        }
        if self.dice.chance(10) {
            self.company.meet_stranger(&mut self.dice);
        }
        self.watch.catch_up(&self.tenant);
    }

    /// A cycle in bad weather.
    fn storm(&mut self) -> Result<(), Wrong> {
        let mut faults = BTreeMap::new();
        for _ in 0..self.dice.below(5) {
            let (at, fault) = (self.dice.below(40), Fault::any(&mut self.dice));
            // trouble comes alone or lasts
            let lasts = if self.dice.chance(15) { 6 } else { 1 };
            faults.extend((at..at + lasts).map(|at| (at, fault)));
        }
        if self.dice.chance(25) {
            let at = self.dice.below(30);
            let kill = [Fault::KilledBefore, Fault::KilledAfter];
            faults.insert(at, self.dice.pick(&kill).unwrap());
        }
        let telling = match self.dice.below(20) {
            0..=2 => Telling::Gaps,
            3 => Telling::Nothing,
            4 => Telling::Trouble,
            _ => Telling::All,
        };
        self.cycle(faults, telling)?;
        Ok(())
    }

    /// Fair weather until the target is as it should be.
    fn settle(&mut self) -> Result<(), Wrong> {
        for _ in 0..PASSES {
            match self.cycle(BTreeMap::new(), Telling::All)? {
                End::Done(report)
                    if report.is_quiet() && report.users.adopted + report.groups.adopted == 0 =>
                {
                    let issues = block_on(self.engine.open_issues()).unwrap();
                    self.watch.settled(self, &issues)?;
                    return self.stays_quiet();
                }
                End::Done(_) => {}
                End::Failed(error) => match error.kind() {
                    CycleErrorKind::TooManyDeletes { .. } => {
                        block_on(self.engine.allow_deletions()).unwrap();
                    }
                    _ => return Err(Wrong(format!("in fair weather, a cycle failed: {error}"))),
                },
                End::Killed => unreachable!("nobody is killed in fair weather"),
            }
        }
        Err(Wrong(format!(
            "not settled after {PASSES} cycles in fair weather"
        )))
    }

    /// One more cycle has nothing to do.
    fn stays_quiet(&mut self) -> Result<(), Wrong> {
        let end = self.cycle(BTreeMap::new(), Telling::All)?;
        let issues = block_on(self.engine.open_issues()).unwrap();
        is_quiet(self, &end, &issues)
    }

    fn cycle(&mut self, faults: BTreeMap<usize, Fault>, telling: Telling) -> Result<End, Wrong> {
        let told = match telling {
            Telling::All => Some(self.company.snapshot()),
            Telling::Gaps => Some(self.company.snapshot_with_gaps(&mut self.dice)),
            Telling::Nothing => Some(Snapshot {
                assignments: Some(Vec::new()),
                ..Snapshot::default()
            }),
            Telling::Trouble => None,
        };
        self.told.clone_from(&told);
        *self.source.0.lock().unwrap() = told;
        // somebody switches it on again if it was given up
        block_on(self.engine.start()).unwrap();
        self.wire.begin(faults);
        self.watch.before(&self.tenant);
        let mut end = None;
        for _ in 0..LONGEST_WAIT {
            if let Some(due) = block_on(self.engine.status()).unwrap().next_cycle_at {
                self.time.reach(&due);
            }
            let mut cycle = pin!(self.engine.run_if_due(&|_| {}));
            end = match cycle.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(report)) => report.map(End::Done),
                Poll::Ready(Err(error)) => Some(End::Failed(error)),
                Poll::Pending => Some(End::Killed),
            };
            if end.is_some() {
                break;
            }
            // the one that was killed may be thought to be alive
            self.time.pass_millis(3_600_000);
        }
        let end = end.ok_or_else(|| Wrong("a cycle that is due did not run".into()))?;
        self.note_cycle(telling, &end);
        if matches!(end, End::Killed) {
            self.revive();
        }
        let mut watch = std::mem::take(&mut self.watch);
        let seen = watch.after(self, &end);
        self.watch = watch;
        seen.map(|()| end)
    }

    /// Another engine takes over.
    fn revive(&mut self) {
        self.engine = engine(
            &self.source,
            &self.wire,
            &self.state,
            &self.time,
            &self.ids,
            self.bug,
        );
        self.wire.forget();
    }

    fn note(&mut self, what: &str) {
        if let Some(diary) = &mut self.diary {
            diary.push(what.into());
        }
    }

    /// Writes down a cycle, if anybody wants to know.
    fn note_cycle(&mut self, telling: Telling, end: &End) {
        if self.diary.is_none() {
            return;
        }
        let end = match end {
            End::Done(report) => format!(
                "done: users {:?}, groups {:?}, members +{} -{}, references {}, failed {}",
                report.users,
                report.groups,
                report.members_added,
                report.members_removed,
                report.references,
                report.failed
            ),
            End::Failed(error) => format!("failed: {error}"),
            End::Killed => "killed".into(),
        };
        let requests: Vec<_> = self
            .wire
            .trace()
            .into_iter()
            .map(|request| format!("    {}", request.replace(BASE, "")))
            .collect();
        let company = self.company.shown();
        self.note(&format!(
            "{company}\n  told {telling:?}\n{}\n  {end}",
            requests.join("\n")
        ));
    }
}

fn engine(
    source: &Source,
    wire: &Wire,
    state: &MemoryState,
    time: &Time,
    ids: &Arc<Numbers>,
    bug: Option<PlantedBug>,
) -> SimulatedEngine {
    let application = block_on(Application::load(NAME, state)).unwrap();
    let connection = Connection::new(
        BASE.parse().unwrap(),
        application.secret().clone(),
        wire.clone(),
    );
    let tested = connection.with_evidence(Some(application.evidence()), &OneToken);
    let tested = block_on(tested).unwrap();
    let engine = Engine::new(
        application,
        source.clone(),
        tested.client(),
        state.clone(),
        Arc::new(time.clone()),
        ids.clone(),
    );
    match bug {
        Some(bug) => engine.with_planted_bug(bug),
        None => engine,
    }
}

/// Who is looked up by name, or by the id in the directory and then by name.
fn mappings(matching: usize) -> MappingSet {
    static BOTH: OnceLock<[MappingSet; 2]> = OnceLock::new();
    let both = BOTH.get_or_init(|| {
        [0, 1].map(|by_id| {
            let direct = |target: &str, source| AttributeMapping::direct(target, source).unwrap();
            let users = ObjectMapping::new("Users", "User", core::USER)
                .with_attribute(direct("externalId", "objectId").with_matching_priority(by_id))
                .with_attribute(
                    direct("userName", "userPrincipalName")
                        .with_matching_priority(by_id + 1)
                        .with_required(true),
                )
                .with_attribute(
                    AttributeMapping::new(
                        "active",
                        r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#,
                    )
                    .unwrap(),
                )
                .with_attribute(direct("displayName", "displayName"))
                .with_attribute(direct("name.familyName", "surname"))
                .with_attribute(direct(r#"emails[type eq "work"].value"#, "mail"))
                .with_attribute(direct("title", "jobTitle"))
                .with_attribute(direct(
                    &format!("{}:department", core::ENTERPRISE_USER),
                    "department",
                ))
                .with_attribute(direct(
                    &format!("{}:manager", core::ENTERPRISE_USER),
                    "manager",
                ));
            let groups = ObjectMapping::new("Groups", "Group", core::GROUP)
                .with_attribute(direct("externalId", "objectId").with_matching_priority(by_id))
                .with_attribute(
                    direct("displayName", "displayName")
                        .with_matching_priority(by_id + 1)
                        .with_required(true),
                )
                .with_attribute(direct("members", "members"));
            MappingSet::new("Simulated", [users, groups])
        })
    });
    both[matching].clone()
}

/// A directory that tells what it was given, or that it is in trouble.
#[derive(Clone, Default)]
pub(crate) struct Source(Arc<Mutex<Option<Snapshot>>>);

impl Directory for Source {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        let told = self.0.lock().unwrap().clone();
        told.ok_or_else(|| DirectoryError::other("the second page did not come"))
    }
}

struct OneToken;

impl SecretSource for OneToken {
    async fn resolve(&self, reference: &SecretReference) -> Result<Token, SecretError> {
        Ok(Token::new(&reference.to_string()).unwrap())
    }
}

const NAME: &str = "Simulated";

/// How many hours an engine that was killed keeps others away at the most: as far as the clock jumps back, and then some.
const LONGEST_WAIT: usize = 26;

/// How many cycles in fair weather bring the target to what it should be.
const PASSES: usize = 8;
