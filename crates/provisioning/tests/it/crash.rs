//! An engine that dies at every possible moment.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use pollster::block_on;
use scimkit_mapping::MappingSet;
use scimkit_provisioning::{Application, CycleErrorKind, Engine, ObjectKind, Options};
use scimkit_store::{Answer, Edit, Entry, MemoryState, StateStore, StoreError};

use crate::{
    bench::{Numbers, Shared, Time, assigned, group, snapshot, tested, user},
    target::Target,
};

/// A store that takes some commits and no more.
#[derive(Clone)]
struct Brittle {
    inner: MemoryState,
    left: Arc<AtomicUsize>,
}

impl StateStore for Brittle {
    async fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Answer<Vec<Entry>> {
        self.inner.scan(from, to, limit).await
    }

    async fn commit(&self, edits: Vec<Edit>) -> Answer<()> {
        let left = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        left.map_err(|_| StoreError::Busy)?;
        self.inner.commit(edits).await
    }
}

/// An engine that is switched on, and how many commits it may do.
fn engine(
    target: &Target,
    state: &MemoryState,
    directory: &Shared,
) -> (Engine<Shared, Target, Brittle>, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(usize::MAX));
    let state = Brittle {
        inner: state.clone(),
        left: left.clone(),
    };
    let (time, ids) = (Arc::new(Time::default()), Arc::new(Numbers::default()));
    let mappings = MappingSet::netskope_user_authentication();
    let tested = tested(target, &mappings, &*time, &*ids);
    let application = Application::save(&tested, "Netskope", mappings, Options::default(), &state);
    let application = block_on(application).unwrap();
    let engine = Engine::new(
        application,
        directory.clone(),
        tested.client(),
        state,
        time,
        ids,
    )
    .with_name("it");
    block_on(engine.start()).unwrap();
    (engine, left)
}

/// Runs a cycle that may do `commits` commits. Gives whether that was enough.
fn run(target: &Target, state: &MemoryState, directory: &Shared, commits: usize) -> bool {
    let (engine, left) = engine(target, state, directory);
    left.store(commits, Ordering::Relaxed);
    match block_on(engine.cycle(&|_| {})) {
        Ok(_) => true,
        Err(error) => {
            assert!(matches!(error.kind(), CycleErrorKind::Store(_)), "{error}");
            false
        }
    }
}

fn before() -> Shared {
    let directory = Shared::default();
    let mut snapshot = snapshot();
    snapshot.users.extend([user("declan"), user("farid")]);
    snapshot.groups = vec![
        group("Finance", &["mira", "tomasz", "declan", "farid"]),
        group("Legal", &[]),
    ];
    snapshot.assignments = Some(assigned(&["Finance", "Legal"]));
    *directory.0.lock().unwrap() = snapshot;
    directory
}

fn change(directory: &Shared) {
    let mut snapshot = directory.0.lock().unwrap();
    snapshot.users[0].object = user("mira").object.with("surname", "Lovelace");
    snapshot.users[1].account_enabled = Some(false);
    snapshot.users.remove(2);
    snapshot.groups = vec![
        group("Finance", &["mira", "tomasz"]),
        group("Legal", &["farid"]),
    ];
}

#[test]
fn killed_before_any_commit_the_next_cycle_sets_it_right() {
    let mut kills = 0;
    loop {
        let (target, state, directory) = (Target::default(), MemoryState::new(), before());
        let is_whole = run(&target, &state, &directory, kills);
        assert!(run(&target, &state, &directory, usize::MAX));
        assert_eq!(target.shown(), END_OF_INITIAL, "after {kills} commits");

        change(&directory);
        let is_whole = run(&target, &state, &directory, kills) && is_whole;
        assert!(run(&target, &state, &directory, usize::MAX));
        assert_eq!(target.shown(), END_OF_INCREMENTAL, "after {kills} commits");
        target.take_trace();
        assert!(run(&target, &state, &directory, usize::MAX));
        // the test of the connection and the probe
        assert_eq!(target.take_trace().len(), 2);
        if is_whole {
            break;
        }
        kills += 1;
    }
    assert!(kills > 7, "{kills}");
}

#[test]
fn what_a_killed_cycle_created_is_found_on_demand_under_its_old_name() {
    let mut met = 0;
    for kills in 0..8 {
        let (target, state, directory) = (Target::default(), MemoryState::new(), before());
        run(&target, &state, &directory, kills);
        if target.tenant().users.is_empty() {
            continue;
        }
        met += 1;
        let renamed = "mira.okafor@harborline.example";
        let object = user("mira").object.with("userPrincipalName", renamed);
        directory.0.lock().unwrap().users[0].object = object;
        let (engine, _) = engine(&target, &state, &directory);
        let done = block_on(engine.provision_on_demand(ObjectKind::User, "s-mira"));
        assert!(done.unwrap().issues.is_empty());
        let shown = target.shown();
        let miras: Vec<_> = shown
            .lines()
            .filter(|line| line.starts_with("mira"))
            .collect();
        let renamed = format!("{renamed} active=Some(true)");
        assert_eq!(miras, [&*renamed], "after {kills} commits");
    }
    assert!(met > 1, "{met}");
}

const END_OF_INITIAL: &str = r#"mira@harborline.example active=Some(true)
tomasz@harborline.example active=Some(true)
declan@harborline.example active=Some(true)
farid@harborline.example active=Some(true)
Finance ["mira@harborline.example", "tomasz@harborline.example", "declan@harborline.example", "farid@harborline.example"]
Legal []
"#;

const END_OF_INCREMENTAL: &str = r#"mira@harborline.example active=Some(true)
tomasz@harborline.example active=Some(false)
farid@harborline.example active=Some(true)
Finance ["mira@harborline.example", "tomasz@harborline.example"]
Legal ["farid@harborline.example"]
"#;
