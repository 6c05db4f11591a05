use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, params};
use scimkit::{
    schema::{DateTime, Name, Resource, ResourceId, Version, core},
    store::{Answer, Document, Key, Page, Query, Store, StoreError, Stored, Write, Written},
};

/// The application's own table of users, as SCIM sees it. What it has no column for is not kept.
#[derive(Clone)]
pub(crate) struct UsersTable(Arc<Mutex<Connection>>);

const COLUMNS: &str = "id, email, full_name, enabled, revision, created_at, changed_at";

impl UsersTable {
    pub(crate) fn new(database: Connection) -> Self {
        Self(Arc::new(Mutex::new(database)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(database: &Connection, key: &Key) -> Answer<Option<Stored>> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
        let found = database.query_row(&sql, [key.id.as_str()], stored);
        found.optional().map_err(StoreError::other)
    }

    fn apply(&self, write: &Write) -> Answer<Written> {
        let mut database = self.lock();
        let transaction = database.transaction().map_err(StoreError::other)?;
        let current = Self::find(&transaction, &write.key)?;
        write
            .expect
            .check(current.as_ref().map(|user| &user.version))?;
        let before = current.as_ref().map(|stored| columns(&stored.document));
        let mut revision = current
            .as_ref()
            .and_then(|it| it.version.number())
            .unwrap_or(0);
        let id = write.key.id.as_str();
        let changed = match &write.document {
            Document::Keep => false,
            Document::Delete => {
                let sql = "DELETE FROM users WHERE id = ?1";
                transaction.execute(sql, [id]).map_err(taken)? > 0
            }
            Document::Put(user) if before == Some(columns(user)) => false,
            Document::Put(user) => {
                revision += 1;
                let (email, full_name, enabled) = columns(user);
                let (number, now) = (revision.cast_signed(), write.event.at.unix_micros());
                let sql = "INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (id) DO UPDATE
                    SET email = ?2, full_name = ?3, enabled = ?4, revision = ?5, changed_at = ?6";
                let row = params![id, email, full_name, enabled, number, now];
                transaction.execute(sql, row).map_err(taken)? > 0
            }
        };
        // The application's own triggers, or a row of its audit table made of `write.event`, would go here.
        transaction.commit().map_err(StoreError::other)?;
        let written = Written::new(write.key.id.clone(), Version::from_number(revision));
        Ok(if changed {
            written
        } else {
            written.unchanged()
        })
    }
}

impl Store for UsersTable {
    async fn get(&self, key: &Key) -> Answer<Option<Stored>> {
        Self::find(&self.lock(), key)
    }

    async fn query(&self, query: &Query) -> Answer<Page> {
        let database = self.lock();
        let sql = format!("SELECT {COLUMNS} FROM users ORDER BY id");
        let mut statement = database.prepare(&sql).map_err(StoreError::other)?;
        let rows = statement.query_map([], stored).map_err(StoreError::other)?;
        let matches = |user: &Stored| {
            let filter = query.filter.as_ref();
            filter.is_none_or(|filter| filter.matches(&user.candidate(&[])))
        };
        let users = rows.map(|row| row.map_err(StoreError::other));
        query.select(users.filter(|user| user.as_ref().map_or(true, matches)))
    }

    async fn write(&self, write: Write) -> Answer<Written> {
        self.apply(&write)
    }
}

/// What the table keeps of a user.
fn columns(user: &Resource) -> (Option<&str>, Option<&str>, bool) {
    let active = user.get("active").and_then(scimkit::schema::Value::as_bool);
    (
        user.text("userName"),
        user.text("displayName"),
        active.unwrap_or(true),
    )
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let (id, email): (String, String) = (row.get(0)?, row.get(1)?);
    let id = ResourceId::new(&id)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut user = Resource::new(core::USER)
        .with("userName", email)
        .with("active", row.get::<_, bool>(3)?);
    if let Some(name) = row.get::<_, Option<String>>(2)? {
        user = user.with("displayName", name);
    }
    Ok(Stored {
        key: Key::new(Name::from("User"), id),
        version: Version::from_number(row.get::<_, i64>(4)?.unsigned_abs()),
        created: DateTime::from_unix_micros(row.get(5)?),
        modified: DateTime::from_unix_micros(row.get(6)?),
        document: Arc::new(user),
    })
}

/// A second row with the same address is the client's mistake; all else is ours.
fn taken(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => StoreError::Taken {
            path: "userName".into(),
        },
        _ => StoreError::other(error),
    }
}
