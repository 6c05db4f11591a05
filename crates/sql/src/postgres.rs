//! What only PostgreSQL, and what speaks its protocol, is sent: tables with row-level security, and statements that do to many rows at once
//! what [`statements`] do to one, so that a transaction takes the same few round trips however many writes share it.
//!
//! Where a statement has the name of one of those, it takes its place ([`of`]).
//!
//! Plans are made once and kept, perhaps while the tables are still empty, so they must not depend on how full those are: a row beside
//! another one is looked up in a `LATERAL` of its own, which leaves only one way to go about it. Of an empty table any index looks as good for
//! a row as the primary key, even one that holds nothing of what is asked for and would be read from end to end. So the other indexes leave
//! out rows, in words at least, that only their own statements do without: those where the column that they are made for is null, which it
//! never is. Where both must serve, what a statement holds fast is a range, and its order says which index is meant.
//!
//! Many values come as arrays of one length, one array for each column. `$1` is the tenant wherever a statement is about resources.

use crate::statements;

macro_rules! statements_of_many {
    ($($(#[$doc:meta])+ $name:ident = $text:literal;)+) => {
        $($(#[$doc])+ pub const $name: &str = $text;)+

        /// Every statement of this module, with its name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

/// Begins a transaction that writes. Each statement of it sees what was committed before that statement.
pub const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Begins a transaction that writes for one tenant. It waits for a lock, or holds one while its process is silent, for no more than 20 seconds.
pub const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '20s'; SET LOCAL idle_in_transaction_session_timeout = '20s'; SET LOCAL enable_seqscan = off";

/// Begins a transaction that reads one state of the database.
pub const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

statements_of_many! {
    /// Enters a tenant until the end of the transaction, and says whether the index tables are as this process believes: tenant as text,
    /// coverage. Whoever writes does so behind the lock of the tenant, which the one who fills those tables anew takes, too. Each statement is
    /// planned once for all values, and only along the indexes that the tables were given for it.
    ENTER = "SELECT val = $2, set_config('scimkit.tid', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true) FROM meta WHERE name = 'coverage'";
    /// Enters a tenant without a look at the coverage, to fill the index tables anew: tenant as text.
    ENTER_TO_FILL = "SELECT set_config('scimkit.tid', $1, true)";
    /// Takes the tenant for the rest of the transaction, and gives its next event number: tenant. Whoever writes does this first.
    LOCK_TENANT = "SELECT next_seq FROM tenant WHERE tid = $1 FOR UPDATE";
    /// Makes a tenant, unless its name or its number was taken meanwhile: name.
    NEW_TENANT = "INSERT INTO tenant (tid, slug, next_seq) SELECT coalesce(max(tid), 0) + 1, $1, 1 FROM tenant ON CONFLICT DO NOTHING";
    /// Waits for every other migration, and keeps them out until the end of the transaction.
    LOCK_META = "INSERT INTO meta (name, val) VALUES ('migration', '') ON CONFLICT (name) DO UPDATE SET val = excluded.val";
    /// The tables that stand where this user's go.
    TABLES = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()";
    /// Something that no other process can have.
    NEW_MARK = "SELECT gen_random_uuid()::text";

    /// What is there of some resources: tenant, types, ids, whether the document is wanted.
    RESOURCES_BEFORE = "SELECT r.rtype, r.id, r.version, r.created_us, r.doc FROM unnest($2::text[], $3::text[], $4::boolean[]) AS w (rtype, id, document) CROSS JOIN LATERAL (SELECT r.rtype, r.id, r.version, r.created_us, CASE WHEN w.document THEN r.doc END AS doc FROM resource r WHERE r.tid = $1 AND r.rtype = w.rtype AND r.id = w.id LIMIT 1) AS r";
    /// Whose some unique values are, with the places of the values among those that were asked for, from 1: tenant, types, paths, values.
    OWNERS_BEFORE = "SELECT w.nth, u.id FROM unnest($2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS w (rtype, path, val, nth) CROSS JOIN LATERAL (SELECT u.id FROM uniq u WHERE u.tid = $1 AND u.rtype = w.rtype AND u.path = w.path AND u.val = w.val LIMIT 1) AS u";
    /// Who of some is a member: tenant, groups, members.
    MEMBERS_BEFORE = "SELECT m.group_id, m.member_id FROM unnest($2::text[], $3::text[]) AS w (group_id, member_id) CROSS JOIN LATERAL (SELECT m.group_id, m.member_id FROM member m WHERE m.tid = $1 AND m.group_id = w.group_id AND m.member_id = w.member_id LIMIT 1) AS m";
    /// The members of some groups: tenant, groups.
    ALL_MEMBERS_BEFORE = "SELECT group_id, member_id FROM member WHERE tid = $1 AND group_id = ANY($2)";
    /// The groups of a member, with their versions and when they were made: tenant, member.
    GROUPS_BEFORE = "SELECT r.rtype, m.group_id, r.version, r.created_us FROM member m CROSS JOIN LATERAL (SELECT r.rtype, r.version, r.created_us FROM count c CROSS JOIN LATERAL (SELECT r.rtype, r.version, r.created_us FROM resource r WHERE r.tid = $1 AND r.rtype = c.rtype AND r.id = m.group_id LIMIT 1) AS r WHERE c.tid = $1 LIMIT 1) AS r WHERE m.tid = $1 AND m.member_id = $2";
    /// The types of some resources: tenant, ids.
    TYPES_BEFORE = "SELECT w.id, r.rtype FROM unnest($2::text[]) AS w (id) CROSS JOIN LATERAL (SELECT r.rtype FROM count c CROSS JOIN LATERAL (SELECT r.rtype FROM resource r WHERE r.tid = $1 AND r.rtype = c.rtype AND r.id = w.id LIMIT 1) AS r WHERE c.tid = $1 LIMIT 1) AS r";
    /// Whether a transaction wrote an event: tenant, number, mark.
    WAS_COMMITTED = "SELECT 1 FROM change_log WHERE tid = $1 AND seq = $2 AND mark = $3";

    /// Adds resources and replaces documents, with what stands beside them: tenant; types, ids, externalIds, displays, versions, created,
    /// modified, documents; types, paths, values, ids of the unique values that they take, which nobody has; the same of the values that
    /// they are found by; types and differences of the numbers of resources.
    PUT_RESOURCES = "WITH taken AS (INSERT INTO uniq (tid, rtype, path, val, id) SELECT $1::bigint, n.* FROM unnest($10::text[], $11::text[], $12::bytea[], $13::text[]) AS n), indexed AS (INSERT INTO attr_ix (tid, rtype, path, val, id, elem) SELECT $1::bigint, n.*, 0 FROM unnest($14::text[], $15::text[], $16::bytea[], $17::text[]) AS n ON CONFLICT (tid, rtype, path, val, id, elem) DO NOTHING), counted AS (INSERT INTO count (tid, rtype, n) SELECT $1::bigint, n.* FROM unnest($18::text[], $19::bigint[]) AS n ON CONFLICT (tid, rtype) DO UPDATE SET n = count.n + excluded.n) INSERT INTO resource (tid, rtype, id, ext_id, display, version, created_us, modified_us, doc) SELECT $1::bigint, n.* FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[]) AS n ON CONFLICT (tid, rtype, id) DO UPDATE SET ext_id = excluded.ext_id, display = excluded.display, version = excluded.version, modified_us = excluded.modified_us, doc = excluded.doc";
    /// Adds members: tenant, groups, members, types of the members, events.
    ADD_MEMBERS = "INSERT INTO member (tid, group_id, member_id, kind, added_seq) SELECT $1::bigint, n.* FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS n";
    /// Removes a member of a group: tenant, group, member.
    REMOVE_MEMBER = "DELETE FROM member WHERE tid = $1 AND group_id = $2 AND member_id = $3";
    /// Removes many members of a group, all of whose members are read for it: tenant, group, members.
    REMOVE_MEMBERS = "DELETE FROM member WHERE tid = $1 AND group_id = $2 AND (member_id IN (SELECT unnest($3::text[]))) IS TRUE";
    /// Adds events, and sets the number of the next one: tenant, numbers, types, ids, actions, versions before, versions after, times, actors,
    /// names, details, marks, next number.
    ADD_EVENTS = "WITH numbered AS (UPDATE tenant SET next_seq = $13 WHERE tid = $1) INSERT INTO change_log (tid, seq, rtype, id, op, version_before, version_after, at_us, actor, name, delta, mark) SELECT $1::bigint, n.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[]) AS n";

    /// A stretch of the resources of a type, those changed longest ago first: tenant, type, time and id to start behind, limit.
    BY_MODIFIED = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = $1 AND rtype = $2 AND modified_us >= $3 AND (modified_us, id) > ($3, $4) ORDER BY modified_us, id LIMIT $5";
    /// A stretch of them backwards: tenant, type, time and id to start before, limit.
    BY_MODIFIED_BACK = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = $1 AND rtype = $2 AND modified_us <= $3 AND (modified_us, id) < ($3, $4) ORDER BY modified_us DESC, id DESC LIMIT $5";
    /// Some resources of a type: tenant, type, ids.
    RESOURCES = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM unnest($3::text[]) AS w (id) CROSS JOIN LATERAL (SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM resource r WHERE r.tid = $1 AND r.rtype = $2 AND r.id = w.id LIMIT 1) AS r";
    /// A stretch of the resources with a unique value, in the order of values: tenant, type, path, first value, value to stop before, limit.
    BY_UNIQUE_ORDER = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM uniq u CROSS JOIN LATERAL (SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM resource r WHERE r.tid = $1 AND r.rtype = $2 AND r.id = u.id LIMIT 1) AS r WHERE u.tid = $1 AND u.rtype = $2 AND u.path = $3 AND u.val >= $4 AND u.val < $5 ORDER BY u.val LIMIT $6";
    /// A stretch of them backwards: tenant, type, path, last value, value to start before, limit.
    BY_UNIQUE_ORDER_BACK = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM uniq u CROSS JOIN LATERAL (SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM resource r WHERE r.tid = $1 AND r.rtype = $2 AND r.id = u.id LIMIT 1) AS r WHERE u.tid = $1 AND u.rtype = $2 AND u.path = $3 AND u.val >= $4 AND u.val < $5 ORDER BY u.val DESC LIMIT $6";
    /// A stretch of the resources with an indexed value, in the order of values and ids: tenant, type, path, value and id to start behind,
    /// value to stop before, limit.
    BY_VALUE_ORDER = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM attr_ix a CROSS JOIN LATERAL (SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM resource r WHERE r.tid = $1 AND r.rtype = $2 AND r.id = a.id LIMIT 1) AS r WHERE a.tid = $1 AND a.rtype = $2 AND a.path = $3 AND (a.val, a.id) > ($4, $5) AND a.val < $6 ORDER BY a.val, a.id LIMIT $7";
    /// A stretch of them backwards: tenant, type, path, value and id to start before, last value, limit.
    BY_VALUE_ORDER_BACK = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM attr_ix a CROSS JOIN LATERAL (SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM resource r WHERE r.tid = $1 AND r.rtype = $2 AND r.id = a.id LIMIT 1) AS r WHERE a.tid = $1 AND a.rtype = $2 AND a.path = $3 AND (a.val, a.id) < ($4, $5) AND a.val >= $6 ORDER BY a.val DESC, a.id DESC LIMIT $7";
    /// The members of a group, as people call them: tenant, group, id to start behind, limit.
    MEMBERS_OF = "SELECT m.member_id, r.rtype, r.display FROM member m CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM resource r WHERE r.tid = $1 AND r.rtype = m.kind AND r.id = m.member_id LIMIT 1) AS r WHERE m.tid = $1 AND m.group_id >= $2 AND m.group_id <= $2 AND (m.group_id, m.member_id) > ($2, $3) ORDER BY m.group_id, m.member_id LIMIT $4";
    /// The groups of a member, as people call them: tenant, member, id to start behind, limit.
    GROUPS_OF = "SELECT m.group_id, r.rtype, r.display FROM member m CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM count c CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM resource r WHERE r.tid = $1 AND r.rtype = c.rtype AND r.id = m.group_id LIMIT 1) AS r WHERE c.tid = $1 LIMIT 1) AS r WHERE m.tid = $1 AND m.member_id = $2 AND m.group_id > $3 ORDER BY m.group_id LIMIT $4";
    /// The first members of some groups, as people call them: tenant, groups, how many of each.
    MEMBERS_OF_EACH = "SELECT w.id, x.member_id, x.rtype, x.display FROM unnest($2::text[]) AS w (id) CROSS JOIN LATERAL (SELECT m.member_id, r.rtype, r.display FROM member m CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM resource r WHERE r.tid = $1 AND r.rtype = m.kind AND r.id = m.member_id LIMIT 1) AS r WHERE m.tid = $1 AND m.group_id = w.id ORDER BY m.member_id LIMIT $3) AS x";
    /// The first groups of some members, as people call them: tenant, members, how many of each.
    GROUPS_OF_EACH = "SELECT w.id, x.group_id, x.rtype, x.display FROM unnest($2::text[]) AS w (id) CROSS JOIN LATERAL (SELECT m.group_id, r.rtype, r.display FROM member m CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM count c CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM resource r WHERE r.tid = $1 AND r.rtype = c.rtype AND r.id = m.group_id LIMIT 1) AS r WHERE c.tid = $1 LIMIT 1) AS r WHERE m.tid = $1 AND m.member_id = w.id ORDER BY m.group_id LIMIT $3) AS x";
    /// Those of some ids who are members of some groups: tenant, groups, ids.
    THESE_MEMBERS = "SELECT m.group_id, m.member_id, r.rtype, r.display FROM unnest($2::text[]) AS g (id) CROSS JOIN unnest($3::text[]) AS w (id) CROSS JOIN LATERAL (SELECT m.group_id, m.member_id, m.kind FROM member m WHERE m.tid = $1 AND m.group_id = g.id AND m.member_id = w.id LIMIT 1) AS m CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM resource r WHERE r.tid = $1 AND r.rtype = m.kind AND r.id = m.member_id LIMIT 1) AS r";
    /// Those of some ids that are groups of some members: tenant, members, ids.
    THESE_GROUPS = "SELECT m.member_id, m.group_id, r.rtype, r.display FROM unnest($2::text[]) AS w (id) CROSS JOIN unnest($3::text[]) AS g (id) CROSS JOIN LATERAL (SELECT m.group_id, m.member_id FROM member m WHERE m.tid = $1 AND m.group_id = g.id AND m.member_id = w.id LIMIT 1) AS m CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM count c CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM resource r WHERE r.tid = $1 AND r.rtype = c.rtype AND r.id = m.group_id LIMIT 1) AS r WHERE c.tid = $1 LIMIT 1) AS r";
    /// Those of some ids who are members of a group: tenant, group, ids.
    MEMBERS_AMONG = "SELECT m.member_id, r.rtype, r.display FROM unnest($3::text[]) AS w (id) CROSS JOIN LATERAL (SELECT m.member_id, m.kind FROM member m WHERE m.tid = $1 AND m.group_id = $2 AND m.member_id = w.id LIMIT 1) AS m CROSS JOIN LATERAL (SELECT r.rtype, r.display FROM resource r WHERE r.tid = $1 AND r.rtype = m.kind AND r.id = m.member_id LIMIT 1) AS r";

    /// Puts entries: space, keys, values.
    PUT_STATES = "INSERT INTO state (space, key, val) SELECT $1::text, n.* FROM unnest($2::bytea[], $3::bytea[]) AS n ON CONFLICT (space, key) DO UPDATE SET val = excluded.val";
}

/// What PostgreSQL is sent for one of [`statements::ALL`]: a statement of this module with the same name, else the same one.
#[must_use]
pub fn of(text: &str) -> Option<&'static str> {
    let (at, (name, _)) = statements::ALL
        .iter()
        .enumerate()
        .find(|(_, (_, known))| *known == text)?;
    let of_name = |all: &[(&'static str, &'static str)]| {
        let found = all.iter().find(|(other, _)| other == name);
        found.map(|(_, text)| *text)
    };
    of_name(ALL).or_else(|| statements::with_dollars::ALL.get(at).map(|(_, text)| *text))
}

/// The table that must be there before anything can be locked.
pub const CREATE_META: &str =
    "CREATE TABLE IF NOT EXISTS meta (name text COLLATE \"C\" PRIMARY KEY, val text NOT NULL)";

/// The other tables and their walls, one statement each. Texts are compared byte for byte, as Rust compares them.
///
/// A wall lets a transaction see and change the rows of the tenant that it entered, and none if it entered none. It holds for the owner of
/// the tables, too, but not for a superuser.
pub(crate) const CREATE: &[&str] = &[
    "CREATE TABLE tenant (
        tid bigint PRIMARY KEY,
        slug text COLLATE \"C\" NOT NULL UNIQUE,
        next_seq bigint NOT NULL
    )",
    "CREATE TABLE resource (
        tid bigint NOT NULL,
        rtype text COLLATE \"C\" NOT NULL,
        id text COLLATE \"C\" NOT NULL,
        ext_id bytea,
        display text,
        version bigint NOT NULL,
        created_us bigint NOT NULL,
        modified_us bigint NOT NULL,
        doc text NOT NULL,
        PRIMARY KEY (tid, rtype, id)
    )",
    "CREATE INDEX resource_ext_id ON resource (tid, rtype, ext_id, id) WHERE ext_id IS NOT NULL",
    "CREATE TABLE uniq (
        tid bigint NOT NULL,
        rtype text COLLATE \"C\" NOT NULL,
        path text COLLATE \"C\" NOT NULL,
        val bytea NOT NULL,
        id text COLLATE \"C\" NOT NULL,
        PRIMARY KEY (tid, rtype, path, val)
    )",
    "CREATE TABLE attr_ix (
        tid bigint NOT NULL,
        rtype text COLLATE \"C\" NOT NULL,
        path text COLLATE \"C\" NOT NULL,
        val bytea NOT NULL,
        id text COLLATE \"C\" NOT NULL,
        elem bigint NOT NULL,
        PRIMARY KEY (tid, rtype, path, val, id, elem)
    )",
    "CREATE TABLE member (
        tid bigint NOT NULL,
        group_id text COLLATE \"C\" NOT NULL,
        member_id text COLLATE \"C\" NOT NULL,
        kind text COLLATE \"C\" NOT NULL,
        added_seq bigint NOT NULL,
        PRIMARY KEY (tid, group_id, member_id)
    )",
    "CREATE INDEX member_of ON member (tid, member_id, group_id)",
    "CREATE TABLE count (
        tid bigint NOT NULL,
        rtype text COLLATE \"C\" NOT NULL,
        n bigint NOT NULL,
        PRIMARY KEY (tid, rtype)
    )",
    // `mark` is the transaction's, so that one whose outcome got lost can be found again.
    "CREATE TABLE change_log (
        tid bigint NOT NULL,
        seq bigint NOT NULL,
        rtype text COLLATE \"C\" NOT NULL,
        id text COLLATE \"C\" NOT NULL,
        op text NOT NULL,
        version_before bigint,
        version_after bigint,
        at_us bigint NOT NULL,
        actor text NOT NULL,
        name text,
        delta text NOT NULL,
        mark text COLLATE \"C\",
        PRIMARY KEY (tid, seq)
    )",
    "CREATE TABLE token (
        lookup_id text COLLATE \"C\" PRIMARY KEY,
        tenant text COLLATE \"C\" NOT NULL,
        name text NOT NULL,
        secret_sha256 bytea NOT NULL,
        scope text NOT NULL,
        created_us bigint NOT NULL,
        expires_us bigint,
        revoked_us bigint,
        last_used_us bigint
    )",
    "CREATE INDEX token_of ON token (tenant, created_us, lookup_id)",
    "CREATE TABLE state (
        space text COLLATE \"C\" NOT NULL,
        key bytea NOT NULL,
        val bytea NOT NULL,
        PRIMARY KEY (space, key)
    )",
    "ALTER TABLE resource ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "ALTER TABLE uniq ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "ALTER TABLE attr_ix ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "ALTER TABLE member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "ALTER TABLE count ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "ALTER TABLE change_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "CREATE POLICY one_tenant ON resource USING (tid = nullif(current_setting('scimkit.tid', true), '')::bigint)",
    "CREATE POLICY one_tenant ON uniq USING (tid = nullif(current_setting('scimkit.tid', true), '')::bigint)",
    "CREATE POLICY one_tenant ON attr_ix USING (tid = nullif(current_setting('scimkit.tid', true), '')::bigint)",
    "CREATE POLICY one_tenant ON member USING (tid = nullif(current_setting('scimkit.tid', true), '')::bigint)",
    "CREATE POLICY one_tenant ON count USING (tid = nullif(current_setting('scimkit.tid', true), '')::bigint)",
    "CREATE POLICY one_tenant ON change_log USING (tid = nullif(current_setting('scimkit.tid', true), '')::bigint)",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What an engine that speaks the protocol lacks, or what must not depend on the engine.
    const DENIED: [&str; 14] = [
        "SAVEPOINT",
        "LISTEN",
        "NOTIFY",
        "LOCK TABLE",
        "ADVISORY",
        "NEXTVAL",
        "LIKE",
        "LOWER(",
        "UPPER(",
        "CITEXT",
        "JSON",
        "REFERENCES",
        "TRUNCATE",
        "SERIAL",
    ];

    #[test]
    fn only_the_portable_subset_is_used() {
        let tables = CREATE.iter().map(|text| ("CREATE", *text));
        for (name, text) in ALL.iter().copied().chain(tables) {
            let upper = text.to_uppercase();
            for denied in DENIED {
                assert!(!upper.contains(denied), "{name} uses {denied}");
            }
        }
    }

    #[test]
    fn a_wall_stands_around_every_table_of_tenants() {
        for text in CREATE {
            let Some(table) = text.strip_prefix("CREATE TABLE ") else {
                continue;
            };
            let name = table.split(' ').next().unwrap();
            let walls = CREATE.iter().filter(|other| {
                other.starts_with(&format!("ALTER TABLE {name} ENABLE"))
                    || other.starts_with(&format!("CREATE POLICY one_tenant ON {name} "))
            });
            let of_tenants = table.contains("tid bigint NOT NULL");
            assert_eq!(walls.count(), if of_tenants { 2 } else { 0 }, "{name}");
        }
    }

    #[test]
    fn what_concerns_resources_names_the_tenant() {
        let tables = [
            "resource ",
            "uniq ",
            "attr_ix ",
            "member ",
            "count ",
            "change_log ",
        ];
        for (name, text) in ALL {
            if tables
                .iter()
                .any(|table| text.contains(&format!(" {table}")))
            {
                assert!(
                    text.contains("tid = $1") || text.contains("$1::bigint"),
                    "{name}"
                );
            }
        }
    }
}
