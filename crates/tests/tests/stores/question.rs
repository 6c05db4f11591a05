//! Questions, and how the model answers them.

use std::cmp::Ordering;

use proptest::prelude::*;
use scimkit::{
    filter::{BoundFilter, Filter},
    schema::{Compat, Membership},
    store::{Direction, Query, Relation, Sort, Start, Stored, Total},
};

use crate::{
    model::{Model, at, folded},
    tenants::schemas,
    writing::{a_name, keys},
};

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    types: Vec<&'static str>,
    filter: Option<String>,
    sort: Option<(&'static str, Direction)>,
    pub(crate) index: u64,
    limit: usize,
    total: Total,
}

/// Where the model begins a page.
#[derive(Clone, Debug)]
pub(crate) enum From {
    Index(u64),
    After(Place),
    Before(Place),
}

/// Where a resource stood when a page ended there.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    by: By,
    rank: usize,
    id: String,
}

/// What is sorted by. Nothing comes after everything.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum By {
    Micros(i64),
    Text(String),
    Nothing,
}

/// A page as the model has it.
#[derive(Clone, Debug)]
pub(crate) struct Turned {
    pub(crate) items: Vec<Stored>,
    pub(crate) total: Option<u64>,
    pub(crate) next: Option<Place>,
    pub(crate) previous: Option<Place>,
}

impl Asked {
    pub(crate) fn query(&self, from: Start) -> Query {
        let types = self.types.iter().map(|name| (*name).into());
        let mut query = Query::new(types)
            .with_page(from, self.limit)
            .with_total(self.total);
        if let Some((by, direction)) = self.sort {
            let types: Vec<_> = self.types().collect();
            query = query.with_sort(Sort::bind(&by.parse().unwrap(), direction, &types).unwrap());
        }
        if let Some(filter) = self.filter() {
            query = query.with_filter(filter);
        }
        query
    }

    pub(crate) fn page(&self, model: &Model, from: &From) -> Turned {
        let all = self.matching(model);
        let up_to = |begin: usize| all.len().min(begin + self.limit);
        let (begin, end, is_first, is_last) = match from {
            From::Index(index) => {
                let begin = all.len().min(usize::try_from(*index).unwrap());
                (begin, up_to(begin), *index == 0, up_to(begin) == all.len())
            }
            From::After(place) => {
                let begin = all.partition_point(|(at, _)| self.order(at, place).is_le());
                (begin, up_to(begin), false, up_to(begin) == all.len())
            }
            From::Before(place) => {
                let end = all.partition_point(|(at, _)| self.order(at, place).is_lt());
                let begin = end.saturating_sub(self.limit);
                (begin, end, begin == 0, false)
            }
        };
        let page = all.get(begin..end).unwrap();
        let place = |at: Option<&(Place, Stored)>| at.map(|(place, _)| place.clone());
        Turned {
            items: page.iter().map(|(_, stored)| stored.clone()).collect(),
            total: (self.total == Total::Exact).then_some(all.len() as u64),
            next: place(page.last().filter(|_| !is_last)),
            previous: place(page.first().filter(|_| !is_first)),
        }
    }

    /// Everything that matches, in order.
    fn matching(&self, model: &Model) -> Vec<(Place, Stored)> {
        let filter = self.filter();
        let mut all = Vec::new();
        for stored in model.resources() {
            let name = &stored.key.type_name;
            let Some(rank) = self.types.iter().position(|known| name == *known) else {
                continue;
            };
            let id = stored.key.id.clone();
            let related = match schemas().by_name(name).unwrap().membership() {
                Some(Membership::Group) => model.related(&Relation::MembersOf(id)),
                _ => model.related(&Relation::GroupsOf(id)),
            };
            let candidate = stored.candidate(&related);
            if filter
                .as_ref()
                .is_none_or(|filter| filter.matches(&candidate))
            {
                let place = Place {
                    by: self.by(stored),
                    rank,
                    id: stored.key.id.to_string(),
                };
                all.push((place, stored.clone()));
            }
        }
        all.sort_by(|(one, _), (other, _)| self.order(one, other));
        all
    }

