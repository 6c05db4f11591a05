//! Queries and discovery.

use scimkit_server::Profile;
use serde_json::Value;

use crate::tenant::Tenant;

#[test]
fn a_look_up_without_a_hit_is_an_empty_list() {
    let tenant = Tenant::new(Profile::entra());
    let answer = tenant.get("/Users?filter=userName+eq+%22b6b9d1a2%22&aadOptscim062020");
    assert_eq!(answer.status, 200);
    assert_eq!(
        std::str::from_utf8(answer.response.body()).unwrap(),
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"itemsPerPage":0,"startIndex":1,"Resources":[]}"#
    );
}

#[test]
fn pages_follow_each_other() {
    let tenant = Tenant::new(Profile::strict());
    let ids: Vec<_> = (0..5)
        .map(|number| tenant.user(&format!("user-{number}@x")))
        .collect();
    let mut seen = Vec::new();
    for start in [1, 3, 5] {
        let page = tenant
            .get(&format!("/Users?startIndex={start}&count=2"))
            .body;
        assert_eq!(
            (page["totalResults"].as_u64(), page["startIndex"].as_u64()),
            (Some(5), Some(start))
        );
        let resources = page["Resources"].as_array().unwrap();
        assert_eq!(page["itemsPerPage"].as_u64(), Some(resources.len() as u64));
        seen.extend(
            resources
                .iter()
                .map(|user| user["id"].as_str().unwrap().to_owned()),
        );
    }
    assert_eq!(seen, ids);
    let none = tenant.get("/Users?count=0").body;
    assert_eq!(
        (
            none["totalResults"].as_u64(),
            none["Resources"].as_array().map(Vec::len)
        ),
        (Some(5), Some(0))
    );
}

#[test]
fn a_page_begins_where_it_is_asked_to_and_may_be_past_the_end() {
    let tenant = Tenant::new(Profile::strict());
    let ids: Vec<_> = (0..3)
        .map(|number| tenant.user(&format!("user-{number}@x")))
        .collect();
    for (query, first) in [
        ("", Some(0)),
        ("startIndex=1", Some(0)),
        ("startIndex=0", Some(0)),
        ("startIndex=-5", Some(0)),
        ("startIndex=3", Some(2)),
        ("startIndex=4", None),
        ("startIndex=1000", None),
        ("count=-1", None),
        ("count=0", None),
    ] {
        let page = tenant.get(&format!("/Users?{query}"));
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(page.body["totalResults"], 3, "{query}");
        let shown = page.body["Resources"].as_array().unwrap();
        assert_eq!(page.body["itemsPerPage"], shown.len(), "{query}");
        if let Some(place) = first {
            assert_eq!(page.body["startIndex"], place + 1, "{query}");
        }
        assert_eq!(
            shown.first().map(|user| &user["id"]),
            first.map(|place: usize| Value::from(&*ids[place])).as_ref(),
            "{query}"
        );
    }
}

#[test]
fn filters_find_what_they_say() {
    let tenant = Tenant::new(Profile::lenient());
    let id = tenant.user("Mira@x");
    tenant.user("other@x");
    tenant.patch(
        &format!("/Users/{id}"),
        r#"[{"op":"add","path":"emails[type eq \"work\"].value","value":"m@x"}]"#,
    );
    for filter in [
        "userName eq \"MIRA@X\"",
        "emails[type eq \"work\"].value eq \"m@x\"",
        "id eq \"id-0000\"",
        "emails co \"m@\"",
    ] {
        let query = filter
            .replace(' ', "+")
            .replace('"', "%22")
            .replace('[', "%5B")
            .replace(']', "%5D");
        let page = tenant.get(&format!("/Users?filter={query}")).body;
        assert_eq!(page["totalResults"], 1, "{filter}: {page}");
        assert_eq!(page["Resources"][0]["id"], id.as_str());
    }
}

#[test]
fn discovery_describes_the_service() {
    let tenant = Tenant::new(Profile::strict());
    let config = tenant.get("/ServiceProviderConfig").body;
    assert_eq!(
        (
            config["patch"]["supported"].as_bool(),
            config["bulk"]["supported"].as_bool()
        ),
        (Some(true), Some(true))
    );
    let types = tenant.get("/ResourceTypes").body;
    assert_eq!(types["totalResults"], 2);
    assert_eq!(tenant.get("/ResourceTypes/user").body["endpoint"], "/Users");
    let schemas = tenant.get("/Schemas").body;
    assert_eq!(schemas["totalResults"], 6);
    for schema in schemas["Resources"].as_array().unwrap() {
        let alone = tenant.get(&format!("/Schemas/{}", schema["id"].as_str().unwrap()));
        assert_eq!(alone.body, *schema);
        assert_eq!(schema["meta"]["resourceType"], "Schema");
    }
    assert!(!schemas.to_string().contains("null"));
    assert_eq!(
        tenant.get("/Schemas/urn:x:y").error(),
        "404 -: there is no such schema here"
    );
    assert_ne!(
        tenant.get("/ResourceTypes/User").body["schemaExtensions"],
        Value::Null
    );
}

#[test]
fn the_documents_of_the_service_have_served_schemas_and_fit_them() {
    let tenant = Tenant::new(Profile::strict());
    let served = tenant.get("/Schemas").body;
    let ids: Vec<_> = served["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|schema| &schema["id"])
        .collect();
    for path in [
        "/ServiceProviderConfig",
        "/ResourceTypes/User",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    ] {
        let document = tenant.get(path).body;
        let schema = &document["schemas"][0];
        assert!(ids.contains(&schema), "{path} {schema}");
        let schema = tenant
            .get(&format!("/Schemas/{}", schema.as_str().unwrap()))
            .body;
        let attributes = schema["attributes"].as_array().unwrap();
        for name in document.as_object().unwrap().keys() {
            let is_common = ["schemas", "id", "meta"].contains(&name.as_str());
            let is_known = attributes
                .iter()
                .any(|attribute| attribute["name"] == *name);
            assert!(is_common || is_known, "{path} {name}");
        }
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute["required"] == true)
        {
            let name = attribute["name"].as_str().unwrap();
            assert_ne!(document[name], Value::Null, "{path} {name}");
        }
    }
}

#[test]
fn the_schemas_of_messages_are_not_served() {
    let tenant = Tenant::new(Profile::strict());
    let served = tenant.get("/Schemas").body;
    let is_message = |schema: &Value| schema["id"].as_str().unwrap().contains("api:messages");
    assert!(
        !served["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .any(is_message)
    );
}
