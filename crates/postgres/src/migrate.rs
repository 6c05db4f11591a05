//! Brings a database to the tables and the index contents that this code needs.
//!
//! Several processes may start at once. `meta` is made first, by whoever comes first, and one row of it is then written in the transaction
//! that does all the rest: whoever comes second waits for that row, and finds everything done. No engine needs more than row locks for it.

use scimkit_schema::Name;
use scimkit_sql::{
    Dialect, Entry, Indexed, Indexes, postgres,
    statements::with_dollars as statements,
    tables::{COVERAGE_ROW, SCHEMA_VERSION, VERSION_ROW},
};
use scimkit_store::{Key, StoreError};
use tokio_postgres::{Client, Config, NoTls};

use crate::{
    error::{Error, ErrorKind, Trouble, from_driver},
    retry::Backoff,
    session::With,
    store::rows::{self, column, limit},
};

/// Does it, or leaves the database as it was. Gives something that no other process has.
pub(crate) async fn migrate(
    config: &Config,
    indexes: &Indexes,
    wanted: &str,
) -> Result<String, Error> {
    let (client, connection) = config
        .connect(NoTls)
        .await
        .map_err(|error| from_driver(error).into_error())?;
    let driving = tokio::spawn(connection);
    let done = migrate_on(&client, indexes, wanted).await;
    drop(client);
    // What the connection says about its end is of no interest after the work is done.
    let _ = driving.await;
    done.map_err(Trouble::into_error)
}

async fn migrate_on(client: &Client, indexes: &Indexes, wanted: &str) -> Result<String, Trouble> {
    let mark = client
        .query_one(postgres::NEW_MARK, &[])
        .await
        .map_err(from_driver)?;
    let mark: String = column(&mark, 0)?;
    let backoff = Backoff::new(&mark);
    backoff
        .retried(|| async {
            run(client, postgres::BEGIN).await?;
            let done = async {
                prepare(client, indexes, wanted).await?;
                run(client, "COMMIT").await
            };
            let done = done.await;
            if done.is_err() {
                let _ = run(client, "ROLLBACK").await;
            }
            done
        })
        .await?;
    Ok(mark)
}

async fn prepare(client: &Client, indexes: &Indexes, wanted: &str) -> Result<(), Trouble> {
    let tables = client
        .query(postgres::TABLES, &[])
        .await
        .map_err(from_driver)?;
    let tables = tables
        .iter()
        .map(|row| column(row, 0))
        .collect::<Result<Vec<String>, _>>()?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    let names = [
        "meta",
        "tenant",
        "resource",
        "member",
        "change_log",
        "token",
        "state",
        "count",
    ];
    if !(has("meta") && has("resource")) && names.into_iter().any(has) {
        return Err(Error::new(ErrorKind::Foreign).into());
    }
    run(client, postgres::CREATE_META).await?;
    run(client, postgres::LOCK_META).await?;
    // Behind the lock: another process may just have done everything.
    let found = match meta(client, VERSION_ROW).await? {
        None => create(client).await?,
        Some(text) => {
            let damaged = |error| Error::with_source(ErrorKind::Damaged, error);
            text.parse::<i64>()
                .map_err(|error: std::num::ParseIntError| damaged(error))?
        }
    };
    if found > SCHEMA_VERSION {
        let known = SCHEMA_VERSION;
        return Err(Error::new(ErrorKind::Newer { found, known }).into());
    }
    // Version 1 is what `create` makes; each step leads one further.
    let done = usize::try_from(found.saturating_sub(1)).unwrap_or(0);
    for statement in Dialect::Postgres
        .steps()
        .iter()
        .skip(done)
        .copied()
        .flatten()
    {
        run(client, statement).await?;
    }
    if found < SCHEMA_VERSION {
        set_meta(client, VERSION_ROW, &SCHEMA_VERSION.to_string()).await?;
    }
    if meta(client, COVERAGE_ROW).await?.as_deref() != Some(wanted) {
        fill(client, indexes).await?;
        set_meta(client, COVERAGE_ROW, wanted).await?;
    }
    Ok(())
}

/// Makes the tables of the first version, and says which that is.
async fn create(client: &Client) -> Result<i64, Trouble> {
    for statement in Dialect::Postgres.create() {
        run(client, statement).await?;
    }
    Ok(1)
}

async fn run(client: &Client, statement: &str) -> Result<(), Trouble> {
    client.batch_execute(statement).await.map_err(from_driver)
}

async fn meta(client: &Client, name: &str) -> Result<Option<String>, Trouble> {
    let row = client
        .query_opt(statements::META, &[&name])
        .await
        .map_err(from_driver)?;
    row.map(|row| column(&row, 0)).transpose()
}

async fn set_meta(client: &Client, name: &str, value: &str) -> Result<(), Trouble> {
    let done = client.execute(statements::SET_META, &[&name, &value]).await;
    done.map(drop).map_err(from_driver)
}

/// Makes the rows of unique values and of values to look up by anew from the documents: which attributes have rows has changed. Each tenant
/// is locked, so nobody writes for it meanwhile; who does so later finds that the coverage is another one.
async fn fill(client: &Client, indexes: &Indexes) -> Result<(), Trouble> {
    let tenants = client
        .query(statements::TENANTS, &[])
        .await
        .map_err(from_driver)?;
    for tenant in &tenants {
        let tid: i64 = column(tenant, 0)?;
        let door = tid.to_string();
        client
            .query(postgres::ENTER_TO_FILL, &[&door])
            .await
            .map_err(from_driver)?;
        client
            .query(postgres::LOCK_TENANT, &[&tid])
            .await
            .map_err(from_driver)?;
        // The wall keeps these to the tenant.
        for statement in [statements::RELEASE_ALL, statements::UNINDEX_ALL] {
            client.execute(statement, &[]).await.map_err(from_driver)?;
        }
        for known in indexes.schemas().types() {
            fill_type(client, tid, indexes, known.name()).await?;
        }
    }
    Ok(())
}

async fn fill_type(
    client: &Client,
    tid: i64,
    indexes: &Indexes,
    name: &Name,
) -> Result<(), Trouble> {
    let scan = client
        .prepare(statements::SCAN)
        .await
        .map_err(from_driver)?;
    let claim = client
        .prepare(statements::CLAIM)
        .await
        .map_err(from_driver)?;
    let index = client
        .prepare(statements::INDEX_VALUE)
        .await
        .map_err(from_driver)?;
    let mut after = String::new();
    loop {
        let with: With<'_> = &[&tid, &name.as_str(), &after, &limit(STRETCH)];
        let found = client.query(&scan, with).await.map_err(from_driver)?;
        for row in &found {
            let stored = rows::stored(row, indexes.schemas(), name)?;
            let Key { id, .. } = &stored.key;
            let is = Indexed::of(indexes, name, &stored.document);
            for Entry { path, key } in &is.unique {
                let with: With<'_> = &[&tid, &name.as_str(), path, &key.as_bytes(), &id.as_str()];
                if client.execute(&claim, with).await.map_err(from_driver)? == 0 {
                    return Err(StoreError::Taken { path: path.clone() }.into());
                }
            }
            for Entry { path, key } in &is.values {
                let with: With<'_> = &[&tid, &name.as_str(), path, &key.as_bytes(), &id.as_str()];
                client.execute(&index, with).await.map_err(from_driver)?;
            }
        }
        match found.last() {
            Some(last) if found.len() == STRETCH => after = column(last, 0)?,
            _ => return Ok(()),
        }
    }
}

/// How many documents are in memory at once.
const STRETCH: usize = 256;
