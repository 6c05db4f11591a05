//! The second wall: a statement that forgets its tenant finds nothing, and changes nothing.

use pollster::block_on;
use tokio_postgres::Client;

use scimkit_store::{Query, Store};

use crate::{
    samples::{change_members, create, group, key, open, tenant, user},
    server::{Server, connect, runtime},
};

const TABLES: [&str; 6] = [
    "resource",
    "uniq",
    "attr_ix",
    "member",
    "count",
    "change_log",
];

async fn rows(client: &Client, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    client.query_one(&count, &[]).await.unwrap().get(0)
}

#[test]
fn a_statement_without_its_tenant_finds_nothing() {
    let url = Server::shared().database();
    let database = open(&url);
    let stores = ["harborline", "contoso"].map(|name| tenant(&database, name));
    for store in &stores {
        let (mira, crew) = (key("User", 1), key("Group", 1));
        block_on(store.write(create(&mira, user("mira")))).unwrap();
        block_on(store.write(create(&crew, group("Crew")))).unwrap();
        block_on(store.write(change_members(&crew, &[&mira], &[]))).unwrap();
    }
    runtime().block_on(async {
        let client = connect(&url).await;
        for table in TABLES {
            assert_eq!(rows(&client, table).await, 0, "{table} without a tenant");
        }
        client.batch_execute("SET scimkit.tid = '2'").await.unwrap();
        for table in TABLES.iter().filter(|table| **table != "attr_ix") {
            let others = format!("SELECT count(*) FROM {table} WHERE tid = 1");
            let others: i64 = client.query_one(&others, &[]).await.unwrap().get(0);
            assert_eq!(others, 0, "{table} of somebody else");
            assert!(rows(&client, table).await > 0, "{table} of the tenant");
        }
        let theirs = "UPDATE resource SET doc = '{}' WHERE tid = 1";
        assert_eq!(client.execute(theirs, &[]).await.unwrap(), 0);
        assert_eq!(
            client
                .execute("DELETE FROM change_log WHERE tid = 1", &[])
                .await
                .unwrap(),
            0
        );
        let smuggled = "INSERT INTO member VALUES (1, 'a', 'b', 'User', 1)";
        let refused = client.execute(smuggled, &[]).await.unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "42501", "{refused}");
    });
    for store in &stores {
        let page = block_on(store.query(&Query::new(["User".into(), "Group".into()]))).unwrap();
        assert_eq!(page.total, Some(2));
    }
}
