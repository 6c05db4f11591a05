use std::sync::{Arc, Barrier, mpsc};

use super::*;
use crate::{ask::Ask, connection::Location};

const INSERT: &str = "INSERT INTO t (n) VALUES (?1)";
const SUM: &str = "SELECT sum(n) FROM t";

fn start() -> (Location, Writer) {
    let location = Location::memory();
    let connection = location.open_writer().unwrap();
    connection
        .execute_batch("CREATE TABLE t (n INTEGER UNIQUE)")
        .unwrap();
    (location, Writer::start(connection).unwrap())
}

/// Holds the writer until the guard goes, so that what is submitted meanwhile ends up in one batch.
fn hold(writer: &Writer) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel();
    let reached = Arc::new(Barrier::new(2));
    let there = reached.clone();
    drop(writer.submit(move |_| {
        there.wait();
        let _ = held.recv();
        Ok(())
    }));
    reached.wait();
    release
}

fn insert(number: i64) -> impl FnMut(&Connection) -> Answer<usize> + Send + 'static {
    move |connection| connection.change(INSERT, [number])
}

#[test]
fn a_failing_job_spoils_nothing_beside_it() {
    let (location, writer) = start();
    let reader = location.open_reader().unwrap();
    let held = hold(&writer);
    let first = writer.submit(insert(1));
    let fails = writer.submit(|connection| {
        connection.change(INSERT, [10])?;
        Err::<(), _>(StoreError::Gone)
    });
    let panics = writer.submit(|connection| -> Answer<()> {
        connection.change(INSERT, [100])?;
        panic!("on purpose")
    });
    let violates = writer.submit(insert(1));
    let last = writer.submit(insert(1_000));
    drop(held);
    assert_eq!(pollster::block_on(first).unwrap(), 1);
    assert!(matches!(pollster::block_on(fails), Err(StoreError::Gone)));
    assert!(pollster::block_on(panics).is_err());
    assert!(pollster::block_on(violates).is_err());
    assert_eq!(pollster::block_on(last).unwrap(), 1);
    assert_eq!(
        reader.one(SUM, [], |row| row.get::<_, i64>(0)).unwrap(),
        Some(1_001)
    );
}

#[test]
fn a_lost_transaction_is_done_again_without_whoever_lost_it() {
    let (location, writer) = start();
    let reader = location.open_reader().unwrap();
    let held = hold(&writer);
    let first = writer.submit(insert(1));
    // What SQLite does by itself when the disk is full.
    let breaks = writer.submit(|connection| {
        connection.execute_batch("ROLLBACK").map_err(from_driver)?;
        Ok(())
    });
    let last = writer.submit(insert(2));
    drop(held);
    assert!(pollster::block_on(first).is_ok());
    assert!(pollster::block_on(breaks).is_err());
    assert!(pollster::block_on(last).is_ok());
    assert_eq!(
        reader.one(SUM, [], |row| row.get::<_, i64>(0)).unwrap(),
        Some(3)
    );
}

#[test]
fn a_failure_that_changed_nothing_costs_the_others_nothing() {
    let (_location, writer) = start();
    let held = hold(&writer);
    let mut runs = 0;
    let first = writer.submit(move |connection| {
        runs += 1;
        connection.change(INSERT, [runs])?;
        Ok(runs)
    });
    let fails = writer.submit(|_| Err::<(), _>(StoreError::Gone));
    drop(held);
    assert_eq!(pollster::block_on(first).unwrap(), 1, "it ran once");
    assert!(matches!(pollster::block_on(fails), Err(StoreError::Gone)));
}

#[test]
fn dropping_writes_what_was_queued() {
    let (location, writer) = start();
    let reader = location.open_reader().unwrap();
    let held = hold(&writer);
    for number in 1..=100 {
        drop(writer.submit(insert(number)));
    }
    drop(held);
    drop(writer);
    assert_eq!(
        reader.one(SUM, [], |row| row.get::<_, i64>(0)).unwrap(),
        Some(5_050)
    );
}

#[test]
fn a_full_disk_fails_what_does_not_fit_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::file(&folder.path().join("full.db"));
    let connection = location.open_writer().unwrap();
    connection
        .execute_batch("CREATE TABLE t (n INTEGER UNIQUE); CREATE TABLE big (x)")
        .unwrap();
    connection
        .pragma_update(None, "max_page_count", 16)
        .unwrap();
    let writer = Writer::start(connection).unwrap();
    assert_eq!(pollster::block_on(writer.submit(insert(1))).unwrap(), 1);
    let held = hold(&writer);
    let too_big = writer.submit(|connection| {
        connection.change("INSERT INTO big (x) VALUES (zeroblob(1000000))", [])
    });
    let beside = writer.submit(insert(2));
    drop(held);
    let error = pollster::block_on(too_big).unwrap_err();
    let StoreError::Other(source) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        source.downcast_ref::<Error>().map(Error::kind),
        Some(&ErrorKind::Full)
    );
    let acknowledged = pollster::block_on(beside).is_ok();
    assert!(
        pollster::block_on(writer.submit(insert(4))).is_ok(),
        "what fits is still written"
    );
    drop(writer);
    let reader = location.open_reader().unwrap();
    let expected = if acknowledged { 7 } else { 5 };
    assert_eq!(
        reader.one(SUM, [], |row| row.get::<_, i64>(0)).unwrap(),
        Some(expected)
    );
}
