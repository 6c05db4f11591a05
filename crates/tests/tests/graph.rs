//! Microsoft Graph as a directory, over real sockets.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use scimkit::{
    client::{BaseUrl, OAuthClient, PlainHttp, Token},
    provisioning::{Completeness, Directory, GraphDirectory, MemberKind, Pause, Removed, Snapshot},
    reqwest::ReqwestTransport,
    system::SystemClock,
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate, Times,
    matchers::{header, method, path, query_param, query_param_is_missing},
};

const PRINCIPAL: &str = "7f1c0000-0000-4000-8000-000000000001";

/// A tenant of Graph that answers what it was told to.
struct Graph {
    server: MockServer,
}

impl Graph {
    async fn start() -> Self {
        let graph = Self {
            server: MockServer::start().await,
        };
        let token =
            json!({ "access_token": "graph-token", "token_type": "Bearer", "expires_in": 3599 });
        Mock::given(method("POST"))
            .and(path("/harborline/oauth2/v2.0/token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(token))
            .expect(0..)
            .mount(&graph.server)
            .await;
        graph
    }

    fn directory(&self) -> GraphDirectory<ReqwestTransport> {
        let base = format!("{}/v1.0", self.server.uri());
        let url = format!("{}/harborline/oauth2/v2.0/token", self.server.uri());
        let client = OAuthClient::new(url.parse().unwrap(), "app-1", Arc::new(SystemClock))
            .with_scope("https://graph.microsoft.com/.default");
        GraphDirectory::new(
            BaseUrl::parse(&base, PlainHttp::OnLoopback).unwrap(),
            client.with_secret(Token::new("s3cret").unwrap()),
            PRINCIPAL,
            ReqwestTransport::new().unwrap(),
        )
    }

    /// Answers the first page of a list, or the page behind a token.
    async fn page(
        &self,
        list: &str,
        token: Option<&str>,
        answer: ResponseTemplate,
        times: impl Into<Times>,
    ) {
        let mock = Mock::given(method("GET"))
            .and(path(format!("/v1.0/{list}")))
            .and(header("authorization", "Bearer graph-token"));
        let mock = match token {
            Some(token) => mock.and(query_param("$token", token)),
            None => mock.and(query_param_is_missing("$token")),
        };
        let mock = mock.respond_with(answer).expect(times);
        self.server.register(mock).await;
    }

    fn link(&self, list: &str, token: &str) -> String {
        format!("{}/v1.0/{list}?$token={token}", self.server.uri())
    }

    /// A page with further ones behind it.
    fn more(&self, list: &str, token: &str, value: &Value) -> ResponseTemplate {
        let page = json!({ "value": value, "@odata.nextLink": self.link(list, token) });
        ResponseTemplate::new(200).set_body_json(page)
    }

    /// The last page of a delta.
    fn last(&self, list: &str, token: &str, value: &Value) -> ResponseTemplate {
        let page = json!({ "value": value, "@odata.deltaLink": self.link(list, token) });
        ResponseTemplate::new(200).set_body_json(page)
    }

    /// Nobody in the bin, and nobody but the group `g1` assigned.
    async fn usual(&self) {
        self.page(BIN, None, list(&json!([])), 0..).await;
        self.page(
            &assigned(),
            None,
            list(&json!([{ "principalId": "g1", "principalType": "Group", "appRoleId": "18d1" }])),
            0..,
        )
        .await;
    }

    /// Mira, and the group of hers.
    async fn mira(&self) {
        self.usual().await;
        self.page(
            USERS,
            None,
            self.last(USERS, "u-later", &json!([mira()])),
            0..,
        )
        .await;
        let group = json!([{ "id": "g1", "displayName": "Finance", "members@delta": [member("user", "u1")] }]);
        self.page(GROUPS, None, self.last(GROUPS, "g-later", &group), 0..)
            .await;
    }
}

const USERS: &str = "users/delta";
const GROUPS: &str = "groups/delta";
const BIN: &str = "directory/deletedItems/microsoft.graph.user";

fn assigned() -> String {
    format!("servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")
}

fn list(value: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "value": value }))
}

