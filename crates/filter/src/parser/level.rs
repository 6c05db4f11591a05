use crate::{AttributePath, Filter};

/// What was read so far between two brackets, or of the whole filter.
#[derive(Default)]
pub(super) struct Level {
    opener: Opener,
    /// The alternatives that `or` has ended.
    pub(super) alternatives: Vec<Filter>,
    /// The terms of the last alternative.
    pub(super) terms: Vec<Filter>,
}

#[derive(Default)]
pub(super) enum Opener {
    #[default]
    Parenthesis,
    Not,
    Bracket(AttributePath),
}

impl Level {
    pub(super) fn behind(opener: Opener) -> Self {
        Self {
            opener,
            ..Self::default()
        }
    }

    /// Ends the last alternative, as `or` or the bracket does.
    pub(super) fn end_alternative(&mut self) {
        let terms = std::mem::take(&mut self.terms);
        self.alternatives.push(all_of(terms));
    }

    /// What opened the level, and the filter in it.
    pub(super) fn into_parts(self) -> (Opener, Filter) {
        (self.opener, any_of(self.alternatives))
    }
}

fn all_of(mut terms: Vec<Filter>) -> Filter {
    if terms.len() == 1
        && let Some(only) = terms.pop()
    {
        return only;
    }
    if let Some(Filter::And(inner)) = terms.first_mut() {
        let mut flat = std::mem::take(inner);
        flat.extend(terms.into_iter().skip(1));
        return Filter::And(flat);
    }
    Filter::And(terms)
}

fn any_of(mut terms: Vec<Filter>) -> Filter {
    if terms.len() == 1
        && let Some(only) = terms.pop()
    {
        return only;
    }
    if let Some(Filter::Or(inner)) = terms.first_mut() {
        let mut flat = std::mem::take(inner);
        flat.extend(terms.into_iter().skip(1));
        return Filter::Or(flat);
    }
    Filter::Or(terms)
}
