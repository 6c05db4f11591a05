use std::fmt;

/// How far a cycle has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// What it does now.
    pub stage: Stage,
    /// How much of the stage is done.
    pub done: usize,
    /// How much there is to do in the stage.
    pub total: usize,
    /// How much of the whole cycle is done, from 0 to 100.
    pub percent: u8,
}

/// The stages of a cycle, in their order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Stage {
    /// Asking the target for nobody.
    Probe,
    /// Reading the directory.
    Import,
    /// Creating and updating users.
    Users,
    /// Creating and updating groups.
    Groups,
    /// Adding and removing members of groups.
    Memberships,
    /// Setting managers and the like.
    References,
    /// Disabling and deleting.
    Removals,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Probe => "probe",
            Self::Import => "import",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Memberships => "memberships",
            Self::References => "references",
            Self::Removals => "removals",
        })
    }
}

/// Counts the steps of a cycle.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// The steps of the stages before this one.
    before: usize,
    stage: Option<Stage>,
    done: usize,
    total: usize,
    /// The steps of all stages, as far as they are known.
    all: usize,
}

impl Meter {
    /// Says how many steps the whole cycle has, as far as that is known.
    pub(crate) const fn expect(&mut self, steps: usize) {
        self.all = steps;
    }

    pub(crate) const fn enter(&mut self, stage: Stage, total: usize) -> Progress {
        self.before += self.done;
        self.stage = Some(stage);
        self.done = 0;
        self.total = total;
        self.progress(stage)
    }

    /// The cycle is over.
    pub(crate) fn finish(&self) -> Option<Progress> {
        self.stage.map(|stage| Progress {
            percent: 100,
            ..self.progress(stage)
        })
    }

    pub(crate) fn step(&mut self) -> Option<Progress> {
        self.done += 1;
        self.stage.map(|stage| self.progress(stage))
    }

    const fn progress(&self, stage: Stage) -> Progress {
        let steps = self.before + self.done;
        let percent = match (steps * 100).checked_div(self.all) {
            // 100 is for `finish`
            Some(percent) if percent < 100 => percent,
            Some(_) => 99,
            None => 0,
        };
        #[expect(clippy::cast_possible_truncation, reason = "it is below 100")]
        let percent = percent as u8;
        Progress {
            stage,
            done: self.done,
            total: self.total,
            percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_never_falls_and_is_below_100_while_the_cycle_runs() {
        let mut meter = Meter::default();
        assert_eq!(meter.enter(Stage::Probe, 0).percent, 0);
        meter.expect(5);
        meter.enter(Stage::Users, 3);
        let percents: Vec<_> = (0..3)
            .filter_map(|_| meter.step())
            .map(|progress| progress.percent)
            .collect();
        assert_eq!(percents, [20, 40, 60]);
        let progress = meter.enter(Stage::Groups, 2);
        assert_eq!(
            (progress.done, progress.total, progress.percent),
            (0, 2, 60)
        );
        meter.step();
        assert_eq!(meter.step().map(|progress| progress.percent), Some(99));
        assert_eq!(meter.finish().map(|progress| progress.percent), Some(100));
    }
}
