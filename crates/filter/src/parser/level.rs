use crate::{AttributePath, Filter};

/// The groups and brackets that are open, the whole filter being the outermost.
///
/// A term is put into a list only when an operator joins it with another: most often there is none.
#[derive(Default)]
pub(super) struct Levels {
    innermost: Level,
    around: Vec<Level>,
}

/// What was read so far between two brackets, or of the whole filter.
#[derive(Default)]
struct Level {
    opener: Opener,
    /// The alternatives that `or` has ended.
    alternatives: Vec<Filter>,
    /// The terms of the last alternative that `and` has ended.
    terms: Vec<Filter>,
}

#[derive(Default)]
pub(super) enum Opener {
    #[default]
    Parenthesis,
    Not,
    Bracket(AttributePath),
}

impl Levels {
    /// Steps into a level.
    pub(super) fn open(&mut self, opener: Opener) {
        let opened = Level {
            opener,
            ..Level::default()
        };
        self.around
            .push(std::mem::replace(&mut self.innermost, opened));
    }

    /// Takes the term that `and` ends. Says whether it is the first of its alternative.
    pub(super) fn and(&mut self, term: Filter) -> bool {
        let terms = &mut self.innermost.terms;
        let is_first = terms.is_empty();
        match term {
            // `(a and b) and c` is `a and b and c`.
            Filter::And(nested) if is_first => *terms = nested,
            term => terms.push(term),
        }
        is_first
    }

    /// Takes the term that `or` ends. Says whether it ends the first alternative of the level.
    pub(super) fn or(&mut self, last: Filter) -> bool {
        let alternative = self.innermost.end_alternative(last);
        let alternatives = &mut self.innermost.alternatives;
        let is_first = alternatives.is_empty();
        match alternative {
            Filter::Or(nested) if is_first => *alternatives = nested,
            alternative => alternatives.push(alternative),
        }
        is_first
    }

    /// Ends the innermost level with its last term, and gives the filter in it.
    #[inline]
    pub(super) fn end(&mut self, last: Filter) -> Filter {
        let last = self.innermost.end_alternative(last);
        if self.innermost.alternatives.is_empty() {
            return last;
        }
        let mut alternatives = std::mem::take(&mut self.innermost.alternatives);
        alternatives.push(last);
        Filter::Or(alternatives)
    }

    /// Steps out of the innermost level, which has ended; none out of the whole filter.
    #[inline]
    pub(super) fn leave(&mut self) -> Option<Opener> {
        let around = self.around.pop()?;
        Some(std::mem::replace(&mut self.innermost, around).opener)
    }
}

impl Level {
    #[inline]
    fn end_alternative(&mut self, last: Filter) -> Filter {
        if self.terms.is_empty() {
            return last;
        }
        let mut terms = std::mem::take(&mut self.terms);
        terms.push(last);
        Filter::And(terms)
    }
}
