use std::{collections::BTreeSet, fmt::Write};

use insta::assert_snapshot;
use proptest::prelude::*;
use scimkit_schema::{Complex, DateTime, Resource, ResourceId, Version, core};

use super::*;
use crate::{Known, Operand, Place, Related};

fn users() -> Vec<Arc<ResourceType>> {
    vec![Arc::new(core::user_type())]
}

fn groups() -> Vec<Arc<ResourceType>> {
    vec![Arc::new(core::group_type())]
}

fn bind(text: &str, types: &[Arc<ResourceType>]) -> Result<BoundFilter, BindError> {
    BoundFilter::bind(&text.parse().unwrap(), types, Compat::strict())
}

#[test]
fn errors() {
    let inputs = [
        "usrName pr",
        "shoeSize pr",
        "name.giveName pr",
        "userName.value pr",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:departmnt pr",
        "urn:unknown:2.0:Thing:userName pr",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User eq \"x\"",
        "password eq \"secret\"",
        "password pr",
        "name eq \"secret\"",
        "manager eq \"secret\"",
        "active gt true",
        "active eq \"true\"",
        "userName gt null",
        "userName eq 5",
        "meta.created gt \"secret\"",
        "meta.created co \"secret\"",
        "x509Certificates.value eq \"secret!\"",
        "userName[value eq \"secret\"]",
        "emails.type[value eq \"secret\"]",
        "emails[urn:a:type pr]",
        "emails[type.x pr]",
        "emails[tipe pr]",
    ];
    let mut out = String::new();
    for input in inputs {
        let error = bind(input, &users()).unwrap_err();
        writeln!(out, "{error}").unwrap();
    }
    assert!(!out.contains("secret"));
    assert_snapshot!(out, @r#"
    `usrName`: the schema has no such attribute, did you mean `userName`?
    `shoeSize`: the schema has no such attribute
    `name.giveName`: the schema has no such attribute, did you mean `givenName`?
    `userName.value`: the schema has no such attribute
    `…:departmnt`: the schema has no such attribute, did you mean `department`?
    `urn:unknown:2.0:Thing:userName`: the schema has no such attribute
    `…:User`: the extension as a whole can only be tested with pr
    `password`: the attribute is never returned and cannot be filtered on
    `password`: the attribute is never returned and cannot be filtered on
    `name`: the attribute is complex, name one of its sub-attributes, such as `name.formatted`
    `manager`: the attribute is complex, name one of its sub-attributes, such as `manager.value`
    `active`: gt does not go with an attribute of type boolean
    `active`: the value must be true or false
    `userName`: gt does not go with null, use eq or ne
    `userName`: the value must be a string
    `meta.created`: the value must be a string that is a dateTime, such as "2026-01-05T08:00:00Z"
    `meta.created`: co does not go with an attribute of type dateTime
    `x509Certificates.value`: the value must be a base64 string
    `userName`: only a complex or multi-valued attribute takes brackets
    `emails.type`: only a complex or multi-valued attribute takes brackets
    `urn:a:type`: brackets hold plain names of sub-attributes
    `type.x`: brackets hold plain names of sub-attributes
    `tipe`: the schema has no such attribute, did you mean `type`?
"#);
}

#[test]
fn a_planner_reads_canonical_names_and_places() {
    for (text, canonical, place) in [
        ("ID pr", "id", Place::Id),
        ("META pr", "meta", Place::Type),
        ("meta.resourcetype pr", "meta.resourceType", Place::Type),
        ("meta.created pr", "meta.created", Place::Created),
        (
            "meta.lastModified pr",
            "meta.lastModified",
            Place::LastModified,
        ),
        ("meta.version pr", "meta.version", Place::Version),
        ("meta.location pr", "meta.location", Place::Location),
        ("groups pr", "groups", Place::Relation { sub: None }),
        (
            "department pr",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            Place::Document {
                extension: Some(core::ENTERPRISE_USER.into()),
                name: "department".into(),
                sub: None,
            },
        ),
        (
            "EMAILS.VALUE pr",
            "emails.value",
            Place::Document {
                extension: None,
                name: "emails".into(),
                sub: Some("value".into()),
            },
        ),
        (
            "urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User pr",
            core::ENTERPRISE_USER,
            Place::Extension(core::ENTERPRISE_USER.into()),
        ),
    ] {
        let bound = bind(text, &users()).unwrap();
        let Some(Bound::Present(target)) = bound.tree("User") else {
            panic!("{bound:?}");
        };
        assert_eq!((target.canonical(), target.place()), (canonical, &place));
    }
}

#[test]
fn operands_are_of_the_attributes_type() {
    for (text, operand) in [
        (
            "userName eq \"STRASSE\"",
            Operand::Text {
                folded: true,
                text: "strasse".into(),
            },
        ),
        (
            "id eq \"ABC\"",
            Operand::Text {
                folded: false,
                text: "ABC".into(),
            },
        ),
        ("emails eq null", Operand::Null),
        ("active eq false", Operand::Boolean(false)),
        ("x509Certificates eq \"AQI\"", Operand::Binary(vec![1, 2])),
    ] {
        let bound = bind(text, &users()).unwrap();
        let Some(Bound::Compare { operand: found, .. }) = bound.tree("User") else {
            panic!("{bound:?}");
        };
        assert_eq!(*found, operand);
    }
}

#[test]
fn unknown_attributes_have_no_value_over_several_types() {
    let types = [users(), groups()].concat();
    let group =
        Resource::new(core::GROUP).with("meta", Complex::new().with("resourceType", "Group"));
    for (text, expected) in [
        ("userName pr", false),
        ("userName eq \"x\"", false),
        ("userName ne \"x\"", true),
        ("userName eq null", true),
        ("userName ne null", false),
        ("emails[type pr]", false),
        ("not (emails[type pr])", true),
        ("shoeSize pr", false),
    ] {
        let bound = bind(text, &types).unwrap();
        assert_eq!(bound.matches(&Candidate::from(&group)), expected, "{text}");
    }
    assert!(bind("active gt true", &types).is_err());
}

#[test]
fn meta_in_brackets_means_its_parts() {
    let id = ResourceId::new("u1").unwrap();
    let known = known(&id);
    let user = Resource::new(core::USER);
    let candidate = Candidate {
        document: &user,
        known: Some(known.as_known()),
        related: &[],
    };
    for (text, expected) in [
        ("meta[resourceType eq \"User\" and created pr]", true),
        ("meta[resourceType eq \"Group\"]", false),
        ("meta.version eq \"W/\\\"3\\\"\"", true),
        ("meta.location pr", false),
        ("meta pr and id eq \"u1\"", true),
        ("meta.created lt \"2026-01-05T12:00:00Z\"", true),
        ("meta.lastModified eq \"2026-01-05T12:00:00+01:00\"", true),
    ] {
        let bound = bind(text, &users()).unwrap();
        assert_eq!(bound.matches(&candidate), expected, "{text}");
    }
}

#[test]
fn each_value_that_lacks_a_sub_attribute_has_no_value() {
    let typed = Complex::new().with("type", "work").with("value", "a");
    let untyped = Complex::new().with("value", "b");
    let user =
        Resource::new(core::USER).with("emails", vec![Value::from(typed), Value::from(untyped)]);
    for (text, expected) in [
        ("emails.type ne \"work\"", true),
        ("emails.type eq null", true),
        ("emails.type ne null", true),
        ("emails[type eq null]", true),
        ("emails.value eq null", false),
        ("emails[primary pr]", false),
        ("emails[primary eq null]", true),
        ("emails.primary eq false", false),
    ] {
        let bound = bind(text, &users()).unwrap();
        assert_eq!(bound.matches(&Candidate::from(&user)), expected, "{text}");
    }
}

#[test]
fn needs_are_as_small_as_the_filter_allows() {
    let these = |ids: &[&str]| {
        let ids = ids.iter().map(|id| ResourceId::new(id).unwrap());
        MembershipNeed::These(ids.collect::<BTreeSet<_>>())
    };
    for (text, needs) in [
        ("displayName pr", MembershipNeed::Nothing),
        ("members.value eq \"a\"", these(&["a"])),
        ("members eq \"a\"", these(&["a"])),
        ("members[value eq \"a\"]", these(&["a"])),
        (
            "not (members eq \"a\") or members eq \"b\"",
            these(&["a", "b"]),
        ),
        ("members eq \"\"", these(&[])),
        ("members pr", MembershipNeed::Any),
        ("members eq null", MembershipNeed::Any),
        ("members pr and members eq \"a\"", MembershipNeed::All),
        ("members ne \"a\"", MembershipNeed::All),
        ("members.display pr", MembershipNeed::All),
        ("members[value eq \"a\" and type pr]", MembershipNeed::All),
    ] {
        assert_eq!(bind(text, &groups()).unwrap().needs(), needs, "{text}");
    }
}

/// What a store would keep beside a document.
struct Beside {
    id: ResourceId,
    type_name: Name,
    created: DateTime,
    modified: DateTime,
    version: Version,
}

impl Beside {
    fn as_known(&self) -> Known<'_> {
        Known {
            id: &self.id,
            type_name: &self.type_name,
            created: &self.created,
            modified: &self.modified,
            version: &self.version,
        }
    }
}

