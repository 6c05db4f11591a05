use std::future::{Future, ready};

use scimkit_filter::Related;
use scimkit_schema::{DateTime, ResourceId};

use crate::{
    Event, EventQuery, Key, Page, Query, StoreError, Stored, TenantId, TokenRow, Write, Written,
};

/// What a store answers.
pub type Answer<T> = Result<T, StoreError>;

/// One tenant's resources: holding the handle is the permission to reach them. Three methods are required.
pub trait Store: Send + Sync {
    /// Reads one resource, without its members.
    fn get(&self, key: &Key) -> impl Future<Output = Answer<Option<Stored>>> + Send;

    /// Reads one resource and the first groups that it is in, as [`members`](Self::members) tells them; none where there are no groups. Most
    /// requests about a user need both, so a store that asks a database answers it with one statement.
    fn get_with_groups(
        &self,
        key: &Key,
        limit: usize,
    ) -> impl Future<Output = Answer<Option<(Stored, Vec<Related>)>>> + Send {
        async move {
            let Some(stored) = self.get(key).await? else {
                return Ok(None);
            };
            let of = Relation::GroupsOf(key.id.clone());
            match self.members(&of, None, limit).await {
                Err(StoreError::Unsupported(_)) => Ok(Some((stored, Vec::new()))),
                groups => Ok(Some((stored, groups?))),
            }
        }
    }

    /// Reads one page of what the query selects. [`Query::select`] does it over any iterator, for stores without an index.
    fn query(&self, query: &Query) -> impl Future<Output = Answer<Page>> + Send;

    /// Does the whole write with its member changes and its event in one transaction, or nothing.
    fn write(&self, write: Write) -> impl Future<Output = Answer<Written>> + Send;

    /// Does several independent writes, each with its own outcome. A SQL store may share one commit.
    fn write_all(&self, writes: Vec<Write>) -> impl Future<Output = Vec<Answer<Written>>> + Send {
        async {
            let mut done = Vec::with_capacity(writes.len());
            for write in writes {
                done.push(self.write(write).await);
            }
            done
        }
    }

    /// Reads one page of the membership relation, in the order of ids. A store without groups keeps the default.
    fn members(
        &self,
        _of: &Relation,
        _after: Option<&ResourceId>,
        _limit: usize,
    ) -> impl Future<Output = Answer<Vec<Related>>> + Send {
        ready(Err(StoreError::Unsupported("membership")))
    }

    /// The first groups of each of some members: what [`members`](Self::members) answers for [`Relation::GroupsOf`] each of them, in the
    /// order of `members`. A page of users needs it, so a store that asks a database answers it with one statement.
    fn groups_of_all(
        &self,
        members: &[ResourceId],
        limit: usize,
    ) -> impl Future<Output = Answer<Vec<Vec<Related>>>> + Send {
        async move {
            let mut all = Vec::with_capacity(members.len());
            for member in members {
                let of = Relation::GroupsOf(member.clone());
                all.push(self.members(&of, None, limit).await?);
            }
            Ok(all)
        }
    }

    /// Reads events in the order of commits; their numbers have no gaps. A store that keeps none keeps the default.
    fn events(&self, _query: &EventQuery) -> impl Future<Output = Answer<Vec<Event>>> + Send {
        ready(Err(StoreError::Unsupported("event log")))
    }

    /// Forgets the oldest events: all up to the first one that did not happen before this. What is kept keeps its numbers, and the next
    /// event has the next one. Gives how many went. A store that keeps everything keeps the default.
    fn forget_events(&self, _before: &DateTime) -> impl Future<Output = Answer<u64>> + Send {
        ready(Err(StoreError::Unsupported("retention of events")))
    }
}

/// A side of the membership relation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Relation {
    /// The members of a group.
    MembersOf(ResourceId),
    /// The groups that a resource is a direct member of.
    GroupsOf(ResourceId),
    /// Those of `ids` that are members of the group.
    Among {
        /// The group.
        group: ResourceId,
        /// The ids to look for.
        ids: Vec<ResourceId>,
    },
}

/// Opens tenants. An application with one tenant does not need it: its [`Store`] is the handle.
pub trait Tenants: Send + Sync {
    /// The handle of one tenant.
    type Store: Store + Clone + 'static;

    /// Opens a tenant, if there is one.
    fn open(&self, tenant: &TenantId) -> impl Future<Output = Answer<Option<Self::Store>>> + Send;
}

/// Tokens at rest, found by look-up id; only a hash is here.
pub trait Tokens: Send + Sync {
    /// The token with this look-up id.
    fn find(&self, lookup: &str) -> impl Future<Output = Answer<Option<TokenRow>>> + Send;

    /// Every token of a tenant, in the order of creation.
    fn list(&self, tenant: &TenantId) -> impl Future<Output = Answer<Vec<TokenRow>>> + Send;

    /// Adds a token, or replaces the one with its look-up id.
    fn put(&self, row: TokenRow) -> impl Future<Output = Answer<()>> + Send;

    /// Notes that a token was used. It never goes back: it shows at once from memory and is persisted at most once a minute per token.
    fn touch(&self, lookup: &str, at: DateTime) -> impl Future<Output = Answer<()>> + Send;
}

/// The provisioning engine's memory: ordered keys, atomic batches. What the bytes mean is typed above it.
pub trait StateStore: Send + Sync {
    /// Entries with `from <= key < to`, in the order of keys, at most `limit`.
    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> impl Future<Output = Answer<Vec<Entry>>> + Send;

    /// Puts and removes (`None`) entries, all of them or none.
    fn commit(&self, edits: Vec<Edit>) -> impl Future<Output = Answer<()>> + Send;
}

/// A key of a [`StateStore`] with its value.
pub type Entry = (Box<[u8]>, Box<[u8]>);

/// A key of a [`StateStore`] with its new value, or none to remove it.
pub type Edit = (Box<[u8]>, Option<Box<[u8]>>);
