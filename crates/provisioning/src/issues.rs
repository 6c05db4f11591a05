use std::collections::{BTreeMap, BTreeSet};

use scimkit_schema::DateTime;
use scimkit_store::{StateStore, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    ErrorCode, Named,
    state::{Batch, Rows},
};

/// Something that stands open: it was logged once, and is looked at again in every cycle until it is gone.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OpenIssue {
    /// What it means for the object.
    pub kind: IssueKind,
    /// The object of the directory.
    pub object: Named,
    /// The member or the referred object, when the issue is about a reference.
    pub member: Option<Named>,
    /// The kind of trouble.
    pub code: ErrorCode,
    /// A sentence with the object, the cause and the mend.
    pub reason: Box<str>,
    /// Since when it is known.
    #[serde(with = "crate::text")]
    pub since: DateTime,
}

/// What an open issue means for its object.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum IssueKind {
    /// A reference waits until what it points to is in the target.
    Deferred,
    /// The object could not be brought over.
    Failed,
    /// The object is left out on purpose.
    Skipped,
    /// Somebody should look, but nothing waits for it.
    Warning,
}

/// The open issues of an application, in memory; changes go into a [`Batch`] at the same time.
#[derive(Debug, Default)]
pub(crate) struct Issues {
    open: BTreeMap<Key, OpenIssue>,
    seen: BTreeSet<Key>,
}

/// The object, the member, the code.
type Key = (Box<str>, Box<str>, ErrorCode);

impl Issues {
    pub(crate) async fn load(rows: &Rows, store: &impl StateStore) -> Result<Self, StoreError> {
        let rows = rows.read_all::<OpenIssue>(store, ROOM).await?;
        let open = rows
            .into_iter()
            .map(|(_, issue)| (key(&issue), issue))
            .collect();
        Ok(Self {
            open,
            seen: BTreeSet::new(),
        })
    }

    /// Notes that the issue is there in this cycle; says whether it is worth a log entry.
    pub(crate) fn observe(
        &mut self,
        mut issue: OpenIssue,
        batch: &mut Batch,
    ) -> Result<Novelty, StoreError> {
        let key = key(&issue);
        self.seen.insert(key.clone());
        let novelty = match self.open.get(&key) {
            None => Novelty::New,
            Some(before) if before.kind == IssueKind::Warning && before.reason != issue.reason => {
                Novelty::New
            }
            Some(before) => {
                issue.since = before.since.clone();
                if *before == issue {
                    return Ok(Novelty::Known);
                }
                Novelty::Known
            }
        };
        batch.put(ROOM, &[&key.0, &key.1, key.2.as_str()], &issue)?;
        self.open.insert(key, issue);
        Ok(novelty)
    }

    /// Closes everything that a whole cycle has not met again.
    pub(crate) fn close_unseen(&mut self, batch: &mut Batch) {
        let seen = &self.seen;
        self.open.retain(|key, _| {
            let stays = seen.contains(key);
            if !stays {
                batch.remove(ROOM, &[&key.0, &key.1, key.2.as_str()]);
            }
            stays
        });
    }

    pub(crate) fn has(&self, code: ErrorCode) -> bool {
        self.open.keys().any(|key| key.2 == code)
    }

    pub(crate) fn into_open(self) -> Vec<OpenIssue> {
        self.open.into_values().collect()
    }
}

/// Whether an issue is worth a log entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Novelty {
    Known,
    New,
}

fn key(issue: &OpenIssue) -> Key {
    let member = issue.member.as_ref().map_or("", |member| &*member.id);
    (issue.object.id.clone(), member.into(), issue.code)
}

/// The room that issues are kept in.
pub(crate) const ROOM: &str = "issue";

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use scimkit_store::MemoryState;

    use super::*;
    use crate::ObjectKind;

    fn issue(kind: IssueKind, reason: &str) -> OpenIssue {
        OpenIssue {
            kind,
            object: Named::new(ObjectKind::User, "1", "mira"),
            member: None,
            code: ErrorCode::Conflict,
            reason: reason.into(),
            since: DateTime::from_unix_micros(0),
        }
    }

    /// One cycle that meets these issues; says which of them are new.
    fn cycle(store: &MemoryState, met: &[OpenIssue]) -> Vec<Novelty> {
        let rows = Rows::of("netskope");
        let mut issues = block_on(Issues::load(&rows, store)).unwrap();
        let mut batch = Batch::new(&rows);
        let novelties = met
            .iter()
            .map(|issue| issues.observe(issue.clone(), &mut batch).unwrap())
            .collect();
        issues.close_unseen(&mut batch);
        block_on(batch.commit(store)).unwrap();
        assert_eq!(issues.into_open().len(), met.len());
        novelties
    }

    #[test]
    fn an_issue_is_new_once_until_it_is_closed() {
        let store = MemoryState::new();
        let failed = issue(IssueKind::Failed, "in the way");
        assert_eq!(cycle(&store, std::slice::from_ref(&failed)), [Novelty::New]);
        assert_eq!(
            cycle(&store, &[issue(IssueKind::Failed, "still in the way")]),
            [Novelty::Known]
        );
        assert_eq!(cycle(&store, &[]), []);
        assert_eq!(cycle(&store, &[failed]), [Novelty::New]);
    }

    #[test]
    fn a_warning_is_new_when_it_says_something_else() {
        let store = MemoryState::new();
        assert_eq!(
            cycle(&store, &[issue(IssueKind::Warning, "a")]),
            [Novelty::New]
        );
        assert_eq!(
            cycle(&store, &[issue(IssueKind::Warning, "a")]),
            [Novelty::Known]
        );
        assert_eq!(
            cycle(&store, &[issue(IssueKind::Warning, "b")]),
            [Novelty::New]
        );
    }
}
