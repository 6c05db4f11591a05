use std::sync::Arc;

use http::StatusCode;
use scimkit_filter::Related;
use scimkit_patch::{MemberChange, Operation, PatchOp, apply, changed_paths};
use scimkit_protocol::Projection;
use scimkit_schema::{
    Accepted, Compat, Complex, Purpose, Resource, ResourceId, ResourceType, Value,
};
use scimkit_store::{
    Action, Changed, Document, Draft, Expect, Key, StoreError, Stored, Written, display_name,
};

use crate::{
    Authenticator, PatchAnswer,
    answer::Answer,
    changes::{self, Between},
    exchange::Exchange,
    members::{check_members, sent_members, take_members},
    problem::Problem,
    project::Wanted,
    render::FIRST,
    request::{Condition, Conditions},
    secrets::settle_secrets,
};

/// What a PUT or PATCH comes to, given the resource as it is.
struct Decision {
    document: Document,
    members: MemberChange,
    event: Draft,
}

/// A write that is done.
pub(crate) struct Done {
    pub(crate) written: Written,
    /// The canonical paths of what the request was about.
    pub(crate) paths: Vec<Box<str>>,
    /// The first of the relation of the resource, if they are known: the groups of a user, or the members of a group.
    pub(crate) related: Option<Vec<Related>>,
}

/// How often a PUT or PATCH without `If-Match` is decided before the service says that it is busy. Each time somebody else was faster, so
/// that many others have succeeded.
const TRIES: usize = 100;

