//! One object now, without the others.

use scimkit_client::Transport;
use scimkit_mapping::ObjectMapping;
use scimkit_schema::eq_folded;
use scimkit_store::StateStore;

use super::{Engine, removals::Removals, run::Run, trouble::Halt};
use crate::{
    CycleError, CycleErrorKind, Directory, LogEntry, Named, ObjectKind, OpenIssue, Phase, Snapshot,
    probe::probe, scope::Population,
};

/// What became of an object that was provisioned on demand.
#[derive(Debug)]
#[non_exhaustive]
pub struct OnDemand {
    /// The object.
    pub object: Named,
    /// What was done with it, with its steps; empty when source and target agree already, or when it was left out.
    pub entries: Vec<LogEntry>,
    /// What stands open for it: why it failed, is left out, or waits.
    pub issues: Vec<OpenIssue>,
    /// Why it is in scope; none if it is not.
    pub because: Option<Box<str>>,
}

impl<D: Directory, T: Transport, S: StateStore> Engine<D, T, S> {
    /// Provisions one user, or one group with those of its members that are in the target, whether provisioning is on or not. `which` is the
    /// object id, the user principal name or the display name.
    ///
    /// Nothing is disabled or deleted, and who else wants to be the same object of the target is not looked at: a cycle does that.
    ///
    /// # Errors
    /// As [`cycle`](Self::cycle), and [`CycleErrorKind::NoSuchObject`].
    pub async fn provision_on_demand(
        &self,
        kind: ObjectKind,
        which: &str,
    ) -> Result<OnDemand, CycleError> {
        self.check_target()?;
        let Some(_running) = self.activity.begin() else {
            return Err(CycleErrorKind::AlreadyRunning.into());
        };
        let now = self.clock.now();
        self.check_pause(&now).await?;
        let before = self.log_end().await?;
        let mut run = Run::begin(self, &|_| {}, Phase::Incremental, now).await?;
        let outcome = run.provision_one(kind, which).await;
        run.release().await?;
        let (object, because) = match outcome {
            Ok(done) => done,
            Err(Halt::Failed(kind)) => return Err(kind.into()),
            Err(Halt::Stopped) => return Err(CycleErrorKind::AlreadyRunning.into()),
        };
        let entries = self.log(before, usize::MAX).await?;
        let issues = self.open_issues().await?;
        Ok(OnDemand {
            entries: entries
                .into_iter()
                .filter(|entry| entry.source_identity.id == object.id)
                .collect(),
            issues: issues
                .into_iter()
                .filter(|issue| issue.object.id == object.id)
                .collect(),
            object,
            because,
        })
    }
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    async fn provision_one(
        &mut self,
        kind: ObjectKind,
        which: &str,
    ) -> Result<(Named, Option<Box<str>>), Halt> {
        let engine = self.engine;
        probe(
            &engine.client,
            engine.application.mappings(),
            &engine.target,
            &*engine.ids,
        )
        .await?;
        let snapshot = engine.directory.snapshot().await;
        let snapshot = snapshot.map_err(CycleErrorKind::Directory)?;
        let object = find(&snapshot, kind, which)?;
        self.recover().await?;
        self.recover().await?;
        let options = engine.application.options();
        let mut population = Population::of(&snapshot, options, &|id| self.links.of(id).is_some());
        for kind in [ObjectKind::User, ObjectKind::Group] {
            let mapping = engine.application.mappings().of(kind.as_str());
            if let Some(scope) = mapping.and_then(ObjectMapping::scope) {
                population.narrow(kind, scope);
            }
        }
        population.users.retain(|it| it.source.id == object.id);
        population.groups.retain(|it| it.source.id == object.id);
        population.skips.retain(|it| it.object.id == object.id);
        let users = population.users.iter().map(|it| &it.because);
        let because = users
            .chain(population.groups.iter().map(|it| &it.because))
            .next()
            .cloned();
        self.note_skips(&population).await?;
        let references = self.bring_users(&population).await?;
        self.bring_groups(&population).await?;
        self.change_memberships(&snapshot, &population, &Removals::default())
            .await?;
        self.set_references(&snapshot, references).await?;
        Ok((object, because))
    }
}

fn find(snapshot: &Snapshot, kind: ObjectKind, which: &str) -> Result<Named, CycleErrorKind> {
    let objects: Vec<(&str, Box<str>)> = match kind {
        ObjectKind::User => {
            let users = snapshot.users.iter();
            users.map(|user| (&*user.id, user.name())).collect()
        }
        ObjectKind::Group => {
            let groups = snapshot.groups.iter();
            groups.map(|group| (&*group.id, group.name())).collect()
        }
    };
    let mut hits = objects
        .iter()
        .filter(|(id, name)| *id == which || eq_folded(name, which));
    match (hits.next(), hits.next()) {
        (Some((id, name)), None) => Ok(Named::new(kind, id, name.clone())),
        (Some(_), Some(_)) => Err(CycleErrorKind::SeveralObjects {
            kind,
            which: shown(which),
        }),
        (None, _) => Err(CycleErrorKind::NoSuchObject {
            kind,
            which: shown(which),
        }),
    }
}

fn shown(text: &str) -> Box<str> {
    let shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    shown.into()
}
