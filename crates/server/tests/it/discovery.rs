//! The documents that describe a service: they agree with each other, with the RFCs, and with what is served.

use std::collections::{BTreeMap, BTreeSet};

use scimkit_schema::SchemaSet;
use scimkit_server::{Profile, http::Method};
use serde_json::{Value, json};

use crate::tenant::Tenant;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn schemas(tenant: &Tenant) -> BTreeMap<String, Value> {
    let list = tenant.get("/Schemas").body;
    let schemas = list["Resources"].as_array().unwrap().iter();
    schemas
        .map(|schema| (schema["id"].as_str().unwrap().to_owned(), schema.clone()))
        .collect()
}

#[test]
fn the_configuration_says_all_that_the_rfc_requires() {
    let config = Tenant::new(Profile::strict())
        .get("/ServiceProviderConfig")
        .body;
    assert_eq!(
        config["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"])
    );
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert!(config[feature]["supported"].is_boolean(), "{feature}");
    }
    let schemes = config["authenticationSchemes"].as_array().unwrap();
    assert!(!schemes.is_empty());
    let is_address = |value: &Value| {
        value
            .as_str()
            .map_or(value.is_null(), |text| text.starts_with("https://"))
    };
    for scheme in schemes {
        let kind = scheme["type"].as_str().unwrap();
        assert!(
            [
                "oauth",
                "oauth2",
                "oauthbearertoken",
                "httpbasic",
                "httpdigest"
            ]
            .contains(&kind)
        );
        for told in ["name", "description"] {
            assert!(!scheme[told].as_str().unwrap().is_empty(), "{told}");
        }
        assert!(is_address(&scheme["specUri"]) && is_address(&scheme["documentationUri"]));
    }
    assert!(is_address(&config["documentationUri"]));
}

#[test]
fn what_is_not_announced_is_not_done() {
    let tenant = Tenant::new(Profile::strict());
    let config = tenant.get("/ServiceProviderConfig").body;
    assert_eq!(config["securityEvents"], Value::Null);
    let body = json!({"schemas": [USER], "userName": "mira@x"}).to_string();
    let prefer = [("prefer", "respond-async")];
    let answer = tenant.send_with(Method::POST, "/Users", &prefer, &body);
    assert_eq!(answer.status, 201, "an answer as without the preference");
    assert_eq!(answer.body["userName"], "mira@x");
    for name in ["set-txn", "preference-applied"] {
        assert_eq!(answer.header(name), "");
    }
}

#[test]
fn every_resource_type_is_as_it_says_and_where_it_says() {
    let tenant = Tenant::new(Profile::strict());
    let served = schemas(&tenant);
    let types = tenant.get("/ResourceTypes").body;
    let mut names = Vec::new();
    for described in types["Resources"].as_array().unwrap() {
        let text = |name: &str| described[name].as_str().unwrap();
        names.push(text("name").to_owned());
        assert!(served.contains_key(text("schema")));
        let extensions = described["schemaExtensions"].as_array();
        for extension in extensions.into_iter().flatten() {
            assert!(served.contains_key(extension["schema"].as_str().unwrap()));
            assert!(extension["required"].is_boolean());
        }
        assert_eq!(
            tenant.get(&format!("/ResourceTypes/{}", text("id"))).body,
            *described
        );

        let endpoint = text("endpoint");
        assert!(endpoint.starts_with('/') && !endpoint.contains("//"));
        let mut body = json!({"schemas": [text("schema")], "userName": "mira@x"});
        if text("schema") == USER {
            body["schemas"] = json!([USER, ENTERPRISE]);
            body[ENTERPRISE] = json!({"department": "Docks"});
        } else {
            body = json!({"schemas": [text("schema")], "displayName": "Crew"});
        }
        let created = tenant.post(endpoint, &body.to_string());
        assert_eq!(created.status, 201, "{}", created.body);
        assert_eq!(created.body["meta"]["resourceType"], text("name"));
        for urn in created.body["schemas"].as_array().unwrap() {
            assert!(served.contains_key(urn.as_str().unwrap()), "{urn}");
        }
        assert_eq!(
            tenant.get(endpoint).body["Resources"][0]["id"],
            created.body["id"]
        );
    }
    assert_eq!(names, ["User", "Group"]);
}

/// One line for each attribute, with what the RFC says where the document says nothing.
fn characteristics(above: &str, attributes: &Value, into: &mut BTreeSet<String>) {
    for attribute in attributes.as_array().into_iter().flatten() {
        let path = format!("{above}.{}", attribute["name"].as_str().unwrap());
        let mut line = path.clone();
        for (name, unsaid) in [
            ("type", json!("string")),
            ("multiValued", json!(false)),
            ("required", json!(false)),
            ("caseExact", json!(false)),
            ("mutability", json!("readWrite")),
            ("returned", json!("default")),
            ("uniqueness", json!("none")),
            ("canonicalValues", json!([])),
            ("referenceTypes", json!([])),
        ] {
            let mut said = attribute.get(name).unwrap_or(&unsaid).clone();
            if let Some(words) = said.as_array_mut() {
                words.sort_by_key(ToString::to_string);
            }
            line.push(' ');
            line.push_str(&said.to_string());
        }
        characteristics(&path, &attribute["subAttributes"], into);
        into.insert(line);
    }
}

#[test]
fn the_schemas_served_are_the_published_ones_but_for_the_name_of_a_member() {
    let tenant = Tenant::with_schemas("harborline", Profile::strict(), SchemaSet::core());
    let mut served = schemas(&tenant);
    for file in [
        "User",
        "Group",
        "EnterpriseUser",
        "ServiceProviderConfig",
        "ResourceType",
        "Schema",
    ] {
        let path = format!(
            "{}/../../fixtures/schemas/{file}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).unwrap();
        let published: Value = serde_json::from_str(&text).unwrap();
        let id = published["id"].as_str().unwrap().to_owned();
        let schema = served.remove(&id).unwrap();
        assert_eq!(
            schema["schemas"],
            json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"])
        );
        assert_eq!(
            schema["meta"],
            json!({"resourceType": "Schema", "location": format!("https://tenant.example/scim/v2/Schemas/{id}")})
        );
        let (mut wanted, mut said) = (BTreeSet::new(), BTreeSet::new());
        characteristics("", &published["attributes"], &mut wanted);
        characteristics("", &schema["attributes"], &mut said);
        let only_wanted: Vec<_> = wanted.difference(&said).collect();
        let only_said: Vec<_> = said.difference(&wanted).collect();
        if file == "Group" {
            let display = |mutability: &str| {
                format!(
                    r#".members.display "string" false false false "{mutability}" "default" "none" [] []"#
                )
            };
            assert_eq!(only_wanted, [&display("immutable")]);
            assert_eq!(only_said, [&display("readOnly")]);
        } else {
            assert_eq!((only_wanted, only_said), (vec![], vec![]), "{file}");
        }
    }
    assert!(served.is_empty(), "{served:?}");
}
