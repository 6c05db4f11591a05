use scimkit_schema::{DateTime, ResourceId};
use scimkit_store::{Action, Event, EventQuery, Key, Store, StoreError};

use super::{Principal, PrincipalKind, Principals, principal};

/// What stands behind an id that a policy keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The id.
    pub id: ResourceId,
    /// What became of it.
    pub standing: Standing,
}

/// What became of a principal.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It is there; [`Principal::is_active`] says whether it may still be picked.
    Present(Principal),
    /// It was deleted: the policy has a dangling reference.
    Deleted {
        /// What it was.
        kind: PrincipalKind,
        /// What it was called last.
        name: Option<Box<str>>,
        /// When it went.
        at: DateTime,
    },
    /// The tenant never had it, or its event log does not reach back so far.
    Unknown,
}

impl<S: Store> Principals<'_, S> {
    /// What stands behind these ids, in their order: names for a policy to show, and the references that dangle.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn resolve(&self, ids: &[ResourceId]) -> Result<Vec<Resolved>, StoreError> {
        let mut resolved = Vec::with_capacity(ids.len());
        for id in ids {
            let standing = match self.present(id).await? {
                Some(principal) => Standing::Present(principal),
                None => self.departed(id).await?,
            };
            let id = id.clone();
            resolved.push(Resolved { id, standing });
        }
        Ok(resolved)
    }

    async fn present(&self, id: &ResourceId) -> Result<Option<Principal>, StoreError> {
        for kind in KINDS {
            if let Some(stored) = self.store.get(&key(kind, id)).await? {
                return Ok(Some(principal(kind, &stored)));
            }
        }
        Ok(None)
    }

    /// Reads the end of a resource off the event log.
    async fn departed(&self, id: &ResourceId) -> Result<Standing, StoreError> {
        for kind in KINDS {
            let last = match self.last_event(key(kind, id)).await {
                Err(StoreError::Unsupported(_)) => return Ok(Standing::Unknown),
                last => last?,
            };
            if let Some(Event { draft, .. }) = last.filter(|it| it.draft.action == Action::Delete) {
                let (name, at) = (draft.name, draft.at);
                return Ok(Standing::Deleted { kind, name, at });
            }
        }
        Ok(Standing::Unknown)
    }

    async fn last_event(&self, key: Key) -> Result<Option<Event>, StoreError> {
        let mut query = EventQuery::default().with_resource(key);
        let mut last = None;
        loop {
            let mut page = self.store.events(&query).await?;
            let is_last = page.len() < query.limit;
            if let Some(event) = page.pop() {
                query.after = event.seq;
                last = Some(event);
            }
            if is_last {
                return Ok(last);
            }
        }
    }
}

const KINDS: [PrincipalKind; 2] = [PrincipalKind::User, PrincipalKind::Group];

fn key(kind: PrincipalKind, id: &ResourceId) -> Key {
    Key::new(kind.type_name().into(), id.clone())
}