    fn by(&self, stored: &Stored) -> By {
        let text = |path: &str| stored.document.text(path);
        let found = match self.sort {
            None => None,
            Some(("id", _)) => Some(stored.key.id.to_string()),
            Some(("meta.lastModified", _)) => return By::Micros(stored.modified.unix_micros()),
            // The one that minds case.
            Some(("externalId", _)) => text("externalId").map(str::to_owned),
            Some((path, _)) => text(path).map(folded),
        };
        found.map_or(By::Nothing, By::Text)
    }

    fn order(&self, one: &Place, other: &Place) -> Ordering {
        let by = match self.sort {
            Some((_, Direction::Descending)) => other.by.cmp(&one.by),
            _ => one.by.cmp(&other.by),
        };
        by.then_with(|| (one.rank, &one.id).cmp(&(other.rank, &other.id)))
    }

    /// The filter, if one of the types can have what it names.
    fn filter(&self) -> Option<BoundFilter> {
        let filter: Filter = self.filter.as_ref()?.parse().unwrap();
        let types: Vec<_> = self.types().collect();
        BoundFilter::bind(&filter, &types, Compat::lenient()).ok()
    }

    fn types(&self) -> impl Iterator<Item = std::sync::Arc<scimkit::schema::ResourceType>> {
        let schemas = schemas();
        self.types
            .iter()
            .map(move |name| schemas.by_name(name).unwrap().clone())
    }
}

pub(crate) fn a_question() -> impl Strategy<Value = Asked> {
    let types = prop::sample::select(vec![
        vec!["User"],
        vec!["Group"],
        vec!["User", "Group"],
        vec!["Group", "User"],
    ]);
    let by = prop::sample::select(vec![
        "userName",
        "title",
        "displayName",
        "externalId",
        "meta.lastModified",
        "id",
    ]);
    let direction = prop::sample::select(vec![Direction::Ascending, Direction::Descending]);
    let total = prop::sample::select(vec![Total::Exact, Total::Skip]);
    let sort = prop::option::weighted(0.6, (by, direction));
    let filter = prop::option::weighted(0.6, a_filter());
    (types, filter, sort, 0_u64..3, 1_usize..5, total).prop_map(
        |(types, filter, sort, index, limit, total)| {
            // An order by what a type does not have is none.
            let sort = sort
                .filter(|(by, _)| types.contains(&"User") || !["userName", "title"].contains(by));
            Asked {
                types,
                filter,
                sort,
                index,
                limit,
                total,
            }
        },
    )
}

fn a_filter() -> impl Strategy<Value = String> {
    let path = prop::sample::select(vec!["userName", "title", "displayName", "externalId"]);
    let op = prop::sample::select(vec!["eq", "ne", "sw", "co", "ew", "gt", "le"]);
    let comparison =
        (path.clone(), op, a_name(), 1_usize..8).prop_map(|(path, op, name, length)| {
            let part: String = name.chars().take(length).collect();
            format!("{path} {op} \"{part}\"")
        });
    let id = prop::sample::select(keys()).prop_map(|key| key.id);
    let relation = prop::sample::select(vec!["members", "groups.value", "id"]);
    let display = prop::sample::select(vec!["members.display", "groups.display"]);
    let leaf = prop_oneof![
        4 => comparison,
        1 => path.prop_map(|path| format!("{path} pr")),
        2 => (relation, id).prop_map(|(path, id)| format!("{path} eq \"{id}\"")),
        1 => (display, a_name()).prop_map(|(path, name)| format!("{path} eq \"{name}\"")),
        1 => prop::sample::select(vec!["members pr", "groups pr"]).prop_map(str::to_owned),
        1 => (0_i64..10).prop_map(|second| format!("meta.lastModified ge \"{}\"", at(second))),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" or "))),
            inner.prop_map(|term| format!("not ({term})")),
        ]
    })
}
