//! A tenant to ask: a service on the memory store with a clock that is moved by hand.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use scimkit_schema::{Clock, DateTime, IdSource, Random, ResourceId, SchemaSet};
use scimkit_server::{
    BearerTokens, Profile, Service, block_on,
    bytes::Bytes,
    http::{Method, Request, Response, StatusCode},
};
use scimkit_store::{
    Event, EventQuery, MemoryStore, MemoryTenants, MemoryTokens, Scope, Store, TenantId,
};
use serde_json::Value;

/// Made once: some tests open thousands of tenants.
static SCHEMAS: LazyLock<SchemaSet> = LazyLock::new(SchemaSet::core_with_unique_group_names);

pub(crate) struct Tenant {
    pub(crate) service: Service<BearerTokens<MemoryTenants, MemoryTokens>>,
    pub(crate) tokens: BearerTokens<MemoryTenants, MemoryTokens>,
    pub(crate) store: MemoryStore,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) token: String,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) response: Response<Bytes>,
}

impl Tenant {
    pub(crate) fn new(profile: Profile) -> Self {
        Self::named("harborline", profile)
    }

    pub(crate) fn named(name: &str, profile: Profile) -> Self {
        Self::with_schemas(name, profile, SCHEMAS.clone())
    }

    pub(crate) fn with_schemas(name: &str, profile: Profile, schemas: SchemaSet) -> Self {
        Self::among(
            (MemoryTenants::new(), MemoryTokens::new()),
            name,
            profile,
            schemas,
            0,
        )
    }

    /// Two tenants of one application: their tokens lie in one store. No id and no secret of one is one of the other.
    pub(crate) fn neighbours() -> [Self; 2] {
        let stores = (MemoryTenants::new(), MemoryTokens::new());
        [("harborline", 0), ("quayside", 5_000)].map(|(name, first)| {
            let profile = Profile::default();
            Self::among(stores.clone(), name, profile, SCHEMAS.clone(), first)
        })
    }

    fn among(
        (tenants, tokens): (MemoryTenants, MemoryTokens),
        name: &str,
        profile: Profile,
        schemas: SchemaSet,
        first: u64,
    ) -> Self {
        let schemas = Arc::new(schemas);
        let name = TenantId::new(name).unwrap();
        let store = tenants.create(name.clone(), schemas.clone());
        let clock = Arc::new(HandClock::default());
        let tokens = BearerTokens::new(name, tenants, tokens, clock.clone());
        let random = Counting::from(first / 100);
        let issued = block_on(tokens.issue("Azure AD", Scope::ReadWrite, None, &random)).unwrap();
        let service = Service::new(
            tokens.clone(),
            schemas,
            clock.clone(),
            Arc::new(Counting::from(first)),
        )
        .with_base_path("/scim/v2")
        .with_public_url("https://tenant.example/scim/v2")
        .with_profile(profile);
        Self {
            service,
            tokens,
            store,
            clock,
            token: issued.secret.expose().to_owned(),
        }
    }

    pub(crate) fn send(&self, method: Method, path: &str, body: &str) -> Answer {
        self.send_with(method, path, &[], body)
    }

    pub(crate) fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Bytes::from(body.to_owned())).unwrap())
    }

    pub(crate) fn answer(&self, request: Request<Bytes>) -> Answer {
        let response = self.service.handle_blocking(request);
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        Answer {
            status: response.status(),
            body,
            response,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "")
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.send(Method::POST, path, body)
    }

    pub(crate) fn patch(&self, path: &str, operations: &str) -> Answer {
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{operations}}}"#
        );
        self.send(Method::PATCH, path, &body)
    }

    /// Creates a user and gives its id.
    pub(crate) fn user(&self, name: &str) -> String {
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{name}"}}"#
        );
        let answer = self.post("/Users", &body);
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Creates a group of these members and gives its id.
    pub(crate) fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<_> = members
            .iter()
            .map(|id| format!(r#"{{"value":"{id}"}}"#))
            .collect();
        let answer = self.post(
            "/Groups",
            &format!(
                r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{name}","members":[{}]}}"#,
                members.join(",")
            ),
        );
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        block_on(self.store.events(&EventQuery::after(0).with_limit(1_000))).unwrap()
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }

    /// `status scimType: detail`, as the error body has them.
    pub(crate) fn error(&self) -> String {
        assert_eq!(
            self.body["status"],
            self.status.as_u16().to_string(),
            "{}",
            self.body
        );
        let scim_type = self.body["scimType"].as_str().unwrap_or("-");
        format!("{} {scim_type}: {}", self.status.as_u16(), self.detail())
    }
}

pub(crate) struct HandClock(AtomicI64);

impl Default for HandClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_767_600_000_000_000))
    }
}

impl HandClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime {
        DateTime::from_unix_micros(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Counting {
    pub(crate) fn from(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

impl IdSource for Counting {
    fn next_id(&self) -> ResourceId {
        ResourceId::new(&format!("id-{:04}", self.next())).unwrap()
    }
}

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for (byte, value) in bytes.iter_mut().zip(self.next()..) {
            *byte = value.to_le_bytes()[0];
        }
    }
}
