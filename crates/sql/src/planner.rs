mod lookup;
#[cfg(test)]
mod tests;

use std::fmt;

use scimkit_filter::{Bound, BoundFilter, CompareOp, Operand, Place, Target};
use scimkit_schema::{Membership, ResourceId, ResourceType};

use crate::{Indexes, KeyRange, ValueKey, indexes::IndexedPath};

pub use self::lookup::{Lookup, Ranged};

/// How the candidates for a filter are found among the resources of one type.
///
/// A plan only narrows: it names every resource that the filter matches, and perhaps more. The filter itself is always asked again,
/// so that every engine gives the same answer.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_filter::{BoundFilter, Filter};
/// use scimkit_schema::{Compat, SchemaSet};
/// use scimkit_sql::{Indexes, Plan};
///
/// let indexes = Indexes::new(Arc::new(SchemaSet::core()));
/// let user = indexes.schemas().by_name("User").unwrap().clone();
/// let filter: Filter = r#"userName sw "mira@" and active eq true"#.parse()?;
/// let filter = BoundFilter::bind(&filter, &[user], Compat::strict())?;
/// assert_eq!(Plan::new(&filter, "User", &indexes).explain(), "look up range of userName, then check the filter");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Plan {
    /// Every resource of the type is a candidate.
    Scan,
    /// What any of these look-ups finds is a candidate; nothing, if there is none.
    LookUp(Vec<Lookup>),
}

/// The type that a plan is made for.
#[derive(Clone, Copy)]
struct Planner<'a> {
    indexes: &'a Indexes,
    resource_type: &'a ResourceType,
}

impl Plan {
    /// The plan for a filter among resources of this type: of a conjunction the cheapest part that an index answers, of a disjunction
    /// all of them together.
    #[must_use]
    pub fn new(filter: &BoundFilter, type_name: &str, indexes: &Indexes) -> Self {
        match (filter.tree(type_name), indexes.schemas().by_name(type_name)) {
            (Some(tree), Some(resource_type)) => Planner {
                indexes,
                resource_type,
            }
            .of(tree, None),
            _ => Self::Scan,
        }
    }

    /// The plan in words, without values.
    #[must_use]
    pub fn explain(&self) -> String {
        self.to_string()
    }

    /// Whether the candidates are so few that they can be read at once.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.cost().is_some_and(|cost| cost <= 100)
    }

    /// About how many resources must be read; none when all must.
    fn cost(&self) -> Option<u64> {
        match self {
            Self::Scan => None,
            Self::LookUp(lookups) => Some(lookups.iter().map(Lookup::cost).sum()),
        }
    }

    fn one(lookup: Lookup) -> Self {
        Self::LookUp(vec![lookup])
    }

    /// A text that can be no id is nobody's.
    fn by_id(text: &str, lookup: impl Fn(ResourceId) -> Lookup) -> Self {
        Self::LookUp(ResourceId::new(text).ok().map(lookup).into_iter().collect())
    }
}

impl<'a> Planner<'a> {
    // Recursion is as deep as the filter, which its parser bounds. `element` is the attribute whose single value is looked at.
    fn of(self, tree: &Bound, element: Option<&Target>) -> Plan {
        match tree {
            Bound::And(terms) => self.all(terms, element),
            Bound::Or(terms) => {
                let mut together = Vec::new();
                for term in terms {
                    match self.of(term, element) {
                        Plan::Scan => return Plan::Scan,
                        Plan::LookUp(lookups) => together.extend(lookups),
                    }
                }
                Plan::LookUp(together)
            }
            Bound::Compare {
                target,
                op,
                operand,
            } => self.compare(target, *op, operand, element),
            Bound::Present(target) => self.present(target, element),
            Bound::ValuePath { target, filter } if element.is_none() => {
                self.of(filter, Some(target))
            }
            Bound::Never => Plan::LookUp(Vec::new()),
            Bound::Not(_) | Bound::ValuePath { .. } => Plan::Scan,
        }
    }

