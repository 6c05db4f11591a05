//! A directory in one JSON file, in the shapes of Microsoft Graph's answers.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value as Json};

use crate::{
    Assignment, Completeness, Directory, DirectoryError, Snapshot, SourceGroup, SourceMember,
    SourceUser,
    directory::DirectoryErrorKind,
    graph_shapes::{member_kind, removed, source_object},
};

/// A directory file: Graph's `users`, `groups` with `members`, and `appRoleAssignedTo`, put together in one JSON object.
///
/// It is read anew for every cycle, so a later file in its place is a later state of the directory. What is missing in it counts as
/// deleted, unless the file is incomplete.
///
/// ```
/// use scimkit_provisioning::{Completeness, DirectoryFile};
///
/// let snapshot = DirectoryFile::parse(br#"{ "users": [{ "id": "8d1c", "displayName": "Mira Okafor" }], "groups": [] }"#)?;
/// assert_eq!(snapshot.users[0].display_name().as_deref(), Some("Mira Okafor"));
/// assert!(matches!(snapshot.completeness, Completeness::Incomplete(_))); // nobody knows who is assigned
/// # Ok::<(), scimkit_provisioning::DirectoryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DirectoryFile {
    path: PathBuf,
}

impl DirectoryFile {
    /// The directory that the file at `path` holds whenever it is asked for.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Reads the file at `path` once.
    ///
    /// # Errors
    /// [`DirectoryError`] if it cannot be read or is cut off.
    pub fn read(path: impl AsRef<Path>) -> Result<Snapshot, DirectoryError> {
        let path = path.as_ref();
        let bytes =
            fs::read(path).map_err(|error| DirectoryError::unreadable(path.into(), error))?;
        Self::parse(&bytes)
    }

    /// Reads the content of such a file.
    ///
    /// # Errors
    /// [`DirectoryError`] that says where the content is cut off, no JSON, or of another shape.
    pub fn parse(bytes: &[u8]) -> Result<Snapshot, DirectoryError> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let file: Json = serde_json::from_slice(bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            if error.is_eof() {
                return DirectoryErrorKind::CutOff {
                    line,
                    byte: bytes.len(),
                };
            }
            let problem = error.to_string();
            let problem = problem.split(" at line ").next().unwrap_or_default().into();
            DirectoryErrorKind::NotJson {
                line,
                column,
                problem,
            }
        })?;
        match &file {
            Json::Object(file) => Reader::default().snapshot(file),
            _ => Err(DirectoryErrorKind::Shape {
                place: "the top".into(),
                expected: "an object with `users`, `groups` and `appRoleAssignedTo`",
            }
            .into()),
        }
    }
}

impl Directory for DirectoryFile {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        Self::read(&self.path)
    }

    fn name(&self) -> Box<str> {
        "Directory file".into()
    }
}

/// Objects, each with its place in the file.
type Placed<'a> = Vec<(String, &'a Map<String, Json>)>;

/// What has been noticed so far.
#[derive(Default)]
struct Reader {
    ids: BTreeSet<Box<str>>,
    gaps: Vec<String>,
    warnings: Vec<String>,
}

impl Reader {
    fn snapshot(mut self, file: &Map<String, Json>) -> Result<Snapshot, DirectoryError> {
        self.look_for_further_pages(file, "the file");
        let mut users = Vec::new();
        for (place, object) in self.objects(file, "users")?.unwrap_or_default() {
            users.extend(self.user(&place, object)?);
        }
        let mut groups = Vec::new();
        for (place, object) in self.objects(file, "groups")?.unwrap_or_default() {
            groups.extend(self.group(&place, object)?);
        }
        let assigned = self.objects(file, "appRoleAssignedTo")?;
        let assignments = assigned
            .map(|list| {
                list.iter()
                    .map(|(place, object)| assignment(place, object))
                    .collect()
            })
            .transpose()?;
        Ok(Snapshot {
            users,
            groups,
            assignments,
            completeness: match self.gaps {
                gaps if gaps.is_empty() => Completeness::Complete,
                gaps => Completeness::Incomplete(gaps),
            },
            warnings: self.warnings,
        })
    }

