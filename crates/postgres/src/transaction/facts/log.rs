use scimkit_schema::{ResourceId, Version};
use scimkit_sql::{codec, postgres};
use scimkit_store::{Draft, Key, Write};

use crate::{error::Trouble, session::Session, store::rows::plain};

/// The events of a transaction, numbered.
#[derive(Debug)]
pub(in crate::transaction) struct Log {
    first: i64,
    events: Vec<Numbered>,
}

#[derive(Debug)]
struct Numbered {
    seq: i64,
    key: Key,
    before: Option<i64>,
    after: Option<i64>,
    draft: Draft,
}

impl Log {
    /// No events yet; the first one gets this number.
    pub(in crate::transaction) const fn starting_with(first: i64) -> Self {
        Self {
            first,
            events: Vec::new(),
        }
    }

    /// The number of the next event.
    pub(super) fn next(&self) -> i64 {
        self.last().map_or(self.first, |last| last + 1)
    }

    /// The number of the last event, if there is one.
    pub(in crate::transaction) fn last(&self) -> Option<i64> {
        self.events.last().map(|event| event.seq)
    }

    pub(super) fn add(
        &mut self,
        write: &Write,
        before: Option<&Version>,
        after: Option<&Version>,
        left_out: &[ResourceId],
    ) {
        let number = |version: Option<&Version>| version?.number()?.try_into().ok();
        let mut draft = write.event.clone();
        draft.note_left_out(left_out);
        self.events.push(Numbered {
            seq: self.next(),
            key: write.key.clone(),
            before: number(before),
            after: number(after),
            draft,
        });
    }

    /// Writes the events, and which number comes next. The last one carries the mark of the transaction.
    pub(in crate::transaction) async fn store(
        &self,
        session: &Session,
        tid: i64,
        mark: &str,
    ) -> Result<(), Trouble> {
        let events = &self.events;
        let (last, next) = (self.last(), self.next());
        let seqs: Vec<_> = events.iter().map(|event| event.seq).collect();
        let names: Vec<_> = events
            .iter()
            .map(|event| event.key.type_name.as_str())
            .collect();
        let ids: Vec<_> = events.iter().map(|event| event.key.id.as_str()).collect();
        let actions: Vec<_> = events
            .iter()
            .map(|event| event.draft.action.as_str())
            .collect();
        let before: Vec<_> = events.iter().map(|event| event.before).collect();
        let after: Vec<_> = events.iter().map(|event| event.after).collect();
        let times: Vec<_> = events
            .iter()
            .map(|event| event.draft.at.unix_micros())
            .collect();
        let actors: Vec<_> = events
            .iter()
            .map(|event| plain(&event.draft.actor))
            .collect();
        let shown: Vec<_> = events
            .iter()
            .map(|event| event.draft.name.as_deref().map(plain))
            .collect();
        let details: Vec<_> = events
            .iter()
            .map(|event| codec::write_details(&event.draft))
            .collect();
        let marks: Vec<_> = events
            .iter()
            .map(|event| Some(mark).filter(|_| Some(event.seq) == last))
            .collect();
        session
            .change(
                events.len(),
                postgres::ADD_EVENTS,
                &[
                    &tid, &seqs, &names, &ids, &actions, &before, &after, &times, &actors, &shown,
                    &details, &marks, &next,
                ],
            )
            .await
    }
}
