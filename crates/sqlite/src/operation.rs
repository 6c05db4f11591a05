//! What an operator asks of a file while it is in use.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, backup::Backup};
use scimkit_store::Answer;

use crate::{
    SqliteDatabase,
    ask::Ask,
    error::{Error, ErrorKind, from_driver},
};

impl SqliteDatabase {
    /// Copies the database as it is at this moment into a file, while others read and write. The copy is a database like the first one. It
    /// takes the place of what is there only when it is complete.
    ///
    /// # Errors
    /// What the storage reports. There may be a file with `.part` at the end of its name then.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use scimkit_schema::SchemaSet;
    /// # use scimkit_sqlite::SqliteDatabase;
    /// # pollster::block_on(async {
    /// # let folder = tempfile::tempdir()?;
    /// # let (path, copy) = (folder.path().join("tenants.db"), folder.path().join("copy.db"));
    /// let database = SqliteDatabase::open(path, Arc::new(SchemaSet::core()))?;
    /// database.backup(&copy).await?;
    /// assert!(SqliteDatabase::open(copy, Arc::new(SchemaSet::core()))?.check().await.is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub async fn backup(&self, path: impl AsRef<Path>) -> Answer<()> {
        let path = path.as_ref().to_owned();
        let done = self
            .inner()
            .readers
            .aside(move |connection| Ok(copy(connection, &path)?));
        done.await
    }

    /// Reads the whole file and looks for damage.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`] with what is wrong as its source, or what else the storage reports.
    pub async fn check(&self) -> Answer<()> {
        let done = self.inner().readers.aside(|connection| {
            let found =
                connection.many("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))?;
            match found.as_slice() {
                [only] if only == "ok" => Ok(()),
                found => Err(Error::damaged(&found.join("; ")).into()),
            }
        });
        done.await
    }
}

fn copy(connection: &Connection, path: &Path) -> Result<(), Error> {
    let mut part = OsString::from(path);
    part.push(".part");
    let part = PathBuf::from(part);
    let cannot_open = |error| Error::with_source(ErrorKind::CannotOpen, error);
    if part.exists() {
        std::fs::remove_file(&part).map_err(cannot_open)?;
    }
    let mut target = Connection::open(&part).map_err(from_driver)?;
    let copied = Backup::new(connection, &mut target).map_err(from_driver)?;
    // All at once, so that nobody who writes meanwhile makes it begin anew.
    let step = copied.step(-1).map_err(from_driver)?;
    drop(copied);
    target.close().map_err(|(_, error)| from_driver(error))?;
    if step != rusqlite::backup::StepResult::Done {
        return Err(Error::new(ErrorKind::Locked));
    }
    std::fs::rename(&part, path).map_err(cannot_open)
}
