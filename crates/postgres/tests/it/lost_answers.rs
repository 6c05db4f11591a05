//! A connection that breaks while a write is committed: the write is done once, whatever became of the commit.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use pollster::block_on;
use scimkit_postgres::PostgresStore;
use scimkit_schema::Version;
use scimkit_store::{EventQuery, Expect, Store};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream, unix::OwnedReadHalf},
};

use crate::{
    samples::{create, key, open, replace, tenant, user},
    server::{Server, runtime},
};

/// Breaks nothing.
const PASS: u8 = 0;
/// Breaks the connection instead of handing on the next commit.
const BEFORE: u8 = 1;
/// Breaks the connection instead of handing back the answer to the next commit.
const AFTER: u8 = 2;

/// A store behind a proxy, and what the proxy breaks next.
fn behind_a_proxy(server: &Server) -> (PostgresStore, Arc<AtomicU8>) {
    let url = server.database();
    let folder = tempfile::tempdir().unwrap().keep();
    let breaks = Arc::new(AtomicU8::new(PASS));
    let listener = {
        let _guard = runtime().enter();
        UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap()
    };
    runtime().spawn(listen(listener, server.socket(), breaks.clone()));
    let (credentials, rest) = url.split_once('@').unwrap();
    let database = rest.split_once('/').unwrap().1;
    let folder = folder.display().to_string().replace('/', "%2F");
    let store = tenant(
        &open(&format!("{credentials}@{folder}/{database}")),
        "harborline",
    );
    (store, breaks)
}

async fn listen(listener: UnixListener, server: PathBuf, breaks: Arc<AtomicU8>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, breaks) = (server.clone(), breaks.clone());
        tokio::spawn(async move { proxy(client, &server, &breaks).await });
    }
}

async fn proxy(client: UnixStream, server: &Path, breaks: &AtomicU8) {
    let server = UnixStream::connect(server).await.unwrap();
    let (from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let (mut up, mut down) = (Chunks::of(from_client), Chunks::of(from_server));
    let mut is_doomed = false;
    loop {
        tokio::select! {
            chunk = up.next() => {
                let Some(chunk) = chunk else { return };
                // The commit of a write goes out with its event; reads commit, too.
                if contains(&chunk, b"COMMIT\0") && contains(&chunk, br#""notes":["#) {
                    match breaks.swap(PASS, Ordering::SeqCst) {
                        BEFORE => return,
                        AFTER => is_doomed = true,
                        _ => {}
                    }
                }
                to_server.write_all(&chunk).await.unwrap();
            }
            chunk = down.next() => {
                let Some(chunk) = chunk else { return };
                if is_doomed {
                    if contains(&chunk, b"COMMIT\0") {
                        return;
                    }
                } else if to_client.write_all(&chunk).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn contains(chunk: &[u8], word: &[u8]) -> bool {
    chunk.windows(word.len()).any(|window| window == word)
}

struct Chunks(OwnedReadHalf);

impl Chunks {
    const fn of(from: OwnedReadHalf) -> Self {
        Self(from)
    }

    async fn next(&mut self) -> Option<Vec<u8>> {
        let mut chunk = vec![0; 1 << 16];
        let count = self
            .0
            .read(&mut chunk)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        chunk.truncate(count);
        Some(chunk)
    }
}

#[test]
fn a_commit_without_an_answer_is_neither_lost_nor_repeated() {
    let Some(server) = Server::own() else { return };
    let (store, breaks) = behind_a_proxy(&server);
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
        breaks.store(what, Ordering::SeqCst);
        let written = block_on(store.write(write)).unwrap();
        version += 1;
        assert_eq!(
            breaks.load(Ordering::SeqCst),
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
    breaks.store(AFTER, Ordering::SeqCst);
    let written = block_on(store.write(create(&key("User", 2), user("noor")))).unwrap();
    assert!(written.changed);
}