fn known(id: &ResourceId) -> Beside {
    Beside {
        id: id.clone(),
        type_name: "User".into(),
        created: "2026-01-05T10:00:00Z".parse().unwrap(),
        modified: "2026-01-05T11:00:00Z".parse().unwrap(),
        version: Version::from_number(3),
    }
}

fn member_filter() -> impl Strategy<Value = String> {
    let term = prop_oneof![
        "members(\\.value)? (eq|ne) \"[a-d]\"",
        "members\\[value (eq|gt) \"[a-d]\"\\]",
        "members\\[value eq \"[a-d]\" and type eq \"(User|Group)\"\\]",
        "members(\\.display)? (pr|eq null|ne null)",
        Just("displayName pr".to_owned()),
    ];
    term.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
}

proptest! {
    #[test]
    fn the_rows_asked_for_are_enough(
        text in member_filter(),
        members in proptest::collection::btree_map("[a-d]", any::<bool>(), 0..4),
    ) {
        let bound = bind(&text, &groups()).unwrap();
        let all: Vec<_> = members.iter().map(|(id, is_group)| Related {
            id: ResourceId::new(id).unwrap(),
            type_name: if *is_group { "Group" } else { "User" }.into(),
            display: is_group.then(|| "shown".into()),
        }).collect();
        let needed: Vec<_> = match bound.needs() {
            MembershipNeed::Nothing => Vec::new(),
            MembershipNeed::These(ids) => all.iter().filter(|row| ids.contains(&row.id)).cloned().collect(),
            MembershipNeed::Any => all.iter().take(1).cloned().collect(),
            MembershipNeed::All => all.clone(),
        };
        let rows = all.iter().map(|row| {
            let fields = Complex::new().with("value", row.id.as_str()).with("type", row.type_name.as_str());
            Value::from(match &row.display {
                Some(display) => fields.with("display", &**display),
                None => fields,
            })
        });
        let id = ResourceId::new("g").unwrap();
        let beside = known(&id);
        let stored = Resource::new(core::GROUP);
        let whole = Resource::new(core::GROUP).with("members", rows.collect::<Vec<_>>());
        let on = |related| bound.matches(&Candidate { document: &stored, known: Some(beside.as_known()), related });
        prop_assert_eq!(on(&needed), on(&all));
        prop_assert_eq!(on(&all), bound.matches(&Candidate::from(&whole)));
    }
}
