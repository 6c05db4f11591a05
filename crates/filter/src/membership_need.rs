use std::collections::BTreeSet;

use scimkit_schema::ResourceId;

use crate::{Bound, CompareOp, Operand, Place};

/// Which rows of the membership relation a filter must see before it can be evaluated.
///
/// A store that loads just these keeps a look-up of one member of a large group cheap.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MembershipNeed {
    /// None at all.
    Nothing,
    /// The rows of these members, where they exist.
    These(BTreeSet<ResourceId>),
    /// One row, if there is any.
    Any,
    /// Every row.
    All,
}

impl MembershipNeed {
    pub(crate) fn of(bound: &Bound) -> Self {
        match bound {
            Bound::And(terms) | Bound::Or(terms) => {
                terms.iter().map(Self::of).fold(Self::Nothing, Self::and)
            }
            Bound::Not(inner) => Self::of(inner),
            Bound::Never => Self::Nothing,
            Bound::Present(target) => match target.place() {
                Place::Relation { sub: None } => Self::Any,
                Place::Relation { sub: Some(_) } => Self::All,
                _ => Self::Nothing,
            },
            Bound::Compare {
                target,
                op,
                operand,
            } => match target.place() {
                Place::Relation { sub: None } => Self::Any,
                Place::Relation { sub: Some(sub) } => Self::of_term(sub, *op, operand),
                _ => Self::Nothing,
            },
            Bound::ValuePath { target, filter } => match (target.place(), &**filter) {
                (
                    Place::Relation { .. },
                    Bound::Compare {
                        target,
                        op,
                        operand,
                    },
                ) => match target.place() {
                    Place::Element { sub: Some(sub) } => Self::of_term(sub, *op, operand),
                    _ => Self::All,
                },
                (Place::Relation { .. }, _) => Self::All,
                _ => Self::Nothing,
            },
        }
    }

    fn of_term(sub: &str, op: CompareOp, operand: &Operand) -> Self {
        match operand {
            // What cannot be an id is no member's: no row is needed to know that.
            Operand::Text { text, .. } if sub == "value" && op == CompareOp::Eq => {
                Self::These(ResourceId::new(text).into_iter().collect())
            }
            _ => Self::All,
        }
    }

    /// What satisfies both.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, need) | (need, Self::Nothing) => need,
            (Self::These(mut ids), Self::These(others)) => {
                ids.extend(others);
                Self::These(ids)
            }
            (Self::Any, Self::Any) => Self::Any,
            _ => Self::All,
        }
    }
}
