use std::{collections::BTreeMap, future::Future, sync::Arc};

use scimkit_filter::{MembershipNeed, Related};
use scimkit_schema::{DateTime, Membership, Name, ResourceId, SchemaSet, Version};
use scimkit_store::{Answer, Key, StoreError, Stored};

use crate::{Find, codec};

/// What a [`Search`](crate::Search) asks an engine, always of one state of the database and of one tenant.
pub trait Reader {
    /// Why it could not read.
    type Error: From<StoreError> + Send;

    /// The one number of a statement, if it has a row.
    fn number(
        &mut self,
        find: Find,
    ) -> impl Future<Output = Result<Option<i64>, Self::Error>> + Send;

    /// The ids that a statement finds.
    fn ids(&mut self, find: Find) -> impl Future<Output = Result<Vec<String>, Self::Error>> + Send;

    /// The resources that a statement finds, in its order.
    fn resources(
        &mut self,
        find: Find,
    ) -> impl Future<Output = Result<Vec<ResourceRow>, Self::Error>> + Send;

    /// Those of these ids that are resources of a type, in any order.
    fn resources_of(
        &mut self,
        type_name: &Name,
        ids: &[ResourceId],
    ) -> impl Future<Output = Result<Vec<ResourceRow>, Self::Error>> + Send;

    /// What a filter needs to see of the relation of some resources, which stand on this side of it. Who has nothing may be missing.
    fn related(
        &mut self,
        side: Membership,
        of: &[ResourceId],
        need: &MembershipNeed,
    ) -> impl Future<Output = Result<BTreeMap<ResourceId, Vec<Related>>, Self::Error>> + Send;
}

/// A resource as the tables hold it, in the order of the columns of every statement that reads resources.
#[derive(Clone, Debug)]
pub struct ResourceRow {
    /// The id.
    pub id: String,
    /// The version.
    pub version: i64,
    /// When it was made, in microseconds.
    pub created: i64,
    /// When it last changed, in microseconds.
    pub modified: i64,
    /// The document.
    pub document: String,
}

impl ResourceRow {
    /// Reads the document.
    ///
    /// # Errors
    /// When it is not what was written.
    pub fn into_stored(self, schemas: &SchemaSet, type_name: &Name) -> Answer<Stored> {
        let resource_type = schemas.by_name(type_name).map(|known| &**known);
        let document =
            codec::read_document(resource_type, &self.document).map_err(StoreError::other)?;
        let id = codec::read_id(&self.id).map_err(StoreError::other)?;
        Ok(Stored {
            key: Key::new(type_name.clone(), id),
            version: Version::from_number(self.version.unsigned_abs()),
            created: DateTime::from_unix_micros(self.created),
            modified: DateTime::from_unix_micros(self.modified),
            document: Arc::new(document),
        })
    }
}