impl<A: Authenticator> Exchange<'_, A> {
    /// POST ([RFC 7644 §3.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.3)). `id` is what the resource is to be called.
    pub(crate) async fn create(
        &self,
        resource_type: &Arc<ResourceType>,
        body: Complex,
        id: ResourceId,
    ) -> Result<Done, Problem> {
        check_members(&body, resource_type)?;
        let mut accepted = resource_type.read(body, Purpose::Create, self.compat())?;
        let members = take_members(&mut accepted.resource, resource_type)?.unwrap_or_default();
        let mut event = self.draft(Action::Create, &accepted.resource);
        note(&mut event, accepted.bent, &accepted.ignored);
        self.settle_secrets(&mut accepted.resource, None, resource_type, &mut event)?;
        event.changes = changes::of_new(&accepted.resource);
        let has_members = !members.is_empty();
        let members = if has_members {
            MemberChange::Exactly(members)
        } else {
            MemberChange::None
        };
        let document = Document::Put(Arc::new(accepted.resource));
        let key = Key::new(resource_type.name().clone(), id);
        let paths = paths_of(&event);
        self.check_policy(&key, None, &document, &members).await?;
        let write = self.as_write(key, Expect::Absent, document, members, event);
        let mut written = Box::pin(self.write(None, write)).await?;
        let related = if has_members {
            let mut members = written.members.take();
            if let Some(members) = &mut members {
                members.truncate(FIRST);
            }
            members
        } else {
            // a new resource is in no group
            Some(Vec::new())
        };
        Ok(Done {
            written,
            paths,
            related,
        })
    }

    /// PUT ([RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)). A body without `members` leaves them as they are; an
    /// empty list empties the group. `shown` is what the answer shows, if it shows the resource.
    pub(crate) async fn replace(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
        body: &Complex,
        conditions: &Conditions,
        shown: Option<&Projection>,
    ) -> Result<Done, Problem> {
        check_members(body, resource_type)?;
        let is_emptied = sent_members(body, resource_type)
            .is_some_and(|sent| sent.elements().iter().all(Value::is_unassigned));
        let decide = |current: &Stored| {
            let Accepted {
                mut resource,
                bent,
                ignored,
            } = resource_type.read(
                body.clone(),
                Purpose::Replace(&current.document),
                self.compat(),
            )?;
            let members = take_members(&mut resource, resource_type)?.or(is_emptied.then(Vec::new));
            let members = members.map_or(MemberChange::None, MemberChange::Exactly);
            let mut event = self.draft(Action::Replace, &resource);
            note(&mut event, bent, &ignored);
            self.settle_secrets(
                &mut resource,
                Some(&current.document),
                resource_type,
                &mut event,
            )?;
            let mut paths = changed_paths(&current.document, &resource, resource_type);
            paths.extend((members != MemberChange::None).then(|| Box::from("members")));
            event.changes = self.changes(
                resource_type,
                &current.document,
                &resource,
                &members,
                &paths,
            );
            Ok(Decision {
                document: Document::Put(Arc::new(resource)),
                members,
                event,
            })
        };
        self.write_decided(resource_type, id, conditions, shown, decide)
            .await
    }

    /// PATCH ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)). A change of members alone does not depend on the
    /// version, so those never have to be repeated.
    pub(crate) async fn patch(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
        body: Complex,
        conditions: &Conditions,
        shown: Option<&Projection>,
    ) -> Result<Done, Problem> {
        let read = PatchOp::read(body, self.compat())?;
        let most = self.service.limits.patch_operations;
        if steps(&read.patch) > most {
            let detail = format!("a PATCH may hold {most} operations: send the rest in another");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        let decide = |current: &Stored| {
            // A client may repeat the id; it can only be compared when it is there.
            let before = Resource::clone(&current.document).with("id", id.as_str());
            let applied = apply(&before, &read.patch, resource_type, self.compat())?;
            let mut event = self.draft(
                Action::Patch,
                applied.document.as_ref().unwrap_or(&current.document),
            );
            note(&mut event, read.bent.union(applied.bent), &applied.ignored);
            note(&mut event, Compat::strict(), &read.ignored);
            let document = match applied.document {
                None => Document::Keep,
                Some(mut document) => {
                    document.attributes_mut().remove("id");
                    self.settle_secrets(
                        &mut document,
                        Some(&current.document),
                        resource_type,
                        &mut event,
                    )?;
                    self.check_size(&document)?;
                    Document::Put(Arc::new(document))
                }
            };
            let after = match &document {
                Document::Put(after) => after,
                _ => &current.document,
            };
            let (before, members) = (&current.document, &applied.members);
            event.changes = self.changes(resource_type, before, after, members, &applied.paths);
            Ok(Decision {
                document,
                members: applied.members,
                event,
            })
        };
        self.write_decided(resource_type, id, conditions, shown, decide)
            .await
    }

    /// DELETE ([RFC 7644 §3.6](https://www.rfc-editor.org/rfc/rfc7644#section-3.6)).
    pub(crate) async fn delete(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
        conditions: &Conditions,
    ) -> Result<Done, Problem> {
        let decide = |current: &Stored| {
            Ok(Decision {
                document: Document::Delete,
                members: MemberChange::None,
                event: self.draft(Action::Delete, &current.document),
            })
        };
        self.write_decided(resource_type, id, conditions, None, decide)
            .await
    }

    /// Reads, decides, and writes if nobody was faster; else all of it again, unless `If-Match` named the version that was meant.
    async fn write_decided(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
        conditions: &Conditions,
        shown: Option<&Projection>,
        decide: impl Fn(&Stored) -> Result<Decision, Problem> + Send + Sync,
    ) -> Result<Done, Problem> {
        for _ in 0..TRIES {
            let (current, groups) = self.stored_with_groups(resource_type, id, shown).await?;
            conditions.check_write(&current.version)?;
            let Decision {
                document,
                members,
                event,
            } = decide(&current)?;
            let paths = paths_of(&event);
            let before = Some(&*current.document);
            self.check_policy(&current.key, before, &document, &members)
                .await?;
            // What was asked about this version is not done to another.
            let is_asked = self.service.write_policy.is_some();
            let is_pinned = matches!(conditions.if_match, Condition::OneOf(_));
            let expect = match document {
                Document::Keep | Document::Delete if !is_pinned && !is_asked => Expect::Exists,
                _ => Expect::Version(current.version),
            };
            let mut write = self.as_write(current.key, expect, document, members, event);
            write.before = Some(current.document.clone());
            // In a box, so that the future of a request stays small.
            match Box::pin(self.write(before, write)).await {
                Err(StoreError::Stale) if !is_pinned => {}
                Err(error) => return Err(error.into()),
                Ok(written) => {
                    return Ok(Done {
                        written,
                        paths,
                        related: groups,
                    });
                }
            }
        }
        Err(StoreError::Busy.into())
    }

    /// What a PATCH that is done answers.
    pub(crate) async fn patched(
        &self,
        resource_type: &Arc<ResourceType>,
        done: &Done,
        projection: &Projection,
    ) -> Result<Answer, Problem> {
        let id = &done.written.id;
        if self.patch_shows(resource_type, projection) {
            let wanted = Wanted::of(projection).after(&done.paths);
            return self.written(resource_type, done, wanted).await;
        }
        Ok(Answer::empty(StatusCode::NO_CONTENT)
            .with_version(done.written.version.clone())
            .with_location(self.location(resource_type, id.as_str())))
    }

    /// Whether a PATCH is answered with the resource.
    pub(crate) fn patch_shows(&self, resource_type: &ResourceType, asked: &Projection) -> bool {
        *asked != Projection::Default || self.shows_patched(resource_type)
    }

    /// Whether a PATCH that asks for no attributes is answered with the resource.
    pub(crate) fn shows_patched(&self, resource_type: &ResourceType) -> bool {
        match self.service.profile.patch_answer {
            PatchAnswer::ByType => resource_type.relation_attribute() != Some("members"),
            PatchAnswer::NoContent => false,
            PatchAnswer::Resource => true,
        }
    }

    fn draft(&self, action: Action, document: &Resource) -> Draft {
        Draft::new(self.service.clock.now(), &self.access.actor, action)
            .with_name(display_name(document))
    }

    fn changes(
        &self,
        resource_type: &ResourceType,
        before: &Resource,
        after: &Resource,
        members: &MemberChange,
        paths: &[Box<str>],
    ) -> Vec<Changed> {
        let sensitive = &self.service.sensitive;
        let between = Between {
            resource_type,
            before,
            after,
            members,
            sensitive,
        };
        between.changes(paths)
    }

    fn settle_secrets(
        &self,
        document: &mut Resource,
        before: Option<&Resource>,
        resource_type: &ResourceType,
        event: &mut Draft,
    ) -> Result<(), Problem> {
        let hasher = self.service.password_hasher.as_deref();
        settle_secrets(document, before, resource_type, hasher, event)
    }

    /// A document may not grow, change by change, past what one request could bring.
    fn check_size(&self, document: &Resource) -> Result<(), Problem> {
        let limit = self.service.limits.body;
        if document.to_string().len() <= limit {
            return Ok(());
        }
        let detail = format!(
            "the resource would be larger than {limit} bytes: remove some of its values first"
        );
        Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail))
    }
}

