use scimkit_schema::{Complex, JsonLimits, Resource, Value, json};

use crate::{Error, ErrorKind};

/// The URN of the message.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// One page of the answer to a query ([RFC 7644 §3.4.2](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2)).
///
/// ```
/// use scimkit_protocol::ListResponse;
///
/// let nothing = ListResponse::new(0, 1, Vec::new());
/// assert!(ListResponse::from_json(nothing.to_json().as_bytes())?.resources.is_empty());
/// # Ok::<(), scimkit_protocol::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ListResponse {
    /// How many resources match in all. A server may leave it out only under cursors; then it is none.
    pub total_results: Option<u64>,
    /// The place of the first resource of the page, counted from 1; none on a page that a cursor named.
    pub start_index: Option<u64>,
    /// What names the next page, under cursors; none on the last one
    /// ([RFC 9865 §2](https://www.rfc-editor.org/rfc/rfc9865#section-2)).
    pub next_cursor: Option<Box<str>>,
    /// What names the page before, under cursors; none on the first one, and where the server cannot go back.
    pub previous_cursor: Option<Box<str>>,
    /// The resources of the page.
    pub resources: Vec<Resource>,
}

impl ListResponse {
    /// A page.
    #[must_use]
    pub const fn new(total_results: u64, start_index: u64, resources: Vec<Resource>) -> Self {
        Self {
            total_results: Some(total_results),
            start_index: Some(start_index),
            next_cursor: None,
            previous_cursor: None,
            resources,
        }
    }

    /// A page that a cursor named, and what names the next one.
    #[must_use]
    pub const fn under_cursor(
        total_results: Option<u64>,
        next_cursor: Option<Box<str>>,
        resources: Vec<Resource>,
    ) -> Self {
        Self {
            total_results,
            start_index: None,
            next_cursor,
            previous_cursor: None,
            resources,
        }
    }

    /// The message as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut body = Complex::new().with("schemas", vec![Value::from(LIST_RESPONSE)]);
        if let Some(total) = self.total_results {
            body = body.with("totalResults", number(total));
        }
        let resources: Value = self.resources.iter().cloned().map(Value::from).collect();
        body = body.with("itemsPerPage", number(self.resources.len() as u64));
        if let Some(start_index) = self.start_index {
            body = body.with("startIndex", number(start_index));
        }
        if let Some(cursor) = &self.previous_cursor {
            body = body.with("previousCursor", &**cursor);
        }
        if let Some(cursor) = &self.next_cursor {
            body = body.with("nextCursor", &**cursor);
        }
        Value::from(body.with("Resources", resources)).to_string()
    }

    /// Reads the answer of any server: numbers as text are taken, `Resources` may be absent when there are none, `schemas` inside the
    /// resources may be missing. What is no list at all is refused, so that a portal page is never taken for an empty one.
    ///
    /// # Errors
    /// [`ErrorKind::NotAListResponse`] when the text is no JSON object, or one that neither declares the schema of the message nor has
    /// `totalResults`; or when the page holds something other than resources.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        let limits = JsonLimits::default();
        let refused = |why: &str| Error::from(ErrorKind::NotAListResponse(why.into()));
        let mut body =
            json::parse_object(bytes, limits).map_err(|error| refused(&error.to_string()))?;
        let declared = body.get("schemas").map(Value::elements).unwrap_or_default();
        let is_list = declared.iter().any(|urn| {
            urn.as_str()
                .is_some_and(|urn| urn.eq_ignore_ascii_case(LIST_RESPONSE))
        });
        let total_results = body.get("totalResults").and_then(count);
        if !is_list && total_results.is_none() {
            return Err(refused(
                "the object has neither the ListResponse schema nor `totalResults`",
            ));
        }
        let resources = body.remove("Resources").unwrap_or(Value::NULL);
        let resources = if resources.is_unassigned() {
            Vec::new()
        } else {
            resources
                .into_list()
                .map_err(|_| refused("`Resources` is no array"))?
        };
        let resources = resources
            .into_iter()
            .map(|value| value.into_complex().map(Resource::from))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| refused("`Resources` holds something that is no object"))?;
        Ok(Self {
            total_results,
            start_index: body.get("startIndex").and_then(count),
            next_cursor: body.text("nextCursor").map(Into::into),
            previous_cursor: body.text("previousCursor").map(Into::into),
            resources,
        })
    }
}

fn count(value: &Value) -> Option<u64> {
    match value.as_str() {
        Some(text) => text.parse().ok(),
        None => value
            .as_integer()
            .and_then(|number| u64::try_from(number).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_is_refused() {
        for text in [
            "<html>sign in</html>",
            "{}",
            "[]",
            r#"{"totalResults":1,"Resources":{}}"#,
            r#"{"totalResults":1,"Resources":[1]}"#,
        ] {
            assert!(ListResponse::from_json(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn odd_but_usable_lists_are_read() {
        let text =
            r#"{"totalResults":"3","startIndex":"2","itemsPerPage":1,"Resources":[{"id":"a"}]}"#;
        let list = ListResponse::from_json(text.as_bytes()).unwrap();
        assert_eq!(
            (list.total_results, list.start_index, list.resources.len()),
            (Some(3), Some(2), 1)
        );
    }

    #[test]
    fn what_is_written_reads_back() {
        let resources = || vec![Resource::new("urn:x:y").with("id", "1")];
        for list in [
            ListResponse::new(7, 3, resources()),
            ListResponse::under_cursor(None, Some("next".into()), resources()),
        ] {
            assert_eq!(
                ListResponse::from_json(list.to_json().as_bytes()).unwrap(),
                list
            );
        }
    }
}
