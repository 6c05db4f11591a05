//! A process that is killed while it writes: what it acknowledged is there, and the indexes are in step.
//!
//! `SCIMKIT_KILLS` says how often; 50 times by default.

use std::{
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use pollster::block_on;
use scimkit_filter::{AttributePath, BoundFilter, Filter};
use scimkit_schema::Compat;
use scimkit_sqlite::SqliteDatabase;
use scimkit_store::{EventQuery, Query, Store};

use crate::samples::{create, first_tenant, folder, key, schemas, user};

const THREADS: u32 = 4;
const DATABASE: &str = "SCIMKIT_CRASH_DATABASE";
const ROUND: &str = "SCIMKIT_CRASH_ROUND";

#[test]
fn acknowledged_writes_survive_sigkill() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    let kills: u32 = std::env::var("SCIMKIT_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(50);
    let mut acknowledged = Vec::new();
    for round in 0..kills {
        let heard = kill_a_writer(&path, round, 20 + 7 * (round as usize % 12));
        assert!(!heard.is_empty(), "round {round} wrote nothing");
        acknowledged.extend(heard);
        let is_last = round + 1 == kills;
        // All of them are looked at now and then, those of the last round always.
        let recent = acknowledged.len().saturating_sub(200);
        let since = if is_last || round % 25 == 0 {
            0
        } else {
            recent
        };
        check(&path, acknowledged.get(since..).unwrap(), since == 0);
    }
}

/// Starts a writing process, kills it after some acknowledgements, and says which ones were heard in all.
fn kill_a_writer(path: &Path, round: u32, after: usize) -> Vec<u32> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "crash::writing_process",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(DATABASE, path)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut heard = Vec::new();
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        let number = line
            .strip_prefix("ack ")
            .and_then(|rest| rest.strip_suffix('\n'));
        heard.extend(number.and_then(|number| number.parse::<u32>().ok()));
        line.clear();
        if heard.len() == after {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    heard
}

fn check(path: &Path, acknowledged: &[u32], all: bool) {
    let store = first_tenant(&SqliteDatabase::open(path, schemas()).unwrap());
    let users = schemas().by_name("User").unwrap().clone();
    for number in acknowledged {
        let stored = block_on(store.get(&key("User", *number))).unwrap();
        assert!(stored.is_some(), "user {number} was acknowledged");
    }
    let page =
        block_on(store.query(
            &Query::new(["User".into()]).with_page(scimkit_store::Start::Index(0), usize::MAX),
        ))
        .unwrap();
    assert_eq!(
        page.total,
        Some(page.items.len() as u64),
        "the count is in step"
    );
    // Ids and names begin with the round: the newest are last.
    let newest = if all { usize::MAX } else { 200 };
    for stored in page.items.iter().rev().take(newest) {
        let name = stored.document.text("userName").unwrap();
        for filter in [
            Filter::eq(AttributePath::new("userName"), name),
            format!("userName ew \"{name}\"").parse().unwrap(),
        ] {
            let filter =
                BoundFilter::bind(&filter, std::slice::from_ref(&users), Compat::strict()).unwrap();
            let found =
                block_on(store.query(&Query::new(["User".into()]).with_filter(filter))).unwrap();
            assert_eq!(
                found.items,
                std::slice::from_ref(stored),
                "the index of {name} is in step"
            );
        }
    }
    let events = block_on(store.events(&EventQuery::after(0).with_limit(usize::MAX))).unwrap();
    let numbers: Vec<_> = events.iter().map(|event| event.seq).collect();
    assert_eq!(
        numbers,
        (1..=page.items.len() as u64).collect::<Vec<_>>(),
        "one event for each user, without gaps"
    );
}

#[test]
#[ignore = "the process that `acknowledged_writes_survive_sigkill` starts and kills"]
fn writing_process() {
    let (Ok(path), Ok(round)) = (std::env::var(DATABASE), std::env::var(ROUND)) else {
        return;
    };
    let round: u32 = round.parse().unwrap();
    let store = first_tenant(&SqliteDatabase::open(path, schemas()).unwrap());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0..100_000 {
                    let number = (round * THREADS + thread) * 100_000 + number;
                    block_on(store.write(create(
                        &key("User", number),
                        user(&format!("user-{number}")),
                    )))
                    .unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "ack {number}").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}
