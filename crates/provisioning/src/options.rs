use std::num::NonZero;

use scimkit_schema::DateTime;
use serde::{Deserialize, Serialize};

/// How an application provisions.
///
/// ```
/// use scimkit_provisioning::{Options, Scope};
///
/// let options = Options::default().with_scope(Scope::Everyone);
/// assert_eq!(options.interval_seconds, 40 * 60);
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Options {
    /// Who is provisioned.
    pub scope: Scope,
    /// Whether those with the role *Default Access* are provisioned.
    pub default_access: DefaultAccess,
    /// What happens when the object is in the target already.
    pub adoption: Adoption,
    /// Whether a cycle that would remove much stops before it.
    pub deletion_guard: DeletionGuard,
    /// What happens to those who leave the scope but stay in the directory.
    pub out_of_scope: OutOfScope,
    /// From the due time of one cycle to the next, in seconds; 2400 by default.
    pub interval_seconds: u32,
    /// How objects that are new to the target go there.
    pub new_objects: NewObjects,
    /// How many requests are under way at once while new objects are looked up and created; 16 by default. Changes of one object are always
    /// sent one after another.
    pub requests_at_once: NonZero<u16>,
    /// When the token ends, if it is known: thirty days ahead, the log and a [`Notice`](crate::Notice) say so.
    #[serde(with = "crate::text::option")]
    pub token_expires_at: Option<DateTime>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            default_access: DefaultAccess::default(),
            adoption: Adoption::default(),
            deletion_guard: DeletionGuard::default(),
            out_of_scope: OutOfScope::default(),
            interval_seconds: 40 * 60,
            new_objects: NewObjects::default(),
            requests_at_once: REQUESTS_AT_ONCE,
            token_expires_at: None,
        }
    }
}

impl Options {
    /// This, with another scope.
    #[must_use]
    pub const fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// This, with another treatment of *Default Access*.
    #[must_use]
    pub const fn with_default_access(mut self, default_access: DefaultAccess) -> Self {
        self.default_access = default_access;
        self
    }

    /// This, with another policy for objects that are there already.
    #[must_use]
    pub const fn with_adoption(mut self, adoption: Adoption) -> Self {
        self.adoption = adoption;
        self
    }

    /// This, with the guard on or off.
    #[must_use]
    pub const fn with_deletion_guard(mut self, deletion_guard: DeletionGuard) -> Self {
        self.deletion_guard = deletion_guard;
        self
    }

    /// This, with another treatment of those who leave the scope.
    #[must_use]
    pub const fn with_out_of_scope(mut self, out_of_scope: OutOfScope) -> Self {
        self.out_of_scope = out_of_scope;
        self
    }

    /// This, with another interval.
    #[must_use]
    pub const fn with_interval_seconds(mut self, seconds: u32) -> Self {
        self.interval_seconds = seconds;
        self
    }

    /// This, with another way for new objects.
    #[must_use]
    pub const fn with_new_objects(mut self, new_objects: NewObjects) -> Self {
        self.new_objects = new_objects;
        self
    }

    /// This, with another bound of the requests under way at once.
    #[must_use]
    pub const fn with_requests_at_once(mut self, requests: NonZero<u16>) -> Self {
        self.requests_at_once = requests;
        self
    }

    /// This, with the time when the token ends.
    #[must_use]
    pub fn with_token_expires_at(mut self, at: DateTime) -> Self {
        self.token_expires_at = Some(at);
        self
    }
}

const REQUESTS_AT_ONCE: NonZero<u16> = match NonZero::new(16) {
    Some(requests) => requests,
    None => NonZero::<u16>::MIN,
};

/// What a restart forgets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reset {
    /// Which object of the target is whose, too: the next cycle is an initial one, which looks up every object and adopts what it finds.
    Full,
    /// Only what the target was known to hold: every object is read and compared again.
    KeepLinks,
}

/// Who is provisioned.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Scope {
    /// The assigned users and groups, and the direct members of the assigned groups.
    #[default]
    AssignedOnly,
    /// All users and groups of the directory.
    Everyone,
}

/// Whether those with the role *Default Access* are provisioned. Entra does since 2020; older tutorials say otherwise.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum DefaultAccess {
    /// They are not, and the log names each of them.
    Exclude,
    /// They are.
    #[default]
    Include,
}

/// What happens when a look-up finds that the object is in the target already.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub enum Adoption {
    /// It is linked and brought up to date.
    #[default]
    Adopt,
    /// It is left alone, and a person has to decide. This includes objects that a crashed cycle created.
    Refuse,
}

/// Whether a cycle that would remove much stops before it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum DeletionGuard {
    /// Everything is removed that has to go.
    Off,
    /// More than the limit is not removed until a person allows it.
    #[default]
    On,
}

/// What happens to those who leave the scope but stay in the directory.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum OutOfScope {
    /// Users are disabled and groups deleted.
    #[default]
    Remove,
    /// Nothing: what Entra calls `SkipOutOfScopeDeletions`.
    Skip,
}

/// How objects that are new to the target go there.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum NewObjects {
    /// Each is looked up by a request of its own and created by another, as Entra does.
    #[default]
    OneByOne,
    /// Many are looked up with one filter and created in one bulk request
    /// ([RFC 7644 §3.7](https://www.rfc-editor.org/rfc/rfc7644#section-3.7)), if the target says that it has both. Each answer has to prove
    /// that the whole filter was understood, and whatever proves nothing is asked again one by one.
    InBulk,
}
