//! The three stores and the model, step by step.

use std::fmt::{Debug, Display};

use pollster::block_on;
use proptest::{prelude::*, test_runner::Config};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use scimkit::{
    filter::Related,
    postgres::PostgresStore,
    schema::ResourceId,
    sqlite::SqliteStore,
    store::{Event, EventQuery, Expect, Key, MemoryStore, Page, Relation, Start, Store, Write},
};

use crate::{
    model::{Came, Model, at},
    question::{Asked, From, Place, Turned, a_question},
    tenants,
    writing::{a_key, a_name, a_write, keys, put, renamed},
};

prop_state_machine! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn all_stores_say_what_the_model_says(sequential 10..60 => Stores);
}

/// What is done to all of them.
#[derive(Clone, Debug)]
enum Step {
    Write(Write),
    /// Several writes at once, each with an outcome of its own.
    Together(Vec<Write>),
    /// Somebody reads a resource and puts it back under another name, provided that it has not changed.
    Rename(Key, &'static str),
    /// A question, through all pages and back.
    Ask(Asked),
    /// The page behind (or before) the last one that was looked at, whatever has happened since.
    TurnOn,
    TurnBack,
    Members {
        of: Relation,
        after: Option<ResourceId>,
        limit: usize,
    },
    Events(EventQuery),
}

/// The model after a step, and what it says that the step comes to.
#[derive(Clone, Debug, Default)]
struct Reference {
    model: Model,
    steps: i64,
    /// The pages before and behind the last one that was looked at.
    around: Option<(Asked, [Option<Place>; 2])>,
    expected: Expected,
}

#[derive(Clone, Debug, Default)]
enum Expected {
    #[default]
    Nothing,
    Written(Vec<(Write, Came)>),
    Pages(Vec<Turned>),
    Related(Vec<Related>),
    Events(Vec<Event>),
}

impl Reference {
    fn step(&mut self, step: &Step) -> Expected {
        match step {
            Step::Write(write) => self.write([write.clone()]),
            Step::Together(writes) => self.write(writes.clone()),
            Step::Rename(key, name) => match self.model.get(key).cloned() {
                None => Expected::Nothing,
                Some(stored) => {
                    let expect = Expect::Version(stored.version);
                    self.write([put(key, expect, renamed(key, &stored.document, name))])
                }
            },
            Step::Ask(asked) => {
                let mut pages = vec![asked.page(&self.model, &From::Index(asked.index))];
                while let Some(place) = pages.last().and_then(|page| page.next.clone()) {
                    pages.push(asked.page(&self.model, &From::After(place)));
                }
                while let Some(place) = pages.last().and_then(|page| page.previous.clone()) {
                    pages.push(asked.page(&self.model, &From::Before(place)));
                }
                self.looked_at(asked, pages.first().unwrap());
                Expected::Pages(pages)
            }
            Step::TurnOn | Step::TurnBack => {
                let Some((asked, [previous, next])) = self.around.clone() else {
                    return Expected::Nothing;
                };
                let from = match step {
                    Step::TurnOn => next.map(From::After),
                    _ => previous.map(From::Before),
                };
                let Some(from) = from else {
                    return Expected::Nothing;
                };
                let page = asked.page(&self.model, &from);
                self.looked_at(&asked, &page);
                Expected::Pages(vec![page])
            }
            Step::Members { of, after, limit } => {
                let mut related = self.model.related(of);
                related.retain(|one| after.as_ref().is_none_or(|after| one.id > *after));
                related.truncate(*limit);
                Expected::Related(related)
            }
            Step::Events(query) => {
                let events = self.model.events().iter();
                let wanted = events.filter(|event| {
                    event.seq > query.after
                        && query.resource.as_ref().is_none_or(|key| *key == event.key)
                });
                Expected::Events(wanted.take(query.limit).cloned().collect())
            }
        }
    }

    fn write(&mut self, writes: impl IntoIterator<Item = Write>) -> Expected {
        let written = writes.into_iter().map(|mut write| {
            // Some have the same time.
            write.event.at = at(self.steps / 3);
            let came = self.model.write(&write);
            (write, came)
        });
        Expected::Written(written.collect())
    }

    fn looked_at(&mut self, asked: &Asked, page: &Turned) {
        self.around = Some((asked.clone(), [page.previous.clone(), page.next.clone()]));
    }
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let relation = prop_oneof![
            a_key().prop_map(|key| Relation::MembersOf(key.id)),
            a_key().prop_map(|key| Relation::GroupsOf(key.id)),
            (a_key(), prop::sample::subsequence(keys(), 0..5)).prop_map(|(group, keys)| {
                let ids = keys.into_iter().map(|key| key.id).collect();
                Relation::Among {
                    group: group.id,
                    ids,
                }
            }),
        ];
        let after = prop::option::of(a_key().prop_map(|key| key.id));
        let members = (relation, after, 1_usize..5);
        let events = (0_u64..20, 1_usize..10, prop::option::weighted(0.3, a_key()));
        prop_oneof![
            8 => a_write().prop_map(Step::Write),
            2 => prop::collection::vec(a_write(), 2..8).prop_map(Step::Together),
            2 => (a_key(), a_name()).prop_map(|(key, name)| Step::Rename(key, name)),
            4 => a_question().prop_map(Step::Ask),
            1 => Just(Step::TurnOn),
            1 => Just(Step::TurnBack),
            1 => members.prop_map(|(of, after, limit)| Step::Members { of, after, limit }),
            1 => events.prop_map(|(after, limit, key)| {
                let query = EventQuery::after(after).with_limit(limit);
                Step::Events(match key {
                    Some(key) => query.with_resource(key),
                    None => query,
                })
            }),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.steps += 1;
        state.expected = state.step(step);
        state
    }
}

struct Stores {
    memory: Tested<MemoryStore>,
    sqlite: Tested<SqliteStore>,
    postgres: Option<Tested<PostgresStore>>,
}

/// A store with the page that was last looked at.
struct Tested<S> {
    name: &'static str,
    store: S,
    around: Option<(Asked, [Option<Start>; 2])>,
}

impl StateMachineTest for Stores {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Self {
        let postgres = tenants::postgres().map(|[store, _]| store);
        Self {
            memory: Tested::new("memory", tenants::memory()),
            sqlite: Tested::new("SQLite", tenants::sqlite()),
            postgres: postgres.map(|store| Tested::new("PostgreSQL", store)),
        }
    }

