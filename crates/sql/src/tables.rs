//! The tables. Every key starts with the tenant, and no engine looks inside a document.

/// The version of the tables below, kept in `meta`. A file with a higher one is from newer code.
pub const SCHEMA_VERSION: i64 = 4;

/// The row of `meta` that holds the [`SCHEMA_VERSION`].
pub const VERSION_ROW: &str = "schema_version";

/// The row of `meta` that holds the [coverage](crate::Indexes::coverage) of the index tables.
pub const COVERAGE_ROW: &str = "coverage";

/// How an engine spells column types and table options.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite 3.37 and later: strict tables.
    Sqlite,
    /// PostgreSQL 13 and later, and what speaks its protocol: walls between tenants. The table `meta` comes before these
    /// ([`CREATE_META`](crate::postgres::CREATE_META)).
    Postgres,
}

impl Dialect {
    /// The tables of version 1: one statement per table and index, in an order in which they can be run on an empty database.
    #[must_use]
    pub const fn create(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => SQLITE,
            Self::Postgres => crate::postgres::CREATE,
        }
    }

    /// What brings the tables from one version to the next: the first step leads from version 1 to 2, and so on.
    #[must_use]
    pub const fn steps(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Sqlite => &[EVENTS_ARE_FOUND, PARTS_ARE_FOUND, TRACES_FOLLOW],
            Self::Postgres => &[EVENTS_ARE_FOUND, CHANGES_ARE_FOUND, KEYS_ARE_FOUND],
        }
    }
}

/// Version 2: events are found by their resource and by their time.
const EVENTS_ARE_FOUND: &[&str] = &[
    "CREATE INDEX change_of ON change_log (tid, rtype, id, seq)",
    "CREATE INDEX change_at ON change_log (tid, at_us, seq)",
];

/// Version 3: resources are found by the time of their last change.
const CHANGES_ARE_FOUND: &[&str] =
    &["CREATE INDEX resource_modified ON resource (tid, rtype, modified_us, id)"];

/// Version 3 of SQLite: so they are, and by parts of their texts. `n` numbers the rows of both tables; a rowid without a name may change.
const PARTS_ARE_FOUND: &[&str] = &[
    "CREATE TABLE resource_3 (
        n INTEGER PRIMARY KEY,
        tid INTEGER NOT NULL REFERENCES tenant (tid),
        rtype TEXT NOT NULL,
        id TEXT NOT NULL,
        ext_id BLOB,
        display TEXT,
        version INTEGER NOT NULL,
        created_us INTEGER NOT NULL,
        modified_us INTEGER NOT NULL,
        doc TEXT NOT NULL,
        UNIQUE (tid, rtype, id)
    ) STRICT",
    "INSERT INTO resource_3 (tid, rtype, id, ext_id, display, version, created_us, modified_us, doc)
        SELECT tid, rtype, id, ext_id, display, version, created_us, modified_us, doc FROM resource",
    "DROP TABLE resource",
    "ALTER TABLE resource_3 RENAME TO resource",
    "CREATE INDEX resource_ext_id ON resource (tid, rtype, ext_id, id) WHERE ext_id IS NOT NULL",
    "CREATE INDEX resource_modified ON resource (tid, rtype, modified_us, id)",
    "CREATE VIRTUAL TABLE part USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1')",
];

/// Version 4 of SQLite: what stands beside a resource comes and goes with it, in the statement that adds or deletes it.
const TRACES_FOLLOW: &[&str] = &[
    "CREATE TRIGGER resource_came AFTER INSERT ON resource BEGIN
        INSERT INTO count (tid, rtype, n) VALUES (NEW.tid, NEW.rtype, 1) ON CONFLICT (tid, rtype) DO UPDATE SET n = n + 1;
    END",
    "CREATE TRIGGER resource_went AFTER DELETE ON resource BEGIN
        UPDATE count SET n = n - 1 WHERE tid = OLD.tid AND rtype = OLD.rtype;
        DELETE FROM member WHERE tid = OLD.tid AND member_id = OLD.id;
        DELETE FROM member WHERE tid = OLD.tid AND group_id = OLD.id;
        DELETE FROM part WHERE rowid = OLD.n;
    END",
];

