//! How a write that is decided happens: the application's last word, the store, and who hears of it.

use http::StatusCode;
use scimkit_patch::MemberChange;
use scimkit_schema::{Resource, Rule};
use scimkit_store::{
    Document, Draft, Expect, Key, Store, StoreError, UnknownMembers, Write, Written,
};

use crate::{Authenticator, Change, Committed, exchange::Exchange, problem::Problem};

impl<A: Authenticator> Exchange<'_, A> {
    /// # Errors
    /// 403 for a write that the application forbids.
    pub(crate) async fn check_policy(
        &self,
        key: &Key,
        before: Option<&Resource>,
        document: &Document,
        members: &MemberChange,
    ) -> Result<(), Problem> {
        let Some(policy) = &self.service.write_policy else {
            return Ok(());
        };
        let change = Change {
            actor: &self.access.actor,
            key,
            before,
            after: after(before, document),
            members,
        };
        let decided = policy.decide(&change).await;
        decided.map_err(|reason| Problem::new(StatusCode::FORBIDDEN, reason))
    }

    pub(crate) fn as_write(
        &self,
        key: Key,
        expect: Expect,
        document: Document,
        members: MemberChange,
        event: Draft,
    ) -> Write {
        let lenient = self.compat().allows(Rule::UnknownMembersIgnored);
        let unknown_members = if lenient {
            UnknownMembers::LeaveOut
        } else {
            UnknownMembers::Refuse
        };
        Write::new(key, expect, document, event)
            .with_members(members)
            .with_unknown_members(unknown_members)
    }

    /// The one place where anything is written.
    pub(crate) async fn write(
        &self,
        before: Option<&Resource>,
        write: Write,
    ) -> Result<Written, StoreError> {
        let Some(hook) = &self.service.write_hook else {
            return self.store().write(write).await;
        };
        let (type_name, action) = (write.key.type_name.clone(), write.event.action);
        let (document, members) = (write.document.clone(), write.members.clone());
        let written = self.store().write(write).await?;
        if written.changed {
            let done = Committed {
                tenant: self.access.tenant.as_deref(),
                actor: &self.access.actor,
                action,
                key: &Key::new(type_name, written.id.clone()),
                before,
                after: after(before, &document),
                members: &members,
                written: &written,
            };
            hook.committed(&done).await;
        }
        Ok(written)
    }
}

/// The document after a write.
fn after<'a>(before: Option<&'a Resource>, document: &'a Document) -> Option<&'a Resource> {
    match document {
        Document::Put(document) => Some(document),
        Document::Keep => before,
        Document::Delete => None,
    }
}
