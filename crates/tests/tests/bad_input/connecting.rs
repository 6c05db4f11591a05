//! The wrong address, the wrong token, the wrong service.

use std::num::NonZero;

use scimkit::{
    client::{BaseUrl, PlainHttp, http::Method},
    mapping::MappingSet,
    provisioning::{Application, Options},
};
use scimkit_tests::{Fault, Journey, TestEngine};
use serde_json::json;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use crate::{complaints, switched_on, two_people};

/// A server that answers everything like this.
async fn foreign(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// What the connection test says about the service at `url`.
async fn refusal(journey: &Journey, url: &str) -> String {
    let refused = journey.test(&journey.connection_to(url)).await.unwrap_err();
    refused.to_string().replace(url, "URL")
}

/// An application that was saved with the service at `url`, and is switched on.
async fn switched_on_at(journey: &Journey, url: &str) -> TestEngine {
    two_people().write(&journey.directory_file());
    let tested = journey.test(&journey.connection_to(url)).await.unwrap();
    let application = Application::save(
        &tested,
        "Harborline",
        MappingSet::netskope_user_authentication(),
        Options::default(),
        &journey.state,
    )
    .await
    .unwrap();
    let engine = journey.engine_of(application, &tested);
    engine.start().await.unwrap();
    engine
}

/// A list with the one administrator of a service.
fn administrator() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 1,
        "Resources": [{ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "admin" }]
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_page() {
    let journey = Journey::begin().await;
    let page = ResponseTemplate::new(200)
        .set_body_raw("<!doctype html><title>Portal</title>", "text/html");
    let server = foreign(page).await;
    insta::assert_snapshot!(
        refusal(&journey, &server.uri()).await,
        @"`GET /Users`: the address answers with a web page instead of SCIM: is `URL` the SCIM base URL?"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_a_login() {
    let journey = Journey::begin().await;
    let login = "https://login.harborline.example/signin?next=secret";
    let server = foreign(ResponseTemplate::new(302).insert_header("location", login)).await;
    insta::assert_snapshot!(
        refusal(&journey, &server.uri()).await,
        @"`GET /Users`: the address answers with a redirect to `https://login.harborline.example/signin`, which is not followed: is `URL` the SCIM base URL?"
    );
    assert_eq!(journey.wire.take().len(), 1, "the token went no further");
}

#[test]
fn an_address_that_is_refused_before_any_request() {
    let refused = |text| {
        BaseUrl::parse(text, PlainHttp::OnLoopback)
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(
        refused("https://tenant.harborline.example/api/v2/scim/Users"),
        @"the address ends in `/Users`, which is added by itself: use `https://tenant.harborline.example/api/v2/scim`"
    );
    insta::assert_snapshot!(
        refused("http://tenant.harborline.example/api/v2/scim"),
        @"plain http to `tenant.harborline.example` would show the token to everybody on the way: use `https://`; plain http is for this machine only"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn entras_flag_is_taken_and_never_sent() {
    let journey = Journey::begin().await;
    let url = format!("{}/?aadOptscim062020", journey.tenant.base_url);
    let engine = switched_on_at(&journey, &url).await;
    let report = journey.next(&engine).await;
    assert_eq!((report.users.created, report.failed), (2, 0));
    let sent = journey.wire.take();
    assert!(
        sent.len() > 5
            && sent
                .iter()
                .all(|request| !request.target.contains("aadOptscim"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token() {
    let journey = Journey::begin().await;
    journey.enter_token("scimkit_0123");
    let said = refusal(&journey, &journey.tenant.base_url).await;
    insta::assert_snapshot!(
        said,
        @"`GET /Users`: the server does not accept the token (401): is it complete, still valid, and made for this tenant?; the server says: the token is not valid here: it may be mistyped, expired or revoked; make a new one in the tenant and enter it again"
    );
    assert!(!said.contains("0123"));
    assert_eq!(
        journey
            .tenant
            .last_used(journey.token.secret.lookup())
            .await,
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens() {
    let journey = Journey::begin().await;
    // nothing listens at this port, and no other test is given it
    insta::assert_snapshot!(
        refusal(&journey, "http://127.0.0.1:1/scim").await,
        @"`GET /Users`: no connection to `URL`: does the server run, are host and port right, does a firewall stand between?"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_token_file() {
    let journey = Journey::begin().await;
    for blank in ["", " \r\n", "Bearer \n"] {
        journey.enter_token(blank);
        let said = refusal(&journey, &journey.tenant.base_url).await;
        let said = said.replace(&journey.folder().display().to_string(), "FOLDER");
        insta::allow_duplicates! { insta::assert_snapshot!(
            said,
            @"the token file `FOLDER/token` is empty: write the secret that the tenant showed into it"
        ); }
    }
    assert!(journey.wire.take().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_ignores_filters() {
    let journey = Journey::begin().await;
    let server = foreign(administrator()).await;
    insta::assert_snapshot!(
        refusal(&journey, &server.uri()).await,
        @"the target found someone whose `userName` is an id that was just made up: it ignores the filter, and provisioning into it would change the wrong people"
    );
    let refused = journey
        .test(&journey.connection_to(&server.uri()))
        .await
        .unwrap_err();
    assert!(refused.ignores_filter());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_ignores_filters_once_it_is_saved() {
    let journey = Journey::begin().await;
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let asks_for = |name: &str| {
            request
                .url
                .query()
                .is_some_and(|query| query.contains(name))
        };
        if ["mira", "tomasz", "finance"].into_iter().any(asks_for) {
            return administrator();
        }
        let nobody = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0, "Resources": []
        });
        ResponseTemplate::new(200).set_body_json(nobody)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let engine = switched_on_at(&journey, &server.uri()).await;
    for _ in 0..2 {
        let report = journey.next(&engine).await;
        assert!(report.is_quiet());
        assert_eq!(report.failed, 3);
    }
    insta::assert_snapshot!(complaints(&journey, &engine).await, @r#"
    failure SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering: the user `mira@harborline.example`: the target was asked for `userName eq "mira@harborline.example"` and answered with an object that does not have this value; nothing was written to it
    failure SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering: the user `tomasz@harborline.example`: the target was asked for `userName eq "tomasz@harborline.example"` and answered with an object that does not have this value; nothing was written to it
    failure SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering: the group `finance`: the target was asked for `displayName eq "finance"` and answered with an object that does not have this value; nothing was written to it
    "#);
    let received = server.received_requests().await.unwrap();
    assert!(
        received
            .iter()
            .all(|request| request.method.as_str() == "GET"),
        "nothing was written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_the_middle_of_a_cycle() {
    let journey = Journey::begin().await;
    let options = Options::default().with_requests_at_once(NonZero::<u16>::MIN);
    let engine = switched_on(&journey, &two_people(), options).await;
    // a day passes after the first user, and with it the token
    let clock = journey.clock.clone();
    let mut created = 0;
    journey.wire.spoil(move |sent| {
        created += usize::from(sent.is(&Method::POST, "/Users"));
        if created == 2 {
            clock.advance(24 * 3_600);
            created += 1;
        }
        None::<Fault>
    });
    let ended = journey.try_next(&engine).await.unwrap_err();
    journey.wire.heal();
    insta::assert_snapshot!(ended.to_string(), @"`POST /Users`: the server does not accept the token (401): is it complete, still valid, and made for this tenant?; the server says: the token is not valid here: it may be mistyped, expired or revoked; make a new one in the tenant and enter it again");
    let sent = journey.wire.take();
    assert!(
        sent.last().unwrap().is(&Method::POST, "/Users"),
        "the first 401 is the last request"
    );
    assert_eq!(
        complaints(&journey, &engine).await,
        format!("failure SystemForCrossDomainIdentityManagementInvalidCredentials: {ended}")
    );
    assert_eq!(
        engine.status().await.unwrap().last_error.unwrap().as_ref(),
        ended.to_string()
    );

    let token = journey.tenant.issue("Azure AD, second").await;
    journey.enter_token(token.secret.expose());
    let engine = switched_on(&journey, &two_people(), Options::default()).await;
    let report = journey.next(&engine).await;
    assert_eq!(
        (
            report.users.created,
            report.groups.created,
            report.members_added,
            report.failed
        ),
        (1, 1, 2, 0)
    );
    assert!(journey.next(&engine).await.is_quiet());
}
