use std::{collections::BTreeMap, sync::Arc};

use futures_util::join;
use scimkit_sql::{postgres, statements::with_dollars as statements};
use scimkit_store::{Answer, Edit, Entry, StateStore};

use crate::{
    database::Inner,
    error::Trouble,
    session::in_order,
    store::rows::{column, limit as sql_limit},
};

/// The memory of one provisioning application in a PostgreSQL database. Clones share it.
#[derive(Clone, Debug)]
pub struct PostgresState {
    inner: Arc<Inner>,
    space: Arc<str>,
}

impl PostgresState {
    pub(crate) fn new(inner: Arc<Inner>, space: &str) -> Self {
        let space = crate::store::rows::plain(space).into();
        Self { inner, space }
    }
}

impl StateStore for PostgresState {
    async fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Answer<Vec<Entry>> {
        let asked = Arc::new((self.space.clone(), from.to_vec(), to.to_vec()));
        let found = self.inner.retried(move |inner| {
            let asked = asked.clone();
            async move {
                let (space, from, to) = (&*asked.0, &asked.1, &asked.2);
                let session = inner.session().await?;
                let rows = session
                    .query(statements::STATE, &[&space, from, to, &sql_limit(limit)])
                    .await?;
                let entry = |row| -> Result<Entry, Trouble> {
                    Ok((
                        column::<&[u8]>(row, 0)?.into(),
                        column::<&[u8]>(row, 1)?.into(),
                    ))
                };
                rows.iter().map(entry).collect()
            }
        });
        found.await
    }

    /// If the connection is lost meanwhile, the edits are done again: they come to the same.
    async fn commit(&self, edits: Vec<Edit>) -> Answer<()> {
        // In the order of keys, so that two commits do not wait for each other in a circle. Of one key the last edit counts.
        let edits: Arc<BTreeMap<_, _>> = Arc::new(edits.into_iter().collect());
        let space = self.space.clone();
        let done = self.inner.retried(move |inner| {
            let (edits, space) = (edits.clone(), space.clone());
            async move { commit(&inner, &space, &edits).await }
        });
        done.await
    }
}

async fn commit(
    inner: &Inner,
    space: &str,
    edits: &BTreeMap<Box<[u8]>, Option<Box<[u8]>>>,
) -> Result<(), Trouble> {
    let put = edits
        .iter()
        .filter_map(|(key, value)| Some((&**key, value.as_deref()?)));
    let (keys, values): (Vec<&[u8]>, Vec<&[u8]>) = put.unzip();
    let removed = edits.iter().filter(|(_, value)| value.is_none());
    let session = inner.open_transaction(postgres::BEGIN).await?;
    let removed: Vec<_> = removed
        .map(|(key, _)| {
            let session = &session;
            async move {
                session
                    .query(statements::REMOVE_STATE, &[&space, &&**key])
                    .await
            }
        })
        .collect();
    let (put, removed, committed) = join!(
        async {
            session
                .change(keys.len(), postgres::PUT_STATES, &[&space, &keys, &values])
                .await
        },
        in_order(removed),
        session.commit()
    );
    let removed: Result<Vec<_>, _> = removed.into_iter().collect();
    match put.and(removed.map(drop)).and(committed) {
        Ok(()) => {
            session.done();
            Ok(())
        }
        Err(trouble) => {
            session.undo().await;
            Err(trouble)
        }
    }
}
