use std::path::Path;

use serde_json::{Value, json};

/// A small directory in Microsoft Graph's shapes, made by hand and written as a directory file.
#[derive(Clone, Debug)]
pub struct Company {
    document: Value,
}

impl Company {
    /// The app role that assignments carry.
    pub const ROLE: &'static str = "18d1c0de-0000-4000-8000-000000000001";

    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        let role =
            json!({ "id": Self::ROLE, "displayName": "User", "value": "User", "isEnabled": true });
        Self {
            document: json!({ "users": [], "groups": [], "appRoles": [role], "appRoleAssignedTo": [] }),
        }
    }

    /// Adds a person `id` whose names and addresses follow from it.
    #[must_use]
    pub fn user(self, id: &str) -> Self {
        let upn = format!("{id}@harborline.example");
        self.person(json!({
            "id": id, "userPrincipalName": upn, "mail": upn, "mailNickname": id, "displayName": id,
            "givenName": id, "surname": "Test", "accountEnabled": true
        }))
    }

    /// Adds a person as given.
    #[must_use]
    pub fn person(mut self, person: Value) -> Self {
        self.list("users").push(person);
        self
    }

    /// Adds a group `id`, named like it, of these people.
    #[must_use]
    pub fn group(self, id: &str, users: &[&str]) -> Self {
        self.group_of(id, users, &[])
    }

    /// Adds a group `id` of these people and groups.
    #[must_use]
    pub fn group_of(mut self, id: &str, users: &[&str], groups: &[&str]) -> Self {
        let member = |kind: &str, id: &&str| json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id });
        let members = users
            .iter()
            .map(|id| member("user", id))
            .chain(groups.iter().map(|id| member("group", id)));
        let group = json!({ "id": id, "displayName": id, "members": members.collect::<Vec<_>>() });
        self.list("groups").push(group);
        self
    }

    /// Assigns users or groups to the application.
    #[must_use]
    pub fn assign(mut self, kind: &str, ids: &[&str]) -> Self {
        for id in ids {
            let assignment = json!({ "principalId": id, "principalType": kind, "principalDisplayName": id, "appRoleId": Self::ROLE });
            self.list("appRoleAssignedTo").push(assignment);
        }
        self
    }

    /// Changes members of an object of one of the lists.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers build the changes in place"
    )]
    #[must_use]
    pub fn change(mut self, list: &str, id: &str, changes: Value) -> Self {
        let object = self
            .list(list)
            .iter_mut()
            .find(|object| object["id"] == id)
            .unwrap();
        for (name, value) in changes.as_object().unwrap() {
            object[name] = value.clone();
        }
        self
    }

    /// Takes an object out of one of the lists, and out of every group.
    #[must_use]
    pub fn without(mut self, list: &str, id: &str) -> Self {
        self.list(list).retain(|object| object["id"] != id);
        self.list("appRoleAssignedTo")
            .retain(|assignment| assignment["principalId"] != id);
        for group in self.list("groups") {
            group["members"]
                .as_array_mut()
                .unwrap()
                .retain(|member| member["id"] != id);
        }
        self
    }

    /// Takes away what assigns `id`.
    #[must_use]
    pub fn unassign(mut self, id: &str) -> Self {
        self.list("appRoleAssignedTo")
            .retain(|assignment| assignment["principalId"] != id);
        self
    }

    /// The document, to be made wrong.
    pub fn document_mut(&mut self) -> &mut Value {
        &mut self.document
    }

    /// Writes the directory file.
    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.document.to_string()).unwrap();
    }

    fn list(&mut self, name: &str) -> &mut Vec<Value> {
        self.document[name].as_array_mut().unwrap()
    }
}

impl Default for Company {
    fn default() -> Self {
        Self::new()
    }
}
