//! Many callers in several processes at once. A handle of its own stands for a process: it shares nothing with another one but the database.

use std::{collections::BTreeSet, thread};

use pollster::block_on;
use scimkit_postgres::PostgresStore;
use scimkit_schema::{Version, core};
use scimkit_store::{EventQuery, Expect, Query, Relation, Store, StoreError};

use crate::{
    samples::{change_members, create, delete, group, key, open, replace, tenant, user},
    server::{Server, connect, runtime},
};

/// Two processes that serve one tenant.
fn two_processes(server: &Server) -> (String, [PostgresStore; 2]) {
    let url = server.database();
    let stores = [(); 2].map(|()| tenant(&open(&url), "harborline"));
    (url, stores)
}

fn numbers(store: &PostgresStore) -> Vec<u64> {
    let events = block_on(store.events(&EventQuery::default().with_limit(100_000))).unwrap();
    events.iter().map(|event| event.seq).collect()
}

fn without_gaps(last: u64) -> Vec<u64> {
    (1..=last).collect()
}

#[test]
fn sixty_four_writers_in_two_processes_lose_nothing_and_leave_no_gaps() {
    const WRITERS: u32 = 64;
    const EACH: u32 = 4;
    let Some(server) = Server::own() else { return };
    let (_, stores) = two_processes(&server);
    let (crew, counter) = (key("Group", 1), key("User", 900_000));
    block_on(stores[0].write(create(&crew, group("Crew")))).unwrap();
    block_on(stores[1].write(create(&counter, user("counter")))).unwrap();
    let won: u32 = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let store = &stores[writer as usize % 2];
                let (crew, counter) = (&crew, &counter);
                scope.spawn(move || {
                    let mut won = 0;
                    for number in 0..EACH {
                        let mine = key("User", writer * EACH + number);
                        let name = format!("user-{writer}-{number}");
                        block_on(store.write(create(&mine, user(&name)))).unwrap();
                        assert!(
                            block_on(store.get(&mine)).unwrap().is_some(),
                            "a write is seen by whoever made it"
                        );
                        block_on(store.write(change_members(crew, &[&mine], &[]))).unwrap();
                        // One name for all, by which everybody would like to be called.
                        let wanted = key("User", 500_000 + writer * EACH + number);
                        let taken = create(&wanted, user(&format!("WANTED-{number}")));
                        match block_on(store.write(taken)) {
                            Ok(_) => won += 1,
                            Err(StoreError::Taken { .. }) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                        count_up(store, counter);
                    }
                    won
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .sum()
    });
    assert_eq!(won, EACH, "each name went to one");
    let all = u64::from(WRITERS * EACH);
    for store in &stores {
        let users = block_on(store.query(&Query::new(["User".into()]))).unwrap();
        assert_eq!(users.total, Some(all + u64::from(EACH) + 1));
        let relation = Relation::MembersOf(crew.id.clone());
        let members = block_on(store.members(&relation, None, usize::MAX)).unwrap();
        assert_eq!(members.len() as u64, all);
        let version = |key| block_on(store.get(key)).unwrap().unwrap().version;
        assert_eq!(version(&crew), Version::from_number(all + 1));
        assert_eq!(version(&counter), Version::from_number(all + 1));
        let stored = block_on(store.get(&counter)).unwrap().unwrap();
        assert_eq!(stored.document.text("title"), Some(&*all.to_string()));
        assert_eq!(numbers(store), without_gaps(3 * all + u64::from(EACH) + 2));
    }
    let of_counter = EventQuery::default()
        .with_resource(counter)
        .with_limit(100_000);
    let events = block_on(stores[0].events(&of_counter)).unwrap();
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].after == pair[1].before),
        "each version was made from the one before"
    );
    // Who has the tenant's lock needs no second try.
    assert_eq!(server.complaints(), [] as [&str; 0]);
}

