//! The transport between the engine and the target: it counts, it watches, and it breaks.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
};

use scimkit::{
    client::{
        Transport, TransportError,
        bytes::Bytes,
        http::{Method, Request, Response, header},
    },
    protocol::ListQuery,
};
use serde_json::{Value, json};

use crate::{
    clock::Time,
    dice::Dice,
    faults::{Fault, answer, scim_error},
    tenant::Tenant,
};

/// What a target always does its own way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Quirk {
    None,
    /// Every list holds everybody.
    IgnoresFilters,
    /// A list with somebody says that there are more.
    LiesAboutTotals,
    /// A create is carried out and answered with 409.
    LateConflict,
    /// PATCH is not implemented.
    NoPatch,
}

/// What a target does its own way with many objects in one request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum BulkQuirk {
    None,
    /// Of several terms that `or` joins, it looks at the first.
    FirstTermOnly,
    /// It does not say what became of one of the operations.
    ForgetsResults,
    /// It says that it has bulk, and refuses it.
    Refuses,
}

/// Clones are the same.
#[derive(Clone)]
pub(crate) struct Wire {
    tenant: Tenant,
    time: Time,
    quirk: Quirk,
    bulk: BulkQuirk,
    /// Whether nobody can take a group twice for one: names are unique, as those of users are.
    has_unique_names: bool,
    cycle: Arc<Mutex<Cycle>>,
}

/// What is known of the requests of one cycle.
#[derive(Debug)]
struct Cycle {
    dice: Dice,
    faults: BTreeMap<usize, Fault>,
    /// As `POST /Users`, with what became of it.
    trace: Vec<String>,
    writes: usize,
    is_revoked: bool,
    /// When the next request may be sent, in microseconds.
    not_before: i64,
    wrongs: Vec<String>,
}

impl Wire {
    pub(crate) fn new(
        tenant: Tenant,
        time: Time,
        quirk: Quirk,
        has_unique_names: bool,
        dice: Dice,
    ) -> Self {
        let cycle = Cycle {
            dice,
            faults: BTreeMap::new(),
            trace: Vec::new(),
            writes: 0,
            is_revoked: false,
            not_before: i64::MIN,
            wrongs: Vec::new(),
        };
        Self {
            tenant,
            time,
            quirk,
            bulk: BulkQuirk::None,
            has_unique_names,
            cycle: Arc::new(Mutex::new(cycle)),
        }
    }

    pub(crate) fn with_bulk_quirk(self, bulk: BulkQuirk) -> Self {
        Self { bulk, ..self }
    }

