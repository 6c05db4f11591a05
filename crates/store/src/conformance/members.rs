//! Checks of the membership relation.

use std::{collections::BTreeSet, slice};

use scimkit_patch::MemberChange;
use scimkit_schema::{ResourceId, Version};

use super::{at, change_members, create, delete, found, group, group_key, staff, user_key};
use crate::{EventQuery, Key, Relation, Store, StoreError, UnknownMembers};

fn delta(add: &[&Key], remove: &[&Key]) -> MemberChange {
    MemberChange::Delta {
        add: ids(add),
        remove: ids(remove),
    }
}

fn ids(keys: &[&Key]) -> Vec<ResourceId> {
    keys.iter().map(|key| key.id.clone()).collect()
}

async fn members(store: &impl Store, group: &Key) -> Vec<ResourceId> {
    let all = store
        .members(&Relation::MembersOf(group.id.clone()), None, 1_000)
        .await
        .unwrap();
    all.into_iter().map(|member| member.id).collect()
}

async fn version(store: &impl Store, key: &Key) -> Version {
    store.get(key).await.unwrap().unwrap().version
}

pub async fn adds_and_removes_members(store: &impl Store) {
    let (users, staff) = staff(store, 3).await;
    let [one, two, three] = users.as_slice() else {
        panic!("the users of this check")
    };
    let before = version(store, &staff).await;
    let user_before = version(store, one).await;
    let added = store
        .write(change_members(&staff, delta(&[one, two], &[])))
        .await
        .unwrap();
    assert!(added.changed);
    assert_ne!(added.version, before);
    assert_eq!(version(store, &staff).await, added.version);
    assert_eq!(
        version(store, one).await,
        user_before,
        "a membership changes the group, not the member"
    );
    assert_eq!(members(store, &staff).await, ids(&[one, two]));
    let again = store
        .write(change_members(&staff, delta(&[one, two], &[three])))
        .await
        .unwrap();
    assert!(
        !again.changed,
        "members are there already, and one who is not there cannot be removed"
    );
    assert_eq!(again.version, added.version);
    assert!(
        store
            .write(change_members(&staff, delta(&[three], &[one])))
            .await
            .unwrap()
            .changed
    );
    assert_eq!(members(store, &staff).await, ids(&[two, three]));
    assert_eq!(store.get(&staff).await.unwrap().unwrap().modified, at(100));
    let gone = store
        .write(change_members(&group_key(77), delta(&[one], &[])))
        .await;
    assert!(matches!(gone, Err(StoreError::Gone)), "{gone:?}");
}

pub async fn sets_members_exactly(store: &impl Store) {
    let (users, staff) = staff(store, 4).await;
    let [one, two, three, four] = users.as_slice() else {
        panic!("the users of this check")
    };
    store
        .write(change_members(
            &staff,
            MemberChange::Exactly(ids(&[one, two, three])),
        ))
        .await
        .unwrap();
    let same = store
        .write(change_members(
            &staff,
            MemberChange::Exactly(ids(&[one, two, three])),
        ))
        .await
        .unwrap();
    assert!(!same.changed);
    store
        .write(change_members(
            &staff,
            MemberChange::Exactly(ids(&[two, four])),
        ))
        .await
        .unwrap();
    assert_eq!(members(store, &staff).await, ids(&[two, four]));
    store
        .write(change_members(&staff, MemberChange::Exactly(vec![])))
        .await
        .unwrap();
    assert_eq!(members(store, &staff).await, []);
}

pub async fn refuses_or_leaves_out_unknown_members(store: &impl Store) {
    let (users, staff) = staff(store, 1).await;
    let [one] = users.as_slice() else {
        panic!("the users of this check")
    };
    let unknown = user_key(50);
    let refused = store
        .write(change_members(&staff, delta(&[one, &unknown], &[])))
        .await;
    assert!(
        matches!(&refused, Err(StoreError::NoSuchMember(id)) if *id == unknown.id),
        "{refused:?}"
    );
    assert_eq!(members(store, &staff).await, []);
    let mut lenient = change_members(&staff, delta(&[one, &unknown], &[]));
    lenient.unknown_members = UnknownMembers::LeaveOut;
    let written = store.write(lenient).await.unwrap();
    assert_eq!(written.left_out, ids(&[&unknown]));
    assert_eq!(members(store, &staff).await, ids(&[one]));
    let notes = store
        .events(&EventQuery::after(0))
        .await
        .unwrap()
        .pop()
        .unwrap()
        .draft
        .notes;
    assert!(
        notes.iter().any(|note| note.contains(unknown.id.as_str())),
        "{notes:?}"
    );
    let mut nothing_else = change_members(&staff, delta(&[&unknown], &[]));
    nothing_else.unknown_members = UnknownMembers::LeaveOut;
    let refused = store.write(nothing_else).await;
    assert!(
        matches!(refused, Err(StoreError::NoSuchMember(_))),
        "{refused:?}"
    );
}