/// Adds one to the number that a user carries as a title, as somebody with an entity tag would.
fn count_up(store: &PostgresStore, counter: &scimkit_store::Key) {
    loop {
        let stored = block_on(store.get(counter)).unwrap().unwrap();
        let number: u32 = stored
            .document
            .text("title")
            .map_or(0, |text| text.parse().unwrap());
        let next = scimkit_schema::Resource::new(core::USER)
            .with("userName", "counter")
            .with("title", (number + 1).to_string());
        match block_on(store.write(replace(counter, Expect::Version(stored.version), next))) {
            Ok(_) => return,
            Err(StoreError::Stale) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn memberships_never_outlive_their_ends() {
    const PEOPLE: u32 = 12;
    const GROUPS: u32 = 6;
    let (url, stores) = two_processes(Server::shared());
    let people: Vec<_> = (0..PEOPLE).map(|number| key("User", number)).collect();
    let groups: Vec<_> = (0..GROUPS).map(|number| key("Group", number)).collect();
    for (number, person) in people.iter().enumerate() {
        block_on(stores[0].write(create(person, user(&format!("user-{number}"))))).unwrap();
    }
    for (number, one) in groups.iter().enumerate() {
        block_on(stores[1].write(create(one, group(&format!("group-{number}"))))).unwrap();
    }
    thread::scope(|scope| {
        for writer in 0..16_usize {
            let (store, people, groups) = (&stores[writer % 2], &people, &groups);
            scope.spawn(move || {
                for step in 0..30_usize {
                    // Everybody goes through groups and people in an order of their own.
                    let group = &groups[(step * (2 * writer + 1) + writer) % groups.len()];
                    let one = &people[(step * 5 + writer * 7) % people.len()];
                    let other = &people[(step * 11 + writer) % people.len()];
                    let done = if one == other {
                        block_on(store.write(change_members(group, &[one], &[])))
                    } else {
                        block_on(store.write(change_members(group, &[one], &[other])))
                    };
                    assert!(
                        matches!(
                            done,
                            Ok(_) | Err(StoreError::NoSuchMember(_) | StoreError::Gone)
                        ),
                        "{done:?}"
                    );
                }
            });
        }
        // Half of the people and of the groups go meanwhile.
        for (number, store) in stores.iter().enumerate() {
            let (people, groups) = (&people, &groups);
            scope.spawn(move || {
                let parts = people.iter().chain(groups).skip(number).step_by(4);
                for part in parts {
                    block_on(store.write(delete(part))).unwrap();
                }
            });
        }
    });
    let mut pairs = BTreeSet::new();
    for group in &groups {
        let is_there = block_on(stores[0].get(group)).unwrap().is_some();
        let relation = Relation::MembersOf(group.id.clone());
        let members = block_on(stores[0].members(&relation, None, 100)).unwrap();
        assert!(is_there || members.is_empty(), "{group} is gone");
        for member in members {
            pairs.insert((group.id.clone(), member.id));
        }
    }
    let mut backwards = BTreeSet::new();
    for person in &people {
        let is_there = block_on(stores[1].get(person)).unwrap().is_some();
        let relation = Relation::GroupsOf(person.id.clone());
        let of = block_on(stores[1].members(&relation, None, 100)).unwrap();
        assert!(is_there || of.is_empty(), "{person} is gone");
        for group in of {
            backwards.insert((group.id, person.id.clone()));
        }
    }
    assert_eq!(pairs, backwards);
    let rows: i64 = runtime().block_on(async {
        let client = connect(&url).await;
        client.batch_execute("SET scimkit.tid = '1'").await.unwrap();
        client
            .query_one("SELECT count(*) FROM member", &[])
            .await
            .unwrap()
            .get(0)
    });
    assert_eq!(
        rows,
        i64::try_from(pairs.len()).unwrap(),
        "no row is left behind"
    );
    let events = numbers(&stores[0]);
    assert_eq!(events, without_gaps(events.len() as u64));
}

#[test]
fn a_write_that_the_database_cannot_take_fails_alone() {
    let (_, stores) = two_processes(Server::shared());
    let mut unfit = create(&key("User", 2), user("noor"));
    // U+0000 is no character for PostgreSQL, and nothing that a schema has in a name.
    unfit.key.type_name = "Us\0er".into();
    let done = block_on(stores[0].write_all(vec![
        create(&key("User", 1), user("mira")),
        unfit,
        create(&key("User", 3), user("olga")),
    ]));
    let came: Vec<_> = done.iter().map(Result::is_ok).collect();
    assert_eq!(came, [true, false, true]);
    assert_eq!(numbers(&stores[1]), without_gaps(2));
}

#[test]
fn writes_that_depend_on_each_other_share_a_transaction() {
    let (_, stores) = two_processes(Server::shared());
    let (mira, noor, crew) = (key("User", 1), key("User", 2), key("Group", 1));
    let done = block_on(stores[0].write_all(vec![
        create(&mira, user("mira")),
        create(&crew, group("Crew")),
        change_members(&crew, &[&mira, &crew], &[]),
        create(&noor, user("MIRA")),
        replace(
            &mira,
            Expect::Version(Version::from_number(1)),
            user("mira.okafor"),
        ),
        create(&noor, user("mira")),
        change_members(&crew, &[&noor], &[&mira]),
        delete(&mira),
        delete(&mira),
        create(&mira, user("mira.okafor")),
        change_members(&crew, &[], &[&crew]),
    ]));
    let came: Vec<_> = done
        .iter()
        .map(|answer| match answer {
            Ok(written) => written.version.number().unwrap().to_string(),
            Err(error) => error.to_string(),
        })
        .collect();
    let expected = [
        "1",
        "1",
        "2",
        "the value of `userName` is taken",
        "2",
        "1",
        "3",
        "2",
        "there is no such resource",
        "1",
        "4",
    ];
    assert_eq!(came, expected);
    let members = block_on(stores[1].members(&Relation::MembersOf(crew.id), None, 10)).unwrap();
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].id, noor.id);
    assert_eq!(numbers(&stores[1]), without_gaps(9));
}
