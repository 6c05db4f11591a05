//! A wire between a store and its server, on which a test may break things and count.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
};

use scimkit_postgres::PostgresStore;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream, unix::OwnedReadHalf},
};

use crate::{
    samples::{open, tenant},
    server::{Server, runtime},
};

/// Breaks nothing.
pub(crate) const PASS: u8 = 0;
/// Breaks the connection instead of handing on the next commit.
pub(crate) const BEFORE: u8 = 1;
/// Breaks the connection instead of handing back the answer to the next commit.
pub(crate) const AFTER: u8 = 2;

/// What the proxy does and sees.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// What it breaks next.
    pub(crate) breaks: AtomicU8,
    /// How often somebody asked who had been answered before; at the end of what is only read, nobody waits for an answer.
    pub(crate) turns: AtomicU32,
}

/// A store behind a proxy.
pub(crate) fn behind_a_proxy(server: &Server) -> (PostgresStore, Arc<Wire>) {
    let url = server.database();
    let folder = tempfile::tempdir().unwrap().keep();
    let wire = Arc::new(Wire::default());
    let listener = {
        let _guard = runtime().enter();
        UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap()
    };
    runtime().spawn(listen(listener, server.socket(), wire.clone()));
    let (credentials, rest) = url.split_once('@').unwrap();
    let database = rest.split_once('/').unwrap().1;
    let folder = folder.display().to_string().replace('/', "%2F");
    let store = tenant(
        &open(&format!("{credentials}@{folder}/{database}")),
        "harborline",
    );
    (store, wire)
}

async fn listen(listener: UnixListener, server: PathBuf, wire: Arc<Wire>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, wire) = (server.clone(), wire.clone());
        tokio::spawn(async move { proxy(client, &server, &wire).await });
    }
}

async fn proxy(client: UnixStream, server: &Path, wire: &Wire) {
    let server = UnixStream::connect(server).await.unwrap();
    let (from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let (mut up, mut down) = (Chunks::of(from_client), Chunks::of(from_server));
    let (mut is_doomed, mut is_answered) = (false, true);
    loop {
        tokio::select! {
            chunk = up.next() => {
                let Some(chunk) = chunk else { return };
                if is_answered && !chunk.ends_with(b"Q\0\0\0\x0bCOMMIT\0") {
                    wire.turns.fetch_add(1, Ordering::SeqCst);
                    is_answered = false;
                }
                // The commit of a write goes out with its event; reads commit, too.
                if contains(&chunk, b"COMMIT\0") && contains(&chunk, br#""notes":["#) {
                    match wire.breaks.swap(PASS, Ordering::SeqCst) {
                        BEFORE => return,
                        AFTER => is_doomed = true,
                        _ => {}
                    }
                }
                to_server.write_all(&chunk).await.unwrap();
            }
            chunk = down.next() => {
                let Some(chunk) = chunk else { return };
                is_answered = true;
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
