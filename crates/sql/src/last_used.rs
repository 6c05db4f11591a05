use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use scimkit_schema::DateTime;
use scimkit_store::TokenRow;

/// When each token was last used: at once in memory, at most once a minute per token in the database.
#[derive(Debug, Default)]
pub struct LastUsed {
    uses: Mutex<BTreeMap<Box<str>, Use>>,
}

#[derive(Debug)]
struct Use {
    shown: Option<DateTime>,
    /// What was last written down.
    persisted: Option<DateTime>,
}

impl LastUsed {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Box<str>, Use>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the token is one whose uses are noted.
    #[must_use]
    pub fn knows(&self, lookup: &str) -> bool {
        self.lock().contains_key(lookup)
    }

    /// Notes the uses of a token from now on. Only tokens that exist belong here, so that nobody can fill the memory.
    pub fn learn(&self, row: &TokenRow) {
        let last = || row.last_used.clone();
        self.lock()
            .entry(row.lookup.clone())
            .or_insert_with(|| Use {
                shown: last(),
                persisted: last(),
            });
    }

    /// Notes a use; `true` if it is time to write it down.
    pub fn touch(&self, lookup: &str, at: &DateTime) -> bool {
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
    #[must_use]
    pub fn shown(&self, mut row: TokenRow) -> TokenRow {
        let shown = self
            .lock()
            .get(&row.lookup)
            .and_then(|known| known.shown.clone());
        row.last_used = row.last_used.max(shown);
        row
    }

    /// Takes every use that was not written down, before the end.
    #[must_use]
    pub fn take_unwritten(&self) -> Vec<(Box<str>, DateTime)> {
        let uses = std::mem::take(&mut *self.lock()).into_iter();
        let newer = uses.filter(|(_, known)| known.shown > known.persisted);
        newer
            .filter_map(|(lookup, known)| Some((lookup, known.shown?)))
            .collect()
    }
}

/// How old what is written down may be while the token is in use.
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
        assert_eq!(uses.take_unwritten(), []);
        assert!(!uses.knows("a"));
    }
}
