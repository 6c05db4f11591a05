//! J4 and J5: an application instance of its own name, and the address that is entered for it.

use scimkit::{
    client::{BaseUrl, InvalidBaseUrl, PlainHttp},
    mapping::MappingSet,
    provisioning::{
        Application, ApplicationErrorKind, Connection, CycleErrorKind, CycleState, Options,
        Provisioning, Scope, SecretReference,
    },
    reqwest::ReqwestTransport,
};
use scimkit_tests::{Company, Counting, Journey, TestTenant};

use crate::{run, texts};

#[tokio::test]
async fn j04_two_instances_of_one_template_know_nothing_of_each_other() {
    let journey = Journey::begin().await;
    Company::new()
        .user("mira")
        .user("tomas")
        .assign("User", &["mira"])
        .write(&journey.directory_file());
    let file = journey.folder().join("contoso.db");
    let contoso = TestTenant::start(&file, "contoso", journey.clock.clone()).await;

    let harborline = journey.engine().await;
    let tested = journey
        .test(&other_connection(&journey, &contoso).await)
        .await
        .unwrap();
    let everyone = Options::default().with_scope(Scope::Everyone);
    let mappings = MappingSet::netskope_user_authentication();
    let application = Application::save(&tested, "Contoso", mappings, everyone, &journey.state);
    let contoso_engine = journey.engine_of(application.await.unwrap(), &tested);

    // state
    harborline.start().await.unwrap();
    run(&harborline).await;
    let untouched = contoso_engine.status().await.unwrap();
    assert_eq!(untouched.provisioning, Provisioning::Off);
    assert_eq!(untouched.state, CycleState::NotRun);
    assert_eq!((untouched.users, untouched.next_cycle_at), (0, None));
    assert_eq!(contoso_engine.log(0, 10).await.unwrap(), []);

    // scope and cursor
    journey.clock.advance(600);
    contoso_engine.start().await.unwrap();
    run(&contoso_engine).await;
    let upn = ["mira@harborline.example", "tomas@harborline.example"];
    assert_eq!(
        texts(&journey.tenant.read_back().await, "users", "userName"),
        upn[..1]
    );
    assert_eq!(texts(&contoso.read_back().await, "users", "userName"), upn);
    let (one, other) = (
        harborline.status().await.unwrap(),
        contoso_engine.status().await.unwrap(),
    );
    assert!(one.next_cycle_at.unwrap() < other.next_cycle_at.unwrap());
    harborline.stop().await.unwrap();
    assert_eq!(
        contoso_engine.status().await.unwrap().provisioning,
        Provisioning::On
    );

    // credentials
    let saved = |name| Application::load(name, &journey.state);
    let (one, other) = (
        saved("Netskope").await.unwrap(),
        saved("Contoso").await.unwrap(),
    );
    assert_ne!(one.secret(), other.secret());
    assert_ne!(one.evidence().base_url(), other.evidence().base_url());
    assert_ne!(
        one.evidence().token_fingerprint(),
        other.evidence().token_fingerprint()
    );
    assert_ne!(one.options().scope, other.options().scope);
}

#[tokio::test]
async fn j04_the_engine_of_one_instance_refuses_the_target_of_another() {
    let journey = Journey::begin().await;
    Company::new().write(&journey.directory_file());
    let file = journey.folder().join("contoso.db");
    let contoso = TestTenant::start(&file, "contoso", journey.clock.clone()).await;
    let engine = journey.engine().await;
    let elsewhere = journey
        .test(&other_connection(&journey, &contoso).await)
        .await
        .unwrap();
    let mixed = journey.engine_of(engine.application().clone(), &elsewhere);
    mixed.start().await.unwrap();
    let _ = journey.wire.take();
    let refused = mixed.cycle(&|_| {}).await.unwrap_err();
    assert!(matches!(refused.kind(), CycleErrorKind::OtherTarget { .. }));
    assert_eq!(journey.wire.take().len(), 0);
}

