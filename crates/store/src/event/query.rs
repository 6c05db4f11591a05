use scimkit_schema::DateTime;

use crate::{Event, Key};

/// Which events are wanted. By default the first 100 of all.
///
/// Pages follow each other by number: the next one begins after the last [`Event::seq`] of the one before.
///
/// ```
/// use scimkit_store::EventQuery;
///
/// let query = EventQuery::after(40).with_limit(10).with_actor("Azure AD");
/// assert_eq!((query.after, query.limit), (40, 10));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EventQuery {
    /// Only events with a higher number.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
    /// Only those of one resource.
    pub resource: Option<Key>,
    /// Only those of one actor.
    pub actor: Option<Box<str>>,
    /// Only those of this time and later.
    pub since: Option<DateTime>,
    /// Only those before this time.
    pub until: Option<DateTime>,
}

impl Default for EventQuery {
    fn default() -> Self {
        Self::after(0)
    }
}

impl EventQuery {
    /// The first 100 events behind this number.
    #[must_use]
    pub const fn after(seq: u64) -> Self {
        Self {
            after: seq,
            limit: 100,
            resource: None,
            actor: None,
            since: None,
            until: None,
        }
    }

    /// This, with at most `limit` events.
    #[must_use]
    pub const fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// This, about one resource only, which may be long gone.
    #[must_use]
    pub fn with_resource(mut self, key: Key) -> Self {
        self.resource = Some(key);
        self
    }

    /// This, of what one actor did.
    #[must_use]
    pub fn with_actor(mut self, actor: impl Into<Box<str>>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// This, from `since` on.
    #[must_use]
    pub fn with_since(mut self, since: DateTime) -> Self {
        self.since = Some(since);
        self
    }

    /// This, up to but without `until`.
    #[must_use]
    pub fn with_until(mut self, until: DateTime) -> Self {
        self.until = Some(until);
        self
    }

    /// Whether an event is wanted.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        let at = event.draft.at.unix_micros();
        let (since, until) = (&self.since, &self.until);
        event.seq > self.after
            && self.resource.as_ref().is_none_or(|key| *key == event.key)
            && self
                .actor
                .as_ref()
                .is_none_or(|actor| *actor == event.draft.actor)
            && since.as_ref().is_none_or(|since| since.unix_micros() <= at)
            && until.as_ref().is_none_or(|until| at < until.unix_micros())
    }
}
