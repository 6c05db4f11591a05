//! J7, J10 and J11: what can be saved, and the mappings that come with it.

use std::sync::Arc;

use scimkit::{
    client::{BaseUrl, PlainHttp},
    mapping::{ErrorKind, MappingSet},
    provisioning::{Application, ApplicationErrorKind, MachineSecrets, Options, Untested},
    schema::SchemaSet,
    sqlite::SqliteDatabase,
};
use scimkit_tests::Journey;

#[tokio::test]
async fn j07_without_a_passing_test_nothing_can_be_saved() {
    let journey = Journey::begin().await;
    let connection = journey.connection();
    let refused = connection.with_evidence(None, &MachineSecrets).await;
    assert!(matches!(refused, Err(Untested::Never)));

    journey.enter_token("scimkit_mistyped");
    journey.test(&connection).await.unwrap_err();
    not_saved(&journey).await;
}

#[tokio::test]
async fn j07_editing_the_address_voids_the_test() {
    let journey = Journey::begin().await;
    let tested = journey.test(&journey.connection()).await.unwrap();
    let evidence = tested.evidence().clone();
    let base = BaseUrl::parse("http://localhost:1/scim", PlainHttp::OnLoopback).unwrap();
    let edited = tested.with_base(base);
    let refused = edited.with_evidence(Some(&evidence), &MachineSecrets).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, Untested::OtherAddress { .. }));
    assert!(refused.to_string().ends_with("test it again before saving"));
    not_saved(&journey).await;

    let back = edited.with_base(journey.connection().base().clone());
    let evidence = Some(&evidence);
    back.with_evidence(evidence, &MachineSecrets).await.unwrap();
}

#[tokio::test]
async fn j07_editing_the_token_voids_the_test() {
    let journey = Journey::begin().await;
    let connection = journey.connection();
    let tested = journey.test(&connection).await.unwrap();
    let second = journey.tenant.issue("Azure AD, rotated").await;
    journey.enter_token(second.secret.expose());
    let evidence = Some(tested.evidence());
    let refused = connection.with_evidence(evidence, &MachineSecrets).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, Untested::OtherToken { .. }));
    assert!(!refused.to_string().contains(second.secret.expose()));
    not_saved(&journey).await;

    journey.test(&connection).await.unwrap();
}

#[tokio::test]
async fn j07_save_after_the_test_is_stored() {
    let journey = Journey::begin().await;
    let engine = journey.engine().await;
    let loaded = Application::load("Netskope", &journey.state).await.unwrap();
    assert_eq!(loaded.evidence(), engine.application().evidence());
    assert_eq!(loaded.secret(), journey.connection().secret());
    let tested = journey
        .connection()
        .with_evidence(Some(loaded.evidence()), &MachineSecrets)
        .await
        .unwrap();
    assert_eq!(
        tested.evidence(),
        loaded.evidence(),
        "no new test is needed"
    );
    let file = std::fs::read(journey.folder().join("engine.db-wal")).unwrap();
    let secret = journey.token.secret.expose().as_bytes();
    assert!(!file.windows(secret.len()).any(|part| part == secret));
}

#[tokio::test]
async fn j10_mappings_appear_with_the_first_save() {
    let journey = Journey::begin().await;
    let tested = journey.test(&journey.connection()).await.unwrap();
    not_saved(&journey).await;

    let mappings = MappingSet::netskope_user_authentication();
    Application::save(
        &tested,
        "Netskope",
        mappings,
        Options::default(),
        &journey.state,
    )
    .await
    .unwrap();
    let file = journey.folder().join("engine.db");
    let reopened = SqliteDatabase::open(file, Arc::new(SchemaSet::core())).unwrap();
    let application = Application::load("Netskope", &reopened.state("engine"))
        .await
        .unwrap();
    let mut shown: Vec<_> = application
        .mappings()
        .objects()
        .iter()
        .map(|mapping| (mapping.source_object(), mapping.is_enabled()))
        .collect();
    shown.sort_unstable();
    assert_eq!(shown, [("Group", true), ("User", true)]);
}

#[tokio::test]
async fn j11_the_view_shows_the_whole_table() {
    let journey = Journey::begin().await;
    let engine = journey.engine().await;
    let mut shown: Vec<_> = engine
        .application()
        .mappings()
        .describe()
        .map(|(object, row)| {
            let matching = row.matching.map_or(String::new(), |it| format!(" #{it}"));
            format!("{object}: {} → {}{matching}", row.source, row.target)
        })
        .collect();
    shown.sort_unstable();
    assert_eq!(
        shown,
        [
            "Group: displayName → displayName #1",
            "Group: members → members",
            "Group: objectId → externalId",
            r#"User: Switch([IsSoftDeleted], , "False", "True", "True", "False") → active"#,
            "User: givenName → name.givenName",
            r#"User: mail → emails[type eq "work"].value"#,
            "User: mailNickname → externalId",
            "User: surname → name.familyName",
            "User: userPrincipalName → userName #1",
        ]
    );
}

#[tokio::test]
async fn j11_the_mappings_are_fixed() {
    let journey = Journey::begin().await;
    let mut application = journey.engine().await.application().clone();
    let before = application.mappings().schema().clone();
    for attempt in 0..3 {
        let edit = application.edit_mappings(
            |schema| match attempt {
                0 => schema.id = "edited".to_owned().into(),
                1 => schema.synchronization_rules = Vec::new().into(),
                _ => {
                    let mut rules = schema.synchronization_rules.as_slice().to_vec();
                    rules.extend_from_within(..);
                    schema.synchronization_rules = rules.into();
                }
            },
            &journey.state,
        );
        let refused = edit.await.unwrap_err();
        let ApplicationErrorKind::Mapping(reason) = refused.kind() else {
            panic!("{refused}")
        };
        assert!(matches!(reason.kind(), ErrorKind::Locked { .. }));
        assert!(refused.to_string().contains("Netskope User Authentication"));
    }
    assert_eq!(*application.mappings().schema(), before);
    let loaded = Application::load("Netskope", &journey.state).await.unwrap();
    assert_eq!(*loaded.mappings().schema(), before);
    assert!(loaded.mappings().is_locked());
}

#[tokio::test]
async fn j11_default_mappings_can_be_restored() {
    let journey = Journey::begin().await;
    let tested = journey.test(&journey.connection()).await.unwrap();
    let save = || {
        let (mappings, options) = (MappingSet::generic_scim(), Options::default());
        Application::save(&tested, "Own", mappings, options, &journey.state)
    };
    let mut application = save().await.unwrap();
    let default = application.mappings().schema().clone();
    let edit = |schema: &mut scimkit::mapping::schema::SynchronizationSchema| {
        schema.synchronization_rules = Vec::new().into();
    };
    application
        .edit_mappings(edit, &journey.state)
        .await
        .unwrap();
    let loaded = Application::load("Own", &journey.state).await.unwrap();
    assert_eq!(loaded.mappings().objects().len(), 0);

    save().await.unwrap();
    let loaded = Application::load("Own", &journey.state).await.unwrap();
    assert_eq!(*loaded.mappings().schema(), default);
}

async fn not_saved(journey: &Journey) {
    let missing = Application::load("Netskope", &journey.state).await;
    let missing = missing.unwrap_err();
    assert!(matches!(missing.kind(), ApplicationErrorKind::NotSaved(_)));
}
