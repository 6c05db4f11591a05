//! Every attribute of `User`, its enterprise extension and `Group`, and every sub-attribute, with values of every type.

use scimkit_schema::{
    Attribute, AttributeType, Compat, JsonLimits, Mutability, Purpose, SchemaSet, json as scim_json,
};
use scimkit_server::{Profile, http::Method};
use serde_json::{Map, Value, json};

use super::state;
use crate::tenant::{Answer, Tenant};

/// An attribute under test, or one of its parts.
struct Subject {
    endpoint: &'static str,
    extension: Option<String>,
    attribute: Attribute,
    part: Option<Attribute>,
}

impl Subject {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        let schemas = SchemaSet::core_with_unique_group_names();
        for resource_type in schemas.types() {
            let endpoint = if resource_type.name() == "User" {
                "/Users"
            } else {
                "/Groups"
            };
            let core = std::iter::once((None, resource_type.schema()));
            let extensions = resource_type.extensions().iter();
            let extensions = extensions.map(|it| (Some(it.schema.id().to_string()), &it.schema));
            for (extension, schema) in core.chain(extensions) {
                for attribute in schema.attributes() {
                    let parts = attribute.sub_attributes().iter().cloned().map(Some);
                    all.extend(std::iter::once(None).chain(parts).map(|part| Self {
                        endpoint,
                        extension: extension.clone(),
                        attribute: attribute.clone(),
                        part,
                    }));
                }
            }
        }
        all
    }

    fn name(&self) -> String {
        let urn = self.extension.as_deref().unwrap_or(self.endpoint);
        let part = self.part.as_ref().map_or("", |part| part.name());
        format!("{urn} {}.{part}", self.attribute.name())
    }

    /// The value of the whole attribute when the subject is `value`.
    fn whole(&self, value: &Value) -> Value {
        let Some(part) = &self.part else {
            return value.clone();
        };
        let object = json!({part.name().as_str(): value});
        if self.attribute.is_multi_valued() {
            json!([object])
        } else {
            object
        }
    }

    /// The attributes of a PATCH without a path.
    fn fields(&self, value: &Value) -> Value {
        let own = json!({self.attribute.name().as_str(): self.whole(value)});
        match &self.extension {
            Some(urn) => json!({urn.as_str(): own}),
            None => own,
        }
    }

    /// A body that is right but for the subject.
    fn body(&self, value: &Value) -> String {
        let (schema, required) = match self.endpoint {
            "/Users" => ("User", "userName"),
            _ => ("Group", "displayName"),
        };
        let mut body = Map::new();
        body.insert(
            "schemas".into(),
            json!([format!("urn:ietf:params:scim:schemas:core:2.0:{schema}")]),
        );
        body.insert(required.into(), json!("kept"));
        let schemas = body["schemas"].as_array_mut().unwrap();
        schemas.extend(self.extension.iter().map(|urn| json!(urn)));
        if let Value::Object(fields) = self.fields(value) {
            body.extend(fields);
        }
        Value::from(body).to_string()
    }

    fn path(&self) -> String {
        let name = self.attribute.name();
        self.extension
            .as_ref()
            .map_or_else(|| name.to_string(), |urn| format!("{urn}:{name}"))
    }

    fn is_read_only(&self) -> bool {
        let parts = [Some(&self.attribute), self.part.as_ref()];
        parts
            .into_iter()
            .flatten()
            .any(|it| it.mutability() == Mutability::ReadOnly)
    }

    /// Whether the letter of the RFC lets the subject have the value.
    fn fits(&self, value: &Value) -> bool {
        let Some(part) = &self.part else {
            let unassigned = matches!(value, Value::Null) || *value == json!([]);
            // A state is not unassigned: it has a default.
            let may_miss = !self.attribute.is_required() && self.attribute.name() != "active";
            let is_empty =
                (*value == json!("") || *value == json!(" ")) && self.attribute.is_required();
            return if unassigned {
                may_miss
            } else {
                !is_empty && fits(&self.attribute, value)
            };
        };
        *value == Value::Null || *value == json!([]) || fits(part, value)
    }
}

