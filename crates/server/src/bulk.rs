mod plan;
mod references;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::{StreamExt, stream};
use http::{Method, StatusCode};
use scimkit_protocol::{BulkMethod, BulkOperation, BulkRequest, BulkResponse, BulkResult};
use scimkit_schema::{Complex, ResourceId, ResourceType, ScimType, Value};

use self::{
    plan::{Step, plan},
    references::{Resolve, Resolved, in_data, in_path, names},
};
use crate::{
    Authenticator, answer::Answer, exchange::Exchange, problem::Problem, request::Conditions,
    route::Route,
};

/// A bulk request while it is done.
struct Job {
    operations: Vec<BulkOperation>,
    /// Which operation creates the resource of a name.
    names: BTreeMap<Box<str>, usize>,
    /// What the operations came to; none for those that were not tried.
    outcomes: Vec<Option<Outcome>>,
    /// How many failures end the job, if any do.
    patience: Option<u64>,
    /// The bytes of the whole request.
    bytes: usize,
}

/// How many creations of a bulk request are under way at once.
const SIDE_BY_SIDE: usize = 64;

/// The body of an operation that has none.
static NOTHING: Complex = Complex::new();

/// What an operation came to.
struct Outcome {
    status: StatusCode,
    resource: Option<(Arc<ResourceType>, ResourceId)>,
    version: Option<Box<str>>,
    problem: Option<Problem>,
}

