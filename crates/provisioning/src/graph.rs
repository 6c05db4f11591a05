//! Microsoft Graph as a directory.

mod collection;
mod problem;
mod reader;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use scimkit_client::{BaseUrl, Credential, Transport, url::form_urlencoded::byte_serialize};
use serde_json::{Map, Value as Json};

use self::{
    collection::{Collection, Reading},
    problem::Problem,
    reader::Reader,
};
use crate::{
    Assignment, Completeness, Directory, DirectoryError, DirectoryErrorKind, NoPause, Pause,
    Removed, Snapshot,
};

/// The users, groups and assignments of an Entra tenant, as Microsoft Graph tells them.
///
/// The first snapshot reads everything; each later one asks for what changed since ([delta queries]). What was read is kept in memory: a new
/// process reads everything again. Who is assigned is read anew each time, from the enterprise application (its service principal).
///
/// What cannot be read to its end makes the snapshot incomplete, and the next one goes on where this one stopped. Links to further pages are
/// followed only to the host of the base URL, since the token goes along.
///
/// The client needs the application permissions `User.Read.All`, `GroupMember.Read.All` and `Application.Read.All`.
///
/// [delta queries]: https://learn.microsoft.com/graph/delta-query-overview
pub struct GraphDirectory<T, P = NoPause> {
    base: BaseUrl,
    credential: Credential,
    service_principal: Box<str>,
    transport: T,
    pause: P,
    properties: Vec<Box<str>>,
    known: Mutex<Known>,
}

/// What Graph told so far.
#[derive(Debug, Default)]
struct Known {
    users: Collection,
    groups: Collection,
    /// Whether the recycle bin was looked into since all users were read.
    has_bin: bool,
}

impl<T: Transport> GraphDirectory<T> {
    /// Where Graph is, but for the national clouds.
    pub const BASE: &'static str = "https://graph.microsoft.com/v1.0";

    /// The tenant that `credential` opens: usually the [`AccessTokens`](scimkit_client::AccessTokens) of a client with the scope
    /// `https://graph.microsoft.com/.default`. `service_principal` is the object id of the enterprise application.
    #[must_use]
    pub fn new(
        base: BaseUrl,
        credential: impl Into<Credential>,
        service_principal: &str,
        transport: T,
    ) -> Self {
        Self {
            base,
            credential: credential.into(),
            service_principal: service_principal.into(),
            transport,
            pause: NoPause,
            properties: USER_PROPERTIES.iter().map(|name| (*name).into()).collect(),
            known: Mutex::default(),
        }
    }
}

impl<T, P> GraphDirectory<T, P> {
    /// This, waiting as long as Graph asks for when it is asked too often. Without, the snapshot is incomplete and the next one goes on.
    #[must_use]
    pub fn with_pause<Q: Pause>(self, pause: Q) -> GraphDirectory<T, Q> {
        GraphDirectory {
            base: self.base,
            credential: self.credential,
            service_principal: self.service_principal,
            transport: self.transport,
            pause,
            properties: self.properties,
            known: self.known,
        }
    }

    /// This, reading one more property of users, under Graph's name for it: a directory extension, for instance.
    #[must_use]
    pub fn with_user_property(mut self, name: &str) -> Self {
        if !self.properties.iter().any(|known| **known == *name) {
            self.properties.push(name.into());
        }
        self
    }
}

impl<T: Transport, P: Pause> Directory for GraphDirectory<T, P> {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        // the lock is not held while Graph is asked; a snapshot that is given up makes the next one read everything
        let mut known = std::mem::take(&mut *self.lock());
        let outcome = self.read(&mut known).await;
        *self.lock() = known;
        outcome
    }

    fn name(&self) -> Box<str> {
        "Microsoft Entra ID".into()
    }
}