fn fits(attribute: &Attribute, value: &Value) -> bool {
    if attribute.is_multi_valued() {
        return value.as_array().is_some_and(|list| {
            list.iter()
                .all(|it| it.is_null() || *it == json!([]) || fits_one(attribute, it))
        });
    }
    fits_one(attribute, value)
}

fn fits_one(attribute: &Attribute, value: &Value) -> bool {
    match attribute.attribute_type() {
        AttributeType::Boolean => value.is_boolean(),
        AttributeType::Complex => value.as_object().is_some_and(|fields| {
            fields.iter().all(|(name, value)| {
                let part = attribute.sub_attribute(name);
                part.is_some_and(|part| value.is_null() || fits(part, value))
            })
        }),
        AttributeType::Binary => value.as_str().is_some_and(|text| {
            text.len() % 4 == 0 && text.bytes().all(|it| it.is_ascii_alphanumeric())
        }),
        AttributeType::Reference => value.as_str().is_some_and(|text| {
            // The address of a resource may be relative to the base.
            let is_relative = attribute.name() == "$ref" && !text.is_empty();
            text.starts_with("https:")
                || is_relative && text.bytes().all(|it| it.is_ascii_graphic())
        }),
        _ => value.is_string(),
    }
}

/// Values of every type, with a name for messages.
fn values() -> Vec<(&'static str, Value)> {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    vec![
        ("text", json!("harbour1")),
        ("address", json!("https://harborline.example/a")),
        ("empty text", json!("")),
        ("blank", json!(" ")),
        ("text of a boolean", json!("disabled")),
        ("long text", json!("a".repeat(20_000))),
        ("control characters", json!("a\u{1}\u{7f}\u{85}\u{2028}b")),
        ("integer", json!(5)),
        ("zero", json!(0)),
        ("one", json!(1)),
        ("negative", json!(-1)),
        ("largest integer", json!(i64::MAX)),
        ("decimal", json!(0.5)),
        ("true", json!(true)),
        ("false", json!(false)),
        ("null", Value::Null),
        ("object", json!({"odd": "x"})),
        ("object without attributes", json!({})),
        ("object with a value", json!({"value": "x"})),
        ("object with a false value", json!({"value": false})),
        ("object with null", json!({"value": null})),
        ("array", json!([])),
        ("array of texts", json!(["a", "b"])),
        ("array of one text", json!(["a"])),
        ("array of numbers", json!([1, 2])),
        ("array of nulls", json!([null, null])),
        ("array of booleans", json!([true])),
        ("array of objects", json!([{"odd": 1}, {"odd": 2}])),
        ("array of one object", json!([{"value": "x"}])),
        ("nested arrays", json!([["a"]])),
        ("deeply nested arrays", nested(20)),
        ("long array", json!(vec![json!({"value": "x"}); 200])),
    ]
}

/// The ways in which a value is sent.
const WAYS: [&str; 4] = ["POST", "PUT", "PATCH", "PATCH without path"];

fn send(tenant: &Tenant, subject: &Subject, target: &str, value: &Value, way: &str) -> Answer {
    let body = subject.body(value);
    match way {
        "POST" => tenant.post(subject.endpoint, &body),
        "PUT" => tenant.send(Method::PUT, target, &body),
        "PATCH" => {
            let operation =
                json!([{"op": "replace", "path": subject.path(), "value": subject.whole(value)}]);
            tenant.patch(target, &operation.to_string())
        }
        _ => tenant.patch(
            target,
            &json!([{"op": "add", "value": subject.fields(value)}]).to_string(),
        ),
    }
}

/// A tenant with one resource to change; the same every time.
fn target(profile: Profile, subject: &Subject) -> (Tenant, String) {
    let tenant = Tenant::new(profile);
    let id = match subject.endpoint {
        "/Users" => tenant.user("first"),
        _ => tenant.group("first", &[]),
    };
    let path = format!("{}/{id}", subject.endpoint);
    (tenant, path)
}

