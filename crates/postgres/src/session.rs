use std::{
    fmt,
    future::{Future, poll_fn},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
};

use deadpool_postgres::Object;
use futures_util::{
    FutureExt,
    future::{BoxFuture, maybe_done},
    join,
};
use scimkit_sql::postgres;
use tokio_postgres::{Row, types::ToSql};

use crate::error::{Error, ErrorKind, Trouble, from_driver};

pub(crate) type With<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection out of the pool, in a transaction of one tenant or in none.
///
/// What is asked of it goes out when its future is first polled, without waiting for answers to what was asked before: futures that are
/// joined share one round trip, and the server does their work in the order in which they are joined. The transaction itself begins on the
/// way of the first one.
///
/// A session that is dropped before its transaction has an end closes the connection, so that nobody inherits the transaction.
pub(crate) struct Session {
    connection: Option<Object>,
    /// What must go out before anything else.
    beginning: Mutex<Option<Beginning>>,
    in_transaction: bool,
    /// Whether something failed, and how much waits before it can go out: a commit must neither follow the one nor overtake the other.
    failed: AtomicBool,
    waiting: AtomicUsize,
}

struct Beginning {
    begin: &'static str,
    /// The tenant, and what this process believes of the index tables.
    door: Option<(i64, Arc<str>)>,
}

impl Session {
    /// A session in which each statement stands for itself.
    pub(crate) const fn plain(connection: Object) -> Self {
        Self::with(connection, None)
    }

    /// A transaction that belongs to no tenant.
    pub(crate) const fn of_nobody(connection: Object, begin: &'static str) -> Self {
        Self::with(connection, Some(Beginning { begin, door: None }))
    }

    /// A transaction of one tenant: `begin` and then its door.
    pub(crate) fn of_tenant(
        connection: Object,
        begin: &'static str,
        tid: i64,
        coverage: Arc<str>,
    ) -> Self {
        let door = Some((tid, coverage));
        Self::with(connection, Some(Beginning { begin, door }))
    }

    const fn with(connection: Object, beginning: Option<Beginning>) -> Self {
        Self {
            connection: Some(connection),
            in_transaction: beginning.is_some(),
            beginning: Mutex::new(beginning),
            failed: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Every row.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        with: With<'_>,
    ) -> Result<Vec<Row>, Trouble> {
        let beginning = self
            .beginning
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match beginning {
            Some(beginning) => Box::pin(self.begin(beginning, sql, with)).await,
            None => self.ask(sql, with).await,
        }
    }

    /// The one row there is, if there is one.
    pub(crate) async fn one(
        &self,
        sql: &'static str,
        with: With<'_>,
    ) -> Result<Option<Row>, Trouble> {
        Ok(self.query(sql, with).await?.into_iter().next())
    }

    /// Does a statement for as many rows as were collected; for none, nothing.
    pub(crate) async fn change(
        &self,
        rows: usize,
        sql: &'static str,
        with: With<'_>,
    ) -> Result<(), Trouble> {
        if rows == 0 {
            return Ok(());
        }
        self.query(sql, with).await.map(drop)
    }

    /// Sends a statement without parameters as it is.
    pub(crate) async fn run(&self, sql: &'static str) -> Result<(), Trouble> {
        self.connection()?
            .batch_execute(sql)
            .await
            .map_err(from_driver)
    }

    /// Commits. In a join it stands last. If the server fails to do something before it, the server makes it a rollback; if something could
    /// not even be sent, this is not sent either.
    pub(crate) async fn commit(&self) -> Result<(), Trouble> {
        if self.failed.load(Ordering::Relaxed) || self.waiting.load(Ordering::Relaxed) > 0 {
            return Err(Error::new(ErrorKind::GivenUp).into());
        }
        self.run("COMMIT").await
    }

    /// Gives the connection back after the transaction had its end.
    pub(crate) fn done(mut self) {
        self.in_transaction = false;
    }

    /// Ends a transaction that only read, whatever it came to.
    pub(crate) async fn leave<T>(self, answer: Result<T, Trouble>) -> Result<T, Trouble> {
        match answer {
            Ok(_) => self.leave_well(),
            Err(_) => self.undo().await,
        }
        answer
    }

    /// Nobody waits for the answer to the end of a transaction that only read.
    fn leave_well(mut self) {
        let untouched = self
            .beginning
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some();
        if untouched {
            self.in_transaction = false;
        } else if let Some(connection) = &self.connection {
            // Polled once, it is on its way, and what is asked next comes behind it.
            let sent = connection.batch_execute("COMMIT").now_or_never();
            self.in_transaction = matches!(sent, Some(Err(_)));
        }
    }

    /// Undoes the transaction, and keeps the connection if it still works.
    pub(crate) async fn undo(mut self) {
        self.in_transaction = self.run("ROLLBACK").await.is_err();
    }

    async fn begin(
        &self,
        beginning: Beginning,
        sql: &'static str,
        with: With<'_>,
    ) -> Result<Vec<Row>, Trouble> {
        let entered = async {
            match beginning.door {
                Some((tid, coverage)) => self.enter(tid, &coverage).await,
                None => Ok(()),
            }
        };
        let (begun, entered, rows) = join!(self.run(beginning.begin), entered, self.ask(sql, with));
        begun?;
        entered?;
        rows
    }

    /// Enters a tenant until the end of the transaction. Fails if the index tables are not as this process believes.
    pub(crate) async fn enter(&self, tid: i64, coverage: &str) -> Result<(), Trouble> {
        let rows = self
            .ask(postgres::ENTER, &[&tid.to_string(), &coverage])
            .await?;
        let is_as_believed = rows.first().map(|row| row.try_get::<_, bool>(0));
        match is_as_believed.transpose().map_err(from_driver)? {
            Some(true) => Ok(()),
            Some(false) => Err(Error::new(ErrorKind::OtherSchemas).into()),
            None => Err(Error::new(ErrorKind::Damaged).into()),
        }
    }

    /// In a box, since many of these are joined.
    fn ask<'a>(
        &'a self,
        sql: &'static str,
        with: With<'a>,
    ) -> BoxFuture<'a, Result<Vec<Row>, Trouble>> {
        Box::pin(async move {
            let connection = self.connection()?;
            self.waiting.fetch_add(1, Ordering::Relaxed);
            // INVARIANT: every statement was prepared when the connection was made, so this does not wait, and nothing is overtaken.
            let prepared = connection.prepare_cached(sql).await;
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            let rows = match prepared {
                Ok(statement) => connection.query(&statement, with).await,
                Err(error) => Err(error),
            };
            rows.map_err(|error| {
                self.failed.store(true, Ordering::Relaxed);
                from_driver(error)
            })
        })
    }

    fn connection(&self) -> Result<&Object, Trouble> {
        self.connection
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::GivenUp).into())
    }
}

/// Waits for all of them. Each poll reaches every one, in order, so everything goes out when this is first polled; `join_all` does not
/// promise as much, and what it held back would come behind the commit.
pub(crate) async fn in_order<T>(asked: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut asked: Vec<_> = asked
        .into_iter()
        .map(|one| Box::pin(maybe_done(one)))
        .collect();
    poll_fn(|context| {
        let mut done = Poll::Ready(());
        for one in &mut asked {
            if one.as_mut().poll(context).is_pending() {
                done = Poll::Pending;
            }
        }
        done
    })
    .await;
    let answers = asked.iter_mut().map(|one| one.as_mut().take_output());
    answers.flatten().collect()
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|_| self.in_transaction) {
            drop(Object::take(connection));
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("in_transaction", &self.in_transaction)
            .finish_non_exhaustive()
    }
}