pub async fn reads_the_relation_both_ways(store: &impl Store) {
    let (users, staff) = staff(store, 2).await;
    let [one, two] = users.as_slice() else {
        panic!("the users of this check")
    };
    let crew = group_key(2);
    create(store, &crew, group("crew")).await;
    store
        .write(change_members(&staff, delta(&[one], &[])))
        .await
        .unwrap();
    store
        .write(change_members(&crew, delta(&[one, two], &[])))
        .await
        .unwrap();
    let groups = store
        .members(&Relation::GroupsOf(one.id.clone()), None, 10)
        .await
        .unwrap();
    let shown: Vec<_> = groups
        .iter()
        .map(|group| {
            (
                group.id.clone(),
                group.type_name.to_string(),
                group.display.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (staff.id.clone(), "Group".to_owned(), Some("staff")),
            (crew.id.clone(), "Group".to_owned(), Some("crew"))
        ]
    );
    let (stored, first) = store.get_with_groups(one, 1).await.unwrap().unwrap();
    assert_eq!(Some(stored), store.get(one).await.unwrap());
    assert!(first.iter().eq(groups.iter().take(1)));
    let all = store.get_with_groups(one, 10).await.unwrap().unwrap();
    assert_eq!(all.1, groups);
    let unknown = user_key(9);
    assert!(store.get_with_groups(&unknown, 10).await.unwrap().is_none());
    let nobody = unknown.id;
    let asked = [
        two.id.clone(),
        nobody.clone(),
        one.id.clone(),
        two.id.clone(),
    ];
    let of_each = store.groups_of_all(&asked, 10).await.unwrap();
    let of_two: Vec<_> = groups.iter().skip(1).cloned().collect();
    assert_eq!(
        of_each,
        [of_two.clone(), vec![], groups.clone(), of_two.clone()]
    );
    let firsts = store.groups_of_all(&asked, 1).await.unwrap();
    let of_one: Vec<_> = groups.iter().take(1).cloned().collect();
    assert_eq!(firsts, [of_two.clone(), vec![], of_one, of_two]);
    let among = Relation::Among {
        group: crew.id.clone(),
        ids: vec![two.id.clone(), nobody],
    };
    let found = store.members(&among, None, 10).await.unwrap();
    assert_eq!(
        found
            .into_iter()
            .map(|member| member.id)
            .collect::<Vec<_>>(),
        ids(&[two])
    );
}

pub async fn pages_through_members(store: &impl Store) {
    let (users, staff) = staff(store, 5).await;
    let all = MemberChange::Exactly(users.iter().map(|key| key.id.clone()).collect());
    store.write(change_members(&staff, all)).await.unwrap();
    let of = Relation::MembersOf(staff.id.clone());
    let mut seen = Vec::new();
    loop {
        let page = store.members(&of, seen.last(), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|member| member.id));
    }
    assert_eq!(
        seen,
        users.iter().map(|key| key.id.clone()).collect::<Vec<_>>()
    );
}

pub async fn deleting_a_member_ends_its_memberships(store: &impl Store) {
    let (users, staff) = staff(store, 2).await;
    let [one, two] = users.as_slice() else {
        panic!("the users of this check")
    };
    store
        .write(change_members(&staff, delta(&[one, two], &[])))
        .await
        .unwrap();
    let before = version(store, &staff).await;
    store.write(delete(one)).await.unwrap();
    assert_eq!(members(store, &staff).await, ids(&[two]));
    assert_ne!(version(store, &staff).await, before);
    assert_eq!(
        store
            .events(&EventQuery::after(0))
            .await
            .unwrap()
            .last()
            .unwrap()
            .key,
        *one
    );
    store.write(delete(&staff)).await.unwrap();
    assert_eq!(
        store
            .members(&Relation::GroupsOf(two.id.clone()), None, 10)
            .await
            .unwrap(),
        []
    );
    create(store, one, super::user("user-1@x")).await;
    assert_eq!(
        store
            .members(&Relation::GroupsOf(one.id.clone()), None, 10)
            .await
            .unwrap(),
        []
    );
}

pub async fn filters_by_membership(store: &impl Store) {
    let (users, staff) = staff(store, 2).await;
    let [one, two] = users.as_slice() else {
        panic!("the users of this check")
    };
    let crew = group_key(2);
    create(store, &crew, group("crew")).await;
    store
        .write(change_members(&staff, delta(&[one], &[])))
        .await
        .unwrap();
    assert_eq!(
        found(store, "Group", &format!("members eq \"{}\"", one.id)).await,
        slice::from_ref(&staff)
    );
    assert_eq!(
        found(store, "Group", &format!("members[value eq \"{}\"]", two.id)).await,
        []
    );
    assert_eq!(
        found(store, "Group", "members pr").await,
        slice::from_ref(&staff)
    );
    assert_eq!(
        found(store, "Group", "not (members pr)").await,
        slice::from_ref(&crew)
    );
    let both = format!("members eq \"{}\" or displayName eq \"crew\"", one.id);
    let found: BTreeSet<_> = found(store, "Group", &both).await.into_iter().collect();
    assert_eq!(found, BTreeSet::from([staff, crew]));
}
