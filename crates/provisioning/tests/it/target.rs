//! A SCIM target in a few lines, with a trace and faults.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use http::{Method, Request, Response};
use scimkit_client::{Transport, TransportError, TransportErrorKind};
use scimkit_filter::{BoundFilter, Candidate, Filter};
use scimkit_patch::{PatchOp, apply};
use scimkit_protocol::{ErrorResponse, ListQuery, ListResponse};
use scimkit_schema::{
    Compat, Complex, JsonLimits, Resource, ResourceType, Value, core, eq_folded, json,
};

/// A target; clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Target(Arc<Mutex<Tenant>>);

#[derive(Default)]
pub(crate) struct Tenant {
    pub(crate) users: BTreeMap<String, Resource>,
    pub(crate) groups: BTreeMap<String, Resource>,
    pub(crate) members: BTreeMap<String, BTreeSet<String>>,
    /// The requests, as `POST /Users`, with the filter behind a list.
    pub(crate) trace: Vec<String>,
    faults: Vec<(String, usize, Fault)>,
    made: usize,
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// It is done, but the answer is lost.
    LoseAnswer,
    /// It is not done, and there is no connection.
    Refuse,
    /// It is not done, and this is the status.
    Status(u16),
    /// It is done, but this is the status.
    DoneButStatus(u16),
    /// It never arrives: a gateway in front answers that it has no such route.
    NoRoute,
    /// All is well.
    Nothing,
    /// The filter is not looked at.
    IgnoreFilter,
}

impl Target {
    pub(crate) fn tenant(&self) -> MutexGuard<'_, Tenant> {
        self.0.lock().unwrap()
    }

    /// Lets the next `times` requests whose trace begins with `request` go wrong.
    pub(crate) fn fault(&self, request: &str, times: usize, fault: Fault) {
        self.tenant().faults.push((request.into(), times, fault));
    }

    pub(crate) fn heal(&self) {
        self.tenant().faults.clear();
    }

    /// The requests since the last call.
    pub(crate) fn take_trace(&self) -> Vec<String> {
        std::mem::take(&mut self.tenant().trace)
    }

    /// Users and groups with members, one line each.
    pub(crate) fn shown(&self) -> String {
        let tenant = self.tenant();
        let mut text = String::new();
        for user in tenant.users.values() {
            let active = user.get("active").and_then(Value::as_bool);
            writeln!(text, "{} active={active:?}", user.text("userName").unwrap()).unwrap();
        }
        for (id, group) in &tenant.groups {
            let members = tenant.members.get(id).into_iter().flatten();
            let names: Vec<_> = members
                .map(|id| {
                    tenant
                        .users
                        .get(id)
                        .and_then(|user| user.text("userName"))
                        .unwrap_or("?")
                })
                .collect();
            writeln!(text, "{} {names:?}", group.text("displayName").unwrap()).unwrap();
        }
        text
    }
}

impl Transport for Target {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.tenant().answer(&request)
    }
}