impl<T: Transport, P: Pause> GraphDirectory<T, P> {
    async fn read(&self, known: &mut Known) -> Result<Snapshot, DirectoryError> {
        let mut reader = Reader::new(&self.base, &self.credential, &self.transport, &self.pause);
        let mut gaps = Vec::new();
        let users = format!("users/delta?$select={}", self.properties.join(","));
        match reader.update(&mut known.users, &users).await {
            Ok(Reading::Changes) => {}
            Ok(Reading::Everything) => known.has_bin = false,
            Err(problem) if problem.is_about_credentials() || known.users.is_empty() => {
                return Err(DirectoryErrorKind::Graph(problem.to_string().into()).into());
            }
            Err(problem) => gaps.push(format!(
                "the users could not be read to their end: {problem}"
            )),
        }
        if !known.has_bin {
            match self.look_into_the_bin(&mut reader, &mut known.users).await {
                Ok(()) => known.has_bin = gaps.is_empty(),
                Err(problem) => {
                    gaps.push(format!("the deleted users could not be read: {problem}"));
                }
            }
        }
        let groups = format!("groups/delta?$select={GROUP_PROPERTIES}");
        if let Err(problem) = reader.update(&mut known.groups, &groups).await {
            gaps.push(format!(
                "the groups could not be read to their end: {problem}"
            ));
        }
        let assignments = match self.assignments(&mut reader).await {
            Ok(assignments) => Some(assignments),
            Err(problem) => {
                gaps.push(format!("who is assigned could not be read: {problem}"));
                None
            }
        };
        Ok(Snapshot {
            users: known.users.users(),
            groups: known.groups.groups(),
            assignments,
            completeness: if gaps.is_empty() {
                Completeness::Complete
            } else {
                Completeness::Incomplete(gaps)
            },
            warnings: Vec::new(),
        })
    }

    /// Notes who is in the recycle bin: a first delta does not tell of them, and they are to be disabled, not deleted.
    async fn look_into_the_bin(
        &self,
        reader: &mut Reader<'_, T, P>,
        users: &mut Collection,
    ) -> Result<(), Problem> {
        let path = format!(
            "directory/deletedItems/microsoft.graph.user?$select={BIN_PROPERTIES}&$top={PAGE}"
        );
        for deleted in reader.list(&path).await? {
            users.note_removed(deleted, Removed::Soft);
        }
        Ok(())
    }

    async fn assignments(&self, reader: &mut Reader<'_, T, P>) -> Result<Vec<Assignment>, Problem> {
        let id: String = byte_serialize(self.service_principal.as_bytes()).collect();
        let path = format!("servicePrincipals/{id}/appRoleAssignedTo?$top={PAGE}");
        let list = reader.list(&path).await?;
        let assignments: BTreeSet<_> = list.iter().filter_map(assignment).collect();
        let assignments = assignments.into_iter().map(|(principal, role)| Assignment {
            principal: principal.into(),
            role: role.into(),
        });
        Ok(assignments.collect())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Principal and role; none for applications that are assigned to the application.
fn assignment(object: &Map<String, Json>) -> Option<(&str, &str)> {
    let text = |name: &str| object.get(name).and_then(Json::as_str);
    if text("principalType") == Some("ServicePrincipal") {
        return None;
    }
    let role = text("appRoleId").unwrap_or(Assignment::DEFAULT_ACCESS);
    Some((text("principalId")?, role))
}

/// Without transport and pause, which may be closures, and without what was read.
impl<T, P> fmt::Debug for GraphDirectory<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphDirectory")
            .field("base", &self.base)
            .field("credential", &self.credential)
            .field("service_principal", &self.service_principal)
            .finish_non_exhaustive()
    }
}

/// What mappings may ask of a user, under Graph's names.
const USER_PROPERTIES: [&str; 33] = [
    "id",
    "accountEnabled",
    "businessPhones",
    "city",
    "companyName",
    "country",
    "createdDateTime",
    "department",
    "displayName",
    "employeeId",
    "externalUserState",
    "faxNumber",
    "givenName",
    "jobTitle",
    "mail",
    "mailNickname",
    "manager",
    "mobilePhone",
    "officeLocation",
    "onPremisesExtensionAttributes",
    "onPremisesImmutableId",
    "onPremisesSyncEnabled",
    "otherMails",
    "postalCode",
    "preferredLanguage",
    "proxyAddresses",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
    "userPrincipalName",
    "userType",
    "employeeType",
];

const GROUP_PROPERTIES: &str =
    "id,displayName,description,mail,mailEnabled,mailNickname,groupTypes,securityEnabled,members";

const BIN_PROPERTIES: &str = "id,displayName,userPrincipalName,mail,mailNickname,givenName,surname";

/// The largest page that Graph gives of a list.
const PAGE: u32 = 999;
