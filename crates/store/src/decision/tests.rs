use scimkit_schema::{DateTime, core};

use super::*;
use crate::{Action, Draft, Key};

fn id(text: &str) -> ResourceId {
    ResourceId::new(text).unwrap()
}

fn ids(texts: &[&str]) -> Vec<ResourceId> {
    texts.iter().map(|text| id(text)).collect()
}

fn group(name: &str) -> Arc<Resource> {
    Arc::new(Resource::new(core::GROUP).with("displayName", name))
}

fn write(expect: Expect, document: Document, members: MemberChange) -> Write {
    Write {
        key: Key::new("Group".into(), id("crew")),
        expect,
        document,
        members,
        unknown_members: UnknownMembers::Refuse,
        event: Draft::new(DateTime::from_unix_micros(0), "test", Action::Patch),
        before: None,
    }
}

fn add(members: &[&str]) -> MemberChange {
    MemberChange::Delta {
        add: ids(members),
        remove: vec![],
    }
}

/// Version 3 of a group with the members a and b in a tenant that knows x, too.
fn before() -> Before {
    Before {
        version: Some(Version::from_number(3)),
        document: Some(group("Crew")),
        members: ids(&["a", "b"]).into_iter().collect(),
        types: BTreeMap::from([(id("x"), Name::from("User"))]),
        ..Before::default()
    }
}

fn decide(write: &Write) -> Result<(Change, Option<u64>), String> {
    let decision = write.decide(&before()).map_err(|error| error.to_string())?;
    Ok((decision.change, decision.version.number()))
}

#[test]
fn what_is_expected_must_be_so() {
    let (gone, stale) = (StoreError::Gone.to_string(), StoreError::Stale.to_string());
    let three = Version::from_number(3);
    for (expect, present, absent) in [
        (Expect::Absent, Err(&stale), Ok(())),
        (Expect::Exists, Ok(()), Err(&gone)),
        (Expect::Version(three.clone()), Ok(()), Err(&gone)),
        (
            Expect::Version(Version::from_number(2)),
            Err(&stale),
            Err(&gone),
        ),
    ] {
        let check = |present| expect.check(present).map_err(|error| error.to_string());
        assert_eq!(
            check(Some(&three)),
            present.map_err(Clone::clone),
            "{expect:?}"
        );
        assert_eq!(check(None), absent.map_err(Clone::clone), "{expect:?}");
    }
}

#[test]
fn versions_count_changes() {
    let exists = |document, members| decide(&write(Expect::Exists, document, members));
    let none = || MemberChange::None;
    assert_eq!(
        exists(Document::Put(group("Crew")), none()),
        Ok((Change::Nothing, Some(3)))
    );
    assert_eq!(
        exists(Document::Put(group("Staff")), none()),
        Ok((Change::Replace, Some(4)))
    );
    assert_eq!(
        exists(Document::Put(group("Crew")), add(&["x"])),
        Ok((Change::Members, Some(4)))
    );
    assert_eq!(
        exists(Document::Keep, add(&["a"])),
        Ok((Change::Nothing, Some(3)))
    );
    assert_eq!(
        exists(Document::Keep, add(&["a", "x"])),
        Ok((Change::Members, Some(4)))
    );
    assert_eq!(
        exists(Document::Delete, none()),
        Ok((Change::Delete, Some(3)))
    );
    assert_eq!(
        exists(Document::Delete, add(&["x", "y"])),
        Ok((Change::Delete, Some(3)))
    );
    let create = write(Expect::Absent, Document::Put(group("Crew")), none());
    let created = create.decide(&Before::default()).unwrap();
    assert_eq!(
        (created.change, created.version.number()),
        (Change::Create, Some(1))
    );
    let nothing_to_keep = write(Expect::Absent, Document::Keep, none());
    assert!(matches!(
        nothing_to_keep.decide(&Before::default()),
        Err(StoreError::Gone)
    ));
}

#[test]
fn only_what_changes_something_is_done() {
    let change = MemberChange::Delta {
        add: ids(&["a", "x", "crew"]),
        remove: ids(&["b", "c"]),
    };
    let decision = write(Expect::Exists, Document::Keep, change)
        .decide(&before())
        .unwrap();
    assert_eq!(
        decision.add.into_keys().collect::<Vec<_>>(),
        ids(&["crew", "x"])
    );
    assert_eq!(decision.remove, ids(&["b"]).into_iter().collect());
    let exactly = MemberChange::Exactly(ids(&["b", "x"]));
    let decision = write(Expect::Exists, Document::Keep, exactly)
        .decide(&before())
        .unwrap();
    assert_eq!(
        decision.add,
        BTreeMap::from([(id("x"), Name::from("User"))])
    );
    assert_eq!(decision.remove, ids(&["a"]).into_iter().collect());
}

#[test]
fn nobody_unknown_becomes_a_member() {
    let lenient = |document, members| Write {
        unknown_members: UnknownMembers::LeaveOut,
        ..write(Expect::Exists, document, members)
    };
    let refused = |write: Write| matches!(write.decide(&before()), Err(StoreError::NoSuchMember(who)) if who == id("y"));
    assert!(refused(write(
        Expect::Exists,
        Document::Keep,
        add(&["x", "y", "z"])
    )));
    assert!(
        refused(lenient(Document::Keep, add(&["y"]))),
        "nothing else is left to do"
    );
    for write in [
        lenient(Document::Keep, add(&["a", "y"])),
        lenient(Document::Keep, add(&["x", "y"])),
        lenient(Document::Keep, MemberChange::Exactly(ids(&["y"]))),
        lenient(Document::Put(group("Staff")), add(&["y"])),
    ] {
        let decision = write.decide(&before()).unwrap();
        assert_eq!(decision.left_out, ids(&["y"]), "{write:?}");
    }
}
