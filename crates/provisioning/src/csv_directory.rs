//! A directory in CSV files.

mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde_json::{Map, Value as Json};

use self::table::{Row, Table};
use crate::{
    Assignment, Completeness, Directory, DirectoryError, MemberKind, Snapshot, SourceGroup,
    SourceMember, SourceUser, graph_shapes::source_object,
};

/// A directory in CSV files, as a human resources system or a spreadsheet exports it.
///
/// Each file has a line of column names, which are those of mappings or of Graph, in any order:
///
/// | file | columns |
/// | --- | --- |
/// | users | `id`, and any attributes; `accountEnabled` is `true` or `false`, `manager` the id of a user |
/// | groups | `id`, and any attributes such as `displayName` |
/// | members | `group` and `member`, both ids |
/// | assignments | `principal`, the id of a user or group, and perhaps `role` |
///
/// An empty cell is no value. A column whose name ends in `[]` holds a list, with semicolons in between.
///
/// The files are read anew for every cycle. Whoever is not in them any more counts as deleted; a file that breaks off in a line, or has a
/// line with fewer cells than columns, is an error. Write new files beside the old ones and rename them into their places.
///
/// ```
/// use scimkit_provisioning::{CsvDirectory, Directory};
/// # pollster::block_on(async {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("users.csv"), "id,userPrincipalName,accountEnabled\n8d1c,mira@harborline.example,true\n")?;
/// let snapshot = CsvDirectory::new(folder.path().join("users.csv")).snapshot().await?;
/// assert_eq!(&*snapshot.users[0].name(), "mira@harborline.example");
///
/// std::fs::write(folder.path().join("users.csv"), "id,userPrincipalName,accountEnabled\n8d1c,mira@harborline.example,perhaps\n")?;
/// let error = CsvDirectory::new(folder.path().join("users.csv")).snapshot().await.unwrap_err();
/// assert!(error.to_string().ends_with("line 2, column `accountEnabled`: `perhaps` is neither `true` nor `false`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct CsvDirectory {
    users: PathBuf,
    groups: Option<PathBuf>,
    members: Option<PathBuf>,
    assignments: Option<PathBuf>,
}

impl CsvDirectory {
    /// The users of this file.
    #[must_use]
    pub fn new(users: impl Into<PathBuf>) -> Self {
        Self {
            users: users.into(),
            groups: None,
            members: None,
            assignments: None,
        }
    }

    /// This, with the groups of one file and their members of another.
    #[must_use]
    pub fn with_groups(mut self, groups: impl Into<PathBuf>, members: impl Into<PathBuf>) -> Self {
        self.groups = Some(groups.into());
        self.members = Some(members.into());
        self
    }

    /// This, with who is assigned. Without, nobody knows, and only [`Scope::Everyone`](crate::Scope::Everyone) brings anybody over.
    #[must_use]
    pub fn with_assignments(mut self, assignments: impl Into<PathBuf>) -> Self {
        self.assignments = Some(assignments.into());
        self
    }

    /// Reads all files once.
    ///
    /// # Errors
    /// [`DirectoryError`] that names file, line and column.
    pub fn read(&self) -> Result<Snapshot, DirectoryError> {
        let mut reader = Reader::default();
        let users = Table::read(&self.users)?.rows(|row| reader.user(row))?;
        let mut groups = match &self.groups {
            Some(path) => Table::read(path)?.rows(|row| reader.group(row))?,
            None => Vec::new(),
        };
        if let Some(path) = &self.members {
            let memberships = Table::read(path)?.rows(|row| {
                let group = row.required(&["group", "groupId"])?;
                let member = row.required(&["member", "memberId"])?;
                Ok(Some((group.into(), member.into(), row.line())))
            })?;
            reader.join(&users, &mut groups, memberships);
        }
        let assignments = match &self.assignments {
            Some(path) => Some(Table::read(path)?.rows(assignment)?),
            None => None,
        };
        Ok(Snapshot {
            users,
            groups,
            assignments,
            completeness: Completeness::Complete,
            warnings: reader.warnings,
        })
    }
}

impl Directory for CsvDirectory {
    async fn snapshot(&self) -> Result<Snapshot, DirectoryError> {
        self.read()
    }

