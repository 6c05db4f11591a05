//! What only SQLite is sent: the index of parts of texts, and statements that read many rows at once.
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
    /// Some resources of a type: tenant, type, ids as a JSON array.
    RESOURCES = "SELECT id, version, created_us, modified_us, doc FROM resource WHERE tid = ?1 AND rtype = ?2 AND id IN (SELECT value FROM json_each(?3))";
}