impl<A: Authenticator> Exchange<'_, A> {
    /// Several writes in one request ([RFC 7644 §3.7](https://www.rfc-editor.org/rfc/rfc7644#section-3.7)), each by itself as far as it
    /// goes. Those that create what others refer to come first; creations that nothing refers to go side by side. `bytes` is how long the
    /// whole request is.
    ///
    /// # Errors
    /// 400 for what is no bulk request, 413 for too many operations; then nothing is done.
    pub(crate) async fn bulk(&self, body: Complex, bytes: usize) -> Result<Answer, Problem> {
        let request = BulkRequest::read(body)?;
        let most = self.service.limits.bulk_operations;
        if request.operations.len() > most {
            let detail = format!(
                "a bulk request may hold {most} operations (`maxOperations`): send the rest in another"
            );
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        if let Some(ticket) = &self.access.ticket {
            ticket.charge(request.operations.len().saturating_sub(1));
        }
        let mut job = Job::new(request, bytes)?;
        let mut steps = plan(&job.needs()).into_iter().peekable();
        loop {
            let mut creations = Vec::new();
            while let Some(step) = steps.next_if(|step| job.is_by_itself(step)) {
                creations.push(step.index());
            }
            self.create_side_by_side(&mut job, creations).await;
            match steps.next() {
                None => break,
                Some(Step::Do(index, without)) if job.goes_on() => {
                    self.step(&mut job, index, &without).await;
                }
                Some(Step::Do(..)) => {}
                Some(Step::Complete(index)) => self.complete(&mut job, index).await,
            }
        }
        let results = job.operations.iter().zip(job.outcomes);
        let results =
            results.filter_map(|(operation, outcome)| Some(self.result(operation, outcome?)));
        Ok(Answer::new(
            StatusCode::OK,
            BulkResponse::new(results).to_json(),
        ))
    }

    /// Creates what nothing else of the request is about, so that the store can take many together. They begin in the order of the request.
    async fn create_side_by_side(&self, job: &mut Job, creations: Vec<usize>) {
        let (shared, nothing) = (&*job, &BTreeSet::new());
        let steps = creations.into_iter().filter_map(|index| {
            let operation = shared.operations.get(index)?;
            Some(async move {
                let outcome = self.try_step(shared, operation, nothing).await;
                (index, outcome)
            })
        });
        let outcomes: Vec<_> = stream::iter(steps).buffered(SIDE_BY_SIDE).collect().await;
        for (index, outcome) in outcomes {
            job.settle(index, outcome);
        }
    }

    async fn step(&self, job: &mut Job, index: usize, without: &BTreeSet<usize>) {
        let Some(operation) = job.operations.get(index) else {
            return;
        };
        let outcome = self.try_step(job, operation, without).await;
        job.settle(index, outcome);
    }

    async fn try_step(
        &self,
        job: &Job,
        operation: &BulkOperation,
        without: &BTreeSet<usize>,
    ) -> Outcome {
        let mut resolve = |name: &str| job.resolve(name, without);
        let (known, id) = match self.target(operation, &mut resolve) {
            Ok(target) => target,
            Err(problem) => return Outcome::failed(None, problem),
        };
        let resource = id.clone().map(|id| (known.clone(), id));
        let done = match in_data(operation.data.as_ref().unwrap_or(&NOTHING), &mut resolve) {
            Ok(data) => self.run(operation, &known, id, data, job.bytes).await,
            Err(problem) => Err(problem),
        };
        done.unwrap_or_else(|problem| Outcome::failed(resource, problem))
    }

    /// The type that an operation is about and, unless it creates one, the resource.
    fn target(
        &self,
        operation: &BulkOperation,
        resolve: &mut Resolve<'_>,
    ) -> Result<(Arc<ResourceType>, Option<ResourceId>), Problem> {
        let path = in_path(&operation.path, resolve)?;
        let route = Route::parse(&path, "", &self.service.schemas)?;
        let method = match operation.method {
            BulkMethod::Post => Method::POST,
            BulkMethod::Put => Method::PUT,
            BulkMethod::Patch => Method::PATCH,
            BulkMethod::Delete => Method::DELETE,
        };
        if !route.methods().contains(&method) {
            return Err(Problem::method_not_allowed(route.methods()));
        }
        match route {
            Route::Type(known) => Ok((known, None)),
            Route::Resource(known, id) => Ok((known, Some(id))),
            _ => Err(Problem::not_found("such address for an operation")),
        }
    }

    async fn run(
        &self,
        operation: &BulkOperation,
        known: &Arc<ResourceType>,
        id: Option<ResourceId>,
        data: Complex,
        request_bytes: usize,
    ) -> Result<Outcome, Problem> {
        let limit = self.service.limits.body_of(known);
        if request_bytes > limit && Value::from(data.clone()).to_string().len() > limit {
            return Err(Problem::too_large("operation's `data`", limit));
        }
        let conditions = Conditions::of_version(operation.version.as_deref())?;
        let (status, written) = match (operation.method, &id) {
            (BulkMethod::Put, Some(id)) => (
                StatusCode::OK,
                self.replace(known, id, &data, &conditions, None).await?,
            ),
            (BulkMethod::Patch, Some(id)) => {
                let status = if self.shows_patched(known) {
                    StatusCode::OK
                } else {
                    StatusCode::NO_CONTENT
                };
                (
                    status,
                    self.patch(known, id, data, &conditions, None).await?,
                )
            }
            (BulkMethod::Delete, Some(id)) => (
                StatusCode::NO_CONTENT,
                self.delete(known, id, &conditions).await?,
            ),
            _ => {
                let id = self.service.ids.next_id();
                (StatusCode::CREATED, self.create(known, data, id).await?)
            }
        };
        let is_there = operation.method != BulkMethod::Delete;
        Ok(Outcome {
            status,
            resource: Some((known.clone(), written.written.id)),
            version: is_there.then(|| written.written.version.to_string().into()),
            problem: None,
        })
    }

    /// Puts in what a creation was done without, or takes it back.
    async fn complete(&self, job: &mut Job, index: usize) {
        let (Some(operation), Some(Some(outcome))) =
            (job.operations.get(index), job.outcomes.get(index))
        else {
            return;
        };
        let (Some((known, id)), None) = (&outcome.resource, &outcome.problem) else {
            return;
        };
        let whole = BTreeSet::new();
        let mut resolve = |name: &str| job.resolve(name, &whole);
        let conditions = Conditions::default();
        let data = operation.data.as_ref().unwrap_or(&NOTHING);
        let completed = match in_data(data, &mut resolve) {
            Ok(data) => self.replace(known, id, &data, &conditions, None).await,
            Err(problem) => Err(problem),
        };
        let outcome = match completed {
            Ok(done) => Outcome {
                status: outcome.status,
                resource: outcome.resource.clone(),
                version: Some(done.written.version.to_string().into()),
                problem: None,
            },
            Err(problem) => match self.delete(known, id, &conditions).await {
                Ok(_) => Outcome::failed(None, problem),
                Err(undoing) => Outcome::failed(outcome.resource.clone(), undoing),
            },
        };
        job.settle(index, outcome);
    }

    fn result(&self, operation: &BulkOperation, outcome: Outcome) -> BulkResult {
        let location = outcome
            .resource
            .map(|(known, id)| self.location(&known, id.as_str()).into());
        let mut result = BulkResult::new(operation.method, outcome.status.as_u16());
        result.bulk_id.clone_from(&operation.bulk_id);
        result.version = outcome.version;
        result.location = location;
        result.response = outcome.problem.as_ref().map(Problem::to_body);
        result
    }
}

