//! A connection that breaks while a write is committed: the write is done once, whatever became of the commit.

use std::sync::atomic::Ordering;

use pollster::block_on;
use scimkit_schema::Version;
use scimkit_store::{EventQuery, Expect, Store};

use crate::{
    proxy::{AFTER, BEFORE, PASS, behind_a_proxy},
    samples::{create, key, replace, user},
    server::Server,
};

#[test]
fn a_commit_without_an_answer_is_neither_lost_nor_repeated() {
    let Some(server) = Server::own() else { return };
    let (store, wire) = behind_a_proxy(&server);
    let mira = key("User", 1);
    let mut version = 0;
    for (round, what) in [PASS, BEFORE, AFTER, AFTER, BEFORE, PASS]
        .into_iter()
        .enumerate()
    {
        let name = user(&format!("mira-{round}"));
        let write = match version {
            0 => create(&mira, name.clone()),
            // A blind repetition would find its own version, and be stale.
            version => replace(
                &mira,
                Expect::Version(Version::from_number(version)),
                name.clone(),
            ),
        };
        wire.breaks.store(what, Ordering::SeqCst);
        let written = block_on(store.write(write)).unwrap();
        version += 1;
        assert_eq!(
            wire.breaks.load(Ordering::SeqCst),
            PASS,
            "the connection was broken"
        );
        assert_eq!(
            written.version,
            Version::from_number(version),
            "round {round}"
        );
        let stored = block_on(store.get(&mira)).unwrap().unwrap();
        assert_eq!(
            (stored.version, &*stored.document),
            (written.version, &name)
        );
        let events = block_on(store.events(&EventQuery::default())).unwrap();
        assert_eq!(
            events.len() as u64,
            version,
            "round {round}: one event for each write"
        );
    }
    // Created through a commit without an answer, a resource is there once, and was made by this write.
    wire.breaks.store(AFTER, Ordering::SeqCst);
    let written = block_on(store.write(create(&key("User", 2), user("noor")))).unwrap();
    assert!(written.changed);
}
