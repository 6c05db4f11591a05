//! The suite that proves a store. A backend is accepted when [`conformance!`](crate::conformance) is green for it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed check is a failed test"
)]

pub mod members;
pub mod queries;
pub mod states;
pub mod tokens;
pub mod writes;

use std::sync::Arc;

use scimkit_filter::{BoundFilter, Filter};
use scimkit_patch::MemberChange;
use scimkit_schema::{Compat, DateTime, Name, Resource, ResourceId, SchemaSet, core};

use crate::{
    Action, Changed, Document, Draft, Expect, Key, Query, Shown, Store, UnknownMembers, Write,
    Written,
};

/// Makes a test of every check of [`Store`](crate::Store), each on a store of its own.
///
/// `make` gives an empty store whose types are [`SchemaSet::core_with_unique_group_names`]; `block_on` waits for a future. A check that
/// a backend leaves out is not called.
///
/// ```
/// # mod checked {
/// use std::sync::Arc;
/// use scimkit_schema::SchemaSet;
/// use scimkit_store::MemoryStore;
///
/// scimkit_store::conformance! {
///     make: || MemoryStore::new(Arc::new(SchemaSet::core_with_unique_group_names())),
///     block_on: pollster::block_on
/// }
/// # }
/// ```
#[macro_export]
macro_rules! conformance {
    (make: $make:expr, block_on: $block_on:path) => {
        $crate::conformance!(@checks $make, $block_on, writes:
            creates_and_reads_back refuses_what_is_not_expected keeps_unique_values replaces_and_counts_versions
            changes_nothing_without_a_change deletes_for_good numbers_events_without_gaps
            finds_events_by_resource_actor_and_time forgets_the_oldest_events writes_independently);
        $crate::conformance!(@checks $make, $block_on, queries:
            pages_by_index pages_by_place pages_back_and_forth finds_by_filter finds_by_what_the_store_knows keeps_to_its_budget
            sorts_by_an_attribute sorts_by_what_the_store_knows pages_through_sorted_results sorts_within_its_budget);
        $crate::conformance!(@checks $make, $block_on, members:
            adds_and_removes_members sets_members_exactly refuses_or_leaves_out_unknown_members reads_the_relation_both_ways
            pages_through_members deleting_a_member_ends_its_memberships filters_by_membership);
    };
    (@checks $make:expr, $block_on:path, $room:ident: $($check:ident)+) => {
        $(
            #[test]
            fn $check() {
                let make = $make;
                $block_on($crate::conformance::$room::$check(&make()));
            }
        )+
    };
}

/// Makes a test of every check of [`Tokens`](crate::Tokens).
#[macro_export]
macro_rules! token_conformance {
    (make: $make:expr, block_on: $block_on:path) => {
        $crate::conformance!(@checks $make, $block_on, tokens: keeps_tokens touch_never_goes_back);
    };
}

/// Makes a test of every check of [`StateStore`](crate::StateStore).
#[macro_export]
macro_rules! state_conformance {
    (make: $make:expr, block_on: $block_on:path) => {
        $crate::conformance!(@checks $make, $block_on, states: scans_in_order commits_all_edits);
    };
}

/// The types that the checks work with.
#[must_use]
pub fn schemas() -> SchemaSet {
    SchemaSet::core_with_unique_group_names()
}

fn user_key(number: u32) -> Key {
    key("User", &format!("018f0000-0000-7000-8000-{number:012}"))
}

fn group_key(number: u32) -> Key {
    key("Group", &format!("018f0000-0000-7000-9000-{number:012}"))
}

fn key(type_name: &str, id: &str) -> Key {
    Key::new(Name::from(type_name), ResourceId::new(id).unwrap())
}

fn user(name: &str) -> Resource {
    Resource::new(core::USER)
        .with("userName", name)
        .with("active", true)
}

fn group(name: &str) -> Resource {
    Resource::new(core::GROUP).with("displayName", name)
}

fn at(second: i64) -> DateTime {
    DateTime::from_unix_micros(1_767_600_000_000_000).plus_seconds(second)
}

fn draft(action: Action, second: i64) -> Draft {
    Draft {
        at: at(second),
        actor: "suite".into(),
        action,
        name: None,
        changes: vec![Changed {
            path: "x".into(),
            before: Shown::Nothing,
            after: Shown::Value("1".into()),
        }],
        notes: vec![],
    }
}

fn put(key: &Key, expect: Expect, document: Resource, second: i64) -> Write {
    let action = if expect == Expect::Absent {
        Action::Create
    } else {
        Action::Replace
    };
    Write {
        key: key.clone(),
        expect,
        document: Document::Put(Arc::new(document)),
        members: MemberChange::None,
        unknown_members: UnknownMembers::Refuse,
        event: draft(action, second),
        before: None,
    }
}

fn change_members(group: &Key, members: MemberChange) -> Write {
    Write {
        key: group.clone(),
        expect: Expect::Exists,
        document: Document::Keep,
        members,
        unknown_members: UnknownMembers::Refuse,
        event: draft(Action::Patch, 100),
        before: None,
    }
}

fn delete(key: &Key) -> Write {
    Write {
        document: Document::Delete,
        event: draft(Action::Delete, 200),
        ..change_members(key, MemberChange::None)
    }
}

async fn create(store: &impl Store, key: &Key, document: Resource) -> Written {
    match store.write(put(key, Expect::Absent, document, 0)).await {
        Ok(written) => written,
        Err(error) => panic!("creating {key}: {error}"),
    }
}

/// Users `user-1@x` and on, and a group `staff`.
async fn staff(store: &impl Store, users: u32) -> (Vec<Key>, Key) {
    let mut keys = Vec::new();
    for number in 1..=users {
        let key = user_key(number);
        create(store, &key, user(&format!("user-{number}@x"))).await;
        keys.push(key);
    }
    create(store, &group_key(1), group("staff")).await;
    (keys, group_key(1))
}

fn query(type_name: &str, filter: &str) -> Query {
    let query = Query::new([Name::from(type_name)]);
    if filter.is_empty() {
        return query;
    }
    let filter: Filter = filter.parse().unwrap();
    let types = [schemas().by_name(type_name).unwrap().clone()];
    query.with_filter(BoundFilter::bind(&filter, &types, Compat::strict()).unwrap())
}

/// The keys of what a filter finds.
async fn found(store: &impl Store, type_name: &str, filter: &str) -> Vec<Key> {
    let page = store.query(&query(type_name, filter)).await.unwrap();
    assert_eq!(page.total, Some(page.items.len() as u64), "{filter}");
    page.items.into_iter().map(|stored| stored.key).collect()
}
