use std::sync::Arc;

use http::StatusCode;
use scimkit_patch::{MemberChange, PatchOp, apply};
use scimkit_protocol::Projection;
use scimkit_schema::{
    Accepted, Compat, Mutability, Purpose, Resource, ResourceId, ResourceType, Rule,
};
use scimkit_store::{
    Action, Document, Draft, Expect, Key, Store, StoreError, Stored, UnknownMembers, Write,
    Written, display_name,
};

use crate::{
    Authenticator, PatchAnswer,
    answer::Answer,
    members::take_members,
    problem::Problem,
    request::{Condition, body},
    service::Exchange,
};

/// How often a PATCH without `If-Match` is decided anew because somebody else was faster.
const RETRIES: usize = 8;

impl<A: Authenticator> Exchange<'_, A> {
    /// POST ([RFC 7644 §3.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.3)).
    pub(crate) async fn create(
        &self,
        resource_type: &Arc<ResourceType>,
    ) -> Result<Answer, Problem> {
        let projection = self.query()?.projection;
        let body = body(&self.request, self.body_limit(resource_type))?;
        let mut accepted = resource_type.read(body, Purpose::Create, self.compat())?;
        let members = take_members(&mut accepted.resource, resource_type)?.unwrap_or_default();
        let mut event = self.draft(Action::Create, &accepted.resource);
        note(&mut event, accepted.bent, &accepted.ignored);
        drop_secrets(&mut accepted.resource, resource_type, &mut event);
        event.paths = top_level(&accepted.resource);
        let key = Key::new(resource_type.name().clone(), self.service.ids.next_id());
        let members = if members.is_empty() {
            MemberChange::None
        } else {
            MemberChange::Exactly(members)
        };
        let document = Document::Put(Arc::new(accepted.resource));
        let written = self
            .write(key, Expect::Absent, document, members, event)
            .await?;
        let stored = self.stored(resource_type, &written.id).await?;
        let resource = self.render(resource_type, &stored, &projection).await?;
        Ok(Answer::new(StatusCode::CREATED, resource.to_string())
            .with_version(stored.version)
            .with_location(self.location(resource_type, written.id.as_str())))
    }

    /// PUT ([RFC 7644 §3.5.1](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.1)). A body without `members` leaves them as they are.
    pub(crate) async fn replace(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
    ) -> Result<Answer, Problem> {
        let projection = self.query()?.projection;
        let body = body(&self.request, self.body_limit(resource_type))?;
        let current = self.stored(resource_type, id).await?;
        let expect = self.expected(&current)?;
        let Accepted {
            mut resource,
            bent,
            ignored,
        } = resource_type.read(body, Purpose::Replace(&current.document), self.compat())?;
        let members = take_members(&mut resource, resource_type)?
            .map_or(MemberChange::None, MemberChange::Exactly);
        let mut event = self.draft(Action::Replace, &resource);
        note(&mut event, bent, &ignored);
        drop_secrets(&mut resource, resource_type, &mut event);
        event.paths = changed(&current.document, &resource, &members);
        self.write(
            current.key,
            expect.unwrap_or(Expect::Exists),
            Document::Put(Arc::new(resource)),
            members,
            event,
        )
        .await?;
        let stored = self.stored(resource_type, id).await?;
        let resource = self.render(resource_type, &stored, &projection).await?;
        Ok(Answer::new(StatusCode::OK, resource.to_string()).with_version(stored.version))
    }

    /// PATCH ([RFC 7644 §3.5.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2)): read, decide, write if nobody was faster. A change
    /// of members alone does not depend on the version, so those never have to be repeated.
    pub(crate) async fn patch(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
    ) -> Result<Answer, Problem> {
        let projection = self.query()?.projection;
        let read = PatchOp::read(
            body(&self.request, self.body_limit(resource_type))?,
            self.compat(),
        )?;
        let most = self.service.limits.patch_operations;
        if read.patch.operations().len() > most {
            let detail = format!("a PATCH may hold {most} operations: send the rest in another");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        let mut tries = 0;
        let written = loop {
            let current = self.stored(resource_type, id).await?;
            let condition = self.expected(&current)?;
            // A client may repeat the id; it can only be compared when it is there.
            let before = Resource::clone(&current.document).with("id", id.as_str());
            let applied = apply(&before, &read.patch, resource_type, self.compat())?;
            let mut event = self.draft(
                Action::Patch,
                applied.document.as_ref().unwrap_or(&current.document),
            );
            note(&mut event, read.bent.union(applied.bent), &applied.ignored);
            note(&mut event, Compat::strict(), &read.ignored);
            event.paths.clone_from(&applied.paths);
            let (document, unconditional) = match applied.document {
                Some(mut document) => {
                    document.attributes_mut().remove("id");
                    drop_secrets(&mut document, resource_type, &mut event);
                    (
                        Document::Put(Arc::new(document)),
                        Expect::Version(current.version.clone()),
                    )
                }
                None => (Document::Keep, Expect::Exists),
            };
            let conditional = condition.is_some();
            let expect = condition.unwrap_or(unconditional);
            match self
                .try_write(current.key, expect, document, applied.members, event)
                .await
            {
                Err(StoreError::Stale) if !conditional && tries < RETRIES => tries += 1,
                outcome => break outcome?,
            }
        };
        self.patched(resource_type, &written, &projection).await
    }

    /// DELETE ([RFC 7644 §3.6](https://www.rfc-editor.org/rfc/rfc7644#section-3.6)).
    pub(crate) async fn delete(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
    ) -> Result<Answer, Problem> {
        let current = self.stored(resource_type, id).await?;
        let expect = self.expected(&current)?.unwrap_or(Expect::Exists);
        let event = self.draft(Action::Delete, &current.document);
        self.write(
            current.key,
            expect,
            Document::Delete,
            MemberChange::None,
            event,
        )
        .await?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    async fn patched(
        &self,
        resource_type: &Arc<ResourceType>,
        written: &Written,
        projection: &Projection,
    ) -> Result<Answer, Problem> {
        let asked = *projection != Projection::Default;
        let shows = match self.service.profile.patch_answer {
            PatchAnswer::ByType => asked || resource_type.relation_attribute() != Some("members"),
            PatchAnswer::NoContent => asked,
            PatchAnswer::Resource => true,
        };
        if !shows {
            return Ok(Answer::empty(StatusCode::NO_CONTENT).with_version(written.version.clone()));
        }
        let stored = self.stored(resource_type, &written.id).await?;
        let resource = self.render(resource_type, &stored, projection).await?;
        Ok(Answer::new(StatusCode::OK, resource.to_string()).with_version(stored.version))
    }

    /// The version that `If-Match` pins the write to: none when it names none, since `current` exists.
    fn expected(&self, current: &Stored) -> Result<Option<Expect>, Problem> {
        match Condition::if_match(self.request.headers())? {
            Condition::None | Condition::Any => Ok(None),
            named if named.names(&current.version) => {
                Ok(Some(Expect::Version(current.version.clone())))
            }
            Condition::OneOf(_) => Err(Problem::precondition_failed()),
        }
    }

    async fn write(
        &self,
        key: Key,
        expect: Expect,
        document: Document,
        members: MemberChange,
        event: Draft,
    ) -> Result<Written, Problem> {
        Ok(self
            .try_write(key, expect, document, members, event)
            .await?)
    }

    async fn try_write(
        &self,
        key: Key,
        expect: Expect,
        document: Document,
        members: MemberChange,
        event: Draft,
    ) -> Result<Written, StoreError> {
        let lenient = self.compat().allows(Rule::UnknownMembersIgnored);
        let unknown_members = if lenient {
            UnknownMembers::LeaveOut
        } else {
            UnknownMembers::Refuse
        };
        self.store()
            .write(Write {
                key,
                expect,
                document,
                members,
                unknown_members,
                event,
            })
            .await
    }

    fn draft(&self, action: Action, document: &Resource) -> Draft {
        Draft {
            at: self.service.clock.now(),
            actor: self.access.actor.clone(),
            action,
            name: display_name(document).map(Into::into),
            paths: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn compat(&self) -> Compat {
        self.service.profile.compat
    }

    fn body_limit(&self, resource_type: &ResourceType) -> usize {
        let limits = &self.service.limits;
        if resource_type.relation_attribute() == Some("members") {
            limits.group_body
        } else {
            limits.body
        }
    }
}

/// Says in the event what was bent and what was left out.
fn note(event: &mut Draft, bent: Compat, ignored: &[Box<str>]) {
    event.notes.extend(
        bent.rules()
            .map(|rule| format!("accepted by the rule {rule}").into()),
    );
    event.notes.extend(
        ignored
            .iter()
            .map(|path| format!("unknown attribute `{path}` was left out").into()),
    );
}

/// Takes writeOnly attributes out of a document: this service checks no passwords, so it keeps none.
fn drop_secrets(document: &mut Resource, resource_type: &ResourceType, event: &mut Draft) {
    for attribute in resource_type.schema().attributes() {
        if attribute.mutability() == Mutability::WriteOnly
            && document.attributes_mut().remove(attribute.name()).is_some()
        {
            event
                .notes
                .push(format!("`{}` was accepted and not kept", attribute.name()).into());
        }
    }
}

fn top_level(document: &Resource) -> Vec<Box<str>> {
    document
        .attributes()
        .iter()
        .map(|(name, _)| name.as_str().into())
        .collect()
}

fn changed(before: &Resource, after: &Resource, members: &MemberChange) -> Vec<Box<str>> {
    let names = before
        .attributes()
        .iter()
        .chain(after.attributes().iter())
        .map(|(name, _)| name);
    let mut paths: Vec<Box<str>> = names
        .filter(|name| before.get(name) != after.get(name))
        .map(|name| name.as_str().into())
        .collect();
    if *members != MemberChange::None {
        paths.push("members".into());
    }
    paths.sort();
    paths.dedup();
    paths
}
