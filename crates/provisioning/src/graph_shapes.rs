//! What Graph's objects mean, and its property names translated into the names that mappings use.

use scimkit_mapping::{SourceObject, Value};
use serde_json::{Map, Value as Json};

use crate::{MemberKind, Removed};

/// Whether and how the object was deleted, as delta answers mark it.
pub(crate) fn removed(object: &Map<String, Json>) -> Option<Removed> {
    let marker = object.get("@removed")?;
    match marker.get("reason").and_then(Json::as_str) {
        Some("deleted") => Some(Removed::Hard),
        _ => Some(Removed::Soft),
    }
}

/// What a member of a group is.
pub(crate) fn member_kind(member: &Map<String, Json>) -> MemberKind {
    match member.get("@odata.type").and_then(Json::as_str) {
        Some("#microsoft.graph.user") | None => MemberKind::User,
        Some("#microsoft.graph.group") => MemberKind::Group,
        Some(_) => MemberKind::Other,
    }
}

/// The attributes of a Graph object under the names of the older directory. Unknown properties are kept; those of objects inside it
/// get a dotted name.
pub(crate) fn source_object(object_type: &str, properties: &Map<String, Json>) -> SourceObject {
    let mut object = SourceObject::new(object_type);
    for (property, value) in properties {
        match (property.as_str(), value) {
            ("manager", Json::Object(manager)) => {
                let id = manager.get("id").and_then(Json::as_str).map(Into::into);
                insert(
                    &mut object,
                    "manager",
                    id.map_or(Value::Null, Value::Reference),
                );
            }
            ("members", Json::Array(members)) => {
                let ids = members
                    .iter()
                    .filter_map(|member| member.get("id")?.as_str());
                let ids = ids.map(|id| Value::Reference(id.into())).collect();
                object
                    .attributes
                    .insert("members".into(), Value::Multi(ids));
            }
            ("businessPhones", Json::Array(phones)) => {
                let first = phones.first().map_or(Value::Null, plain);
                insert(&mut object, "telephoneNumber", first);
            }
            ("onPremisesExtensionAttributes", Json::Object(extension)) => {
                for (name, value) in extension {
                    insert(&mut object, name, plain(value));
                }
            }
            ("userPrincipalName", Json::String(name)) => principal_name(&mut object, name),
            (name, _) if name.contains('@') => {}
            (name, Json::Object(inner)) => {
                for (inner_name, value) in inner {
                    insert(&mut object, &format!("{name}.{inner_name}"), plain(value));
                }
            }
            (name, value) => insert(&mut object, source_name(name), plain(value)),
        }
    }
    object
}

/// A guest is known by the address at home: `alias_domain#EXT#@tenant` is `alias@domain`. The whole is still there under another name.
fn principal_name(object: &mut SourceObject, name: &str) {
    let guest = name
        .split_once("#EXT#")
        .and_then(|(home, _)| home.rsplit_once('_'));
    let shown = match guest {
        Some((alias, domain)) => format!("{alias}@{domain}"),
        None => name.to_owned(),
    };
    insert(object, "userPrincipalName", shown.into());
    insert(object, "originalUserPrincipalName", name.into());
}

fn insert(object: &mut SourceObject, name: &str, value: Value) {
    if !value.is_null() {
        object.attributes.insert(name.to_owned(), value);
    }
}

fn plain(value: &Json) -> Value {
    match value {
        Json::Null | Json::Object(_) => Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| number.to_string().into(), Into::into),
        Json::String(text) => text.as_str().into(),
        Json::Array(values) => {
            let values = values
                .iter()
                .map(plain)
                .filter(|value| !value.is_null() && value.values().len() == 1);
            Value::Multi(values.collect())
        }
    }
}

/// The name that mappings use for a property of Graph.
fn source_name(property: &str) -> &str {
    let renamed = RENAMED.iter().find(|(graph, _)| *graph == property);
    renamed.map_or(property, |(_, name)| name)
}

const RENAMED: [(&str, &str); 11] = [
    ("deletedDateTime", "deletedTimestamp"),
    ("externalUserState", "userState"),
    ("externalUserStateChangeDateTime", "userStateChangedOn"),
    ("faxNumber", "facsimileTelephoneNumber"),
    ("id", "objectId"),
    ("identities", "userIdentities"),
    ("mobilePhone", "mobile"),
    ("officeLocation", "physicalDeliveryOfficeName"),
    ("onPremisesImmutableId", "immutableId"),
    ("onPremisesLastSyncDateTime", "lastDirSyncDateTime"),
    ("onPremisesSyncEnabled", "dirSyncEnabled"),
];
