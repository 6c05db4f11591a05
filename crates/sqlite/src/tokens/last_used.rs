use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use scimkit_schema::DateTime;
use scimkit_sql::statements;
use scimkit_store::TokenRow;

use crate::{ask::Ask, writer::Writer};

/// When each token was last used: at once in memory, at most once a minute per token on disk.
#[derive(Debug, Default)]
pub(crate) struct LastUsed {
    uses: Mutex<BTreeMap<Box<str>, Use>>,
}

#[derive(Debug)]
struct Use {
    shown: Option<DateTime>,
    /// What was last handed to the writer.
    persisted: Option<DateTime>,
}

impl LastUsed {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Box<str>, Use>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn knows(&self, lookup: &str) -> bool {
        self.lock().contains_key(lookup)
    }

    pub(crate) fn learn(&self, row: &TokenRow) {
        let last = || row.last_used.clone();
        self.lock()
            .entry(row.lookup.clone())
            .or_insert_with(|| Use {
                shown: last(),
                persisted: last(),
            });
    }

    /// Notes a use; `true` if it is time to write it down.
    pub(crate) fn touch(&self, lookup: &str, at: &DateTime) -> bool {
        let mut uses = self.lock();
        let Some(known) = uses
            .get_mut(lookup)
            .filter(|known| known.shown.as_ref() < Some(at))
        else {
            return false;
        };
        known.shown = Some(at.clone());
        let due = known
            .persisted
            .as_ref()
            .is_none_or(|persisted| persisted.plus_seconds(PERSIST_SECONDS) <= *at);
        if due {
            known.persisted = Some(at.clone());
        }
        due
    }

    /// The row with the use that memory knows of.
    pub(crate) fn shown(&self, mut row: TokenRow) -> TokenRow {
        let shown = self
            .lock()
            .get(&row.lookup)
            .and_then(|known| known.shown.clone());
        row.last_used = row.last_used.max(shown);
        row
    }

    /// Hands uses to the writer. Nobody waits: they join the next transaction, and a lost one is at most a minute behind.
    pub(crate) fn persist(writer: &Writer, uses: Vec<(Box<str>, DateTime)>) {
        if uses.is_empty() {
            return;
        }
        drop(writer.submit(move |connection| {
            for (lookup, at) in &uses {
                connection.change(statements::TOUCH_TOKEN, (&**lookup, at.unix_micros()))?;
            }
            Ok(())
        }));
    }

    /// Hands everything that is not on disk to the writer, before it stops.
    pub(crate) fn persist_all(&self, writer: &Writer) {
        let uses = std::mem::take(&mut *self.lock()).into_iter();
        let newer = uses.filter(|(_, known)| known.shown > known.persisted);
        Self::persist(
            writer,
            newer
                .filter_map(|(lookup, known)| Some((lookup, known.shown?)))
                .collect(),
        );
    }
}

/// How old the use on disk may be while the token is in use.
const PERSIST_SECONDS: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_store::{Scope, TenantId};

    fn at(second: i64) -> DateTime {
        DateTime::from_unix_micros(1_767_600_000_000_000).plus_seconds(second)
    }

    #[test]
    fn one_use_a_minute_is_due() {
        let row = TokenRow {
            lookup: "a".into(),
            tenant: TenantId::new("x").unwrap(),
            name: "Azure AD".into(),
            hash: [0; 32],
            scope: Scope::Read,
            created: at(0),
            expires: None,
            revoked: None,
            last_used: None,
        };
        let uses = LastUsed::default();
        assert!(!uses.touch("a", &at(0)), "an unknown token is not kept");
        uses.learn(&row);
        let due: Vec<_> = [1, 2, 60, 61, 3, 100, 121]
            .into_iter()
            .filter(|second| uses.touch("a", &at(*second)))
            .collect();
        assert_eq!(due, [1, 61, 121]);
        assert_eq!(uses.shown(row).last_used, Some(at(121)));
    }
}
