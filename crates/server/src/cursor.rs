use std::sync::Arc;

use scimkit_protocol::ListQuery;
use scimkit_schema::{DateTime, ResourceType, ScimType};
use scimkit_store::Start;
use sha2::{Digest, Sha256};

use crate::{SigningKey, problem::Problem};

/// The place of a page of results, as it travels through the client
/// ([RFC 9865 §2](https://www.rfc-editor.org/rfc/rfc9865#section-2)).
///
/// The service keeps nothing of it. It is signed, not secret: a client could read where its own page ended. It works for the tenant,
/// endpoint, filter and order that it was made for, until it expires. It is no permission: who brings it is asked for that as always.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Cursor {
    pub(crate) expires: DateTime,
    /// The `count` that the first request gave, if any.
    pub(crate) count: Option<u64>,
    /// How many results there were in all when the first page was read.
    pub(crate) total: u64,
    /// Where the page begins or ends, as the store named it.
    pub(crate) start: Start,
}

/// What a cursor is good for: a digest of everything that must not change between two pages.
pub(crate) struct Subject([u8; 16]);

impl Subject {
    pub(crate) fn new(
        tenant: Option<&str>,
        types: &[Arc<ResourceType>],
        asked: &ListQuery,
    ) -> Self {
        let sort_by = asked.sort_by.as_ref().map(ToString::to_string);
        let names = types.iter().map(|known| Some(known.name().as_str()));
        let parts = [
            tenant,
            asked.filter.as_deref(),
            sort_by.as_deref(),
            Some(asked.sort_order.as_str()),
        ];
        let mut digest = Sha256::new();
        for part in parts.into_iter().chain(names) {
            // Lengths keep the parts apart.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            digest.update(length.to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        let mut half = [0; 16];
        for (byte, digested) in half.iter_mut().zip(digest.finalize()) {
            *byte = digested;
        }
        Self(half)
    }
}

impl Cursor {
    /// The text that the client gets: letters, digits and `-._~` only.
    pub(crate) fn write(&self, key: &SigningKey, subject: &Subject) -> String {
        let count = self.count.unwrap_or(u64::MAX);
        let mut payload = subject.0.to_vec();
        payload.extend(self.expires.unix_micros().to_be_bytes());
        payload.extend(count.to_be_bytes());
        payload.extend(self.total.to_be_bytes());
        let (way, place): (u8, &[u8]) = match &self.start {
            Start::After(place) => (ON, place),
            Start::Before(place) => (BACK, place),
            Start::Index(_) => (ON, &[]),
        };
        payload.push(way);
        payload.extend(place);
        key.sign(PURPOSE, &payload)
    }

    /// Reads what a client brings back.
    ///
    /// # Errors
    /// 400 `invalidCursor` for what was made elsewhere or for something else, `expiredCursor` for what is too old.
    pub(crate) fn read(
        text: &str,
        key: &SigningKey,
        subject: &Subject,
        now: &DateTime,
    ) -> Result<Self, Problem> {
        let cursor = key.open(PURPOSE, text).and_then(|payload| {
            let (own, rest) = payload.split_first_chunk::<16>()?;
            let (expires, rest) = rest.split_first_chunk::<8>()?;
            let (count, rest) = rest.split_first_chunk::<8>()?;
            let (total, rest) = rest.split_first_chunk::<8>()?;
            let (way, place) = rest.split_first()?;
            (*own == subject.0).then(|| Self {
                expires: DateTime::from_unix_micros(i64::from_be_bytes(*expires)),
                count: Some(u64::from_be_bytes(*count)).filter(|count| *count != u64::MAX),
                total: u64::from_be_bytes(*total),
                start: match *way {
                    BACK => Start::Before(place.into()),
                    _ => Start::After(place.into()),
                },
            })
        });
        let cursor = cursor.ok_or_else(|| {
            let detail = "the cursor is not one that this query gave: repeat the query as it was, or begin anew with an empty cursor";
            Problem::bad_request(ScimType::InvalidCursor, detail)
        })?;
        if cursor.expires < *now {
            let detail = "the cursor has expired: begin anew with an empty cursor";
            return Err(Problem::bad_request(ScimType::ExpiredCursor, detail));
        }
        Ok(cursor)
    }

    /// # Errors
    /// 400 `invalidCount` when a request asks for pages of another size than the first one did.
    pub(crate) fn check_count(&self, count: Option<u64>) -> Result<(), Problem> {
        if count.is_none() || count == self.count {
            return Ok(());
        }
        let detail = "`count` must stay what it was in the first request of the query";
        Err(Problem::bad_request(ScimType::InvalidCount, detail))
    }
}

/// What the key signs here, apart from what else it signs.
const PURPOSE: &str = "cursor";

/// Which way a cursor leads.
const ON: u8 = b'>';
const BACK: u8 = b'<';

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::SchemaSet;

    fn subject(tenant: &str, query: &str) -> Subject {
        let schemas = SchemaSet::core();
        let users = [schemas.by_name("User").unwrap().clone()];
        Subject::new(Some(tenant), &users, &ListQuery::parse(query).unwrap())
    }

    #[test]
    fn a_cursor_works_for_its_own_query_until_it_expires() {
        let key = SigningKey::new([7; 32]);
        let own = subject("a", "filter=id+pr&sortBy=id&count=2");
        let cursor = Cursor {
            expires: DateTime::from_unix_micros(5_000_000),
            count: Some(2),
            total: 9,
            start: Start::Before(Box::from(&b"User/1"[..])),
        };
        let text = cursor.write(&key, &own);
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        );
        let at = |second: i64| DateTime::from_unix_micros(second * 1_000_000);
        assert_eq!(Cursor::read(&text, &key, &own, &at(5)).unwrap(), cursor);
        let fault = |text: &str, key: &SigningKey, subject: &Subject, second| {
            Cursor::read(text, key, subject, &at(second))
                .unwrap_err()
                .scim_type
        };
        assert_eq!(fault(&text, &key, &own, 6), Some(ScimType::ExpiredCursor));
        for (tenant, query) in [
            ("b", "filter=id+pr&sortBy=id"),
            ("a", "filter=id%20%20pr&sortBy=id"),
            ("a", "sortBy=id"),
            ("a", "filter=id+pr"),
            ("a", "filter=id+pr&sortBy=id&sortOrder=descending"),
        ] {
            let other = subject(tenant, query);
            assert_eq!(
                fault(&text, &key, &other, 5),
                Some(ScimType::InvalidCursor),
                "{query}"
            );
        }
        let other = SigningKey::new([8; 32]);
        assert_eq!(fault(&text, &other, &own, 5), Some(ScimType::InvalidCursor));
        assert_eq!(
            fault("garbage", &key, &own, 5),
            Some(ScimType::InvalidCursor)
        );
        assert!(cursor.check_count(None).is_ok() && cursor.check_count(Some(2)).is_ok());
        let other = cursor.check_count(Some(3)).unwrap_err().scim_type;
        assert_eq!(other, Some(ScimType::InvalidCount));
    }
}