fn refusal(status: u16, code: &str) -> ResponseTemplate {
    let error = json!({ "error": { "code": code, "message": "as it was told to" } });
    ResponseTemplate::new(status).set_body_json(error)
}

fn mira() -> Value {
    json!({
        "id": "u1", "userPrincipalName": "mira@harborline.example", "displayName": "Mira Okafor", "accountEnabled": true,
        "mobilePhone": "+44 1", "manager@delta": [member("user", "u2")]
    })
}

fn member(kind: &str, id: &str) -> Value {
    json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id })
}

fn gone(kind: &str, id: &str) -> Value {
    json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id, "@removed": { "reason": "deleted" } })
}

fn text(snapshot: &Snapshot, id: &str, name: &str) -> Option<String> {
    let user = snapshot.users.iter().find(|user| &*user.id == id).unwrap();
    user.object
        .attribute(name)
        .as_text()
        .map(|text| text.as_ref().to_owned())
}

fn members(snapshot: &Snapshot, id: &str) -> Vec<(String, MemberKind)> {
    let group = snapshot
        .groups
        .iter()
        .find(|group| &*group.id == id)
        .unwrap();
    group
        .members
        .iter()
        .map(|member| (member.id.to_string(), member.kind))
        .collect()
}

fn gaps(snapshot: &Snapshot) -> &[String] {
    match &snapshot.completeness {
        Completeness::Complete => &[],
        Completeness::Incomplete(gaps) => gaps,
    }
}

/// Three people and two groups, each on two pages.
async fn two_pages() -> Graph {
    let graph = Graph::start().await;
    graph.usual().await;
    graph
        .page(USERS, None, graph.more(USERS, "u-2", &json!([mira()])), 1)
        .await;
    let second = json!([
        { "id": "u2", "userPrincipalName": "ada@harborline.example", "accountEnabled": false },
        { "id": "u3", "userPrincipalName": "tomasz@harborline.example", "accountEnabled": true },
    ]);
    graph
        .page(USERS, Some("u-2"), graph.last(USERS, "u-later", &second), 1)
        .await;
    let first = json!([{ "id": "g1", "displayName": "Finance", "members@delta": [member("user", "u1"), member("group", "g2")] }]);
    graph
        .page(GROUPS, None, graph.more(GROUPS, "g-2", &first), 1)
        .await;
    // a large group comes in several parts
    let rest = json!([{ "id": "g1", "displayName": "Finance", "members@delta": [member("user", "u2"), member("device", "d1")] },
        { "id": "g2", "displayName": "Offices" }]);
    graph
        .page(GROUPS, Some("g-2"), graph.last(GROUPS, "g-later", &rest), 1)
        .await;

    graph
}

#[tokio::test]
async fn the_first_snapshot_holds_all_pages() {
    let graph = two_pages().await;
    let snapshot = graph.directory().snapshot().await.unwrap();
    assert_eq!(snapshot.completeness, Completeness::Complete);
    assert_eq!(snapshot.users.len(), 3);
    assert_eq!(text(&snapshot, "u1", "mobile").as_deref(), Some("+44 1"));
    assert_eq!(snapshot.users[0].manager.as_deref(), Some("u2"));
    assert_eq!(snapshot.users[1].account_enabled, Some(false));
    let expected = [
        ("d1", MemberKind::Other),
        ("g2", MemberKind::Group),
        ("u1", MemberKind::User),
        ("u2", MemberKind::User),
    ];
    assert_eq!(
        members(&snapshot, "g1"),
        expected.map(|(id, kind)| (id.to_owned(), kind))
    );
    let assignments = snapshot.assignments.unwrap();
    assert_eq!(
        (&*assignments[0].principal, &*assignments[0].role),
        ("g1", "18d1")
    );
}

