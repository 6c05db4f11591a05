use scimkit_schema::DateTime;

/// What a cycle did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CycleReport {
    /// The id of the cycle, as in the log.
    pub cycle_id: Box<str>,
    /// The first cycle, or one after it.
    pub phase: Phase,
    /// How it ended.
    pub end: CycleEnd,
    /// When it began.
    pub started: DateTime,
    /// When it ended.
    pub ended: DateTime,
    /// What happened to users.
    pub users: Counts,
    /// What happened to groups.
    pub groups: Counts,
    /// How many memberships were added.
    pub members_added: usize,
    /// How many memberships were removed.
    pub members_removed: usize,
    /// How many references, such as managers, were set or removed.
    pub references: usize,
    /// How many objects could not be brought over.
    pub failed: usize,
    /// How many objects and memberships were left out on purpose.
    pub skipped: usize,
    /// How many references wait for what they point to.
    pub deferred: usize,
}

/// What happened to the objects of one kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// They were created.
    pub created: usize,
    /// They were in the target already and are linked now.
    pub adopted: usize,
    /// They were changed.
    pub updated: usize,
    /// They were disabled.
    pub disabled: usize,
    /// They were disabled and are active again.
    pub restored: usize,
    /// They were deleted.
    pub deleted: usize,
    /// There was nothing to change.
    pub unchanged: usize,
}

/// The first cycle, or one after it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// The first one that comes to its end.
    Initial,
    /// One after it.
    Incremental,
}

/// How a cycle ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CycleEnd {
    /// Everything was looked at.
    Completed,
    /// Something kept it from its end: the [`CycleError`](crate::CycleError) says what.
    Failed,
    /// Provisioning was switched off meanwhile. The next cycle goes on from there.
    Stopped,
}

impl CycleReport {
    pub(crate) fn new(cycle_id: &str, phase: Phase, started: DateTime) -> Self {
        Self {
            cycle_id: cycle_id.into(),
            phase,
            end: CycleEnd::Completed,
            ended: started.clone(),
            started,
            users: Counts::default(),
            groups: Counts::default(),
            members_added: 0,
            members_removed: 0,
            references: 0,
            failed: 0,
            skipped: 0,
            deferred: 0,
        }
    }

    /// How many objects were looked at, as far as they are not out of scope.
    #[must_use]
    pub const fn objects(&self) -> usize {
        self.users.looked_at() + self.groups.looked_at() + self.failed
    }

    /// Whether nothing was written to the target.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        self.users.changed()
            + self.groups.changed()
            + self.members_added
            + self.members_removed
            + self.references
            == 0
    }

    /// From the start to the end, in seconds, rounded down.
    #[must_use]
    pub fn duration_seconds(&self) -> u64 {
        let micros = self
            .ended
            .unix_micros()
            .saturating_sub(self.started.unix_micros());
        u64::try_from(micros / 1_000_000).unwrap_or(0)
    }
}

impl Counts {
    const fn looked_at(&self) -> usize {
        self.changed() + self.unchanged
    }

    /// How many objects were written.
    #[must_use]
    pub const fn changed(&self) -> usize {
        self.created + self.updated + self.disabled + self.restored + self.deleted
    }
}
