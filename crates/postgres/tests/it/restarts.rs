//! A server that crashes in the middle of the traffic: what was acknowledged is there, and the store goes on by itself.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use pollster::block_on;
use scimkit_store::{EventQuery, Query, Start, Store};

use crate::{
    samples::{create, key, open, tenant, user},
    server::Server,
};

const WRITERS: u32 = 8;
const CRASHES: u32 = 2;

#[test]
fn a_crash_loses_nothing_that_was_acknowledged() {
    let Some(server) = Server::own() else { return };
    let url = server.database();
    let stores = [(); 2].map(|()| tenant(&open(&url), "harborline"));
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicU32::new(0));
    let kept: Vec<u32> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (store, stop, acknowledged) =
                    (&stores[writer as usize % 2], &stop, &acknowledged);
                scope.spawn(move || {
                    let mut kept = Vec::new();
                    for number in (writer * 100_000..).take_while(|_| !stop.load(Ordering::Relaxed))
                    {
                        let write = create(&key("User", number), user(&format!("user-{number}")));
                        if block_on(store.write(write)).is_ok() {
                            kept.push(number);
                            acknowledged.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    kept
                })
            })
            .collect();
        for crash in 1..=CRASHES {
            while acknowledged.load(Ordering::Relaxed) < crash * 200 {
                thread::yield_now();
            }
            server.crash();
        }
        let before = acknowledged.load(Ordering::Relaxed);
        while acknowledged.load(Ordering::Relaxed) < before + 200 {
            thread::yield_now();
        }
        stop.store(true, Ordering::Relaxed);
        writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap())
            .collect()
    });
    let store = &stores[0];
    for number in &kept {
        let stored = block_on(store.get(&key("User", *number))).unwrap();
        assert!(stored.is_some(), "user {number} was acknowledged");
    }
    let all = Query::new(["User".into()]).with_page(Start::Index(0), usize::MAX);
    let page = block_on(store.query(&all)).unwrap();
    assert_eq!(
        page.total,
        Some(page.items.len() as u64),
        "the count is in step"
    );
    let events = block_on(store.events(&EventQuery::default().with_limit(usize::MAX))).unwrap();
    let numbers: Vec<_> = events.iter().map(|event| event.seq).collect();
    let expected: Vec<_> = (1..=page.items.len() as u64).collect();
    assert_eq!(numbers, expected, "one event for each user, without gaps");
}
