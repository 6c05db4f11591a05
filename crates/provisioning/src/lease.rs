//! One engine at a time on an application, also when several processes share its state.

use std::sync::atomic::{AtomicI64, Ordering};

use scimkit_schema::DateTime;
use scimkit_store::{StateStore, StoreError};
use serde::{Deserialize, Serialize};

use crate::state::{Batch, Rows};

/// The right to work on an application, for a while. Whoever has it renews it; from one who died it passes on when it ends.
///
/// The state has no compare-and-swap, so each who wants it first says so and then looks for others: of two, at least one sees the other and
/// steps back. Both may, and then the next attempt decides.
#[derive(Debug)]
pub(crate) struct Lease {
    holder: Box<str>,
    /// When it ends, in microseconds.
    until: AtomicI64,
}

/// Somebody else has it.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) until: DateTime,
}

#[derive(Deserialize, Serialize)]
struct Row {
    until: i64,
}

impl Lease {
    pub(crate) async fn acquire(
        holder: &str,
        now: &DateTime,
        rows: &Rows,
        store: &impl StateStore,
    ) -> Result<Result<Self, Taken>, StoreError> {
        let now = now.unix_micros();
        if let Some(taken) = taken(holder, now, rows, store).await? {
            return Ok(Err(taken));
        }
        let lease = Self {
            holder: holder.into(),
            until: AtomicI64::new(now.saturating_add(LENGTH)),
        };
        let mut batch = Batch::new(rows);
        // none of them is alive
        batch.clear(ROOM, store).await?;
        lease.put(&mut batch)?;
        batch.commit(store).await?;
        match taken(holder, now, rows, store).await? {
            None => Ok(Ok(lease)),
            Some(taken) => {
                let mut batch = Batch::new(rows);
                lease.release(&mut batch);
                batch.commit(store).await?;
                Ok(Err(taken))
            }
        }
    }

    /// The lease of one who cannot get into the way of others.
    pub(crate) fn without_others(holder: &str) -> Self {
        Self {
            holder: holder.into(),
            until: AtomicI64::new(i64::MAX),
        }
    }

    /// Whether it still holds.
    pub(crate) fn holds(&self, now: &DateTime) -> bool {
        now.unix_micros() < self.until.load(Ordering::Relaxed)
    }

    /// Takes it again after it has ended, unless somebody had it meanwhile: whoever takes it removes the traces of others.
    pub(crate) async fn regain(
        &self,
        now: &DateTime,
        rows: &Rows,
        store: &impl StateStore,
    ) -> Result<bool, StoreError> {
        let trace: Option<Row> = rows.read(store, ROOM, &[&self.holder]).await?;
        if trace.is_none() {
            return Ok(false);
        }
        let Ok(again) = Self::acquire(&self.holder, now, rows, store).await? else {
            return Ok(false);
        };
        self.until
            .store(again.until.load(Ordering::Relaxed), Ordering::Relaxed);
        Ok(true)
    }

    /// Makes it longer when half of it is over, and shorter when the clock was set back, so that others need not wait for that time again.
    pub(crate) fn renew(&self, now: &DateTime, batch: &mut Batch) -> Result<(), StoreError> {
        let now = now.unix_micros();
        let left = self.until.load(Ordering::Relaxed).saturating_sub(now);
        if !(LENGTH / 2..=LENGTH).contains(&left) {
            self.until
                .store(now.saturating_add(LENGTH), Ordering::Relaxed);
            self.put(batch)?;
        }
        Ok(())
    }

    pub(crate) fn release(&self, batch: &mut Batch) {
        batch.remove(ROOM, &[&self.holder]);
    }

    fn put(&self, batch: &mut Batch) -> Result<(), StoreError> {
        let until = self.until.load(Ordering::Relaxed);
        batch.put(ROOM, &[&self.holder], &Row { until })
    }
}

/// Whether somebody else than `holder` has it.
async fn taken(
    holder: &str,
    now: i64,
    rows: &Rows,
    store: &impl StateStore,
) -> Result<Option<Taken>, StoreError> {
    let leases = rows.read_all::<Row>(store, ROOM).await?.into_iter();
    let others = leases.filter(|(parts, _)| parts.first().map(|part| &**part) != Some(holder));
    let last = others.map(|(_, row)| row.until).max();
    Ok(last.filter(|until| now < *until).map(|until| Taken {
        until: DateTime::from_unix_micros(until),
    }))
}

/// How long it lasts, in microseconds: longer than any request takes.
const LENGTH: i64 = 5 * 60 * 1_000_000;

const ROOM: &str = "lease";

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use scimkit_store::MemoryState;

    use super::*;

    fn at(seconds: i64) -> DateTime {
        DateTime::from_unix_micros(seconds * 1_000_000)
    }

    fn acquire(store: &MemoryState, holder: &str, seconds: i64) -> Result<Lease, Taken> {
        let rows = Rows::of("netskope");
        block_on(Lease::acquire(holder, &at(seconds), &rows, store)).unwrap()
    }

    fn commit(store: &MemoryState, change: impl FnOnce(&mut Batch)) {
        let mut batch = Batch::new(&Rows::of("netskope"));
        change(&mut batch);
        block_on(batch.commit(store)).unwrap();
    }

    #[test]
    fn one_has_it_until_it_is_released() {
        let store = MemoryState::new();
        let first = acquire(&store, "a", 0).unwrap();
        assert_eq!(acquire(&store, "b", 10).unwrap_err().until, at(300));
        commit(&store, |batch| first.release(batch));
        assert!(acquire(&store, "b", 20).is_ok());
    }

    #[test]
    fn one_who_was_held_up_goes_on_if_nobody_came() {
        let store = MemoryState::new();
        let first = acquire(&store, "a", 0).unwrap();
        assert!(!first.holds(&at(3_600)));
        assert!(block_on(first.regain(&at(3_600), &Rows::of("netskope"), &store)).unwrap());
        assert!(first.holds(&at(3_600)));
        assert!(acquire(&store, "b", 3_601).is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_longer() {
        let store = MemoryState::new();
        let first = acquire(&store, "a", 90_000).unwrap();
        commit(&store, |batch| first.renew(&at(10), batch).unwrap());
        assert_eq!(acquire(&store, "b", 11).unwrap_err().until, at(310));
    }

    #[test]
    fn it_passes_on_from_the_dead_and_not_from_the_living() {
        let store = MemoryState::new();
        let first = acquire(&store, "a", 0).unwrap();
        commit(&store, |batch| first.renew(&at(200), batch).unwrap());
        assert!(acquire(&store, "b", 301).is_err());
        assert!(first.holds(&at(499)) && !first.holds(&at(500)));
        assert!(acquire(&store, "b", 500).is_ok());
        assert!(!block_on(first.regain(&at(501), &Rows::of("netskope"), &store)).unwrap());
        // one who comes back under its own name goes on
        assert!(acquire(&store, "b", 501).is_ok());
    }
}
