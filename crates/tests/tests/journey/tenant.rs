//! J1 to J3 and J8: the tenant's address and tokens.

use std::sync::Arc;

use scimkit::{
    client::{Client, ErrorKind},
    reqwest::ReqwestTransport,
    schema::{Clock, Random, Resource, SchemaSet, core},
    server::{IssueError, SecretToken},
    sqlite::SqliteDatabase,
    store::{Scope, TenantId, Tokens},
    system::SystemRandom,
};
use scimkit_examples::JourneyClock;
use scimkit_tests::{Company, Journey, TestTenant};

use crate::{find_users, get, get_with, query};

#[tokio::test]
async fn j01_one_base_url_for_every_token_of_a_tenant() {
    let journey = Journey::begin().await;
    let tenant = &journey.tenant;
    for token in [&journey.token, &tenant.issue("Okta").await] {
        let config = format!("{}/ServiceProviderConfig", tenant.base_url);
        let (status, shown) = get(&config, token).await;
        assert_eq!(status, 200);
        assert_eq!(shown["meta"]["location"], config);
        for endpoint in ["Users", "Groups"] {
            let (status, list) = get(&format!("{}/{endpoint}", tenant.base_url), token).await;
            assert_eq!((status, &list["totalResults"]), (200, &0.into()));
        }
    }
}

#[tokio::test]
async fn j01_a_slash_at_the_end_does_not_matter() {
    let journey = Journey::begin().await;
    let base = &journey.tenant.base_url;
    let slashed = journey.connection_to(&format!("{base}/"));
    assert_eq!(slashed.base(), journey.connection().base());
    journey.test(&slashed).await.unwrap();
    for path in ["/Users", "//Users", "/Users/"] {
        let (status, _) = get(&format!("{base}{path}"), &journey.token).await;
        assert_eq!(status, 200, "{path}");
    }
    let bare = get(base, &journey.token).await;
    assert_eq!(bare, get(&format!("{base}/"), &journey.token).await);
}

#[tokio::test]
async fn j01_another_tenant_has_another_base_url() {
    let journey = Journey::begin().await;
    let file = journey.folder().join("tenant.db");
    let other = TestTenant::start(&file, "contoso", journey.clock.clone()).await;
    assert_ne!(journey.tenant.base_url, other.base_url);

    journey
        .onboard(&Company::new().user("mira").assign("User", &["mira"]))
        .await;
    let (status, _) = get(&format!("{}/Users", other.base_url), &journey.token).await;
    assert_eq!(status, 401, "a token of one tenant opens no other");
    let own = other.issue("Azure AD").await;
    assert_eq!(find_users(&other.client(&own), "").await, []);
}

