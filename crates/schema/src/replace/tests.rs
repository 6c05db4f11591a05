use crate::{
    Attribute, AttributeType, Compat, Complex, JsonLimits, Mutability, Purpose, Resource,
    ResourceType, Schema, core, json,
};

fn badges() -> ResourceType {
    let fixed = |name: &str, mutability| {
        Attribute::new(name, AttributeType::String).with_mutability(mutability)
    };
    let badge = Schema::new(
        "urn:example:badge",
        "Badge",
        [
            fixed("serial", Mutability::Immutable),
            fixed("seen", Mutability::ReadOnly),
            fixed("color", Mutability::ReadWrite),
        ],
    );
    core::user_type().with_extension(badge.unwrap(), false)
}

fn replace(current: &Resource, body: &str) -> Result<String, String> {
    let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
    let accepted = badges().read(body, Purpose::Replace(current), Compat::lenient());
    accepted
        .map(|accepted| accepted.resource.to_string())
        .map_err(|error| error.to_string())
}

#[test]
fn what_cannot_change_stays_when_it_is_left_out_and_is_refused_when_it_differs() {
    let text = concat!(
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:badge"],"userName":"a","title":"x","active":false,"#,
        r#""urn:example:badge":{"serial":"1","seen":"today","color":"red"}}"#
    );
    let current = Resource::from_json(text.as_bytes(), JsonLimits::default()).unwrap();
    let kept = concat!(
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:badge"],"userName":"a","active":false,"#,
        r#""urn:example:badge":{"serial":"1","seen":"today"}}"#
    );
    assert_eq!(
        replace(&current, r#"{"userName":"a"}"#).as_deref(),
        Ok(kept)
    );
    assert_eq!(
        replace(
            &current,
            r#"{"userName":"a","urn:example:badge":{"seen":"never"}}"#
        )
        .as_deref(),
        Ok(kept)
    );
    let other = replace(
        &current,
        r#"{"userName":"a","urn:example:badge":{"serial":"2"}}"#,
    );
    assert_eq!(
        other,
        Err("`urn:example:badge:serial`: the attribute is immutable and cannot be changed".into())
    );
}

#[test]
fn parts_and_the_order_of_values() {
    let fixed = |attribute: Attribute| attribute.with_mutability(Mutability::Immutable);
    let text = |name: &str| Attribute::new(name, AttributeType::String);
    let class = text("class").with_mutability(Mutability::ReadOnly);
    let hull = Attribute::complex("hull", [fixed(text("number")), text("color"), class]);
    let ports = fixed(text("ports").with_multi_valued(true));
    let ship = Schema::new("urn:example:ship", "Ship", [hull, ports]).unwrap();
    let ship = ResourceType::new("Ship", "/Ships", ship);
    let current = Resource::new("urn:example:ship")
        .with(
            "hull",
            Complex::new()
                .with("number", "7")
                .with("color", "red")
                .with("class", "A"),
        )
        .with("ports", vec!["Bergen".into(), "Oslo".into()]);
    let replace = |body: &str| {
        let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
        let accepted = ship.read(body, Purpose::Replace(&current), Compat::lenient());
        accepted
            .map(|accepted| accepted.resource.get("hull").map(ToString::to_string))
            .map_err(|error| error.to_string())
    };
    assert_eq!(
        replace(r#"{"hull":{"color":"blue"},"ports":["OSLO","Bergen"]}"#),
        Ok(Some(r#"{"number":"7","color":"blue","class":"A"}"#.into()))
    );
    assert_eq!(replace("{}"), Ok(None));
    insta::assert_snapshot!(
        [r#"{"hull":{"number":"8"}}"#, r#"{"ports":["Oslo","Oslo"]}"#]
            .map(|body| replace(body).unwrap_err())
            .join("\n"),
        @r"
    `hull.number`: the attribute is immutable and cannot be changed
    `ports`: the attribute is immutable and cannot be changed
    "
    );
}

#[test]
fn a_state_is_never_changed_by_accident() {
    let current = Resource::new(core::USER)
        .with("userName", "a")
        .with("active", false);
    let refused = replace(&current, r#"{"userName":"a","active":null}"#);
    assert_eq!(
        refused,
        Err("`active`: a state needs a value: say which, or leave it out".into())
    );
    assert!(
        replace(&current, r#"{"userName":"a"}"#)
            .unwrap()
            .contains(r#""active":false"#)
    );
}

#[test]
fn the_parts_of_several_values_stay_with_their_value() {
    let with = |name: &str, mutability| {
        Attribute::new(name, AttributeType::String).with_mutability(mutability)
    };
    let keys = Attribute::complex(
        "keys",
        [
            with("value", Mutability::ReadWrite),
            with("type", Mutability::ReadWrite),
            with("serial", Mutability::Immutable),
            with("pin", Mutability::WriteOnly),
            with("seen", Mutability::ReadOnly),
            with("note", Mutability::ReadWrite),
        ],
    );
    let door = Schema::new("urn:example:door", "Door", [keys.with_multi_valued(true)]);
    let door = ResourceType::new("Door", "/Doors", door.unwrap());
    let before = br#"{"keys":[
        {"value":"a","type":"day","serial":"S1","pin":"1","seen":"today","note":"n"},
        {"value":"b","type":"day","serial":"S2"},{"value":"b","type":"night","serial":"S3"},{"serial":"S4"}]}"#;
    let current = Resource::from_json(before, JsonLimits::default()).unwrap();
    let replace = |keys: &str| {
        let body = format!(r#"{{"keys":[{keys}]}}"#);
        let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
        let accepted = door.read(body, Purpose::Replace(&current), Compat::lenient());
        accepted
            .map(|accepted| accepted.resource.get("keys").unwrap().to_string())
            .map_err(|error| error.to_string())
    };
    let whole = r#"[{"value":"A","type":"Day","serial":"S1","pin":"1","seen":"today"}]"#;
    assert_eq!(
        replace(r#"{"value":"A","type":"Day"}"#).as_deref(),
        Ok(whole)
    );
    assert_eq!(
        replace(r#"{"value":"a","serial":"s1"}"#).as_deref(),
        Ok(r#"[{"value":"a","serial":"s1","pin":"1","seen":"today"}]"#)
    );
    assert_eq!(
        replace(r#"{"value":"b","type":"night"},{"value":"b"},{"value":"c"},{"note":"x"}"#)
            .as_deref(),
        Ok(
            r#"[{"value":"b","type":"night","serial":"S3"},{"value":"b"},{"value":"c"},{"note":"x"}]"#
        )
    );
    assert_eq!(
        replace(r#"{"value":"c","serial":"S9"},{"value":"b","type":"day","serial":"S9"}"#),
        Err("`keys[1].serial`: the attribute is immutable and cannot be changed".into())
    );
}

#[test]
fn a_password_that_is_not_said_again_stays() {
    let current = Resource::new(core::USER)
        .with("userName", "a")
        .with("password", "Tide-7");
    let kept = replace(&current, r#"{"userName":"b"}"#).unwrap();
    assert!(kept.contains(r#""userName":"b","active":true,"password":"Tide-7""#));
    let other = replace(&current, r#"{"userName":"b","password":"Ebb-8"}"#).unwrap();
    assert!(other.contains("Ebb-8") && !other.contains("Tide-7"));
}

#[test]
fn letter_case_counts_where_it_is_exact() {
    let text = |name: &str| {
        Attribute::new(name, AttributeType::String).with_mutability(Mutability::Immutable)
    };
    let ship = Schema::new(
        "urn:example:ship",
        "Ship",
        [text("port"), text("sign").with_case_exact(true)],
    );
    let ship = ResourceType::new("Ship", "/Ships", ship.unwrap());
    let current = Resource::new("urn:example:ship")
        .with("port", "Oslo")
        .with("sign", "LA1");
    let replace = |body: &str| {
        let body = json::parse_object(body.as_bytes(), JsonLimits::default()).unwrap();
        ship.read(body, Purpose::Replace(&current), Compat::lenient())
    };
    assert!(replace(r#"{"port":"OSLO"}"#).is_ok());
    assert_eq!(replace(r#"{"sign":"la1"}"#).unwrap_err().path(), "sign");
}

#[test]
fn members_are_compared_where_they_are_kept() {
    let current = json::parse_object(
        br#"{"displayName":"Crew","members":[{"value":"u","display":"Mira"}]}"#,
        JsonLimits::default(),
    );
    let current = Resource::from(current.unwrap());
    let body = json::parse_object(
        br#"{"displayName":"Crew","members":[{"value":"u","display":"Mira Okafor"}]}"#,
        JsonLimits::default(),
    );
    let accepted =
        core::group_type().read(body.unwrap(), Purpose::Replace(&current), Compat::lenient());
    assert!(accepted.is_ok());
}
