//! The store that is tested and the memory store are given the same writes and asked the same questions. Every SQL store runs this file: its
//! `samples` say which store it is.

use std::sync::Arc;

use pollster::block_on;
use proptest::prelude::*;
use scimkit_filter::{BoundFilter, Filter};
use scimkit_patch::MemberChange;
use scimkit_schema::{Compat, Complex, Resource, SchemaSet, Value, Version, core};
use scimkit_sql::Indexes;
use scimkit_store::{
    Answer, Direction, Document, EventQuery, Expect, Key, MemoryStore, Page, Query, Relation, Sort,
    Start, Store, Total, UnknownMembers, Write,
};

use crate::samples::{CASES, Tested, at, create, empty_store, key, user, write};

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_answer_the_same(
        unique: bool,
        writes in prop::collection::vec(a_write(), 1..40),
        queries in prop::collection::vec(a_query(), 1..20),
    ) {
        let schemas = Arc::new(if unique { SchemaSet::core_with_unique_group_names() } else { SchemaSet::core() });
        let memory = MemoryStore::new(schemas.clone());
        let indexes = Indexes::new(schemas.clone()).with("User", &"title".parse().unwrap()).unwrap();
        let tested = empty_store(indexes);
        for (second, mut write) in writes.into_iter().enumerate() {
            // Some have the same time.
            write.event.at = at(i64::try_from(second / 3).unwrap());
            let (expected, mut found) = (block_on(memory.write(write.clone())), block_on(tested.write(write.clone())));
            // What is known without reading is what reading shows.
            if let Ok(written) = &mut found && let Some(members) = written.members.take() {
                let of = Relation::MembersOf(written.id.clone());
                prop_assert_eq!(members, block_on(tested.members(&of, None, 1_000)).unwrap(), "{:?}", write);
            }
            prop_assert_eq!(shown(&found), shown(&expected), "{:?}", write);
        }
        for key in keys() {
            prop_assert_eq!(block_on(tested.get(&key)).unwrap(), block_on(memory.get(&key)).unwrap());
            for relation in [
                Relation::MembersOf(key.id.clone()),
                Relation::GroupsOf(key.id.clone()),
                Relation::Among { group: key.id.clone(), ids: keys().into_iter().map(|key| key.id).collect() },
            ] {
                for (after, limit) in [(None, 1_000), (None, 2), (Some(&key.id), 2)] {
                    let found = block_on(tested.members(&relation, after, limit)).unwrap();
                    prop_assert_eq!(found, block_on(memory.members(&relation, after, limit)).unwrap(), "{:?}", relation);
                }
            }
        }
        prop_assert_eq!(block_on(tested.events(&EventQuery::after(0))).unwrap(), block_on(memory.events(&EventQuery::after(0))).unwrap());
        prop_assert_eq!(block_on(tested.events(&EventQuery::after(3).with_limit(2))).unwrap(), block_on(memory.events(&EventQuery::after(3).with_limit(2))).unwrap());
        for asked in queries {
            let query = asked.query(&schemas);
            let (expected, found) = (block_on(memory.query(&query)), block_on(tested.query(&query)));
            prop_assert_eq!(shown(&found), shown(&expected), "{:?}", asked);
            let Ok(page) = expected else { continue };
            let around = [page.next.map(Start::After), page.previous.map(Start::Before)];
            for from in around.into_iter().flatten() {
                let query = query.clone().with_page(from, asked.limit);
                let (expected, found) = (block_on(memory.query(&query)), block_on(tested.query(&query)));
                prop_assert_eq!(shown(&found), shown(&expected), "{:?} from {:?}", asked, query.from);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES / 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walks_through_what_is_equal_agree(
        users in prop::collection::vec((0..TITLES.len(), 0_i64..3), 3..16),
        limit in 1_usize..5,
    ) {
        let both = Both::new();
        for (number, (title, second)) in (0..).zip(users) {
            let title = TITLES[title].replace('_', &"ß".repeat(110));
            let document = Resource::new(core::USER)
                .with("userName", format!("{}{number}", title.chars().rev().collect::<String>()))
                .with("title", title);
            let mut write = create(&key("User", 900 - number), document);
            write.event.at = at(second);
            both.write(write);
        }
        let user = [both.schemas.by_name("User").unwrap().clone()];
        for by in ["title", "userName", "meta.lastModified", "id"] {
            for direction in [Direction::Ascending, Direction::Descending] {
                let sort = Sort::bind(&by.parse().unwrap(), direction, &user).unwrap();
                let query = Query::new(["User".into()]).with_sort(sort).with_total(Total::Skip);
                let mut ways = vec![Start::Index(0)];
                while let Some(from) = ways.pop() {
                    let page = both.ask(&query.clone().with_page(from.clone(), limit));
                    ways.extend(page.previous.map(Start::Before));
                    if !matches!(from, Start::Before(_)) {
                        ways.extend(page.next.map(Start::After));
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn writes_that_come_together_do_what_they_do_one_by_one(
        unique: bool,
        batches in prop::collection::vec(prop::collection::vec(a_write(), 1..16), 1..4),
    ) {
        let schemas = Arc::new(if unique { SchemaSet::core_with_unique_group_names() } else { SchemaSet::core() });
        let memory = MemoryStore::new(schemas.clone());
        let tested = empty_store(Indexes::new(schemas).with("User", &"title".parse().unwrap()).unwrap());
        for writes in batches {
            let (expected, mut found) = (block_on(memory.write_all(writes.clone())), block_on(tested.write_all(writes)));
            for written in found.iter_mut().flatten() {
                written.members = None;
            }
            let shown = |answers: &[Answer<_>]| answers.iter().map(shown).collect::<Vec<_>>();
            prop_assert_eq!(shown(&found), shown(&expected));
        }
        let everything = Query::new(["User".into(), "Group".into()]);
        prop_assert_eq!(block_on(tested.query(&everything)).unwrap(), block_on(memory.query(&everything)).unwrap());
        for key in keys() {
            for relation in [Relation::MembersOf(key.id.clone()), Relation::GroupsOf(key.id)] {
                let found = block_on(tested.members(&relation, None, 100)).unwrap();
                prop_assert_eq!(found, block_on(memory.members(&relation, None, 100)).unwrap(), "{:?}", relation);
            }
        }
        let all = EventQuery::after(0);
        prop_assert_eq!(block_on(tested.events(&all)).unwrap(), block_on(memory.events(&all)).unwrap());
        for name in NAMES {
            for filter in ["userName", "displayName", "externalId", "title"] {
                let asked = Asked {
                    types: vec![if filter == "displayName" { "Group" } else { "User" }],
                    filter: Some(format!("{filter} eq \"{name}\"")),
                    sort: None,
                    from: Start::Index(0),
                    limit: 100,
                    total: Total::Exact,
                };
                let query = asked.query(&SchemaSet::core());
                prop_assert_eq!(block_on(tested.query(&query)).unwrap(), block_on(memory.query(&query)).unwrap(), "{:?}", asked);
            }
        }
    }
}

/// With `_` for more than an index keeps, or a sort looks at.
const TITLES: [&str; 8] = ["", "pilot", "Pilot", "_a", "_", "_b", "__", "purser"];

#[test]
fn comparisons_agree_around_the_length_of_a_key() {
    let both = Both::new();
    let lengths = [0, 1, 2, 199, 200, 201, 222, 223, 224, 254, 255, 256, 300];
    let texts: Vec<String> = lengths
        .iter()
        .flat_map(|length| ["", "a", "c"].map(|end| format!("{}{end}", "b".repeat(*length))))
        .chain(["ü".repeat(111), "ü".repeat(112), "b\u{10ffff}".into()])
        .collect();
    for (number, text) in (0..).zip(&texts) {
        let document = user(text)
            .with("title", text.as_str())
            .with("externalId", text.as_str());
        both.write(create(&key("User", number), document));
    }
    let users = [both.schemas.by_name("User").unwrap().clone()];
    for text in &texts {
        for op in ["eq", "sw", "co", "ew", "gt", "ge", "lt", "le"] {
            for path in ["userName", "title", "externalId"] {
                let filter: Filter = format!("{path} {op} \"{text}\"").parse().unwrap();
                let filter = BoundFilter::bind(&filter, &users, Compat::strict()).unwrap();
                both.ask(&Query::new(["User".into()]).with_filter(filter));
            }
        }
    }
}

/// Both stores, which must answer alike.
struct Both {
    schemas: Arc<SchemaSet>,
    memory: MemoryStore,
    tested: Tested,
}

impl Both {
    fn new() -> Self {
        let schemas = Arc::new(SchemaSet::core());
        let indexes = Indexes::new(schemas.clone()).with("User", &"title".parse().unwrap());
        Self {
            memory: MemoryStore::new(schemas.clone()),
            tested: empty_store(indexes.unwrap()),
            schemas,
        }
    }

    fn write(&self, write: Write) {
        block_on(self.memory.write(write.clone())).unwrap();
        block_on(self.tested.write(write)).unwrap();
    }

    fn ask(&self, query: &Query) -> Page {
        let expected = block_on(self.memory.query(query)).unwrap();
        let found = block_on(self.tested.query(query)).unwrap();
        assert_eq!(
            found, expected,
            "{:?} {:?} {:?}",
            query.filter, query.sort, query.from
        );
        expected
    }
}

fn shown<T: std::fmt::Debug>(answer: &Answer<T>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{error}"),
    }
}

fn keys() -> Vec<Key> {
    (0..5)
        .map(|number| key("User", number))
        .chain((0..4).map(|number| key("Group", number)))
        .collect()
}

fn a_key() -> impl Strategy<Value = Key> {
    prop::sample::select(keys())
}

fn some_ids() -> impl Strategy<Value = Vec<scimkit_schema::ResourceId>> {
    // Two of them never exist.
    let mut all = keys();
    all.extend([key("User", 77), key("User", 78)]);
    let number = all.len();
    prop::sample::subsequence(all, 0..=number.min(4)).prop_map(|keys| {
        let mut ids: Vec<_> = keys.into_iter().map(|key| key.id).collect();
        ids.sort();
        ids
    })
}

const NAMES: [&str; 5] = [
    "mira",
    "MIRA",
    "straße",
    "STRASSE",
    "o'neil+x@harborline.example",
];

fn a_document() -> impl Strategy<Value = (Resource, Resource)> {
    let name = || prop::sample::select(NAMES.to_vec());
    let long = prop::sample::select(vec![
        String::new(),
        "x".repeat(300),
        format!("{}y", "x".repeat(300)),
    ]);
    let emails = prop::collection::vec(name(), 0..3);
    (
        name(),
        long,
        prop::option::of(prop_oneof![8 => name().boxed(), 1 => Just("").boxed()]),
        prop::option::of(any::<bool>()),
        emails,
    )
        .prop_map(|(name, long, other, active, emails)| {
            let full = format!("{name}{long}");
            let mut user = Resource::new(core::USER).with("userName", &*full);
            let mut group = Resource::new(core::GROUP).with("displayName", &*full);
            if let Some(other) = other {
                user = user
                    .with("externalId", other)
                    .with("title", format!("{other}{long}"))
                    .with("displayName", other);
                group = group.with("externalId", other);
            }
            if !emails.is_empty() {
                let email = |text| {
                    Complex::new()
                        .with("value", text)
                        .with("type", "work")
                        .into()
                };
                let emails: Vec<Value> = emails.into_iter().map(email).collect();
                user = user.with("emails", emails);
            }
            if let Some(active) = active {
                user = user.with("active", active);
            }
            (user, group)
        })
}

fn a_write() -> impl Strategy<Value = Write> {
    let expect = prop_oneof![
        6 => Just(Expect::Absent),
        3 => Just(Expect::Exists),
        1 => (1_u64..4).prop_map(|number| Expect::Version(Version::from_number(number))),
    ];
    let members = prop_oneof![
        3 => Just(MemberChange::None),
        3 => (some_ids(), some_ids()).prop_map(|(add, remove)| MemberChange::Delta { add, remove }),
        1 => some_ids().prop_map(MemberChange::Exactly),
    ];
    let unknown = prop::sample::select(vec![UnknownMembers::Refuse, UnknownMembers::LeaveOut]);
    (a_key(), expect, a_document(), 0..10, members, unknown).prop_map(
        |(key, expect, (user, group), what, members, unknown_members)| {
            let is_group = key.type_name == "Group";
            let document = match what {
                0 => Document::Delete,
                1..4 if expect != Expect::Absent => Document::Keep,
                _ => Document::Put(Arc::new(if is_group { group } else { user })),
            };
            let members = if is_group {
                members
            } else {
                MemberChange::None
            };
            write(&key, expect, document)
                .with_members(members)
                .with_unknown_members(unknown_members)
        },
    )
}

#[derive(Clone, Debug)]
struct Asked {
    types: Vec<&'static str>,
    filter: Option<String>,
    sort: Option<(&'static str, Direction)>,
    from: Start,
    limit: usize,
    total: Total,
}

impl Asked {
    fn query(&self, schemas: &SchemaSet) -> Query {
        let types: Vec<_> = self
            .types
            .iter()
            .map(|name| schemas.by_name(name).unwrap().clone())
            .collect();
        let mut query = Query::new(self.types.iter().map(|name| (*name).into()))
            .with_page(self.from.clone(), self.limit)
            .with_total(self.total);
        if let Some((by, direction)) = self.sort
            && let Ok(sort) = Sort::bind(&by.parse().unwrap(), direction, &types)
        {
            query = query.with_sort(sort);
        }
        let Some(text) = &self.filter else {
            return query;
        };
        let filter: Filter = text.parse().unwrap();
        // What does not fit one type alone is asked over both.
        match BoundFilter::bind(&filter, &types, Compat::lenient()) {
            Ok(filter) => query.with_filter(filter),
            Err(_) => query,
        }
    }
}

fn a_query() -> impl Strategy<Value = Asked> {
    let types = prop::sample::select(vec![
        vec!["User"],
        vec!["Group"],
        vec!["User", "Group"],
        vec!["Group", "User"],
    ]);
    let from = prop_oneof![
        3 => (0_u64..6).prop_map(Start::Index),
        1 => a_key().prop_map(|key| Start::After(scimkit_store::write_place(&key))),
        1 => a_key().prop_map(|key| Start::Before(scimkit_store::write_place(&key))),
    ];
    let by = prop::sample::select(vec![
        "userName",
        "userName",
        "title",
        "displayName",
        "meta.lastModified",
        "id",
        "emails",
        "externalId",
    ]);
    let direction = prop::sample::select(vec![Direction::Ascending, Direction::Descending]);
    let sort = prop::option::weighted(0.5, (by, direction));
    let total = prop::sample::select(vec![Total::Exact, Total::Skip]);
    (
        types,
        prop::option::weighted(0.7, a_filter()),
        sort,
        from,
        prop::sample::select(vec![0, 1, 2, 3, 100]),
        total,
    )
        .prop_map(|(types, filter, sort, from, limit, total)| Asked {
            types,
            filter,
            sort,
            from,
            limit,
            total,
        })
}

/// A comparison with a part of a name, or of one that is longer than a key.
fn a_part() -> impl Strategy<Value = String> {
    let path = prop::sample::select(vec![
        "userName",
        "title",
        "externalId",
        "emails.value",
        "displayName",
    ]);
    let op = prop::sample::select(vec!["sw", "co", "ew", "gt", "ge", "lt", "le", "eq"]);
    let name = prop::sample::select(NAMES.to_vec());
    let long = prop::sample::select(vec![0_usize, 0, 0, 199, 200, 221, 222, 223, 224, 300]);
    (path, op, name, long, 0_usize..8, 0_usize..30).prop_map(
        |(path, op, name, long, from, length)| {
            let name = format!("{name}{}", "x".repeat(long));
            let length = if long == 0 { length } else { 400 };
            let part: String = name
                .chars()
                .skip(from.min(name.chars().count()))
                .take(length)
                .collect();
            format!("{path} {op} \"{part}\"")
        },
    )
}

fn a_filter() -> impl Strategy<Value = String> {
    let names = || prop::sample::select(NAMES.to_vec());
    let ids = || prop::sample::select(keys()).prop_map(|key| key.id.to_string());
    let long = prop::sample::select(vec![
        format!("mira{}", "x".repeat(300)),
        format!("MIRA{}y", "x".repeat(300)),
    ]);
    let leaf = prop_oneof![
        names().prop_map(|name| format!("userName eq \"{name}\"")),
        long.prop_map(|name| format!("userName eq \"{name}\" or displayName eq \"{name}\"")),
        names().prop_map(|name| format!("displayName eq \"{name}\"")),
        names().prop_map(|name| format!("externalId eq \"{name}\"")),
        names().prop_map(|name| format!("title ne \"{name}\"")),
        a_part(),
        a_part(),
        a_part(),
        prop::sample::select(vec![
            "title pr",
            "externalId pr",
            "emails pr",
            "userName pr"
        ])
        .prop_map(str::to_owned),
        names().prop_map(|name| format!("emails[type eq \"work\" and value eq \"{name}\"]")),
        (0_i64..14).prop_map(|second| format!(
            "meta.lastModified ge \"{}\" and meta.lastModified le \"{}\"",
            at(second),
            at(second + 3)
        )),
        names().prop_map(|name| format!(
            "displayName co \"{}\"",
            name.chars().take(3).collect::<String>()
        )),
        ids().prop_map(|id| format!("id eq \"{id}\"")),
        ids().prop_map(|id| format!("members eq \"{id}\"")),
        ids().prop_map(|id| format!("members[value eq \"{id}\" and type eq \"User\"]")),
        ids().prop_map(|id| format!("groups.value eq \"{id}\"")),
        Just("members pr".to_owned()),
        Just("groups pr".to_owned()),
        Just("active eq true".to_owned()),
        names().prop_map(|name| format!("groups.display eq \"{name}\"")),
        (0_i64..14).prop_map(|second| format!("meta.lastModified gt \"{}\"", at(second))),
        Just("meta.resourceType eq \"User\"".to_owned()),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|terms| format!("({})", terms.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|terms| format!("({})", terms.join(" or "))),
            inner.prop_map(|term| format!("not ({term})")),
        ]
    })
}
