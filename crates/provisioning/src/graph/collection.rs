//! Users or groups as delta answers build them up.

use std::collections::BTreeMap;

use scimkit_client::url::Url;
use scimkit_mapping::Value;
use serde_json::{Map, Value as Json};

use crate::{
    MemberKind, Removed, SourceGroup, SourceMember, SourceUser,
    graph_shapes::{member_kind, removed, source_object},
};

/// Objects by their ids, and where to ask for more.
#[derive(Debug, Default)]
pub(super) struct Collection {
    objects: Objects,
    /// What a reading from the beginning brought so far; what was known before stays in force until it is at its end.
    anew: Option<Objects>,
    link: Option<Url>,
    was_complete: bool,
}

type Objects = BTreeMap<Box<str>, Object>;

/// One object, with everything that answers told of it.
#[derive(Debug, Default)]
struct Object {
    properties: Map<String, Json>,
    removed: Option<Removed>,
    manager: Option<Box<str>>,
    members: BTreeMap<Box<str>, MemberKind>,
}

/// What came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reading {
    Changes,
    Everything,
}

impl Collection {
    pub(super) fn is_empty(&self) -> bool {
        self.now().is_empty()
    }

    /// Where to go on; none for the beginning.
    pub(super) const fn link(&self) -> Option<&Url> {
        self.link.as_ref()
    }

    pub(super) fn go_on_at(&mut self, next: Url) {
        self.link = Some(next);
    }

    /// Reads from the beginning next.
    pub(super) fn begin_anew(&mut self) {
        self.link = None;
        self.anew = Some(Objects::new());
    }

    /// Notes that everything up to now was read, and where later changes will be.
    pub(super) fn finish(&mut self, delta: Url) -> Reading {
        self.link = Some(delta);
        let anew = self.anew.take();
        if anew.is_none() && self.was_complete {
            return Reading::Changes;
        }
        self.was_complete = true;
        if let Some(anew) = anew {
            self.objects = anew;
        }
        Reading::Everything
    }

    /// Takes in one object of an answer. It may have been there before, in this answer too.
    pub(super) fn merge(&mut self, mut changes: Map<String, Json>) {
        let Some(id) = id(&changes) else {
            return;
        };
        let object = self.building().entry(id).or_default();
        object.removed = removed(&changes);
        if object.removed.is_some() {
            changes.remove("@removed");
        }
        if let Some(Json::Object(manager)) = changes.remove("manager") {
            object.change_manager(&manager);
        }
        if let Some(Json::Array(managers)) = changes.remove("manager@delta") {
            for manager in managers.iter().filter_map(Json::as_object) {
                object.change_manager(manager);
            }
        }
        if let Some(Json::Array(members)) = changes.remove("members@delta") {
            for member in members.iter().filter_map(Json::as_object) {
                object.change_member(member);
            }
        }
        object.properties.extend(changes);
    }

    /// Notes that somebody is deleted whom the answers do not tell of.
    pub(super) fn note_removed(&mut self, object: Map<String, Json>, how: Removed) {
        if let Some(id) = id(&object) {
            self.building().entry(id).or_insert_with(|| Object {
                properties: object,
                removed: Some(how),
                ..Object::default()
            });
        }
    }

    pub(super) fn users(&self) -> Vec<SourceUser> {
        let users = self.now().iter().map(|(id, user)| {
            let mut object = source_object("User", &user.properties);
            if let Some(manager) = &user.manager {
                let manager = Value::Reference(manager.to_string());
                object.attributes.insert("manager".into(), manager);
            }
            SourceUser {
                object,
                account_enabled: user
                    .properties
                    .get("accountEnabled")
                    .and_then(Json::as_bool),
                removed: user.removed,
                manager: user.manager.clone(),
                id: id.clone(),
            }
        });
        users.collect()
    }

    pub(super) fn groups(&self) -> Vec<SourceGroup> {
        let groups = self.now().iter().map(|(id, group)| {
            let mut object = source_object("Group", &group.properties);
            let ids = group.members.keys();
            let ids = ids.map(|id| Value::Reference(id.to_string())).collect();
            object
                .attributes
                .insert("members".into(), Value::Multi(ids));
            let members = group.members.iter().map(|(id, kind)| SourceMember {
                id: id.clone(),
                kind: *kind,
            });
            SourceGroup {
                object,
                removed: group.removed,
                members: members.collect(),
                id: id.clone(),
            }
        });
        groups.collect()
    }

    /// What is in force: what is being read only when nothing was read to its end yet.
    fn now(&self) -> &Objects {
        match &self.anew {
            Some(anew) if !self.was_complete => anew,
            _ => &self.objects,
        }
    }

    fn building(&mut self) -> &mut Objects {
        self.anew.as_mut().unwrap_or(&mut self.objects)
    }
}

impl Object {
    fn change_manager(&mut self, manager: &Map<String, Json>) {
        let id = id(manager);
        if removed(manager).is_none() {
            self.manager = id;
        } else if self.manager == id {
            // the old one may be named after the new one
            self.manager = None;
        }
    }

    fn change_member(&mut self, member: &Map<String, Json>) {
        let Some(id) = id(member) else {
            return;
        };
        if removed(member).is_some() {
            self.members.remove(&id);
        } else {
            self.members.insert(id, member_kind(member));
        }
    }
}

fn id(object: &Map<String, Json>) -> Option<Box<str>> {
    let id = object.get("id")?.as_str()?;
    (!id.is_empty() && !id.contains('\0')).then(|| id.into())
}