impl Job {
    fn new(request: BulkRequest, bytes: usize) -> Result<Self, Problem> {
        let mut names = BTreeMap::new();
        for (index, operation) in request.operations.iter().enumerate() {
            let Some(name) = &operation.bulk_id else {
                continue;
            };
            if operation.method == BulkMethod::Post && names.insert(name.clone(), index).is_some() {
                let detail = format!(
                    "`Operations[{index}]`: its `bulkId` is the one of an earlier operation: give each its own"
                );
                return Err(Problem::bad_request(ScimType::InvalidValue, detail));
            }
        }
        Ok(Self {
            names,
            outcomes: request.operations.iter().map(|_| None).collect(),
            operations: request.operations,
            patience: request.fail_on_errors,
            bytes,
        })
    }

    /// The operations that each operation refers to.
    fn needs(&self) -> Vec<Vec<usize>> {
        let needs = |operation: &BulkOperation| {
            let names = names(&operation.path, operation.data.as_ref());
            let known = names.iter().filter_map(|name| self.names.get(&**name));
            known.copied().collect()
        };
        self.operations.iter().map(needs).collect()
    }

    /// Whether a step creates something, whatever came of the other steps.
    fn is_by_itself(&self, step: &Step) -> bool {
        let Step::Do(index, _) = step else {
            return false;
        };
        let creation = self.operations.get(*index).filter(|operation| {
            operation.method == BulkMethod::Post
                && names(&operation.path, operation.data.as_ref()).is_empty()
        });
        self.patience.is_none() && creation.is_some()
    }

    fn goes_on(&self) -> bool {
        self.patience != Some(0)
    }

    fn settle(&mut self, index: usize, outcome: Outcome) {
        if outcome.problem.is_some()
            && let Some(patience) = &mut self.patience
        {
            *patience = patience.saturating_sub(1);
        }
        if let Some(slot) = self.outcomes.get_mut(index) {
            *slot = Some(outcome);
        }
    }

    fn resolve(&self, name: &str, without: &BTreeSet<usize>) -> Result<Resolved, Problem> {
        let creator = self.names.get(name);
        if creator.is_some_and(|index| without.contains(index)) {
            return Ok(Resolved::Later);
        }
        let outcome = creator
            .and_then(|index| self.outcomes.get(*index))
            .and_then(Option::as_ref)
            .filter(|outcome| outcome.problem.is_none());
        if let Some((_, id)) = outcome.and_then(|outcome| outcome.resource.as_ref()) {
            return Ok(Resolved::Id(id.clone()));
        }
        let shown: String = name.chars().take(40).flat_map(char::escape_debug).collect();
        let detail = format!(
            "`bulkId:{shown}` stands for no resource: no operation of this name has created one"
        );
        Err(Problem::new(StatusCode::CONFLICT, detail))
    }
}

impl Outcome {
    fn failed(resource: Option<(Arc<ResourceType>, ResourceId)>, problem: Problem) -> Self {
        Self {
            status: problem.status,
            resource,
            version: None,
            problem: Some(problem),
        }
    }
}
