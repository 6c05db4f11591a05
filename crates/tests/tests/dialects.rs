//! The engine in each of its dialects, against a tenant that takes it: all leave the same behind.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a failed test may panic"
)]

use scimkit::{
    client::{PatchDialect, http::Method},
    mapping::MappingSet,
    protocol::ListQuery,
    provisioning::Options,
    schema::core,
    server::Profile,
};
use scimkit_tests::{Company, Journey};
use serde_json::{Value, json};

fn people() -> Company {
    Company::new()
        .user("boss")
        .person(json!({
            "id": "ada", "userPrincipalName": "ada@harborline.example", "mail": "ada@harborline.example",
            "mailNickname": "ada", "displayName": "Ada King", "givenName": "Ada", "surname": "King", "accountEnabled": true,
            "mobilePhone": "+44 20 7946 0018", "jobTitle": "Analyst", "employeeId": "E-77", "manager": { "id": "boss" }
        }))
        .user("leaver")
        .group("engines", &["ada", "leaver"])
        .assign("User", &["boss"])
        .assign("Group", &["engines"])
}

/// A new name, mail, telephone, department and office for one; another becomes disabled and leaves the group.
fn later() -> Company {
    let group = json!({ "displayName": "engineering", "members": [
        { "@odata.type": "#microsoft.graph.user", "id": "ada" }, { "@odata.type": "#microsoft.graph.user", "id": "boss" },
    ] });
    people()
        .change(
            "users",
            "ada",
            json!({
                "surname": "Lovelace", "displayName": "Ada Lovelace", "mail": "ada.lovelace@harborline.example",
                "mobilePhone": "+44 20 7946 0019", "businessPhones": ["+44 20 7946 0100"], "faxNumber": "+44 20 7946 0999",
                "department": "Research", "employeeId": "E-78", "officeLocation": "Room 9", "city": "London", "country": "GB"
            }),
        )
        .change("users", "leaver", json!({ "accountEnabled": false }))
        .change("groups", "engines", group)
}

/// What the tenant holds after an initial cycle and changes, and the operations that were sent for the changes.
async fn provisioned(dialect: PatchDialect, profile: Profile) -> (Value, Vec<Value>) {
    let mut journey = Journey::begin_with(profile).await;
    journey.dialect = dialect;
    people().write(&journey.directory_file());
    let engine = journey
        .engine_with("Generic", MappingSet::generic_scim(), Options::default())
        .await;
    engine.start().await.unwrap();
    let first = engine.cycle(&|_| {}).await.unwrap();
    assert_eq!((first.failed, first.references), (0, 1));
    let report = journey.next_with(&engine, &later()).await;
    assert_eq!(report.failed, 0, "{:?}", engine.open_issues().await);
    let sent = journey.wire.take();
    let patches = sent.iter().filter(|sent| sent.method == Method::PATCH);
    let operations = patches.flat_map(|sent| {
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        body["Operations"].as_array().unwrap().clone()
    });
    let operations = operations.collect();
    assert!(journey.next(&engine).await.is_quiet());
    (held(&journey).await, operations)
}

/// All that the tenant has of the users, and its groups; ids become names.
async fn held(journey: &Journey) -> Value {
    let client = journey.tenant.client(&journey.token);
    let users = client.list(&core::user_type(), &ListQuery::default()).await;
    let mut users = users.unwrap().resources;
    users.sort_by_key(|user| user.text("userName").map(str::to_owned));
    let ids: Vec<_> = users
        .iter()
        .map(|user| {
            (
                user.id().unwrap(),
                user.text("userName").unwrap().to_owned(),
            )
        })
        .collect();
    let users = users.into_iter().map(|user| {
        let mut text = user.to_string();
        for (id, name) in &ids {
            text = text.replace(id.as_str(), name);
        }
        let mut user: Value = serde_json::from_str(&text).unwrap();
        user.as_object_mut().unwrap().remove("meta");
        user.as_object_mut().unwrap().remove("groups");
        user
    });
    let users: Vec<_> = users.collect();
    json!({ "users": users, "groups": journey.tenant.read_back().await["groups"] })
}

#[tokio::test]
async fn all_dialects_leave_the_same_behind() {
    let (expected, _) = provisioned(PatchDialect::Rfc, Profile::strict()).await;
    assert_eq!(expected["users"][0]["displayName"], "Ada Lovelace");
    assert_eq!(expected["users"][2]["active"], false);

    let (held, sent) = provisioned(PatchDialect::EntraClassic, Profile::entra()).await;
    assert_eq!(held, expected);
    assert!(sent.iter().all(|operation| {
        let op = operation["op"].as_str().unwrap();
        ["Add", "Remove", "Replace"].contains(&op) && operation["path"].is_string()
    }));
    let active = json!({ "op": "Replace", "path": "active", "value": "False" });
    assert!(sent.contains(&active), "{sent:?}");
    let fax = r#"phoneNumbers[type eq "fax"].value"#;
    let fax = json!({ "op": "Add", "path": fax, "value": "+44 20 7946 0999" });
    assert!(sent.contains(&fax), "{sent:?}");

    let (held, sent) = provisioned(PatchDialect::AadOptscim062020, Profile::entra()).await;
    assert_eq!(held, expected);
    let active = json!({ "op": "replace", "path": "active", "value": false });
    assert!(sent.contains(&active), "{sent:?}");
    let folded = sent.iter().any(|operation| {
        operation["path"].is_null() && operation["value"]["name.familyName"] == "Lovelace"
    });
    assert!(folded, "{sent:?}");
}
