use std::vec;

use rusqlite::Connection;
use scimkit_schema::{Name, SchemaSet};
use scimkit_sql::{ResourceRow, statements};
use scimkit_store::{Answer, Stored};

use super::rows::read_resource;
use crate::ask::{Ask, limit};

/// The resources of a type in the order of ids, read a stretch at a time.
pub(crate) struct Scan<'a> {
    connection: &'a Connection,
    tid: i64,
    schemas: &'a SchemaSet,
    type_name: &'a Name,
    rows: vec::IntoIter<ResourceRow>,
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
            rows,
            after: Some(String::new()),
        }
    }

    fn read_on(&mut self) -> Answer<()> {
        let Some(after) = self.after.take() else {
            return Ok(());
        };
        let with = (self.tid, self.type_name.as_str(), after, limit(STRETCH));
        let rows = self
            .connection
            .many(statements::SCAN, with, read_resource)?;
        if rows.len() == STRETCH {
            self.after = rows.last().map(|row| row.id.clone());
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
