//! Many callers at once.

use std::thread;

use pollster::block_on;
use scimkit_store::{EventQuery, Query, Relation, Store};

use crate::samples::{add_members, create, file_database, first_tenant, group, key, user};

const THREADS: u32 = 32;
const EACH: u32 = 20;

#[test]
fn every_acknowledged_write_is_there_and_events_have_no_gaps() {
    let store = first_tenant(&file_database());
    let crew = key("Group", 1);
    block_on(store.write(create(&crew, group("Crew")))).unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (store, crew) = (store.clone(), crew.clone());
            scope.spawn(move || {
                for number in 0..EACH {
                    let key = key("User", thread * EACH + number);
                    block_on(store.write(create(&key, user(&format!("user-{thread}-{number}")))))
                        .unwrap();
                    assert!(
                        block_on(store.get(&key)).unwrap().is_some(),
                        "a write is seen by whoever made it"
                    );
                    block_on(store.write(add_members(&crew, &[&key]))).unwrap();
                    // Nobody else may take the name, and the failure must not take others with it.
                    let again = create(
                        &self::key("User", 100_000 + thread),
                        user(&format!("USER-{thread}-{number}")),
                    );
                    assert!(block_on(store.write(again)).is_err());
                }
            });
        }
    });
    let all = u64::from(THREADS * EACH);
    assert_eq!(
        block_on(store.query(&Query::new(["User".into()])))
            .unwrap()
            .total,
        Some(all)
    );
    let members =
        block_on(store.members(&Relation::MembersOf(crew.id.clone()), None, usize::MAX)).unwrap();
    assert_eq!(members.len() as u64, all);
    let events = block_on(store.events(&EventQuery::after(0).with_limit(usize::MAX))).unwrap();
    let numbers: Vec<_> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=2 * all + 1).collect::<Vec<_>>());
    let version = block_on(store.get(&crew))
        .unwrap()
        .unwrap()
        .version
        .number();
    assert_eq!(
        version,
        Some(all + 1),
        "each addition counted the version up once"
    );
}