    /// The objects of the array `name`, which may also be a whole answer of Graph with the array under `value`.
    fn objects<'a>(
        &mut self,
        file: &'a Map<String, Json>,
        name: &str,
    ) -> Result<Option<Placed<'a>>, DirectoryError> {
        let list = match file.get(name) {
            Some(Json::Array(list)) => list,
            Some(Json::Object(answer)) => {
                self.look_for_further_pages(answer, &format!("`{name}`"));
                match answer.get("value") {
                    Some(Json::Array(list)) => list,
                    _ => return Err(shape(name, "an array")),
                }
            }
            Some(Json::Null) | None => {
                self.gaps
                    .push(format!("the directory file has no `{name}`"));
                return Ok(None);
            }
            Some(_) => return Err(shape(name, "an array")),
        };
        let objects = list.iter().enumerate().map(|(index, item)| {
            let place = format!("{name}[{index}]");
            match item {
                Json::Object(object) => Ok((place, object)),
                _ => Err(shape(&place, "an object")),
            }
        });
        objects.collect::<Result<_, _>>().map(Some)
    }

    fn user(
        &mut self,
        place: &str,
        object: &Map<String, Json>,
    ) -> Result<Option<SourceUser>, DirectoryError> {
        let id = text(place, object, "id")?;
        if !self.is_new(&id, place) {
            return Ok(None);
        }
        Ok(Some(SourceUser {
            object: source_object("User", object),
            account_enabled: match object.get("accountEnabled") {
                Some(Json::Bool(enabled)) => Some(*enabled),
                Some(Json::Null) | None => None,
                Some(_) => return Err(shape(&format!("{place}.accountEnabled"), "true or false")),
            },
            removed: removed(object),
            manager: match object.get("manager") {
                Some(Json::Object(manager)) => {
                    Some(text(&format!("{place}.manager"), manager, "id")?)
                }
                Some(Json::Null) | None => None,
                Some(_) => {
                    return Err(shape(&format!("{place}.manager"), "an object with an `id`"));
                }
            },
            id,
        }))
    }

    fn group(
        &mut self,
        place: &str,
        object: &Map<String, Json>,
    ) -> Result<Option<SourceGroup>, DirectoryError> {
        let id = text(place, object, "id")?;
        if !self.is_new(&id, place) {
            return Ok(None);
        }
        let mut group = SourceGroup {
            object: source_object("Group", object),
            removed: removed(object),
            members: Vec::new(),
            id,
        };
        let name = group.name();
        self.look_for_further_pages(object, &format!("the group `{name}`"));
        match object.get("members") {
            Some(Json::Array(members)) => {
                for (index, item) in members.iter().enumerate() {
                    let place = format!("{place}.members[{index}]");
                    let member = item.as_object().ok_or_else(|| shape(&place, "an object"))?;
                    group.members.push(source_member(&place, member)?);
                }
            }
            Some(Json::Null) | None if group.removed.is_none() => {
                self.gaps
                    .push(format!("the group `{name}` has no `members`"));
            }
            Some(Json::Null) | None => {}
            Some(_) => return Err(shape(&format!("{place}.members"), "an array")),
        }
        if group.members.len() == EXPAND_LIMIT {
            self.warnings.push(format!(
                "the group `{name}` has exactly {EXPAND_LIMIT} members, which is where Graph's `$expand=members` stops: if there are more, export them from `/groups/{}/members`",
                group.id
            ));
        }
        Ok(Some(group))
    }

    /// Graph may repeat an object when it changes between two pages; the first one stays.
    fn is_new(&mut self, id: &str, place: &str) -> bool {
        let is_new = self.ids.insert(id.into());
        if !is_new {
            self.warnings.push(format!(
                "`{place}` has the object id `{id}`, which was there before: only the first object with it counts"
            ));
        }
        is_new
    }

    fn look_for_further_pages(&mut self, object: &Map<String, Json>, place: &str) {
        if object.keys().any(|name| name.ends_with("@odata.nextLink")) {
            self.gaps.push(format!(
                "{place} has further pages that are not in the file (`@odata.nextLink`)"
            ));
        }
    }
}

fn assignment(place: &str, object: &Map<String, Json>) -> Result<Assignment, DirectoryError> {
    Ok(Assignment {
        principal: text(place, object, "principalId")?,
        role: match object.get("appRoleId") {
            Some(Json::String(role)) => role.as_str().into(),
            _ => Assignment::DEFAULT_ACCESS.into(),
        },
    })
}

fn source_member(place: &str, member: &Map<String, Json>) -> Result<SourceMember, DirectoryError> {
    Ok(SourceMember {
        id: text(place, member, "id")?,
        kind: member_kind(member),
    })
}

fn text(place: &str, object: &Map<String, Json>, name: &str) -> Result<Box<str>, DirectoryError> {
    match object.get(name).and_then(Json::as_str) {
        Some(text) if !text.is_empty() && !text.contains('\0') => Ok(text.into()),
        _ => Err(shape(
            &format!("{place}.{name}"),
            "a text that is not empty",
        )),
    }
}

fn shape(place: &str, expected: &'static str) -> DirectoryError {
    DirectoryErrorKind::Shape {
        place: format!("`{place}`").into(),
        expected,
    }
    .into()
}

/// Where Graph's `$expand=members` stops without saying so.
const EXPAND_LIMIT: usize = 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests;
