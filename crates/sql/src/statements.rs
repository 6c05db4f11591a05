//! Every SQL text that a store sends, in one place: a finite list, values only as bound parameters, only what SQLite, PostgreSQL and
//! the engines that speak its protocol have in common.
//!
//! Parameters are numbered. `?1` is the tenant and `?2` the resource type wherever a statement is about resources.

macro_rules! statements {
    ($($(#[$doc:meta])+ $name:ident = $text:literal;)+) => {
        $($(#[$doc])+ pub const $name: &str = $text;)+

        /// Every statement, with its name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];

        /// The same statements with parameters as PostgreSQL writes them: `$1` for `?1`.
        pub mod with_dollars {
            $(
                $(#[$doc])+
                pub const $name: &str = {
                    const BYTES: [u8; super::$name.len()] = super::dollars(super::$name);
                    match std::str::from_utf8(&BYTES) {
                        Ok(text) => text,
                        Err(_) => "",
                    }
                };
            )+

            /// Every statement, with its name.
            pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
        }
    };
}

#[expect(clippy::indexing_slicing, reason = "checked when it is compiled")]
const fn dollars<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let from = text.as_bytes();
    let mut to = [0; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        to[at] = if from[at] == b'?' { b'$' } else { from[at] };
        at += 1;
    }
    to
}

statements! {
    /// A row of `meta`: name.
    META = "SELECT val FROM meta WHERE name = ?1";
    /// Sets a row of `meta`: name, value.
    SET_META = "INSERT INTO meta (name, val) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET val = excluded.val";

    /// The number of a tenant: name.
    TENANT = "SELECT tid FROM tenant WHERE slug = ?1";
    /// Makes a tenant unless there is one: name.
    CREATE_TENANT = "INSERT INTO tenant (slug, next_seq) VALUES (?1, 1) ON CONFLICT (slug) DO NOTHING";
    /// The numbers of all tenants.
    TENANTS = "SELECT tid FROM tenant ORDER BY tid";

    /// The version of a resource: tenant, type, id.
    VERSION = "SELECT version FROM resource WHERE tid = ?1 AND rtype = ?2 AND id = ?3";
    /// One resource: tenant, type, id.
    RESOURCE = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = ?1 AND rtype = ?2 AND id = ?3";
    /// A stretch of the resources of a type, in the order of ids: tenant, type, id to start behind, limit.
    SCAN = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = ?1 AND rtype = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
    /// A stretch of them backwards: tenant, type, id to start before, limit.
    SCAN_BACK = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = ?1 AND rtype = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4";
    /// A stretch of the resources of a type, those changed longest ago first: tenant, type, time and id to start behind, limit.
    BY_MODIFIED = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = ?1 AND rtype = ?2 AND (modified_us, id) > (?3, ?4) ORDER BY modified_us, id LIMIT ?5";
    /// A stretch of them backwards: tenant, type, time and id to start before, limit.
    BY_MODIFIED_BACK = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = ?1 AND rtype = ?2 AND (modified_us, id) < (?3, ?4) ORDER BY modified_us DESC, id DESC LIMIT ?5";
    /// Who was changed in a stretch of time: tenant, type, first time, time to stop before, limit.
    MODIFIED_BETWEEN = "SELECT id FROM resource WHERE tid = ?1 AND rtype = ?2 AND modified_us >= ?3 AND modified_us < ?4 ORDER BY modified_us LIMIT ?5";
    /// The id at an index among those of a type, read from the index alone: tenant, type, how many to skip.
    ID_AT = "SELECT id FROM resource WHERE tid = ?1 AND rtype = ?2 ORDER BY id LIMIT 1 OFFSET ?3";
    /// Adds a resource, unless it is there: tenant, type, id, externalId, display, version, created, modified, document.
    INSERT_RESOURCE = "INSERT INTO resource (tid, rtype, id, ext_id, display, version, created_us, modified_us, doc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (tid, rtype, id) DO NOTHING";
    /// Replaces a document, if the version is still the one before, and says when the resource was made: tenant, type, id, externalId,
    /// display, version, modified, document, version before.
    UPDATE_RESOURCE = "UPDATE resource SET ext_id = ?4, display = ?5, version = ?6, modified_us = ?7, doc = ?8 WHERE tid = ?1 AND rtype = ?2 AND id = ?3 AND version = ?9 RETURNING created_us";
    /// Changes the version alone: tenant, type, id, version, modified.
    BUMP_RESOURCE = "UPDATE resource SET version = ?4, modified_us = ?5 WHERE tid = ?1 AND rtype = ?2 AND id = ?3";
    /// Counts up the versions of the groups that a resource is in: tenant, member, modified.
    BUMP_GROUPS_OF = "UPDATE resource SET version = version + 1, modified_us = ?3 WHERE tid = ?1 AND rtype IN (SELECT rtype FROM count WHERE tid = ?1) AND id <> ?2 AND id IN (SELECT group_id FROM member WHERE tid = ?1 AND member_id = ?2)";
    /// Deletes a resource: tenant, type, id.
    DELETE_RESOURCE = "DELETE FROM resource WHERE tid = ?1 AND rtype = ?2 AND id = ?3";

    /// How many resources of a type there are: tenant, type.
    COUNT = "SELECT n FROM count WHERE tid = ?1 AND rtype = ?2";
    /// Adds to that number: tenant, type, difference.
    ADD_TO_COUNT = "INSERT INTO count (tid, rtype, n) VALUES (?1, ?2, ?3) ON CONFLICT (tid, rtype) DO UPDATE SET n = count.n + excluded.n";

    /// Takes a unique value, unless somebody has it: tenant, type, path, value, id.
    CLAIM = "INSERT INTO uniq (tid, rtype, path, val, id) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (tid, rtype, path, val) DO NOTHING";
    /// Gives a unique value back: tenant, type, path, value.
    RELEASE = "DELETE FROM uniq WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val = ?4";
    /// Gives every unique value back, before the table is filled anew.
    RELEASE_ALL = "DELETE FROM uniq";
    /// Whose a unique value is: tenant, type, path, value, limit.
    BY_UNIQUE = "SELECT id FROM uniq WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val = ?4 ORDER BY id LIMIT ?5";
    /// Who has a unique value in a range: tenant, type, path, first value, value to stop before, limit.
    UNIQUE_BETWEEN = "SELECT id FROM uniq WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val >= ?4 AND val < ?5 ORDER BY val LIMIT ?6";
    /// A stretch of the resources with a unique value, in the order of values: tenant, type, path, first value, value to stop before, limit.
    BY_UNIQUE_ORDER = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM uniq u CROSS JOIN resource r WHERE u.tid = ?1 AND u.rtype = ?2 AND u.path = ?3 AND u.val >= ?4 AND u.val < ?5 AND r.tid = u.tid AND r.rtype = u.rtype AND r.id = u.id ORDER BY u.val LIMIT ?6";
    /// A stretch of them backwards: tenant, type, path, last value, value to start before, limit.
    BY_UNIQUE_ORDER_BACK = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM uniq u CROSS JOIN resource r WHERE u.tid = ?1 AND u.rtype = ?2 AND u.path = ?3 AND u.val >= ?4 AND u.val < ?5 AND r.tid = u.tid AND r.rtype = u.rtype AND r.id = u.id ORDER BY u.val DESC LIMIT ?6";
    /// Indexes a value: tenant, type, path, value, id.
    INDEX_VALUE = "INSERT INTO attr_ix (tid, rtype, path, val, id, elem) VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT (tid, rtype, path, val, id, elem) DO NOTHING";
    /// Takes a value out of the index: tenant, type, path, value, id.
    UNINDEX_VALUE = "DELETE FROM attr_ix WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val = ?4 AND id = ?5";
    /// Takes every value out of the index, before the table is filled anew.
    UNINDEX_ALL = "DELETE FROM attr_ix";
    /// Who has an indexed value: tenant, type, path, value, limit.
    BY_VALUE = "SELECT id FROM attr_ix WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val = ?4 ORDER BY id LIMIT ?5";
    /// Who has an indexed value in a range: tenant, type, path, first value, value to stop before, limit.
    VALUES_BETWEEN = "SELECT id FROM attr_ix WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val >= ?4 AND val < ?5 ORDER BY val LIMIT ?6";
    /// A stretch of the resources with an indexed value, in the order of values and ids: tenant, type, path, value and id to start behind,
    /// value to stop before, limit.
    BY_VALUE_ORDER = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM attr_ix a CROSS JOIN resource r WHERE a.tid = ?1 AND a.rtype = ?2 AND a.path = ?3 AND (a.val, a.id) > (?4, ?5) AND a.val < ?6 AND r.tid = a.tid AND r.rtype = a.rtype AND r.id = a.id ORDER BY a.val, a.id LIMIT ?7";
    /// A stretch of them backwards: tenant, type, path, value and id to start before, last value, limit.
    BY_VALUE_ORDER_BACK = "SELECT r.id, r.version, r.created_us, r.modified_us, r.doc FROM attr_ix a CROSS JOIN resource r WHERE a.tid = ?1 AND a.rtype = ?2 AND a.path = ?3 AND (a.val, a.id) < (?4, ?5) AND a.val >= ?6 AND r.tid = a.tid AND r.rtype = a.rtype AND r.id = a.id ORDER BY a.val DESC, a.id DESC LIMIT ?7";
    /// Who has an externalId in a range: tenant, type, first value, value to stop before, limit.
    EXTERNAL_IDS_BETWEEN = "SELECT id FROM resource WHERE tid = ?1 AND rtype = ?2 AND ext_id >= ?3 AND ext_id < ?4 ORDER BY ext_id LIMIT ?5";
    /// Who has an externalId: tenant, type, value, limit.
    BY_EXTERNAL_ID = "SELECT id FROM resource WHERE tid = ?1 AND rtype = ?2 AND ext_id = ?3 ORDER BY id LIMIT ?4";

    /// Removes every member of a group: tenant, group.
    REMOVE_MEMBERS_OF = "DELETE FROM member WHERE tid = ?1 AND group_id = ?2";
    /// Removes a member from every group: tenant, member.
    REMOVE_GROUPS_OF = "DELETE FROM member WHERE tid = ?1 AND member_id = ?2";
    /// The ids of the members of a group: tenant, group, limit.
    MEMBER_IDS_OF = "SELECT member_id FROM member WHERE tid = ?1 AND group_id = ?2 ORDER BY member_id LIMIT ?3";
    /// The ids of the groups of a member: tenant, member, limit.
    GROUP_IDS_OF = "SELECT group_id FROM member WHERE tid = ?1 AND member_id = ?2 ORDER BY group_id LIMIT ?3";
    /// The members of a group, as people call them: tenant, group, id to start behind, limit.
    MEMBERS_OF = "SELECT m.member_id, r.rtype, r.display FROM member m CROSS JOIN resource r WHERE m.tid = ?1 AND m.group_id = ?2 AND m.member_id > ?3 AND r.tid = m.tid AND r.rtype = m.kind AND r.id = m.member_id ORDER BY m.member_id LIMIT ?4";
    /// The groups of a member, as people call them: tenant, member, id to start behind, limit.
    GROUPS_OF = "SELECT m.group_id, r.rtype, r.display FROM member m CROSS JOIN count c CROSS JOIN resource r WHERE m.tid = ?1 AND m.member_id = ?2 AND m.group_id > ?3 AND c.tid = m.tid AND r.tid = m.tid AND r.rtype = c.rtype AND r.id = m.group_id ORDER BY m.group_id LIMIT ?4";
    /// One member of a group: tenant, group, member.
    MEMBER = "SELECT m.member_id, r.rtype, r.display FROM member m CROSS JOIN resource r WHERE m.tid = ?1 AND m.group_id = ?2 AND m.member_id = ?3 AND r.tid = m.tid AND r.rtype = m.kind AND r.id = m.member_id";
    /// One group of a member: tenant, member, group.
    GROUP = "SELECT m.group_id, r.rtype, r.display FROM member m CROSS JOIN count c CROSS JOIN resource r WHERE m.tid = ?1 AND m.member_id = ?2 AND m.group_id = ?3 AND c.tid = m.tid AND r.tid = m.tid AND r.rtype = c.rtype AND r.id = m.group_id";

    /// The oldest events, with their times: tenant, limit.
    OLDEST_EVENTS = "SELECT seq, at_us FROM change_log WHERE tid = ?1 ORDER BY seq LIMIT ?2";
    /// Forgets events: tenant, last number.
    FORGET_EVENTS = "DELETE FROM change_log WHERE tid = ?1 AND seq <= ?2";
    /// The events behind a number: tenant, number, limit.
    EVENTS = "SELECT seq, rtype, id, op, version_before, version_after, at_us, actor, name, delta FROM change_log WHERE tid = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    /// Those of one resource: tenant, number, limit, type, id.
    EVENTS_OF = "SELECT seq, rtype, id, op, version_before, version_after, at_us, actor, name, delta FROM change_log WHERE tid = ?1 AND seq > ?2 AND rtype = ?4 AND id = ?5 ORDER BY seq LIMIT ?3";
    /// Those of a stretch of time: tenant, number, limit, first time, time to stop before.
    EVENTS_BETWEEN = "SELECT seq, rtype, id, op, version_before, version_after, at_us, actor, name, delta FROM change_log WHERE tid = ?1 AND seq > ?2 AND at_us >= ?4 AND at_us < ?5 ORDER BY seq LIMIT ?3";

    /// A token: look-up id.
    TOKEN = "SELECT lookup_id, tenant, name, secret_sha256, scope, created_us, expires_us, revoked_us, last_used_us FROM token WHERE lookup_id = ?1";
    /// The tokens of a tenant, oldest first: name of the tenant.
    TOKENS_OF = "SELECT lookup_id, tenant, name, secret_sha256, scope, created_us, expires_us, revoked_us, last_used_us FROM token WHERE tenant = ?1 ORDER BY created_us, lookup_id";
    /// Adds or replaces a token, except for its last use: look-up id, tenant, name, hash, scope, created, expires, revoked.
    PUT_TOKEN = "INSERT INTO token (lookup_id, tenant, name, secret_sha256, scope, created_us, expires_us, revoked_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (lookup_id) DO UPDATE SET tenant = excluded.tenant, name = excluded.name, secret_sha256 = excluded.secret_sha256, scope = excluded.scope, created_us = excluded.created_us, expires_us = excluded.expires_us, revoked_us = excluded.revoked_us";
    /// Moves the last use of a token forward: look-up id, time.
    TOUCH_TOKEN = "UPDATE token SET last_used_us = ?2 WHERE lookup_id = ?1 AND (last_used_us IS NULL OR last_used_us < ?2)";

    /// Entries in the order of keys: space, first key, key to stop before, limit.
    STATE = "SELECT key, val FROM state WHERE space = ?1 AND key >= ?2 AND key < ?3 ORDER BY key LIMIT ?4";
    /// Puts an entry: space, key, value.
    PUT_STATE = "INSERT INTO state (space, key, val) VALUES (?1, ?2, ?3) ON CONFLICT (space, key) DO UPDATE SET val = excluded.val";
    /// Removes an entry: space, key.
    REMOVE_STATE = "DELETE FROM state WHERE space = ?1 AND key = ?2";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one of the engines lacks, or answers differently.
    const DENIED: [&str; 16] = [
        "SAVEPOINT",
        "REPLACE",
        "OR IGNORE",
        "ROWID",
        "JSON",
        "COLLATE",
        "LIKE",
        "GLOB",
        "LOWER(",
        "UPPER(",
        "CITEXT",
        "NEXTVAL",
        "LISTEN",
        "NOTIFY",
        "LOCK",
        "COUNT(*)",
    ];

    #[test]
    fn only_the_portable_subset_is_used() {
        for (name, text) in ALL {
            let upper = text.to_uppercase();
            for denied in DENIED {
                assert!(!upper.contains(denied), "{name} uses {denied}");
            }
        }
    }

    #[test]
    fn values_are_always_bound() {
        for (name, text) in ALL {
            assert!(!text.contains('\''), "{name} holds a text literal");
            assert!(
                !text.contains('"') && !text.contains(';') && !text.contains('{'),
                "{name}"
            );
            let numbers: std::collections::BTreeSet<u32> = text
                .split('?')
                .skip(1)
                .map(|rest| {
                    rest.chars()
                        .take_while(char::is_ascii_digit)
                        .collect::<String>()
                        .parse()
                        .unwrap()
                })
                .collect();
            let expected = (1..=u32::try_from(numbers.len()).unwrap()).collect();
            assert_eq!(
                numbers, expected,
                "{name}: parameters are numbered from 1 without gaps"
            );
        }
    }

    #[test]
    fn dollars_take_the_place_of_question_marks() {
        for ((name, text), (same, dollars)) in ALL.iter().zip(with_dollars::ALL) {
            assert_eq!((name, text.replace('?', "$").as_str()), (same, *dollars));
        }
    }

    #[test]
    fn every_statement_has_a_name_and_text_of_its_own() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|(name, _)| name).collect();
        let texts: std::collections::BTreeSet<_> = ALL.iter().map(|(_, text)| text).collect();
        assert_eq!((names.len(), texts.len()), (ALL.len(), ALL.len()));
    }
}
