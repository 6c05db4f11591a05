use std::{future::Future, sync::Arc};

use scimkit_schema::DateTime;
use scimkit_sql::{codec, statements::with_dollars as statements};
use scimkit_store::{Answer, TenantId, TokenRow, Tokens};
use tokio_postgres::Row;

use crate::{
    PostgresDatabase,
    database::Inner,
    error::{Error, ErrorKind, Trouble},
    store::rows::{column, plain},
};

impl Tokens for PostgresDatabase {
    async fn find(&self, lookup: &str) -> Answer<Option<TokenRow>> {
        let lookup = plain(lookup).into_owned();
        let found = self.inner().retried(move |inner| {
            let lookup = lookup.clone();
            async move {
                let session = inner.session().await?;
                let row = session.one(statements::TOKEN, &[&lookup]).await?;
                row.map(|row| read(&inner, &row)).transpose()
            }
        });
        found.await
    }

    async fn list(&self, tenant: &TenantId) -> Answer<Vec<TokenRow>> {
        let tenant = tenant.clone();
        let found = self.inner().retried(move |inner| {
            let tenant = tenant.clone();
            async move {
                let session = inner.session().await?;
                let rows = session
                    .query(statements::TOKENS_OF, &[&tenant.as_str()])
                    .await?;
                rows.iter().map(|row| read(&inner, row)).collect()
            }
        });
        found.await
    }

    /// Adds a token, or replaces the one with its look-up id, whose last use does not go back.
    async fn put(&self, row: TokenRow) -> Answer<()> {
        let row = Arc::new(row);
        let done = self.inner().retried(move |inner| {
            let row = row.clone();
            async move { put(&inner, &row).await }
        });
        done.await
    }

    async fn touch(&self, lookup: &str, at: DateTime) -> Answer<()> {
        let inner = self.inner();
        if !inner.last_used.knows(lookup) {
            let Some(row) = self.find(lookup).await? else {
                return Ok(());
            };
            inner.last_used.learn(&row);
        }
        if inner.last_used.touch(lookup, &at) {
            // Nobody waits: a lost use is at most a minute behind.
            drop(persist(inner, lookup.into(), at));
        }
        Ok(())
    }
}

/// Writes down a use. It is under way even if the future is dropped.
fn persist(inner: &Arc<Inner>, lookup: Box<str>, at: DateTime) -> impl Future<Output = Answer<()>> {
    inner.retried(move |inner| {
        let (lookup, at) = (lookup.clone(), at.unix_micros());
        async move {
            let session = inner.session().await?;
            let done = session
                .query(statements::TOUCH_TOKEN, &[&lookup, &at])
                .await;
            done.map(drop)
        }
    })
}

async fn put(inner: &Inner, row: &TokenRow) -> Result<(), Trouble> {
    let micros = |at: &Option<DateTime>| at.as_ref().map(DateTime::unix_micros);
    let (lookup, name) = (plain(&row.lookup), plain(&row.name));
    let session = inner.session().await?;
    session
        .query(
            statements::PUT_TOKEN,
            &[
                &lookup,
                &row.tenant.as_str(),
                &name,
                &&row.hash[..],
                &row.scope.as_str(),
                &row.created.unix_micros(),
                &micros(&row.expires),
                &micros(&row.revoked),
            ],
        )
        .await?;
    if let Some(at) = micros(&row.last_used) {
        session
            .query(statements::TOUCH_TOKEN, &[&lookup, &at])
            .await?;
    }
    Ok(())
}

fn read(inner: &Inner, row: &Row) -> Result<TokenRow, Trouble> {
    let at = |column: Option<i64>| column.map(DateTime::from_unix_micros);
    let hash: &[u8] = column(row, 3)?;
    let hash = hash
        .try_into()
        .map_err(|error| Error::with_source(ErrorKind::Damaged, error))?;
    let found = TokenRow {
        lookup: column(row, 0)?,
        tenant: codec::read_tenant(column(row, 1)?)?,
        name: column(row, 2)?,
        hash,
        scope: codec::read_scope(column(row, 4)?)?,
        created: DateTime::from_unix_micros(column(row, 5)?),
        expires: at(column(row, 6)?),
        revoked: at(column(row, 7)?),
        last_used: at(column(row, 8)?),
    };
    Ok(inner.last_used.shown(found))
}
