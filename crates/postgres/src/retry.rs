use std::{
    future::Future,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::error::Trouble;

/// Waits between tries: longer each time, and never equally long for two that failed together.
#[derive(Debug)]
pub(crate) struct Backoff {
    /// Differs between processes, and goes on with each wait.
    state: AtomicU64,
}

impl Backoff {
    /// `seed` is any text that no other process has.
    pub(crate) fn new(seed: &str) -> Self {
        let mixed = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            state: AtomicU64::new(mixed),
        }
    }

    /// Does a piece of work until it is done or fails for good, at most [`TRIES`] times.
    pub(crate) async fn retried<T, Work>(
        &self,
        mut work: impl FnMut() -> Work,
    ) -> Result<T, Trouble>
    where
        Work: Future<Output = Result<T, Trouble>>,
    {
        let mut tries = 0;
        loop {
            let done = work().await;
            tries += 1;
            match done {
                Err(trouble) if trouble.is_passing() && tries < TRIES => {
                    tokio::time::sleep(self.pause(tries)).await;
                }
                done => return done,
            }
        }
    }

    /// How long to wait after this many tries: between a half and the whole of 20 ms, 40 ms, and so on up to a second.
    fn pause(&self, tries: u32) -> Duration {
        let most = FIRST
            .saturating_mul(1 << tries.saturating_sub(1).min(10))
            .min(LONGEST);
        // SplitMix64: as unpredictable as it needs to be to keep two processes apart.
        let state = self
            .state
            .fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(0);
        let half = most / 2;
        half + half.mul_f64(f64::from(part) / f64::from(u32::MAX))
    }
}

/// How often a piece of work is tried.
const TRIES: u32 = 8;

const FIRST: Duration = Duration::from_millis(20);

const LONGEST: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        let backoff = Backoff::new("one process");
        for (tries, most) in [(1, 20), (2, 40), (3, 80), (6, 640), (7, 1_000), (60, 1_000)] {
            let most = Duration::from_millis(most);
            let pauses: Vec<_> = (0..50).map(|_| backoff.pause(tries)).collect();
            assert!(
                pauses.iter().all(|pause| (most / 2..=most).contains(pause)),
                "{pauses:?}"
            );
            assert!(
                pauses.iter().any(|pause| *pause < most * 3 / 5),
                "{pauses:?}"
            );
            assert!(
                pauses.iter().any(|pause| *pause > most * 9 / 10),
                "{pauses:?}"
            );
        }
        assert_ne!(backoff.pause(1), Backoff::new("another process").pause(1));
    }
}