    fn name(&self) -> Box<str> {
        "CSV files".into()
    }
}

/// A line of the members: group, member, and the number of the line.
type Membership = (Box<str>, Box<str>, u64);

/// What has been noticed so far.
#[derive(Default)]
struct Reader {
    ids: BTreeSet<Box<str>>,
    warnings: Vec<String>,
}

impl Reader {
    fn user(&mut self, row: &Row<'_>) -> Result<Option<SourceUser>, DirectoryError> {
        let Some(id) = self.id(row)? else {
            return Ok(None);
        };
        let mut properties = properties(row, &id);
        let account_enabled = row.boolean("accountEnabled")?;
        if let Some(enabled) = account_enabled {
            properties.insert("accountEnabled".into(), enabled.into());
        }
        let manager = row.get("manager").map(Into::into);
        if let Some(id) = row.get("manager") {
            let manager = Map::from_iter([("id".to_owned(), Json::from(id))]);
            properties.insert("manager".into(), manager.into());
        }
        Ok(Some(SourceUser {
            object: source_object("User", &properties),
            account_enabled,
            manager,
            ..SourceUser::new(&id, scimkit_mapping::SourceObject::new("User"))
        }))
    }

    fn group(&mut self, row: &Row<'_>) -> Result<Option<SourceGroup>, DirectoryError> {
        let Some(id) = self.id(row)? else {
            return Ok(None);
        };
        let object = source_object("Group", &properties(row, &id));
        Ok(Some(SourceGroup::new(&id, object)))
    }

    /// The object id, unless it was there before.
    fn id(&mut self, row: &Row<'_>) -> Result<Option<Box<str>>, DirectoryError> {
        let id = row.required(&["id", "objectId"])?;
        if self.ids.insert(id.into()) {
            return Ok(Some(id.into()));
        }
        self.warnings.push(format!(
            "{} has the object id `{id}`, which was there before: only the first object with it counts",
            row.place()
        ));
        Ok(None)
    }

    fn join(
        &mut self,
        users: &[SourceUser],
        groups: &mut [SourceGroup],
        memberships: Vec<Membership>,
    ) {
        let users: BTreeSet<&str> = users.iter().map(|user| &*user.id).collect();
        let places = groups.iter().enumerate();
        let places: BTreeMap<Box<str>, usize> = places
            .map(|(index, group)| (group.id.clone(), index))
            .collect();
        let mut seen = BTreeSet::new();
        for (group, member, line) in memberships {
            let place = places.get(&group).and_then(|index| groups.get_mut(*index));
            let Some(place) = place else {
                self.warnings.push(format!(
                    "line {line} of the members names the group `{group}`, which is not among the groups"
                ));
                continue;
            };
            let kind = match (users.contains(&*member), places.contains_key(&member)) {
                (false, true) => MemberKind::Group,
                _ => MemberKind::User,
            };
            if seen.insert((group, member.clone())) {
                place.members.push(SourceMember { id: member, kind });
            }
        }
    }
}

/// The cells of a row as Graph would tell them.
fn properties(row: &Row<'_>, id: &str) -> Map<String, Json> {
    let mut properties = Map::new();
    for (name, text) in row.cells() {
        let value = match name.strip_suffix("[]") {
            Some(list) => {
                let values = text.split(';').map(str::trim);
                let values = values.filter(|value| !value.is_empty()).map(Json::from);
                (list, Json::Array(values.collect()))
            }
            None if name == "businessPhones" => (name, Json::Array(vec![text.into()])),
            None if matches!(name, "accountEnabled" | "manager" | "id" | "objectId") => continue,
            None => (name, text.into()),
        };
        properties.insert(value.0.to_owned(), value.1);
    }
    properties.insert("id".into(), id.into());
    properties
}

fn assignment(row: &Row<'_>) -> Result<Option<Assignment>, DirectoryError> {
    let role = row.get("role").or_else(|| row.get("appRoleId"));
    Ok(Some(Assignment {
        principal: row.required(&["principal", "principalId"])?.into(),
        role: role.unwrap_or(Assignment::DEFAULT_ACCESS).into(),
    }))
}

#[cfg(test)]
mod tests;
