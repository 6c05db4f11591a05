use super::*;
use scimkit_schema::{Attribute, DateTime, Resource, ResourceId, Schema, Version, core};

fn stored(id: &str, document: Resource) -> Stored {
    Stored {
        key: Key::new(Name::from("Thing"), ResourceId::new(id).unwrap()),
        version: Version::from_number(1),
        created: DateTime::from_unix_micros(0),
        modified: DateTime::from_unix_micros(0),
        document: Arc::new(document),
    }
}

fn things() -> [Arc<ResourceType>; 1] {
    let exact = Attribute::new("code", AttributeType::String).with_case_exact(true);
    let attributes = [
        exact,
        Attribute::new("label", AttributeType::String),
        Attribute::new("size", AttributeType::Decimal),
        Attribute::new("on", AttributeType::Boolean),
        Attribute::complex("box", [Attribute::new("side", AttributeType::Integer)]),
    ];
    let schema = Schema::new("urn:example:thing", "Thing", attributes).unwrap();
    [Arc::new(ResourceType::new("Thing", "/Things", schema))]
}

fn sorted(by: &str, direction: Direction, values: &[Value]) -> Vec<usize> {
    let sort = Sort::bind(&by.parse().unwrap(), direction, &things()).unwrap();
    let mut positions: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let document = Resource::default().with(by, value.clone());
            let stored = stored(&format!("{index}"), document);
            let position = sort.position(&stored, 0);
            let place = Sort::write_place(&position, &stored.key);
            let read = sort.read_place(&place, |name| (name == "Thing").then_some(0));
            assert_eq!(read.as_ref(), Some(&position));
            (position, index)
        })
        .collect();
    positions.sort();
    positions.into_iter().map(|(_, index)| index).collect()
}

#[test]
fn values_go_by_their_type_and_missing_ones_are_last_or_first() {
    use Direction::{Ascending, Descending};
    let texts = [
        Value::from("b"),
        Value::NULL,
        "B2".into(),
        "a:/".into(),
        "".into(),
    ];
    assert_eq!(sorted("label", Ascending, &texts), [3, 0, 2, 1, 4]);
    assert_eq!(sorted("label", Descending, &texts), [1, 4, 2, 0, 3]);
    assert_eq!(sorted("code", Ascending, &texts), [2, 3, 0, 1, 4]);
    let numbers = [
        Value::from(10_i64),
        Value::decimal(9.5),
        Value::decimal(-7.5),
        Value::from(-7_i64),
        Value::from(-8_i64),
        Value::from(9_i64),
    ];
    assert_eq!(sorted("size", Ascending, &numbers), [4, 2, 3, 5, 1, 0]);
    let states = [Value::from(true), Value::NULL, Value::from(false)];
    assert_eq!(sorted("on", Ascending, &states), [2, 0, 1]);
}

#[test]
fn what_has_no_order_is_refused() {
    let message = |by: &str| {
        let users = [Arc::new(core::user_type())];
        let sort = Sort::bind(&by.parse().unwrap(), Direction::Ascending, &users);
        sort.unwrap_err().to_string()
    };
    assert_eq!(
        ["name", "groups.value", "password", "usrName"].map(message),
        [
            "`name`: the attribute is complex, name one of its sub-attributes",
            "`groups.value`: nothing can be sorted by members or groups",
            "`password`: the attribute is never returned and cannot be sorted by",
            "`usrName`: the schema has no such attribute, did you mean `userName`?",
        ]
    );
}

#[test]
fn places_that_were_not_written_here_are_none() {
    let sort = Sort::bind(&"label".parse().unwrap(), Direction::Ascending, &things()).unwrap();
    for place in [
        "",
        "1:",
        "9:ta",
        "2:taThing",
        "2:xaThing/1",
        "2:taOther/1",
        "2:n1Thing/1",
    ] {
        let rank = |name: &str| (name == "Thing").then_some(0);
        assert_eq!(sort.read_place(place.as_bytes(), rank), None, "{place}");
    }
}
