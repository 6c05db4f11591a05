//! Groups that many members leave at once.

use pollster::block_on;
use scimkit_store::{Relation, Store};

use crate::samples::{change_members, create, group, key, new_tenant, user};

#[test]
fn many_members_leave_a_group_and_the_others_stay() {
    let store = new_tenant();
    let crew = key("Group", 1);
    let users: Vec<_> = (0..700).map(|number| key("User", number)).collect();
    let mut writes: Vec<_> = (0..700)
        .map(|number| create(&users[number], user(&format!("user{number}"))))
        .collect();
    writes.push(create(&crew, group("Crew")));
    let all: Vec<_> = users.iter().collect();
    writes.push(change_members(&crew, &all, &[]));
    let (many, few) = (&all[50..650], &all[..20]);
    for writes in [
        writes,
        vec![change_members(&crew, &[], many)],
        vec![change_members(&crew, &[], few)],
    ] {
        for written in block_on(store.write_all(writes)) {
            written.unwrap();
        }
    }
    let members = Relation::MembersOf(crew.id);
    let left = block_on(store.members(&members, None, 1_000)).unwrap();
    let left: Vec<_> = left.iter().map(|member| &member.id).collect();
    let expected = all[20..50].iter().chain(&all[650..]);
    let expected: Vec<_> = expected.map(|key| &key.id).collect();
    assert_eq!(left, expected);
}
