//! A file that is closed and opened again holds everything.

use std::sync::Arc;

use pollster::block_on;
use scimkit_schema::SchemaSet;
use scimkit_sqlite::{ErrorKind, SqliteDatabase};
use scimkit_store::{
    Document, EventQuery, Expect, Query, Relation, Scope, StateStore, Store, TenantId, Tenants,
    TokenRow, Tokens,
};

use crate::samples::{
    add_members, at, create, first_tenant, folder, group, key, schemas, tenant, user, write,
};

#[test]
fn everything_is_there_again() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    let (mira, crew) = (key("User", 1), key("Group", 1));
    let token = TokenRow {
        lookup: "abc".into(),
        tenant: tenant(),
        name: "Azure AD".into(),
        hash: [9; 32],
        scope: Scope::ReadWrite,
        created: at(0),
        expires: Some(at(9_000)),
        revoked: None,
        last_used: None,
    };
    let database = SqliteDatabase::open(&path, schemas()).unwrap();
    let store = first_tenant(&database);
    let named = user("mira@harborline.example").with("displayName", "Mira Okafor");
    let (before, events) = block_on(async {
        store.write(create(&mira, named)).await.unwrap();
        store.write(create(&crew, group("Crew"))).await.unwrap();
        store.write(add_members(&crew, &[&mira])).await.unwrap();
        database.put(token.clone()).await.unwrap();
        for second in [1, 2, 3] {
            database.touch("abc", at(second)).await.unwrap();
        }
        let state = database.state("engine");
        state
            .commit(vec![(b"link/1"[..].into(), Some(b"mira"[..].into()))])
            .await
            .unwrap();
        (
            store.get(&mira).await.unwrap(),
            store.events(&EventQuery::default()).await.unwrap(),
        )
    });
    drop((database, store));
    assert!(
        !folder.path().join("tenants.db-wal").exists(),
        "a closed database is one file"
    );

    let database = SqliteDatabase::open(&path, schemas()).unwrap();
    block_on(async {
        let other = TenantId::new("contoso").unwrap();
        assert!(database.open(&other).await.unwrap().is_none());
        let store = database.open(&tenant()).await.unwrap().unwrap();
        assert_eq!(store.get(&mira).await.unwrap(), before);
        assert_eq!(store.events(&EventQuery::default()).await.unwrap(), events);
        assert_eq!(events.len(), 3);
        let members = store
            .members(&Relation::MembersOf(crew.id.clone()), None, 10)
            .await
            .unwrap();
        assert_eq!(
            members.first().and_then(|member| member.display.as_deref()),
            Some("Mira Okafor")
        );
        let last_used = TokenRow {
            last_used: Some(at(3)),
            ..token
        };
        assert_eq!(
            database.find("abc").await.unwrap(),
            Some(last_used),
            "the last use was written on shutdown"
        );
        let entries = database
            .state("engine")
            .scan(b"link/", b"link0", 10)
            .await
            .unwrap();
        assert_eq!(
            entries,
            [(Box::from(&b"link/1"[..]), Box::from(&b"mira"[..]))]
        );
        assert_eq!(
            database.state("other").scan(b"", b"z", 10).await.unwrap(),
            []
        );
        let elsewhere = database.create_tenant(&other).await.unwrap();
        assert_eq!(
            elsewhere.get(&mira).await.unwrap(),
            None,
            "tenants see nothing of each other"
        );
        assert_eq!(elsewhere.events(&EventQuery::default()).await.unwrap(), []);
    });
}

#[test]
fn indexes_follow_the_schemas() {
    let folder = folder();
    let path = folder.path().join("tenants.db");
    let plain = || SqliteDatabase::open(&path, Arc::new(SchemaSet::core())).unwrap();
    let store = first_tenant(&plain());
    let (one, two) = (key("Group", 1), key("Group", 2));
    block_on(async {
        store.write(create(&one, group("Crew"))).await.unwrap();
        store.write(create(&two, group("CREW"))).await.unwrap();
    });
    drop(store);
    let refused = SqliteDatabase::open(&path, schemas()).unwrap_err();
    assert_eq!(
        refused.kind(),
        &ErrorKind::Duplicate {
            path: "displayName".into()
        }
    );
    let store = first_tenant(&plain());
    block_on(store.write(write(
        &two,
        Expect::Exists,
        Document::Put(Arc::new(group("Staff"))),
    )))
    .unwrap();
    drop(store);
    let store = first_tenant(&SqliteDatabase::open(&path, schemas()).unwrap());
    assert!(
        block_on(store.write(create(&key("Group", 3), group("staff")))).is_err(),
        "the name is unique now"
    );
    let total = block_on(store.query(&Query::new(["Group".into()])))
        .unwrap()
        .total;
    assert_eq!(total, Some(2));
}
