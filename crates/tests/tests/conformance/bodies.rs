//! What a client may send to create a resource, sentence by sentence of RFC 7643.

use std::sync::Arc;

use scimkit::{
    filter::{BoundFilter, Filter},
    schema::{Compat, Complex, JsonLimits, Purpose, Resource, ResourceType, core, json},
};

use crate::widget;

/// What is stored of a body, as JSON, or the keyword of the error.
fn create(resource_type: &ResourceType, body: &str) -> Result<String, String> {
    let accepted = resource_type.read(object(body), Purpose::Create, Compat::strict());
    accepted
        .map(|accepted| accepted.resource.to_string())
        .map_err(|error| error.scim_type().to_string())
}

fn object(text: &str) -> Complex {
    json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap()
}

/// A user named `a` with these members beside.
fn user(rest: &str) -> Result<String, String> {
    let body = format!(r#"{{"schemas":["{}"],"userName":"a"{rest}}}"#, core::USER);
    create(&core::user_type(), &body)
}

/// What is stored of such a user beside `schemas`, `userName` and the default for `active`.
fn stored(rest: &str) -> String {
    let stored = user(rest).unwrap();
    let start = format!(r#"{{"schemas":["{}"],"userName":"a""#, core::USER);
    let stored = stored.strip_prefix(&start).unwrap();
    let stored = stored.strip_suffix('}').unwrap();
    stored.replace(r#","active":true"#, "")
}

fn thing(rest: &str) -> Result<String, String> {
    let body = format!(
        r#"{{"schemas":["urn:example:scim:schemas:core:2.0:Widget"],"code":"c","owners":[{{"value":"o"}}]{rest}}}"#
    );
    create(&widget(), &body)
}

fn refused<T>(outcome: Result<T, String>) -> String {
    outcome.err().unwrap_or_else(|| "accepted".to_owned())
}

#[test]
fn names_ignore_case_and_are_stored_in_the_schemas_spelling() {
    let body = format!(
        r#"{{"SCHEMAS":["{}"],"USERNAME":"a","NAME":{{"GIVENNAME":"g"}}}}"#,
        core::USER
    );
    let stored = create(&core::user_type(), &body).unwrap();
    assert!(stored.contains(r#""userName":"a","name":{"givenName":"g"}"#));
}

#[test]
fn a_boolean_is_a_json_literal() {
    assert_eq!(stored(r#","active":false"#), r#","active":false"#);
    for wrong in [r#""true""#, "1", "[true]", "{}"] {
        assert_eq!(
            refused(user(&format!(r#","active":{wrong}"#))),
            "invalidValue",
            "{wrong}"
        );
    }
}

#[test]
fn a_decimal_is_a_json_number() {
    for right in ["1.5", "2.0", "7"] {
        assert!(thing(&format!(r#","weight":{right}"#)).is_ok(), "{right}");
    }
    assert_eq!(refused(thing(r#","weight":"1.5""#)), "invalidValue");
}

#[test]
fn an_integer_has_no_fraction_and_no_exponent() {
    assert!(thing(r#","size":-7"#).is_ok());
    for wrong in ["1.5", "1e3", r#""7""#] {
        assert_eq!(
            refused(thing(&format!(r#","size":{wrong}"#))),
            "invalidValue",
            "{wrong}"
        );
    }
}

#[test]
fn a_date_time_has_date_and_time() {
    for right in ["2008-01-23T04:56:22Z", "2008-01-23T04:56:22.5+01:00"] {
        assert!(
            thing(&format!(r#","builtAt":"{right}""#)).is_ok(),
            "{right}"
        );
    }
    for wrong in [
        "2008-01-23",
        "04:56:22Z",
        "2008-13-23T04:56:22Z",
        "2008-02-30T04:56:22Z",
    ] {
        let outcome = thing(&format!(r#","builtAt":"{wrong}""#));
        assert_eq!(refused(outcome), "invalidValue", "{wrong}");
    }
}

#[test]
fn binary_is_base64_with_or_without_padding() {
    for right in ["AQI=", "AQI", "_-8", ""] {
        let certificate = format!(r#","x509Certificates":[{{"value":"{right}"}}]"#);
        assert!(user(&certificate).is_ok(), "{right}");
    }
    for wrong in ["§", "A Q", "A", "AQ=", "AQI==", "+_8="] {
        let certificate = format!(r#","x509Certificates":[{{"value":"{wrong}"}}]"#);
        assert_eq!(refused(user(&certificate)), "invalidValue", "{wrong}");
    }
}

#[test]
fn the_order_of_sub_attributes_does_not_count() {
    let one = stored(r#","name":{"givenName":"g","familyName":"f"}"#);
    let other = stored(r#","name":{"familyName":"f","givenName":"g"}"#);
    assert_eq!(one, other);
}

#[test]
fn at_most_one_value_is_primary_and_absence_is_false() {
    let emails = |first: &str, second: &str| {
        user(&format!(
            r#","emails":[{{"value":"x"{first}}},{{"value":"y"{second}}}]"#
        ))
    };
    let yes = r#","primary":true"#;
    assert_eq!(refused(emails(yes, yes)), "invalidValue");
    assert!(emails(yes, "").is_ok());
    assert!(emails(yes, r#","primary":false"#).is_ok());
    assert!(emails("", "").is_ok());
}

#[test]
fn one_value_may_have_two_types() {
    let emails = r#","emails":[{"value":"x","type":"work"},{"value":"x","type":"home"}]"#;
    assert_eq!(stored(emails), emails);
}

#[test]
fn one_value_of_one_type_stands_once() {
    let twice =
        r#","emails":[{"value":"x","type":"work"},{"value":"X","type":"Work","display":"d"}]"#;
    let once = r#","emails":[{"value":"X","display":"d","type":"Work"}]"#;
    assert_eq!(stored(twice), once);
}

#[test]
fn null_and_an_empty_list_are_absence() {
    for nothing in [
        "",
        r#","title":null"#,
        r#","emails":[]"#,
        r#","emails":null"#,
        r#","name":null"#,
    ] {
        assert_eq!(stored(nothing), "", "{nothing}");
    }
}

#[test]
fn schemas_is_a_list_of_urns_that_names_the_base_schema() {
    let with = |schemas: &str| {
        create(
            &core::user_type(),
            &format!(r#"{{"schemas":{schemas},"userName":"a"}}"#),
        )
    };
    let (base, extension) = (core::USER, core::ENTERPRISE_USER);
    for wrong in [
        "[]".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        "[7]".to_owned(),
        format!(r#"["{extension}"]"#),
        format!(r#"["{base}","urn:x:unknown"]"#),
    ] {
        let keyword = refused(with(&wrong));
        assert!(
            ["invalidSyntax", "invalidValue"].contains(&keyword.as_str()),
            "{wrong}: {keyword}"
        );
    }
    assert_eq!(
        refused(create(&core::user_type(), r#"{"userName":"a"}"#)),
        "invalidSyntax"
    );
    for right in [
        format!(r#"["{base}"]"#),
        format!(r#"["{base}","{extension}"]"#),
        format!(r#"["{extension}","{base}"]"#),
        format!(r#"["{}"]"#, base.to_uppercase()),
    ] {
        assert!(with(&right).is_ok(), "{right}");
    }
}

#[test]
fn urns_are_returned_once() {
    let body = format!(r#"{{"schemas":["{0}","{0}"],"userName":"a"}}"#, core::USER);
    if let Ok(stored) = create(&core::user_type(), &body) {
        assert_eq!(stored.matches(core::USER).count(), 1);
    }
}

#[test]
fn an_extension_is_an_object_under_its_urn() {
    assert_eq!(refused(user(r#","department":"d""#)), "invalidSyntax");
    let body = format!(
        r#"{{"schemas":["{}"],"userName":"a","{}":{{"department":"d"}}}}"#,
        core::USER,
        core::ENTERPRISE_USER.to_uppercase()
    );
    let stored = create(&core::user_type(), &body).unwrap();
    let container = format!(r#""{}":{{"department":"d"}}"#, core::ENTERPRISE_USER);
    assert!(stored.contains(&container), "{stored}");
    let schemas = format!(
        r#""schemas":["{}","{}"]"#,
        core::USER,
        core::ENTERPRISE_USER
    );
    assert!(stored.contains(&schemas), "{stored}");
}

#[test]
fn a_required_extension_must_be_there_and_an_optional_one_may_be_missing() {
    let core_type = core::user_type();
    let extension = core_type.extensions()[0].schema.clone();
    let with = |required| {
        let strict = ResourceType::new("User", "/Users", core_type.schema().clone());
        let strict = strict.with_extension(extension.clone(), required);
        create(
            &strict,
            &format!(r#"{{"schemas":["{}"],"userName":"a"}}"#, core::USER),
        )
    };
    assert_eq!(refused(with(true)), "invalidValue");
    assert!(with(false).is_ok());
}

#[test]
fn common_attributes_belong_to_every_type_and_the_server_sets_its_own() {
    let own = r#","id":"mine","externalId":"e","meta":{"created":"2001-01-01T00:00:00Z"}"#;
    assert_eq!(user(r#","externalId":"e""#), user(own));
    let stored = thing(own).unwrap();
    assert!(
        stored.contains(r#""externalId":"e""#)
            && !stored.contains("mine")
            && !stored.contains("meta")
    );
}

#[test]
fn read_only_attributes_of_a_body_are_left_out() {
    assert_eq!(stored(r#","groups":[{"value":"g"}]"#), "");
    let manager = format!(
        r#","{}":{{"manager":{{"value":"m","displayName":"x"}}}}"#,
        core::ENTERPRISE_USER
    );
    let stored = user(&manager).unwrap();
    assert!(stored.contains(r#""manager":{"value":"m"}"#), "{stored}");
}

#[test]
fn a_user_needs_a_name_and_a_group_one_to_show() {
    let with = |resource_type: &ResourceType, name: &str| {
        let urn = resource_type.schema().id();
        refused(create(
            resource_type,
            &format!(r#"{{"schemas":["{urn}"]{name}}}"#),
        ))
    };
    for missing in ["", r#","userName":"""#, r#","userName":null"#] {
        assert_eq!(
            with(&core::user_type(), missing),
            "invalidValue",
            "{missing}"
        );
    }
    for missing in ["", r#","displayName":null"#] {
        assert_eq!(
            with(&core::group_type(), missing),
            "invalidValue",
            "{missing}"
        );
    }
}

#[test]
fn a_name_may_be_whole_or_in_parts_or_both() {
    for name in [
        r#","name":{"formatted":"Mira Okafor"}"#,
        r#","name":{"familyName":"Okafor","givenName":"Mira"}"#,
        r#","name":{"formatted":"Mira Okafor","familyName":"Okafor"}"#,
    ] {
        assert_eq!(stored(name), name);
    }
}

#[test]
fn locales_languages_and_zones_are_kept_as_they_come() {
    for text in [
        r#","preferredLanguage":"en-US,fr;q=0.5","locale":"en-US","timezone":"Europe/Berlin""#,
        r#","locale":"en_US""#,
    ] {
        assert_eq!(stored(text), text);
    }
}

#[test]
fn values_outside_the_canonical_ones_are_taken() {
    for text in [
        r#","ims":[{"value":"mira","type":"a-new-service"}]"#,
        r#","emails":[{"value":"x","type":"Work"}]"#,
        r#","phoneNumbers":[{"value":"tel:+1-201-555-0123"},{"value":"ring twice"}]"#,
    ] {
        assert_eq!(stored(text), text);
    }
}

#[test]
fn an_address_may_have_lines() {
    let address = r#","addresses":[{"formatted":"Quay 4\nHarborline","streetAddress":"Quay 4\nleft","country":"US"}]"#;
    assert_eq!(stored(address), address);
}

#[test]
fn a_country_is_kept_as_it_comes() {
    for country in ["US", "United States"] {
        let address = format!(r#","addresses":[{{"country":"{country}"}}]"#);
        assert_eq!(stored(&address), address);
    }
}

#[test]
fn a_group_may_hold_users_and_groups() {
    let body = format!(
        r#"{{"schemas":["{}"],"displayName":"Crew","members":[{{"value":"u","type":"User"}},{{"value":"g","type":"Group"}}]}}"#,
        core::GROUP
    );
    let stored = create(&core::group_type(), &body).unwrap();
    assert!(
        stored.contains(r#"{"value":"u","type":"User"},{"value":"g","type":"Group"}"#),
        "{stored}"
    );
}

/// A user with something in every attribute that a client may write, in the order in which it prints.
const FULL: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"7001","userName":"mira@harborline.example","name":{"formatted":"Dr. Mira J. Okafor II","familyName":"Okafor","givenName":"Mira","middleName":"June","honorificPrefix":"Dr.","honorificSuffix":"II"},"displayName":"Mira Okafor","nickName":"Mi","profileUrl":"https://people.harborline.example/mira","title":"Pilot","userType":"Employee","preferredLanguage":"en-US","locale":"en-US","timezone":"Europe/Berlin","active":true,"password":"Tide-7-over","emails":[{"value":"mira@harborline.example","display":"at work","type":"work","primary":true},{"value":"mira@home.example","type":"home"}],"phoneNumbers":[{"value":"tel:+1-201-555-0123","type":"work"}],"ims":[{"value":"mira-h","type":"xmpp"}],"photos":[{"value":"https://people.harborline.example/mira.png","type":"photo"}],"addresses":[{"formatted":"Quay 4\nHarborline","streetAddress":"Quay 4","locality":"Harborline","region":"HL","postalCode":"10115","country":"US","type":"work","primary":true}],"entitlements":[{"value":"dock"}],"roles":[{"value":"Admin","primary":true}],"x509Certificates":[{"value":"AQIDBA=="}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701","costCenter":"41","organization":"Harborline","division":"Sea","department":"Harbor","manager":{"value":"u-2","$ref":"../Users/u-2"}}}"#;

#[test]
fn the_smallest_and_the_fullest_user_and_a_group_read_back() {
    assert_eq!(stored(""), "");
    assert_eq!(create(&core::user_type(), FULL).as_deref(), Ok(FULL));
    let group = format!(
        r#"{{"schemas":["{}"],"displayName":"Crew","members":[{{"value":"u","$ref":"https://tenant.example/v2/Users/u","type":"User"}}]}}"#,
        core::GROUP
    );
    assert_eq!(
        create(&core::group_type(), &group).as_deref(),
        Ok(group.as_str())
    );
}

/// The new state of a widget that holds `before`, or the keyword of the error.
fn replace(before: &str, body: &str) -> Result<String, String> {
    let whole = |rest: &str| {
        format!(
            r#"{{"schemas":["urn:example:scim:schemas:core:2.0:Widget"],"code":"c","owners":[{{"value":"o"}}]{rest}}}"#
        )
    };
    let before = Resource::from_json(whole(before).as_bytes(), JsonLimits::default()).unwrap();
    let accepted = widget().read(
        object(&whole(body)),
        Purpose::Replace(&before),
        Compat::strict(),
    );
    accepted
        .map(|accepted| accepted.resource.to_string())
        .map_err(|error| error.scim_type().to_string())
}

#[test]
fn what_a_replacement_gives_replaces_and_what_it_leaves_out_goes() {
    let after = replace(
        r#","label":"l","size":1,"enabled":true"#,
        r#","size":2,"label":null"#,
    )
    .unwrap();
    assert!(after.contains(r#""size":2"#), "{after}");
    assert!(
        !after.contains("label") && !after.contains("enabled"),
        "{after}"
    );
}

#[test]
fn an_immutable_value_may_be_set_once_and_repeated() {
    assert!(
        thing(r#","serial":"s""#)
            .unwrap()
            .contains(r#""serial":"s""#)
    );
    assert!(
        replace("", r#","serial":"s""#)
            .unwrap()
            .contains(r#""serial":"s""#)
    );
    assert!(replace(r#","serial":"s""#, r#","serial":"s""#).is_ok());
    assert_eq!(
        refused(replace(r#","serial":"s""#, r#","serial":"t""#)),
        "mutability"
    );
}

#[test]
fn a_replacement_leaves_read_only_values_alone() {
    let after = replace("", r#","computed":"x","id":"mine""#).unwrap();
    assert!(
        !after.contains("computed") && !after.contains("mine"),
        "{after}"
    );
}

#[test]
fn a_replacement_brings_what_is_required() {
    let before = Resource::new(core::USER).with("userName", "a");
    let body = object(&format!(r#"{{"schemas":["{}"]}}"#, core::USER));
    let outcome = core::user_type().read(body, Purpose::Replace(&before), Compat::strict());
    let keyword = outcome.unwrap_err().scim_type().to_string();
    assert_eq!(keyword, "invalidValue");
}

#[test]
fn case_is_kept() {
    assert!(
        thing(r#","label":"AbC","codes":["AbC"]"#)
            .unwrap()
            .contains(r#""AbC""#)
    );
    assert_eq!(stored(r#","title":"PiLot""#), r#","title":"PiLot""#);
}

#[test]
fn a_default_is_stored_and_so_compared() {
    let body = format!(r#"{{"schemas":["{}"],"userName":"a"}}"#, core::USER);
    let users = core::user_type();
    let accepted = users.read(object(&body), Purpose::Create, Compat::strict());
    let stored = accepted.unwrap().resource;
    let filter: Filter = "active eq true".parse().unwrap();
    let bound = BoundFilter::bind(&filter, &[Arc::new(users)], Compat::strict()).unwrap();
    assert!(bound.matches(&(&stored).into()));
}
