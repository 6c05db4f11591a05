use std::{future::Future, pin::Pin};

use scimkit_patch::MemberChange;
use scimkit_schema::Resource;
use scimkit_store::Key;

/// Has the last word on every write: what the application forbids, such as deactivating its last administrator.
///
/// It is asked when everything else about the request is in order, and again whenever somebody else was faster, so that it always sees
/// what the write would really do. What it looks up elsewhere can have changed by the time of the write.
///
/// ```
/// use scimkit_server::{Change, Decision, WritePolicy};
///
/// /// Administrators are not disabled or removed from here.
/// struct KeepAdministrators;
///
/// impl WritePolicy for KeepAdministrators {
///     fn decide<'a>(&'a self, change: &'a Change<'a>) -> Decision<'a> {
///         Box::pin(async move {
///             let is_active = |user: &scimkit_schema::Resource| user.get("active").and_then(|it| it.as_bool()) != Some(false);
///             let is_administrator = change.before.is_some_and(|user| user.text("userType") == Some("Administrator") && is_active(user));
///             if is_administrator && !change.after.is_some_and(is_active) {
///                 return Err("administrators are disabled in the console only".into());
///             }
///             Ok(())
///         })
///     }
/// }
/// ```
pub trait WritePolicy: Send + Sync {
    /// Lets the write happen, or gives the reason why not: the request is answered with 403 and the reason.
    fn decide<'a>(&'a self, change: &'a Change<'a>) -> Decision<'a>;
}

/// What a [`WritePolicy`] says, now or later.
pub type Decision<'a> = Pin<Box<dyn Future<Output = Result<(), Box<str>>> + Send + 'a>>;

/// What a write would do.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Change<'a> {
    /// Who asks, as the event log shows it.
    pub actor: &'a str,
    /// Which resource.
    pub key: &'a Key,
    /// The resource before, without `id`, `meta` and members; none if it is created.
    pub before: Option<&'a Resource>,
    /// The resource after; none if it is deleted.
    pub after: Option<&'a Resource>,
    /// What happens to its members.
    pub members: &'a MemberChange,
}
