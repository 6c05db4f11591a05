//! Graph on the one side, OAuth on the other.

use std::{sync::Arc, thread};

use serde_json::{Value, json};
use tiny_http::{Header, Response, Server};

use crate::workshop::{Tenant, Workshop, person};

/// A tenant of Graph with two people and a group, which gives tokens too.
fn graph() -> (Arc<Server>, String) {
    let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
    let base = format!("http://{}", server.server_addr().to_ip().unwrap());
    let (listening, here) = (Arc::clone(&server), base.clone());
    thread::spawn(move || {
        for request in listening.incoming_requests() {
            let url = request.url().to_owned();
            let answer = if url.starts_with("/t/oauth2/v2.0/token") {
                json!({ "access_token": "graph-token", "token_type": "Bearer", "expires_in": 3599 })
            } else {
                answer(&here, &url)
            };
            let json = Header::from_bytes("content-type", "application/json").unwrap();
            let _ = request.respond(Response::from_string(answer.to_string()).with_header(json));
        }
    });
    (server, base)
}

fn answer(here: &str, url: &str) -> Value {
    let delta = |list: &str, value: &Value| json!({ "value": value, "@odata.deltaLink": format!("{here}/v1.0/{list}/delta?$deltatoken=x") });
    if url.contains("deltatoken") {
        let list = if url.contains("/users/") {
            "users"
        } else {
            "groups"
        };
        return delta(list, &json!([]));
    }
    if url.starts_with("/v1.0/users/delta") {
        return delta("users", &json!([person("mira"), person("tomasz")]));
    }
    if url.starts_with("/v1.0/groups/delta") {
        let members = json!([{ "@odata.type": "#microsoft.graph.user", "id": "mira" }, { "@odata.type": "#microsoft.graph.group", "id": "g2" }]);
        return delta(
            "groups",
            &json!([{ "id": "g1", "displayName": "Finance", "members@delta": members }, { "id": "g2", "displayName": "Inner" }]),
        );
    }
    if url.starts_with("/v1.0/servicePrincipals/sp-1/appRoleAssignedTo") {
        return json!({ "value": [{ "principalId": "g1", "principalType": "Group", "appRoleId": "18d1" }] });
    }
    json!({ "value": [] })
}

#[test]
fn graph_and_oauth_are_configured_and_work() {
    let tenant = Tenant::start();
    let (server, base) = graph();
    let mut work = Workshop::new(&tenant);
    work.write_secret("graph-secret", "s3cret");
    work.replace(
        "file = \"export.json\"",
        &format!("[source.graph]\ntenant = \"t\"\nclient_id = \"app\"\nsecret = \"file:graph-secret\"\nservice_principal = \"sp-1\"\nbase_url = \"{base}/v1.0\"\ntoken_url = \"{base}/t/oauth2/v2.0/token\""),
    );
    let oauth = format!(
        "dialect = \"entra\"\n[target.oauth]\ntoken_url = \"{}/oauth2/token\"\nclient_id = \"{}\"\nsecret = \"file:client-secret\"",
        tenant.url, tenant.client.0
    );
    work.replace("token = \"file:token\"", &oauth);
    let tested = work.run(&["test"]);
    assert_eq!(tested.code, 0, "{}", tested.errors);
    let done = work.run(&["run"]);
    assert_eq!(done.code, 0, "{}\n{}", done.text, done.errors);
    assert_eq!(tenant.users(), 1);
    // a group inside of a group is named, not expanded
    assert!(done.text.contains("the group `Inner` is a member of the group `Finance`, and nested groups are not expanded"), "{}", done.text);
    let lines = work.lines(&["watch", "--cycles", "1"]);
    assert_eq!(lines.last().unwrap()["users"]["unchanged"], 1);
    assert_eq!(
        work.lines(&["log", "--limit", "1"])[0]["sourceSystem"]["displayName"],
        "Microsoft Entra ID"
    );
    // looking at what was done takes no secret
    std::fs::remove_file(work.file("graph-secret")).unwrap();
    std::fs::remove_file(work.file("client-secret")).unwrap();
    assert_eq!(work.run(&["status"]).code, 0);
    server.unblock();
}
