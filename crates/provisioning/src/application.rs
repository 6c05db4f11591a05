use std::fmt;

use scimkit_mapping::{MappingSet, schema::SynchronizationSchema};
use scimkit_store::{StateStore, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    Evidence, Options, Quarantine, QuarantineReason, SecretReference, TestedConnection,
    engine::{DUE, QUARANTINE},
    state::{Batch, Rows},
};

/// A saved provisioning application: one target with its mappings and options, under a name.
///
/// Applications of different names live in one [`StateStore`] without knowing of each other.
#[derive(Clone, Debug)]
pub struct Application {
    name: Box<str>,
    evidence: Evidence,
    secret: SecretReference,
    mappings: MappingSet,
    options: Options,
}

impl Application {
    /// Saves an application. Only a connection that passed its test can be saved.
    ///
    /// Saving under a name that is there already replaces connection, mappings and options. What was provisioned stays linked. A job that is in
    /// quarantine because of its target leaves it, and a cycle is due at once: the test shows that the target is well.
    ///
    /// # Errors
    /// [`ApplicationError`] when the name cannot be used or the state cannot be written.
    pub async fn save<T>(
        tested: &TestedConnection<T>,
        name: &str,
        mappings: MappingSet,
        options: Options,
        state: &impl StateStore,
    ) -> Result<Self, ApplicationError> {
        if name.trim().is_empty()
            || name.chars().count() > MAX_NAME
            || name.contains(char::is_control)
        {
            return Err(ApplicationErrorKind::Name.into());
        }
        let application = Self {
            name: name.into(),
            evidence: tested.evidence().clone(),
            secret: tested.secret().clone(),
            mappings,
            options,
        };
        let rows = Rows::of(name);
        let mut batch = Batch::new(&rows);
        application.put(&mut batch)?;
        let quarantine: Option<Quarantine> = rows.read(state, QUARANTINE, &[]).await?;
        let reason = quarantine.map(|quarantine| quarantine.reason);
        if reason == Some(QuarantineReason::EncounteredQuarantineException) {
            batch.remove(QUARANTINE, &[]);
            batch.put(DUE, &[], &tested.evidence().tested_at().to_string())?;
        }
        batch.commit(state).await?;
        Ok(application)
    }

    /// Reads a saved application.
    ///
    /// # Errors
    /// [`ApplicationErrorKind::NotSaved`] when there is none of this name, and other kinds when the state cannot be read.
    pub async fn load(name: &str, state: &impl StateStore) -> Result<Self, ApplicationError> {
        let record: Option<Record> = Rows::of(name).read(state, ROOM, &[]).await?;
        let record = record.ok_or_else(|| ApplicationErrorKind::NotSaved(shown(name)))?;
        let schema = SynchronizationSchema::from_json(&record.schema);
        let mappings = schema
            .and_then(|schema| MappingSet::from_schema(&record.template, schema))
            .map_err(ApplicationErrorKind::Mapping)?;
        Ok(Self {
            name: name.into(),
            evidence: record.evidence,
            secret: record.secret,
            mappings,
            options: record.options,
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the connection test proved.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Where the token is kept.
    #[must_use]
    pub const fn secret(&self) -> &SecretReference {
        &self.secret
    }

    /// The mappings.
    #[must_use]
    pub const fn mappings(&self) -> &MappingSet {
        &self.mappings
    }

    /// How it provisions.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Changes the mappings and saves them. If they cannot be used afterwards, nothing has changed.
    ///
    /// # Errors
    /// [`ApplicationErrorKind::Mapping`] when the mappings are locked or the change does not work.
    pub async fn edit_mappings(
        &mut self,
        change: impl FnOnce(&mut SynchronizationSchema) + Send,
        state: &impl StateStore,
    ) -> Result<(), ApplicationError> {
        let mut changed = self.clone();
        changed
            .mappings
            .edit(change)
            .map_err(ApplicationErrorKind::Mapping)?;
        let mut batch = Batch::new(&Rows::of(&changed.name));
        changed.put(&mut batch)?;
        batch.commit(state).await?;
        *self = changed;
        Ok(())
    }

    fn put(&self, batch: &mut Batch) -> Result<(), StoreError> {
        let record = Record {
            evidence: self.evidence.clone(),
            secret: self.secret.clone(),
            template: self.mappings.name().into(),
            schema: self.mappings.schema().to_json().into(),
            options: self.options.clone(),
        };
        batch.put(ROOM, &[], &record)
    }
}

/// An application at rest.
#[derive(Deserialize, Serialize)]
struct Record {
    evidence: Evidence,
    secret: SecretReference,
    template: Box<str>,
    schema: Box<str>,
    options: Options,
}

/// An application that could not be saved, read or changed.
#[derive(Debug)]
pub struct ApplicationError(ApplicationErrorKind);

/// Why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplicationErrorKind {
    /// The mappings are locked, or cannot be used.
    #[error(transparent)]
    Mapping(scimkit_mapping::Error),
    /// The name cannot be used.
    #[error("an application needs a name of 1 to 120 characters, without control characters")]
    Name,
    /// There is no application of this name.
    #[error("no application `{0}` is saved: test a connection and save it first")]
    NotSaved(Box<str>),
    /// The state cannot be read or written.
    #[error("the state of the application cannot be read or written")]
    Store(#[source] StoreError),
}

impl ApplicationError {
    /// Why.
    #[must_use]
    pub const fn kind(&self) -> &ApplicationErrorKind {
        &self.0
    }
}

impl From<ApplicationErrorKind> for ApplicationError {
    fn from(kind: ApplicationErrorKind) -> Self {
        Self(kind)
    }
}

impl From<StoreError> for ApplicationError {
    fn from(error: StoreError) -> Self {
        Self(ApplicationErrorKind::Store(error))
    }
}

impl fmt::Display for ApplicationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ApplicationError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

fn shown(text: &str) -> Box<str> {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

const ROOM: &str = "application";

/// The longest name, in characters.
const MAX_NAME: usize = 120;
