//! The target: our own service on the memory store, without sockets.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use scimkit::{
    client::{
        bytes::Bytes,
        http::{Method, Request, Response, request::Parts},
    },
    schema::{Name, Resource, ResourceId, SchemaSet},
    server::{Access, Authenticator, Denied, Profile, Service, block_on},
    store::{Event, EventQuery, MemoryStore, Query, Relation, Scope, Start, Store},
};

use crate::clock::{Numbers, Time};

/// A tenant that holds what the engine brings, and a few accounts of its own. Clones are the same.
#[derive(Clone)]
pub(crate) struct Tenant {
    service: Service<Door>,
    store: MemoryStore,
    is_open: Arc<AtomicBool>,
}

/// Lets everybody in while it is open.
#[derive(Clone)]
struct Door {
    store: MemoryStore,
    is_open: Arc<AtomicBool>,
}

impl Authenticator for Door {
    type Store = MemoryStore;

    async fn authenticate(&self, _: &Parts) -> Result<Access<MemoryStore>, Denied> {
        if self.is_open.load(Ordering::Relaxed) {
            Ok(Access::new(self.store.clone(), "engine", Scope::ReadWrite))
        } else {
            Err(Denied::Invalid)
        }
    }
}

/// What a tenant holds at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    pub(crate) users: BTreeMap<String, Arc<Resource>>,
    pub(crate) groups: BTreeMap<String, Arc<Resource>>,
    pub(crate) members: BTreeMap<String, BTreeSet<String>>,
}

impl Tenant {
    pub(crate) fn new(profile: Profile, has_unique_names: bool, time: &Time) -> Self {
        let schemas = Arc::new(if has_unique_names {
            SchemaSet::core_with_unique_group_names()
        } else {
            SchemaSet::core()
        });
        let store = MemoryStore::new(schemas.clone());
        let is_open = Arc::new(AtomicBool::new(true));
        let door = Door {
            store: store.clone(),
            is_open: is_open.clone(),
        };
        let ids = Arc::new(Numbers::new("target-"));
        let service = Service::new(door, schemas, Arc::new(time.clone()), ids)
            .with_profile(profile)
            .with_base_path("/scim/v2");
        Self {
            service,
            store,
            is_open,
        }
    }

    /// Lets requests in from now on, or not.
    pub(crate) fn open(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::Relaxed);
    }

    pub(crate) fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        block_on(self.service.handle(request))
    }

    /// Somebody else than the engine does something.
    pub(crate) fn act(&self, method: Method, path: &str, body: &str) {
        let request = Request::builder()
            .method(method)
            .uri(format!("{BASE}{path}"))
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let answer = self.answer(request);
        let (status, body) = (answer.status(), answer.into_body());
        assert!(status.is_success(), "{path}: {status} {body:?}");
    }

    /// What happened after the event of this number.
    pub(crate) fn events(&self, after: u64) -> Vec<Event> {
        block_on(
            self.store
                .events(&EventQuery::after(after).with_limit(usize::MAX)),
        )
        .unwrap()
    }

    pub(crate) fn picture(&self) -> Picture {
        let mut picture = Picture::default();
        for (name, resources) in [("User", &mut picture.users), ("Group", &mut picture.groups)] {
            let query = Query::new([Name::from(name)]).with_page(Start::Index(0), usize::MAX);
            for stored in block_on(self.store.query(&query)).unwrap().items {
                resources.insert(stored.key.id.to_string(), stored.document);
            }
        }
        for group in picture.groups.keys() {
            let of = Relation::MembersOf(ResourceId::new(group).unwrap());
            let members = block_on(self.store.members(&of, None, usize::MAX)).unwrap();
            let members = members.into_iter().map(|member| member.id.to_string());
            picture.members.insert(group.clone(), members.collect());
        }
        picture
    }
}

/// The address of the tenant.
pub(crate) const BASE: &str = "https://tenant.harborline.example/scim/v2";
