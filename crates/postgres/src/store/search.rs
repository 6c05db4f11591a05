use std::collections::BTreeMap;

use scimkit_filter::{MembershipNeed, Related};
use scimkit_schema::{Membership, Name, ResourceId};
use scimkit_sql::{Bind, Find, Reader, ResourceRow, Search, postgres, statements};
use scimkit_store::Page;
use tokio_postgres::{Row, types::ToSql};

use super::{
    membership,
    rows::{column, resource},
};
use crate::{
    error::{Error, ErrorKind, Trouble},
    session::Session,
};

/// Runs a search on one state of the database.
pub(super) async fn run(session: &Session, tid: i64, search: &Search) -> Result<Page, Trouble> {
    let mut reads = Reads {
        session,
        tid,
        ahead: BTreeMap::new(),
    };
    search.run(&mut reads).await
}

struct Reads<'a> {
    session: &'a Session,
    tid: i64,
    /// Resources, by type and id, that came along with the look-up that found them: they are asked for next.
    ahead: BTreeMap<(Box<str>, String), ResourceRow>,
}

impl Reads<'_> {
    async fn query(&self, find: &Find) -> Result<Vec<Row>, Trouble> {
        let unknown = || Trouble::from(Error::new(ErrorKind::GivenUp));
        let sql = postgres::of(find.sql).ok_or_else(unknown)?;
        // The driver takes references to what it knows how to send.
        let with: Vec<Sent<'_>> = find.with.iter().map(Sent::of).collect();
        let with: Vec<&(dyn ToSql + Sync)> = with.iter().map(Sent::as_sql).collect();
        self.session.query(sql, &with).await
    }

    /// Whose a unique value is. The resource comes along, since a round trip costs more than a document.
    async fn owner(&mut self, mut find: Find) -> Result<Vec<String>, Trouble> {
        let [_, Bind::Text(type_name), _, Bind::Bytes(value), _] = &*find.with else {
            return Err(Error::new(ErrorKind::GivenUp).into());
        };
        let type_name = type_name.clone();
        // The first value behind it.
        let end = [&**value, &[0]].concat();
        find.with.insert(4, Bind::Bytes(end.into()));
        find.sql = statements::BY_UNIQUE_ORDER;
        let rows = self.resources(find).await?;
        let ids = rows.iter().map(|row| row.id.clone()).collect();
        let ahead = rows
            .into_iter()
            .map(|row| ((type_name.clone(), row.id.clone()), row));
        self.ahead.extend(ahead);
        Ok(ids)
    }
}

/// A value as the driver takes it.
enum Sent<'a> {
    Bytes(&'a [u8]),
    Number(i64),
    Text(&'a str),
}

impl<'a> Sent<'a> {
    fn of(value: &'a Bind) -> Self {
        match value {
            Bind::Bytes(bytes) => Self::Bytes(bytes),
            Bind::Number(number) => Self::Number(*number),
            Bind::Text(text) => Self::Text(text),
        }
    }

    fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(number) => number,
            Self::Text(text) => text,
        }
    }
}

impl Reader for Reads<'_> {
    type Error = Trouble;

    async fn number(&mut self, find: Find) -> Result<Option<i64>, Trouble> {
        let rows = self.query(&find).await?;
        rows.first().map(|row| column(row, 0)).transpose()
    }

    async fn ids(&mut self, find: Find) -> Result<Vec<String>, Trouble> {
        if find.sql == statements::BY_UNIQUE {
            return self.owner(find).await;
        }
        let rows = self.query(&find).await?;
        rows.iter().map(|row| column(row, 0)).collect()
    }

    async fn resources(&mut self, find: Find) -> Result<Vec<ResourceRow>, Trouble> {
        let rows = self.query(&find).await?;
        rows.iter().map(resource).collect()
    }

    async fn resources_of(
        &mut self,
        type_name: &Name,
        ids: &[ResourceId],
    ) -> Result<Vec<ResourceRow>, Trouble> {
        let mut found = Vec::with_capacity(ids.len());
        let mut rest = Vec::new();
        for id in ids {
            let key = (type_name.as_str().into(), id.to_string());
            match self.ahead.remove(&key) {
                Some(row) => found.push(row),
                None => rest.push(id.as_str()),
            }
        }
        if !rest.is_empty() {
            let with: [&(dyn ToSql + Sync); 3] = [&self.tid, &type_name.as_str(), &rest];
            for row in self.session.query(postgres::RESOURCES, &with).await? {
                found.push(resource(&row)?);
            }
        }
        Ok(found)
    }

    async fn related(
        &mut self,
        side: Membership,
        of: &[ResourceId],
        need: &MembershipNeed,
    ) -> Result<BTreeMap<ResourceId, Vec<Related>>, Trouble> {
        membership::needed(self.session, self.tid, of, side, need).await
    }
}
