use std::{collections::BTreeMap, error::Error};

use scimkit::{
    client::{Client, Transport},
    protocol::{ListQuery, Projection},
    schema::{Complex, Resource, ResourceType, SchemaSet, Value as Scim},
};
use serde_json::{Map, Value, json};

/// What a target holds, read over HTTP page by page, in the shape of `fixtures/onboard/expected.json`: ids become user names.
///
/// # Errors
/// What the client fails with.
pub async fn read_back<T: Transport>(client: &Client<T>) -> Result<Value, Box<dyn Error>> {
    let schemas = SchemaSet::core();
    let resource_type = |name| schemas.by_name(name).ok_or("a core type");
    let users = all(client, resource_type("User")?, Projection::Default).await?;
    let with_members = ["displayName", "externalId", "members"]
        .map(str::parse)
        .into_iter()
        .collect::<Result<_, _>>()?;
    let groups = all(
        client,
        resource_type("Group")?,
        Projection::Only(with_members),
    )
    .await?;

    let names: BTreeMap<&str, &str> = users
        .iter()
        .filter_map(|user| Some((user.text("id")?, user.text("userName")?)))
        .collect();
    let mut shown_users: Vec<Value> = users.iter().map(user).collect();
    shown_users.sort_by_key(|user| text(user, "userName"));
    let mut shown_groups: Vec<Value> = groups.iter().map(|one| group(one, &names)).collect();
    shown_groups.sort_by_key(|group| text(group, "displayName"));
    Ok(json!({ "users": shown_users, "groups": shown_groups }))
}

async fn all<T: Transport>(
    client: &Client<T>,
    resource_type: &ResourceType,
    projection: Projection,
) -> Result<Vec<Resource>, Box<dyn Error>> {
    let mut found = Vec::new();
    loop {
        let query = ListQuery::default()
            .with_page(found.len() as u64 + 1, 100)
            .with_projection(projection.clone());
        let page = client.list(resource_type, &query).await?;
        let last = page.resources.is_empty();
        found.extend(page.resources);
        if last
            || page
                .total_results
                .is_some_and(|total| found.len() as u64 >= total)
        {
            return Ok(found);
        }
    }
}

fn user(user: &Resource) -> Value {
    let mut shown = Map::new();
    for name in ["userName", "active", "externalId"] {
        if let Some(value) = user.get(name) {
            shown.insert(name.into(), plain(value));
        }
    }
    if let Some(parts) = user.get("name").and_then(Scim::as_complex) {
        shown.insert("name".into(), some_of(parts, &["givenName", "familyName"]));
    }
    let emails = user.get("emails").map(Scim::elements).unwrap_or_default();
    let emails = emails
        .iter()
        .filter_map(Scim::as_complex)
        .map(|email| some_of(email, &["type", "value"]));
    shown.insert("emails".into(), emails.collect());
    shown.into()
}

fn group(group: &Resource, names: &BTreeMap<&str, &str>) -> Value {
    let members = group.get("members").map(Scim::elements).unwrap_or_default();
    let ids = members
        .iter()
        .filter_map(|member| member.as_complex()?.text("value"));
    let mut members: Vec<&str> = ids
        .map(|id| names.get(id).copied().unwrap_or("(unknown)"))
        .collect();
    members.sort_unstable();
    json!({
        "displayName": group.text("displayName"),
        "externalId": group.text("externalId"),
        "members": members,
    })
}

fn some_of(fields: &Complex, names: &[&str]) -> Value {
    let kept = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), plain(fields.get(name)?))));
    Value::Object(kept.collect())
}

fn plain(value: &Scim) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
