//! Creates that were sent, as long as nobody knows what became of them.

use std::collections::BTreeMap;

use scimkit_filter::Filter;
use scimkit_schema::fold;
use scimkit_store::{StateStore, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    Named,
    state::{Batch, Rows},
};

/// A create that is about to be sent.
///
/// The directory may say something else by the time its answer is known to be lost: then only this tells which object of the target it made.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Creation {
    pub(crate) object: Named,
    /// The filters that find it, first the one to try first. When it was sent, they found nobody.
    pub(crate) filters: Vec<Box<str>>,
}

/// The creates whose outcome is open, in memory; changes go into a [`Batch`] at the same time.
#[derive(Debug, Default)]
pub(crate) struct Creations {
    open: BTreeMap<Box<str>, Creation>,
}

impl Creations {
    pub(crate) async fn load(rows: &Rows, store: &impl StateStore) -> Result<Self, StoreError> {
        let rows = rows.read_all::<Creation>(store, ROOM).await?.into_iter();
        let open = rows.map(|(_, creation)| (creation.object.id.clone(), creation));
        Ok(Self {
            open: open.collect(),
        })
    }

    pub(crate) fn begin(
        &mut self,
        creation: Creation,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        batch.put(ROOM, &[&creation.object.id], &creation)?;
        self.open.insert(creation.object.id.clone(), creation);
        Ok(())
    }

    /// The outcome is known.
    pub(crate) fn end(&mut self, source: &str, batch: &mut Batch) {
        if self.open.remove(source).is_some() {
            batch.remove(ROOM, &[source]);
        }
    }

    pub(crate) fn is_open(&self, source: &str) -> bool {
        self.open.contains_key(source)
    }

    /// Another object whose create is in doubt, and that one of these filters would find: what they find may be its.
    pub(crate) fn rival(&self, object: &Named, filters: &[Filter]) -> Option<&Named> {
        let is_same = |text: &str, filter: &Filter| fold(text) == fold(&filter.to_string());
        let mut others = self.open.values().filter(|creation| {
            creation.object.id != object.id && creation.object.kind == object.kind
        });
        let rival = others.find(|creation| {
            let mut texts = creation.filters.iter();
            texts.any(|text| filters.iter().any(|filter| is_same(text, filter)))
        });
        rival.map(|creation| &creation.object)
    }

    pub(crate) fn all(&self) -> Vec<Creation> {
        self.open.values().cloned().collect()
    }
}

/// The room that they are kept in.
pub(crate) const ROOM: &str = "creation";