    fn all(self, terms: &[Bound], element: Option<&Target>) -> Plan {
        let mut plans: Vec<Plan> = Vec::new();
        for term in terms {
            let plan = self.of(term, element);
            let merged = plans.iter_mut().any(|known| self.narrow(known, &plan));
            if !merged {
                plans.push(plan);
            }
        }
        plans
            .into_iter()
            .min_by_key(|plan| plan.cost().unwrap_or(u64::MAX))
            .unwrap_or(Plan::Scan)
    }

    /// Makes one range of two that the same value must be in. Of several values each could be in another one.
    fn narrow(self, known: &mut Plan, plan: &Plan) -> bool {
        let (Plan::LookUp(known), Plan::LookUp(other)) = (known, plan) else {
            return false;
        };
        let ([known], [other]) = (known.as_mut_slice(), other.as_slice()) else {
            return false;
        };
        match (known, other) {
            (
                Lookup::Modified { from, to },
                Lookup::Modified {
                    from: other_from,
                    to: other_to,
                },
            ) => {
                (*from, *to) = ((*from).max(*other_from), (*to).min(*other_to));
                true
            }
            (
                Lookup::Range { of, keys, cost },
                Lookup::Range {
                    of: other,
                    keys: narrower,
                    cost: other_cost,
                },
            ) if of == other && self.is_single(of) => {
                *keys = keys.clone().and(narrower);
                *cost = (*cost).min(*other_cost).min(BOTH_ENDS);
                true
            }
            _ => false,
        }
    }

    fn is_single(self, of: &Ranged) -> bool {
        match of {
            Ranged::ExternalId => true,
            Ranged::Unique(path) | Ranged::Value(path) => {
                let known = self.indexes.find(self.resource_type.name(), path);
                known.is_some_and(|known| known.is_single)
            }
        }
    }

    fn compare(
        self,
        target: &Target,
        op: CompareOp,
        operand: &Operand,
        element: Option<&Target>,
    ) -> Plan {
        match (target.place(), operand) {
            (Place::LastModified, Operand::DateTime(at)) => {
                let at = at.unix_micros();
                modified(op, at)
            }
            (Place::Id, Operand::Text { folded, text }) if op == CompareOp::Eq && !folded => {
                Plan::by_id(text, Lookup::Id)
            }
            (Place::Relation { sub: Some(sub) }, Operand::Text { folded, text })
                if sub == "value" && op == CompareOp::Eq && !folded =>
            {
                self.related(text)
            }
            (Place::Element { sub: Some(sub) }, Operand::Text { folded, text })
                if sub == "value"
                    && op == CompareOp::Eq
                    && !folded
                    && element.is_some_and(|of| matches!(of.place(), Place::Relation { .. })) =>
            {
                self.related(text)
            }
            (_, Operand::Text { folded, text }) => match self.values(target, element) {
                Some(Values::ExternalId) if !folded => external_id(op, text),
                Some(Values::At(path)) if path.is_text() && path.is_exact() != *folded => {
                    self.by_text(path, op, text)
                }
                _ => Plan::Scan,
            },
            _ => Plan::Scan,
        }
    }

    fn related(self, text: &str) -> Plan {
        match self.resource_type.membership() {
            Some(Membership::Group) => Plan::by_id(text, Lookup::GroupsOf),
            Some(Membership::Member) => Plan::by_id(text, Lookup::MembersOf),
            None => Plan::Scan,
        }
    }

    fn present(self, target: &Target, element: Option<&Target>) -> Plan {
        let of = match self.values(target, element) {
            Some(Values::ExternalId) => Ranged::ExternalId,
            // Where every resource has a value, looking it up only costs.
            Some(Values::At(path)) if path.is_text() && !target.attribute().is_required() => {
                path.ranged()
            }
            _ => return Plan::Scan,
        };
        Plan::one(Lookup::Range {
            of,
            keys: KeyRange::texts(),
            cost: MOST,
        })
    }