impl Tenant {
    fn answer(&mut self, request: &Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let path = request.uri().path().trim_start_matches("/scim").to_owned();
        let query = ListQuery::parse(request.uri().query().unwrap_or_default()).unwrap();
        let mut name = format!("{} {path}", request.method());
        if let Some(filter) = &query.filter {
            write!(name, "?{filter}").unwrap();
        }
        self.trace.push(name.clone());
        let fault = self
            .faults
            .iter_mut()
            .find(|(start, times, _)| *times > 0 && name.starts_with(start.as_str()));
        let fault = fault.map(|(_, times, fault)| {
            *times -= 1;
            *fault
        });
        match fault {
            Some(Fault::Refuse) => return Err(TransportError::new(TransportErrorKind::Connect)),
            Some(Fault::Status(status)) => return Ok(error(status, "not today")),
            Some(Fault::NoRoute) => {
                let mut response = ok(404, r#"{"message":"no route matches"}"#.into());
                let json = "application/json".parse().unwrap();
                response.headers_mut().insert("content-type", json);
                return Ok(response);
            }
            _ => {}
        }
        let answer = self.perform(request, &path, &query, fault == Some(Fault::IgnoreFilter));
        match fault {
            Some(Fault::LoseAnswer) => Err(TransportError::new(TransportErrorKind::Timeout)),
            Some(Fault::DoneButStatus(status)) => Ok(error(status, "it was done, though")),
            _ => Ok(answer),
        }
    }

    fn perform(
        &mut self,
        request: &Request<Bytes>,
        path: &str,
        query: &ListQuery,
        all: bool,
    ) -> Response<Bytes> {
        let mut parts = path.trim_start_matches('/').split('/');
        let is_group = parts.next() == Some("Groups");
        let id = parts.next();
        let resource_type = Arc::new(if is_group {
            core::group_type()
        } else {
            core::user_type()
        });
        let known: BTreeSet<_> = self.users.keys().cloned().collect();
        let members = &mut self.members;
        let resources = if is_group {
            &mut self.groups
        } else {
            &mut self.users
        };
        match (request.method(), id) {
            (&Method::GET, None) => {
                let filter: Filter = query.filter.as_deref().unwrap().parse().unwrap();
                let bound = BoundFilter::bind(&filter, &[resource_type], Compat::strict()).unwrap();
                let hits = resources
                    .values()
                    .filter(|it| all || bound.matches(&Candidate::from(*it)));
                let hits: Vec<_> = hits.cloned().collect();
                ok(200, ListResponse::new(hits.len() as u64, 1, hits).to_json())
            }
            (&Method::POST, None) => {
                let sent = read(&resource_type, request.body());
                let unique = if is_group { "displayName" } else { "userName" };
                let name = sent.text(unique).unwrap();
                if resources
                    .values()
                    .any(|it| eq_folded(it.text(unique).unwrap(), name))
                {
                    return error(409, "taken");
                }
                self.made += 1;
                let id = format!("{}-{}", if is_group { 'g' } else { 'u' }, self.made);
                let created = sent.with("id", &*id);
                resources.insert(id, created.clone());
                ok(201, created.to_string())
            }
            (method, Some(id)) => {
                let unique = if is_group { "displayName" } else { "userName" };
                let others = resources.iter().filter(|(other, _)| *other != id);
                let taken: Vec<_> = others
                    .map(|(_, other)| other.text(unique).unwrap().to_owned())
                    .collect();
                let Some(present) = resources.get_mut(id) else {
                    return error(404, "no such resource");
                };
                match *method {
                    Method::GET => ok(200, present.to_string()),
                    Method::PATCH => {
                        let body =
                            json::parse_object(request.body(), JsonLimits::default()).unwrap();
                        let patch = PatchOp::read(body, Compat::strict()).unwrap().patch;
                        let applied = match apply(present, &patch, &resource_type, Compat::strict())
                        {
                            Ok(applied) => applied,
                            Err(cause) => return error(400, &cause.to_string()),
                        };
                        if let scimkit_patch::MemberChange::Delta { add, .. } = &applied.members
                            && !add.iter().all(|id| known.contains(id.as_str()))
                        {
                            return error(400, "no such member");
                        }
                        let name = applied.document.as_ref().and_then(|it| it.text(unique));
                        if name.is_some_and(|name| taken.iter().any(|it| eq_folded(it, name))) {
                            return error(409, "taken");
                        }
                        if let Some(document) = applied.document {
                            *present = document;
                        }
                        if let scimkit_patch::MemberChange::Delta { add, remove } = applied.members
                        {
                            let members = members.entry(id.to_owned()).or_default();
                            members.extend(add.iter().map(ToString::to_string));
                            members.retain(|member| !remove.iter().any(|id| id.as_str() == member));
                        }
                        ok(204, String::new())
                    }
                    Method::DELETE => {
                        resources.remove(id);
                        members.remove(id);
                        for members in members.values_mut() {
                            members.remove(id);
                        }
                        ok(204, String::new())
                    }
                    _ => error(405, "no"),
                }
            }
            _ => error(405, "no"),
        }
    }
}

fn read(resource_type: &ResourceType, body: &[u8]) -> Resource {
    let body: Complex = json::parse_object(body, JsonLimits::default()).unwrap();
    resource_type.adopt(Resource::from(body))
}

fn ok(status: u16, body: String) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .body(body.into())
        .unwrap()
}

fn error(status: u16, detail: &str) -> Response<Bytes> {
    ok(status, ErrorResponse::new(status, detail).to_json())
}
