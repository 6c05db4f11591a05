//! Sixty-four writers at once. The event log says in which order their writes were done; done on the model in this order, each of them must
//! come to what its writer was told. What left no event (refusals, changes that change nothing, reads) must fit somewhere between the events
//! of the same writer.

use std::{
    collections::{BTreeMap, VecDeque},
    thread,
};

use pollster::block_on;
use scimkit::{
    patch::MemberChange,
    store::{Document, EventQuery, Expect, Key, Relation, Store, Stored, UnknownMembers, Write},
};

use crate::{
    machine::came,
    model::{Came, Model, at},
    tenants,
    writing::{GROUPS, NAMES, USERS, change_members, key, keys, named, put, renamed, write},
};

const WRITERS: u32 = 64;
const EACH: u32 = 12;

#[test]
fn sixty_four_writers_in_memory_are_explained_by_the_model() {
    let store = tenants::memory();
    explain(&[store.clone(), store]);
}

#[test]
fn sixty_four_writers_on_sqlite_are_explained_by_the_model() {
    let (store, _folder) = tenants::sqlite_file();
    explain(&[store.clone(), store]);
}

#[test]
fn sixty_four_writers_on_postgres_are_explained_by_the_model() {
    if let Some(processes) = tenants::postgres() {
        explain(&processes);
    }
}

/// What a writer did, and was told.
#[derive(Debug)]
enum Done {
    Read(Key, Option<Stored>),
    Wrote(Box<Write>, Came),
}

fn explain(stores: &[impl Store; 2]) {
    let mut done: BTreeMap<String, VecDeque<Done>> = thread::scope(|scope| {
        let writers = (0..WRITERS).map(|writer| {
            let store = stores.get(writer as usize % 2).unwrap();
            (writer, scope.spawn(move || work(store, writer)))
        });
        let writers: Vec<_> = writers.collect();
        let done = writers.into_iter();
        done.map(|(writer, done)| (actor(writer), done.join().unwrap()))
            .collect()
    });
    let mut model = Model::default();
    let log = block_on(stores[0].events(&EventQuery::default().with_limit(100_000))).unwrap();
    for event in &log {
        settle(&mut done, &model);
        let next = done
            .get_mut(&*event.draft.actor)
            .and_then(VecDeque::pop_front);
        let Some(Done::Wrote(write, told)) = next else {
            panic!("{event:?} was not the next of its writer: {next:?}");
        };
        assert_eq!(write.key, event.key);
        assert_eq!(model.write(&write), told, "{write:?}");
        assert_eq!(model.events().last(), Some(event));
    }
    settle(&mut done, &model);
    done.retain(|_, rest| !rest.is_empty());
    assert!(done.is_empty(), "nothing explains {done:#?}");
    for key in keys() {
        for store in stores {
            assert_eq!(block_on(store.get(&key)).unwrap().as_ref(), model.get(&key));
            for of in [
                Relation::MembersOf(key.id.clone()),
                Relation::GroupsOf(key.id.clone()),
            ] {
                let found = block_on(store.members(&of, None, 100)).unwrap();
                assert_eq!(found, model.related(&of), "{of:?}");
            }
        }
    }
    assert!(log.len() > 100, "{} writes did something", log.len());
}

/// Takes off what the model, as it is now, explains and what left no trace in the log. The first time is as good as any other: it changes
/// nothing.
fn settle(done: &mut BTreeMap<String, VecDeque<Done>>, model: &Model) {
    for rest in done.values_mut() {
        while let Some(next) = rest.front() {
            let is_explained = match next {
                Done::Read(key, found) => model.get(key) == found.as_ref(),
                Done::Wrote(_, Ok(written)) if written.changed => false,
                Done::Wrote(write, told) => model.clone().write(write) == *told,
            };
            if !is_explained {
                break;
            }
            rest.pop_front();
        }
    }
}

/// What one writer does: something else at each step, in an order of its own, on few resources.
fn work(store: &impl Store, writer: u32) -> VecDeque<Done> {
    let mut done = VecDeque::new();
    for step in 0..EACH {
        let number = writer * 7 + step * 13;
        let name = *NAMES.get(number as usize % NAMES.len()).unwrap();
        let person = key("User", number % USERS);
        let group = key("Group", (number / 5) % GROUPS);
        let one = if writer.is_multiple_of(3) {
            &group
        } else {
            &person
        };
        let other = key("User", (number + 1) % USERS);
        let mut wanted = match (writer + step * 3) % 8 {
            0 | 1 => put(
                one,
                Expect::Absent,
                named(one, &format!("{name}{}", one.id)),
            ),
            2 => change_members(&group, vec![person.id.clone()], vec![other.id.clone()]),
            3 => change_members(&group, vec![other.id.clone()], vec![person.id.clone()]),
            4 => put(one, Expect::Exists, named(one, name)),
            5 => {
                let members = MemberChange::Exactly(vec![person.id.clone(), other.id.clone()]);
                write(&group, Expect::Exists, Document::Keep)
                    .with_members(members)
                    .with_unknown_members(UnknownMembers::LeaveOut)
            }
            6 => {
                let found = block_on(store.get(one)).unwrap();
                done.push_back(Done::Read(one.clone(), found.clone()));
                let Some(stored) = found else { continue };
                let expect = Expect::Version(stored.version);
                put(one, expect, renamed(one, &stored.document, name))
            }
            _ if step.is_multiple_of(2) => write(one, Expect::Exists, Document::Delete),
            _ => put(one, Expect::Absent, named(one, name)),
        };
        wanted.event.actor = actor(writer).into();
        wanted.event.at = at(i64::from(step));
        let told = came(block_on(store.write(wanted.clone())));
        done.push_back(Done::Wrote(Box::new(wanted), told));
    }
    done
}

fn actor(writer: u32) -> String {
    format!("writer-{writer}")
}