/// Version 4 of PostgreSQL: indexes beside the primary keys serve nothing but what they were made for
/// ([why](crate::postgres)).
const KEYS_ARE_FOUND: &[&str] = &[
    "DROP INDEX resource_modified",
    "CREATE INDEX resource_modified ON resource (tid, rtype, modified_us, id) WHERE modified_us IS NOT NULL",
    "DROP INDEX change_of",
    "CREATE INDEX change_of ON change_log (tid, rtype, id, seq) WHERE id IS NOT NULL",
    "DROP INDEX change_at",
    "CREATE INDEX change_at ON change_log (tid, at_us, seq) WHERE at_us IS NOT NULL",
];

/// Narrow tables are clustered by their primary key; `resource` is not, since its rows are wide.
const SQLITE: &[&str] = &[
    "CREATE TABLE meta (
        name TEXT NOT NULL PRIMARY KEY,
        val TEXT NOT NULL
    ) STRICT",
    "CREATE TABLE tenant (
        tid INTEGER PRIMARY KEY,
        slug TEXT NOT NULL UNIQUE,
        next_seq INTEGER NOT NULL
    ) STRICT",
    // `display` is what people call the resource: member lists show it without reading documents.
    "CREATE TABLE resource (
        tid INTEGER NOT NULL REFERENCES tenant (tid),
        rtype TEXT NOT NULL,
        id TEXT NOT NULL,
        ext_id BLOB,
        display TEXT,
        version INTEGER NOT NULL,
        created_us INTEGER NOT NULL,
        modified_us INTEGER NOT NULL,
        doc TEXT NOT NULL,
        UNIQUE (tid, rtype, id)
    ) STRICT",
    // Not unique: an externalId belongs to a client.
    "CREATE INDEX resource_ext_id ON resource (tid, rtype, ext_id, id) WHERE ext_id IS NOT NULL",
    // Exactly the attributes whose schema declares a uniqueness.
    "CREATE TABLE uniq (
        tid INTEGER NOT NULL,
        rtype TEXT NOT NULL,
        path TEXT NOT NULL,
        val BLOB NOT NULL,
        id TEXT NOT NULL,
        PRIMARY KEY (tid, rtype, path, val)
    ) STRICT, WITHOUT ROWID",
    // Attributes that are looked up by value without being unique.
    "CREATE TABLE attr_ix (
        tid INTEGER NOT NULL,
        rtype TEXT NOT NULL,
        path TEXT NOT NULL,
        val BLOB NOT NULL,
        id TEXT NOT NULL,
        elem INTEGER NOT NULL,
        PRIMARY KEY (tid, rtype, path, val, id, elem)
    ) STRICT, WITHOUT ROWID",
    // `kind` is the type of the member.
    "CREATE TABLE member (
        tid INTEGER NOT NULL,
        group_id TEXT NOT NULL,
        member_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        added_seq INTEGER NOT NULL,
        PRIMARY KEY (tid, group_id, member_id)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX member_of ON member (tid, member_id, group_id)",
    // One row for each type that the tenant ever had; a page of everything must not count a million rows.
    "CREATE TABLE count (
        tid INTEGER NOT NULL REFERENCES tenant (tid),
        rtype TEXT NOT NULL,
        n INTEGER NOT NULL,
        PRIMARY KEY (tid, rtype)
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE change_log (
        tid INTEGER NOT NULL REFERENCES tenant (tid),
        seq INTEGER NOT NULL,
        rtype TEXT NOT NULL,
        id TEXT NOT NULL,
        op TEXT NOT NULL,
        version_before INTEGER,
        version_after INTEGER,
        at_us INTEGER NOT NULL,
        actor TEXT NOT NULL,
        name TEXT,
        delta TEXT NOT NULL,
        PRIMARY KEY (tid, seq)
    ) STRICT, WITHOUT ROWID",
    // By the tenant's name, so that a token can be put before its tenant is made.
    "CREATE TABLE token (
        lookup_id TEXT NOT NULL PRIMARY KEY,
        tenant TEXT NOT NULL,
        name TEXT NOT NULL,
        secret_sha256 BLOB NOT NULL,
        scope TEXT NOT NULL,
        created_us INTEGER NOT NULL,
        expires_us INTEGER,
        revoked_us INTEGER,
        last_used_us INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX token_of ON token (tenant, created_us, lookup_id)",
    "CREATE TABLE state (
        space TEXT NOT NULL,
        key BLOB NOT NULL,
        val BLOB NOT NULL,
        PRIMARY KEY (space, key)
    ) STRICT, WITHOUT ROWID",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_strict() {
        for statement in Dialect::Sqlite.create() {
            assert!(
                statement.contains("STRICT") != statement.starts_with("CREATE INDEX"),
                "{statement}"
            );
        }
    }
}
