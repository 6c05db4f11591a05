//! The guard that keeps a broken source from emptying the target.

use crate::DeletionGuard;

/// Whether removals may go ahead.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Go,
    /// None of them, since there are more than `limit`.
    Hold {
        limit: usize,
    },
}

/// Judges `count` removals among `present` objects or memberships. What was allowed for this cycle passes.
pub(crate) fn judge(
    count: usize,
    present: usize,
    guard: DeletionGuard,
    allowance: Allowance,
) -> Verdict {
    let limit = limit(present);
    if guard == DeletionGuard::Off || allowance == Allowance::Once || count <= limit {
        Verdict::Go
    } else {
        Verdict::Hold { limit }
    }
}

/// Whether a person has looked at the removals and allowed them for one cycle.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Allowance {
    #[default]
    None,
    Once,
}

/// One in a hundred, but 10 at least and 500 at most.
fn limit(present: usize) -> usize {
    present.div_ceil(100).clamp(10, 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_grows_with_what_is_there() {
        for (present, expected) in [
            (0, 10),
            (1_000, 10),
            (1_001, 11),
            (20_000, 200),
            (50_000, 500),
            (9_000_000, 500),
        ] {
            assert_eq!(limit(present), expected, "{present}");
        }
    }

    #[test]
    fn one_more_than_the_limit_is_held_unless_allowed() {
        let on = DeletionGuard::On;
        assert_eq!(judge(10, 200, on, Allowance::None), Verdict::Go);
        assert_eq!(
            judge(11, 200, on, Allowance::None),
            Verdict::Hold { limit: 10 }
        );
        assert_eq!(judge(11, 200, on, Allowance::Once), Verdict::Go);
        assert_eq!(
            judge(200, 200, DeletionGuard::Off, Allowance::None),
            Verdict::Go
        );
    }
}
