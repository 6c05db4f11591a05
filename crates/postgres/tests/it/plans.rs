//! What PostgreSQL makes of the statements, as the user who is kept behind the walls, while the tables are still empty: plans are kept.

use scimkit_sql::{Indexes, postgres, statements};

use crate::{
    samples::{open, schemas},
    server::{Server, connect, runtime},
};

/// Statements that go through a whole table, and may, or that no path of this store leads to.
const LEFT_OUT: [&str; 12] = [
    "TENANTS",
    "NEW_TENANT",
    "TABLES",
    "RELEASE_ALL",
    "UNINDEX_ALL",
    "LOCK_META",
    "NEW_MARK",
    // Written for another engine.
    "BUMP_GROUPS_OF",
    "BY_UNIQUE",
    "GROUP",
    "MEMBER",
    "TYPE_OF",
];

/// Steps that read more than they are asked for.
const SLOW: [&str; 6] = [
    "Seq Scan",
    "Bitmap",
    "Sort",
    "Join Filter",
    "Materialize",
    "Hash",
];

#[test]
fn every_look_up_is_answered_by_an_index() {
    let url = Server::shared().database();
    open(&url);
    runtime().block_on(async {
        let client = connect(&url).await;
        let coverage = Indexes::from(schemas()).coverage();
        client.batch_execute(postgres::BEGIN).await.unwrap();
        client
            .query(postgres::ENTER, &[&"1", &coverage])
            .await
            .unwrap();
        let all = statements::ALL.iter();
        let all = all.map(|(name, text)| (name, postgres::of(text).unwrap()));
        let all = all.chain(postgres::ALL.iter().map(|(name, text)| (name, *text)));
        let all = all.filter(|(name, _)| !LEFT_OUT.contains(name));
        let mut slow = Vec::new();
        for (name, text) in all {
            let prepared = client.prepare(text).await.unwrap();
            let nulls = vec!["NULL"; prepared.params().len()].join(", ");
            let arguments = if nulls.is_empty() {
                nulls
            } else {
                format!("({nulls})")
            };
            client
                .batch_execute(&format!("PREPARE one AS {text}"))
                .await
                .unwrap();
            let explained = client
                .simple_query(&format!("EXPLAIN EXECUTE one {arguments}"))
                .await
                .unwrap();
            client.batch_execute("DEALLOCATE one").await.unwrap();
            let plan: Vec<String> = explained
                .iter()
                .filter_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                })
                .collect();
            if plan
                .iter()
                .any(|step| SLOW.iter().any(|slow| step.contains(slow)))
            {
                slow.push((name, plan.clone()));
            }
            if *name == "SCAN" {
                let condition = plan
                    .iter()
                    .find(|step| step.contains("Index Cond"))
                    .unwrap();
                assert!(
                    condition.contains("id > "),
                    "a page begins at its place: {plan:#?}"
                );
            }
        }
        assert!(slow.is_empty(), "{slow:#?}");
    });
}