    fn cycle(&self) -> MutexGuard<'_, Cycle> {
        self.cycle.lock().unwrap()
    }

    /// A new cycle begins, with faults at these requests.
    pub(crate) fn begin(&self, faults: BTreeMap<usize, Fault>) {
        self.tenant.open(true);
        let mut cycle = self.cycle();
        cycle.faults = faults;
        cycle.trace.clear();
        cycle.writes = 0;
        cycle.is_revoked = false;
    }

    /// The engine is another one, which cannot know what the one before was told.
    pub(crate) fn forget(&self) {
        self.cycle().not_before = i64::MIN;
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.cycle().trace.clone()
    }

    /// How many requests of the cycle asked for a change.
    pub(crate) fn writes(&self) -> usize {
        self.cycle().writes
    }

    /// What the engine must not have done.
    pub(crate) fn take_wrongs(&self) -> Vec<String> {
        std::mem::take(&mut self.cycle().wrongs)
    }

    /// Counts a request and says what becomes of it.
    fn admit(&self, request: &Request<Bytes>) -> Option<Fault> {
        let mut cycle = self.cycle();
        self.time.pass_millis(50);
        let fault = cycle.faults.get(&cycle.trace.len()).copied();
        if let Some(Fault::ClockJump(seconds)) = fault {
            self.time.pass_millis(seconds * 1_000);
            cycle.not_before = i64::MIN;
        }
        let name = format!("{} {}", request.method(), request.uri());
        if self.time.micros() < cycle.not_before {
            cycle
                .wrongs
                .push(format!("`{name}` came before Retry-After"));
        }
        if cycle.is_revoked {
            cycle.wrongs.push(format!("`{name}` came after a 401"));
        }
        if request.method() != Method::GET {
            cycle.writes += 1;
        }
        let shown = fault.map_or_else(String::new, |fault| format!(" ({fault:?})"));
        cycle.trace.push(format!("{name}{shown}"));
        fault
    }

    /// What the target does, quirks and all.
    fn perform(&self, request: Request<Bytes>) -> Response<Bytes> {
        let is_bulk = request.uri().path().ends_with("/Bulk");
        match self.bulk {
            BulkQuirk::FirstTermOnly if is_list(&request) => {
                self.perform_alone(first_term_only(request))
            }
            BulkQuirk::ForgetsResults if is_bulk => {
                let number = self.cycle().dice.below(1_000);
                edited(self.perform_alone(request), |answer| {
                    let results = answer["Operations"].as_array_mut().unwrap();
                    results.swap_remove(number % results.len());
                })
            }
            BulkQuirk::Refuses if is_bulk => scim_error(413),
            _ => self.perform_alone(request),
        }
    }

    fn perform_alone(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        if self.quirk == Quirk::NoPatch {
            if method == Method::PATCH {
                return scim_error(501);
            }
            if uri.path().ends_with("/ServiceProviderConfig") {
                return edited(self.tenant.answer(request), |config| {
                    config["patch"]["supported"] = json!(false);
                });
            }
        }
        if self.quirk == Quirk::IgnoresFilters && is_list(&request) {
            return self.everybody(request);
        }
        let response = self.tenant.answer(request);
        match self.quirk {
            Quirk::LiesAboutTotals if uri.query().is_some() && method == Method::GET => {
                edited(response, |list| {
                    if list["totalResults"].as_u64().is_some_and(|total| total > 0) {
                        list["totalResults"] = json!(7);
                    }
                })
            }
            Quirk::LateConflict if method == Method::POST && response.status() == 201 => {
                scim_error(409)
            }
            _ => response,
        }
    }

    /// The list that was asked for, as if nothing had been asked.
    fn everybody(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (mut head, body) = request.into_parts();
        head.uri = head
            .uri
            .to_string()
            .split('?')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        self.tenant.answer(Request::from_parts(head, body))
    }

    fn spoil(
        &self,
        fault: Fault,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let is_list = is_list(&request);
        let is_group = request.uri().path().contains("/Groups")
            || String::from_utf8_lossy(request.body()).contains("\"/Groups\"");
        match fault {
            Fault::NoConnection(kind) | Fault::LostRequest(kind) => Err(TransportError::new(kind)),
            Fault::LostAnswer(kind) => {
                self.perform(request);
                Err(TransportError::new(kind))
            }
            Fault::Status(status, retry_after) => {
                let mut response = scim_error(status);
                if !retry_after.is_empty() {
                    let value = retry_after.parse().unwrap();
                    response.headers_mut().insert(header::RETRY_AFTER, value);
                }
                let seconds = retry_after.parse().unwrap_or(0_i64);
                if (1..=LONGEST_WAIT).contains(&seconds) {
                    self.cycle().not_before = self.time.micros() + seconds * 1_000_000;
                }
                Ok(response)
            }
            Fault::DoneButStatus(status) => {
                self.perform(request);
                Ok(scim_error(status))
            }
            Fault::Page(status) => Ok(answer(status, "text/html", "<html>One moment</html>")),
            Fault::DoneButPage => {
                self.perform(request);
                Ok(answer(200, "text/html", "<html>Sign in</html>"))
            }
            Fault::HalfAnswer => {
                let mut response = self.perform(request);
                let half = response.body().len() / 2;
                response.body_mut().truncate(half);
                Ok(response)
            }
            Fault::EmptyAnswer => {
                let response = self.perform(request);
                if response.status().is_success() {
                    return Ok(answer(200, "application/scim+json", ""));
                }
                Ok(response)
            }
            Fault::NoRoute => Ok(answer(404, "application/json", r#"{"message":"no route"}"#)),
            Fault::Redirect(status) => {
                let mut response = answer(status, "text/html", "");
                let elsewhere = "https://sign-in.harborline.example/".parse().unwrap();
                response.headers_mut().insert(header::LOCATION, elsewhere);
                Ok(response)
            }
            // nobody could tell two groups of one name from a group that was there before
            Fault::Twice
                if self.has_unique_names || !is_group || request.method() != Method::POST =>
            {
                self.perform(request.clone());
                Ok(self.perform(request))
            }
            // what hides the engine's own work from it can lead to anything
            Fault::NobodyThere if is_list && (self.has_unique_names || !is_group) => {
                Ok(edited(self.perform(request), |list| {
                    let resources = list["Resources"].as_array_mut().unwrap();
                    resources.retain(|resource| !resource["externalId"].is_null());
                    list["totalResults"] = json!(resources.len());
                }))
            }
            Fault::WrongHit if is_list => {
                let number = self.cycle().dice.below(1_000);
                Ok(edited(self.everybody(request), |list| {
                    let resources = list["Resources"].as_array_mut().unwrap();
                    if !resources.is_empty() {
                        let one = resources.swap_remove(number % resources.len());
                        *resources = vec![one];
                    }
                    list["totalResults"] = json!(resources.len());
                }))
            }
            Fault::Everybody if is_list => Ok(self.everybody(request)),
            Fault::WrongTotal(total) if is_list => Ok(edited(self.perform(request), |list| {
                list["totalResults"] = json!(total);
            })),
            Fault::Revoked => {
                self.tenant.open(false);
                self.cycle().is_revoked = true;
                Ok(self.tenant.answer(request))
            }
            _ => Ok(self.perform(request)),
        }
    }
}

impl Transport for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        match self.admit(&request) {
            None => Ok(self.perform(request)),
            Some(Fault::KilledBefore) => pending().await,
            Some(Fault::KilledAfter) => {
                self.perform(request);
                pending().await
            }
            Some(fault) => self.spoil(fault, request),
        }
    }
}

fn is_list(request: &Request<Bytes>) -> bool {
    request.method() == Method::GET
        && request
            .uri()
            .query()
            .is_some_and(|query| query.contains("filter="))
}

/// The same question, without what follows the first `or`.
fn first_term_only(request: Request<Bytes>) -> Request<Bytes> {
    let (mut head, body) = request.into_parts();
    let mut query = ListQuery::parse(head.uri.query().unwrap()).unwrap();
    let filter = query.filter.unwrap();
    query.filter = filter.split(" or ").next().map(Into::into);
    let uri = head.uri.to_string();
    let address = uri.split('?').next().unwrap();
    head.uri = format!("{address}?{query}").parse().unwrap();
    Request::from_parts(head, body)
}

/// A JSON answer with something changed in it.
fn edited(response: Response<Bytes>, edit: impl FnOnce(&mut Value)) -> Response<Bytes> {
    if !response.status().is_success() {
        return response;
    }
    let (head, body) = response.into_parts();
    let mut json = serde_json::from_slice(&body).unwrap();
    edit(&mut json);
    Response::from_parts(head, json.to_string().into())
}

/// The longest wait that the engine is held to, in seconds.
const LONGEST_WAIT: i64 = 86_400;