/// Whether an answer is a refusal as it should be; the state is looked at by the caller.
fn is_refused(answer: &Answer, what: &str) -> bool {
    if answer.status.is_success() {
        return false;
    }
    assert_eq!(answer.status, 400, "{what}: {}", answer.body);
    assert_eq!(answer.body["status"], "400", "{what}");
    assert!(
        !answer.detail().is_empty() && answer.detail().len() < 400,
        "{what}: {}",
        answer.detail()
    );
    true
}

#[test]
fn by_the_letter_a_value_is_accepted_when_it_fits_and_refused_when_it_does_not() {
    let mut surprises = Vec::new();
    for subject in Subject::all() {
        // The tenant is the same every time.
        let before = state(&target(Profile::strict(), &subject).0);
        let is_members = subject.endpoint == "/Groups" && subject.attribute.name() == "members";
        for (name, value) in values() {
            for way in WAYS {
                let (tenant, path) = target(Profile::strict(), &subject);
                let what = format!("{} {way} {name}", subject.name());
                let answer = send(&tenant, &subject, &path, &value, way);
                let refused = is_refused(&answer, &what);
                if refused {
                    assert_eq!(state(&tenant), before, "{what}");
                    let expected = answer.body["scimType"].as_str().unwrap_or_default();
                    let known = matches!(
                        expected,
                        "invalidValue" | "invalidSyntax" | "invalidPath" | "mutability"
                    );
                    assert!(known, "{what}: {expected}");
                }
                if is_members {
                    // Nobody is called what the values say, so no member can be added.
                    assert!(
                        refused || answer.body.get("members").is_none(),
                        "{what}: {}",
                        answer.body
                    );
                } else if subject.is_read_only() {
                    let is_patch = way.starts_with("PATCH");
                    assert!(
                        is_patch || !refused,
                        "{what}: readOnly is left out: {}",
                        answer.body
                    );
                } else {
                    // A PATCH that names a list may bring one element of it.
                    let is_one = way.starts_with("PATCH")
                        && subject.part.is_none()
                        && subject.attribute.is_multi_valued()
                        && fits_one(&subject.attribute, &value);
                    let fits = subject.fits(&value) || is_one;
                    if refused == fits {
                        surprises.push(format!("{what}: {} {}", answer.status, answer.detail()));
                    }
                }
            }
        }
    }
    assert_eq!(surprises, [""; 0]);
}

/// Leniency is in what is taken, never in what comes of it: a resource that was accepted is right by the letter afterwards.
#[test]
fn what_the_default_profile_accepts_is_right_by_the_letter_afterwards() {
    for subject in Subject::all() {
        let before = state(&target(Profile::default(), &subject).0);
        // An address that is none may be kept as it came: `Rule::LooseReference`.
        let parts = subject.attribute.sub_attributes().iter();
        let mut parts = parts.chain(std::iter::once(&subject.attribute));
        let is_reference = parts.any(|it| it.attribute_type() == AttributeType::Reference);
        for (name, value) in values() {
            for way in WAYS {
                let (tenant, path) = target(Profile::default(), &subject);
                let what = format!("{} {way} {name}", subject.name());
                if is_refused(&send(&tenant, &subject, &path, &value, way), &what) {
                    assert_eq!(state(&tenant), before, "{what}");
                    continue;
                }
                for resource in tenant.get("/").body["Resources"].as_array().unwrap() {
                    let name = resource["meta"]["resourceType"].as_str().unwrap();
                    let resource_type = tenant.service.schemas().by_name(name).unwrap();
                    let text = resource.to_string();
                    let body =
                        scim_json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap();
                    let read = resource_type.read(body, Purpose::Create, Compat::strict());
                    assert!(read.is_ok() || is_reference, "{what}: {text} {read:?}");
                }
            }
        }
    }
}

