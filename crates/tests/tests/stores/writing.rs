//! Writes as the tests make them up.

use std::sync::Arc;

use proptest::prelude::*;
use scimkit::{
    patch::MemberChange,
    schema::{Name, Resource, ResourceId, Version, core},
    store::{Action, Document, Draft, Expect, Key, UnknownMembers, Write},
};

use crate::model::at;

pub(crate) const USERS: u32 = 6;
pub(crate) const GROUPS: u32 = 4;

/// Some are the same to whoever ignores case.
pub(crate) const NAMES: [&str; 7] = [
    "mira", "MIRA", "straße", "STRASSE", "noor", "o'neil", "Ämilie",
];

pub(crate) fn key(type_name: &str, number: u32) -> Key {
    let id = format!("018f0000-0000-7000-8000-{type_name:.1}{number:011}");
    Key::new(Name::from(type_name), ResourceId::new(&id).unwrap())
}

pub(crate) fn keys() -> Vec<Key> {
    let users = (0..USERS).map(|number| key("User", number));
    users
        .chain((0..GROUPS).map(|number| key("Group", number)))
        .collect()
}

pub(crate) fn write(key: &Key, expect: Expect, document: Document) -> Write {
    let action = match (&expect, &document) {
        (_, Document::Delete) => Action::Delete,
        (Expect::Absent, _) => Action::Create,
        (_, Document::Keep) => Action::Patch,
        (_, Document::Put(_)) => Action::Replace,
    };
    let event = Draft::new(at(0), "test", action);
    Write::new(key.clone(), expect, document, event)
}

pub(crate) fn put(key: &Key, expect: Expect, document: Resource) -> Write {
    write(key, expect, Document::Put(Arc::new(document)))
}

pub(crate) fn change_members(group: &Key, add: Vec<ResourceId>, remove: Vec<ResourceId>) -> Write {
    write(group, Expect::Exists, Document::Keep).with_members(MemberChange::Delta { add, remove })
}

pub(crate) fn named(key: &Key, name: &str) -> Resource {
    if key.type_name == "User" {
        Resource::new(core::USER).with("userName", name)
    } else {
        Resource::new(core::GROUP).with("displayName", name)
    }
}

/// The document with another name.
pub(crate) fn renamed(key: &Key, document: &Resource, name: &str) -> Resource {
    let path = if key.type_name == "User" {
        "userName"
    } else {
        "displayName"
    };
    document.clone().with(path, name)
}

pub(crate) fn a_key() -> impl Strategy<Value = Key> {
    prop::sample::select(keys())
}

pub(crate) fn a_group() -> impl Strategy<Value = Key> {
    (0..GROUPS).prop_map(|number| key("Group", number))
}

pub(crate) fn a_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(NAMES.to_vec())
}

pub(crate) fn a_write() -> impl Strategy<Value = Write> {
    let creation = (a_key().prop_flat_map(a_document), some_members()).prop_map(
        |((key, document), members)| {
            let write = put(&key, Expect::Absent, document);
            if key.type_name == "Group" {
                write.with_members(members)
            } else {
                write
            }
        },
    );
    let replacement = (a_key().prop_flat_map(a_document), an_expectation())
        .prop_map(|((key, document), expect)| put(&key, expect, document));
    let deletion =
        (a_key(), an_expectation()).prop_map(|(key, expect)| write(&key, expect, Document::Delete));
    let members =
        (a_group(), an_expectation(), some_members()).prop_map(|(group, expect, members)| {
            write(&group, expect, Document::Keep).with_members(members)
        });
    let replaced_group = (a_group().prop_flat_map(a_document), some_members()).prop_map(
        |((group, document), members)| put(&group, Expect::Exists, document).with_members(members),
    );
    let kind = prop_oneof![
        5 => creation,
        2 => replacement,
        1 => deletion,
        4 => members,
        1 => replaced_group,
    ];
    let unknown = prop::sample::select(vec![UnknownMembers::Refuse, UnknownMembers::LeaveOut]);
    (kind, unknown).prop_map(|(write, unknown)| write.with_unknown_members(unknown))
}

fn an_expectation() -> impl Strategy<Value = Expect> {
    prop_oneof![
        4 => Just(Expect::Exists),
        1 => (1_u64..5).prop_map(|number| Expect::Version(Version::from_number(number))),
    ]
}

fn a_document(key: Key) -> impl Strategy<Value = (Key, Resource)> {
    let other = || prop::option::of(a_name());
    (a_name(), other(), other(), other()).prop_map(move |(name, external, title, display)| {
        let mut document = named(&key, name);
        if let Some(external) = external {
            document = document.with("externalId", external);
        }
        if key.type_name == "User" {
            if let Some(title) = title {
                document = document.with("title", title);
            }
            if let Some(display) = display {
                document = document.with("displayName", display);
            }
        }
        (key.clone(), document)
    })
}

fn some_members() -> impl Strategy<Value = MemberChange> {
    // One of them never exists.
    let mut all = keys();
    all.push(key("User", 77));
    let ids: Vec<_> = all.into_iter().map(|key| key.id).collect();
    let some = prop::sample::subsequence(ids, 0..=5).prop_shuffle();
    let delta = (some.clone(), 0_usize..5).prop_map(|(mut add, at)| {
        let remove = add.split_off(at.min(add.len()));
        MemberChange::Delta { add, remove }
    });
    prop_oneof![3 => delta, 1 => some.prop_map(MemberChange::Exactly)]
}
