use std::fmt;

use scimkit_filter::{Bound, BoundFilter, CompareOp, Operand, Place, Target};
use scimkit_schema::{
    Attribute, AttributeType, Membership, ResourceId, ResourceType, Schema, Uniqueness, fold,
};

use crate::{ValueKey, indexed::indexed_attribute};

/// How the candidates for a filter are found among the resources of one type.
///
/// A plan only narrows: it names every resource that the filter matches, and perhaps more. The filter itself is always asked again,
/// so that every engine gives the same answer.
///
/// ```
/// use std::sync::Arc;
/// use scimkit_filter::{BoundFilter, Filter};
/// use scimkit_schema::{Compat, core};
/// use scimkit_sql::Plan;
///
/// let user = Arc::new(core::user_type());
/// let filter: Filter = r#"userName eq "mira@harborline.example" and active eq true"#.parse()?;
/// let filter = BoundFilter::bind(&filter, &[user.clone()], Compat::strict())?;
/// assert_eq!(Plan::new(&filter, &user).explain(), "look up unique userName, then check the filter");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Plan {
    /// Every resource of the type is a candidate.
    Scan,
    /// What any of these look-ups finds is a candidate; nothing, if there is none.
    LookUp(Vec<Lookup>),
}

/// One way to find candidates without a scan.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Lookup {
    /// The resource with this id.
    Id(ResourceId),
    /// The resource with this unique value.
    Unique {
        /// The canonical path.
        path: Box<str>,
        /// The value.
        key: ValueKey,
    },
    /// Resources with this indexed value.
    Value {
        /// The canonical path.
        path: Box<str>,
        /// The value.
        key: ValueKey,
    },
    /// Resources with this `externalId`.
    ExternalId(ValueKey),
    /// Groups that this resource is a member of.
    GroupsOf(ResourceId),
    /// Members of this group.
    MembersOf(ResourceId),
}

