use crate::{AttributePath, Filter};

/// What was read so far between two brackets, or of the whole filter.
#[derive(Default)]
pub(super) struct Level {
    opener: Opener,
    /// The alternatives that `or` has ended.
    pub(super) alternatives: Chain,
    /// The terms of the last alternative.
    pub(super) terms: Chain,
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
        self.alternatives.push(terms.all());
    }

    /// What opened the level, and the filter in it.
    pub(super) fn into_parts(self) -> (Opener, Filter) {
        (self.opener, self.alternatives.any())
    }
}

/// Filters that one operator joins. A list is made for the second one: most often there is none.
#[derive(Default)]
pub(super) enum Chain {
    #[default]
    Empty,
    One(Filter),
    Many(Vec<Filter>),
}

impl Chain {
    pub(super) fn push(&mut self, filter: Filter) {
        match self {
            Self::Empty => *self = Self::One(filter),
            Self::Many(filters) => filters.push(filter),
            Self::One(_) => {
                if let Self::One(first) = std::mem::take(self) {
                    *self = Self::Many(vec![first, filter]);
                }
            }
        }
    }

    pub(super) const fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// All of them joined by `and`.
    fn all(self) -> Filter {
        let nested = |filter: &mut Filter| match filter {
            Filter::And(inner) => Some(std::mem::take(inner)),
            _ => None,
        };
        self.join(nested, Filter::And)
    }

    /// All of them joined by `or`.
    fn any(self) -> Filter {
        let nested = |filter: &mut Filter| match filter {
            Filter::Or(inner) => Some(std::mem::take(inner)),
            _ => None,
        };
        self.join(nested, Filter::Or)
    }

    /// One node of all filters. Where the first is such a node itself, the rest joins it: `(a and b) and c` is `a and b and c`.
    fn join(
        self,
        nested: impl Fn(&mut Filter) -> Option<Vec<Filter>>,
        node: impl Fn(Vec<Filter>) -> Filter,
    ) -> Filter {
        match self {
            Self::Empty => node(Vec::new()),
            Self::One(only) => only,
            Self::Many(mut filters) => {
                if let Some(mut flat) = filters.first_mut().and_then(nested) {
                    flat.extend(filters.into_iter().skip(1));
                    return node(flat);
                }
                node(filters)
            }
        }
    }
}
