//! A cycle of which nothing is sent and nothing is kept.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use scimkit_client::{Transport, TransportError, TransportErrorKind, url::Url};
use scimkit_protocol::media_type::SCIM_JSON;
use scimkit_schema::{JsonLimits, Resource};
use scimkit_store::StateStore;

use super::Engine;
use crate::{
    CycleError, CycleReport, Directory, DirectoryError, LogEntry, OpenIssue, Progress, Snapshot,
    draft::Draft,
};

/// What a cycle would do.
#[derive(Debug)]
#[non_exhaustive]
pub struct DryRun {
    /// How it would end.
    pub outcome: Result<CycleReport, CycleError>,
    /// What the log would say.
    pub entries: Vec<LogEntry>,
    /// What would stand open afterwards, whether or not it does already.
    pub issues: Vec<OpenIssue>,
}

impl<D: Directory, T: Transport, S: StateStore> Engine<D, T, S> {
    /// Goes through a cycle as it would be now, whether provisioning is on or not. The directory and the target are read, nothing is
    /// written to the target, and the state stays as it is.
    ///
    /// It is the cycle itself, with answers made up for what would be sent. What the target would refuse does not show.
    ///
    /// # Errors
    /// [`CycleErrorKind::Store`](crate::CycleErrorKind::Store). Why the cycle would fail is in the [`outcome`](DryRun::outcome).
    pub async fn dry_run(
        &self,
        observer: &(dyn Fn(Progress) + Sync),
    ) -> Result<DryRun, CycleError> {
        let before = self.log_end().await?;
        let base = self.client.base().url().clone();
        let client = self.client.over(|transport| Silent::new(transport, base));
        let mut engine = Engine::new(
            self.application.clone(),
            Borrowed(&self.directory),
            client,
            Draft::over(&self.state),
            self.clock.clone(),
            self.ids.clone(),
        );
        engine.context = self.context.clone();
        engine.is_dry = true;
        engine.start().await?;
        let outcome = engine.cycle(observer).await;
        Ok(DryRun {
            outcome,
            entries: engine.log(before, usize::MAX).await?,
            issues: engine.open_issues().await?,
        })
    }
}

struct Borrowed<'d, D>(&'d D);

impl<D: Directory> Directory for Borrowed<'_, D> {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        self.0.snapshot().await
    }

    fn name(&self) -> Box<str> {
        self.0.name()
    }
}

/// Sends what reads, and makes up the answers to what would write.
struct Silent<'t, T> {
    inner: &'t T,
    base: Url,
    made: AtomicU64,
    /// What was created, by path.
    created: Mutex<Vec<(String, Bytes)>>,
}

impl<'t, T> Silent<'t, T> {
    fn new(inner: &'t T, base: Url) -> Self {
        Self {
            inner,
            base,
            made: AtomicU64::new(0),
            created: Mutex::default(),
        }
    }

    /// Whether the request is for the target, and not for a token endpoint.
    fn is_for_target(&self, request: &Request<Bytes>) -> bool {
        let Ok(url) = Url::parse(&request.uri().to_string()) else {
            return false;
        };
        let below = url.path().strip_prefix(self.base.path());
        let is_below = |rest: &str| self.base.path().ends_with('/') || rest.starts_with('/');
        url.origin() == self.base.origin() && below.is_some_and(is_below)
    }

    fn create(&self, path: &str, body: &Bytes) -> Result<Response<Bytes>, TransportError> {
        let resource = Resource::from_json(body, JsonLimits::default())
            .map_err(|_| TransportError::new(TransportErrorKind::Other))?;
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("dry-run-{number}");
        let body = Bytes::from(resource.with("id", id.as_str()).to_string());
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        created.push((format!("{path}/{id}"), body.clone()));
        Ok(answer(StatusCode::CREATED, body))
    }

    fn created(&self, path: &str) -> Option<Bytes> {
        let created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        let found = created.iter().find(|(known, _)| known == path)?;
        Some(found.1.clone())
    }
}

impl<T: Transport> Transport for Silent<'_, T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if !self.is_for_target(&request) {
            return self.inner.send(request).await;
        }
        let path = request.uri().path();
        match *request.method() {
            Method::GET => match self.created(path) {
                Some(body) => Ok(answer(StatusCode::OK, body)),
                None => self.inner.send(request).await,
            },
            Method::POST => self.create(path, request.body()),
            Method::PUT => Ok(answer(StatusCode::OK, request.body().clone())),
            _ => Ok(answer(StatusCode::NO_CONTENT, Bytes::new())),
        }
    }
}

fn answer(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let scim = http::HeaderValue::from_static(SCIM_JSON);
    response.headers_mut().insert(CONTENT_TYPE, scim);
    response
}