impl Plan {
    /// The plan for a filter among resources of this type: of a conjunction the cheapest part that an index answers, of a disjunction
    /// all of them together.
    #[must_use]
    pub fn new(filter: &BoundFilter, resource_type: &ResourceType) -> Self {
        filter
            .tree(resource_type.name())
            .map_or(Self::Scan, |tree| Self::of(tree, resource_type))
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

    // Recursion is as deep as the filter, which its parser bounds.
    fn of(tree: &Bound, resource_type: &ResourceType) -> Self {
        match tree {
            Bound::And(terms) => {
                let plans = terms.iter().map(|term| Self::of(term, resource_type));
                plans
                    .min_by_key(|plan| plan.cost().unwrap_or(u64::MAX))
                    .unwrap_or(Self::Scan)
            }
            Bound::Or(terms) => {
                let mut together = Vec::new();
                for term in terms {
                    match Self::of(term, resource_type) {
                        Self::Scan => return Self::Scan,
                        Self::LookUp(lookups) => together.extend(lookups),
                    }
                }
                Self::LookUp(together)
            }
            Bound::Compare {
                target,
                op: CompareOp::Eq,
                operand: Operand::Text { folded, text },
            } => Self::equals(target.place(), *folded, text, resource_type),
            Bound::ValuePath { target, filter } => Self::in_relation(target, filter, resource_type),
            Bound::Never => Self::LookUp(Vec::new()),
            Bound::Compare { .. } | Bound::Not(_) | Bound::Present(_) => Self::Scan,
        }
    }

    fn equals(place: &Place, folded: bool, text: &str, resource_type: &ResourceType) -> Self {
        match place {
            Place::Id if !folded => Self::by_id(text, Lookup::Id),
            Place::Relation { sub: Some(sub) } if sub == "value" && !folded => {
                match resource_type.membership() {
                    Some(Membership::Group) => Self::by_id(text, Lookup::GroupsOf),
                    Some(Membership::Member) => Self::by_id(text, Lookup::MembersOf),
                    None => Self::Scan,
                }
            }
            Place::Document {
                extension: None,
                name,
                sub: None,
            } if name == "externalId" && !folded => {
                Self::LookUp(vec![Lookup::ExternalId(ValueKey::text(text))])
            }
            Place::Document {
                extension,
                name,
                sub,
            } => {
                let found = resource_type.find(extension.as_deref(), name);
                let Some(found) =
                    found.filter(|found| found.extension.map(Schema::id) == extension.as_ref())
                else {
                    return Self::Scan;
                };
                let mut path = found.path();
                let mut attribute = found.attribute;
                if let Some(sub) = sub {
                    let Some(inner) = attribute.sub_attribute(sub) else {
                        return Self::Scan;
                    };
                    path.push('.');
                    path.push_str(inner.name());
                    attribute = inner;
                }
                Self::by_value(attribute, path.into(), folded, text, resource_type)
            }
            _ => Self::Scan,
        }
    }

    fn by_value(
        attribute: &Attribute,
        path: Box<str>,
        folded: bool,
        text: &str,
        resource_type: &ResourceType,
    ) -> Self {
        let textual = matches!(
            attribute.attribute_type(),
            AttributeType::Reference | AttributeType::String
        );
        if !textual || folded && attribute.is_case_exact() {
            return Self::Scan;
        }
        let key = ValueKey::text(&if attribute.is_case_exact() {
            text.into()
        } else {
            fold(text)
        });
        if attribute.uniqueness() != Uniqueness::None {
            return Self::LookUp(vec![Lookup::Unique { path, key }]);
        }
        match indexed_attribute(resource_type) {
            Some(indexed) if *path == **indexed.name() => {
                Self::LookUp(vec![Lookup::Value { path, key }])
            }
            _ => Self::Scan,
        }
    }

    /// `members[value eq "…"]`, alone or with other conditions on the same member.
    fn in_relation(target: &Target, filter: &Bound, resource_type: &ResourceType) -> Self {
        if !matches!(target.place(), Place::Relation { .. }) {
            return Self::Scan;
        }
        let terms = match filter {
            Bound::And(terms) => terms.as_slice(),
            other => std::slice::from_ref(other),
        };
        let value = terms.iter().find_map(|term| match term {
            Bound::Compare {
                target,
                op: CompareOp::Eq,
                operand: Operand::Text { folded, text },
            } => match target.place() {
                Place::Element { sub: Some(sub) } if sub == "value" => Some((*folded, text)),
                _ => None,
            },
            _ => None,
        });
        let place = Place::Relation {
            sub: Some("value".into()),
        };
        value.map_or(Self::Scan, |(folded, text)| {
            Self::equals(&place, folded, text, resource_type)
        })
    }

    /// A text that can be no id is nobody's.
    fn by_id(text: &str, lookup: impl Fn(ResourceId) -> Lookup) -> Self {
        Self::LookUp(ResourceId::new(text).ok().map(lookup).into_iter().collect())
    }

    /// About how many resources must be read; none when all must.
    fn cost(&self) -> Option<u64> {
        match self {
            Self::Scan => None,
            Self::LookUp(lookups) => Some(lookups.iter().map(Lookup::cost).sum()),
        }
    }
}

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

impl Lookup {
    /// About how many resources it finds.
    const fn cost(&self) -> u64 {
        match self {
            Self::Id(_) | Self::Unique { .. } => 1,
            Self::ExternalId(_) | Self::Value { .. } => 2,
            Self::GroupsOf(_) => 50,
            Self::MembersOf(_) => 10_000,
        }
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(_) => f.write_str("id"),
            Self::Unique { path, .. } => write!(f, "unique {path}"),
            Self::Value { path, .. } => write!(f, "indexed {path}"),
            Self::ExternalId(_) => f.write_str("externalId"),
            Self::GroupsOf(_) => f.write_str("groups of a member"),
            Self::MembersOf(_) => f.write_str("members of a group"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_filter::Filter;
    use scimkit_schema::{Compat, SchemaSet};

    fn explain(schemas: &SchemaSet, type_name: &str, filter: &str) -> String {
        let known = schemas.by_name(type_name).unwrap();
        let filter: Filter = filter.parse().unwrap();
        let bound =
            BoundFilter::bind(&filter, std::slice::from_ref(known), Compat::strict()).unwrap();
        Plan::new(&bound, known).explain()
    }

    #[test]
    fn look_ups_are_found_and_the_cheapest_wins() {
        let schemas = SchemaSet::core();
        for (type_name, filter, expected) in [
            ("User", r#"id eq "1""#, "look up id"),
            ("User", r#"userName eq "A""#, "look up unique userName"),
            ("User", r#"externalId eq "A""#, "look up externalId"),
            (
                "User",
                r#"groups eq "1" and externalId eq "A" and id eq "7""#,
                "look up id",
            ),
            (
                "User",
                r#"groups.value eq "1" and active eq true"#,
                "look up members of a group",
            ),
            (
                "User",
                r#"userName eq "a" or id eq "7""#,
                "look up unique userName or id",
            ),
            (
                "User",
                r#"title pr and (userName eq "a" or externalId eq "b")"#,
                "look up unique userName or externalId",
            ),
            (
                "Group",
                r#"displayName eq "Crew""#,
                "look up indexed displayName",
            ),
            ("Group", r#"members eq "1""#, "look up groups of a member"),
            (
                "Group",
                r#"members[value eq "1" and type eq "User"]"#,
                "look up groups of a member",
            ),
        ] {
            assert_eq!(
                explain(&schemas, type_name, filter),
                format!("{expected}, then check the filter"),
                "{filter}"
            );
        }
        let unique = SchemaSet::core_with_unique_group_names();
        assert_eq!(
            explain(&unique, "Group", r#"displayName eq "Crew""#),
            "look up unique displayName, then check the filter"
        );
    }

    #[test]
    fn what_no_index_answers_is_scanned() {
        for filter in [
            "title pr",
            r#"not (userName eq "a")"#,
            r#"userName ne "a""#,
            r#"userName sw "a""#,
            r#"userName eq "a" or title pr"#,
            r#"displayName eq "a""#,
            "userName eq null",
            r#"groups.display eq "a""#,
        ] {
            assert_eq!(
                explain(&SchemaSet::core(), "User", filter),
                "read all, check the filter",
                "{filter}"
            );
        }
        assert_eq!(
            explain(&SchemaSet::core(), "User", r#"id eq """#),
            "nothing can match"
        );
    }
}
