//! What PostgreSQL makes of the statements, as the user who is kept behind the walls, while the tables are still empty: plans are kept.

use std::collections::BTreeMap;

use scimkit_sql::{Indexes, postgres, statements};
use tokio_postgres::Client;

use crate::{
    samples::{open, schemas},
    server::{Server, connect, runtime},
};

/// Statements that go through a whole table or group, and may, or that no path of this store leads to.
const LEFT_OUT: [&str; 13] = [
    "TENANTS",
    "NEW_TENANT",
    "TABLES",
    "RELEASE_ALL",
    "UNINDEX_ALL",
    "LOCK_META",
    "NEW_MARK",
    // Takes many members out of a group, and reads all of them.
    "REMOVE_MEMBERS",
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

/// Columns of primary keys.
const KEYS: [&str; 10] = [
    "group_id",
    "id",
    "key",
    "lookup_id",
    "member_id",
    "path",
    "rtype",
    "seq",
    "slug",
    "val",
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
        let indexes = columns_of_indexes(&client).await;
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
            let is_slow = |step: &String| SLOW.iter().any(|slow| step.contains(slow));
            if plan.iter().any(is_slow) || passes_rows_by(&plan, &indexes) {
                slow.push((name, plan.clone()));
            }
            let place = match *name {
                "SCAN" => "id > ",
                "BY_MODIFIED" => "ROW(modified_us, id) > ",
                _ => continue,
            };
            let condition = plan.iter().find(|step| step.contains("Index Cond"));
            assert!(
                condition.unwrap().contains(place),
                "a page begins at its place: {plan:#?}"
            );
        }
        assert!(slow.is_empty(), "{slow:#?}");
    });
}

/// Every index with its columns, in order.
async fn columns_of_indexes(client: &Client) -> BTreeMap<String, Vec<String>> {
    let sql = "SELECT indexrelid::regclass::text, array(SELECT pg_get_indexdef(indexrelid, n, true) FROM generate_series(1, indnkeyatts) AS n) FROM pg_index";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Whether a plan looks for something in an index whose earlier columns it says nothing about, so that the index is read from end to end, or
/// asks for a key only of what it has read.
fn passes_rows_by(plan: &[String], indexes: &BTreeMap<String, Vec<String>>) -> bool {
    let is_key = |word: &str| KEYS.contains(&word);
    plan.windows(2).any(|step| {
        let [scan, condition] = step else {
            return false;
        };
        let Some((_, index)) = scan.split_once(" using ") else {
            return condition.trim().starts_with("Filter:") && words(condition).any(is_key);
        };
        let columns = &indexes[index.split(' ').next().unwrap()];
        let is_asked = |column: &String| {
            let name = column.trim_start_matches('(').split(' ').next();
            words(condition).any(|word| Some(word) == name)
        };
        let asked: Vec<_> = columns.iter().map(is_asked).collect();
        // Behind a range nothing else narrows the search.
        let held = columns
            .iter()
            .map(|column| condition.contains(&format!("({column} = ")));
        !condition.contains("Index Cond")
            || !asked.is_sorted_by(|one, next| one >= next)
            || !held.is_sorted_by(|one, next| one >= next)
    })
}

/// The columns that a step speaks of, among other words; what belongs to another table has its name in front.
fn words(step: &str) -> impl Iterator<Item = &str> {
    step.split(|c: char| !(c.is_alphanumeric() || "_.$".contains(c)))
}