/// What is taken beyond the letter for `active`: text of a boolean, and an object or array around one. Nothing else is a truth.
#[test]
fn active_is_a_boolean_or_the_text_of_one() {
    for (sent, expected) in [
        ("false", Some(false)),
        (r#""False""#, Some(false)),
        (r#""TRUE""#, Some(true)),
        (r#"{"value":false}"#, Some(false)),
        (r#"{"value":"False"}"#, Some(false)),
        (r#"[{"value":false}]"#, Some(false)),
        ("[false]", Some(false)),
        (r#""disabled""#, None),
        (r#""no""#, None),
        (r#""0""#, None),
        ("0", None),
        ("1", None),
        (r#""""#, None),
        ("null", None),
        ("[]", None),
        ("{}", None),
        (r#"{"value":false,"type":"x"}"#, None),
        (r#"{"value":{"value":false}}"#, None),
        ("[true,false]", None),
        ("[[false]]", None),
    ] {
        let tenant = Tenant::new(Profile::default());
        let path = format!("/Users/{}", tenant.user("mira"));
        let before = state(&tenant);
        let body = format!(r#"{{"userName":"mira","active":{sent}}}"#);
        let answers = [
            tenant.patch(
                &path,
                &format!(r#"[{{"op":"replace","path":"active","value":{sent}}}]"#),
            ),
            tenant.patch(
                &path,
                &format!(r#"[{{"op":"replace","value":{{"active":{sent}}}}}]"#),
            ),
            tenant.send(Method::PUT, &path, &body),
            tenant.post("/Users", &body.replace("mira", "ben")),
        ];
        for answer in answers {
            match expected {
                Some(active) => {
                    assert_eq!(answer.body["active"], active, "{sent}: {}", answer.body);
                }
                None => assert_eq!(
                    (answer.status.as_u16(), answer.body["scimType"].as_str()),
                    (400, Some("invalidValue")),
                    "{sent}"
                ),
            }
        }
        if expected.is_none() {
            assert_eq!(state(&tenant), before, "{sent}");
        }
    }
}

/// A member is named by a `value` that is the id of somebody. Whoever is wrong in a list, nobody of it is added.
#[test]
fn a_member_without_a_usable_value_is_refused_with_the_whole_list() {
    for member in [
        "{}",
        r#"{"display":"mira"}"#,
        r#"{"value":""}"#,
        r#"{"value":null}"#,
        r#"{"value":5}"#,
        r#"{"value":["x","y"]}"#,
        r#"{"value":{"value":"x"}}"#,
        r#"{"$ref":"https://tenant.example/scim/v2/Users/x"}"#,
        "5",
        "true",
        "[[]]",
        r#"[{"value":"x"}]"#,
        r#"{"value":"bulkId:1"}"#,
        r#"{"VALUE":"a","value":"b"}"#,
    ] {
        let tenant = Tenant::new(Profile::default());
        let user = tenant.user("mira");
        let path = format!("/Groups/{}", tenant.group("Crew", &[]));
        let before = state(&tenant);
        let list = format!(r#"[{{"value":"{user}"}},{member}]"#);
        for answer in [
            tenant.post(
                "/Groups",
                &format!(r#"{{"displayName":"New","members":{list}}}"#),
            ),
            tenant.send(
                Method::PUT,
                &path,
                &format!(r#"{{"displayName":"Crew","members":{list}}}"#),
            ),
            tenant.patch(
                &path,
                &format!(r#"[{{"op":"add","path":"members","value":{list}}}]"#),
            ),
            tenant.patch(
                &path,
                &format!(r#"[{{"op":"replace","path":"members","value":{list}}}]"#),
            ),
            tenant.patch(
                &path,
                &format!(r#"[{{"op":"add","value":{{"members":{list}}}}}]"#),
            ),
        ] {
            assert_eq!(answer.status, 400, "{member}: {}", answer.body);
            assert!(
                matches!(
                    answer.body["scimType"].as_str(),
                    Some("invalidValue" | "invalidSyntax")
                ),
                "{member}: {}",
                answer.body
            );
        }
        assert_eq!(state(&tenant), before, "{member}");
    }
}
