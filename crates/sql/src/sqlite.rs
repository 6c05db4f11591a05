//! What only SQLite is sent: the index of parts of texts, and statements that do to many rows at once what
//! [`statements`](crate::statements) do to one. Many values come as one JSON array.
//!
//! The index of parts is an FTS5 table without content, whose rows are numbered as those of `resource`. It knows which groups of three
//! characters a row has, not where: so it is small, and what it finds is checked in any case.

macro_rules! statements {
    ($($(#[$doc:meta])+ $name:ident = $text:literal;)+) => {
        $($(#[$doc])+ pub const $name: &str = $text;)+

        /// Every statement of this module, with its name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

statements! {
    /// Whose texts have some parts: tenant, type, the parts as FTS5 reads them, limit.
    BY_PARTS = "SELECT r.id FROM part p CROSS JOIN resource r WHERE p.part MATCH ?3 AND r.n = p.rowid AND r.tid = ?1 AND r.rtype = ?2 LIMIT ?4";
    /// Indexes the parts of texts: tenant, type, id, texts.
    INDEX_PARTS = "INSERT INTO part (rowid, text) SELECT n, ?4 FROM resource WHERE tid = ?1 AND rtype = ?2 AND id = ?3";
    /// Changes the parts: tenant, type, id, texts.
    CHANGE_PARTS = "UPDATE part SET text = ?4 WHERE rowid = (SELECT n FROM resource WHERE tid = ?1 AND rtype = ?2 AND id = ?3)";
    /// Takes the parts out of the index, before the resource goes: tenant, type, id.
    UNINDEX_PARTS = "DELETE FROM part WHERE rowid = (SELECT n FROM resource WHERE tid = ?1 AND rtype = ?2 AND id = ?3)";
    /// Takes all parts out of the index, before it is filled anew.
    UNINDEX_ALL_PARTS = "INSERT INTO part (part) VALUES ('delete-all')";
    /// Indexes values: tenant, type, id, pairs of a path and a value in hexadecimal digits.
    INDEX_VALUES = "INSERT INTO attr_ix (tid, rtype, path, val, id, elem) SELECT ?1, ?2, value ->> 0, unhex(value ->> 1), ?3, 0 FROM json_each(?4) WHERE true ON CONFLICT (tid, rtype, path, val, id, elem) DO NOTHING";
    /// Takes values out of the index: tenant, type, id, pairs of a path and a value in hexadecimal digits.
    UNINDEX_VALUES = "DELETE FROM attr_ix WHERE tid = ?1 AND rtype = ?2 AND id = ?3 AND (path, val) IN (SELECT value ->> 0, unhex(value ->> 1) FROM json_each(?4))";
    /// Deletes a resource, and with it all that stands beside it but its unique and indexed values, if it has this version or none is asked
    /// for, and gives what it was: tenant, type, id, version.
    TAKE_RESOURCE = "DELETE FROM resource WHERE tid = ?1 AND rtype = ?2 AND id = ?3 AND (?4 IS NULL OR version = ?4) RETURNING id, version, created_us, modified_us, doc";
    /// Puts an indexed value in the place of another one: tenant, type, path, former value, id, value.
    MOVE_VALUE = "UPDATE OR REPLACE attr_ix SET val = ?6 WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val = ?4 AND id = ?5";
    /// Takes a unique value in the place of another one, unless somebody has it: tenant, type, path, former value, value.
    MOVE_CLAIM = "UPDATE OR IGNORE uniq SET val = ?5 WHERE tid = ?1 AND rtype = ?2 AND path = ?3 AND val = ?4";

    /// Who of some is a member of a group: tenant, group, ids.
    MEMBERS_AMONG = "SELECT m.member_id FROM json_each(?3) j CROSS JOIN member m WHERE m.tid = ?1 AND m.group_id = ?2 AND m.member_id = j.value";
    /// The types of some resources, and who of them is a member of a group: tenant, group, ids.
    TYPES_AND_MEMBERS = "SELECT r.id, r.rtype, EXISTS (SELECT 1 FROM member m WHERE m.tid = ?1 AND m.group_id = ?2 AND m.member_id = r.id) FROM json_each(?3) j CROSS JOIN count c CROSS JOIN resource r WHERE c.tid = ?1 AND r.tid = c.tid AND r.rtype = c.rtype AND r.id = j.value";
    /// The types of some resources, and what people call them: tenant, ids.
    TYPES_OF = "SELECT r.id, r.rtype, r.display FROM json_each(?2) j CROSS JOIN count c CROSS JOIN resource r WHERE c.tid = ?1 AND r.tid = c.tid AND r.rtype = c.rtype AND r.id = j.value";
    /// One resource and its first groups, as people call them, as JSON in any order: tenant, type, id, how many groups.
    RESOURCE_WITH_GROUPS = "SELECT d.id, d.version, d.created_us, d.modified_us, d.doc, (SELECT json_object('groups', json_group_array(json_array(m.group_id, r.rtype, r.display))) FROM member m CROSS JOIN count c CROSS JOIN resource r WHERE m.tid = ?1 AND m.member_id = ?3 AND m.group_id IN (SELECT f.group_id FROM member f WHERE f.tid = ?1 AND f.member_id = ?3 ORDER BY f.group_id LIMIT ?4) AND c.tid = ?1 AND r.tid = ?1 AND r.rtype = c.rtype AND r.id = m.group_id) FROM resource d WHERE d.tid = ?1 AND d.rtype = ?2 AND d.id = ?3";
    /// The first groups of some members, as people call them: tenant, members, how many of each.
    GROUPS_OF_EACH = "SELECT m.member_id, m.group_id, r.rtype, r.display FROM json_each(?2) j CROSS JOIN member m CROSS JOIN count c CROSS JOIN resource r WHERE m.tid = ?1 AND m.member_id = j.value AND m.group_id IN (SELECT f.group_id FROM member f WHERE f.tid = ?1 AND f.member_id = j.value ORDER BY f.group_id LIMIT ?3) AND c.tid = ?1 AND r.tid = ?1 AND r.rtype = c.rtype AND r.id = m.group_id";
    /// Adds members: tenant, group, event, pairs of an id and a type.
    ADD_MEMBERS = "INSERT INTO member (tid, group_id, member_id, kind, added_seq) SELECT ?1, ?2, value ->> 0, value ->> 1, ?3 FROM json_each(?4) WHERE true ON CONFLICT (tid, group_id, member_id) DO NOTHING";
    /// Removes members: tenant, group, ids.
    REMOVE_MEMBERS = "DELETE FROM member WHERE tid = ?1 AND group_id = ?2 AND member_id IN (SELECT value FROM json_each(?3))";
    /// Adds an event and gives its number, the next one of the tenant: tenant, type, id, action, version before, version after, time, actor,
    /// name, details. Only one thread writes, so no number is given twice.
    ADD_EVENT = "INSERT INTO change_log (tid, seq, rtype, id, op, version_before, version_after, at_us, actor, name, delta) SELECT tid, coalesce((SELECT max(seq) + 1 FROM change_log WHERE tid = ?1), next_seq), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM tenant WHERE tid = ?1 RETURNING seq";
    /// Keeps the number of the next event, before the last one may go: tenant.
    KEEP_NEXT_SEQ = "UPDATE tenant SET next_seq = max(next_seq, coalesce((SELECT max(seq) + 1 FROM change_log WHERE tid = ?1), 1)) WHERE tid = ?1";
    /// Some resources of a type: tenant, type, ids as a JSON array.
    RESOURCES = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = ?1 AND rtype = ?2 AND id IN (SELECT value FROM json_each(?3))";
}