/// Says in the event what was bent and what was left out: the first few by name.
fn note(event: &mut Draft, bent: Compat, ignored: &[Box<str>]) {
    const NAMED: usize = 20;
    event.notes.extend(
        bent.rules()
            .map(|rule| format!("accepted by the rule {rule}").into()),
    );
    let named = ignored.iter().take(NAMED);
    event
        .notes
        .extend(named.map(|path| format!("unknown attribute `{path}` was left out").into()));
    if let Some(more) = ignored.len().checked_sub(NAMED).filter(|more| *more > 0) {
        event
            .notes
            .push(format!("{more} more unknown attributes were left out").into());
    }
}

/// How many changes a PATCH asks for: one for each operation with a path, and one for each attribute in the value of one without.
fn steps(patch: &PatchOp) -> usize {
    let fields = |operation: &Operation| {
        operation
            .value
            .as_ref()
            .and_then(Value::as_complex)
            .map_or(1, Complex::len)
    };
    let steps = patch.operations().iter().map(|operation| {
        if operation.path.is_none() {
            fields(operation)
        } else {
            1
        }
    });
    steps.sum()
}

fn paths_of(event: &Draft) -> Vec<Box<str>> {
    let changes = event.changes.iter();
    changes.map(|change| change.path.clone()).collect()
}
