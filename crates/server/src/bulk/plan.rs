//! In which order the operations of a bulk request are done.

use std::collections::BTreeSet;

/// One step of a bulk request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// Does an operation, without its references to the resources that these operations are going to create.
    Do(usize, BTreeSet<usize>),
    /// Puts in the references that an operation was done without.
    Complete(usize),
}

impl Step {
    /// The operation that the step is about.
    pub(super) const fn index(&self) -> usize {
        match self {
            Self::Do(index, _) | Self::Complete(index) => *index,
        }
    }
}

/// The order in which each operation comes after those that create what it refers to, and else as in the request. `needs` lists, for each
/// operation, the operations that it refers to.
///
/// Where operations refer to each other in a circle, the one that closes it is done without that reference and completed in the end
/// ([RFC 7644 §3.7.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.7.1)). It takes time in proportion to the references.
pub(super) fn plan(needs: &[Vec<usize>]) -> Vec<Step> {
    let mut planner = Planner {
        state: vec![State::New; needs.len()],
        steps: Vec::with_capacity(needs.len()),
        pending: Vec::new(),
    };
    for index in 0..needs.len() {
        planner.visit(index, needs);
    }
    planner.steps
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    New,
    Waiting,
    Planned,
}

struct Planner {
    state: Vec<State>,
    steps: Vec<Step>,
    pending: Vec<usize>,
}

/// An operation that waits for what it refers to.
struct Waiting<'a> {
    index: usize,
    needs: std::slice::Iter<'a, usize>,
    without: BTreeSet<usize>,
}

impl Planner {
    fn visit(&mut self, first: usize, needs: &[Vec<usize>]) {
        let mut stack = Vec::new();
        self.begin(first, needs, &mut stack);
        while let Some(top) = stack.last_mut() {
            if let Some(&need) = top.needs.next() {
                match self.state.get(need) {
                    Some(State::New) => self.begin(need, needs, &mut stack),
                    Some(State::Waiting) => {
                        top.without.insert(need);
                    }
                    _ => {}
                }
                continue;
            }
            let Some(done) = stack.pop() else { break };
            self.set(done.index, State::Planned);
            if !done.without.is_empty() {
                self.pending.push(done.index);
            }
            self.steps.push(Step::Do(done.index, done.without));
        }
        self.steps
            .extend(self.pending.drain(..).map(Step::Complete));
    }

    fn begin<'a>(&mut self, index: usize, needs: &'a [Vec<usize>], stack: &mut Vec<Waiting<'a>>) {
        if self.state.get(index) != Some(&State::New) {
            return;
        }
        self.set(index, State::Waiting);
        stack.push(Waiting {
            index,
            needs: needs
                .get(index)
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter(),
            without: BTreeSet::new(),
        });
    }

    fn set(&mut self, index: usize, state: State) {
        if let Some(known) = self.state.get_mut(index) {
            *known = state;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(index: usize) -> Step {
        Step::Do(index, BTreeSet::new())
    }

    #[test]
    fn what_is_referred_to_comes_first_and_the_rest_keeps_its_order() {
        assert_eq!(
            plan(&[vec![], vec![], vec![0]]),
            [done(0), done(1), done(2)]
        );
        let forward = [vec![2, 1], vec![], vec![3], vec![], vec![]];
        assert_eq!(plan(&forward), [3, 2, 1, 0, 4].map(done));
    }

    #[test]
    fn a_circle_is_closed_in_the_end() {
        let circle = [vec![1], vec![2], vec![0], vec![]];
        let closing = Step::Do(2, BTreeSet::from([0]));
        assert_eq!(
            plan(&circle),
            [closing, done(1), done(0), Step::Complete(2), done(3)]
        );
        let own = Step::Do(0, BTreeSet::from([0]));
        assert_eq!(plan(&[vec![0]]), [own, Step::Complete(0)]);
    }

    #[test]
    fn a_long_chain_costs_no_stack() {
        let count = 100_000;
        let chain: Vec<_> = (1..=count).map(|next| vec![next % count]).collect();
        assert_eq!(plan(&chain).len(), count + 1);
    }
}
