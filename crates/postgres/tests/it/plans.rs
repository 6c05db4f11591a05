//! What PostgreSQL makes of the statements, as the user who is kept behind the walls.

use scimkit_sql::{postgres, statements::with_dollars as statements};

use crate::{
    samples::{open, runtime},
    server::{Server, connect},
};

/// Statements that go through a whole table, and may.
const SCANS: [&str; 7] = [
    "TENANTS",
    "NEW_TENANT",
    "TABLES",
    "RELEASE_ALL",
    "UNINDEX_ALL",
    "LOCK_META",
    "NEW_MARK",
];

/// Statements that put in order what a key has found already.
const FEW_ROWS: [&str; 1] = ["BY_UNIQUE"];

#[test]
fn every_look_up_can_use_an_index() {
    let url = Server::shared().database();
    open(&url);
    runtime().block_on(async {
        let client = connect(&url).await;
        let settings = "SET enable_seqscan = off; SET enable_sort = off; SET plan_cache_mode = force_generic_plan; SET scimkit.tid = '1'";
        client.batch_execute(settings).await.unwrap();
        let mut slow = Vec::new();
        for (name, text) in statements::ALL.iter().chain(postgres::ALL) {
            if SCANS.contains(name) {
                continue;
            }
            let prepared = client.prepare(text).await.unwrap();
            let nulls = vec!["NULL"; prepared.params().len()].join(", ");
            let arguments = if nulls.is_empty() { nulls } else { format!("({nulls})") };
            client.batch_execute(&format!("PREPARE one AS {text}")).await.unwrap();
            let explained = client.simple_query(&format!("EXPLAIN EXECUTE one {arguments}")).await.unwrap();
            client.batch_execute("DEALLOCATE one").await.unwrap();
            let plan: Vec<String> = explained
                .iter()
                .filter_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                })
                .collect();
            if plan.iter().any(|step| step.contains("Seq Scan") || step.contains("Sort")) {
                slow.push((name, plan.clone()));
            }
            if *name == "SCAN" {
                let condition = plan.iter().find(|step| step.contains("Index Cond")).unwrap();
                assert!(condition.contains("id > "), "a page begins at its place: {plan:#?}");
            }
        }
        let slow: Vec<_> = slow.iter().filter(|(name, _)| !FEW_ROWS.contains(name)).collect();
        assert!(slow.is_empty(), "{slow:#?}");
    });
}