#[tokio::test]
async fn j04_a_name_is_free_but_not_empty() {
    let journey = Journey::begin().await;
    let tested = journey.test(&journey.connection()).await.unwrap();
    for name in ["", "   ", "two\nlines"] {
        let mappings = MappingSet::netskope_user_authentication();
        let saved =
            Application::save(&tested, name, mappings, Options::default(), &journey.state).await;
        let error = saved.unwrap_err();
        assert!(matches!(error.kind(), ApplicationErrorKind::Name), "{name}");
    }
}

#[tokio::test]
async fn j05_an_address_that_cannot_be_right_is_refused_before_any_request() {
    let parse = |text: &str| BaseUrl::parse(text, PlainHttp::default());
    for empty in ["", "  \n"] {
        assert_eq!(parse(empty), Err(InvalidBaseUrl::Empty));
    }
    for other in [
        "harborline.example/scim",
        "ftp://harborline.example/scim",
        "file:///scim",
    ] {
        assert_eq!(parse(other), Err(InvalidBaseUrl::Scheme), "{other}");
    }
    for public in [
        "http://tenant.harborline.example/scim",
        "http://192.0.2.7/scim",
        "http://localhost.harborline.example/scim",
        "http://127.0.0.1.harborline.example/scim",
    ] {
        let refused = parse(public).unwrap_err();
        assert!(matches!(refused, InvalidBaseUrl::PlainHttp(_)), "{public}");
        assert!(refused.to_string().contains("https://"), "{refused}");
    }
    for pasted in [
        "https://harborline.example/scim/Users",
        "https://harborline.example/scim/groups/",
    ] {
        let refused = parse(pasted).unwrap_err().to_string();
        assert!(
            refused.contains("`https://harborline.example/scim`"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn j05_https_and_this_machine_are_right_and_a_flag_allows_more() {
    for right in [
        "https://tenant.harborline.example/api/v2/scim",
        "http://localhost:8080/scim",
        "http://127.0.0.1:8080/scim",
        "http://[::1]:8080/scim",
        "https://tenant.harborline.example/scim?aadOptscim062020",
    ] {
        BaseUrl::parse(right, PlainHttp::default()).unwrap();
    }
    let inside = "http://scim.internal.harborline.example/scim";
    BaseUrl::parse(inside, PlainHttp::Anywhere).unwrap();
}

#[tokio::test]
async fn j05_no_switch_without_saved_credentials() {
    let journey = Journey::begin().await;
    // an engine, which has the switch, needs an application, and there is none before the first save
    let missing = Application::load("Netskope", &journey.state)
        .await
        .unwrap_err();
    assert!(matches!(missing.kind(), ApplicationErrorKind::NotSaved(_)));
}

#[tokio::test]
async fn j05_an_empty_token_is_refused_before_any_request() {
    let journey = Journey::begin().await;
    for empty in ["", "  \n", "Bearer "] {
        journey.enter_token(empty);
        let failed = journey.test(&journey.connection()).await.unwrap_err();
        assert!(failed.request().is_none(), "{failed}");
    }
    let pasted = journey.token.secret.expose().parse::<SecretReference>();
    assert!(pasted.is_err(), "a secret is no place where one is kept");
    assert_eq!(journey.wire.take().len(), 0);
}

/// A connection to another tenant, with a token of its own in a file of its own.
async fn other_connection(
    journey: &Journey,
    tenant: &TestTenant,
) -> Connection<Counting<ReqwestTransport>> {
    let token = tenant.issue("Azure AD").await;
    let file = journey.folder().join("contoso-token");
    journey.enter_token(token.secret.expose());
    std::fs::rename(journey.folder().join("token"), &file).unwrap();
    journey.enter_token(journey.token.secret.expose());
    let secret = format!("file:{}", file.display()).parse().unwrap();
    journey.connection_to(&tenant.base_url).with_secret(secret)
}