#[tokio::test]
async fn the_next_snapshot_holds_what_changed() {
    let graph = two_pages().await;
    let directory = graph.directory();
    directory.snapshot().await.unwrap();

    // only what changed is told now, and only the properties of it
    let changes = json!([
        { "id": "u1", "displayName": "Mira Lovelace", "mobilePhone": null,
          "manager@delta": [member("user", "u3"), gone("user", "u2")] },
        { "id": "u2", "@removed": { "reason": "changed" } },
        { "id": "u3", "@removed": { "reason": "deleted" } },
    ]);
    graph
        .page(
            USERS,
            Some("u-later"),
            graph.last(USERS, "u-end", &changes),
            1,
        )
        .await;
    let changes = json!([{ "id": "g1", "members@delta": [gone("user", "u1"), member("user", "u3")] },
        { "id": "g2", "@removed": { "reason": "deleted" } }]);
    graph
        .page(
            GROUPS,
            Some("g-later"),
            graph.last(GROUPS, "g-end", &changes),
            1,
        )
        .await;
    let snapshot = directory.snapshot().await.unwrap();
    assert_eq!(snapshot.completeness, Completeness::Complete);
    assert_eq!(
        text(&snapshot, "u1", "displayName").as_deref(),
        Some("Mira Lovelace")
    );
    assert_eq!(
        text(&snapshot, "u1", "userPrincipalName").as_deref(),
        Some("mira@harborline.example")
    );
    assert_eq!(text(&snapshot, "u1", "mobile"), None);
    assert_eq!(snapshot.users[0].manager.as_deref(), Some("u3"));
    let removed: Vec<_> = snapshot.users.iter().map(|user| user.removed).collect();
    assert_eq!(removed, [None, Some(Removed::Soft), Some(Removed::Hard)]);
    let expected = [
        ("d1", MemberKind::Other),
        ("g2", MemberKind::Group),
        ("u2", MemberKind::User),
        ("u3", MemberKind::User),
    ];
    assert_eq!(
        members(&snapshot, "g1"),
        expected.map(|(id, kind)| (id.to_owned(), kind))
    );
    assert_eq!(snapshot.groups[1].removed, Some(Removed::Hard));

    // and somebody comes back from the bin
    let back = json!([{ "id": "u2", "accountEnabled": true }]);
    graph
        .page(USERS, Some("u-end"), graph.last(USERS, "u-end-2", &back), 1)
        .await;
    graph
        .page(
            GROUPS,
            Some("g-end"),
            graph.last(GROUPS, "g-end", &json!([])),
            1,
        )
        .await;
    let snapshot = directory.snapshot().await.unwrap();
    assert_eq!(
        (snapshot.users[1].removed, snapshot.users[1].account_enabled),
        (None, Some(true))
    );
}

#[tokio::test]
async fn whoever_is_in_the_bin_is_known_from_the_beginning() {
    let graph = Graph::start().await;
    let bin =
        json!([{ "id": "u9", "userPrincipalName": "leaver@harborline.example" }, { "id": "u1" }]);
    graph.page(BIN, None, list(&bin), 1).await;
    graph.mira().await;
    let snapshot = graph.directory().snapshot().await.unwrap();
    let removed: Vec<_> = snapshot
        .users
        .iter()
        .map(|user| (&*user.id, user.removed))
        .collect();
    // who came back meanwhile is there
    assert_eq!(removed, [("u1", None), ("u9", Some(Removed::Soft))]);
}