    /// The values that a target means, if they are in an index.
    fn values(self, target: &Target, element: Option<&Target>) -> Option<Values<'a>> {
        let (place, inner) = match (target.place(), element) {
            (Place::Element { sub }, Some(element)) => (element.place(), sub.as_ref()),
            (place, None) => (place, None),
            _ => return None,
        };
        let Place::Document {
            extension,
            name,
            sub,
        } = place
        else {
            return None;
        };
        let sub = inner.or(sub.as_ref());
        if extension.is_none() && name == "externalId" && sub.is_none() {
            return Some(Values::ExternalId);
        }
        let found = self.resource_type.find(extension.as_deref(), name)?;
        let mut path = found.path();
        if let Some(sub) = sub {
            path.push('.');
            path.push_str(sub);
        }
        let known = self.indexes.find(self.resource_type.name(), &path)?;
        Some(Values::At(known))
    }

    fn by_text(self, known: &IndexedPath, op: CompareOp, text: &str) -> Plan {
        if op == CompareOp::Eq {
            let (path, key) = (known.path.clone(), ValueKey::text(text));
            return Plan::one(if known.is_unique() {
                Lookup::Unique { path, key }
            } else {
                Lookup::Value { path, key }
            });
        }
        if let Some((keys, cost)) = range(op, text) {
            let of = known.ranged();
            return Plan::one(Lookup::Range { of, keys, cost });
        }
        let parts = match op {
            CompareOp::Co | CompareOp::Ew if self.indexes.has_parts() => lookup::parts(text),
            _ => None,
        };
        parts.map_or(Plan::Scan, |parts| Plan::one(Lookup::Parts(parts)))
    }
}

/// Where values stand that a filter asks for.
enum Values<'a> {
    ExternalId,
    At(&'a IndexedPath),
}

impl IndexedPath {
    fn ranged(&self) -> Ranged {
        if self.is_unique() {
            Ranged::Unique(self.path.clone())
        } else {
            Ranged::Value(self.path.clone())
        }
    }
}

fn external_id(op: CompareOp, text: &str) -> Plan {
    if op == CompareOp::Eq {
        return Plan::one(Lookup::ExternalId(ValueKey::text(text)));
    }
    range(op, text).map_or(Plan::Scan, |(keys, cost)| {
        let of = Ranged::ExternalId;
        Plan::one(Lookup::Range { of, keys, cost })
    })
}

/// The keys of the texts that compare so, and about how many there are.
fn range(op: CompareOp, text: &str) -> Option<(KeyRange, u64)> {
    match op {
        CompareOp::Sw => {
            let cost = match text.chars().count() {
                0 => MOST,
                1..3 => 50_000,
                3..6 => 2_000,
                _ => 200,
            };
            Some((KeyRange::starting_with(text), cost))
        }
        CompareOp::Gt | CompareOp::Ge => Some((KeyRange::not_below(text), ONE_END)),
        CompareOp::Lt | CompareOp::Le => Some((KeyRange::not_above(text), ONE_END)),
        _ => None,
    }
}

fn modified(op: CompareOp, at: i64) -> Plan {
    // What is asked for may be finer than a microsecond, what is stored is not.
    let next = at.saturating_add(1);
    let (from, to) = match op {
        CompareOp::Eq => (at, next),
        CompareOp::Gt | CompareOp::Ge => (at, i64::MAX),
        CompareOp::Lt | CompareOp::Le => (i64::MIN, next),
        _ => return Plan::Scan,
    };
    Plan::one(Lookup::Modified { from, to })
}

/// About how many resources there are in a range with one end, with two, and in one without.
const ONE_END: u64 = 200_000;
const BOTH_ENDS: u64 = 20_000;
const MOST: u64 = 500_000;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scan => f.write_str("read all, check the filter"),
            Self::LookUp(lookups) if lookups.is_empty() => f.write_str("nothing can match"),
            Self::LookUp(lookups) => {
                for (index, lookup) in lookups.iter().enumerate() {
                    write!(
                        f,
                        "{}{lookup}",
                        if index == 0 { "look up " } else { " or " }
                    )?;
                }
                f.write_str(", then check the filter")
            }
        }
    }
}