#[tokio::test]
async fn j02_a_token_needs_a_name_and_a_future() {
    let journey = Journey::begin().await;
    let tenant = &journey.tenant;
    for nameless in ["", "  "] {
        let issued = tenant
            .tokens
            .issue(nameless, Scope::ReadWrite, None, &SystemRandom);
        assert!(matches!(issued.await, Err(IssueError::Nameless)));
    }
    let now = Some(tenant.clock.now());
    let issued = tenant
        .tokens
        .issue("Azure AD", Scope::ReadWrite, now, &SystemRandom);
    assert!(matches!(issued.await, Err(IssueError::Expired)));
    assert_eq!(tenant.tokens.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn j02_the_list_shows_everything_but_the_secret() {
    let journey = Journey::begin().await;
    let tokens = journey.tenant.tokens.list().await.unwrap();
    let [token] = tokens.as_slice() else {
        panic!("there is one token: {tokens:?}")
    };
    assert_eq!(&*token.name, "Azure AD");
    assert!(token.created <= journey.clock.now());
    assert!(token.expires.as_ref().unwrap() > &token.created);
    assert_eq!((&token.last_used, &token.revoked), (&None, &None));

    let secret = journey.token.secret.expose();
    assert!(secret.contains(&*token.lookup), "a part of it names it");
    let rest = secret.split('_').nth(2).unwrap();
    assert!(!format!("{tokens:?} {:?}", journey.token).contains(rest));
    for file in ["tenant.db", "tenant.db-wal"] {
        let bytes = std::fs::read(journey.folder().join(file)).unwrap();
        let holds_it = |part: &[u8]| part == rest.as_bytes();
        assert!(!bytes.windows(rest.len()).any(holds_it), "{file}");
    }
}

#[tokio::test]
async fn j02_a_token_works_in_either_header_until_it_expires() {
    let journey = Journey::begin().await;
    let users = format!("{}/Users", journey.tenant.base_url);
    let secret = journey.token.secret.expose();
    assert_eq!(get(&users, &journey.token).await.0, 200);
    assert_eq!(get_with(&users, "Netskope-Api-Token", secret).await.0, 200);
    journey.clock.advance(24 * 3_600 + 1);
    assert_eq!(get(&users, &journey.token).await.0, 401);
    assert_eq!(get_with(&users, "Netskope-Api-Token", secret).await.0, 401);
}

#[tokio::test]
async fn j02_a_token_to_read_cannot_write() {
    let journey = Journey::begin().await;
    let tenant = &journey.tenant;
    let reader = tenant
        .tokens
        .issue("Report", Scope::Read, None, &SystemRandom);
    let client = tenant.client(&reader.await.unwrap());
    assert_eq!(find_users(&client, "").await, []);
    let group = Resource::new(core::GROUP).with("displayName", "Dockside-Ops");
    let refused = client.create(&core::group_type(), &group).await;
    assert_eq!(*refused.unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(tenant.events().await, []);
}

#[tokio::test]
async fn j03_deleting_one_token_leaves_the_other() {
    let journey = Journey::begin().await;
    let tenant = &journey.tenant;
    let second = tenant.issue("Okta").await;
    let users = format!("{}/Users", tenant.base_url);
    assert_eq!(get(&users, &journey.token).await.0, 200);
    assert_eq!(get(&users, &second).await.0, 200);

    tenant.tokens.revoke(second.secret.lookup()).await.unwrap();
    let (status, body) = get(&users, &second).await;
    assert_eq!(status, 401, "on the very next request");
    assert_eq!(body["status"], "401");
    assert_eq!(get(&users, &journey.token).await.0, 200);
}

#[tokio::test]
async fn j08_the_test_moves_last_used_at_once() {
    let journey = Journey::begin().await;
    let other = journey.tenant.issue("Okta").await;
    let lookup = journey.token.secret.lookup();
    assert_eq!(journey.tenant.last_used(lookup).await, None);
    let before = journey.clock.now();
    journey.test(&journey.connection()).await.unwrap();
    let used = journey.tenant.last_used(lookup).await.unwrap();
    assert!(before <= used && used <= journey.clock.now());
    assert_eq!(journey.tenant.last_used(other.secret.lookup()).await, None);
}

#[tokio::test]
async fn j08_a_failed_authentication_moves_nothing() {
    let journey = Journey::begin().await;
    let tenant = &journey.tenant;
    let gone = tenant.issue("Okta").await;
    tenant.tokens.revoke(gone.secret.lookup()).await.unwrap();
    let lookup = journey.token.secret.lookup();
    let forged = SecretToken::generate(&SameLookup(lookup.into()));
    assert_eq!(forged.lookup(), lookup);

    let strange = SecretToken::generate(&SystemRandom);
    for wrong in [forged.expose(), strange.expose(), gone.secret.expose()] {
        journey.enter_token(wrong);
        let failed = journey.test(&journey.connection()).await.unwrap_err();
        assert_eq!(*failed.request().unwrap().kind(), ErrorKind::Unauthorized);
    }
    for token in tenant.tokens.list().await.unwrap() {
        assert_eq!(token.last_used, None, "{}", token.name);
    }
}

#[tokio::test]
async fn j08_last_used_never_goes_back() {
    let journey = Journey::begin().await;
    let client = journey.tenant.client(&journey.token);
    let lookup = journey.token.secret.lookup();
    journey.clock.advance(3_600);
    let late = journey.clock.now();
    find_users(&client, "").await;
    journey.clock.advance(-3_600);
    find_users(&client, "").await;
    let used = journey.tenant.last_used(lookup).await.unwrap();
    assert!(used >= late, "an earlier clock does not take it back");

    let uses: Vec<_> = [5_000, -4_000, 3_000, -2_000, 6_000, -7_000]
        .map(|step| tokio::spawn(use_at(journey.clock.clone(), step, client.clone())))
        .into();
    let mut latest = used;
    for one in uses {
        one.await.unwrap();
        let now = journey.tenant.last_used(lookup).await.unwrap();
        assert!(now >= latest);
        latest = now;
    }
}

#[tokio::test]
async fn j08_last_used_is_on_disk_within_a_minute() {
    let journey = Journey::begin().await;
    let client = journey.tenant.client(&journey.token);
    let lookup = journey.token.secret.lookup();
    for _ in 0..2 {
        let before = journey.clock.now();
        find_users(&client, "").await;
        // it joins the queue of the writer, and this stands behind it
        journey.tenant.issue("next in the queue").await;
        let file = journey.folder().join("tenant.db");
        let schemas = Arc::new(SchemaSet::core_with_unique_group_names());
        let reopened = SqliteDatabase::open(file, schemas).unwrap();
        let row = reopened.find(lookup).await.unwrap().unwrap();
        assert_eq!(row.tenant, TenantId::new("harborline").unwrap());
        assert!(row.last_used.unwrap() >= before);
        journey.clock.advance(60);
    }
}

async fn use_at(clock: JourneyClock, step: i64, client: Client<ReqwestTransport>) {
    clock.advance(step);
    client.list(&core::user_type(), &query("")).await.unwrap();
}

/// Random bytes whose first eight spell a look-up id that is known already.
struct SameLookup(Box<str>);

impl Random for SameLookup {
    fn fill(&self, bytes: &mut [u8]) {
        SystemRandom.fill(bytes);
        if bytes.len() * 2 == self.0.len() {
            for (byte, digits) in bytes.iter_mut().zip(self.0.as_bytes().chunks(2)) {
                let digits = std::str::from_utf8(digits).unwrap();
                *byte = u8::from_str_radix(digits, 16).unwrap();
            }
        }
    }
}
