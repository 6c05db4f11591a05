use rusqlite::Row;
use scimkit_schema::DateTime;
use scimkit_sql::{codec, statements};
use scimkit_store::{Answer, StoreError, TenantId, TokenRow, Tokens};

use crate::{SqliteDatabase, ask::Ask, writer::Writer};

impl Tokens for SqliteDatabase {
    async fn find(&self, lookup: &str) -> Answer<Option<TokenRow>> {
        let inner = self.inner();
        let found = inner
            .readers
            .here(|connection| connection.one(statements::TOKEN, [lookup], RawToken::read))?;
        let row = found.map(TokenRow::try_from).transpose()?;
        Ok(row.map(|row| inner.last_used.shown(row)))
    }

    async fn list(&self, tenant: &TenantId) -> Answer<Vec<TokenRow>> {
        let inner = self.inner();
        let rows = inner.readers.here(|connection| {
            connection.many(statements::TOKENS_OF, [tenant.as_str()], RawToken::read)
        })?;
        rows.into_iter()
            .map(|row| Ok(inner.last_used.shown(row.try_into()?)))
            .collect()
    }

    /// Adds a token, or replaces the one with its look-up id, whose last use does not go back.
    async fn put(&self, row: TokenRow) -> Answer<()> {
        let done = self.inner().writer.submit(move |connection| {
            let micros = |at: &Option<DateTime>| at.as_ref().map(DateTime::unix_micros);
            let with = (
                &*row.lookup,
                row.tenant.as_str(),
                &*row.name,
                &row.hash[..],
                row.scope.as_str(),
                row.created.unix_micros(),
                micros(&row.expires),
                micros(&row.revoked),
            );
            connection.change(statements::PUT_TOKEN, with)?;
            if let Some(at) = &row.last_used {
                connection.change(statements::TOUCH_TOKEN, (&*row.lookup, at.unix_micros()))?;
            }
            Ok(())
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
            persist(&inner.writer, vec![(lookup.into(), at)]);
        }
        Ok(())
    }
}

/// Hands uses to the writer. Nobody waits: they join the next transaction, and a lost one is at most a minute behind.
pub(crate) fn persist(writer: &Writer, uses: Vec<(Box<str>, DateTime)>) {
    if uses.is_empty() {
        return;
    }
    drop(writer.submit(move |connection| {
        for (lookup, at) in &uses {
            connection.change(statements::TOUCH_TOKEN, (&**lookup, at.unix_micros()))?;
        }
        Ok(())
    }));
}

struct RawToken {
    lookup: String,
    tenant: String,
    name: String,
    hash: [u8; 32],
    scope: String,
    created: i64,
    expires: Option<i64>,
    revoked: Option<i64>,
    last_used: Option<i64>,
}

impl RawToken {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            lookup: row.get(0)?,
            tenant: row.get(1)?,
            name: row.get(2)?,
            hash: row.get(3)?,
            scope: row.get(4)?,
            created: row.get(5)?,
            expires: row.get(6)?,
            revoked: row.get(7)?,
            last_used: row.get(8)?,
        })
    }
}

impl TryFrom<RawToken> for TokenRow {
    type Error = StoreError;

    fn try_from(raw: RawToken) -> Answer<Self> {
        Ok(Self {
            lookup: raw.lookup.into(),
            tenant: codec::read_tenant(&raw.tenant).map_err(StoreError::other)?,
            name: raw.name.into(),
            hash: raw.hash,
            scope: codec::read_scope(&raw.scope).map_err(StoreError::other)?,
            created: DateTime::from_unix_micros(raw.created),
            expires: raw.expires.map(DateTime::from_unix_micros),
            revoked: raw.revoked.map(DateTime::from_unix_micros),
            last_used: raw.last_used.map(DateTime::from_unix_micros),
        })
    }
}
