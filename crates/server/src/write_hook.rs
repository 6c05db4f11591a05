use std::{future::Future, pin::Pin};

use scimkit_patch::MemberChange;
use scimkit_schema::Resource;
use scimkit_store::{Action, Key, Written};

/// Is told of every effective write after its commit: what the application does about it, such as ending the sessions of a user who was
/// disabled.
///
/// The answer to the request waits for it. When the process dies between the commit and the call, the call is lost: what must not be missed
/// reads the event log, which has the write too.
///
/// ```
/// use scimkit_server::{Committed, Told, WriteHook};
///
/// /// Ends sessions on deprovisioning.
/// struct EndSessions;
///
/// impl WriteHook for EndSessions {
///     fn committed<'a>(&'a self, write: &'a Committed<'a>) -> Told<'a> {
///         Box::pin(async move {
///             let is_active = |user: &scimkit_schema::Resource| user.get("active").and_then(|it| it.as_bool()) != Some(false);
///             if write.key.type_name == "User" && !write.after.is_some_and(is_active) {
///                 println!("ending the sessions of {}", write.key.id);
///             }
///         })
///     }
/// }
/// ```
pub trait WriteHook: Send + Sync {
    /// Hears of a write that is done and cannot be refused any more.
    fn committed<'a>(&'a self, write: &'a Committed<'a>) -> Told<'a>;
}

/// What a [`WriteHook`] does, now or later.
pub type Told<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A write that is done.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Committed<'a> {
    /// The tenant, where the service has several.
    pub tenant: Option<&'a str>,
    /// Who asked, as the event log shows it.
    pub actor: &'a str,
    /// What was asked for.
    pub action: Action,
    /// Which resource.
    pub key: &'a Key,
    /// The resource before, without `id`, `meta` and members; none if it was created.
    pub before: Option<&'a Resource>,
    /// The resource after; none if it was deleted.
    pub after: Option<&'a Resource>,
    /// What was asked to happen to its members.
    pub members: &'a MemberChange,
    /// What the write came to.
    pub written: &'a Written,
}
