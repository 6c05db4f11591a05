/// A bug that tests put into the engine, to see that their checks find it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PlantedBug {
    /// A membership that could not be sent is taken for sent.
    DropEscrow,
    /// The new state of an object is written down before the target has it.
    EarlyWatermark,
    /// An incomplete source is taken for a complete one.
    RemoveOnIncomplete,
    /// After a create whose outcome is not known, it is created again without a look.
    RepeatCreate,
    /// Whatever a look-up finds is taken for what was asked for.
    TrustHit,
}

/// The bug that is in this engine: none, unless the crate was built for tests of tests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Planted {
    #[cfg(feature = "planted-bugs")]
    bug: Option<PlantedBug>,
}

impl Planted {
    #[cfg(feature = "planted-bugs")]
    pub(crate) const fn new(bug: PlantedBug) -> Self {
        Self { bug: Some(bug) }
    }

    #[cfg(feature = "planted-bugs")]
    pub(crate) fn is(self, bug: PlantedBug) -> bool {
        self.bug == Some(bug)
    }

    #[cfg(not(feature = "planted-bugs"))]
    #[expect(
        clippy::unused_self,
        reason = "with the feature there is something to ask"
    )]
    pub(crate) const fn is(self, _: PlantedBug) -> bool {
        false
    }
}
