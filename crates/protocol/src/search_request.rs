use scimkit_filter::AttributePath;
use scimkit_schema::{Compat, Complex, Rule, Value};

use crate::{
    Error, ErrorKind, ListQuery, Projection, SortOrder,
    list_query::{Given, excerpt, names},
};

/// The URN of the message.
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A query in the body of a POST ([RFC 7644 §3.4.3](https://www.rfc-editor.org/rfc/rfc7644#section-3.4.3)).
impl ListQuery {
    /// Reads a `SearchRequest`. Its members mean what the query parameters of the same name mean; unknown ones are passed over.
    /// [`Rule::LooseSchemas`] takes one without `schemas`.
    ///
    /// # Errors
    /// [`ErrorKind::NotASearchRequest`] when the body is another message or a member is of the wrong type, else as [`ListQuery::parse`].
    ///
    /// ```
    /// use scimkit_protocol::ListQuery;
    /// use scimkit_schema::{Compat, JsonLimits, json};
    ///
    /// let query = ListQuery::default().with_cursor("", 10);
    /// let body = json::parse_object(query.to_search_request().as_bytes(), JsonLimits::default())?;
    /// assert_eq!(ListQuery::from_search_request(&body, Compat::strict())?, query);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_search_request(body: &Complex, compat: Compat) -> Result<Self, Error> {
        let mut given = Given::default();
        let mut declared: &[Value] = &[];
        for (name, value) in body.iter().filter(|(_, value)| **value != Value::NULL) {
            match name.as_str().to_ascii_lowercase().as_str() {
                "schemas" => declared = value.elements(),
                "filter" => given.filter = Some(text("filter", value)?),
                "sortby" => given.sort_by = Some(text("sortBy", value)?),
                "sortorder" => given.sort_order = Some(text("sortOrder", value)?),
                "startindex" => given.start_index = Some(number("startIndex", value)?),
                "count" => given.count = Some(number("count", value)?),
                "cursor" => given.cursor = Some(text("cursor", value)?),
                "attributes" => given.attributes = Some(list("attributes", value)?),
                "excludedattributes" => {
                    given.excluded = Some(list("excludedAttributes", value)?);
                }
                _ => {}
            }
        }
        let is_search = |urn: &Value| {
            urn.as_str()
                .is_some_and(|urn| urn.eq_ignore_ascii_case(SEARCH_REQUEST))
        };
        let is_loose = declared.is_empty() && compat.allows(Rule::LooseSchemas);
        if !is_loose && !declared.iter().any(is_search) {
            return Err(wrong(&format!("`schemas` must hold `{SEARCH_REQUEST}`")));
        }
        Self::assemble(given)
    }

    /// The query as a `SearchRequest`.
    #[must_use]
    pub fn to_search_request(&self) -> String {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let list = |paths: &[AttributePath]| {
            let names = paths.iter().map(|path| Value::from(path.to_string()));
            names.collect::<Value>()
        };
        let mut body = Complex::new().with("schemas", vec![Value::from(SEARCH_REQUEST)]);
        match &self.projection {
            Projection::Default => {}
            Projection::Only(paths) => body = body.with("attributes", list(paths)),
            Projection::Without(paths) => body = body.with("excludedAttributes", list(paths)),
        }
        if let Some(filter) = &self.filter {
            body = body.with("filter", &**filter);
        }
        if let Some(by) = &self.sort_by {
            body = body.with("sortBy", by.to_string());
        }
        if self.sort_order != SortOrder::default() {
            body = body.with("sortOrder", self.sort_order.as_str());
        }
        if let Some(start_index) = self.start_index {
            body = body.with("startIndex", number(start_index));
        }
        if let Some(count) = self.count {
            body = body.with("count", number(count));
        }
        if let Some(cursor) = &self.cursor {
            body = body.with("cursor", &**cursor);
        }
        Value::from(body).to_string()
    }
}

fn wrong(why: &str) -> Error {
    ErrorKind::NotASearchRequest(why.into()).into()
}

fn text(member: &str, value: &Value) -> Result<Box<str>, Error> {
    let text = value.as_str().map(Into::into);
    text.ok_or_else(|| {
        wrong(&format!(
            "`{member}` must be a string, found {}",
            value.kind()
        ))
    })
}

fn number(parameter: &'static str, value: &Value) -> Result<i64, Error> {
    let number = value.as_integer();
    number.ok_or_else(|| {
        let found = excerpt(&value.to_string());
        ErrorKind::NotANumber { parameter, found }.into()
    })
}

fn list(parameter: &'static str, value: &Value) -> Result<Vec<AttributePath>, Error> {
    let mut all = Vec::new();
    for element in value.elements() {
        all.extend(names(parameter, &text(parameter, element)?)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scimkit_schema::{JsonLimits, json};

    fn read(text: &str, compat: Compat) -> Result<ListQuery, Error> {
        let body = json::parse_object(text.as_bytes(), JsonLimits::default()).unwrap();
        ListQuery::from_search_request(&body, compat)
    }

    #[test]
    fn what_is_written_reads_back() {
        let query = ListQuery::default()
            .with_sort(AttributePath::new("userName"), SortOrder::Descending)
            .with_page(3, 7)
            .with_projection(Projection::Only(vec!["name.givenName".parse().unwrap()]));
        assert_eq!(
            read(&query.to_search_request(), Compat::strict()).unwrap(),
            query
        );
    }

    #[test]
    fn messages_name_the_member() {
        let message = |members: &str| {
            let text = format!(r#"{{"schemas":["{SEARCH_REQUEST}"],{members}}}"#);
            read(&text, Compat::strict()).unwrap_err().to_string()
        };
        insta::assert_snapshot!(
            [
                message(r#""filter":1"#),
                message(r#""count":"ten""#),
                message(r#""attributes":["a","b c"]"#),
                message(r#""cursor":"","startIndex":1"#),
                read(r#"{"filter":"id pr"}"#, Compat::strict()).unwrap_err().to_string(),
            ]
            .join("\n"),
            @r#"
            not a SCIM SearchRequest: `filter` must be a string, found an integer
            the parameter `count` must be a whole number, found `\"ten\"`
            the parameter `attributes` must list attribute names with commas between them: expected the end, found ` ` at byte 1
            `startIndex` and `cursor` exclude each other: page with one of them
            not a SCIM SearchRequest: `schemas` must hold `urn:ietf:params:scim:api:messages:2.0:SearchRequest`
            "#
        );
        assert!(read(r#"{"filter":"id pr"}"#, Compat::lenient()).is_ok());
    }
}