#[tokio::test]
async fn a_link_that_is_too_old_starts_from_the_beginning() {
    for answer in [
        ResponseTemplate::new(410),
        refusal(400, "syncStateNotFound"),
    ] {
        let graph = Graph::start().await;
        graph.usual().await;
        let all = json!([mira(), { "id": "u2", "displayName": "Ada" }, { "id": "u3" }]);
        graph
            .page(USERS, None, graph.last(USERS, "old", &all), 1)
            .await;
        graph
            .page(GROUPS, None, graph.last(GROUPS, "g-later", &json!([])), 0..)
            .await;
        graph
            .page(
                GROUPS,
                Some("g-later"),
                graph.last(GROUPS, "g-later", &json!([])),
                0..,
            )
            .await;
        let directory = graph.directory();
        assert_eq!(directory.snapshot().await.unwrap().users.len(), 3);

        graph.server.reset().await;
        let token = json!({ "access_token": "graph-token" });
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(200).set_body_json(token))
            .mount(&graph.server)
            .await;
        // one was deleted meanwhile, and one for good
        let bin = json!([{ "id": "u2", "displayName": "Ada" }]);
        graph.page(BIN, None, list(&bin), 1).await;
        graph.usual().await;
        graph.page(USERS, Some("old"), answer, 1).await;
        graph
            .page(USERS, None, graph.last(USERS, "new", &json!([mira()])), 1)
            .await;
        graph
            .page(
                GROUPS,
                Some("g-later"),
                graph.last(GROUPS, "g-later", &json!([])),
                1,
            )
            .await;
        let snapshot = directory.snapshot().await.unwrap();
        let there: Vec<_> = snapshot
            .users
            .iter()
            .map(|it| (&*it.id, it.removed))
            .collect();
        assert_eq!(there, [("u1", None), ("u2", Some(Removed::Soft))]);
        assert_eq!(snapshot.completeness, Completeness::Complete);
    }
}

#[tokio::test]
async fn what_breaks_off_is_incomplete_and_goes_on_where_it_stopped() {
    let graph = Graph::start().await;
    graph.usual().await;
    graph
        .page(GROUPS, None, graph.last(GROUPS, "g-later", &json!([])), 1)
        .await;
    graph
        .page(
            GROUPS,
            Some("g-later"),
            graph.last(GROUPS, "g-later", &json!([])),
            1,
        )
        .await;
    graph
        .page(USERS, None, graph.more(USERS, "u-2", &json!([mira()])), 1)
        .await;
    let busy = refusal(429, "TooManyRequests").insert_header("retry-after", "7");
    let busy = Mock::given(method("GET"))
        .and(path("/v1.0/users/delta"))
        .and(query_param("$token", "u-2"))
        .respond_with(busy)
        .up_to_n_times(1)
        .expect(1);
    graph.server.register(busy).await;
    let rest = json!([{ "id": "u2", "displayName": "Ada" }]);
    graph
        .page(USERS, Some("u-2"), graph.last(USERS, "u-later", &rest), 1)
        .await;

    let directory = graph.directory();
    let snapshot = directory.snapshot().await.unwrap();
    assert_eq!(snapshot.users.len(), 1);
    assert_eq!(
        gaps(&snapshot),
        [
            "the users could not be read to their end: Graph asks to come back later (429, `TooManyRequests`: as it was told to)"
        ]
    );
    let snapshot = directory.snapshot().await.unwrap();
    assert_eq!((snapshot.users.len(), gaps(&snapshot).len()), (2, 0));
}

/// Waits no time at all, and notes how long it was to be.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<u64>>>);

impl Noted {
    fn pause(&self) -> impl Pause + use<> {
        let noted = self.0.clone();
        move |duration: Duration| {
            noted.lock().unwrap().push(duration.as_secs());
            std::future::ready(())
        }
    }
}