    fn apply(mut stores: Self, reference: &Reference, step: Step) -> Self {
        let pages = stores.memory.step(&step, &reference.expected);
        assert_eq!(stores.sqlite.step(&step, &reference.expected), pages);
        if let Some(postgres) = &mut stores.postgres {
            assert_eq!(postgres.step(&step, &reference.expected), pages);
        }
        stores
    }

    fn teardown(stores: Self, reference: Reference) {
        stores.memory.holds(&reference.model);
        stores.sqlite.holds(&reference.model);
        if let Some(postgres) = stores.postgres {
            postgres.holds(&reference.model);
        }
    }
}

impl<S: Store> Tested<S> {
    const fn new(name: &'static str, store: S) -> Self {
        Self {
            name,
            store,
            around: None,
        }
    }

    /// Does a step, which must come to what is expected. Gives the pages that were looked at, whose places the model knows by other names.
    fn step(&mut self, step: &Step, expected: &Expected) -> Vec<Page> {
        let mut seen = Vec::new();
        match expected {
            Expected::Nothing => {}
            Expected::Written(all) => {
                let writes: Vec<_> = all.iter().map(|(write, _)| write.clone()).collect();
                let answers = match <[Write; 1]>::try_from(writes) {
                    Ok([write]) => vec![block_on(self.store.write(write))],
                    Err(writes) => block_on(self.store.write_all(writes)),
                };
                assert_eq!(answers.len(), all.len());
                for (answer, (write, expected)) in answers.into_iter().zip(all) {
                    self.same(&came(answer), expected, write);
                }
            }
            Expected::Pages(expected) => {
                let start = match step {
                    Step::Ask(asked) => Some((asked.clone(), Start::Index(asked.index))),
                    _ => self.around.take().and_then(|(asked, [previous, next])| {
                        let from = if matches!(step, Step::TurnOn) {
                            next
                        } else {
                            previous
                        };
                        Some((asked, from?))
                    }),
                };
                let (asked, mut from) = start.unwrap();
                for expected in expected {
                    let page = block_on(self.store.query(&asked.query(from))).unwrap();
                    self.same(&page.items, &expected.items, &asked);
                    self.same(&page.total, &expected.total, &asked);
                    let around = [
                        page.previous.clone().map(Start::Before),
                        page.next.clone().map(Start::After),
                    ];
                    let is_there = [expected.previous.is_some(), expected.next.is_some()];
                    self.same(&around.each_ref().map(Option::is_some), &is_there, &asked);
                    seen.push(page);
                    if seen.len() == 1 {
                        self.around = Some((asked.clone(), around.clone()));
                    }
                    let [previous, next] = around;
                    let is_back = seen.iter().any(|page| page.next.is_none());
                    from = match if is_back { previous } else { next } {
                        Some(from) => from,
                        None => break,
                    };
                }
                self.same(&seen.len(), &expected.len(), &asked);
            }
            Expected::Related(expected) => {
                if let Step::Members { of, after, limit } = step {
                    let found = block_on(self.store.members(of, after.as_ref(), *limit)).unwrap();
                    self.same(&found, expected, of);
                }
            }
            Expected::Events(expected) => {
                if let Step::Events(query) = step {
                    let found = block_on(self.store.events(query)).unwrap();
                    self.same(&found, expected, query);
                }
            }
        }
        seen
    }

    /// Everything that can be read is what the model has.
    fn holds(&self, model: &Model) {
        for key in keys() {
            let stored = block_on(self.store.get(&key)).unwrap();
            self.same(&stored.as_ref(), &model.get(&key), &key);
            for of in [
                Relation::MembersOf(key.id.clone()),
                Relation::GroupsOf(key.id),
            ] {
                let found = block_on(self.store.members(&of, None, 100)).unwrap();
                self.same(&found, &model.related(&of), &of);
            }
        }
        let all = EventQuery::default().with_limit(100_000);
        let events = block_on(self.store.events(&all)).unwrap();
        self.same(&*events, model.events(), &"events");
    }

    fn same<T: Debug + PartialEq + ?Sized>(&self, found: &T, expected: &T, of: &dyn Debug) {
        assert_eq!(found, expected, "{}: {of:?}", self.name);
    }
}

/// An answer as the model gives it.
pub(crate) fn came<T, E: Display>(answer: Result<T, E>) -> Result<T, String> {
    answer.map_err(|error| error.to_string())
}
