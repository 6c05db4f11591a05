//! The journey of an administrator, row by row, with both ends over real sockets: `docs/journey.md` says which test shows what.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a failed test may panic"
)]

mod bulk;
mod connecting;
mod connection_test;
mod consumers;
mod cycles;
mod interval;
mod log;
mod saving;
mod scope;
mod tenant;
mod whole_journey;

use scimkit::{
    client::{
        Client, Transport,
        bytes::Bytes,
        http::{Request, header::AUTHORIZATION},
    },
    protocol::{ListQuery, Projection},
    provisioning::CycleReport,
    reqwest::ReqwestTransport,
    schema::{Resource, ResourceId, core},
    server::IssuedToken,
};
use scimkit_tests::TestEngine;
use serde_json::Value;

/// Runs the cycle that is due.
async fn run(engine: &TestEngine) -> CycleReport {
    engine.run_if_due(&|_| {}).await.unwrap().unwrap()
}

/// Asks for an address with a bearer token, and gives back status and JSON.
async fn get(url: &str, token: &IssuedToken) -> (u16, Value) {
    let bearer = format!("Bearer {}", token.secret.expose());
    get_with(url, AUTHORIZATION.as_str(), &bearer).await
}

/// Asks for an address with one header, and gives back status and JSON.
async fn get_with(url: &str, header: &str, value: &str) -> (u16, Value) {
    let request = Request::get(url).header(header, value);
    let request = request.body(Bytes::new()).unwrap();
    let transport = ReqwestTransport::new().unwrap();
    let response = transport.send(request).await.unwrap();
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body)
}

/// The users that a filter finds over HTTP; an empty one finds all.
async fn find_users(client: &Client<ReqwestTransport>, filter: &str) -> Vec<Resource> {
    let found = client.list(&core::user_type(), &query(filter)).await;
    found.unwrap().resources
}

/// The groups that a filter finds over HTTP; an empty one finds all.
async fn find_groups(client: &Client<ReqwestTransport>, filter: &str) -> Vec<Resource> {
    let found = client.list(&core::group_type(), &query(filter)).await;
    found.unwrap().resources
}

/// The ids of the members of a group, read over HTTP.
async fn members(client: &Client<ReqwestTransport>, group: &ResourceId) -> Vec<Box<str>> {
    let projection = Projection::Only(vec!["members".parse().unwrap()]);
    let group = client.get(&core::group_type(), group, &projection).await;
    let group = group.unwrap();
    let members = group.get("members").map(scimkit::schema::Value::elements);
    let members = members.unwrap_or_default().iter();
    members
        .map(|member| member.as_complex().unwrap().text("value").unwrap().into())
        .collect()
}

/// The texts under `name` in what was read back.
fn texts<'a>(read: &'a Value, list: &str, name: &str) -> Vec<&'a str> {
    let objects = read[list].as_array().unwrap().iter();
    objects
        .map(|object| object[name].as_str().unwrap())
        .collect()
}

fn query(filter: &str) -> ListQuery {
    let mut query = ListQuery::default();
    query.filter = Some(filter).filter(|text| !text.is_empty()).map(Into::into);
    query
}
