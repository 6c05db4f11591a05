use std::mem;

use crate::Filter;

/// The terms that were read and not yet joined, and the groups that are open, the whole filter being the outermost.
///
/// All terms are on one stack, and a group remembers where its own begin. So a chain is put together once, when it ends.
#[derive(Default)]
pub(super) struct Terms {
    stack: Vec<Filter>,
    innermost: Group,
    around: Vec<Group>,
}

#[derive(Clone, Copy, Default)]
struct Group {
    is_negated: bool,
    /// Where the alternatives that `or` joins begin.
    alternatives: usize,
    /// Where the terms of the last alternative, which `and` joins, begin.
    terms: usize,
}

impl Terms {
    /// Takes a term.
    #[inline]
    pub(super) fn push(&mut self, term: Filter) {
        self.stack.push(term);
    }

    /// Steps into a group.
    pub(super) fn open(&mut self, is_negated: bool) {
        self.around.push(self.innermost);
        self.innermost = Group {
            is_negated,
            alternatives: self.stack.len(),
            terms: self.stack.len(),
        };
    }

    /// Steps over the `and` behind a term. Says whether the term is the first of its alternative.
    #[inline]
    pub(super) fn and(&mut self) -> bool {
        let is_first = self.stack.len() - self.innermost.terms == 1;
        if is_first
            && let Some(Filter::And(nested)) =
                self.stack.pop_if(|term| matches!(term, Filter::And(_)))
        {
            // `(a and b) and c` is `a and b and c`.
            self.stack.extend(nested);
        }
        is_first
    }

    /// Steps over the `or` behind an alternative. Says whether it is the first one of its group.
    pub(super) fn or(&mut self) -> bool {
        self.join(self.innermost.terms, Filter::And);
        let is_first = self.stack.len() - self.innermost.alternatives == 1;
        if is_first
            && let Some(Filter::Or(nested)) =
                self.stack.pop_if(|term| matches!(term, Filter::Or(_)))
        {
            self.stack.extend(nested);
        }
        self.innermost.terms = self.stack.len();
        is_first
    }

    /// Ends the innermost group: it is one term now. Says whether a parenthesis must close it; none closes the whole filter.
    #[inline]
    pub(super) fn end(&mut self) -> bool {
        self.join(self.innermost.terms, Filter::And);
        self.join(self.innermost.alternatives, Filter::Or);
        if self.innermost.is_negated
            && let Some(inner) = self.stack.pop()
        {
            self.stack.push(Filter::Not(Box::new(inner)));
        }
        let around = self.around.pop();
        self.innermost = around.unwrap_or_default();
        around.is_some()
    }

    /// Makes one chain of the terms from `start` on, if they are several.
    #[inline]
    fn join(&mut self, start: usize, chain: fn(Vec<Filter>) -> Filter) {
        if self.stack.len() - start < 2 {
            return;
        }
        let terms = if start == 0 {
            mem::take(&mut self.stack)
        } else {
            self.stack.drain(start..).collect()
        };
        self.stack.push(chain(terms));
    }

    /// The whole filter, which has ended.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Filter> {
        self.stack.pop()
    }
}