#[tokio::test]
async fn with_patience_throttling_costs_nothing_but_time() {
    let graph = Graph::start().await;
    let busy =
        |seconds: &str| refusal(429, "TooManyRequests").insert_header("retry-after", seconds);
    for answer in [busy("7"), refusal(503, "serviceNotAvailable")] {
        let once = Mock::given(path("/v1.0/users/delta"))
            .respond_with(answer)
            .up_to_n_times(1);
        graph.server.register(once.expect(1)).await;
    }
    graph.mira().await;
    let noted = Noted::default();
    let snapshot = graph
        .directory()
        .with_pause(noted.pause())
        .snapshot()
        .await
        .unwrap();
    assert_eq!(snapshot.completeness, Completeness::Complete);
    assert_eq!(*noted.0.lock().unwrap(), [7, 4]);

    // an absurd wish is not granted
    let graph = Graph::start().await;
    graph.page(USERS, None, busy("1000000000"), 1).await;
    let noted = Noted::default();
    let error = graph
        .directory()
        .with_pause(noted.pause())
        .snapshot()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("429"), "{error}");
    assert!(noted.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_may_not_be_read_is_a_gap_with_a_mend() {
    let graph = Graph::start().await;
    graph
        .page(GROUPS, None, refusal(403, "Authorization_RequestDenied"), 1)
        .await;
    graph
        .page(
            &assigned(),
            None,
            refusal(404, "Request_ResourceNotFound"),
            1,
        )
        .await;
    graph.mira().await;
    let snapshot = graph.directory().snapshot().await.unwrap();
    assert!(snapshot.assignments.is_none());
    insta::assert_snapshot!(gaps(&snapshot).join("\n"), @"
    the groups could not be read to their end: the client may not read `/groups/delta` (403, `Authorization_RequestDenied`: as it was told to): grant it the application permissions `User.Read.All`, `GroupMember.Read.All` and `Application.Read.All`, and an administrator's consent
    who is assigned could not be read: there is no such service principal (404, `Request_ResourceNotFound`: as it was told to): give the object id of the enterprise application, which is not the application id
    ");

    let graph = Graph::start().await;
    graph
        .page(USERS, None, refusal(401, "InvalidAuthenticationToken"), 2)
        .await;
    let error = graph.directory().snapshot().await.unwrap_err();
    insta::assert_snapshot!(error, @"Microsoft Graph could not be read: Graph does not take the access token (401): was it made for Graph, with the scope `https://graph.microsoft.com/.default`?");

    let graph = Graph::start().await;
    graph
        .page(
            USERS,
            None,
            ResponseTemplate::new(200).set_body_string("<html>"),
            1,
        )
        .await;
    let error = graph.directory().snapshot().await.unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&graph.server.uri(), "http://graph"), @"Microsoft Graph could not be read: `http://graph/v1.0` answers with something else than a page of Graph: is it the address of Graph, such as `https://graph.microsoft.com/v1.0`?");
}

#[tokio::test]
async fn links_to_other_hosts_and_links_in_circles_are_not_followed() {
    let graph = Graph::start().await;
    graph.usual().await;
    graph
        .page(GROUPS, None, graph.last(GROUPS, "g-later", &json!([])), 0..)
        .await;
    let elsewhere = MockServer::start().await;
    let page = json!({ "value": [mira()], "@odata.nextLink": format!("{}/v1.0/users/delta?$token=2", elsewhere.uri()) });
    graph
        .page(
            USERS,
            None,
            ResponseTemplate::new(200).set_body_json(page),
            1,
        )
        .await;
    let error = graph.directory().snapshot().await.unwrap_err().to_string();
    assert!(
        error.contains("leads to another host, `127.0.0.1`, and is not followed"),
        "{error}"
    );
    assert!(elsewhere.received_requests().await.unwrap().is_empty());

    let graph = Graph::start().await;
    graph.usual().await;
    graph
        .page(GROUPS, None, graph.last(GROUPS, "g-later", &json!([])), 1)
        .await;
    graph
        .page(USERS, None, graph.more(USERS, "2", &json!([mira()])), 1)
        .await;
    graph
        .page(USERS, Some("2"), graph.more(USERS, "2", &json!([])), 1)
        .await;
    let snapshot = graph.directory().snapshot().await.unwrap();
    assert_eq!(
        gaps(&snapshot),
        ["the users could not be read to their end: the links to further pages come to no end"]
    );
}
