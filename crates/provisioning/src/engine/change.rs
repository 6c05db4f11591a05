//! Changing an object of the target: by PATCH, or by reading and replacing it where there is no PATCH.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use scimkit_client::{Error, Transport};
use scimkit_filter::AttributePath;
use scimkit_patch::{Applied, MemberChange, PatchOp, apply};
use scimkit_protocol::Projection;
use scimkit_schema::{Compat, Complex, Resource, ResourceId, ResourceType, Value};
use scimkit_store::StateStore;

use super::{
    brake::Cause,
    run::Run,
    trouble::{Failure, Trouble},
};
use crate::{Directory, ErrorCode, StepType};

/// How the target takes changes, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Changing {
    has_no_patch: AtomicBool,
}

/// Why a change was not made.
pub(super) enum Unchanged {
    /// The target was asked, and did not do it.
    Refused(Error),
    /// The change cannot be put into an object as the target shows it.
    Unsuited(scimkit_patch::Error),
}

impl<D: Directory, T: Transport, S: StateStore> Run<'_, D, T, S> {
    /// Makes a change of an object, which may have been read before.
    pub(super) async fn change(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
        present: Option<&Resource>,
        patch: &PatchOp,
    ) -> Result<(), Unchanged> {
        let changing = &self.engine.changing;
        if !changing.has_no_patch.load(Ordering::Relaxed) {
            let client = self.client();
            let sent = match present {
                Some(present) => client.update(resource_type, id, present, patch).await,
                None => client.patch(resource_type, id, patch).await,
            };
            match sent {
                Ok(_) => return Ok(()),
                Err(error) if is_unknown_method(&error) => {
                    match self.client().service_provider_config().await {
                        Ok(config) if config.patch => return Err(Unchanged::Refused(error)),
                        // without a word on it, the refusal counts
                        Ok(_) => {}
                        Err(error) if error.status() == Some(404) => {}
                        Err(error) => return Err(Unchanged::Refused(error)),
                    }
                    changing.has_no_patch.store(true, Ordering::Relaxed);
                }
                Err(error) => return Err(Unchanged::Refused(error)),
            }
        }
        self.replace(resource_type, id, patch).await
    }

    /// Reads the object as a whole, with members that nobody sent, and puts it back with the change.
    async fn replace(
        &self,
        resource_type: &Arc<ResourceType>,
        id: &ResourceId,
        patch: &PatchOp,
    ) -> Result<(), Unchanged> {
        let client = self.client();
        let mut present = client
            .get(resource_type, id, &Projection::Default)
            .await
            .map_err(Unchanged::Refused)?;
        let relation = resource_type.relation_attribute();
        let mut members = None;
        if relation == Some(MEMBERS) {
            members = present.attributes_mut().remove(MEMBERS);
            if members.is_none() {
                // some show them on request only
                let only = Projection::Only(vec![AttributePath::new(MEMBERS)]);
                let shown = client.get(resource_type, id, &only).await;
                let mut shown = shown.map_err(Unchanged::Refused)?;
                members = shown.attributes_mut().remove(MEMBERS);
            }
        }
        let applied = apply(&present, patch, resource_type, Compat::lenient())
            .map_err(Unchanged::Unsuited)?;
        let Applied {
            document,
            members: change,
            ..
        } = applied;
        let mut wanted = document.unwrap_or(present);
        if relation == Some(MEMBERS) {
            put_members(&mut wanted, members.as_ref(), &change);
        }
        client
            .replace(resource_type, id, &wanted)
            .await
            .map(drop)
            .map_err(Unchanged::Refused)
    }
}

/// Puts into a group whoever is in it after the change.
fn put_members(group: &mut Resource, present: Option<&Value>, change: &MemberChange) {
    let present = present.map(Value::elements).unwrap_or_default().iter();
    let present = present.filter_map(|member| Some(member.as_complex()?.text("value")?.to_owned()));
    let mut ids: BTreeSet<String> = present.collect();
    match change {
        MemberChange::None => {}
        MemberChange::Delta { add, remove } => {
            ids.extend(add.iter().map(ToString::to_string));
            for id in remove {
                ids.remove(id.as_str());
            }
        }
        MemberChange::Exactly(exactly) => {
            ids = exactly.iter().map(ToString::to_string).collect();
        }
    }
    let members: Vec<Value> = ids
        .into_iter()
        .map(|id| Complex::new().with("value", id).into())
        .collect();
    group
        .attributes_mut()
        .insert(MEMBERS.into(), members.into());
}

/// Whether the target says that it does not have this method at all.
fn is_unknown_method(error: &Error) -> bool {
    matches!(error.status(), Some(405 | 501))
}

impl Unchanged {
    /// What it means for the next request.
    pub(super) fn cause(&self) -> Cause {
        self.refusal().map_or(Cause::Object, Cause::of)
    }

    /// What the target said to it.
    pub(super) const fn refusal(&self) -> Option<&Error> {
        match self {
            Self::Refused(error) => Some(error),
            Self::Unsuited(_) => None,
        }
    }
}

impl From<Unchanged> for Trouble {
    fn from(unchanged: Unchanged) -> Self {
        match unchanged {
            Unchanged::Refused(error) => error.into(),
            Unchanged::Unsuited(error) => {
                let cause =
                    format!("the target shows it in a shape that cannot be changed: {error}");
                Failure::new(ErrorCode::ServiceIncompatible, StepType::Export, cause).into()
            }
        }
    }
}

const MEMBERS: &str = "members";
