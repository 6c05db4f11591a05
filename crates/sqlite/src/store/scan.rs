use std::vec;

use rusqlite::Connection;
use scimkit_schema::{Name, SchemaSet};
use scimkit_sql::statements;
use scimkit_store::{Answer, Stored};

use super::rows::RawResource;
use crate::ask::{Ask, limit};

/// The resources of a type in the order of ids, read a stretch at a time.
pub(crate) struct Scan<'a> {
    connection: &'a Connection,
    tid: i64,
    schemas: &'a SchemaSet,
    type_name: &'a Name,
    stretch: usize,
    rows: vec::IntoIter<RawResource>,
    /// The last id that was read; none once everything was.
    after: Option<String>,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(
        connection: &'a Connection,
        tid: i64,
        schemas: &'a SchemaSet,
        type_name: &'a Name,
    ) -> Self {
        let rows = Vec::new().into_iter();
        Self {
            connection,
            tid,
            schemas,
            type_name,
            stretch: STRETCH,
            rows,
            after: Some(String::new()),
        }
    }

    /// This, starting behind an id.
    pub(super) fn after(mut self, id: &str) -> Self {
        self.after = Some(id.to_owned());
        self
    }

    /// This, for a reader who will take about `count`.
    pub(super) fn about(mut self, count: usize) -> Self {
        self.stretch = count.clamp(1, STRETCH);
        self
    }

    fn read_on(&mut self) -> Answer<()> {
        let Some(after) = self.after.take() else {
            return Ok(());
        };
        let with = (
            self.tid,
            self.type_name.as_str(),
            after,
            limit(self.stretch),
        );
        let rows = self
            .connection
            .many(statements::SCAN, with, RawResource::read)?;
        if rows.len() == self.stretch {
            self.after = rows.last().map(|row| row.id().to_owned());
        }
        self.rows = rows.into_iter();
        Ok(())
    }
}

impl Iterator for Scan<'_> {
    type Item = Answer<Stored>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rows.len() == 0
            && let Err(error) = self.read_on()
        {
            return Some(Err(error));
        }
        let row = self.rows.next()?;
        Some(row.into_stored(self.schemas, self.type_name))
    }
}

/// How many rows are in memory at once.
const STRETCH: usize = 256;
